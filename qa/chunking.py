"""A document becomes passages: whole sentences packed to a token budget, neighbours sharing a little. Pure.

Two tokenizers rule. The budget counts tiktoken tokens of the passage; the embedder's own limit counts its word pieces
of title and passage together, and holds without exception, because the embedder silently drops what lies beyond.
Each sentence is counted once; the finished passages are counted once more, and any that is over after all is cut again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence

from qa.cutting import halve
from qa.errors import SettingsError
from qa.packing import Unit, pack
from qa.records import Document, Passage, Span
from qa.sentences import split_sentences

CountTokens = Callable[[Sequence[str]], list[int]]

_TITLE_BYTES = 100
"""A title is clipped to this many UTF-8 bytes: some 17 words, and never more than 100 tokens of any tokenizer."""
_WIDEST_GAP = 64
"""A passage does not reach over more white space than this."""
_BATCH = 1024
_LINE_BREAK = re.compile(r"[^\S\n\r\x0b\x0c\x85\u2028\u2029]{0,64}[\n\r\x0b\x0c\x85\u2028\u2029]")


def embedded_text(title: str, text: str) -> str:
    """What is embedded for a passage: the title, clipped at a word, a line break, the text."""
    title = " ".join(title.split())
    clipped = title.encode("utf-8", "replace")[:_TITLE_BYTES].decode("utf-8", "ignore")
    if len(clipped) < len(title):
        clipped = clipped.rsplit(" ", 1)[0]
    return f"{clipped}\n{text}" if clipped else text


def chunk(
    document: Document,
    *,
    budget: int,
    overlap: int,
    count_tokens: CountTokens,
    embedder_tokens: CountTokens,
    embedder_limit: int,
) -> list[Passage]:
    """The passages of ``document``, in order; every character but white space is in at least one.

    ``budget``: tiktoken tokens of a passage, as ``count_tokens`` counts them. ``overlap``: sentences shared with the
    passage before; one that fills half the budget, or leaves no room for a new sentence, is not shared.
    ``embedder_tokens`` counts ``embedded_text`` with special tokens; no passage exceeds ``embedder_limit`` of them.
    Only a single character may exceed ``budget``. Raises SettingsError when ``embedder_limit`` does not hold
    the title and one character.
    """
    weigh = _Scales(document, budget, embedder_limit, count_tokens, embedder_tokens)
    units = _units(document.text, weigh)
    if not units:
        return []
    runs = pack(units, budget=budget, room=weigh.room, overlap=overlap)
    groups = [tuple(unit.span for unit in units[first : last + 1]) for first, last in runs]
    return [
        Passage(f"{document.id}:{span.start}-{span.end}", document.id, span.start, span.end, weigh.slice(span))
        for span in _verified(groups, weigh)
    ]


class _Scales:
    """Both token counts, in batches, against both limits."""

    def __init__(
        self, document: Document, budget: int, limit: int, count_tokens: CountTokens, embedder_tokens: CountTokens
    ) -> None:
        self.text, self.title = document.text, document.title
        self.budget, self.limit = budget, limit
        self._count, self._embedder = count_tokens, embedder_tokens
        bare, titled = self._embedder(["", embedded_text(self.title, "")])
        self._special = bare
        self.room = limit - titled
        """Word pieces left for the text of a passage."""
        self.longest = max(200, 12 * budget)
        """Longer text than this, in characters, is cut without being counted."""

    def slice(self, span: Span) -> str:
        return self.text[span.start : span.end]

    def parts(self, spans: Sequence[Span], gaps: Sequence[int]) -> list[tuple[int, int]]:
        """(tokens with the ``gap`` characters before, word pieces) of each stretch."""
        tokens = _batched(self._count, [self.text[s.start - gap : s.end] for s, gap in zip(spans, gaps, strict=True)])
        pieces = _batched(self._embedder, [self.slice(span) for span in spans])
        return [(t, p - self._special) for t, p in zip(tokens, pieces, strict=True)]

    def over(self, spans: Sequence[Span]) -> list[bool]:
        """Whether each finished passage exceeds a limit, exactly. Raises SettingsError where no cut can help."""
        tokens = _batched(self._count, [self.slice(span) for span in spans])
        pieces = _batched(self._embedder, [embedded_text(self.title, self.slice(span)) for span in spans])
        for span, count in zip(spans, pieces, strict=True):
            if len(span) == 1 and count > self.limit:
                raise SettingsError(
                    f"expected an embedder that takes a title and a character, {count} tokens, "
                    f"found a limit of {self.limit}; choose another with --embedder"
                )
        return [
            len(span) > 1 and (t > self.budget or p > self.limit)
            for span, t, p in zip(spans, tokens, pieces, strict=True)
        ]


def _batched(count: CountTokens, texts: list[str]) -> list[int]:
    return [n for start in range(0, len(texts), _BATCH) for n in count(texts[start : start + _BATCH])]


def _units(text: str, weigh: _Scales) -> list[Unit]:
    """Sentences, those over a limit cut into pieces of like length."""
    spans = [piece for sentence in split_sentences(text) for piece in _short(text, sentence, weigh.longest)]
    ends = [0, *(span.end for span in spans)]
    gaps = [span.start - end for span, end in zip(spans, ends, strict=False)]
    weights = weigh.parts(spans, [gap if gap <= _WIDEST_GAP else 0 for gap in gaps])
    units: list[Unit] = []
    for span, gap, weight in zip(spans, gaps, weights, strict=True):
        ends_paragraph = _LINE_BREAK.match(text, span.end) is not None
        pieces = [(span, weight)] if _load(weight, weigh) <= 1 else _cut(text, span, weight, weigh)
        for piece, (tokens, count) in pieces:
            joins = piece.start > span.start or gap <= _WIDEST_GAP
            units.append(Unit(piece, tokens, count, ends_paragraph and piece.end == span.end, joins))
    return units


def _load(weight: tuple[int, int], weigh: _Scales) -> float:
    """How many times over the limits; infinite where the title leaves no room."""
    return max(weight[0] / weigh.budget, weight[1] / weigh.room if weigh.room > 0 else math.inf)


def _short(text: str, span: Span, longest: int) -> Iterator[Span]:
    waiting = [span]
    while waiting:
        each = waiting.pop()
        if len(each) <= longest:
            yield each
        else:
            waiting.extend(reversed(halve(text, each)))


def _cut(text: str, span: Span, weight: tuple[int, int], weigh: _Scales) -> list[tuple[Span, tuple[int, int]]]:
    """``span``, which is over, in pieces that fit, or that are single characters."""
    done: list[tuple[Span, tuple[int, int]]] = []
    waiting = [(span, weight)]
    while waiting:
        parts: list[Span] = []
        for each, known in waiting:
            load = _load(known, weigh)
            if len(each) == 1 or load <= 1:
                done.append((each, known))
            elif load < 4:
                parts.extend(halve(text, each))
            else:  # a weight counted once serves for several cuts
                parts.extend(_short(text, each, max(1, int(2 * len(each) / load))))
        waiting = list(zip(parts, weigh.parts(parts, [0] * len(parts)), strict=True))
    return sorted(done, key=lambda item: item[0].start)


def _verified(groups: list[tuple[Span, ...]], weigh: _Scales) -> list[Span]:
    """The passages, each counted as it will be used; any over a limit in two, until none is."""
    done: list[Span] = []
    while groups:
        whole = [Span(group[0].start, group[-1].end) for group in groups]
        again: list[tuple[Span, ...]] = []
        for span, group, over in zip(whole, groups, weigh.over(whole), strict=True):
            if not over:
                done.append(span)
            elif len(group) > 1:
                again.extend((group[: len(group) // 2], group[len(group) // 2 :]))
            else:
                again.extend((half,) for half in halve(weigh.text, span))
        groups = again
    kept: list[Span] = []
    for span in sorted(done, key=lambda each: (each.start, -each.end)):
        if not kept or span.end > kept[-1].end:
            kept.append(span)
    return kept
