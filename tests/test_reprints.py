"""The same agency text in two papers: one answer that cites both."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.citation import cite_span, parse_citation_id
from qa.records import Answer, Document, Filter, NoAnswer
from qa.reprints import MOST, cite_reprints, same_place, with_reprints
from tests.examples import document
from tests.fakes import MemoryStore
from tests.store.articles import indexed

REPORT = (
    "The ceasefire in Aleppo was signed on Monday after a week of talks. It was negotiated by Turkey and Russia. "
    "Buses waited at the edge of the city until the evening, and nobody left before dark."
)
ONE = document(REPORT, "gazette.txt")
TWO = document("ALEPPO (Agency)\n\n" + REPORT.replace("by Turkey and", "by Turkey\nand"), "courier.txt")
OTHER = document("Snow fell on the mountains.", "snow.txt")


def answer(of: Document, quote: str = "Turkey and Russia") -> Answer:
    start = of.text.index(quote)
    return Answer("Who?", quote, 0.9, (cite_span(of, start, start + len(quote)),))


def alike(*documents: Document) -> dict[str, list[str]]:
    return {each.id: sorted(other.id for other in documents if other != each) for each in documents}


def test_the_same_words_in_the_other_paper_are_cited_too() -> None:
    found = cite_reprints(answer(ONE), alike(ONE, TWO), {TWO.id: TWO})
    assert [(each.source, each.duplicate_of) for each in found.citations] == [
        ("gazette.txt", None),
        ("courier.txt", "gazette.txt"),
    ]
    second = found.citations[1]
    assert second.quote == TWO.text[second.start : second.end] == "Turkey\nand Russia"
    assert second.sentence == "It was negotiated by Turkey\nand Russia."
    assert parse_citation_id(second.id).fits(TWO.text)
    assert (found.text, found.confidence) == ("Turkey and Russia", 0.9)


def test_a_paper_that_changed_the_sentence_is_not_cited() -> None:
    changed = document(REPORT.replace("negotiated by", "said to be negotiated by"), "tribune.txt")
    assert cite_reprints(answer(ONE), alike(ONE, changed), {changed.id: changed}) == answer(ONE)


def test_one_that_was_found_anyway_is_marked_and_not_cited_twice() -> None:
    both = Answer("Who?", "Turkey and Russia", 0.9, answer(ONE).citations + answer(TWO, "Russia").citations)
    found = cite_reprints(both, alike(ONE, TWO), {ONE.id: ONE, TWO.id: TWO})
    assert [(each.source, each.quote, each.duplicate_of) for each in found.citations] == [
        ("gazette.txt", "Turkey and Russia", None),
        ("courier.txt", "Russia", "gazette.txt"),
    ]


def test_many_are_cited_by_source_and_not_without_end() -> None:
    papers = [document(REPORT, f"paper{n:02}.txt") for n in range(20)]
    found = cite_reprints(answer(papers[7]), alike(*papers), {each.id: each for each in reversed(papers)})
    others = [each.source for each in papers if each != papers[7]]
    assert [each.source for each in found.citations] == ["paper07.txt", *others[:MOST]]


@pytest.mark.parametrize("where", [Filter(), Filter(sources=("gazette.txt",))])
def test_from_the_store_under_the_same_filter(where: Filter) -> None:
    store = MemoryStore()
    store.put([indexed(each.source, each.text) for each in (ONE, TWO, OTHER)])
    found = with_reprints(answer(ONE), store, where)
    assert isinstance(found, Answer)
    assert [each.source for each in found.citations] == ["gazette.txt", *(["courier.txt"] if where.is_empty else [])]
    store.delete([ONE.id])
    assert with_reprints(answer(TWO, "Russia"), store, where) == answer(TWO, "Russia")


def test_a_refusal_stays_as_it_is() -> None:
    refusal = NoAnswer("Who?", "not said", 0.1, ())
    assert with_reprints(refusal, MemoryStore(), Filter()) is refusal


@given(st.text(min_size=1, max_size=60), st.text(max_size=20), st.text(max_size=20), st.data())
def test_the_place_found_always_reads_the_same(text: str, before: str, after: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    citation = cite_span(document(text), start, end)
    there = f"{before}{text}{after}"
    place = same_place(citation, there)
    assert place is not None
    assert there[place.start : place.end].split() == citation.quote.split()
