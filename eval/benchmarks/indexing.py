"""Indexing against the plain way: ``encode`` with defaults, then ``collection.add``.

    python -m eval.benchmarks.indexing ARTICLES.jsonl[.gz] [--articles N] [--out FILE]

Both get the same passages; each has its model loaded. Prints JSON: passages per second of each, their ratio, the cosine
of the vectors of one to those of the other, peak memory of both (Citespan alone: ``eval.benchmarks.memory``).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from eval.benchmarks.articles import read
from eval.benchmarks.peak import peak_mib
from qa.chunking import embedded_text
from qa.corpus import Loaded
from qa.embedding import BULK, SentenceTransformerEmbedder
from qa.factory import chunker, make_store, threads_of
from qa.indexing import Indexer
from qa.records import Passage
from qa.settings import Settings


def plain(embedder: SentenceTransformerEmbedder, passages: Sequence[tuple[str, Passage]], folder: Path) -> Any:
    """(seconds, vectors) of the way a user would write it without Citespan."""
    import chromadb

    texts = [embedded_text(title, passage.text) for title, passage in passages]
    client = chromadb.PersistentClient(str(folder))
    collection = client.create_collection("plain", configuration={"hnsw": {"space": "cosine"}}, embedding_function=None)
    began = perf_counter()
    vectors = embedder.model.encode(texts, show_progress_bar=False)
    step = client.get_max_batch_size()
    for start in range(0, len(texts), step):
        page = passages[start : start + step]
        collection.add(
            ids=[passage.id for _, passage in page],
            embeddings=vectors[start : start + step],
            documents=[passage.text for _, passage in page],
            metadatas=[{"document_id": p.document_id, "start": p.start, "end": p.end} for _, p in page],
        )
    return perf_counter() - began, vectors


def ours(embedder: SentenceTransformerEmbedder, articles: list[Loaded], cut: Any, settings: Settings) -> Any:
    """(seconds, vectors by passage id) of Citespan, chunking and storing whole articles included."""
    store = make_store(settings, embedder, create=True)
    began = perf_counter()
    report = Indexer(store, embedder, lambda _: articles, cut, embedded_text, store.prepare).index([])
    seconds = perf_counter() - began
    vectors = {
        passage.id: row
        for each in store.load(store.states())
        for passage, row in zip(each.passages, each.vectors, strict=True)
    }
    store.close()
    return seconds, vectors, report


def cosines(passages: Sequence[tuple[str, Passage]], reference: Any, vectors: Any) -> Iterator[float]:
    """Of each passage's two vectors."""
    for (_, passage), row in zip(passages, reference, strict=True):
        yield float(row @ vectors[passage.id] / np.linalg.norm(row))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--articles", dest="count", type=int, default=300)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        settings = Settings(store=str(Path(place) / "ours"))
        embedder = SentenceTransformerEmbedder(threads=threads_of(settings))
        cut = chunker(settings, embedder)
        articles = list(islice(read(options.articles), options.count))
        passages = [(each.document.title, passage) for each in articles for passage in cut(each.document)]
        embedder.embed_passages(["warm up"] * BULK)
        embedder.model.encode(["warm up"], show_progress_bar=False)
        # Alternating halves would share caches; the plain way goes first and so has the cooler machine.
        plain_seconds, reference = plain(embedder, passages, Path(place) / "plain")
        our_seconds, vectors, report = ours(embedder, articles, cut, settings)
        alike = list(cosines(passages, reference, vectors))
        result = {
            "articles": len(articles),
            "passages": len(passages),
            "threads": threads_of(settings),
            "plain_passages_per_second": len(passages) / plain_seconds,
            "citespan_passages_per_second": report.passages / our_seconds,
            "times_faster": plain_seconds / our_seconds,
            "cosine_min": min(alike),
            "cosine_mean": float(np.mean(alike)),
            "peak_memory_mib": peak_mib(),
        }
    text = json.dumps(result, indent=2)
    print(text)
    if options.out is not None:
        options.out.write_text(text + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
