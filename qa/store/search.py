"""Nearest passages by cosine: exact and in memory up to a limit, by Chroma's own HNSW index above it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from qa.derived import Derived
from qa.protocols import PassageKey, ScoredKey
from qa.store.collections import PAGE, Collections
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
            fresh = updated_table(self._table, entries, self._load)
            if fresh is not self._table:
                self._derived.save(generation, fresh.arrays(), len(fresh))
            self._generation, self._table = generation, fresh


def updated_table(
    table: VectorTable, entries: Mapping[str, Entry], load: Callable[[list[Entry]], Sequence[Block]]
) -> VectorTable:
    """``table`` brought to the state of ``entries``: only vectors of new versions are loaded."""
    kept = [
        block
        for block in table.blocks()
        if block.document_id in entries and entries[block.document_id].version == block.version
    ]
    have = {block.document_id for block in kept}
    missing = [entry for document_id, entry in entries.items() if document_id not in have and entry.passages]
    if not missing and len(kept) == len(table.rows.document_ids):
        return table
    return VectorTable.build([*kept, *_loaded(missing, load)])


def _loaded(missing: list[Entry], load: Callable[[list[Entry]], Sequence[Block]]) -> Iterator[Block]:
    for start in range(0, len(missing), PAGE):
        yield from load(missing[start : start + PAGE])


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
