"""A store's side of Chroma: opening it, its locks, writing to it, and what makes all that safe.

Many processes may read while one writes. A reader opens Chroma under the open lock and from then on only reads SQLite;
a writer holds the writer lock for its whole run and the open lock around each write. While it runs, the store's
metadata says ``writing``: whoever finds that mark without a living writer repairs the store before using it.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from qa.errors import StoreError
from qa.locks import CountedLock, Gate, OpenLock, WriterLock
from qa.protocols import IndexedDocument
from qa.store import compaction, layout, recovery
from qa.store.collections import Collections
from qa.store.connection import Location, connect, disconnect, translated
from qa.store.layout import Manifest
from qa.store.lease import Lease
from qa.store.room import demand_room
from qa.store.scraps import blank_memory, release_memory

if TYPE_CHECKING:
    from chromadb.api import ClientAPI


class Session:
    """An open store, without its search. Raises StoreError and its kinds, each with one clear line.

    ``manifest``: what the store must have been made with; ``None`` for uses that neither embed nor make a store.
    ``create``: whether to make a store that is missing. ``wait``: seconds to wait for another writer.
    """

    def __init__(self, location: Location, manifest: Manifest | None, *, create: bool, wait: float) -> None:
        self.location = location
        self._manifest = manifest
        if not location.exists() and not create:
            raise StoreError(f"{location.name}: no store there yet; run `citespan index` first or correct --store")
        location.make()
        self._writer: CountedLock
        if location.folder is None:
            self._writer = Lease(location, lambda: self._chroma.client, wait)
        else:
            self._writer = WriterLock(location.folder, wait)
        self._open = None if location.folder is None else OpenLock(location.folder)
        self._gate = Gate()
        self._write = threading.RLock()
        self._half_done = False
        self._connect(create)
        if self._needs_repair():
            self._repair(create)

    def _connect(self, create: bool) -> None:
        with self._opening(), translated(self.location):
            client = connect(self.location)
            try:
                self._attach(client, create)
            except BaseException:
                disconnect(client)
                raise

    def _attach(self, client: ClientAPI, create: bool) -> None:
        there = {each.name: each.metadata or {} for each in client.list_collections()}
        if layout.DOCUMENTS in there:  # a store of another kind is refused before anything is made in it
            layout.demand_match(there[layout.DOCUMENTS], self._manifest, self.location.name)
        elif not create:
            raise StoreError(f"{self.location.name}: holds no articles yet; run `citespan index` first")
        made = {} if self._manifest is None else self._manifest.metadata()
        self._chroma = Collections.attach(client, made | {"generation": uuid.uuid4().hex})
        state = self._chroma.state()
        layout.demand_match(state, self._manifest, self.location.name)
        self._opened_at = str(state["generation"])
        if "writing" not in state:
            # The first touch replays Chroma's log; from then on reading does not write.
            self._chroma.documents.count()
            self._chroma.vectors.count()

    def _reconnect(self) -> None:
        with self._gate.alone():
            disconnect(self._chroma.client)
            self._connect(create=True)

    def _follow(self, generation: str) -> None:
        """Take in what another process did since this one opened the store.

        In a folder, the index in this process's memory is stale and must not be flushed. On a server, and in a folder
        too, the index may have been made anew, as another collection.
        """
        if generation == self._opened_at:
            return
        if self.location.folder is not None:
            self._reconnect()
            return
        with self._gate.alone(), translated(self.location):
            self._chroma = Collections.attach(self._chroma.client, {})
            self._opened_at = generation

    def _needs_repair(self) -> bool:
        """Whether a writer left its mark and no longer lives."""
        return "writing" in self._state() and not self._writer.held_by_any()

    def _repair(self, create: bool) -> None:
        """Raises StoreError when it fails, unless the store is opened for reading, which needs no repair."""
        try:
            with self.writing():
                """Beginning to write repairs."""
        except StoreError:
            if create:
                raise

    @contextmanager
    def _opening(self) -> Iterator[None]:
        """While Chroma's files may be written: it does so when it is opened, too."""
        if self._open is None:
            yield
            return
        with self._open.hold(), blank_memory():
            yield

    @contextmanager
    def _reading(self) -> Iterator[Collections]:
        """While Chroma is used. Its files may be written even then: the first look at an index makes them anew."""
        blank = nullcontext() if self.location.folder is None else blank_memory()
        with self._gate.shared(), blank, translated(self.location):
            yield self._chroma

    def _state(self) -> Mapping[str, str]:
        with self._reading() as chroma:
            return chroma.state()

    @property
    def generation(self) -> str:
        """See PassageStore."""
        return str(self._state()["generation"])

    @contextmanager
    def writing(self) -> Iterator[None]:
        """See PassageStore."""
        with self._writer.hold() as outermost:
            if outermost:
                self._begin()
            try:
                yield
            finally:
                if outermost and not self._half_done:
                    with self._opening(), self._reading() as chroma:
                        chroma.set_state(writing=None)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """From the first write to its commit. An error in between leaves the mark, and so the repair to the next."""
        try:
            yield
        except BaseException:
            self._half_done = True
            raise

    def _begin(self) -> None:
        demand_room(self.location)
        state = self._state()
        died = "writing" in state
        if died and self.location.folder is not None:
            with self._gate.alone(), self._opening():
                disconnect(self._chroma.client)
                recovery.forget_dummy_indexes(self.location.folder)
                self._connect(create=True)
        else:
            self._follow(str(state["generation"]))
        with self._opening(), self._reading() as chroma:
            chroma.set_state(writing="yes")
            if died:
                self._chroma = recovery.sweep(chroma)
                self._commit(self._chroma)
        self._half_done = False

    def _commit(self, chroma: Collections) -> None:
        self._opened_at = uuid.uuid4().hex
        chroma.set_state(generation=self._opened_at)

    def put(self, batch: Sequence[IndexedDocument]) -> None:
        """See PassageStore."""
        unique = {indexed.document.id: indexed for indexed in batch}
        if not unique:
            return
        with self.writing(), self._write, self._opening(), self._reading() as chroma:
            demand_room(self.location, list(unique.values()))
            with self._changing():
                chroma.put(list(unique.values()))
                self._commit(chroma)
        release_memory()

    def delete(self, document_ids: Sequence[str]) -> int:
        """See PassageStore."""
        with self.writing(), self._write, self._opening(), self._reading() as chroma:
            entries = list(chroma.entries(list(dict.fromkeys(document_ids))).values())
            if entries:
                with self._changing():
                    chroma.remove(entries)
                    self._commit(chroma)
            return len(entries)

    def compact(self) -> tuple[int, int]:
        """Make what was removed unreadable in the store's files; their bytes before and after. See ``compaction``.

        Raises StoreError for a server, whose files are out of reach, and when it cannot be done; the store stays sound.
        """
        folder = self.location.folder
        if folder is None:
            raise StoreError(compaction.OUT_OF_REACH.format(name=self.location.name))
        with self.writing(), self._write:
            before = compaction.size_of(folder)
            with self._opening(), self._reading() as chroma:
                compaction.set_threshold(chroma, 2)
            self._reconnect()
            with self._opening(), self._reading() as chroma:
                compaction.flush(chroma, folder)
                compaction.set_threshold(chroma, compaction.SYNC_THRESHOLD)
            self._rewrite(folder)
            return before, compaction.size_of(folder)

    def _rewrite(self, folder: Path) -> None:
        """Close Chroma, rewrite its files, open it again; whatever happens, the store is sound afterwards."""
        done = False
        with self._gate.alone(), self._opening(), translated(self.location):
            disconnect(self._chroma.client)
            try:
                compaction.rewrite(folder)
                compaction.renew_indexes(folder)
                compaction.rewrite(folder)
                done = True
            finally:
                self._connect(create=True)
                if not done:
                    self._chroma = recovery.sweep(self._chroma)
                self._commit(self._chroma)

    def close(self) -> None:
        """See PassageStore."""
        with self._gate.alone():
            disconnect(self._chroma.client)
