"""Nearest passages by cosine: exact and in memory up to a limit, by Chroma's own HNSW index above it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from qa.derived import Derived
from qa.protocols import PassageKey, ScoredKey
from qa.store.collections import PAGE, Collections, pages
from qa.store.layout import Entry
from qa.store.table import Block, VectorTable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

PATIENCE = 10
"""While another process keeps writing, at most one part in so many of the time goes into following it."""
FEW = 200
"""Up to so many articles, Chroma itself is told which may answer; for more, its answers are sifted."""


class ExactSearch:
    """The table of a store's vectors, kept in memory and beside the store, and brought up to date when that changes."""

    def __init__(self, derived: Derived, load: Callable[[list[Entry]], Sequence[Block]]) -> None:
        self._derived = derived
        self._load = load
        self._lock = threading.Lock()
        self._generation = ""
        self._table = VectorTable.build([])
        self._not_before = 0.0

    def follow(self, generation: str, entries: Mapping[str, Entry], *, now: bool = False) -> VectorTable:
        """The table of that generation; while another process keeps writing a large store, of one shortly before.

        ``now``: of that generation in any case.
        """
        with self._lock:
            if generation != self._generation and (now or monotonic() >= self._not_before):
                began = monotonic()
                self._update(generation, entries)
                spent = monotonic() - began
                self._not_before = monotonic() + (PATIENCE * spent if spent > 0.5 else 0.0)
            return self._table

    def _update(self, generation: str, entries: Mapping[str, Entry]) -> None:
        if not self._generation and (loaded := self._derived.load(generation)) is not None:
            self._generation, self._table = loaded[0], VectorTable.load(loaded[1])
        if self._generation != generation:
            if not is_of(self._table, entries):
                kept = self._keep(generation, entries)
                self._table = VectorTable.build(self._blocks(entries)) if kept is None else kept
            self._generation = generation

    def _blocks(self, entries: Mapping[str, Entry]) -> Iterator[Block]:
        return blocks_of(self._table, entries, self._load)

    def _keep(self, generation: str, entries: Mapping[str, Entry]) -> VectorTable | None:
        """The table written beside the store and read from there, so that it is never held whole; ``None``: not so."""
        size = sum(len(entry.passages) for entry in entries.values())
        if self._derived.save(generation, VectorTable.parts(self._blocks(entries)), size):
            loaded = self._derived.load(generation)
            if loaded is not None and loaded[0] == generation:
                return VectorTable.load(loaded[1])
        return None


def is_of(table: VectorTable, entries: Mapping[str, Entry]) -> bool:
    """Whether the table holds just the passages of ``entries``."""
    held = dict(zip(table.rows.document_ids, table.rows.versions, strict=True))
    return held == {document_id: entry.version for document_id, entry in entries.items() if entry.passages}


def blocks_of(
    table: VectorTable, entries: Mapping[str, Entry], load: Callable[[list[Entry]], Sequence[Block]]
) -> Iterator[Block]:
    """The blocks of ``entries`` by document id: from ``table`` where it has their version, else loaded."""
    held = {
        document_id: rows
        for document_id, version, rows in table.rows.documents()
        if document_id in entries and entries[document_id].version == version
    }
    for page in pages(sorted(each for each, entry in entries.items() if entry.passages), PAGE):
        missing = [entries[each] for each in page if each not in held]
        loaded = {block.document_id: block for block in load(missing)} if missing else {}
        for each in page:
            if each in held:
                rows = held[each]
                yield Block(each, entries[each].version, table.rows.spans[rows], table.vectors[rows])
            elif each in loaded:
                yield loaded[each]


def approximate(
    chroma: Collections, entries: Mapping[str, Entry], vector: Vectors, k: int, allowed: Collection[str] | None
) -> list[ScoredKey]:
    """The k best by Chroma's index; ``allowed``: only those documents, ``None``: all.

    What the index still holds of another version does not count. Asks for more until k are found.
    """
    total = chroma.passages.count()
    where: Any = None
    if allowed is not None and len(allowed) <= FEW:
        if not allowed:
            return []
        where = {"document_id": {"$in": sorted(allowed)}}
    asked = min(2 * k, total)
    while asked > 0:
        got = chroma.passages.query(
            query_embeddings=vector[None, :], n_results=asked, where=where, include=["metadatas", "distances"]
        )
        metadatas, distances = (got["metadatas"] or [[]])[0], (got["distances"] or [[]])[0]
        found = [
            ScoredKey(_key(metadata), 1.0 - distance)
            for metadata, distance in zip(metadatas, distances, strict=True)
            if _is_current(metadata, entries) and (allowed is None or metadata["document_id"] in allowed)
        ]
        if len(found) >= k or asked >= total or len(metadatas) < asked:
            return sorted(found, key=lambda each: (-each.score, each.key))[:k]
        asked = min(4 * asked, total)
    return []


def _key(metadata: Mapping[str, Any]) -> PassageKey:
    return PassageKey(str(metadata["document_id"]), int(metadata["start"]), int(metadata["end"]))


def _is_current(metadata: Mapping[str, Any], entries: Mapping[str, Entry]) -> bool:
    entry = entries.get(str(metadata["document_id"]))
    return entry is not None and entry.version == metadata["version"]
