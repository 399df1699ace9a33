"""A store on a real Chroma server: nobody there, killed in the middle, two clients, two writers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.errors import StoreError, StoreLockedError, StoreMismatchError
from qa.records import Filter
from qa.store import ChromaStore, Location, Manifest
from tests.store.articles import EMBEDDER, indexed, three
from tests.store.conftest import MANIFEST, Server, emptied, free_port

ROOT = Path(__file__).parent.parent.parent
EVERYTHING = Filter()


def opened(url: str, *, manifest: Manifest | None = MANIFEST, wait: float = 0.2) -> ChromaStore:
    return ChromaStore(Location.parse(url), manifest, wait=wait)


@pytest.fixture
def store(server: Server) -> Iterator[ChromaStore]:
    made = emptied(Location.parse(server.url))
    made.put(three())
    yield made
    made.close()


@pytest.mark.parametrize("name", ["http://", "ftp://host", "http://host:port", "http://host:99999"])
def test_a_malformed_address(name: str) -> None:
    with pytest.raises(StoreError, match="http://HOST:PORT"):
        Location.parse(name)


def test_nobody_is_listening() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(StoreError, match="no Chroma server answers there"):
        opened(url)


def test_an_unknown_database_is_named(server: Server) -> None:
    """In a process of its own: Chroma never closes the sockets of a client that could not be made."""
    code = (
        "import sys\n"
        "from tests.store.test_server import ChromaStore, Location, MANIFEST\n"
        "ChromaStore(Location.parse(sys.argv[1], database='nowhere'), MANIFEST, create=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, server.url], cwd=ROOT, capture_output=True, text=True, check=False
    )
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("qa.errors.StoreError")
    assert "nowhere" in last


def test_an_empty_server_says_what_to_do(server: Server) -> None:
    emptied(Location.parse(server.url)).close()
    store = emptied(Location.parse(server.url))
    store.put(three())
    store.close()
    with pytest.raises(StoreMismatchError, match="made with embedder"):
        opened(server.url, manifest=Manifest("other", "sentences"))


def test_one_client_sees_what_another_writes(server: Server, store: ChromaStore) -> None:
    other = opened(server.url)
    assert len(other.query(EMBEDDER.embed_query("comet"), 99, EVERYTHING)) == 6
    store.put([indexed("new.txt", "A comet passed.")])
    hits = other.query(EMBEDDER.embed_query("A comet passed."), 99, EVERYTHING)
    assert other.fetch([hits[0].key])[hits[0].key].text == "A comet passed."
    other.close()


def test_the_second_writer_is_told_who_is_first(server: Server, store: ChromaStore) -> None:
    other = opened(server.url)
    with store.writing(), pytest.raises(StoreLockedError, match=f"process {os.getpid()} on"):
        other.put(three())
    other.put([indexed("d.txt", "Now it works.")])
    assert len(store.summaries()) == 4
    other.close()


def test_a_writer_that_was_killed_does_not_block(server: Server, store: ChromaStore) -> None:
    code = (
        "import os, signal, sys\n"
        "from tests.store.test_server import opened, indexed\n"
        "from qa.store.collections import Collections\n"
        "store = opened(sys.argv[1])\n"
        "real = Collections.put_passages\n"
        "def die(self, *given):\n"
        "    real(self, *given)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "Collections.put_passages = die\n"
        "store.put([indexed('new.txt', 'A comet passed.')])\n"
    )
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    died = subprocess.run([sys.executable, "-c", code, server.url], env=environment, cwd=ROOT, check=False)
    assert died.returncode == -9
    again = opened(server.url)
    assert again.check() == []
    assert len(again.summaries()) == 3
    again.put([indexed("new.txt", "A comet passed.")])
    assert len(store.summaries()) == 4
    again.close()


def test_killed_and_started_again(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    store = ChromaStore(Location.parse(server.url), MANIFEST, create=True, wait=1)
    store.put(three())
    vector = EMBEDDER.embed_query("The mayor of Paris resigned.")
    before = store.query(vector, 3, EVERYTHING)
    server.kill()
    for attempt in (lambda: store.query(vector, 3, EVERYTHING), store.summaries, lambda: store.put(three())):
        with pytest.raises(StoreError, match="no Chroma server answers there"):
            attempt()
    server.start()
    assert store.query(vector, 3, EVERYTHING) == before
    store.put([indexed("new.txt", "A comet passed.")])
    assert len(store.summaries()) == 4
    assert store.check() == []
    server.kill()
    with pytest.raises(StoreError), store.writing():
        store.put([indexed("lost.txt", "It did not arrive.")])
    server.start()
    store.put([indexed("late.txt", "It arrived late.")])
    assert [each.source for each in store.summaries()] == ["a.txt", "b.txt", "c.txt", "late.txt", "new.txt"]
    assert store.check() == []
    store.close()
    server.kill()
