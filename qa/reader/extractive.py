"""The extractive reader: windows in, scores from any model, candidates out. Knows no inference library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.calibration import Calibration
from qa.reader.decoding import WindowScores, decode, from_null_head, from_null_span
from qa.reader.evidence import missing_names
from qa.reader.inputs import Batch, Window, Windowing, batches, pad
from qa.records import Candidate, Passage, Reading
from qa.sentences import sentence_around

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Logits:
    """A model's output: start and end (rows x tokens); the logit of "no answer here" (rows) if it has such a head."""

    start: Floats
    end: Floats
    null: Floats | None


Forward = Callable[[Batch], Logits]


class ExtractiveReader:
    """See Reader. ``forward`` runs the model; the rest says how its inputs and outputs are handled.

    ``most_answer``: longest answer in word pieces. ``null_weight``, ``lead``, ``consensus``: see ``decoding``.
    ``missing_weight``: added to the null score for each name of the question that the best candidate's sentence lacks,
    see ``evidence``. ``candidates``: kept per passage. ``most_tokens``: per batch.
    """

    def __init__(
        self,
        name: str,
        forward: Forward,
        windowing: Windowing,
        calibration: Calibration,
        *,
        most_answer: int,
        null_weight: float = 1.0,
        lead: float = 0.0,
        consensus: float = 0.0,
        missing_weight: float = 0.0,
        pad_id: int = 0,
        candidates: int = 5,
        most_tokens: int = 1024,
    ) -> None:
        self._name, self._forward, self._windowing, self._calibration = name, forward, windowing, calibration
        self._most_answer, self._pad_id = most_answer, pad_id
        self._null_weight, self._missing_weight = null_weight, missing_weight
        self._lead, self._consensus = lead, consensus
        self._candidates, self._most_tokens = candidates, most_tokens

    @property
    def name(self) -> str:
        """See Reader."""
        return self._name

    @property
    def calibration(self) -> Calibration:
        """See Reader."""
        return self._calibration

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """See Reader."""
        return self.read_pairs([(question, passage) for passage in passages])

    def read_pairs(self, pairs: Sequence[tuple[str, Passage]]) -> list[Reading]:
        """One reading per question and passage, in the order given."""
        jobs = [
            (at, window)
            for at, (question, passage) in enumerate(pairs)
            for window in self._windowing.windows(question, passage.text)
        ]
        windows = [window for _, window in jobs]
        scores: list[list[WindowScores]] = [[] for _ in pairs]
        for batch in batches(windows, self._most_tokens):
            logits = self._forward(pad([windows[at] for at in batch], self._pad_id))
            for row, at in enumerate(batch):
                scores[jobs[at][0]].append(self._scores(windows[at], logits, row))
        return [self._reading(*pair, found) for pair, found in zip(pairs, scores, strict=True)]

    def _reading(self, question: str, passage: Passage, windows: Sequence[WindowScores]) -> Reading:
        spans, null = decode(
            passage.text,
            windows,
            most_pieces=self._most_answer,
            candidates=self._candidates,
            lead=self._lead,
            consensus=self._consensus,
        )
        lacking = 0.0
        if spans and self._missing_weight:
            sentence = sentence_around(passage.text, spans[0].span.start, spans[0].span.end)
            lacking = self._missing_weight * missing_names(question, passage.text[sentence.start : sentence.end])
        found = tuple(Candidate(passage, one.span, one.score) for one in spans)
        return Reading(passage, found, null + lacking, lacking)

    def _scores(self, window: Window, logits: Logits, row: int) -> WindowScores:
        here = slice(window.first, window.first + len(window.offsets))
        start, end = logits.start[row], logits.end[row]
        if logits.null is not None:
            return from_null_head(window.offsets, start[here], end[here], float(logits.null[row]), self._null_weight)
        return from_null_span(window.offsets, start[here], end[here], float(start[0]), float(end[0]))
