"""Indexing streams: what went by is not held, neither by us nor by Chroma nor by the C library."""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from qa.bm25 import Bm25
from qa.derived import Derived
from qa.store.layout import Entry
from qa.store.search import ExactSearch
from qa.store.table import Block
from tests.fakes import MemoryStore
from tests.store.articles import indexed

ROOT = Path(__file__).parent.parent.parent
STATUS = Path("/proc/self/status")
INDEXING = """
import json, sys
import numpy as np
import qa.indexing
from qa.records import Document
from qa.store import ChromaStore, Location, Manifest
from tests.store.articles import sentences

class Embedder:
    fingerprint, max_tokens = "fake", 256
    def embed_passages(self, texts):
        rows = np.random.default_rng(len(texts)).standard_normal((len(texts), 384), np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

class Loaded:
    def __init__(self, number):
        words = [f"{(number * 7919 + each * each) % 5000:040d}" for each in range(100)]
        text = ". ".join(" ".join(words) for _ in range(5)) + "."
        self.document = Document(f"{number:016x}", f"{number}.txt", "Title", text, None, None, f"{number:064x}")
        self.origin = f"/news/{number}.txt"

class Store(ChromaStore):
    said = []
    def put(self, batch):
        super().put(batch)
        held = [int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("RssAnon")]
        self.said.append((sum(len(each.passages) for each in batch), held[0]))

qa.indexing.WINDOW = 128
store = Store(Location.parse(sys.argv[1]), Manifest("fake", "sentences"), create=True)
qa.indexing.Indexer(store, Embedder(), None, sentences, lambda _, text: text).index_articles(map(Loaded, range(600)))
store.close()
print(json.dumps(Store.said))
"""
KB = 7.0
"""Most for each further passage of 4.1 kB and 384 dimensions; 3.4 are usual, of which Chroma's HNSW index takes 1.7,
and twice that when it has just doubled its room. Holding the texts that went by would take 8.2 more."""


@pytest.mark.skipif(not STATUS.is_file(), reason="only /proc tells what a process holds")
@pytest.mark.skipif(sys.platform != "linux", reason="only glibc gives back what was freed when it is asked to")
def test_memory_does_not_grow_with_what_was_indexed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", INDEXING, str(tmp_path / "store")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    passages, held = zip(*json.loads(done.stdout), strict=True)
    assert sum(passages) == 3000
    settled = 8  # the first writes fill caches
    assert (held[-1] - held[settled]) * 1.024 / sum(passages[settled + 1 :]) < KB


def peak(work: Callable[[], object]) -> int:
    """Bytes that Python and NumPy held at most meanwhile."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def further(measure: Callable[[int], int], few: int, many: int) -> float:
    """Bytes for each further passage."""
    return (measure(many) - measure(few)) / (many - few)


def test_making_the_table_of_vectors_holds_no_vectors(tmp_path: Path) -> None:
    """Of 1,536 bytes each; their places and those in the entries are held."""
    vectors = np.eye(10, 384, dtype=np.float32)

    def load(page: Sequence[Entry]) -> list[Block]:
        return [Block.of(each.document_id, each.version, each.passages, vectors.copy()) for each in page]

    def measure(passages: int) -> int:
        spans = tuple((each, each + 1, str(each)) for each in range(10))
        entries = {
            name: Entry(name, name, "", None, None, "", "1", "", 10, spans)
            for name in (f"{number:06d}" for number in range(passages // 10))
        }
        search = ExactSearch(Derived(tmp_path / str(passages), "vectors"), load)
        return peak(lambda: search.follow("1", entries))

    assert further(measure, 6000, 18_000) < 200


def test_making_bm25_holds_each_term_once_and_each_score_once(tmp_path: Path) -> None:
    """100 terms: 4 bytes in the text and 8 in the matrix each."""

    def measure(passages: int) -> int:
        store = MemoryStore()
        sentence = " ".join(f"{each}" for each in range(100)) + ". "
        store.put([indexed(f"{number}", 10 * sentence, title="") for number in range(passages // 10)])
        bm25 = Bm25(store, Derived(tmp_path / str(passages), "bm25"))
        return peak(bm25.prepare)

    assert further(measure, 2000, 5000) < 1600
