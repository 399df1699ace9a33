"""BM25: its words, its scores against the formula, its following of the store."""

from __future__ import annotations

import math
from datetime import date

import bm25s
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qa.bm25 import K1, B, Bm25, score_matrix
from qa.protocols import ScoredKey
from qa.records import Filter
from qa.words import words
from tests.fakes import MemoryStore
from tests.store.articles import indexed, three

EVERYTHING = Filter()


@pytest.fixture
def store() -> MemoryStore:
    made = MemoryStore()
    made.put(three())
    return made


def texts(store: MemoryStore, found: list[ScoredKey]) -> list[str]:
    held = store.fetch([each.key for each in found])
    return [held[each.key].text for each in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The U.N. paid $1,500.50!", ["the", "u", "n", "paid", "1500.50"]),
        ("Côte d’Ivoire", ["cote", "d", "ivoire"]),
        ("B-52s and 3.5%", ["b", "52", "s", "and", "3.5"]),
        ("東京 2024", ["東", "京", "2024"]),
        ("", []),
        ("…!?", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text(max_size=200))
def test_words_take_any_text(text: str) -> None:
    assert all(word and not word.isspace() for word in words(text))


@settings(max_examples=50)
@given(st.lists(st.lists(st.integers(0, 9), max_size=12), max_size=20), st.integers(1, 5))
def test_the_matrix_is_the_one_that_bm25s_builds(rows: list[list[int]], together: int) -> None:
    tokens = np.array([term for row in rows for term in row], np.int32)
    assume(len(tokens))
    bounds = np.cumsum([0, *map(len, rows)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qa.bm25.TOGETHER", together)
        ours = score_matrix(tokens, bounds, 10)
    theirs = bm25s.BM25(k1=K1, b=B, method="lucene").build_index_from_ids(range(10), rows, show_progress=False)
    assert ours.keys() == theirs.keys()
    for name in ("data", "indices", "indptr"):
        assert ours[name].tolist() == theirs[name].tolist()


def test_scores_are_those_of_the_formula() -> None:
    """Lucene's BM25 over three passages; titles count, so they are left empty."""
    store = MemoryStore()
    store.put([indexed("a", "Cats chase mice. Dogs chase cats. Birds sing.", title="")])
    best = Bm25(store).rank("cats", 10, EVERYTHING)
    lengths = {"Cats chase mice.": 3, "Dogs chase cats.": 3, "Birds sing.": 2}
    mean = sum(lengths.values()) / 3
    idf = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    expected = idf / (1 + K1 * (1 - B + B * 3 / mean))
    assert texts(store, best) == ["Cats chase mice.", "Dogs chase cats."]
    assert [each.score for each in best] == pytest.approx([expected, expected], rel=1e-5)


def test_inflected_words_match(store: MemoryStore) -> None:
    assert texts(store, Bm25(store).rank("protester's rivers?", 1, EVERYTHING)) == ["A river of protesters cheered."]


def test_the_title_counts() -> None:
    store = MemoryStore()
    store.put([indexed("a", "It rose fast.", title="Flood in Kenya"), indexed("b", "It rose slowly.", title="Prices")])
    assert texts(store, Bm25(store).rank("Kenya", 5, EVERYTHING)) == ["It rose fast."]


@pytest.mark.parametrize("question", ["", "?", "the of and", "xylophone", "🙂"])
def test_no_word_in_common_no_hit(store: MemoryStore, question: str) -> None:
    assert Bm25(store).rank(question, 5, EVERYTHING) == []


def test_an_empty_store_has_no_hits() -> None:
    assert Bm25(MemoryStore()).rank("river", 5, EVERYTHING) == []


def test_only_what_passes_the_filter(store: MemoryStore) -> None:
    bm25 = Bm25(store)
    assert len(bm25.rank("river valley", 5, EVERYTHING)) == 4
    assert texts(store, bm25.rank("river valley", 5, Filter(sources=("c.txt",)))) == ["The valley slept."]
    after = bm25.rank("river valley", 5, Filter(since=date(2024, 4, 1)))
    assert texts(store, after) == ["A river of protesters cheered."]


def test_it_follows_the_store(store: MemoryStore) -> None:
    bm25 = Bm25(store)
    assert len(bm25.rank("river", 5, EVERYTHING)) == 2
    store.put([indexed("d.txt", "Another river dried up."), indexed("a.txt", "The lake rose.")])
    assert texts(store, bm25.rank("river", 5, EVERYTHING))[-1:] != ["The river rose in spring."]
    assert sorted(texts(store, bm25.rank("river", 5, EVERYTHING))) == [
        "A river of protesters cheered.",
        "Another river dried up.",
    ]
    store.delete([each.document_id for each in store.summaries()])
    assert bm25.rank("river", 5, EVERYTHING) == []


def test_after_changes_it_ranks_as_one_made_anew(store: MemoryStore) -> None:
    bm25 = Bm25(store)
    bm25.rank("river", 5, EVERYTHING)
    store.put([indexed("0.txt", "A river in the valley of snow. The mayor cheered.")])
    store.delete([store.summaries()[1].document_id])
    question = "river valley mayor snow"
    assert bm25.rank(question, 9, EVERYTHING) == Bm25(store).rank(question, 9, EVERYTHING)
