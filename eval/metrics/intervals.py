"""How sure is a figure? Bootstrap over questions (Efron 1979), and tests for two runs on the same questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from eval.metrics.refusal import Floats

RESAMPLES = 1000
_CHUNK = 2_000_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, its 95 % percentile interval, and the number of questions it rests on. Nothing measured: nan, n 0."""

    value: float
    low: float
    high: float
    n: int


NOTHING = Estimate(float("nan"), float("nan"), float("nan"), 0)


def mean(values: Sequence[float] | Floats, seed: int) -> Estimate:
    """The mean of one value a question."""
    array = np.asarray(values, dtype=np.float64)
    return ratio(array, np.ones_like(array), seed)


def ratio(numerators: Sequence[float] | Floats, denominators: Sequence[float] | Floats, seed: int) -> Estimate:
    """Sum over sum, one pair a question: precision, recall, share of exact citations. ``n`` is the sum below."""
    top, below = np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)
    if not len(top) or below.sum() == 0:
        return NOTHING
    drawn = np.concatenate([_divide(top[index].sum(1), below[index].sum(1)) for index in _resamples(len(top), seed)])
    return _estimate(float(top.sum() / below.sum()), drawn, int(below.sum()))


def statistic(measure: Callable[..., float], *columns: NDArray[np.generic], seed: int) -> Estimate:
    """Any measure of whole columns, such as AUROC: ``measure(*columns)`` on each resample of the rows."""
    size = len(columns[0])
    value = measure(*columns) if size else float("nan")
    if np.isnan(value):
        return NOTHING
    drawn = [measure(*(column[row] for column in columns)) for index in _resamples(size, seed) for row in index]
    return _estimate(float(value), np.array(drawn), size)


@dataclass(frozen=True, slots=True)
class Band:
    """The 95 % percentile interval of each point of a curve."""

    low: Floats
    high: Floats


def band(curve: Callable[..., Floats], *columns: NDArray[np.generic], seed: int) -> Band:
    """Point by point, of a measure that gives as many points for every resample (nan where it has none)."""
    size = len(columns[0])
    drawn = np.array([curve(*(column[row] for column in columns)) for index in _resamples(size, seed) for row in index])
    drawn = np.where(np.isnan(drawn).all(0), 0.0, drawn)
    low, high = np.nanpercentile(drawn, [2.5, 97.5], axis=0)
    return Band(low, high)


def percentile(values: Sequence[float] | Floats, percent: float, seed: int) -> Estimate:
    """A percentile, linearly interpolated, of one value a question."""
    array = np.asarray(values, dtype=np.float64)
    if not len(array):
        return NOTHING
    drawn = np.concatenate([np.percentile(array[index], percent, axis=1) for index in _resamples(len(array), seed)])
    return _estimate(float(np.percentile(array, percent)), drawn, len(array))


@dataclass(frozen=True, slots=True)
class Difference:
    """Second run minus first, with its 95 % interval and the two-sided p value of "no difference"."""

    value: float
    low: float
    high: float
    p: float
    n: int

    @property
    def significant(self) -> bool:
        """At the 5 % level."""
        return self.p < 0.05


def paired_bootstrap(first: Sequence[float], second: Sequence[float], seed: int) -> Difference:
    """Difference of means over the same questions; p by resampling the differences (Koehn 2004), at least 1/1001.

    Hand-worked: equal runs differ by 0 with p = 1.

    >>> paired_bootstrap([1.0, 0.0], [1.0, 0.0], seed=0).p
    1.0
    """
    gains = np.asarray(second, dtype=np.float64) - np.asarray(first, dtype=np.float64)
    if not len(gains):
        return Difference(float("nan"), float("nan"), float("nan"), 1.0, 0)
    drawn = np.concatenate([gains[index].mean(1) for index in _resamples(len(gains), seed)])
    tail = min((drawn <= 0).sum(), (drawn >= 0).sum())
    p = min(1.0, 2 * (int(tail) + 1) / (len(drawn) + 1))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Difference(float(gains.mean()), float(low), float(high), p, len(gains))


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact two-sided p value that two runs are right equally often, from the questions only one of them got right.

    The binomial test on the discordant pairs (McNemar 1947; exact form in Dietterich 1998).
    Hand-worked: 0 against 5: 2 / 2^5 = 0.0625.

    >>> mcnemar(0, 5)
    0.0625
    """
    pairs, fewer = only_first + only_second, min(only_first, only_second)
    if pairs == 0:
        return 1.0
    return min(1.0, float(2 * sum(comb(pairs, i) for i in range(fewer + 1)) / 2**pairs))


def _resamples(size: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Row indices of RESAMPLES resamples, in chunks that keep memory flat."""
    rng = np.random.default_rng(seed)
    rows = max(1, min(RESAMPLES, _CHUNK // max(size, 1)))
    for start in range(0, RESAMPLES, rows):
        yield rng.integers(0, size, (min(rows, RESAMPLES - start), size))


def _divide(top: Floats, below: Floats) -> Floats:
    return np.divide(top, below, out=np.full_like(top, np.nan), where=below > 0)


def _estimate(value: float, drawn: Floats, n: int) -> Estimate:
    drawn = drawn[~np.isnan(drawn)]
    if not len(drawn):
        return Estimate(value, value, value, n)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Estimate(value, float(low), float(high), n)
