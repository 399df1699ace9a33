"""Features: rows to word pieces, once; and a window of a row to what the model reads, at every draw.

Contexts and questions are tokenised once and kept as flat arrays. Which part of a long context the model sees, and
which of several reference answers it learns, is drawn anew each time a row comes round.
"""

import random
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from qa.errors import ModelError
from qa.training.load import CharSpan, Row

IntArray = npt.NDArray[np.int64]
MOST_QUESTION_PIECES = 48
QUESTION, PASSAGE = 0, 1  # segment numbers, as BERT has them
_SENTENCE_START = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][\"')\]”’]))\s+(?=[\"'(“‘]?[A-Z0-9])|\n+")


@dataclass(frozen=True, slots=True)
class Context:
    """A tokenised context: piece ids, their character spans (n x 2), the indices of pieces that begin a sentence."""

    ids: IntArray
    offsets: IntArray
    sentence_starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EncodedRow:
    """A tokenised row; `answers` are half-open spans of the context's pieces, none if unanswerable."""

    question: IntArray
    context: Context
    answers: tuple[tuple[int, int], ...]
    rivals: tuple[Context, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """What the model reads for one row: [CLS] question [SEP] passage [SEP]; `start`, `end` are -1 where no answer is.

    `end` is the index of the answer's last piece (inclusive, as the end logits are).
    """

    ids: IntArray
    segments: IntArray
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """The numbers of the word pieces that masking must know."""

    mask: int
    kept: tuple[int, ...]
    """Never masked: what parts question and passage."""


class Encoder:
    """A fast tokenizer: from text to piece ids."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Take a tokenizer of the BERT kind; whatever it says on truncation and padding is switched off."""
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._cls, self._sep = _special_id(tokenizer, "[CLS]"), _special_id(tokenizer, "[SEP]")
        self._question_mark = tokenizer.token_to_id("?")
        self.pieces = Pieces(_special_id(tokenizer, "[MASK]"), (self._cls, self._sep))

    def encode(self, rows: Sequence[Row]) -> list[EncodedRow]:
        """Tokenise rows, each distinct context once. An answer that holds no word piece is left out of its row."""
        questions = self._ids(sorted({row.question for row in rows}))
        contexts = self._contexts(sorted({text for row in rows for text in (row.context, *row.rivals)}))
        encoded = []
        for row in rows:
            context = contexts[row.context]
            spans = tuple(span for answer in row.answers if (span := piece_span(context.offsets, answer)) is not None)
            if spans or not row.answers:
                rivals = tuple(contexts[text] for text in row.rivals)
                encoded.append(EncodedRow(questions[row.question], context, spans, rivals))
        return encoded

    def _ids(self, texts: Sequence[str]) -> dict[str, IntArray]:
        encodings = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        return {
            text: np.array(found.ids[:MOST_QUESTION_PIECES], dtype=np.int64)
            for text, found in zip(texts, encodings, strict=True)
        }

    def _contexts(self, texts: Sequence[str]) -> dict[str, Context]:
        contexts = {}
        for first in range(0, len(texts), 1000):
            batch = texts[first : first + 1000]
            for text, found in zip(batch, self._tokenizer.encode_batch(batch, add_special_tokens=False), strict=True):
                offsets = np.array(found.offsets, dtype=np.int64).reshape(-1, 2)
                ids = np.array(found.ids, dtype=np.int64)
                contexts[text] = Context(ids, offsets, _sentence_starts(text, offsets))
        return contexts

    def as_typed(self, row: EncodedRow, rng: random.Random, *, bare_question: float = 0.15) -> EncodedRow:
        """The row; a share `bare_question` of the questions loses its question mark, as people type."""
        question = row.question
        if len(question) > 1 and question[-1] == self._question_mark and rng.random() < bare_question:
            return replace(row, question=question[:-1])
        return row

    def window(self, row: EncodedRow, most_pieces: int, rng: random.Random) -> Window:
        """Draw one window of at most `most_pieces` pieces: it begins with a sentence and holds the drawn answer."""
        room = most_pieces - len(row.question) - 3
        answer = rng.choice(row.answers) if row.answers else None
        first = _draw_first(row.context, answer, room, rng)
        return self.assemble(
            row.question,
            row.context.ids[first : first + room],
            None if answer is None else (answer[0] - first, answer[1] - first),
        )

    def rival(self, row: EncodedRow, most_pieces: int, rng: random.Random) -> Window:
        """A window of one of the row's rivals, without an answer. The row must have some."""
        return self.window(EncodedRow(row.question, rng.choice(row.rivals), ()), most_pieces, rng)

    def assemble(self, question: IntArray, passage: IntArray, answer: tuple[int, int] | None) -> Window:
        """[CLS] question [SEP] passage [SEP] with segments; `answer` is a half-open span of the passage's pieces."""
        cls, sep = np.array([self._cls]), np.array([self._sep])
        ids: IntArray = np.concatenate((cls, question, sep, passage, sep))
        segments = np.repeat([QUESTION, PASSAGE], [len(question) + 2, len(passage) + 1])
        shift = len(question) + 2
        if answer is None or answer[0] < 0 or answer[0] >= len(passage):
            return Window(ids, segments, -1, -1)
        return Window(ids, segments, answer[0] + shift, min(answer[1], len(passage)) - 1 + shift)


def _special_id(tokenizer: Tokenizer, token: str) -> int:
    """The number of a token such as [CLS]. Raises ModelError if the tokenizer has none."""
    found: int | None = tokenizer.token_to_id(token)
    if found is None:
        raise ModelError(f"the tokenizer has no {token}: expected one of the BERT kind; choose other base weights")
    return found


def piece_span(offsets: IntArray, answer: CharSpan) -> tuple[int, int] | None:
    """The half-open span of pieces that touch the characters of `answer`; None if there is none."""
    touched = np.flatnonzero((offsets[:, 1] > answer[0]) & (offsets[:, 0] < answer[1]))
    return (int(touched[0]), int(touched[-1]) + 1) if len(touched) else None


def sentence_spans(text: str) -> list[CharSpan]:
    """The sentences of a text by a simple rule (a stop and a capital, or a line break), as character spans."""
    bounds = [0, *(found.end() for found in _SENTENCE_START.finditer(text)), len(text)]
    return [(start, end) for start, end in pairwise(bounds) if text[start:end].strip()]


def _sentence_starts(text: str, offsets: IntArray) -> tuple[int, ...]:
    starts: Iterable[int] = (int(np.searchsorted(offsets[:, 0], start)) for start, _ in sentence_spans(text))
    return tuple(sorted({start for start in starts if start < len(offsets)}))


def _draw_first(context: Context, answer: tuple[int, int] | None, room: int, rng: random.Random) -> int:
    """The first piece of a window of `room` pieces: a sentence start such that the answer (if any) fits."""
    if len(context.ids) <= room:
        return 0
    latest = len(context.ids) - room if answer is None else answer[0]
    earliest = 0 if answer is None else max(0, answer[1] - room)
    starts = context.sentence_starts
    choices = starts[bisect_right(starts, earliest - 1) : bisect_right(starts, latest)]
    return rng.choice(choices) if choices else rng.randint(earliest, max(earliest, min(latest, len(context.ids) - 1)))
