"""What is known of an answer, and the one probability that is made of it."""

from __future__ import annotations

import math

import pytest

from qa.calibration import Calibration, Evidence, calibration_from
from qa.errors import ModelError
from qa.records import Answer, NoAnswer, Reading
from qa.selection import Selector
from tests.ceasefire import DOCUMENTS, FIRST, ONE, SECOND, TWO
from tests.examples import hits, passage, reading

SELECTOR = Selector(Calibration(bias=0, margin=1), threshold=0.5)


def test_an_answer_that_fails_alone_is_doubted_and_the_others_stay_as_far_behind_it() -> None:
    """Margins 4 and 3; alone the answer has 1, so the other one is taken to have 0."""
    selector = Selector(Calibration(bias=0, margin=0.5, alone=0.5), threshold=0.5)
    readings = [reading(FIRST, {"82": 4}), reading(SECOND, {"Wednesday": 3})]

    def odds(alone: float | None) -> list[float]:
        reply = selector.select("?", hits([FIRST, SECOND]), readings, DOCUMENTS, alone=alone)
        assert isinstance(reply, Answer) and reply.text == "82"
        chances = [reply.confidence, *(each.confidence for each in reply.alternatives)]
        assert reply.no_answer_score == pytest.approx(-math.log(chances[0] / (1 - chances[0])))
        return [math.log(each / (1 - each)) for each in chances]

    assert odds(None) == pytest.approx([4, 3])
    assert odds(1.0) == pytest.approx([2.5, 1.5])
    refused = selector.select("?", hits([FIRST, SECOND]), readings, DOCUMENTS, alone=-5.0)
    assert isinstance(refused, NoAnswer)
    assert refused.no_answer_score == pytest.approx(0.5)


def test_of_a_longer_question_the_same_margin_says_more() -> None:
    selector = Selector(Calibration(bias=0, margin=1, words=0.25), threshold=0.5)

    def odds(question: str) -> float:
        reply = selector.select(question, hits([FIRST]), [reading(FIRST, {"82": 1})], DOCUMENTS)
        assert isinstance(reply, Answer)
        return math.log(reply.confidence / (1 - reply.confidence))

    assert odds("Who shot?") == pytest.approx(1.25)
    assert odds("Who shot the  fleeing civilians?") == pytest.approx(1.75)
    assert odds("Who shot the fleeing Syrian civilians?") == pytest.approx(1.75), "a name counts for nothing"
    assert odds("Who Shot The Fleeing Civilians?") == pytest.approx(1.75), "capitals throughout make no names"
    polite = "Can you please tell me, as far as the articles say, who shot the fleeing civilians?"
    assert odds(polite) == pytest.approx(1.75), "nor do frames say what is asked"
    assert odds("shot shot shot") == odds("shot?"), "nor the same word again"
    assert odds("a b c d e f g h i j k l m n o p") == odds("b c f g k l m n") == pytest.approx(3.0), "eight at most"
    assert odds("?!") == pytest.approx(1.0)


def test_where_other_passages_seem_to_answer_too_the_answer_is_likelier() -> None:
    """The average is that of the best margins of the four passages read first, none of them below -20."""
    selector = Selector(Calibration(bias=0, margin=1, average=1), threshold=0.0)
    more = [passage(ONE, word) for word in ("Monday", "Turkey", "Russia", "Soldiers")]
    found = hits([FIRST, SECOND, *more])

    def odds(*readings: Reading, reprints: tuple[str, ...] = ()) -> float:
        reply = selector.select("?", found, readings, DOCUMENTS, {TWO.id: reprints})
        assert isinstance(reply, Answer) and reply.text == "82"
        return math.log(reply.confidence / (1 - reply.confidence))

    first = reading(FIRST, {"82": 5, "people": 1})
    assert odds(first) == pytest.approx(5 + 5)
    assert odds(first, reading(more[0], {"Monday": 2}, null_score=1)) == pytest.approx(5 + 3)
    assert odds(first, reading(more[0], {})) == pytest.approx(5 - 7.5)
    assert odds(first, reading(more[0], {"Monday": 1}, null_score=50)) == pytest.approx(5 - 7.5)
    other = reading(SECOND, {"Wednesday": 1})
    assert odds(first, other) == pytest.approx(5 + 3)
    assert odds(first, other, reprints=(ONE.id,)) == pytest.approx(5 + 5), "a reprint counts once"
    rest = [reading(each, {each.text: 1}) for each in more]
    assert odds(first, *rest) == pytest.approx(5 + 2), "the fifth does not count"


def test_probability_is_the_logistic_function_and_never_overflows() -> None:
    calibration = Calibration(bias=-1, margin=2, lead=0.5, log_rank=-1, agreement=3)
    assert calibration.probability(Evidence(1, 2, 1, 0, 0, 0, 0)) == pytest.approx(
        0.7310586
    )  # logistic(-1 + 2 + 1 - 1)
    assert calibration.probability(Evidence(1e9, 0, 0, 0, 0, 0, 0)) == pytest.approx(1)
    assert calibration.probability(Evidence(-1e9, 0, 0, 0, 0, 0, 0)) == pytest.approx(0)


@pytest.mark.parametrize("values", [{"margn": 1}, {"margin": "1"}, {"margin": True}])
def test_a_damaged_calibration_is_named(values: dict[str, object]) -> None:
    with pytest.raises(ModelError, match=r"reader\.json: expected numbers named .* found marg"):
        calibration_from(values, "reader.json")
