"""What every PassageStore promises; run against the fake, a folder, Chroma's own index, and a server."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from qa.protocols import PassageKey, PassageStore
from qa.records import Filter
from tests.store.articles import EMBEDDER, indexed, three

EVERYTHING = Filter()


def sources_of(store: PassageStore, question: str, k: int, where: Filter = EVERYTHING) -> list[str]:
    names = {each.document_id: each.source for each in store.summaries()}
    return [names[hit.key.document_id] for hit in store.query(EMBEDDER.embed_query(question), k, where)]


def test_an_empty_store_answers(store: PassageStore) -> None:
    assert store.summaries() == []
    assert store.states() == {}
    assert store.query(EMBEDDER.embed_query("anything"), 5, EVERYTHING) == []
    assert store.fetch([PassageKey("nobody", 0, 1)]) == {}
    assert store.documents(["nobody"]) == {}
    assert store.delete(["nobody"]) == 0
    assert store.check() == []


def test_what_is_put_comes_back_whole(store: PassageStore) -> None:
    batch = three()
    store.put(batch)
    back = list(store.load([each.document.id for each in batch]))
    for sent, got in zip(batch, back, strict=True):
        assert (got.document, got.passages, got.version, got.origin) == (
            sent.document,
            sent.passages,
            sent.version,
            sent.origin,
        )
        assert np.abs(got.vectors - sent.vectors).max() < 1e-3
    assert store.documents([batch[1].document.id]) == {batch[1].document.id: batch[1].document}
    assert [each.passages for each in store.read([batch[2].document.id])] == [batch[2].passages]
    assert store.check() == []


def test_summaries_and_states(store: PassageStore) -> None:
    store.put(three()[::-1])
    assert [(each.source, each.passages, each.published) for each in store.summaries()] == [
        ("a.txt", 2, date(2024, 3, 1)),
        ("b.txt", 2, date(2024, 5, 9)),
        ("c.txt", 2, None),
    ]
    assert {each.source: each.origin for each in store.states().values()} == {
        "a.txt": "",
        "b.txt": "",
        "c.txt": "/news/c.txt",
    }


def test_the_nearest_come_first_and_can_be_fetched(store: PassageStore) -> None:
    store.put(three())
    hits = store.query(EMBEDDER.embed_query("the mayor of Paris"), 6, EVERYTHING)
    assert len(hits) == 6
    assert [each.score for each in hits] == sorted((each.score for each in hits), reverse=True)
    assert all(-1.001 <= each.score <= 1.001 for each in hits)
    best = store.fetch([hits[0].key])[hits[0].key]
    assert best.text == "The mayor of Paris resigned."
    assert store.documents([best.document_id])[best.document_id].text[best.start : best.end] == best.text


def test_k_bounds_the_hits(store: PassageStore) -> None:
    store.put(three())
    vector = EMBEDDER.embed_query("river")
    assert len(store.query(vector, 1, EVERYTHING)) == 1
    assert len(store.query(vector, 100, EVERYTHING)) == 6
    assert store.query(vector, 0, EVERYTHING) == []


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Filter(sources=("b.txt",)), {"b.txt"}),
        (Filter(sources=("a.txt", "c.txt")), {"a.txt", "c.txt"}),
        (Filter(since=date(2024, 3, 1)), {"a.txt", "b.txt"}),
        (Filter(since=date(2024, 3, 2)), {"b.txt"}),
        (Filter(until=date(2024, 3, 1)), {"a.txt"}),
        (Filter(since=date(2024, 1, 1), until=date(2024, 12, 31)), {"a.txt", "b.txt"}),
        (Filter(sources=("c.txt",), since=date(2024, 1, 1)), set()),
        (Filter(sources=("unknown.txt",)), set()),
    ],
)
def test_a_filter_leaves_all_that_pass_and_only_those(store: PassageStore, where: Filter, expected: set[str]) -> None:
    store.put(three())
    names = {each.document_id: each.source for each in store.summaries()}
    assert {names[each] for each in store.matching(where)} == expected
    found = sources_of(store, "river valley mayor snow", 6, where)
    assert set(found) == expected
    assert len(found) == 2 * len(expected)


def test_putting_again_replaces(store: PassageStore) -> None:
    store.put(three())
    store.put([indexed("a.txt", "The river fell in autumn.", published=date(2024, 6, 1))])
    assert [(each.source, each.passages) for each in store.summaries()] == [("a.txt", 1), ("b.txt", 2), ("c.txt", 2)]
    found = store.fetch([each.key for each in store.query(EMBEDDER.embed_query("river spring"), 10, EVERYTHING)])
    assert len(found) == 5
    assert "The river fell in autumn." in {each.text for each in found.values()}
    assert not any("spring" in each.text for each in found.values())
    assert store.check() == []


def test_putting_the_same_twice_changes_nothing_but_the_generation(store: PassageStore) -> None:
    store.put(three())
    before = store.summaries()
    store.put(three())
    assert store.summaries() == before
    assert len(store.query(EMBEDDER.embed_query("river"), 100, EVERYTHING)) == 6
    assert store.check() == []


def test_deleted_is_gone_everywhere(store: PassageStore) -> None:
    batch = three()
    store.put(batch)
    assert store.query(EMBEDDER.embed_query("mayor"), 1, EVERYTHING)
    gone = batch[1]
    assert store.delete([gone.document.id, "nobody"]) == 1
    assert "b.txt" not in {each.source for each in store.summaries()}
    assert store.documents([gone.document.id]) == {}
    assert list(store.load([gone.document.id])) == []
    assert gone.document.id not in {
        hit.key.document_id for hit in store.query(EMBEDDER.embed_query("mayor"), 100, EVERYTHING)
    }
    keys = [PassageKey(gone.document.id, each.start, each.end) for each in gone.passages]
    assert store.fetch(keys) == {}
    assert store.check() == []


def test_each_write_changes_the_generation_and_reading_does_not(store: PassageStore) -> None:
    seen = [store.generation]
    store.put(three())
    seen.append(store.generation)
    store.query(EMBEDDER.embed_query("river"), 3, EVERYTHING)
    store.summaries()
    with store.writing():
        assert store.generation == seen[-1]
    assert store.generation == seen[-1]
    store.delete([three()[0].document.id])
    seen.append(store.generation)
    assert len(set(seen)) == 3


def test_text_of_every_kind_survives(store: PassageStore) -> None:
    odd = indexed(
        "odd ‘name’ #1.txt", "\ufeff“Ça va,” 東京 said 🙂.\r\n\tNUL-free\x0b text\u2028. \U0010ffff end.", title=""
    )
    store.put([odd])
    back = next(iter(store.load([odd.document.id])))
    assert back.document == odd.document
    assert back.passages == odd.passages
    assert store.check() == []


def test_near_duplicates_are_known_as_long_as_both_are_there(store: PassageStore) -> None:
    report = " ".join(f"On day {n} the river rose by {n + 3} inches at bridge {n}." for n in range(12))
    twins = [indexed("courier.txt", report), indexed("gazette.txt", "GAZETTE\n" + report.replace(". On", ".\nOn"))]
    store.put([*twins, *three(), indexed("blank.txt", " \n "), indexed("empty.txt", " \n ")])
    one, two = sorted(each.document.id for each in twins)
    assert {each: list(others) for each, others in store.duplicates().items()} == {one: [two], two: [one]}
    assert store.check() == []
    store.put([indexed("gazette.txt", "Nothing new.")])
    assert store.duplicates() == {}
    store.put(twins)
    assert len(store.duplicates()) == 2
    store.delete([twins[0].document.id])
    assert store.duplicates() == {}
    assert store.documents([twins[1].document.id]) == {twins[1].document.id: twins[1].document}
    assert store.check() == []


def test_an_article_without_passages_can_be_stored(store: PassageStore) -> None:
    empty = indexed("blank.txt", " \n ")
    assert empty.passages == ()
    store.put([empty, *three()])
    assert len(store.summaries()) == 4
    assert len(store.query(EMBEDDER.embed_query("river"), 100, EVERYTHING)) == 6
    assert store.delete([empty.document.id]) == 1
    assert store.check() == []


def test_many_articles(store: PassageStore, request: pytest.FixtureRequest) -> None:
    batch = [indexed(f"{n}.txt", f"Report {n} speaks of topic{n}. It ends with word{n}.") for n in range(300)]
    with store.writing():
        for start in range(0, 300, 100):
            store.put(batch[start : start + 100])
    assert len(store.summaries()) == 300
    assert store.delete([each.document.id for each in batch[:250]]) == 250
    left = len(store.query(EMBEDDER.embed_query("topic299"), 1000, EVERYTHING))
    assert left == 100 or (request.node.callspec.params["store"] == "approximate" and left >= 95)
    wanted = tuple(each.document.source for each in batch[240:260])
    among = len(store.query(EMBEDDER.embed_query("topic"), 1000, Filter(sources=wanted)))
    assert among == 20 or (request.node.callspec.params["store"] == "approximate" and among >= 18)
    assert store.check() == []
