"""Scores what each contender wrote, by the same rules, and lays it out as one table. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval.metrics.answers import exact_match, f1
from eval.metrics.citations import is_exact
from eval.metrics.refusal import auroc


@dataclass(frozen=True, slots=True)
class Score:
    """One contender. Shares are 0..1.

    ``exact``: citations whose words stand at their offsets in the article. ``cpu_ms``: median over questions, summed
    over the threads.
    """

    name: str
    f1: float
    em: float
    best_span_f1: float
    refusal_auroc: float
    refusal_precision: float
    refusal_recall: float
    exact: float
    median_ms: float
    p95_ms: float
    cpu_ms: float
    passages_read: float
    peak_mb: float


def judge(name: str, task: Mapping[str, Any], result: Mapping[str, Any]) -> Score:
    """The score of ``result`` on ``task``; every question of the task must have been answered."""
    golds = {row["id"]: row["answers"] for row in task["questions"]}
    texts = {identity: each["text"] for identity, each in task["documents"].items()}
    rows = {row["id"]: row for row in result["rows"]}
    pairs = [(rows[identity], golds[identity]) for identity in golds]
    answerable = [(row, gold) for row, gold in pairs if gold]
    refused = [not gold for row, gold in pairs if not row["prediction"]]
    unanswerable = [not row["prediction"] for row, gold in pairs if not gold]
    cited = [is_exact(texts.get(d), a, b, quote) for row, _ in pairs for d, a, b, quote in row["citations"]]
    times = [row["ms"] for row, _ in pairs]
    return Score(
        name=name,
        f1=_mean([f1(row["prediction"], gold) for row, gold in pairs]),
        em=_mean([exact_match(row["prediction"], gold) for row, gold in pairs]),
        best_span_f1=_mean([f1(row["best_span"], gold) for row, gold in answerable]),
        refusal_auroc=auroc(
            np.array([row["no_answer_score"] for row, _ in pairs]), np.array([not gold for _, gold in pairs])
        ),
        refusal_precision=_mean(refused),
        refusal_recall=_mean(unanswerable),
        exact=_mean(cited),
        median_ms=float(np.percentile(times, 50)),
        p95_ms=float(np.percentile(times, 95)),
        cpu_ms=float(np.percentile([row["cpu_ms"] for row, _ in pairs], 50)),
        passages_read=result["passages_read"],
        peak_mb=result["peak_mb"],
    )


def table(scores: Sequence[Score]) -> str:
    """The contenders as rows of a Markdown table."""
    lines = [
        "| reader | F1 | EM | F1, never refusing | refusal AUROC | refusal precision / recall | exact offsets "
        "| median ms | p95 ms | median CPU ms | passages read | peak MB |",
        "|" + " --- |" * 12,
    ]
    lines += [
        f"| {each.name} | {100 * each.f1:.1f} | {100 * each.em:.1f} | {100 * each.best_span_f1:.1f} "
        f"| {each.refusal_auroc:.3f} | {100 * each.refusal_precision:.1f} / {100 * each.refusal_recall:.1f} "
        f"| {each.exact:.3f} | {each.median_ms:.0f} | {each.p95_ms:.0f} | {each.cpu_ms:.0f} | {each.passages_read:.1f} "
        f"| {each.peak_mb:.0f} |"
        for each in scores
    ]
    return "\n".join(lines)


def verdict(ours: Score, others: Sequence[Score]) -> str:
    """One line for each other contender: what it takes of its time and processor, and the difference in F1.

    >>> from dataclasses import replace
    >>> one = Score("A", 0.7, 0.6, 0.7, 0.9, 0.6, 0.7, 1.0, 50.0, 90.0, 80.0, 4.4, 200.0)
    >>> verdict(one, [replace(one, name="B", f1=0.5, median_ms=200.0, cpu_ms=400.0)])
    'A beside B: 25 % of its median time, 20 % of its CPU time, F1 +20.0'
    """
    return "\n".join(
        f"{ours.name} beside {each.name}: {100 * ours.median_ms / each.median_ms:.0f} % of its median time, "
        f"{100 * ours.cpu_ms / each.cpu_ms:.0f} % of its CPU time, F1 {100 * (ours.f1 - each.f1):+.1f}"
        for each in others
    )


def _mean(values: Sequence[float | bool]) -> float:
    return sum(map(float, values)) / len(values) if values else float("nan")
