"""What came of one question: a row of ``predictions.jsonl``, from which every measure and the report are made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from eval.dataset.records import Gold

NEAR = 0.5
"""F1 from which a span counts as giving the gold answer: for calibration and for telling where a question was lost."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of an article, from its character ``start``. ``marks``: (start, end, "gold" or "predicted") in it."""

    source: str
    title: str
    start: int
    text: str
    marks: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question asked in one mode. The first fields, to ``latency_ms``, are the fixed contract of the file.

    ``em`` and ``f1`` score the prediction, ``best_em`` and ``best_f1`` the best span whether refused or not; all are
    ``None`` in mode retrieval. ``relevance`` has the gain of each retrieved passage (1: an article's gold span not
    seen at a better rank), ``relevant`` how many there are to find; ``None``: nothing was retrieved, or no gold.
    ``citation_correct`` and ``citation_recall``: ``None`` where there is no citation, or no known gold place, to
    judge. ``understood``: a follow-up question as it was completed. ``turn``: its place in its conversation, or 0.
    """

    id: str
    question: str
    prediction: str
    confidence: float | None
    no_answer_score: float | None
    best_span: str
    citations: tuple[Mapping[str, Any], ...]
    answers: tuple[Gold, ...]
    em: float | None
    f1: float | None
    latency_ms: float
    mode: str
    row: int
    lost: str
    reason: str | None = None
    best_em: float | None = None
    best_f1: float | None = None
    timings_ms: Mapping[str, float] | None = None
    relevance: tuple[int, ...] | None = None
    relevant: int = 0
    citations_exact: int = 0
    citation_correct: bool | None = None
    citation_recall: float | None = None
    understood: str | None = None
    kind: str = ""
    tags: tuple[str, ...] = ()
    turn: int = 0
    excerpts: tuple[Excerpt, ...] = ()

    @property
    def answerable(self) -> bool:
        return bool(self.answers)

    @property
    def refused(self) -> bool:
        return not self.prediction


def to_line(outcome: Outcome) -> str:
    """One line of JSON, without the line break. Golds keep only the keys that were told."""
    row = {each.name: getattr(outcome, each.name) for each in fields(outcome)}
    row["answers"] = [
        {key: value for key, value in asdict(gold).items() if value is not None} for gold in outcome.answers
    ]
    row["excerpts"] = [asdict(excerpt) for excerpt in outcome.excerpts]
    return json.dumps(row, ensure_ascii=False, allow_nan=False)


def from_line(line: str) -> Outcome:
    """The outcome of a line. Raises ValueError or TypeError when it is not one."""
    row = json.loads(line)
    row["answers"] = tuple(Gold(**gold) for gold in row["answers"])
    row["citations"] = tuple(row["citations"])
    row["tags"] = tuple(row["tags"])
    row["relevance"] = None if row["relevance"] is None else tuple(row["relevance"])
    row["excerpts"] = tuple(
        Excerpt(**(excerpt | {"marks": tuple((a, b, kind) for a, b, kind in excerpt["marks"])}))
        for excerpt in row["excerpts"]
    )
    return Outcome(**row)
