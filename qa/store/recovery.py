"""After a writer was killed: what it left half done goes, and Chroma's index is proved or made anew.

Chroma keeps texts and metadata in SQLite, which survives a kill at any moment, but rewrites the files of its HNSW
indexes in place: a kill in the middle can leave files that do not load, or load wrongly. The vectors that count lie in
SQLite too, so nothing is lost.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np

from qa.store import layout
from qa.store.collections import CONFIGURATION, PAGE, Collections
from qa.store.compaction import SYNC_THRESHOLD, set_threshold
from qa.store.connection import DATABASE_FILE
from qa.store.layout import Entry

_INDEX_FOLDERS = """
    select segments.id from segments join collections on segments.collection = collections.id
    where segments.scope = 'VECTOR' and collections.name in (?, ?)
"""
AGREEMENT = 0.999


def forget_dummy_indexes(folder: Path) -> None:
    """Remove the HNSW files of the two collections that are never searched by vector; Chroma starts them anew.

    Only while no process has the store open.
    """
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as database:
        for (segment,) in database.execute(_INDEX_FOLDERS, (layout.DOCUMENTS, layout.VECTORS)):
            shutil.rmtree(folder / str(segment), ignore_errors=True)


def sweep(chroma: Collections) -> Collections:
    """Delete what no document's record names; rebuild Chroma's index when it does not hold what it should."""
    set_threshold(chroma, SYNC_THRESHOLD)
    entries = list(chroma.entries().values())
    documents = {entry.document_id for entry in entries}
    held = chroma.documents.get(include=[])["ids"]
    chroma.delete(chroma.documents, [each for each in held if each not in documents])
    vectors = {entry.vectors_id for entry in entries}
    held = chroma.vectors.get(include=[])["ids"]
    chroma.delete(chroma.vectors, [each for each in held if each not in vectors])
    try:
        passages = {each for entry in entries for each in entry.passage_ids}
        held = chroma.passages.get(include=[])["ids"]
        chroma.delete(chroma.passages, [each for each in held if each not in passages])
        sound = all(_is_sound(chroma, entries[start : start + PAGE]) for start in range(0, len(entries), PAGE))
    except Exception:  # noqa: BLE001 - whatever is wrong with the index, the way out is the same
        sound = False
    return chroma if sound else rebuild(chroma, entries)


def _is_sound(chroma: Collections, entries: list[Entry]) -> bool:
    """Whether the index holds the very vectors of these documents."""
    ids = [each for entry in entries for each in entry.passage_ids]
    if not ids:
        return True
    rows = {block.document_id: block.vectors for block in chroma.blocks(entries)}
    wanted = np.concatenate([rows[entry.document_id] for entry in entries if entry.passages])
    got = chroma.passages.get(ids=ids, include=["embeddings"])
    embeddings = got["embeddings"]
    if embeddings is None or len(got["ids"]) != len(ids):
        return False
    held = dict(zip(got["ids"], np.asarray(embeddings, np.float32), strict=True))
    found = np.stack([held[each] for each in ids])
    cosines = (found * wanted).sum(axis=1) / np.maximum(np.linalg.norm(found, axis=1), 1e-12)
    return bool((cosines > AGREEMENT).all())


def rebuild(chroma: Collections, entries: list[Entry]) -> Collections:
    """Make Chroma's index anew from the stored vectors."""
    chroma.client.delete_collection(layout.PASSAGES)
    fresh = chroma.client.create_collection(layout.PASSAGES, configuration=CONFIGURATION, embedding_function=None)
    chroma = Collections(chroma.client, chroma.documents, chroma.vectors, fresh, chroma.batch)
    for start in range(0, len(entries), PAGE):
        page = entries[start : start + PAGE]
        rows = {block.document_id: block.vectors for block in chroma.blocks(page)}
        filled = [entry for entry in page if entry.passages]
        chroma.put_passages(filled, [rows[entry.document_id] for entry in filled])
    return chroma
