"""Evidence of answers known to be right or wrong to a calibration: what the probability is fitted by."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from qa.calibration import LEAST, NEVER, Calibration, Evidence, counted_words
from qa.reading import read_before_settled
from qa.records import Candidate, Hit, Reading
from qa.selection import Selector
from qa.training.evaluate import f1
from qa.training.load import TrainingDataError

_FEATURES = ("margin", "lead", "log_rank", "agreement", "alone", "words", "average")
_RANK_WEIGHTS = (0.0, 0.1, 0.3, 0.5, 1.0, 1.5, 2.0)
_CONSENSUS = (0.0, 1.5, 2.0, 3.0)
_SETTLED = (6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0, 20.0)
_MOST_LOST = 0.004  # F1 that stopping early may cost on this data
_BINS = 10
_MOST_MOVED = 5.0
"""How far the bias may be moved, in log odds: a chance of one in 150 becomes an even one."""
_MOST_REFUSED = 0.06
"""Of the answerable: the threshold is set so that no more are refused on this data. The seed questions were refused
almost twice as often as these: at 0.10, every fifth that the articles answer.
"""
_UNANSWERABLE = 0.25
"""Share of the questions people ask that their articles do not answer, as far as the probabilities know. The questions
asked here have more of them, so that there are enough to learn from: the bias is then moved to that share (King and
Zeng 2001), and all else stays as it is.
"""

Look = Callable[[str, Candidate], float]
"""A question's candidate -> its margin when it is read alone."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question asked of the index, what was read for it, and the answers that count; none if it must be refused."""

    question: str
    hits: tuple[Hit, ...]
    readings: tuple[Reading, ...]
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """How well the fit does on questions that it was not fitted on (five folds). The calibration error and the
    reliability are those of a quarter of questions without an answer.
    """

    questions: int
    answerable: int
    f1: float
    auroc: float
    expected_calibration_error: float
    reliability: tuple[tuple[float, float, int], ...]
    """Per bin: mean probability, share that was right, how many."""
    refused_answerable: float
    refused_unanswerable: float
    settled_f1_loss: float
    settled_share: float


def fit(asked: Sequence[Asked], look: Look) -> tuple[Calibration, Report]:
    """The calibration with the best F1 across passages, its probabilities, threshold and stopping margin.

    Raises TrainingDataError unless each fold has answers that are right and answers that are wrong.
    """
    tried = [
        Calibration(rank_weight=weight, consensus=temperature)
        for weight, temperature in product(_RANK_WEIGHTS, _CONSENSUS)
    ]
    chosen = max(tried, key=lambda one: _span_f1(asked, one))
    settled, loss, share = _settled(asked, chosen)
    best = [_best(one, chosen, read_before_settled(one.readings, settled)) for one in asked]  # as much as is read later
    evidence = [_looked_again(*found, one.question, look) for found, one in zip(best, asked, strict=True)]
    features = np.array([[getattr(each, name) for name in _FEATURES] for each in evidence])
    right = np.array([_quality(found[0], one.wanted) >= 0.5 for found, one in zip(best, asked, strict=True)])
    answerable = np.array([bool(one.wanted) for one in asked])
    folds = np.arange(len(asked)) % 5
    if not all(0 < right[folds != fold].mean() < 1 for fold in range(5)) or answerable.all():
        raise TrainingDataError(
            f"calibration: expected questions answered rightly, questions answered wrongly and questions without an "
            f"answer, found {right.sum()}, {(~right).sum()} and {(~answerable).sum()} of {len(asked)}; add rows"
        )
    counted = _weights(answerable)
    probability = np.zeros(len(asked))
    for fold in range(5):
        own = folds == fold
        model = _fit(features[~own], right[~own], counted[~own])
        probability[own] = model.predict_proba(features[own])[:, 1]
    model = _fit(features, right, counted)
    weights = dict(zip(_FEATURES, (round(float(weight), 4) for weight in model.coef_[0]), strict=True))
    threshold = round(float(np.quantile(probability[answerable], _MOST_REFUSED)), 4)
    calibration = replace(
        chosen, bias=round(float(model.intercept_[0]), 4), threshold=threshold, settled=settled, **weights
    )
    bins = _reliability(probability, right, counted)
    report = Report(
        questions=len(asked),
        answerable=int(answerable.sum()),
        f1=round(100 * _span_f1(asked, chosen), 2),
        auroc=round(float(roc_auc_score(answerable, probability)), 4),
        expected_calibration_error=round(sum(abs(each.mean - each.share) * each.weight for each in bins), 4),
        reliability=tuple((round(each.mean, 3), round(each.share, 3), each.count) for each in bins),
        refused_answerable=round(float((probability[answerable] < threshold).mean()), 4),
        refused_unanswerable=round(float((probability[~answerable] < threshold).mean()), 4),
        settled_f1_loss=round(100 * loss, 3),
        settled_share=round(share, 3),
    )
    return calibration, report


def _best(one: Asked, calibration: Calibration, passages: int | None = None) -> tuple[Candidate | None, Evidence]:
    weighed = Selector(calibration, 0.0).weigh(one.question, one.hits, one.readings[:passages])
    return weighed[0] if weighed else (None, Evidence(LEAST, 0.0, 0.0, 0.0, LEAST, counted_words(one.question), LEAST))


def _looked_again(candidate: Candidate | None, evidence: Evidence, question: str, look: Look) -> Evidence:
    return evidence if candidate is None else replace(evidence, alone=look(question, candidate))


def _quality(candidate: Candidate | None, wanted: Sequence[str]) -> float:
    text = "" if candidate is None else candidate.text
    return max((f1(text, one) for one in wanted), default=0.0)


def _span_f1(asked: Sequence[Asked], calibration: Calibration) -> float:
    found = [_quality(_best(one, calibration)[0], one.wanted) for one in asked if one.wanted]
    return sum(found) / max(1, len(found))


def _settled(asked: Sequence[Asked], calibration: Calibration) -> tuple[float, float, float]:
    """The smallest margin at which reading may stop, with at most ``_MOST_LOST`` of F1 lost there and at every greater
    one; the loss; how often it stops.
    """
    answerable = [one for one in asked if one.wanted]
    whole = [_quality(_best(one, calibration)[0], one.wanted) for one in answerable]
    chosen = NEVER, 0.0, 0.0
    for margin in reversed(_SETTLED):
        read = [read_before_settled(one.readings, margin) for one in answerable]
        lost = [
            full - _quality(_best(one, calibration, count)[0], one.wanted) if count < len(one.readings) else 0.0
            for one, full, count in zip(answerable, whole, read, strict=True)
        ]
        early = sum(count < len(one.readings) for one, count in zip(answerable, read, strict=True))
        loss = sum(lost) / max(1, len(lost))
        if loss > _MOST_LOST:
            break
        if early:
            chosen = margin, loss, early / len(answerable)
    return chosen


def _fit(features: np.ndarray, right: np.ndarray, counted: np.ndarray) -> LogisticRegression:
    """Logistic regression, its bias moved so that probabilities and shares that are right have the same mean where
    questions count as they are `counted`.
    """
    model = LogisticRegression(C=10.0).fit(features, right)
    odds, wanted = model.decision_function(features), np.average(right, weights=counted)
    low, high = -_MOST_MOVED, _MOST_MOVED
    for _ in range(50):
        middle = (low + high) / 2
        mean = np.average(1 / (1 + np.exp(-(odds + middle))), weights=counted)
        low, high = (middle, high) if mean < wanted else (low, middle)
    model.intercept_ = model.intercept_ + low
    return model


def _weights(answerable: np.ndarray) -> np.ndarray:
    """What each question counts: one that has an answer 1, the others so much that they are their share of all."""
    others = int((~answerable).sum())
    if not others:
        return np.ones(len(answerable))
    return np.where(answerable, 1.0, _UNANSWERABLE / (1 - _UNANSWERABLE) * answerable.sum() / others)


@dataclass(frozen=True, slots=True)
class _Bin:
    """Probabilities near each other: their mean, the share of them that was right, how many, their share of all."""

    mean: float
    share: float
    count: int
    weight: float


def _reliability(probability: np.ndarray, right: np.ndarray, counted: np.ndarray) -> list[_Bin]:
    bins = []
    for number in range(_BINS):
        low, high = number / _BINS, (number + 1) / _BINS if number < _BINS - 1 else math.inf
        here = (probability >= low) & (probability < high)
        if here.any():
            mean, share = (float(np.average(each[here], weights=counted[here])) for each in (probability, right))
            bins.append(_Bin(mean, share, int(here.sum()), float(counted[here].sum() / counted.sum())))
    return bins
