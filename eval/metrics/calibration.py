"""Is a confidence of 0.8 right four times in five?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eval.metrics.refusal import Bools, Floats


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions whose confidence lies in (low, high]; the first bin also takes 0."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def reliability(confidence: Floats, correct: Bools, bins: int = 10) -> list[Bin]:
    """Equal-width bins of confidence that hold a question, with mean confidence and share correct (Guo et al. 2017)."""
    edges = np.linspace(0.0, 1.0, bins + 1)
    where = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    return [
        Bin(
            low=float(edges[index]),
            high=float(edges[index + 1]),
            count=int((where == index).sum()),
            confidence=float(confidence[where == index].mean()),
            accuracy=float(correct[where == index].mean()),
        )
        for index in np.unique(where)
    ]


def accuracy_by_bin(confidence: Floats, correct: Bools, bins: int = 10) -> Floats:
    """Share correct in every equal-width bin, nan where it is empty: as ``reliability``, for resampling.

    >>> accuracy_by_bin(np.array([0.9, 0.9, 0.1]), np.array([True, False, False]), bins=2).tolist()
    [0.0, 0.5]
    """
    edges = np.linspace(0.0, 1.0, bins + 1)
    where = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    counts = np.bincount(where, minlength=bins)
    right = np.bincount(where, weights=correct, minlength=bins)
    shares: Floats = np.divide(right, counts, out=np.full(bins, np.nan), where=counts > 0)
    return shares


def expected_calibration_error(confidence: Floats, correct: Bools, bins: int = 10) -> float:
    """Mean gap between confidence and accuracy over the bins, weighted by their counts, 0..1 (Naeini et al. 2015).

    Hand-worked: two questions at 0.9, one right: |0.5 - 0.9| = 0.4.

    >>> round(expected_calibration_error(np.array([0.9, 0.9]), np.array([True, False])), 4)
    0.4
    """
    if not len(confidence):
        return float("nan")
    edges = np.linspace(0.0, 1.0, bins + 1)
    where = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    gaps = np.bincount(where, weights=confidence - correct, minlength=bins)
    return float(np.abs(gaps).sum() / len(confidence))
