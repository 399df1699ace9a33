"""Decoding: start and end scores of word pieces to candidate answers in the passage's characters. Pure.

Start and end are searched together (never two independent argmaxes), spans are at most so many pieces long, never run
over a line break that ends something, begin and end with whole words, and do not overlap each other. A passage longer
than the model reads is covered by windows that overlap; their candidates are merged here.

The scale: a candidate's score is the sum of its start and end logits as the model gives them, plus the evidence that
its window answers at all; the null score is the evidence that no window does. So ``score - null_score`` is the margin
over "not here". The logits are not made probabilities of a window: that would lift the best span of a window that
holds no answer to the height of one that does (Clark and Gardner 2018), and cost 4 F1 on whole news stories here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.consensus import agreed_scores
from qa.layout import blocks, paragraphs
from qa.reader.tidying import tidy
from qa.records import Span

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

_IMPOSSIBLE = -1e9
_SPARE = 4
"""Per candidate wanted, spans looked at: many of the best overlap each other."""
_VOTERS = 60
"""Spans of a long passage that are heard on which of them is right."""


@dataclass(frozen=True, slots=True)
class WindowScores:
    """What a model says of one window of a passage, n word pieces long.

    offsets: n x 2, each piece's characters in the passage. start, end: n logits each. answers, null: the evidence
    that the window answers, and that it does not, on the scale of the logits.
    """

    offsets: Integers
    start: Floats
    end: Floats
    answers: float
    null: float


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """A candidate: characters of the passage, and its score on this module's scale."""

    span: Span
    score: float


def from_null_head(offsets: Integers, start: Floats, end: Floats, null: float, weight: float) -> WindowScores:
    """Of a model with a null head: the logit of "no answer here", and what its log-probability weighs beside a
    span's logits.
    """
    answers, refused = -float(np.logaddexp(0.0, null)), -float(np.logaddexp(0.0, -null))
    return WindowScores(offsets, start, end, weight * answers, weight * refused)


def from_null_span(offsets: Integers, start: Floats, end: Floats, null_start: float, null_end: float) -> WindowScores:
    """Of a plain extractive-QA model, whose null span is its first token, with these two null logits."""
    return WindowScores(offsets, start, end, 0.0, null_start + null_end)


def decode(
    text: str,
    windows: Sequence[WindowScores],
    *,
    most_pieces: int,
    candidates: int,
    lead: float = 0.0,
    consensus: float = 0.0,
) -> tuple[list[ScoredSpan], float]:
    """At most so many candidates, best first and none overlapping another, and the null score.

    No span has more than ``most_pieces`` word pieces. ``lead`` is taken off a candidate, times the log of its window's
    number: what matters stands at the top of a news story. ``consensus``: the temperature at which the spans of a
    passage of several windows vote, see ``consensus``; 0: they do not.
    """
    edges = np.array(_block_ends(text), dtype=np.int64)
    found = [
        ScoredSpan(span, hit.score - lead * math.log(number))
        for number, window in enumerate(windows, start=1)
        for hit in _best(window, edges, most_pieces, _SPARE * candidates)
        if (span := tidy(text, hit.span.start, hit.span.end)) is not None
    ]
    found.sort(key=_order)
    if consensus and len(windows) > 1:
        found = _vote(text, found[:_VOTERS], consensus)
    chosen: list[ScoredSpan] = []
    for hit in found:
        if len(chosen) == candidates:
            break
        if all(hit.span.end <= one.span.start or one.span.end <= hit.span.start for one in chosen):
            chosen.append(hit)
    return chosen, min((window.null for window in windows), default=0.0)


def _order(hit: ScoredSpan) -> tuple[float, int, int]:
    return (-hit.score, hit.span.start, hit.span.end)


def _vote(text: str, found: Sequence[ScoredSpan], temperature: float) -> list[ScoredSpan]:
    """The same spans by their expected word F1, best first."""
    texts = [text[hit.span.start : hit.span.end] for hit in found]
    agreed = agreed_scores(texts, [hit.score for hit in found], temperature)
    return sorted((ScoredSpan(hit.span, score) for hit, score in zip(found, agreed, strict=True)), key=_order)


def _best(window: WindowScores, edges: Integers, most_pieces: int, keep: int) -> Iterator[ScoredSpan]:
    """The best spans of one window, in no order, as characters not yet tidied."""
    count = len(window.start)
    width = min(most_pieces, count)
    if width == 0:
        return
    # Row i, column d: the span of pieces i to i + d. A band, so the work is linear in the window's length.
    last = np.arange(count)[:, None] + np.arange(width)
    reachable = np.minimum(last, count - 1)
    block = np.searchsorted(edges, window.offsets[:, 0], side="right")
    allowed = (last < count) & (block[reachable] == block[:, None])
    scores = np.where(allowed, window.start[:, None] + window.end[reachable], _IMPOSSIBLE).ravel()
    keep = min(keep, len(scores))
    for at in np.argpartition(-scores, keep - 1)[:keep]:
        if scores[at] > _IMPOSSIBLE / 2:
            first, length = divmod(int(at), width)
            span = Span(int(window.offsets[first, 0]), int(window.offsets[first + length, 1]))
            yield ScoredSpan(span, float(scores[at]) + window.answers)


def _block_ends(text: str) -> list[int]:
    """Where the text's blocks end: no answer runs from a caption or headline into what follows."""
    return [end for start, stop in paragraphs(text) for _, end in blocks(text, start, stop)]
