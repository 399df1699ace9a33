"""How documents, passages and vectors lie in Chroma: pure translation between records and Chroma's ids and metadata.

Three collections, one truth:

- ``citespan-documents``: one record per article: its text, what is known of it and where its passages stand. Writing
  this record is the commit: whatever the other two hold for another version does not exist for a reader.
- ``citespan-vectors``: one record per article and version: the vectors of all its passages as half-precision floats
  in base64. It lies in SQLite, so it survives a kill at any moment; Chroma's HNSW files, which are rewritten in place,
  may not, and are rebuilt from here.
- ``citespan-passages``: one record per passage with its vector, in Chroma's HNSW index (cosine).

Passages hold no text of their own: it is ``document.text[start:end]``, so the two can never disagree.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from qa import duplicates
from qa.errors import StoreMismatchError
from qa.protocols import IndexedDocument, PassageKey, StoredState
from qa.records import Document, Filter, Passage, SourceSummary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

SCHEMA = 1
DOCUMENTS = "citespan-documents"
VECTORS = "citespan-vectors"
PASSAGES = "citespan-passages"
FILLER = "citespan-filler-"
"""Records whose id begins so are there for a moment and mean nothing."""

Metadata = dict[str, str | int | float | bool]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a store was made with. ``embedder`` and ``chunking`` must not change within one store."""

    embedder: str
    chunking: str

    def metadata(self) -> Metadata:
        """As it stands in the documents collection."""
        return {"schema": SCHEMA, "embedder": self.embedder, "chunking": self.chunking}


@dataclass(frozen=True, slots=True)
class Entry:
    """A document's record without its text: what the store keeps in memory of each article."""

    document_id: str
    source: str
    title: str
    url: str | None
    published: date | None
    sha256: str
    version: str
    origin: str
    characters: int
    passages: tuple[tuple[int, int, str], ...]
    """(start, end, passage id) of each."""
    signature: str = ""
    """MinHash of the text, packed (see ``qa.duplicates``); empty in stores that were made before it was kept."""

    @property
    def vectors_id(self) -> str:
        """Of its record among the vectors."""
        return f"{self.document_id}/{self.version}"

    @property
    def passage_ids(self) -> list[str]:
        """Of its records among the passages: unlike those of any other version."""
        return [f"{self.document_id}/{self.version}/{number}" for number in range(len(self.passages))]

    @property
    def summary(self) -> SourceSummary:
        """For listings."""
        return SourceSummary(
            document_id=self.document_id,
            source=self.source,
            title=self.title,
            url=self.url,
            published=self.published,
            passages=len(self.passages),
            characters=self.characters,
        )

    @property
    def state(self) -> StoredState:
        """For telling what changed."""
        return StoredState(self.source, self.version, self.origin)

    def passes(self, where: Filter) -> bool:
        """Whether the article may answer. An undated one fails any date bound."""
        if where.sources and self.source not in where.sources:
            return False
        if where.since is None and where.until is None:
            return True
        if self.published is None:
            return False
        after = where.since is None or self.published >= where.since
        return after and (where.until is None or self.published <= where.until)

    def document(self, text: str) -> Document:
        """The record with its text."""
        return Document(self.document_id, self.source, self.title, text, self.url, self.published, self.sha256)

    def cut(self, text: str) -> tuple[Passage, ...]:
        """All its passages, cut from the document's text."""
        return tuple(
            Passage(passage_id, self.document_id, start, end, text[start:end])
            for start, end, passage_id in self.passages
        )

    def keys(self) -> list[PassageKey]:
        """Of all its passages, in order."""
        return [PassageKey(self.document_id, start, end) for start, end, _ in self.passages]


def entry_of(indexed: IndexedDocument) -> Entry:
    """What will be stored of a document."""
    document = indexed.document
    return Entry(
        document_id=document.id,
        source=document.source,
        title=document.title,
        url=document.url,
        published=document.published,
        sha256=document.sha256,
        version=indexed.version,
        origin=indexed.origin,
        characters=len(document.text),
        passages=tuple((passage.start, passage.end, passage.id) for passage in indexed.passages),
        signature=duplicates.pack(duplicates.signature(duplicates.words_of(document.text))),
    )


def entry_metadata(entry: Entry) -> Metadata:
    """The Chroma metadata of a document's record; ``published_day`` is the day's ordinal, for number filters."""
    metadata: Metadata = {
        "source": entry.source,
        "title": entry.title,
        "sha256": entry.sha256,
        "version": entry.version,
        "origin": entry.origin,
        "characters": entry.characters,
        "passages": json.dumps(entry.passages, ensure_ascii=False, separators=(",", ":")),
        "signature": entry.signature,
    }
    if entry.url is not None:
        metadata["url"] = entry.url
    if entry.published is not None:
        metadata["published"] = entry.published.isoformat()
        metadata["published_day"] = entry.published.toordinal()
    return metadata


def read_entry(document_id: str, metadata: Mapping[str, Any]) -> Entry:
    """The inverse of ``entry_metadata``. Raises KeyError or ValueError for metadata that was not written by it."""
    published = metadata.get("published")
    return Entry(
        document_id=document_id,
        source=str(metadata["source"]),
        title=str(metadata["title"]),
        url=metadata.get("url"),
        published=None if published is None else date.fromisoformat(published),
        sha256=str(metadata["sha256"]),
        version=str(metadata["version"]),
        origin=str(metadata["origin"]),
        characters=int(metadata["characters"]),
        passages=tuple((int(start), int(end), str(each)) for start, end, each in json.loads(metadata["passages"])),
        signature=str(metadata.get("signature", "")),
    )


def passage_metadata(entry: Entry) -> list[Metadata]:
    """The Chroma metadata of each passage's record."""
    common: Metadata = {"document_id": entry.document_id, "version": entry.version, "source": entry.source}
    if entry.published is not None:
        common["published_day"] = entry.published.toordinal()
    return [common | {"start": start, "end": end} for start, end, _ in entry.passages]


def pack_vectors(vectors: Vectors) -> str:
    """Unit vectors as base64 of little-endian half-precision floats, row after row."""
    return base64.b64encode(vectors.astype("<f2").tobytes()).decode("ascii")


def unpack_vectors(packed: str, rows: int) -> Vectors:
    """The inverse of ``pack_vectors``, each row brought back to length 1. Raises ValueError for another row count."""
    import numpy as np

    halves = np.frombuffer(base64.b64decode(packed, validate=True), dtype="<f2")
    vectors: Vectors = halves.astype(np.float32).reshape(rows, -1 if rows else 0)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return vectors


def demand_match(found: Mapping[str, Any], wanted: Manifest | None, location: str) -> None:
    """Raise StoreMismatchError unless a store with the metadata ``found`` fits what this program would write."""
    way_out = f"index again into another one (--store NEW) or remove {location} and run `citespan index`"
    if found.get("schema") != SCHEMA:
        raise StoreMismatchError(
            f"{location}: expected a store of schema {SCHEMA}, found {found.get('schema')!r}; {way_out}"
        )
    if wanted is None:
        return
    for name in ("embedder", "chunking"):
        if found.get(name) != getattr(wanted, name):
            raise StoreMismatchError(
                f"{location}: expected a store made with {name} {getattr(wanted, name)!r}, found {found.get(name)!r}; "
                f"set {name} as it was, or {way_out}"
            )
