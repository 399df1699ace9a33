"""A write that the disk has no room for is not begun.

Chroma puts what is written into its log and works it into its tables at the next reading. On a disk that fills up in
between, even reading fails until there is room again: so the room for both is asked for beforehand.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from qa.errors import StoreError
from qa.protocols import IndexedDocument
from qa.store.connection import Location

LEAST = 2_000_000
PER_PASSAGE = 40_000
"""Bytes, at 384 dimensions. A store holds some 11,000 a passage; log and journal need the same for a while."""
PER_CHARACTER = 16
"""Bytes: a text lies in the log, the journal, a table and the full-text index."""


def demand_room(location: Location, batch: Sequence[IndexedDocument] = ()) -> None:
    """Raises StoreError when a folder's disk has no room for ``batch`` and a little more; a server sees to its own."""
    if location.folder is None:
        return
    passages = sum(len(indexed.passages) for indexed in batch)
    characters = sum(len(indexed.document.text) for indexed in batch)
    needed = LEAST + PER_PASSAGE * passages + PER_CHARACTER * characters
    try:
        free = shutil.disk_usage(location.folder).free
    except OSError:
        return  # a file system that does not tell; writing will
    if free < needed:
        raise StoreError(
            f"{location.name}: the disk is full: expected {needed / 1e6:.1f} MB of room, found {free / 1e6:.1f} MB; "
            "make room and run the command again, nothing is lost"
        )
