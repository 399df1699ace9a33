"""The three Chroma collections of a store and the plain operations on them: reading pages, writing, deleting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.protocols import IndexedDocument
from qa.store import layout
from qa.store.layout import Entry
from qa.store.table import Block

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

PAGE = 200
"""Records read from Chroma at once."""
CONFIGURATION: Any = {"hnsw": {"space": "cosine"}}
"""Cosine, explicit: Chroma's default is squared Euclidean distance."""


@dataclass(frozen=True, slots=True)
class Collections:
    """Chroma's side of a store. No embedding function is ever made: vectors are always passed."""

    client: ClientAPI
    documents: Collection
    vectors: Collection
    passages: Collection
    batch: int
    """Most records that Chroma takes at once."""

    @staticmethod
    def attach(client: ClientAPI, made_with: layout.Metadata) -> Collections:
        """Open the collections, making those that are missing; ``made_with`` becomes the metadata of a new store."""
        return Collections(
            client,
            _collection(client, layout.DOCUMENTS, made_with),
            _collection(client, layout.VECTORS, None),
            _collection(client, layout.PASSAGES, None),
            client.get_max_batch_size(),
        )

    def state(self) -> dict[str, Any]:
        """The store's own metadata as it is now, whoever wrote it."""
        return dict(self.client.get_collection(layout.DOCUMENTS, embedding_function=None).metadata or {})

    def set_state(self, **changes: str | None) -> None:
        """Change the store's own metadata; ``None`` takes a key away."""
        state = self.state() | changes
        self.documents.modify(metadata={name: value for name, value in state.items() if value is not None})

    # Reading

    def entries(self, document_ids: Sequence[str] | None = None) -> dict[str, Entry]:
        """The records of those documents that exist, or of all."""
        if document_ids is None:
            # By pages, too: when Chroma is asked for all records, it holds all texts, wanted or not.
            document_ids = self.documents.get(include=[])["ids"]
        found: dict[str, Entry] = {}
        for page in pages(document_ids, PAGE):
            found |= _entries(self.documents.get(ids=page, include=["metadatas"]))
        return found

    def texts(self, page: list[str]) -> list[tuple[Entry, str]]:
        """Records with their texts, of those documents that exist, in the order given."""
        got = self.documents.get(ids=page, include=["metadatas", "documents"])
        entries, texts = _entries(got), dict(zip(got["ids"], got["documents"] or [], strict=True))
        return [(entries[each], texts[each]) for each in page if each in entries]

    def blocks(self, page: Sequence[Entry]) -> list[Block]:
        """The vectors of those entries; one whose version has been replaced meanwhile is left out."""
        wanted = {entry.vectors_id: entry for entry in page}
        got = self.vectors.get(ids=list(wanted), include=["metadatas"])
        found = []
        for vectors_id, metadata in zip(got["ids"], got["metadatas"] or [], strict=True):
            entry = wanted[vectors_id]
            rows = layout.unpack_vectors(str(metadata["vectors"]), len(entry.passages))
            found.append(Block.of(entry.document_id, entry.version, entry.passages, rows))
        return found

    # Writing

    def put(self, batch: Sequence[IndexedDocument]) -> None:
        """Vectors and passages first, then the documents' records, which commit them, then leftovers go."""
        new = [layout.entry_of(indexed) for indexed in batch]
        old = self.entries([entry.document_id for entry in new])
        self.vectors.upsert(
            ids=[entry.vectors_id for entry in new],
            embeddings=_dummies(len(new)),
            metadatas=[{"vectors": layout.pack_vectors(indexed.vectors)} for indexed in batch],
        )
        for entry, indexed in zip(new, batch, strict=True):
            if len(entry.passages) != len(indexed.vectors):
                raise ValueError(f"{entry.source}: {len(entry.passages)} passages, {len(indexed.vectors)} vectors")
        self.put_passages(new, [indexed.vectors for indexed in batch])
        self.documents.upsert(
            ids=[entry.document_id for entry in new],
            embeddings=_dummies(len(new)),
            documents=[indexed.document.text for indexed in batch],
            metadatas=[layout.entry_metadata(entry) for entry in new],
        )
        named = {each for entry in new for each in (entry.vectors_id, *entry.passage_ids)}
        self.delete(self.vectors, [entry.vectors_id for entry in old.values() if entry.vectors_id not in named])
        self.delete(self.passages, [each for entry in old.values() for each in entry.passage_ids if each not in named])

    def put_passages(self, entries: Sequence[Entry], vectors: Sequence[Vectors]) -> None:
        """Into Chroma's own index."""
        ids = [each for entry in entries for each in entry.passage_ids]
        metadatas: list[Any] = [each for entry in entries for each in layout.passage_metadata(entry)]
        if not ids:
            return
        rows = np.concatenate([each for each in vectors if len(each)]).astype(np.float32)
        for start in range(0, len(ids), self.batch):
            cut = slice(start, start + self.batch)
            self.passages.upsert(ids=ids[cut], embeddings=rows[cut], metadatas=metadatas[cut])

    def remove(self, entries: Sequence[Entry]) -> None:
        """Take documents out: their records first, then all that belonged to them."""
        self.delete(self.documents, [entry.document_id for entry in entries])
        self.drop(entries)

    def drop(self, entries: Sequence[Entry]) -> None:
        """Delete vectors and passages of those versions."""
        self.delete(self.vectors, [entry.vectors_id for entry in entries])
        self.delete(self.passages, [each for entry in entries for each in entry.passage_ids])

    def delete(self, where: Collection, ids: Sequence[str]) -> None:
        """Delete records by id, as many as there are."""
        for page in pages(ids, self.batch):
            where.delete(ids=page)


def pages(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    """Lists of at most ``size``, in order."""
    page: list[str] = []
    for each in ids:
        page.append(each)
        if len(page) == size:
            yield page
            page = []
    if page:
        yield page


def _collection(client: ClientAPI, name: str, metadata: layout.Metadata | None) -> Collection:
    return client.get_or_create_collection(
        name, configuration=CONFIGURATION, metadata=metadata or None, embedding_function=None
    )


def _entries(got: Any) -> dict[str, Entry]:
    pairs = zip(got["ids"], got["metadatas"] or [], strict=True)
    return {
        document_id: layout.read_entry(document_id, metadata)
        for document_id, metadata in pairs
        if not document_id.startswith(layout.FILLER)
    }


def _dummies(count: int) -> Vectors:
    """Chroma wants a vector of every record, also of those that are found by id only."""
    return np.ones((count, 1), np.float32)
