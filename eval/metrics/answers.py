"""Exact match and F1 by the rules of the official SQuAD scripts, and the best no-answer threshold.

Source: Rajpurkar, Jia, Liang (2018), "Know What You Don't Know", and its script ``evaluate-v2.0.py``.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = frozenset(string.punctuation)


def normalise(text: str) -> str:
    """Lower case, no ASCII punctuation, no English articles, single spaces: the form in which answers are compared.

    >>> normalise("The  U.N.'s envoy")
    'uns envoy'
    """
    bare = "".join(character for character in text.lower() if character not in _PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def exact_match(prediction: str, golds: Sequence[str]) -> float:
    """1.0 when the prediction equals some gold answer after ``normalise``, else 0.0.

    No gold answers: the question has no answer, and the empty prediction is the right one. Golds that are empty after
    normalising do not count, as in the official script.

    >>> exact_match("the envoy", ["Envoy.", "a diplomat"])
    1.0
    """
    normalised = normalise(prediction)
    return max(float(normalise(gold) == normalised) for gold in _real(golds))


def f1(prediction: str, golds: Sequence[str]) -> float:
    """Harmonic mean of token precision and recall against the best gold answer, 0..1, tokens counted as a bag.

    Hand-worked: "in the city of Paris" against "Paris city" shares 2 tokens of 4 and 2, so P = 1/2, R = 1, F1 = 2/3.

    >>> round(f1("in the city of Paris", ["Paris city"]), 4)
    0.6667
    """
    tokens = _tokens(prediction)
    return max(_token_f1(tokens, _tokens(gold)) for gold in _real(golds))


def _real(golds: Sequence[str]) -> Sequence[str]:
    return [gold for gold in golds if normalise(gold)] or [""]


def _tokens(text: str) -> list[str]:
    return normalise(text).split()


def _token_f1(predicted: list[str], gold: list[str]) -> float:
    if not predicted or not gold:
        return float(predicted == gold)
    same = sum((Counter(gold) & Counter(predicted)).values())
    if same == 0:
        return 0.0
    precision, recall = same / len(predicted), same / len(gold)
    return 2 * precision * recall / (precision + recall)


@dataclass(frozen=True, slots=True)
class BestThreshold:
    """Answering exactly the questions whose no-answer score is at most ``threshold`` gives the mean ``score``."""

    score: float
    threshold: float


def best_threshold(
    no_answer_scores: ArrayLike, best_span_scores: ArrayLike, answerable: ArrayLike, said: ArrayLike
) -> BestThreshold:
    """The no-answer threshold with the best mean score, as the script's ``find_best_thresh`` finds it.

    One value a question in each: ``best_span_scores`` is EM or F1 of the best span of an answerable question; ``said``
    tells whether a span was found at all. An oracle on this very set: an upper bound, never a setting.

    Hand-worked: scores 0.1 (answerable, right), 0.2 (unanswerable), 0.3 (answerable, right): refusing all earns 1 of 3;
    answering up to 0.1 earns 2, up to 0.2 earns 1, up to 0.3 earns 2, so the best is 2/3 at 0.1.

    >>> best_threshold([0.1, 0.2, 0.3], [1.0, 0.0, 1.0], [True, False, True], [True] * 3)
    BestThreshold(score=0.6666666666666666, threshold=0.1)
    """
    doubt = np.asarray(no_answer_scores, dtype=np.float64)
    can, spoke = np.asarray(answerable, dtype=np.bool_), np.asarray(said, dtype=np.float64)
    if not len(doubt):
        return BestThreshold(0.0, 0.0)
    order = np.argsort(doubt, kind="stable")
    gains = np.where(can, np.asarray(best_span_scores, dtype=np.float64), -spoke)[order]
    earned = np.cumsum(np.concatenate([[float((~can).sum())], gains]))  # first: refusing all
    best = int(np.argmax(earned))
    return BestThreshold(float(earned[best]) / len(doubt), float(doubt[order][best - 1]) if best else 0.0)
