"""Make removed words unreadable: they linger in Chroma's log, in free pages of SQLite, in the full-text index.

Chroma purges its log up to what the HNSW index has flushed, and flushes every ``sync_threshold`` records. So the
threshold is lowered for a moment, which flushes and purges; then SQLite rewrites its file. hnswlib writes memory that
it never filled into its files, and scraps of whatever its process once held lie there: so the indexes are made anew by
a process that has seen nothing but what stays (``renewal``).
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import warnings
from contextlib import closing
from pathlib import Path

import numpy as np

from qa.errors import StoreError
from qa.store.collections import Collections
from qa.store.connection import DATABASE_FILE
from qa.store.layout import FILLER

SYNC_THRESHOLD = 1000
"""Chroma's default: records between two flushes of an index."""
OUT_OF_REACH = (
    "{name}: expected a store in a folder, found a server, whose files are out of reach from here; what was removed is "
    "already in no answer; to make its words unreadable too, stop the server and run `citespan compact --store FOLDER` "
    "on its machine, with the FOLDER that `chroma run --path` names"
)


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
        database.execute("pragma secure_delete = on")
        database.execute("insert into embedding_fulltext_search(embedding_fulltext_search) values ('rebuild')")
        database.commit()
        database.execute("vacuum")
        database.execute("pragma wal_checkpoint(truncate)")
    shutil.rmtree(folder / "derived", ignore_errors=True)


def renew_indexes(folder: Path) -> None:
    """Have the HNSW indexes made anew by another process. Chroma is closed and its database rewritten.

    Raises StoreError when that process fails.
    """
    command = [sys.executable, "-P", "-m", "qa.store.renewal", str(folder)]
    # The pipe to its standard input tells it when this process dies: nobody would hold the locks any more.
    with subprocess.Popen(  # noqa: S603 - this program itself
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        said = b"" if process.stderr is None else process.stderr.read()
        code = process.wait()
    if code:
        last = said.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise StoreError(
            f"{folder}: the indexes could not be made anew ({' '.join(last) or f'exit code {code}'}); the store is as "
            "usable as before, but not compacted; make sure that there is room and try again"
        )


def size_of(folder: Path) -> int:
    """Bytes of Chroma's files; what is derived from them is not counted."""
    return sum(path.stat().st_size for path in [folder / DATABASE_FILE, *folder.glob("*-*-*-*-*/*")])
