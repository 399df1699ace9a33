"""Losses against numbers worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from qa.training.loss import TEMPERATURE, Shares, hard_loss, null_loss, reader_loss, soft_loss
from qa.training.model import Scores
from qa.training.sampling import Batch

FLAT = torch.zeros(3)


def test_the_windows_of_a_question_share_one_softmax() -> None:
    # Two places each. Question 0: windows 0 (gold at place 1) and 1 (a rival). Question 1: window 2 (gold at place 0).
    scores = torch.tensor([[0.0, math.log(2.0)], [math.log(3.0), 0.0], [math.log(4.0), 0.0]])
    start, question = torch.tensor([1, -1, 0]), torch.tensor([0, 0, 1])
    found = hard_loss((scores, scores, FLAT), start, start, question)
    # exp of the scores: 1 + 2 + 3 + 1 = 7, of which 2 are gold; 4 + 1 = 5, of which 4 are gold.
    assert math.isclose(float(found), (math.log(7 / 2) + math.log(5 / 4)) / 2, rel_tol=1e-5)
    alone = hard_loss((scores, scores, FLAT), start, start, torch.tensor([0, 1, 2]))
    assert math.isclose(float(alone), (math.log(3 / 2) + math.log(5 / 4)) / 2, rel_tol=1e-5)
    # No window answers: nothing is learnt of spans, and "no answer here" costs log 2 where the head does not know.
    none = torch.full((3,), -1)
    assert float(hard_loss((scores, scores, FLAT), none, none, question)) == 0.0
    assert float(null_loss(FLAT, none)) == pytest.approx(math.log(2), rel=1e-5)


def of_odds(*rows: list[float]) -> Tensor:
    """Logits that have these odds at the temperature."""
    return TEMPERATURE * torch.tensor(rows).log()


# Question 0: windows 0 and 1. Question 1: window 2. Two places each.
QUESTION = torch.tensor([0, 0, 1])
KNOWN = of_odds([1.0, 2.0], [3.0, 2.0], [1.0, 3.0])
EVEN = of_odds([1.0, 1.0], [1.0, 1.0], [1.0, 1.0])
# Of 1/8, 2/8, 3/8 and 2/8 from four quarters, and of 1/4 and 3/4 from two halves.
TOGETHER = math.log(1 / 2) / 8 + 3 * math.log(3 / 2) / 8
ALONE = math.log(1 / 2) / 4 + 3 * math.log(3 / 2) / 4


def softly(learnt: Scores, known: Scores, start: list[int]) -> float:
    return float(soft_loss(learnt, known, torch.tensor(start), QUESTION))


def test_a_teacher_s_scores_of_a_question_s_windows_share_one_softmax() -> None:
    assert TEMPERATURE == 2.0
    both = softly((EVEN, EVEN, FLAT), (KNOWN, KNOWN, FLAT), [1, -1, 0])
    assert both == pytest.approx(4 * (TOGETHER + ALONE) / 2, rel=1e-5)
    starts = softly((EVEN, KNOWN, FLAT), (KNOWN, KNOWN, FLAT), [1, -1, 0])
    assert starts == pytest.approx(both / 2, rel=1e-5)


def test_an_unanswerable_question_counts_as_much_as_the_teacher_believes_in_an_answer() -> None:
    null = torch.tensor([5.0, 5.0, math.log(3.0)])  # one in four that window 2 has an answer
    found = softly((EVEN, EVEN, FLAT), (KNOWN, KNOWN, null), [1, -1, -1])
    assert found == pytest.approx(4 * (TOGETHER + ALONE / 4) / 1.25, rel=1e-5)
    # Of two windows the one that has it more likely: one in two, not one in four.
    null = torch.tensor([math.log(3.0), 0.0, 0.0])
    found = softly((EVEN, EVEN, FLAT), (KNOWN, KNOWN, null), [-1, -1, 0])
    assert found == pytest.approx(4 * (TOGETHER / 2 + ALONE) / 1.5, rel=1e-5)


def test_the_null_score_learns_what_is_marked_and_the_teacher_s_probability_in_its_share() -> None:
    start, known = torch.tensor([1, -1, -1]), torch.tensor([0.0, 0.0, math.log(3.0)])
    entropy = (2 * math.log(2) + math.log(4) / 4 + 3 * math.log(4 / 3) / 4) / 3
    assert float(null_loss(known, start, known, 1.0)) == pytest.approx(entropy, rel=1e-5)
    # Marked: no, yes, yes; the head says one half, one half, three quarters.
    marked = (2 * math.log(2) + math.log(4 / 3)) / 3
    assert float(null_loss(known, start)) == pytest.approx(marked, rel=1e-5)
    assert float(null_loss(known, start, known, 0.0)) == pytest.approx(marked, rel=1e-5)
    assert float(null_loss(known, start, known, 0.25)) == pytest.approx(0.75 * marked + 0.25 * entropy, rel=1e-5)


def test_spans_and_whether_there_is_one_are_taught_in_shares_of_their_own() -> None:
    start = torch.tensor([1, -1, -1])
    learnt, known = (KNOWN, EVEN, torch.tensor([1.0, -1.0, 2.0])), (EVEN, EVEN, torch.tensor([0.0, 3.0, -1.0]))
    hard = float(hard_loss(learnt, start, start, QUESTION))
    soft = float(soft_loss(learnt, known, start, QUESTION))
    null = [float(null_loss(learnt[2], start, known[2], share)) for share in (0.0, 0.25)]
    assert len({round(each, 3) for each in (hard, soft, *null)}) == 4

    def told(shares: Shares, taught: Scores | None = known, asked: tuple[bool, bool] = (True, True)) -> float:
        batch = Batch(FLAT, FLAT, FLAT, start, start, QUESTION, torch.tensor([asked[0], asked[0], asked[1]]))
        return float(reader_loss(learnt, batch, shares, taught))

    assert told(Shares(0.5, 0.75, 0.25)) == pytest.approx(0.25 * hard + 0.75 * soft + 0.5 * null[1], rel=1e-5)
    assert told(Shares(2.0, 1.0, 0.0)) == pytest.approx(soft + 2 * null[0], rel=1e-5)
    assert told(Shares(0.5, 0.75, 0.25), None) == pytest.approx(hard + 0.5 * null[0], rel=1e-5)
    # A question about which the teacher is not asked is learnt from as marked; one that is, as before.
    assert told(Shares(0.5, 0.75, 0.25), asked=(False, False)) == pytest.approx(hard + 0.5 * null[0], rel=1e-5)
    first, second = (told(Shares(0.5, 0.75, 0.25), asked=asked) for asked in ((True, False), (False, True)))
    assert first + second == pytest.approx(told(Shares(0.5, 0.75, 0.25)) + hard + 0.5 * null[0], rel=1e-5)
    # The marked answer is the first question's.
    assert told(Shares(0.0, 1.0, 0.0), asked=(False, True)) > hard > 0
    assert told(Shares(0.0, 1.0, 0.0), asked=(True, False)) == pytest.approx(
        float(soft_loss(learnt, known, start, QUESTION, torch.tensor([1.0, 1.0, 0.0]))), rel=1e-5
    )


LOGIT = st.floats(-8, 8, width=32)
ROWS = st.lists(st.lists(LOGIT, min_size=3, max_size=3), min_size=3, max_size=3).map(torch.tensor)
NULLS = st.lists(LOGIT, min_size=3, max_size=3).map(torch.tensor)
SCORES = st.tuples(ROWS, ROWS, NULLS)


@given(SCORES, SCORES, st.sampled_from([[1, -1, 0], [1, -1, -1], [-1, -1, 2], [-1, -1, -1]]))
def test_nothing_is_better_than_to_score_as_the_teacher_does(other: Scores, known: Scores, start: list[int]) -> None:
    outside = torch.tensor([[True, False, False], [True, False, False], [True, False, True]])
    known = (known[0].masked_fill(outside, -1e4), known[1].masked_fill(outside, -1e4), known[2])
    other = (other[0].masked_fill(outside, -1e4), other[1].masked_fill(outside, -1e4), other[2])
    same = tuple(each.clone().requires_grad_() for each in known)
    marked = torch.tensor(start)
    least = soft_loss((same[0], same[1], same[2]), known, marked, QUESTION) + null_loss(same[2], marked, known[2], 1.0)
    least.backward()  # type: ignore[no-untyped-call]
    for each in same:
        assert each.grad is not None and each.grad.abs().max() < 1e-5
    assert softly(known, known, start) == pytest.approx(0.0, abs=1e-5)
    worst = softly(other, known, start) + float(null_loss(other[2], marked, known[2], 1.0))
    assert worst >= float(least.detach()) - 1e-5
