"""The passage store on Chroma: a folder or a server, the same layout in both.

Order of writes, so that a reader, or a process that was killed, never leaves half an article: vectors and passages of
the new version first, then the document's record, which commits it, then the old version's leftovers go, last the
generation changes. What is not named by a document's record does not exist; the next writer sweeps it.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from qa.errors import StoreError
from qa.locks import OpenLock, WriterLock
from qa.protocols import IndexedDocument, PassageKey, ScoredKey, StoredDocument, StoredState
from qa.records import Document, Filter, Passage, Problem, SourceSummary
from qa.store import layout
from qa.store.check import problems
from qa.store.connection import Location, collection, connect, disconnect, translated
from qa.store.layout import Entry, Manifest
from qa.store.table import Block, VectorTable

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

PAGE = 200
"""Records read from Chroma at once."""


class ChromaStore:
    """See PassageStore. Raises StoreError and its kinds, each with one clear line.

    ``manifest``: what the store must have been made with; ``None`` for uses that embed nothing. ``create``: whether to
    make a store that is missing. ``wait``: seconds to wait for another writer. ``exact_limit``: up to so many passages
    the search is exact and in memory, above it Chroma's own index answers.
    """

    def __init__(
        self,
        location: Location,
        manifest: Manifest | None,
        *,
        create: bool = False,
        wait: float = 30.0,
        exact_limit: int = 300_000,
    ) -> None:
        self.location = location
        self._manifest = manifest
        self._exact_limit = exact_limit
        if not location.exists() and not create:
            raise StoreError(f"{location.name}: no store there yet; run `citespan index` first or correct --store")
        location.make()
        self._writer = None if location.folder is None else WriterLock(location.folder, wait)
        self._open = None if location.folder is None else OpenLock(location.folder)
        self._depth = 0
        self._write = threading.RLock()
        self._refresh = threading.RLock()
        self._entries: dict[str, Entry] = {}
        self._entries_at = ""
        self._table = VectorTable.build([])
        self._table_at = ""
        self._connect(create)

    def _connect(self, create: bool) -> None:
        with self._opening(), translated(self.location):
            self._client: ClientAPI = connect(self.location)
            try:
                self._attach(create)
            except BaseException:
                disconnect(self._client)
                raise

    def _attach(self, create: bool) -> None:
        names = {each.name for each in self._client.list_collections()}
        if layout.DOCUMENTS not in names and not create:
            raise StoreError(f"{self.location.name}: holds no articles yet; run `citespan index` first")
        made: layout.Metadata = {} if self._manifest is None else self._manifest.metadata()
        self._documents = collection(self._client, layout.DOCUMENTS, made | {"generation": uuid.uuid4().hex})
        layout.demand_match(self._documents.metadata or {}, self._manifest, self.location.name)
        self._vectors = collection(self._client, layout.VECTORS, None)
        self._passages = collection(self._client, layout.PASSAGES, None)
        # The first touch replays Chroma's log into its files; later reads do not write.
        self._documents.count()
        self._vectors.count()
        self._opened_at = self.generation

    def _opening(self) -> Any:
        return nullcontext() if self._open is None else self._open.hold()

    @property
    def generation(self) -> str:
        """See PassageStore."""
        return str(self._state()["generation"])

    def _state(self) -> Mapping[str, Any]:
        with translated(self.location):
            return self._client.get_collection(layout.DOCUMENTS, embedding_function=None).metadata or {}

    def _set_state(self, **changes: str | None) -> None:
        state = dict(self._state()) | changes
        self._documents.modify(metadata={name: value for name, value in state.items() if value is not None})

    # Writing

    @contextmanager
    def writing(self) -> Iterator[None]:
        """See PassageStore."""
        with nullcontext(self._depth == 0) if self._writer is None else self._writer.hold() as outermost:
            with self._write:
                self._depth += 1
                if outermost:
                    self._begin()
            try:
                yield
            finally:
                with self._write:
                    self._depth -= 1
                    if outermost:
                        with self._opening(), translated(self.location):
                            self._set_state(writing=None)

    def _begin(self) -> None:
        if self.generation != self._opened_at:
            # Another process wrote since: Chroma's index in this process's memory is stale and must not be flushed.
            disconnect(self._client)
            self._connect(create=True)
        with self._opening(), translated(self.location):
            died = self._state().get("writing") is not None
            self._set_state(writing="yes")
            if died:
                self._sweep()

    def _commit(self) -> None:
        self._opened_at = uuid.uuid4().hex
        self._set_state(generation=self._opened_at)

    def put(self, batch: Sequence[IndexedDocument]) -> None:
        """See PassageStore."""
        unique = {indexed.document.id: indexed for indexed in batch}
        if not unique:
            return
        with self.writing(), self._write, self._opening(), translated(self.location):
            old = self._read_entries(list(unique))
            new = {document_id: layout.entry_of(indexed) for document_id, indexed in unique.items()}
            self._put_vectors([(new[each], indexed) for each, indexed in unique.items()])
            self._documents.upsert(
                ids=list(unique),
                embeddings=_dummies(len(unique)),
                documents=[indexed.document.text for indexed in unique.values()],
                metadatas=[layout.entry_metadata(entry) for entry in new.values()],
            )
            self._drop([each for each in old.values() if each.version != new[each.document_id].version])
            self._commit()

    def _put_vectors(self, pairs: Sequence[tuple[Entry, IndexedDocument]]) -> None:
        import numpy as np

        self._vectors.upsert(
            ids=[entry.vectors_id for entry, _ in pairs],
            embeddings=_dummies(len(pairs)),
            metadatas=[{"vectors": layout.pack_vectors(indexed.vectors)} for _, indexed in pairs],
        )
        ids = [each for entry, _ in pairs for each in entry.passage_ids]
        metadatas: list[Any] = [each for entry, _ in pairs for each in layout.passage_metadata(entry)]
        rows = np.concatenate([indexed.vectors for _, indexed in pairs]).astype(np.float32)
        step = self._client.get_max_batch_size()
        for start in range(0, len(ids), step):
            cut = slice(start, start + step)
            self._passages.upsert(ids=ids[cut], embeddings=rows[cut], metadatas=metadatas[cut])

    def _drop(self, entries: Sequence[Entry]) -> None:
        self._delete(self._vectors, [entry.vectors_id for entry in entries])
        self._delete(self._passages, [each for entry in entries for each in entry.passage_ids])

    def _delete(self, where: Collection, ids: Sequence[str]) -> None:
        step = self._client.get_max_batch_size()
        for start in range(0, len(ids), step):
            where.delete(ids=list(ids[start : start + step]))

    def delete(self, document_ids: Sequence[str]) -> int:
        """See PassageStore."""
        with self.writing(), self._write, self._opening(), translated(self.location):
            old = self._read_entries(list(dict.fromkeys(document_ids)))
            if old:
                self._delete(self._documents, list(old))
                self._drop(list(old.values()))
                self._commit()
            return len(old)

    def _sweep(self) -> None:
        """Remove what a killed writer left behind."""
        entries = self._all_entries().values()
        vectors = {entry.vectors_id for entry in entries}
        passages = {each for entry in entries for each in entry.passage_ids}
        self._delete(self._vectors, [each for each in self._vectors.get(include=[])["ids"] if each not in vectors])
        self._delete(self._passages, [each for each in self._passages.get(include=[])["ids"] if each not in passages])
        self._commit()

    # Reading

    def _read_entries(self, ids: Sequence[str]) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        for start in range(0, len(ids), PAGE):
            got = self._documents.get(ids=list(ids[start : start + PAGE]), include=["metadatas"])
            found |= _entries(got)
        return found

    def _all_entries(self) -> dict[str, Entry]:
        return _entries(self._documents.get(include=["metadatas"]))

    def _current_entries(self) -> dict[str, Entry]:
        with self._refresh, translated(self.location):
            now = self.generation
            if now != self._entries_at:
                self._entries, self._entries_at = self._all_entries(), now
            return self._entries

    def summaries(self) -> list[SourceSummary]:
        """See PassageStore."""
        entries = self._current_entries().values()
        return [entry.summary for entry in sorted(entries, key=lambda entry: (entry.source, entry.document_id))]

    def states(self) -> Mapping[str, StoredState]:
        """See PassageStore."""
        return {document_id: entry.state for document_id, entry in self._current_entries().items()}

    def matching(self, where: Filter) -> frozenset[str]:
        """See PassageStore."""
        return frozenset(each for each, entry in self._current_entries().items() if entry.passes(where))

    def _texts(self, document_ids: Iterable[str]) -> Iterator[tuple[Entry, str]]:
        ids = list(dict.fromkeys(document_ids))
        for start in range(0, len(ids), PAGE):
            page = ids[start : start + PAGE]
            with translated(self.location):
                got = self._documents.get(ids=page, include=["metadatas", "documents"])
            entries, texts = _entries(got), dict(zip(got["ids"], got["documents"] or [], strict=True))
            yield from ((entries[each], texts[each]) for each in page if each in entries)

    def documents(self, document_ids: Iterable[str]) -> dict[str, Document]:
        """See PassageStore."""
        return {entry.document_id: entry.document(text) for entry, text in self._texts(document_ids)}

    def read(self, document_ids: Iterable[str]) -> Iterator[StoredDocument]:
        """See PassageStore."""
        for entry, text in self._texts(document_ids):
            yield StoredDocument(entry.document(text), _passages(entry, text), entry.version)

    def load(self, document_ids: Iterable[str]) -> Iterator[IndexedDocument]:
        """See PassageStore."""
        for entry, text in self._texts(document_ids):
            blocks = {block.document_id: block for block in self._blocks([entry])}
            if entry.document_id in blocks:
                yield IndexedDocument(
                    document=entry.document(text),
                    passages=_passages(entry, text),
                    vectors=blocks[entry.document_id].vectors,
                    version=entry.version,
                    origin=entry.origin,
                )

    def fetch(self, keys: Sequence[PassageKey]) -> dict[PassageKey, Passage]:
        """See PassageStore."""
        wanted = set(keys)
        return {
            key: entry.passage(number, text)
            for entry, text in self._texts(key.document_id for key in keys)
            for number, key in enumerate(entry.keys())
            if key in wanted
        }

    # Searching

    def query(self, vector: Vectors, k: int, where: Filter) -> list[ScoredKey]:
        """See PassageStore."""
        table = self._current_table()
        return table.nearest(vector, k, None if where.is_empty else self.matching(where))

    def _current_table(self) -> VectorTable:
        with self._refresh:
            entries = self._current_entries()
            if self._table_at != self._entries_at:
                kept = [
                    block
                    for block in self._table.blocks()
                    if block.document_id in entries and entries[block.document_id].version == block.version
                ]
                have = {block.document_id for block in kept}
                fresh = list(self._blocks([entry for each, entry in entries.items() if each not in have]))
                if fresh or len(kept) != len(self._table.rows.document_ids):
                    self._table = VectorTable.build(kept + fresh)
                self._table_at = self._entries_at
            return self._table

    def _blocks(self, entries: Sequence[Entry]) -> Iterator[Block]:
        """The vectors of those entries; one whose version has just been replaced is left out."""
        for start in range(0, len(entries), PAGE):
            page = {entry.vectors_id: entry for entry in entries[start : start + PAGE]}
            with translated(self.location):
                got = self._vectors.get(ids=list(page), include=["metadatas"])
            for vectors_id, metadata in zip(got["ids"], got["metadatas"] or [], strict=True):
                entry = page[vectors_id]
                vectors = layout.unpack_vectors(str(metadata["vectors"]), len(entry.passages))
                yield Block.of(entry.document_id, entry.version, entry.passages, vectors)

    # The rest

    def check(self) -> list[Problem]:
        """See PassageStore."""
        with translated(self.location):
            return problems(self._documents, self._vectors, self._passages)

    def close(self) -> None:
        """See PassageStore."""
        disconnect(self._client)


def _entries(got: Any) -> dict[str, Entry]:
    pairs = zip(got["ids"], got["metadatas"] or [], strict=True)
    return {document_id: layout.read_entry(document_id, metadata) for document_id, metadata in pairs}


def _passages(entry: Entry, text: str) -> tuple[Passage, ...]:
    return tuple(entry.passage(number, text) for number in range(len(entry.passages)))


def _dummies(count: int) -> Vectors:
    """Chroma wants a vector of every record, also of those that are found by id only."""
    import numpy as np

    return np.ones((count, 1), np.float32)
