"""Chroma's HNSW indexes made anew from the stored vectors: ``python -m qa.store.renewal FOLDER``, its own process.

The old files go unread, so nothing they hold gets into this process's memory, and from there into the new ones. The
caller holds the locks and has closed Chroma; when it dies, the end of standard input says so, and this process ends:
the mark ``writing`` stays, so the next one to open the store repairs it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import threading
from contextlib import closing
from pathlib import Path
from uuid import UUID

from qa.store.collections import Collections
from qa.store.connection import DATABASE_FILE, Location, connect, disconnect
from qa.store.layout import DOCUMENTS, PASSAGES, VECTORS
from qa.store.recovery import rebuild
from qa.store.scraps import blank_memory

_OTHERS = """
    select segments.id from segments
    join collections on segments.collection = collections.id join databases on collections.database_id = databases.id
    where collections.name not in (?, ?, ?)
    or databases.name != 'default_database' or databases.tenant_id != 'default_tenant'
"""
"""A server's folder may hold what is not ours."""


def renew(folder: Path) -> None:
    """Remove the index files of this store's collections, and those of no collection at all; then fill the index."""
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as database:
        others = {str(segment) for (segment,) in database.execute(_OTHERS, (DOCUMENTS, VECTORS, PASSAGES))}
    for path in folder.iterdir():
        if path.is_dir() and _is_segment(path.name) and path.name not in others:
            shutil.rmtree(path)
    with blank_memory():
        client = connect(Location(str(folder), folder))
        try:
            chroma = Collections.attach(client, {})
            rebuild(chroma, list(chroma.entries().values()))
        finally:
            disconnect(client)


def _is_segment(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def _end_with_the_caller() -> None:
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_caller, daemon=True).start()
    renew(Path(sys.argv[1]))
