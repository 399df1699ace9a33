"""Make removed words unreadable: they linger in Chroma's log, in free pages of SQLite, in the full-text index.

Chroma purges its log up to what the HNSW index has flushed, and flushes every ``sync_threshold`` records. So the
threshold is lowered for a moment, which flushes and purges; then SQLite rewrites its file.
"""

from __future__ import annotations

import shutil
import sqlite3
import warnings
from contextlib import closing
from pathlib import Path

import numpy as np

from qa.store.collections import Collections
from qa.store.connection import DATABASE_FILE
from qa.store.layout import FILLER

SYNC_THRESHOLD = 1000
"""Chroma's default: records between two flushes of an index."""


def set_threshold(chroma: Collections, records: int) -> None:
    """Flush each index after so many records, from the next opening on."""
    with warnings.catch_warnings():
        # Chroma calls a collection without an embedding function of its own a legacy.
        warnings.filterwarnings("ignore", "legacy embedding function config", DeprecationWarning)
        for each in (chroma.documents, chroma.vectors, chroma.passages):
            each.modify(configuration={"hnsw": {"sync_threshold": records}})


def flush(chroma: Collections, folder: Path) -> None:
    """Make each index flush and each log end in records that say nothing; the threshold has just been lowered."""
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as database:
        dimensions = dict(database.execute("select name, dimension from collections"))
    for each in (chroma.documents, chroma.vectors, chroma.passages):
        dimension = dimensions.get(each.name)
        if dimension:
            ids = [f"{FILLER}{number}" for number in range(2)]
            each.upsert(ids=ids, embeddings=np.ones((2, dimension), np.float32))
            each.delete(ids=ids)


def rewrite(folder: Path) -> None:
    """Rewrite the database without what was deleted, and forget what was derived from it. Chroma is closed."""
    with closing(sqlite3.connect(folder / DATABASE_FILE, timeout=60)) as database:
        database.execute("insert into embedding_fulltext_search(embedding_fulltext_search) values ('rebuild')")
        database.commit()
        database.execute("vacuum")
    shutil.rmtree(folder / "derived", ignore_errors=True)


def size_of(folder: Path) -> int:
    """Bytes of all files of the store."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
