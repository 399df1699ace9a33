"""Removed words are not readable in the store's files once it is compacted."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa.errors import StoreError
from qa.records import Filter
from qa.store import ChromaStore, Location
from tests.store.articles import EMBEDDER, indexed
from tests.store.conftest import MANIFEST, Server, emptied

SECRET = "quuxwhistle"


def readable(folder: Path, word: str) -> list[str]:
    """The files that hold ``word``. Known limit, left out: hnswlib writes memory that it never filled into its vector
    file, and now and then a scrap of this process's own text lies there."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "data_level0.bin"]
    return [str(path) for path in files if word.encode() in path.read_bytes()]


def test_removed_and_replaced_words_are_gone(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    store = ChromaStore(Location.parse(str(folder)), MANIFEST, create=True)
    store.put([indexed(f"{n}.txt", f"Report {n} stays. It ends here.") for n in range(20)])
    store.put([indexed(f"{SECRET}.txt", f"The {SECRET} spoke. {SECRET} left."), indexed("x.txt", f"A {SECRET} too.")])
    removed = next(each for each in store.summaries() if SECRET in each.source)
    store.delete([removed.document_id])
    store.put([indexed("x.txt", "Nothing of the kind.")])
    assert readable(folder, SECRET), "there was nothing to make unreadable"
    before, after = store.compact()
    assert after <= before
    assert readable(folder, SECRET) == []
    assert readable(folder, "Report 7 stays")
    assert store.check() == []
    assert len(store.summaries()) == 21
    assert len(store.query(EMBEDDER.embed_query("report"), 99, Filter())) == 41
    store.put([indexed("new.txt", "A comet passed.")])
    store.close()
    again = ChromaStore(Location.parse(str(folder)), MANIFEST)
    assert len(again.summaries()) == 22
    assert again.check() == []
    again.close()


def test_an_emptied_store_can_be_compacted(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    store = ChromaStore(Location.parse(str(folder)), MANIFEST, create=True)
    store.compact()
    store.put([indexed("a.txt", f"The {SECRET} spoke.")])
    store.delete([each.document_id for each in store.summaries()])
    store.compact()
    assert readable(folder, SECRET) == []
    assert store.check() == []
    store.close()


def test_a_server_compacts_its_own_files(server: Server) -> None:
    store = emptied(Location.parse(server.url))
    with pytest.raises(StoreError, match="chroma vacuum"):
        store.compact()
    store.close()
