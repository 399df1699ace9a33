"""A folder of articles that keeps changing, and what a store of it may and must hold."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from qa.corpus import read_articles
from qa.indexing import Indexer
from qa.records import Filter
from qa.store import ChromaStore, Location, Manifest, recovery
from qa.store.collections import CONFIGURATION
from tests.fakes import FakeEmbedder
from tests.store.articles import sentences

MANIFEST = Manifest("fake", "sentences")

# Chroma flushes its index files, the weak spot under a kill, every 1000 records: here at nearly every write.
CONFIGURATION["hnsw"] |= {"sync_threshold": 20, "batch_size": 20}
recovery.SYNC_THRESHOLD = 20  # type: ignore[attr-defined]


def text_of(name: str, version: int) -> str:
    """The words of one version of one article: five to twelve sentences."""
    words = random.Random(f"{name} {version}")
    lines = [f"Article {name} in version {version} begins."]
    lines += [
        f"Line {n} speaks of {words.randrange(10**6)} and {words.randrange(10**6)}."
        for n in range(words.randrange(4, 12))
    ]
    return " ".join(lines)


class Archive:
    """Files ``0.txt`` and so on under ``folder``; ``versions`` says which version of each lies there."""

    def __init__(self, folder: Path, articles: int, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.versions: dict[str, int] = {}
        self._next = 0
        folder.mkdir(parents=True, exist_ok=True)
        for _ in range(articles):
            self._add()

    def _add(self) -> None:
        name = f"{self._next}.txt"
        self._next += 1
        self._write(name, 0)

    def _write(self, name: str, version: int) -> None:
        self.versions[name] = version
        (self.folder / name).write_text(text_of(name, version), encoding="utf-8")

    def change(self, changed: int, removed: int, added: int) -> None:
        """Edit, delete and add some articles."""
        for name in self.random.sample(sorted(self.versions), min(changed, len(self.versions))):
            self._write(name, self.versions[name] + 1)
        for name in self.random.sample(sorted(self.versions), min(removed, len(self.versions) - 1)):
            del self.versions[name]
            (self.folder / name).unlink()
        for _ in range(added):
            self._add()


def opened(store: Path, *, wait: float = 30.0) -> ChromaStore:
    """The store, made where it is missing."""
    return ChromaStore(Location.parse(str(store)), MANIFEST, create=True, wait=wait)


def index(store: ChromaStore, folder: Path) -> None:
    """One run of the real indexer with a fake embedder, in small windows so that there is much to interrupt."""
    import qa.indexing

    qa.indexing.WINDOW = 60
    Indexer(store, FakeEmbedder(), read_articles, sentences, _as_is).index([str(folder)], prune=True)


def _as_is(_title: str, text: str) -> str:
    return text


def faults(store: ChromaStore, versions: Callable[[str], range]) -> list[str]:
    """What is wrong: a broken invariant, a text of no version allowed, a passage not found by its own words."""
    found = [f"{each.where}: {each.what}" for each in store.check()]
    embedder = FakeEmbedder()
    for each in store.summaries():
        name = Path(each.source).name
        text = store.documents([each.document_id])[each.document_id].text
        if text not in {text_of(name, version) for version in versions(name)}:
            found.append(f"{name}: holds {text[:60]!r}")
    for stored in store.read(list(store.states())[:3]):
        passage = stored.passages[-1]
        hits = store.query(embedder.embed_query(passage.text), 5, Filter())
        texts = {passage.text for passage in store.fetch([hit.key for hit in hits]).values()}
        if passage.text not in texts:
            found.append(f"{stored.document.source}: {passage.text!r} is not found by its own words")
    return found
