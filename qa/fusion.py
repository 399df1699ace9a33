"""Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009): rankings become one."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

RRF_K = 60
"""The paper's constant: how little the very first ranks count more than the next."""

Item = TypeVar("Item", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Fused(Generic[Item]):
    """An item, its fused score, and its rank (from 1) in each ranking, ``None`` where it is missing."""

    item: Item
    score: float
    ranks: tuple[int | None, ...]


def reciprocal_rank_fusion(
    rankings: Sequence[Sequence[Item]], *, k: int = RRF_K, weights: Sequence[float] | None = None
) -> list[Fused[Item]]:
    """score(item) = sum over rankings of weight / (k + rank); best first.

    Equal scores stand by the best single rank, then in the order of the rankings, so the result is always the same.
    A ranking must not name an item twice.
    """
    positions = [{item: rank for rank, item in enumerate(ranking, 1)} for ranking in rankings]
    scale = [1.0] * len(rankings) if weights is None else list(weights)
    items = dict.fromkeys(item for ranking in rankings for item in ranking)
    fused = []
    for order, item in enumerate(items):
        ranks = tuple(ranks.get(item) for ranks in positions)
        score = sum(weight / (k + rank) for weight, rank in zip(scale, ranks, strict=True) if rank is not None)
        best = min(rank for rank in ranks if rank is not None)
        fused.append((-score, best, order, Fused(item, score, ranks)))
    return [each for *_, each in sorted(fused, key=lambda entry: entry[:3])]
