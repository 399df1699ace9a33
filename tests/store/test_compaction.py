"""Removed words are not readable in any of the store's files once it is compacted."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from qa.bm25 import Bm25
from qa.derived import Derived
from qa.errors import StoreError
from qa.records import Filter
from qa.store import ChromaStore, Location
from tests.store.articles import EMBEDDER, indexed
from tests.store.conftest import MANIFEST, Server, emptied

SECRET = "zorbaquux"
"""Also as a term: stemming leaves it as it is."""
EVERYTHING = Filter()
ROOT = Path(__file__).parents[2]


def opened(folder: Path, *, create: bool = False) -> ChromaStore:
    return ChromaStore(Location.parse(str(folder)), MANIFEST, create=create)


def readable(folder: Path, word: str) -> list[str]:
    """The files that hold ``word``, of all there are."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [str(path) for path in files if word.encode() in path.read_bytes()]


def index_files(folder: Path) -> set[Path]:
    """Those of hnswlib."""
    return set(folder.glob("*/data_level0.bin"))


def with_a_secret(folder: Path) -> ChromaStore:
    """A store of 20 articles that held, in two more, the secret until now."""
    store = opened(folder, create=True)
    store.put([indexed(f"{n}.txt", f"Report {n} stays. It ends here.") for n in range(20)])
    store.put([indexed(f"{SECRET}.txt", f"The {SECRET} spoke. {SECRET} left."), indexed("x.txt", f"A {SECRET} too.")])
    removed = next(each for each in store.summaries() if SECRET in each.source)
    store.delete([removed.document_id])
    store.put([indexed("x.txt", "Nothing of the kind.")])
    return store


def compacted_elsewhere(folder: Path, without: str = "") -> None:
    """Another process removes an article and compacts the store."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom tests.store.test_compaction import opened\n"
        "store = opened(Path(sys.argv[1]))\n"
        "store.delete([each.document_id for each in store.summaries() if each.source == sys.argv[2]])\n"
        "store.compact()\nstore.close()\n"
    )
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    subprocess.run([sys.executable, "-c", code, str(folder), without], env=environment, cwd=ROOT, check=True)


def test_removed_and_replaced_words_are_gone(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    store = with_a_secret(folder)
    assert readable(folder, SECRET), "there was nothing to make unreadable"
    before, after = store.compact()
    assert after <= before
    assert readable(folder, SECRET) == []
    assert readable(folder, "Report 7 stays")
    assert store.check() == []
    assert len(store.summaries()) == 21
    assert len(store.query(EMBEDDER.embed_query("report"), 99, EVERYTHING)) == 41
    store.put([indexed("new.txt", f"A {SECRET} passed.")])
    store.delete([each.document_id for each in store.summaries() if each.source == "new.txt"])
    store.compact()
    assert readable(folder, SECRET) == []
    store.put([indexed("new.txt", "A comet passed.")])
    store.close()
    again = opened(folder)
    assert len(again.summaries()) == 22
    assert again.check() == []
    again.close()


def test_flushed_indexes_are_made_anew(tmp_path: Path) -> None:
    """Enough passages for hnswlib to write its files, beside which nothing old may stay."""
    folder = tmp_path / "store"
    store = opened(folder, create=True)
    texts = [" ".join(f"Day {n} part {part} spoke of {SECRET} {part}." for part in range(10)) for n in range(120)]
    store.put([indexed(f"{n}.txt", text) for n, text in enumerate(texts)])
    store.put([indexed(f"{n}.txt", text.replace(SECRET, "nothing")) for n, text in enumerate(texts)])
    store.compact()
    first = index_files(folder)
    assert first, "hnswlib wrote nothing: there was nothing to find"
    assert readable(folder, SECRET) == []
    assert store.check() == []
    for each in first:
        each.with_name("scrap").write_text(SECRET)
    store.compact()
    assert readable(folder, SECRET) == []
    assert index_files(folder)
    store.close()
    approximate = ChromaStore(Location.parse(str(folder)), MANIFEST, exact_limit=0)
    hits = approximate.query(EMBEDDER.embed_query("Day 77 part 3 spoke of nothing 3."), 1, EVERYTHING)
    assert approximate.fetch([hits[0].key])[hits[0].key].text == "Day 77 part 3 spoke of nothing 3."
    approximate.close()


def test_an_open_chat_does_not_bring_removed_words_back(tmp_path: Path) -> None:
    """Its BM25 index has learnt them; what it keeps beside the store must not hold them."""
    folder = tmp_path / "store"
    store = with_a_secret(folder)
    store.put([indexed("new.txt", f"A {SECRET} passed.")])
    store.close()
    chat = opened(folder)
    bm25 = Bm25(chat, Derived(chat.location.derived, "bm25", worth=1))
    bm25.prepare()
    assert any("derived" in each for each in readable(folder, SECRET))
    compacted_elsewhere(folder, without="new.txt")
    assert readable(folder, SECRET) == []
    chat.put([indexed("new.txt", "A comet passed.")])
    assert [each.key.document_id for each in bm25.rank("comet", 9, EVERYTHING)] == [
        each.document_id for each in chat.summaries() if each.source == "new.txt"
    ]
    assert len(bm25.rank("report 7 stays", 99, EVERYTHING)) == 20
    assert any("derived" in each for each in readable(folder, "comet"))
    assert readable(folder, SECRET) == []
    chat.close()


def test_an_emptied_store_can_be_compacted(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    store = opened(folder, create=True)
    store.compact()
    store.put([indexed("a.txt", f"The {SECRET} spoke.")])
    store.delete([each.document_id for each in store.summaries()])
    store.compact()
    assert readable(folder, SECRET) == []
    assert store.check() == []
    store.close()


@pytest.mark.parametrize("exact_limit", [1000, 0])
def test_another_process_goes_on(tmp_path: Path, exact_limit: int) -> None:
    folder = tmp_path / "store"
    with_a_secret(folder).close()
    chat = ChromaStore(Location.parse(str(folder)), MANIFEST, exact_limit=exact_limit)
    vector = EMBEDDER.embed_query("Report 3 stays.")
    before = chat.query(vector, 1, EVERYTHING)
    compacted_elsewhere(folder)
    assert [each.key for each in chat.query(vector, 1, EVERYTHING)] == [each.key for each in before]
    chat.put([indexed("new.txt", "A comet passed.")])
    assert len(chat.summaries()) == 22
    assert chat.check() == []
    chat.close()


@pytest.mark.parametrize("program", ["/bin/false", "/nowhere/python"])
def test_when_it_fails_the_store_is_as_sound_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    folder = tmp_path / "store"
    store = with_a_secret(folder)
    monkeypatch.setattr(sys, "executable", program)
    with pytest.raises(StoreError):
        store.compact()
    assert store.check() == []
    assert len(store.query(EMBEDDER.embed_query("report"), 99, EVERYTHING)) == 41
    monkeypatch.undo()
    store.compact()
    assert readable(folder, SECRET) == []
    store.close()


def test_a_server_is_compacted_on_its_own_machine(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    server = Server(folder)
    store = emptied(Location.parse(server.url))
    store.put([indexed("a.txt", f"The {SECRET} spoke."), indexed("b.txt", "Snow fell.")])
    store.delete([each.document_id for each in store.summaries() if each.source == "a.txt"])
    with pytest.raises(StoreError, match="stop the server and run `citespan compact --store FOLDER`"):
        store.compact()
    server.kill()
    there = opened(folder)
    there.compact()
    assert readable(folder, SECRET) == []
    there.close()
    server.start()
    assert [each.source for each in store.summaries()] == ["b.txt"]
    assert store.check() == []
    store.put([indexed("c.txt", "A comet passed.")])
    assert store.check() == []
    store.close()
    server.kill()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries cannot be told to blank memory")
def test_nothing_of_this_process_gets_into_the_room_that_an_index_keeps_free(tmp_path: Path) -> None:
    """So few records are only in the log yet: all of an index's file is room for what is to come."""

    def held() -> list[str]:
        files = index_files(tmp_path)
        assert len(files) == 3
        return [path.parent.name for path in files if any(path.read_bytes())]

    store = with_a_secret(tmp_path)
    store.compact()
    assert held() == []
    store.summaries()  # the first look at an index writes its file anew
    assert held() == []
    store.check()
    assert held() == []
    store.close()
    store = ChromaStore(Location.parse(str(tmp_path)), MANIFEST, exact_limit=0)
    store.query(EMBEDDER.embed_query("report"), 9, EVERYTHING)
    assert held() == []
    store.put([indexed("b.txt", "Report two stays. It ends here.")])
    store.close()
    assert held() == []
