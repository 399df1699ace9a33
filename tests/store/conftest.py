"""Every kind of store: the fake, Chroma in a folder (exact and approximate), Chroma on a real server."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.protocols import PassageStore
from qa.store import ChromaStore, Location, Manifest
from tests.fakes import MemoryStore

MANIFEST = Manifest(embedder="fake", chunking="sentences")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A ``chroma run`` process on a free loopback port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        command = [str(Path(sys.executable).parent / "chroma"), "run", "--host", "127.0.0.1"]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port), "--path", str(self.folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 120
        while self.process.poll() is None and time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=10):
                    return
            except OSError:
                time.sleep(0.05)
        self.process.kill()
        raise RuntimeError("the Chroma server ended, or did not start in two minutes")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server, for the whole session."""
    running = Server(tmp_path_factory.mktemp("server"))
    yield running
    running.kill()


def emptied(location: Location) -> ChromaStore:
    """A store on the server, with nothing in it."""
    from qa.store.connection import connect, disconnect

    client = connect(location)
    for each in client.list_collections():
        client.delete_collection(each.name)
    disconnect(client)
    return ChromaStore(location, MANIFEST, create=True)


@pytest.fixture(params=["memory", "folder", "approximate", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PassageStore]:
    """An empty store of each kind."""
    made: PassageStore
    if request.param == "memory":
        made = MemoryStore()
    elif request.param == "server":
        made = emptied(Location.parse(request.getfixturevalue("server").url))
    else:
        limit = 0 if request.param == "approximate" else 1000
        made = ChromaStore(Location.parse(str(tmp_path / "store")), MANIFEST, create=True, exact_limit=limit)
    yield made
    made.close()
