"""Nearest passages by cosine: exact and in memory up to a limit, by Chroma's own HNSW index above it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qa.protocols import PassageKey, ScoredKey
from qa.store.collections import PAGE, Collections
from qa.store.layout import Entry
from qa.store.table import Block, VectorTable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

FEW = 200
"""Up to so many articles, Chroma itself is told which may answer; for more, its answers are sifted."""


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
