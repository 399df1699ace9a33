"""How well a ranking puts the evidence first. ``relevances[i]`` is the gain at rank i + 1; 0: irrelevant."""

from __future__ import annotations

import math
from collections.abc import Sequence


def success_at(relevances: Sequence[float], k: int) -> float:
    """1.0 when one of the first k is relevant, else 0.0.

    Over questions its mean is the "top-k retrieval accuracy" of Karpukhin et al. (2020), which open-domain question
    answering also calls recall@k: one passage with the answer is enough.

    >>> success_at([0, 0, 1], 2), success_at([0, 0, 1], 3)
    (0.0, 1.0)
    """
    return float(any(gain > 0 for gain in relevances[:k]))


def recall_at(relevances: Sequence[float], relevant: int, k: int) -> float:
    """Share of all ``relevant`` items found among the first k (Manning, Raghavan, Schütze 2008, ch. 8).

    >>> recall_at([1, 0, 1], 4, 3)
    0.5
    """
    return sum(gain > 0 for gain in relevances[:k]) / relevant if relevant else 0.0


def reciprocal_rank(relevances: Sequence[float]) -> float:
    """1 / rank of the first relevant item; 0 when there is none. Its mean is MRR (Voorhees 1999).

    >>> reciprocal_rank([0, 0, 1, 1])
    0.3333333333333333
    """
    return next((1 / rank for rank, gain in enumerate(relevances, 1) if gain > 0), 0.0)


def ndcg_at(relevances: Sequence[float], ideal: Sequence[float], k: int) -> float:
    """Discounted cumulative gain of the first k over that of the ideal ranking (Järvelin & Kekäläinen 2002).

    Gain over log2(rank + 1). ``ideal`` holds the gains of all relevant items, in any order.

    Hand-worked: gains (0, 1) with one relevant item: (1 / log2 3) / 1 = 0.6309.

    >>> round(ndcg_at([0, 1], [1], 10), 4)
    0.6309
    """
    best = _dcg(sorted(ideal, reverse=True)[:k])
    return _dcg(relevances[:k]) / best if best > 0 else 0.0


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))
