"""The hybrid retriever over a fake store and embedder."""

from __future__ import annotations

from datetime import date

import pytest

from qa.bm25 import Bm25
from qa.protocols import PassageKey
from qa.records import Filter, Passage
from qa.retrieval import HybridRetriever
from tests.fakes import MemoryStore
from tests.store.articles import EMBEDDER, indexed, three

EVERYTHING = Filter()


@pytest.fixture
def store() -> MemoryStore:
    made = MemoryStore()
    made.put(three())
    return made


def retriever(store: MemoryStore, candidates: int = 50, dense_weight: float = 0.5) -> HybridRetriever:
    return HybridRetriever(store, EMBEDDER, Bm25(store), candidates=candidates, dense_weight=dense_weight)


def test_hits_are_ranked_and_name_both_ranks(store: MemoryStore) -> None:
    hits = retriever(store).retrieve("the mayor of Paris", 4, EVERYTHING)
    assert hits[0].passage.text == "The mayor of Paris resigned."
    assert (hits[0].dense_rank, hits[0].bm25_rank) == (1, 1)
    assert [each.rank for each in hits] == [1, 2, 3, 4]
    assert [each.score for each in hits] == sorted((each.score for each in hits), reverse=True)
    assert len({each.passage.id for each in hits}) == 4


def test_the_same_question_gets_the_same_hits(store: MemoryStore) -> None:
    first = retriever(store).retrieve("river", 6, EVERYTHING)
    assert all(retriever(store).retrieve("river", 6, EVERYTHING) == first for _ in range(3))


def test_the_weight_leans_to_one_ranking_or_the_other(store: MemoryStore) -> None:
    """At the ends one ranking alone decides; in the middle both count as without weights."""
    dense, lexical, both = (
        retriever(store, dense_weight=each).retrieve("river snow", 6, EVERYTHING) for each in (1, 0, 0.5)
    )
    assert [each.dense_rank for each in dense] == [1, 2, 3, 4, 5, 6]
    assert [each.bm25_rank for each in lexical[:2]] == [1, 2]
    assert [each.score for each in dense] == pytest.approx([2 / (60 + rank) for rank in range(1, 7)])
    assert [each.score for each in lexical[:2]] == pytest.approx([2 / 61, 2 / 62])
    assert both[0].score == pytest.approx(
        sum(1 / (60 + rank) for rank in (both[0].dense_rank, both[0].bm25_rank) if rank)
    )


def test_more_may_be_asked_for_than_there_are_candidates(store: MemoryStore) -> None:
    assert len(retriever(store, candidates=1).retrieve("river", 6, EVERYTHING)) == 6


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Filter(sources=("a.txt",)), {"a.txt"}),
        (Filter(until=date(2024, 5, 9)), {"a.txt", "b.txt"}),
        (Filter(sources=("nobody.txt",)), set()),
    ],
)
def test_filters_hold_for_both(store: MemoryStore, where: Filter, expected: set[str]) -> None:
    names = {each.document_id: each.source for each in store.summaries()}
    hits = retriever(store).retrieve("river valley snow mayor", 10, where)
    assert {names[each.passage.document_id] for each in hits} == expected


def test_no_stored_articles_no_hits() -> None:
    assert retriever(MemoryStore()).retrieve("anything", 5, EVERYTHING) == []


def test_a_filter_costs_no_recall(store: MemoryStore) -> None:
    """The wanted passage is far down among all articles, and first among those that pass."""
    store.put([indexed(f"n{n}.txt", f"The river rose again, day {n}.") for n in range(200)])
    hits = retriever(store, candidates=5).retrieve("the river rose", 1, Filter(sources=("c.txt",)))
    assert [each.passage.document_id for each in hits] == [store.summaries()[2].document_id]


def test_passages_that_vanish_meanwhile_are_passed_over(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = retriever(store)
    first, *rest = asked.retrieve("the mayor of Paris", 4, EVERYTHING)
    real = store.fetch

    def without_first(keys: list[PassageKey]) -> dict[PassageKey, Passage]:
        return {key: passage for key, passage in real(keys).items() if passage != first.passage}

    monkeypatch.setattr(store, "fetch", without_first)
    hits = asked.retrieve("the mayor of Paris", 3, EVERYTHING)
    assert [each.passage for each in hits] == [each.passage for each in rest]
    assert [each.rank for each in hits] == [1, 2, 3]
