"""Outcomes -> every measure with its 95 % interval, the curves and the slices of the report. Pure.

Measures that do not apply (refusal in a set where everything is answerable, reading in mode retrieval) are left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from eval.metrics import intervals
from eval.metrics.answers import best_threshold
from eval.metrics.calibration import accuracy_by_bin, expected_calibration_error, reliability
from eval.metrics.intervals import Estimate
from eval.metrics.ranking import ndcg_at, recall_at, reciprocal_rank, success_at
from eval.metrics.refusal import Bools, Floats, auroc, risk_coverage
from eval.outcome import NEAR, Outcome

DEPTHS = (1, 3, 5, 8, 10, 20, 50)
STAGES = ("retrieve", "read", "total")
LENGTHS = ("1 word", "2-3 words", "4-8 words", "over 8 words")
_CURVE_POINTS = 200
_QUESTION_WORDS = ("how many", "how much", "how", "who", "whom", "whose", "what", "when", "where", "which", "why")


@dataclass(frozen=True, slots=True)
class Slice:
    """Some of the questions: how many, and their mean EM and F1."""

    name: str
    em: Estimate
    f1: Estimate


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything told about one mode of a run. Fractions are 0..1, times milliseconds.

    ``risk_coverage``: coverage, risk, and the risk's interval. ``reliability``: a bin of confidence each, with the
    interval of its accuracy.
    """

    mode: str
    questions: int
    answerable: int
    measures: dict[str, Estimate]
    lost: dict[str, int]
    risk_coverage: list[tuple[float, float, float, float]] = field(default_factory=list)
    reliability: list[dict[str, float]] = field(default_factory=list)
    slices: dict[str, list[Slice]] = field(default_factory=dict)
    thresholds: dict[str, float] = field(default_factory=dict)


def summarise(outcomes: Sequence[Outcome], mode: str, seed: int = 0) -> Summary:
    """All measures of one mode's outcomes. ``seed`` is the bootstrap's."""
    measures: dict[str, Estimate] = {}
    read = [each for each in outcomes if each.em is not None]
    measures |= _answers(read, seed) | _refusal(read, seed) | _confidence(read, seed) | _citations(read, seed)
    measures |= _retrieval(outcomes, seed) | _latency(outcomes, seed)
    best, thresholds = _best(read, seed)
    confidence = _column(read, "confidence")
    return Summary(
        mode=mode,
        questions=len(outcomes),
        answerable=sum(each.answerable for each in outcomes),
        measures={name: each for name, each in (measures | best).items() if each.n and not math.isnan(each.value)},
        lost=_counts(each.lost for each in outcomes),
        risk_coverage=_risk_coverage(confidence, _errors(read), seed) if read else [],
        reliability=_reliability(confidence, _right(read), seed) if read else [],
        slices=_slices(read, seed),
        thresholds=thresholds,
    )


def summary_json(summary: Summary) -> dict[str, Any]:
    """The summary for ``metrics.json``: measures flat, their intervals beside them."""
    return {
        "mode": summary.mode,
        "questions": summary.questions,
        "answerable": summary.answerable,
        **{name: round(each.value, 6) for name, each in summary.measures.items()},
        **summary.thresholds,
        "intervals": {name: [round(each.low, 6), round(each.high, 6)] for name, each in summary.measures.items()},
        "counts": {name: each.n for name, each in summary.measures.items()},
        "lost": summary.lost,
        "risk_coverage": summary.risk_coverage,
        "reliability": summary.reliability,
        "slices": {kind: [asdict(each) for each in slices] for kind, slices in summary.slices.items()},
    }


def _answers(read: Sequence[Outcome], seed: int) -> dict[str, Estimate]:
    has, none = [each for each in read if each.answerable], [each for each in read if not each.answerable]
    return {
        "em": intervals.mean(_column(read, "em"), seed),
        "f1": intervals.mean(_column(read, "f1"), seed),
        "has_answer_em": intervals.mean(_column(has, "em"), seed),
        "has_answer_f1": intervals.mean(_column(has, "f1"), seed),
        "no_answer_accuracy": intervals.mean(_column(none, "em"), seed),
        "best_span_em": intervals.mean(_column(has, "best_em"), seed),
        "best_span_f1": intervals.mean(_column(has, "best_f1"), seed),
    }


def _best(read: Sequence[Outcome], seed: int) -> tuple[dict[str, Estimate], dict[str, float]]:
    """The scores an oracle's no-answer threshold would have given, fitted anew to every resample."""
    measures: dict[str, Estimate] = {}
    thresholds: dict[str, float] = {}
    answerable = np.array([each.answerable for each in read], dtype=np.bool_)
    if answerable.all():
        return {}, {}
    scores = _column(read, "no_answer_score")
    said = np.array([bool(each.best_span) for each in read], dtype=np.bool_)

    def score(*columns: Any) -> float:
        return best_threshold(*columns).score

    for name, column in (("em", "best_em"), ("f1", "best_f1")):
        columns = (scores, _column(read, column), answerable, said)
        measures[f"best_threshold_{name}"] = intervals.statistic(score, *columns, seed=seed)
        thresholds[f"best_{name}_no_answer_threshold"] = best_threshold(*columns).threshold
    return measures, thresholds


def _refusal(read: Sequence[Outcome], seed: int) -> dict[str, Estimate]:
    refused = np.array([each.refused for each in read], dtype=float)
    unanswerable = np.array([not each.answerable for each in read], dtype=float)
    if not unanswerable.any():
        return {}
    scores = _column(read, "no_answer_score")
    return {
        "refusal_precision": intervals.ratio(refused * unanswerable, refused, seed),
        "refusal_recall": intervals.ratio(refused * unanswerable, unanswerable, seed),
        "refusal_auroc": intervals.statistic(auroc, scores, unanswerable > 0, seed=seed),
        "answer_rate": intervals.mean(1 - refused, seed),
    }


def _confidence(read: Sequence[Outcome], seed: int) -> dict[str, Estimate]:
    confidence = _column(read, "confidence")

    def area(confidence: Floats, errors: Floats) -> float:
        return risk_coverage(confidence, errors).area

    def gap(confidence: Floats, correct: Bools) -> float:
        return expected_calibration_error(confidence, correct)

    return {
        "aurc": intervals.statistic(area, confidence, _errors(read), seed=seed),
        "calibration_error": intervals.statistic(gap, confidence, _right(read), seed=seed),
    }


def _citations(read: Sequence[Outcome], seed: int) -> dict[str, Estimate]:
    exact, given = [each.citations_exact for each in read], [len(each.citations) for each in read]
    return {
        "citation_exactness": intervals.ratio(exact, given, seed),
        "citation_correctness": intervals.mean(_known(read, "citation_correct"), seed),
        "citation_recall": intervals.mean(_known(read, "citation_recall"), seed),
    }


def _retrieval(outcomes: Sequence[Outcome], seed: int) -> dict[str, Estimate]:
    rows = [(each.relevance, each.relevant) for each in outcomes if each.relevance is not None]
    deepest = max((len(gains) for gains, _ in rows), default=0)
    found: dict[str, Estimate] = {}
    for k in (k for k in DEPTHS if k <= deepest):
        found[f"recall@{k}"] = intervals.mean([success_at(gains, k) for gains, _ in rows], seed)
    for k in (k for k in DEPTHS if k <= deepest and any(count > 1 for _, count in rows)):
        found[f"article_recall@{k}"] = intervals.mean([recall_at(gains, count, k) for gains, count in rows], seed)
    found["mrr"] = intervals.mean([reciprocal_rank(gains) for gains, _ in rows], seed)
    found["ndcg@10"] = intervals.mean([ndcg_at(gains, [1] * count, 10) for gains, count in rows], seed)
    return found


def _latency(outcomes: Sequence[Outcome], seed: int) -> dict[str, Estimate]:
    found = {}
    for stage in STAGES:
        spent = [each.timings_ms[stage] for each in outcomes if each.timings_ms is not None]
        for percent in (50, 95, 99) if any(spent) else ():
            found[f"{stage}_ms_p{percent}"] = intervals.percentile(spent, percent, seed)
    return found


def _slices(read: Sequence[Outcome], seed: int) -> dict[str, list[Slice]]:
    answerable = [each for each in read if each.answerable]
    kinds: Mapping[str, tuple[Sequence[Outcome], Callable[[Outcome], Sequence[str]]]] = {
        "question word": (read, lambda each: [question_word(each.question)]),
        "answer length": (answerable, lambda each: [_length(each)]),
        "source": (read, lambda each: [_source(each)]),
        "turn": (read, lambda each: [f"turn {each.turn}"] if each.turn else []),
        "kind": (read, lambda each: [each.kind] if each.kind else []),
        "tag": (read, lambda each: each.tags),
    }
    slices: dict[str, list[Slice]] = {}
    for kind, (rows, names_of) in kinds.items():
        groups: dict[str, list[Outcome]] = {}
        for each in rows:
            for name in names_of(each):
                groups.setdefault(name, []).append(each)
        biggest = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))[:20]
        if kind == "answer length":
            biggest.sort(key=lambda group: LENGTHS.index(group[0]))
        if kind == "turn":
            biggest.sort(key=lambda group: int(group[0].split()[1]))
        if biggest:
            slices[kind] = [
                Slice(name, intervals.mean(_column(some, "em"), seed), intervals.mean(_column(some, "f1"), seed))
                for name, some in biggest
            ]
    return slices


def question_word(question: str) -> str:
    """The first question word of a question, longest first ("how many" before "how"); "other" when there is none.

    >>> question_word("In which city, and how many died?")
    'which'
    """
    words = " ".join(re.findall(r"[a-z]+", question.lower()))
    found = re.search(rf"\b({'|'.join(_QUESTION_WORDS)})\b", words)
    return found[1] if found else "other"


def _length(outcome: Outcome) -> str:
    words = min(len(gold.text.split()) for gold in outcome.answers)
    return LENGTHS[0 if words <= 1 else 1 if words <= 3 else 2 if words <= 8 else 3]


def _source(outcome: Outcome) -> str:
    named = next((gold.source for gold in outcome.answers if gold.source is not None), None)
    return "no answer" if not outcome.answers else "not told" if named is None else named.partition("#")[0]


def _column(outcomes: Sequence[Outcome], name: str) -> Floats:
    return np.array([getattr(each, name) or 0.0 for each in outcomes], dtype=np.float64)


def _errors(outcomes: Sequence[Outcome]) -> Floats:
    """1 - F1 of the best span: what showing it would cost; 1 where there is no span, or nothing to find."""
    shown = [(each.best_f1 or 0.0) if each.best_span and each.answerable else 0.0 for each in outcomes]
    return 1 - np.array(shown, dtype=np.float64)


def _right(outcomes: Sequence[Outcome]) -> Bools:
    """Whether showing the best span would give the gold answer, a word more or less: what confidence is the
    probability of."""
    return _errors(outcomes) <= 1 - NEAR


def _known(outcomes: Sequence[Outcome], name: str) -> list[float]:
    return [float(getattr(each, name)) for each in outcomes if getattr(each, name) is not None]


def _counts(labels: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for label in labels:
        counts[label] = counts.get(label, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def _risk_coverage(confidence: Floats, errors: Floats, seed: int) -> list[tuple[float, float, float, float]]:
    """The curve at about ``_CURVE_POINTS`` coverages, the last one included."""
    step = max(1, len(errors) // _CURVE_POINTS)
    at = np.union1d(np.arange(step - 1, len(errors), step), [len(errors) - 1])
    curve = risk_coverage(confidence, errors)

    def risks(confidence: Floats, errors: Floats) -> Floats:
        found: Floats = risk_coverage(confidence, errors).risk[at]
        return found

    around = intervals.band(risks, confidence, errors, seed=seed)
    points = np.stack([curve.coverage[at], curve.risk[at], around.low, around.high], axis=1)
    return [(x, y, low, high) for x, y, low, high in points.round(4).tolist()]


def _reliability(confidence: Floats, right: Bools, seed: int) -> list[dict[str, float]]:
    around = intervals.band(accuracy_by_bin, confidence, right, seed=seed)
    return [
        asdict(each) | {"low_accuracy": float(around.low[index]), "high_accuracy": float(around.high[index])}
        for each in reliability(confidence, right)
        for index in [round(10 * each.low)]
    ]
