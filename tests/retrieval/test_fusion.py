"""Reciprocal rank fusion, by hand and by its properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.fusion import reciprocal_rank_fusion

rankings = st.lists(st.lists(st.integers(0, 20), unique=True, max_size=15), min_size=1, max_size=3)


def test_worked_example() -> None:
    fused = reciprocal_rank_fusion([["a", "b", "c"], ["c", "a", "d"]])
    assert [each.item for each in fused] == ["a", "c", "b", "d"]
    assert fused[0].score == pytest.approx(1 / 61 + 1 / 62)
    assert fused[1].score == pytest.approx(1 / 63 + 1 / 61)
    assert fused[2].score == pytest.approx(1 / 62)
    assert [each.ranks for each in fused] == [(1, 2), (3, 1), (2, None), (None, 3)]


def test_equal_scores_stand_in_the_order_of_the_rankings() -> None:
    assert [each.item for each in reciprocal_rank_fusion([["x"], ["a"]])] == ["x", "a"]


def test_weights_scale_a_ranking() -> None:
    assert [each.item for each in reciprocal_rank_fusion([["x"], ["a"]], weights=[1, 2])] == ["a", "x"]


@given(rankings)
def test_every_item_once_best_first(given_rankings: list[list[int]]) -> None:
    fused = reciprocal_rank_fusion(given_rankings)
    assert sorted(each.item for each in fused) == sorted({item for ranking in given_rankings for item in ranking})
    assert [each.score for each in fused] == sorted((each.score for each in fused), reverse=True)


@given(st.lists(st.integers(), unique=True))
def test_one_ranking_stays_as_it_is(ranking: list[int]) -> None:
    assert [each.item for each in reciprocal_rank_fusion([ranking])] == ranking
