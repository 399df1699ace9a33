"""The passage store on Chroma: a folder or a server, the same layout in both (see ``layout``).

Many processes may read while one writes. A reader opens Chroma under the open lock and from then on only reads SQLite;
a writer holds the writer lock for its whole run and the open lock around each write. While it runs, the store's
metadata says ``writing``: whoever finds that mark without a living writer repairs the store before using it.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from qa.derived import Derived
from qa.errors import StoreError
from qa.locks import CountedLock, Gate, OpenLock, WriterLock
from qa.protocols import IndexedDocument, PassageKey, ScoredKey, StoredDocument, StoredState
from qa.records import Document, Filter, Passage, Problem, SourceSummary
from qa.store import compaction, layout, recovery
from qa.store.check import problems
from qa.store.collections import PAGE, Collections, pages
from qa.store.connection import Location, connect, disconnect, translated
from qa.store.layout import Entry, Manifest
from qa.store.lease import Lease
from qa.store.search import ExactSearch, approximate
from qa.store.table import Block

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api import ClientAPI
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

EXACT_LIMIT = 300_000
"""Passages that are searched exactly and in memory: 1.5 KB each at 384 dimensions."""


class ChromaStore:
    """See PassageStore. Raises StoreError and its kinds, each with one clear line.

    ``manifest``: what the store must have been made with; ``None`` for uses that neither embed nor make a store.
    ``create``: whether to make a store that is missing. ``wait``: seconds to wait for another writer.
    """

    def __init__(
        self,
        location: Location,
        manifest: Manifest | None,
        *,
        create: bool = False,
        wait: float = 30.0,
        exact_limit: int = EXACT_LIMIT,
    ) -> None:
        self.location = location
        self._manifest = manifest
        self._exact_limit = exact_limit
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
        self._refresh = threading.RLock()
        self._entries: tuple[str, dict[str, Entry]] = ("", {})
        self._exact = ExactSearch(Derived(location.derived, "vectors"), self._blocks)
        self._connect(create)
        if self._needs_repair():
            with self.writing():
                """Beginning to write repairs."""

    def _connect(self, create: bool) -> None:
        with self._opening(), translated(self.location):
            client = connect(self.location)
            try:
                self._attach(client, create)
            except BaseException:
                disconnect(client)
                raise

    def _attach(self, client: ClientAPI, create: bool) -> None:
        if not create and layout.DOCUMENTS not in {each.name for each in client.list_collections()}:
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

    def _needs_repair(self) -> bool:
        """Whether a writer left its mark and no longer lives."""
        return "writing" in self._state() and not self._writer.held_by_any()

    def _opening(self) -> AbstractContextManager[None]:
        return nullcontext() if self._open is None else self._open.hold()

    @contextmanager
    def _reading(self) -> Iterator[Collections]:
        with self._gate.shared(), translated(self.location):
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
            try:
                if outermost:
                    self._begin()
                yield
            finally:
                if outermost:
                    with self._opening(), self._reading() as chroma:
                        chroma.set_state(writing=None)

    def _begin(self) -> None:
        state = self._state()
        died = "writing" in state
        if died and self.location.folder is not None:
            with self._gate.alone(), self._opening():
                disconnect(self._chroma.client)
                recovery.forget_dummy_indexes(self.location.folder)
                self._connect(create=True)
        elif state["generation"] != self._opened_at and self.location.folder is not None:
            # Another process wrote since: the index in this process's memory is stale and must not be flushed.
            self._reconnect()
        with self._opening(), self._reading() as chroma:
            chroma.set_state(writing="yes")
            if died:
                self._chroma = recovery.sweep(chroma)
                self._commit(self._chroma)

    def _commit(self, chroma: Collections) -> None:
        self._opened_at = uuid.uuid4().hex
        chroma.set_state(generation=self._opened_at)

    def put(self, batch: Sequence[IndexedDocument]) -> None:
        """See PassageStore."""
        unique = {indexed.document.id: indexed for indexed in batch}
        if not unique:
            return
        with self.writing(), self._write, self._opening(), self._reading() as chroma:
            chroma.put(list(unique.values()))
            self._commit(chroma)

    def delete(self, document_ids: Sequence[str]) -> int:
        """See PassageStore."""
        with self.writing(), self._write, self._opening(), self._reading() as chroma:
            entries = list(chroma.entries(list(dict.fromkeys(document_ids))).values())
            if entries:
                chroma.remove(entries)
                self._commit(chroma)
            return len(entries)

    # Reading

    def _current_entries(self) -> tuple[str, dict[str, Entry]]:
        """The generation, and all records of it."""
        with self._refresh:
            now = self.generation
            if now != self._entries[0]:
                with self._reading() as chroma:
                    self._entries = (now, chroma.entries())
            return self._entries

    def summaries(self) -> list[SourceSummary]:
        """See PassageStore."""
        entries = self._current_entries()[1].values()
        return [entry.summary for entry in sorted(entries, key=lambda entry: (entry.source, entry.document_id))]

    def states(self) -> Mapping[str, StoredState]:
        """See PassageStore."""
        return {document_id: entry.state for document_id, entry in self._current_entries()[1].items()}

    def matching(self, where: Filter) -> frozenset[str]:
        """See PassageStore."""
        return frozenset(each for each, entry in self._current_entries()[1].items() if entry.passes(where))

    def _texts(self, document_ids: Iterable[str]) -> Iterator[tuple[Entry, str]]:
        for page in pages(dict.fromkeys(document_ids), PAGE):
            with self._reading() as chroma:
                found = chroma.texts(page)
            yield from found

    def documents(self, document_ids: Iterable[str]) -> dict[str, Document]:
        """See PassageStore."""
        return {entry.document_id: entry.document(text) for entry, text in self._texts(document_ids)}

    def read(self, document_ids: Iterable[str]) -> Iterator[StoredDocument]:
        """See PassageStore."""
        for entry, text in self._texts(document_ids):
            yield StoredDocument(entry.document(text), entry.cut(text), entry.version)

    def load(self, document_ids: Iterable[str]) -> Iterator[IndexedDocument]:
        """See PassageStore."""
        for entry, text in self._texts(document_ids):
            for block in self._blocks([entry]):
                document = entry.document(text)
                yield IndexedDocument(document, entry.cut(text), block.vectors, entry.version, entry.origin)

    def fetch(self, keys: Sequence[PassageKey]) -> dict[PassageKey, Passage]:
        """See PassageStore."""
        wanted = set(keys)
        return {
            key: passage
            for entry, text in self._texts(key.document_id for key in keys)
            for key, passage in zip(entry.keys(), entry.cut(text), strict=True)
            if key in wanted
        }

    # Searching

    def query(self, vector: Vectors, k: int, where: Filter) -> list[ScoredKey]:
        """See PassageStore."""
        generation, entries = self._current_entries()
        allowed = None if where.is_empty else {each for each, entry in entries.items() if entry.passes(where)}
        if self._is_large(entries):
            if self.location.folder is not None and generation != self._opened_at:
                self._reconnect()  # this process's copy of the index is stale
            with self._reading() as chroma:
                return approximate(chroma, entries, vector, k, allowed)
        return self._exact.follow(generation, entries).nearest(vector, k, allowed)

    def prepare(self) -> None:
        """See PassageStore."""
        generation, entries = self._current_entries()
        if not self._is_large(entries):
            self._exact.follow(generation, entries, now=True)

    def _is_large(self, entries: Mapping[str, Entry]) -> bool:
        return sum(len(entry.passages) for entry in entries.values()) > self._exact_limit

    def _blocks(self, page: Sequence[Entry]) -> list[Block]:
        with self._reading() as chroma:
            return chroma.blocks(page)

    # The rest

    def check(self) -> list[Problem]:
        """See PassageStore. Waits for a writer to finish."""
        with self._writer.hold(), self._reading() as chroma:
            return problems(chroma.documents, chroma.vectors, chroma.passages)

    def compact(self) -> tuple[int, int]:
        """Make what was removed unreadable in the store's files; their bytes before and after.

        Raises StoreError for a server, whose files are out of reach.
        """
        folder = self.location.folder
        if folder is None:
            raise StoreError(f"{self.location.name}: run `chroma vacuum` on the server's own machine instead")
        with self.writing(), self._write:
            before = compaction.size_of(folder)
            with self._opening(), self._reading() as chroma:
                compaction.set_threshold(chroma, 2)
            self._reconnect()
            with self._opening(), self._reading() as chroma:
                compaction.flush(chroma, folder)
                compaction.set_threshold(chroma, compaction.SYNC_THRESHOLD)
            with self._gate.alone(), self._opening(), translated(self.location):
                disconnect(self._chroma.client)
                compaction.rewrite(folder)
                self._connect(create=True)
            after = compaction.size_of(folder)
        self.prepare()
        return before, after

    def close(self) -> None:
        """See PassageStore."""
        with self._gate.alone():
            disconnect(self._chroma.client)
