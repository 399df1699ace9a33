"""What is kept beside the store is as good as made anew, and worthless when damaged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from qa.bm25 import Bm25
from qa.derived import Derived, pack_strings, unpack_strings
from qa.protocols import StoredDocument
from qa.records import Filter
from qa.store.search import ExactSearch
from qa.store.table import Block, VectorTable
from tests.fakes import MemoryStore
from tests.store.articles import EMBEDDER, indexed, three

EVERYTHING = Filter()
QUESTION = "river valley snow mayor"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_arrays_come_back(tmp_path: Path) -> None:
    derived = Derived(tmp_path, "x", worth=0)
    derived.save("g1", [("a", np.arange(5)), ("s", pack_strings(["ü", "", "🙂"]))], 1)
    loaded = derived.load("g1")
    assert loaded is not None
    assert loaded[0] == "g1"
    assert loaded[1]["a"].tolist() == [0, 1, 2, 3, 4]
    assert unpack_strings(loaded[1]["s"]) == ["ü", "", "🙂"]


def test_parts_come_back_as_one_array(tmp_path: Path) -> None:
    derived = Derived(tmp_path, "x", worth=0)
    parts = [np.arange(6, dtype=np.float32).reshape(3, 2), np.ones((200, 2), np.float32), np.empty((0, 2), np.float32)]
    assert derived.save("g1", iter([("a", iter(parts)), ("b", np.arange(2))]), 203)
    loaded = derived.load("g1")
    assert loaded is not None
    assert loaded[1]["a"].tolist() == np.concatenate(parts).tolist()
    assert loaded[1]["b"].tolist() == [0, 1]


def test_what_fails_while_it_is_written_leaves_nothing(tmp_path: Path) -> None:
    derived = Derived(tmp_path, "x", worth=0)

    def parts(error: Exception) -> Iterator[np.ndarray]:
        yield np.ones(3)
        raise error

    assert not derived.save("g1", iter([("a", parts(OSError("full")))]), 3)
    with pytest.raises(ValueError, match="gone"):
        derived.save("g1", iter([("a", parts(ValueError("gone")))]), 3)
    assert names(tmp_path) == []


def test_a_newer_set_takes_the_place_of_the_old(tmp_path: Path) -> None:
    derived = Derived(tmp_path, "x", worth=0)
    for generation in ("g1", "g2"):
        derived.save(generation, {"a": np.arange(2)}.items(), 1)
    assert names(tmp_path) == ["x-g2"]
    loaded = derived.load("g3")
    assert loaded is not None and loaded[0] == "g2"


def test_little_is_not_kept_and_what_was_kept_goes(tmp_path: Path) -> None:
    derived = Derived(tmp_path, "x", worth=10)
    derived.save("g1", {"a": np.arange(2)}.items(), 10)
    derived.save("g2", {"a": np.arange(2)}.items(), 9)
    assert names(tmp_path) == []


@pytest.mark.parametrize("damage", ["about.json", "a.npy"])
@pytest.mark.parametrize("how", ["empty", "missing", "noise"])
def test_what_is_damaged_is_passed_over(tmp_path: Path, damage: str, how: str) -> None:
    derived = Derived(tmp_path, "x", worth=0)
    derived.save("g1", {"a": np.arange(2)}.items(), 1)
    path = tmp_path / "x-g1" / damage
    path.unlink()
    if how != "missing":
        path.write_bytes(b"" if how == "empty" else b"\x93noise")
    assert derived.load("g1") is None


def test_bm25_opened_again_ranks_the_same(tmp_path: Path) -> None:
    store = MemoryStore()
    store.put(three())
    first = Bm25(store, Derived(tmp_path, "bm25", worth=0)).rank(QUESTION, 9, EVERYTHING)
    kept = names(tmp_path)
    again = Bm25(store, Derived(tmp_path, "bm25", worth=0))
    assert again.rank(QUESTION, 9, EVERYTHING) == first == Bm25(store).rank(QUESTION, 9, EVERYTHING)
    assert names(tmp_path) == kept
    store.put([indexed("d.txt", "A new river of snow.")])
    store.delete([store.summaries()[0].document_id])
    later = Bm25(store, Derived(tmp_path, "bm25", worth=0)).rank(QUESTION, 9, EVERYTHING)
    assert later == Bm25(store).rank(QUESTION, 9, EVERYTHING)
    assert names(tmp_path) != kept


def test_bm25_opened_again_reads_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore()
    store.put(three())
    Bm25(store, Derived(tmp_path, "bm25", worth=0)).prepare()
    asked: list[str] = []

    def remember(ids: Iterable[str]) -> Iterator[StoredDocument]:
        asked.extend(ids)
        return iter(())

    monkeypatch.setattr(store, "read", remember)
    assert Bm25(store, Derived(tmp_path, "bm25", worth=0)).rank(QUESTION, 9, EVERYTHING)
    assert asked == []


def test_vectors_opened_again_load_only_what_changed(tmp_path: Path) -> None:
    from qa.store.layout import Entry, entry_of

    batch = {each.document.id: each for each in three()}
    loads: list[str] = []

    def load(entries: list[Entry]) -> list[Block]:
        loads.extend(entry.document_id for entry in entries)
        return [
            Block.of(entry.document_id, entry.version, entry.passages, batch[entry.document_id].vectors)
            for entry in entries
        ]

    entries = {each: entry_of(item) for each, item in batch.items()}
    vector = EMBEDDER.embed_query(QUESTION)
    first = ExactSearch(Derived(tmp_path, "v", worth=0), load).follow("g1", entries).nearest(vector, 9, None)
    assert sorted(loads) == sorted(batch)
    loads.clear()
    again = ExactSearch(Derived(tmp_path, "v", worth=0), load).follow("g1", entries)
    assert again.nearest(vector, 9, None) == first
    assert loads == []
    changed = indexed("a.txt", "The sea rose.")
    batch[changed.document.id] = changed
    entries[changed.document.id] = entry_of(changed)
    after = ExactSearch(Derived(tmp_path, "v", worth=0), load).follow("g2", entries)
    assert loads == [changed.document.id]
    blocks = [Block.of(e.document_id, e.version, e.passages, batch[d].vectors) for d, e in entries.items()]
    assert after.nearest(vector, 9, None) == VectorTable.build(blocks).nearest(vector, 9, None)
