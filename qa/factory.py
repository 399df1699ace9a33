"""Settings become a wired pipeline. The only file that knows every adapter."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from qa.bm25 import Bm25
from qa.chunking import chunk, embedded_text
from qa.corpus import read_articles
from qa.derived import Derived
from qa.embedding import SentenceTransformerEmbedder
from qa.indexing import Indexer
from qa.pipeline import Citespan
from qa.protocols import Embedder, Reader
from qa.records import Document, Passage
from qa.retrieval import HybridRetriever
from qa.selection import Selector
from qa.settings import Settings
from qa.store import ChromaStore, Location, Manifest
from qa.tokens import tiktoken_counter


def open_citespan(settings: Settings, *, create: bool = False, embedder: Embedder | None = None) -> Citespan:
    """The whole pipeline on the store that ``settings`` names; ``create`` makes a missing one.

    ``embedder``: one that is loaded already, to be shared. Models are loaded at their first use. Raises StoreError
    when the store cannot be opened or was made with another embedder or chunking.
    """
    embedder = make_embedder(settings) if embedder is None else embedder
    store = make_store(settings, embedder, create=create)
    bm25 = Bm25(store, Derived(store.location.derived, "bm25"))
    reader = make_reader(settings, embedder)

    def prepare() -> None:
        store.prepare()
        bm25.prepare()

    return Citespan(
        store=store,
        indexer=Indexer(store, embedder, read_articles, chunker(settings, embedder), embedded_text, prepare),
        retriever=HybridRetriever(
            store, embedder, bm25, candidates=settings.candidates, dense_weight=settings.dense_weight
        ),
        reader=reader,
        selector=make_selector(settings, reader),
        top_k=settings.top_k,
        max_question=settings.max_question,
    )


def make_embedder(settings: Settings) -> Embedder:
    """The embedder that ``settings.embedder`` names."""
    return SentenceTransformerEmbedder(settings.embedder, threads=threads_of(settings))


def make_store(settings: Settings, embedder: Embedder, *, create: bool = False) -> ChromaStore:
    """The store, held to the embedder and chunking of ``settings``."""
    location = Location.parse(
        settings.store,
        tenant=settings.tenant,
        database=settings.database,
        token=settings.token,
        headers=settings.headers,
    )
    chunking = f"{settings.passage_tokens} tokens, {settings.overlap_sentences} shared sentences"
    return ChromaStore(location, Manifest(embedder.fingerprint, chunking), create=create)


def make_reader(settings: Settings, embedder: Embedder) -> Reader:
    """The reader that ``settings.reader`` names. Raises ModelError when it is missing or damaged."""
    if settings.reader == "baseline":
        from qa.reader.baseline import BaselineReader

        return BaselineReader(embedder)
    from qa.reader.model import OnnxReader, packaged_reader

    path = packaged_reader() if settings.reader == "packaged" else Path(settings.reader)
    return OnnxReader(path, threads=threads_of(settings))


def make_selector(settings: Settings, reader: Reader) -> Selector:
    """Selection with the reader's own calibration, and its threshold unless the settings give one."""
    threshold = reader.calibration.threshold if settings.threshold < 0 else settings.threshold
    return Selector(reader.calibration, threshold)


def threads_of(settings: Settings) -> int:
    """Threads for models: as set, else one per core that this process may use."""
    if settings.threads > 0:
        return settings.threads
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def chunker(settings: Settings, embedder: Embedder) -> Callable[[Document], Sequence[Passage]]:
    """Documents to passages, as ``settings`` and the embedder's limit demand."""
    count_tokens = cache(tiktoken_counter)  # loading the encoding takes a second that asking need not wait for

    def cut(document: Document) -> Sequence[Passage]:
        return chunk(
            document,
            budget=settings.passage_tokens,
            overlap=settings.overlap_sentences,
            count_tokens=count_tokens(),
            embedder_tokens=embedder.count_tokens,
            embedder_limit=embedder.max_tokens,
        )

    return cut
