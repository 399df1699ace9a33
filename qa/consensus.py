"""Consensus: which of many candidates do the others agree with? Pure.

On a long text, windows point at many places, and at shifted copies of the same one. The candidate with the highest
score is then often a lone mistake. Minimum Bayes risk decoding (Kumar and Byrne 2004) takes the candidate with the
highest expected word F1 instead, where the candidates themselves, weighted by their softmax, stand for what the answer
may be. The expected F1 is told on the scale of the scores, so that it can stand in their place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qa.normalise import answer_tokens

Floats = NDArray[np.float64]


def agreed_scores(texts: Sequence[str], scores: Sequence[float], temperature: float) -> list[float]:
    """For each of n candidates, T log sum_i exp(score_i / T) F1(text, text_i); n values, in the order given.

    A candidate agrees with itself, so the value is never below its score. ``temperature`` T > 0: how much lesser
    candidates have to say, on the scale of the scores; towards 0 the value is the score.
    """
    if not texts:
        return []
    weights = np.array(scores, dtype=np.float64) / temperature
    highest = weights.max()
    with np.errstate(divide="ignore"):
        sums = np.log(_word_f1(texts) @ np.exp(weights - highest)) + highest
    return [max(score, float(temperature * one)) for score, one in zip(scores, sums, strict=True)]


def _word_f1(texts: Sequence[str]) -> Floats:
    """The word F1 of every text with every other (n x n): twice the shared words over both lengths."""
    words = [Counter(answer_tokens(text)) for text in texts]
    column = {word: at for at, word in enumerate(sorted(set().union(*words)))}
    counts = np.zeros((len(texts), len(column)))
    for row, found in enumerate(words):
        for word, times in found.items():
            counts[row, column[word]] = times
    shared = np.array([np.minimum(row, counts).sum(axis=1) for row in counts])
    lengths = counts.sum(axis=1)
    both = lengths[:, None] + lengths[None, :]
    f1: Floats = np.divide(2 * shared, both, out=np.zeros_like(both), where=both > 0)
    np.fill_diagonal(f1, 1.0)  # words or none, a text agrees with itself
    return f1
