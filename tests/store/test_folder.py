"""A store in a folder: opening, refusing, two processes, recovery after a kill."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.errors import StoreError, StoreLockedError, StoreMismatchError
from qa.records import Filter
from qa.store import ChromaStore, Location, Manifest
from qa.store.connection import DATABASE_FILE
from tests.store.articles import EMBEDDER, indexed, three
from tests.store.conftest import MANIFEST

ROOT = Path(__file__).parent.parent.parent
EVERYTHING = Filter()


def opened(
    folder: Path, *, create: bool = False, manifest: Manifest | None = MANIFEST, wait: float = 0.2
) -> ChromaStore:
    return ChromaStore(Location.parse(str(folder)), manifest, create=create, wait=wait)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store of three articles."""
    path = tmp_path / "store"
    store = opened(path, create=True)
    store.put(three())
    store.close()
    return path


@pytest.fixture
def store(folder: Path) -> Iterator[ChromaStore]:
    made = opened(folder)
    yield made
    made.close()


def in_another_process(code: str, folder: Path, **more: str) -> subprocess.Popen[str]:
    """Run code that has ``store`` open and ``indexed``, ``three`` at hand."""
    head = (
        "import sys, os, signal, time\n"
        "from tests.store.test_folder import opened, indexed, three\n"
        "from pathlib import Path\n"
        "store = opened(Path(sys.argv[1]), create=True, wait=20)\n"
    )
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"} | more
    return subprocess.Popen(
        [sys.executable, "-c", head + code, str(folder)], stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    )


def ended(process: subprocess.Popen[str]) -> int:
    """Wait for it and close its output."""
    process.communicate(timeout=120)
    return process.returncode


def test_a_missing_store_is_not_made_by_asking(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="run `citespan index` first"):
        opened(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_file_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("words")
    for create in (False, True):
        with pytest.raises(StoreError, match="expected a folder, found a file"):
            opened(tmp_path / "file", create=create)
    with pytest.raises(StoreError):
        opened(tmp_path / "file" / "below", create=True)


def test_a_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / DATABASE_FILE).write_bytes(b"these are not the bytes you look for" * 100)
    with pytest.raises(StoreError) as caught:
        opened(tmp_path)
    assert "\n" not in str(caught.value)


def test_another_embedder_or_chunking_is_refused_and_nothing_lost(folder: Path) -> None:
    for other in (Manifest("other", "sentences"), Manifest("fake", "paragraphs")):
        with pytest.raises(StoreMismatchError, match="index again"):
            opened(folder, manifest=other, create=True)
    store = opened(folder, manifest=None)
    assert len(store.summaries()) == 3
    store.close()


def test_another_schema_is_refused(folder: Path) -> None:
    with sqlite3.connect(folder / DATABASE_FILE) as database:
        database.execute("update collection_metadata set int_value = 999 where key = 'schema'")
    database.close()
    with pytest.raises(StoreMismatchError, match="schema 1, found 999"):
        opened(folder, manifest=None)


def test_it_is_there_when_opened_again(store: ChromaStore) -> None:
    assert [each.source for each in store.summaries()] == ["a.txt", "b.txt", "c.txt"]
    assert len(store.query(EMBEDDER.embed_query("river"), 9, EVERYTHING)) == 6
    assert store.check() == []


def test_a_reader_sees_what_another_process_writes(store: ChromaStore) -> None:
    before = store.generation
    assert len(store.query(EMBEDDER.embed_query("comet"), 99, EVERYTHING)) == 6
    writer = in_another_process(
        "store.put([indexed('new.txt', 'A comet passed.'), indexed('a.txt', 'The lake rose.')]); store.close()",
        store.location.folder or Path(),
    )
    assert ended(writer) == 0
    assert store.generation != before
    hits = store.query(EMBEDDER.embed_query("A comet passed."), 99, EVERYTHING)
    assert len(hits) == 6
    assert store.fetch([hits[0].key])[hits[0].key].text == "A comet passed."
    assert store.check() == []


def test_a_reader_may_write_after_another_process_did(store: ChromaStore) -> None:
    writer = in_another_process(
        "store.put([indexed(f'n{n}.txt', f'Day {n} was long.') for n in range(30)]); store.close()",
        store.location.folder or Path(),
    )
    assert ended(writer) == 0
    store.put([indexed("mine.txt", "My own words.")])
    assert len(store.summaries()) == 34
    assert store.check() == []


def test_the_second_writer_is_told_who_is_first(folder: Path, store: ChromaStore) -> None:
    writer = in_another_process(
        "with store.writing():\n    print('in', flush=True); sys.stdin.read(0); time.sleep(60)", folder
    )
    assert writer.stdout is not None and writer.stdout.readline() == "in\n"
    with pytest.raises(StoreLockedError, match=f"process {writer.pid} on"):
        store.put(three())
    assert len(store.summaries()) == 3
    writer.kill()
    assert ended(writer) == -9
    store.put([indexed("d.txt", "It works again.")])
    assert len(store.summaries()) == 4


KILLED_IN_THE_MIDDLE = """
from qa.store.collections import Collections
real = Collections.{where}
def then_die(self, *given):
    real(self, *given)
    os.kill(os.getpid(), signal.SIGKILL)
Collections.{where} = then_die
store.put([indexed('new.txt', 'A comet passed. It was bright.'), indexed('a.txt', 'The lake rose.')])
"""


@pytest.mark.parametrize(("where", "committed"), [("put_passages", False), ("put", True)])
def test_killed_while_writing(folder: Path, where: str, committed: bool) -> None:
    writer = in_another_process(KILLED_IN_THE_MIDDLE.format(where=where), folder)
    assert ended(writer) == -9
    store = opened(folder, manifest=None)
    assert store.check() == []
    names = [each.source for each in store.summaries()]
    assert names == ["a.txt", "b.txt", "c.txt", *(["new.txt"] if committed else [])]
    hits = store.query(EMBEDDER.embed_query("The lake rose."), 1, EVERYTHING)
    assert (store.fetch([hits[0].key])[hits[0].key].text == "The lake rose.") is committed
    store.put([indexed("new.txt", "A comet passed. It was bright."), indexed("a.txt", "The lake rose.")])
    assert len(store.summaries()) == 4
    assert store.check() == []
    store.close()


@pytest.mark.parametrize("damage", ["gone", "cut", "emptied", "noise"])
def test_index_files_broken_by_a_kill_are_made_anew(tmp_path: Path, damage: str) -> None:
    """Chroma rewrites the files of its HNSW indexes in place; a kill in the middle leaves them in any state."""
    folder = tmp_path / "store"
    store = opened(folder, create=True)
    store.put([indexed(f"{n}.txt", f"Report {n}. It ends with word{n}. So it is.") for n in range(400)])
    store.close()
    files = [path for path in folder.glob("*/*") if path.parent.name not in ("derived",)]
    assert any(path.suffix == ".pickle" for path in files), "the index was not flushed: nothing to break"
    for path in files:
        size = path.stat().st_size
        if damage == "gone":
            path.unlink()
        elif damage == "noise":
            path.write_bytes(os.urandom(size))
        else:
            os.truncate(path, size // 2 if damage == "cut" else 0)
    with sqlite3.connect(folder / DATABASE_FILE) as database:  # the mark of a writer that did not finish
        database.execute(
            "insert into collection_metadata (collection_id, key, str_value)"
            " select id, 'writing', 'yes' from collections where name = 'citespan-documents'"
        )
    database.close()
    store = opened(folder, manifest=None)
    assert store.check() == []
    assert len(store.summaries()) == 400
    store.delete([store.summaries()[0].document_id])
    store.put([indexed("new.txt", "A comet passed.")])
    assert store.check() == []
    store.close()


def test_a_store_put_away_and_back_is_the_same(folder: Path, tmp_path: Path) -> None:
    shutil.move(folder, tmp_path / "elsewhere")
    store = opened(tmp_path / "elsewhere")
    assert len(store.query(EMBEDDER.embed_query("river"), 9, EVERYTHING)) == 6
    store.close()


def test_check_finds_what_is_wrong(folder: Path) -> None:
    with sqlite3.connect(folder / DATABASE_FILE) as database:
        database.execute(
            "update embedding_metadata set string_value = replace(string_value, 'spring', 'summer')"
            " where key = 'chroma:document'"
        )
        database.execute("delete from embeddings where embedding_id like '%/0'")
    database.close()
    store = opened(folder)
    found = {(each.where, each.what) for each in store.check()}
    store.close()
    assert ("a.txt", "its text does not have the recorded SHA-256") in found
    assert ("c.txt", "1 of its 2 passages are not in the index") in found
