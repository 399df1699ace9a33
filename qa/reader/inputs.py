"""Inputs: a question and a passage to the windows that a model reads, and windows to padded batches.

The tokenizer itself puts in the special tokens and cuts long passages, so any Hugging Face tokenizer does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qa.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Window:
    """One input of the model, and where in it the passage stands: tokens ``[first, first + len(offsets))``.

    ids, segments: one number per token. offsets (n x 2): the characters of the passage's tokens.
    """

    ids: Integers
    segments: Integers
    first: int
    offsets: Integers


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows padded to one length: rows x tokens each."""

    ids: Integers
    mask: Integers
    segments: Integers


class Windowing:
    """Makes windows of at most ``most_tokens`` tokens that share ``stride`` with their neighbour.

    A question longer than ``most_question`` tokens loses its end. Takes the tokenizer over. Raises ModelError where the
    longest question leaves a passage no more room than the stride: windows would not move on.
    """

    def __init__(self, tokenizer: Tokenizer, *, most_tokens: int, stride: int, most_question: int) -> None:
        self._tokenizer = tokenizer
        self._most_question = most_question
        tokenizer.no_padding()
        tokenizer.no_truncation()
        # A tokenizer that is told to cut the passage only cannot be given a question alone: a copy measures it.
        self._uncut = tokenizer.__class__.from_str(tokenizer.to_str())
        room = most_tokens - most_question - tokenizer.num_special_tokens_to_add(is_pair=True)
        if room <= stride:
            raise ModelError(
                f"expected windows that move on, found {most_tokens} tokens with a stride of {stride} and questions of "
                f"up to {most_question}: {room} are left for the passage; change the reader's limits"
            )
        tokenizer.enable_truncation(most_tokens, stride=stride, strategy="only_second")

    def windows(self, question: str, text: str) -> list[Window]:
        """The windows of one passage, in order; none if it holds no token."""
        whole = self._tokenizer.encode(self._cut(question), text)
        return [window for part in (whole, *whole.overflowing) if (window := _window(part)) is not None]

    def _cut(self, question: str) -> str:
        alone = self._uncut.encode(question, add_special_tokens=False)
        if len(alone.ids) <= self._most_question:
            return question
        return question[: alone.offsets[self._most_question - 1][1]]


def _window(encoding: Encoding) -> Window | None:
    places = [at for at, sequence in enumerate(encoding.sequence_ids) if sequence == 1]
    if not places:
        return None
    first, last = places[0], places[-1] + 1
    return Window(
        np.array(encoding.ids, dtype=np.int64),
        np.array(encoding.type_ids, dtype=np.int64),
        first,
        np.array(encoding.offsets[first:last], dtype=np.int64).reshape(-1, 2),
    )


def batches(windows: Sequence[Window], most_tokens: int) -> Iterator[list[int]]:
    """Indices of windows that are read together: alike in length, so that little is padding.

    A batch has at most ``most_tokens`` tokens with its padding, but at least one window.
    """
    batch: list[int] = []
    for at in sorted(range(len(windows)), key=lambda at: len(windows[at].ids)):
        if batch and (len(batch) + 1) * len(windows[at].ids) > most_tokens:
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch


def pad(windows: Sequence[Window], pad_id: int = 0) -> Batch:
    """Windows side by side, padded on the right."""
    width = max(len(window.ids) for window in windows)
    ids = np.full((len(windows), width), pad_id, dtype=np.int64)
    mask, segments = np.zeros_like(ids), np.zeros_like(ids)
    for row, window in enumerate(windows):
        length = len(window.ids)
        ids[row, :length], mask[row, :length], segments[row, :length] = window.ids, 1, window.segments
    return Batch(ids, mask, segments)
