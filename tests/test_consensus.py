from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.consensus import agreed_scores


def test_a_worked_example() -> None:
    # Weights 2, 1, 1 at temperature 1. F1: "red car" and "car" share one word of 2 + 1, 2/3; "bus" shares none.
    found = agreed_scores(["red car", "car", "bus"], [math.log(2), 0.0, 0.0], 1.0)
    wanted = [math.log(2 + 2 / 3), math.log(1 + 2 * 2 / 3), 0.0]
    assert all(math.isclose(one, other) for one, other in zip(found, wanted, strict=True))


def test_the_one_that_others_support_overtakes_the_best() -> None:
    texts, scores = ["Ann", "in Oslo town", "Oslo town"], [5.0, 4.6, 4.6]
    agreed = agreed_scores(texts, scores, 1.0)
    assert max(agreed) == agreed[2] or max(agreed) == agreed[1]
    assert agreed_scores(texts, scores, 0.01)[0] == pytest.approx(5.0)


def test_nothing_says_nothing_and_signs_agree_with_themselves() -> None:
    assert agreed_scores([], [], 1.0) == []
    assert agreed_scores(["?!"], [3.0], 1.0) == [3.0]


@given(
    st.lists(st.tuples(st.text("ab ?", max_size=6), st.floats(-500, 500)), min_size=1, max_size=8),
    st.floats(0.05, 5.0),
)
def test_agreement_only_adds_and_is_bounded(found: list[tuple[str, float]], temperature: float) -> None:
    texts, scores = [text for text, _ in found], [score for _, score in found]
    agreed = agreed_scores(texts, scores, temperature)
    assert len(agreed) == len(found)
    for one, score in zip(agreed, scores, strict=True):
        assert score <= one <= max(scores) + temperature * math.log(len(found)) + 1e-6
