"""From readings to one answer, on hand-made scores."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.calibration import Calibration
from qa.citation import parse_citation_id
from qa.records import Answer, NoAnswer
from qa.selection import LEAST_LIKELY, Selector
from tests.ceasefire import DOCUMENTS, FIRST, ONE, SECOND, TWO
from tests.examples import document, hits, passage, reading

SELECTOR = Selector(Calibration(bias=0, margin=1), threshold=0.5)


def test_the_best_margin_wins_and_its_citation_is_exact() -> None:
    readings = [
        reading(FIRST, {"Turkey and Russia": 5, "Turkey": 4}, null_score=1),
        reading(SECOND, {"Wednesday": 4.5}, 3),
    ]
    reply = SELECTOR.select("Who negotiated?", hits([FIRST, SECOND]), readings, DOCUMENTS)
    assert isinstance(reply, Answer)
    assert reply.text == "Turkey and Russia"
    assert reply.confidence == pytest.approx(0.98, abs=0.01)  # logistic(5 - 1)
    citation = reply.citations[0]
    assert ONE.text[citation.start : citation.end] == citation.quote == reply.text
    assert citation.sentence == "It was negotiated by Turkey and Russia."
    assert parse_citation_id(citation.id).fits(ONE.text)


def test_names_that_a_sentence_lacks_lower_the_confidence_but_not_the_place() -> None:
    lacking = replace(reading(FIRST, {"Turkey and Russia": 5}, null_score=3), lacking=3.0)
    reply = SELECTOR.select("Who?", hits([FIRST, SECOND]), [lacking, reading(SECOND, {"Wednesday": 4})], DOCUMENTS)
    assert isinstance(reply, Answer)
    assert reply.text == "Turkey and Russia"  # 5 and 4 without what is lacking, 2 and 4 with it
    assert reply.confidence == pytest.approx(0.88, abs=0.01)  # logistic(5 - 3)


def test_shifted_copies_are_no_alternatives_but_other_answers_are() -> None:
    readings = [
        reading(FIRST, {"Turkey and Russia": 5, "by Turkey and Russia": 4.9, "Turkey": 4}),
        reading(SECOND, {"Wednesday": 1}),
    ]
    reply = SELECTOR.select("Who negotiated?", hits([FIRST, SECOND]), readings, DOCUMENTS)
    assert isinstance(reply, Answer)
    assert [each.text for each in reply.alternatives] == ["Wednesday"]
    assert not reply.alternatives[0].differs


def test_the_likeliest_alternative_comes_first() -> None:
    readings = [reading(FIRST, {"Turkey and Russia": 5, "82": 1}), reading(SECOND, {"Wednesday": 4})]
    selector = Selector(Calibration(bias=0, margin=1, rank_weight=5), threshold=0.5)  # the rank costs Wednesday 3.5
    reply = selector.select("Who negotiated?", hits([FIRST, SECOND]), readings, DOCUMENTS)
    assert isinstance(reply, Answer)
    assert [each.text for each in reply.alternatives] == ["Wednesday", "82"]


def test_hardly_likely_alternatives_are_noise() -> None:
    likely = math.log(LEAST_LIKELY / (1 - LEAST_LIKELY))  # the margin of which it is the logistic function
    readings = [
        reading(FIRST, {"Turkey and Russia": 5, "82": likely + 0.01, "Soldiers": likely - 0.01}),
        reading(SECOND, {"Wednesday": -9}),
    ]
    reply = SELECTOR.select("Who negotiated?", hits([FIRST, SECOND]), readings, DOCUMENTS)
    assert isinstance(reply, Answer)
    assert [each.text for each in reply.alternatives] == ["82"]


def test_passages_vote_where_calibration_lets_them() -> None:
    # "Turkey" scores best alone; "82" and "eighty-two" say the same, and together outweigh it: 2 e^3.6 > e^4.
    readings = [reading(FIRST, {"Turkey": 4.0, "82": 3.6}), reading(SECOND, {"eighty-two": 3.6})]
    alone = SELECTOR.select("How many?", hits([FIRST, SECOND]), readings, DOCUMENTS)
    voted = Selector(Calibration(margin=1, consensus=1.0), 0.5).select(
        "How many?", hits([FIRST, SECOND]), readings, DOCUMENTS
    )
    assert isinstance(alone, Answer) and isinstance(voted, Answer)
    assert (alone.text, voted.text) == ("Turkey", "82")


def test_two_articles_that_say_the_same_are_one_answer_with_two_citations() -> None:
    readings = [reading(FIRST, {"82": 5}), reading(SECOND, {"eighty-two": 4})]
    reply = SELECTOR.select("How many were shot?", hits([FIRST, SECOND]), readings, DOCUMENTS)
    assert isinstance(reply, Answer)
    assert [(each.source, each.quote) for each in reply.citations] == [("one.txt", "82"), ("two.txt", "eighty-two")]
    assert reply.alternatives == ()


def test_a_weak_mention_elsewhere_is_not_cited() -> None:
    readings = [reading(FIRST, {"82": 9}), reading(SECOND, {"eighty-two": 1})]
    reply = SELECTOR.select("How many were shot?", hits([FIRST, SECOND]), readings, DOCUMENTS)
    assert isinstance(reply, Answer)
    assert [each.source for each in reply.citations] == ["one.txt"]


def test_articles_that_disagree_with_like_confidence_are_said_to_differ() -> None:
    start = passage(ONE, "The ceasefire was signed on Monday.")
    readings = [reading(start, {"Monday": 3}), reading(SECOND, {"Wednesday": 2.5})]
    reply = SELECTOR.select("When?", hits([start, SECOND]), readings, DOCUMENTS)
    assert isinstance(reply, Answer)
    assert [(each.text, each.differs) for each in reply.alternatives] == [("Wednesday", True)]


def test_an_answer_of_a_third_of_the_odds_is_near_enough_to_differ_and_one_of_less_is_not() -> None:
    selector = Selector(Calibration(margin=1, lead=0, log_rank=0, agreement=0, bias=0), threshold=0)
    start = passage(ONE, "The ceasefire was signed on Monday.")
    for margin, differs in ((2 - math.log(2.9), True), (2 - math.log(3.1), False)):
        readings = [reading(start, {"Monday": 2}), reading(SECOND, {"Wednesday": margin})]
        reply = selector.select("When?", hits([start, SECOND]), readings, DOCUMENTS)
        assert isinstance(reply, Answer)
        assert [each.differs for each in reply.alternatives] == [differs]


def test_agreement_raises_confidence() -> None:
    selector = Selector(Calibration(margin=0.1, agreement=1), threshold=0)
    alone = selector.select("?", hits([FIRST]), [reading(FIRST, {"82": 5})], DOCUMENTS)
    both = selector.select(
        "?", hits([FIRST, SECOND]), [reading(FIRST, {"82": 5}), reading(SECOND, {"eighty-two": 5})], DOCUMENTS
    )
    assert both.confidence > alone.confidence


def test_a_near_duplicate_bears_no_witness_of_its_own_but_is_cited() -> None:
    selector = Selector(Calibration(margin=0.1, agreement=1), threshold=0)
    three = document("The U.N. said 82 were shot.", "three.txt")
    third = passage(three, three.text)
    documents = DOCUMENTS | {three.id: three}
    retrieved = hits([FIRST, SECOND, third])
    readings = [reading(FIRST, {"82": 5}), reading(SECOND, {"eighty-two": 5}), reading(third, {"82": 5})]
    none, two, all_three = (
        selector.select("How many?", retrieved, readings, documents, duplicates)
        for duplicates in (
            {},
            {TWO.id: [three.id], three.id: [TWO.id]},
            {one: [each for each in documents if each != one] for one in documents},
        )
    )
    alone = selector.select("How many?", hits([FIRST]), readings[:1], documents)
    assert none.confidence > two.confidence > all_three.confidence == alone.confidence
    assert isinstance(all_three, Answer)
    assert [each.source for each in all_three.citations] == ["one.txt", "two.txt", "three.txt"]


def test_rank_weight_prefers_the_better_retrieved_of_two_alike() -> None:
    selector = Selector(Calibration(margin=1, rank_weight=1), threshold=0)
    readings = [reading(FIRST, {"82": 3.0}), reading(SECOND, {"Wednesday": 3.5})]
    reply = selector.select("?", hits([FIRST, SECOND]), readings, DOCUMENTS)
    assert isinstance(reply, Answer)
    assert reply.text == "82"


def test_below_the_threshold_it_refuses_with_a_reason_and_the_closest_sentences() -> None:
    readings = [reading(FIRST, {"82": 1}, null_score=3), reading(SECOND, {"Wednesday": 0}, null_score=4)]
    reply = SELECTOR.select("Who negotiated it?", hits([FIRST, SECOND]), readings, DOCUMENTS)
    assert isinstance(reply, NoAnswer)
    assert "12%" in reply.reason
    assert "50%" in reply.reason
    assert reply.best_span == "82"
    assert reply.no_answer_score == 2  # the log odds, which are the margin here, turned round
    assert reply.closest[0].quote == "It was negotiated by Turkey and Russia."
    assert [each.source for each in reply.closest] == ["one.txt", "two.txt"]


def test_the_best_candidate_is_the_one_that_is_answered_with() -> None:
    readings = [reading(FIRST, {"82": 4}), reading(SECOND, {"Wednesday": 3, "eighty-two": 2})]
    for calibration in (Calibration(margin=1), Calibration(margin=1, rank_weight=9), Calibration(consensus=2.0)):
        selector = Selector(calibration, threshold=0.0)
        for order in (hits([FIRST, SECOND]), hits([SECOND, FIRST])):
            best = selector.best(order, readings)
            reply = selector.select("?", order, readings, DOCUMENTS)
            assert isinstance(reply, Answer) and best is not None
            assert (best.text, best.start) == (reply.text, reply.citations[0].start)
    assert SELECTOR.best([], []) is None
    assert SELECTOR.weigh("?", [], []) == []
    assert SELECTOR.best(hits([FIRST]), [reading(FIRST, {})]) is None


def test_nothing_retrieved_and_nothing_read_are_refusals() -> None:
    nothing = SELECTOR.select("Who?", [], [], {})
    assert isinstance(nothing, NoAnswer)
    assert nothing.confidence == 0
    assert nothing.no_answer_score > 1000
    unread = SELECTOR.select("Who?", hits([FIRST]), [reading(FIRST, {})], DOCUMENTS)
    assert isinstance(unread, NoAnswer)
    assert len(unread.closest) == 1


@given(
    scores=st.lists(st.tuples(st.floats(-20, 20), st.floats(-20, 20)), min_size=1, max_size=6),
    threshold=st.floats(0, 1),
    data=st.data(),
)
def test_whatever_the_scores_every_citation_is_exact(
    scores: list[tuple[float, float]], threshold: float, data: st.DataObject
) -> None:
    passages = [data.draw(st.sampled_from([FIRST, SECOND])) for _ in scores]
    words = [data.draw(st.sampled_from(each.text.split())) for each in passages]
    readings = [
        reading(each, {word: score}, null) for each, word, (score, null) in zip(passages, words, scores, strict=True)
    ]
    reply = Selector(Calibration(), threshold).select("Who?", hits(passages), readings, DOCUMENTS)
    assert 0 <= reply.confidence <= 1
    cited = (
        reply.citations + tuple(each.citation for each in reply.alternatives)
        if isinstance(reply, Answer)
        else reply.closest
    )
    for each in cited:
        text = DOCUMENTS[each.document_id].text
        assert text[each.start : each.end] == each.quote
        assert text[each.sentence_start : each.sentence_end] == each.sentence
        assert each.sentence_start <= each.start < each.end <= each.sentence_end
    if isinstance(reply, Answer):
        assert reply.confidence >= threshold
        assert all(each.confidence <= reply.confidence for each in reply.alternatives)
