"""Does it refuse what it should, and would its confidence sort right from wrong? Arrays hold one value a question."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def auroc(scores: Floats, positive: Bools) -> float:
    """Probability that a random positive scores above a random negative, ties counting a half (Mann-Whitney).

    0.5 is chance, 1 is perfect; nan without both kinds. Source: Hanley & McNeil (1982).

    >>> auroc(np.array([0.9, 0.4, 0.6]), np.array([True, True, False]))
    0.5
    """
    positives = int(positive.sum())
    negatives = len(positive) - positives
    if positives == 0 or negatives == 0:
        return float("nan")
    _, group, counts = np.unique(scores, return_inverse=True, return_counts=True)
    midranks = np.cumsum(counts) - (counts - 1) / 2
    ranks_of_positives = midranks[group][positive].sum()
    return float((ranks_of_positives - positives * (positives + 1) / 2) / (positives * negatives))


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """Point i: answering the ``coverage[i]`` most confident share of the questions errs on ``risk[i]`` of them."""

    coverage: Floats
    risk: Floats

    @property
    def area(self) -> float:
        """AURC, the mean risk over all coverages, 0..1; lower is better (Geifman & El-Yaniv 2017)."""
        return float(self.risk.mean()) if len(self.risk) else float("nan")


def risk_coverage(confidence: Floats, errors: Floats) -> RiskCoverage:
    """The curve as the confidence threshold falls. ``errors`` is 1 - score. Questions of equal confidence share their
    mean error, so their order cannot matter.

    Hand-worked: confidences (0.9, 0.8, 0.7), errors (0, 1, 0): risks 0, 1/2, 1/3; area 0.2778.

    >>> round(risk_coverage(np.array([0.9, 0.8, 0.7]), np.array([0.0, 1.0, 0.0])).area, 4)
    0.2778
    """
    _, group = np.unique(-confidence, return_inverse=True)
    counts = np.bincount(group)
    shared = (np.bincount(group, weights=errors) / np.maximum(counts, 1))[group] if len(errors) else errors
    ordered = shared[np.argsort(group, kind="stable")]
    answered = np.arange(1, len(errors) + 1)
    return RiskCoverage(answered / max(len(errors), 1), np.cumsum(ordered) / answered)
