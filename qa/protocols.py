"""What each stage promises the next: typed in, typed out. Adapters and their test fakes fulfil these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from qa.calibration import Calibration
from qa.records import Document, Filter, Hit, Passage, Problem, Reading, SourceSummary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

Progress = Callable[[str, int, int | None], None]
"""Called with (stage, done, total or None) during long work."""


class Embedder(Protocol):
    """Text to unit vectors."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors would: model, weights, settings."""

    @property
    def max_tokens(self) -> int:
        """Longest input, in the model's own tokens and with its special ones, that is not clipped."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The model's own token count of each text, special tokens included, never clipped."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32, shape (len(texts), dimension), in the order given."""

    def embed_query(self, text: str) -> Vectors:
        """A unit vector, float32, shape (dimension,)."""


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document on its way into the store, or out of it whole. ``vectors`` has one row per passage.

    ``version`` changes whenever anything the index depends on does; ``origin`` is the file (and row) it came from.
    """

    document: Document
    passages: tuple[Passage, ...]
    vectors: Vectors
    version: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as stored, without its vectors."""

    document: Document
    passages: tuple[Passage, ...]
    version: str


class PassageKey(NamedTuple):
    """Which passage, without its text."""

    document_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ScoredKey:
    """A passage and how well it fits; higher is better. The scale is the retriever's own."""

    key: PassageKey
    score: float


@dataclass(frozen=True, slots=True)
class StoredState:
    """What the store knows of one document without opening it: enough to tell whether a file changed or moved."""

    source: str
    version: str
    origin: str


class PassageStore(Protocol):
    """Documents and their passages, searchable by vector. Readers see each document whole, old or new."""

    @property
    def generation(self) -> str:
        """Changes with every committed write, by this process or another: the key for anything derived."""

    def writing(self) -> AbstractContextManager[None]:
        """Hold the store for writing: one process at a time. May be nested; each write also does it by itself.

        Raises StoreLockedError, naming the holder, when another process has it.
        """

    def put(self, batch: Sequence[IndexedDocument]) -> None:
        """Add or replace documents with their passages, each whole or not at all."""

    def delete(self, document_ids: Sequence[str]) -> int:
        """Take documents and their passages out; returns how many documents there were."""

    def summaries(self) -> list[SourceSummary]:
        """All indexed articles, by source."""

    def states(self) -> Mapping[str, StoredState]:
        """document id -> what is stored under it, to tell what changed."""

    def matching(self, where: Filter) -> frozenset[str]:
        """The ids of the documents that pass the filter; ``where.sources`` are full source names."""

    def duplicates(self) -> Mapping[str, Sequence[str]]:
        """The id of each document that has near-duplicates -> the ids of these, ascending."""

    def documents(self, document_ids: Iterable[str]) -> dict[str, Document]:
        """The documents that exist among those ids."""

    def read(self, document_ids: Iterable[str]) -> Iterator[StoredDocument]:
        """The documents that exist among those ids, with their passages, in the order given."""

    def load(self, document_ids: Iterable[str]) -> Iterator[IndexedDocument]:
        """The documents that exist among those ids, whole, in the order given."""

    def query(self, vector: Vectors, k: int, where: Filter) -> list[ScoredKey]:
        """The k passages nearest by cosine among the articles that pass the filter, best first.

        Equal scores stand by document id, then start.
        """

    def fetch(self, keys: Sequence[PassageKey]) -> dict[PassageKey, Passage]:
        """Those passages that are stored now, with their text."""

    def prepare(self) -> None:
        """Bring all that searching needs up to date now, rather than with the next query."""

    def check(self) -> list[Problem]:
        """Every broken invariant: offsets, hashes, orphans, counts, vectors."""

    def compact(self) -> tuple[int, int]:
        """Make what was removed unreadable in the store's files; their bytes before and after. Raises StoreError."""

    def close(self) -> None:
        """Release files and locks."""


class Retriever(Protocol):
    """Question to passages."""

    def retrieve(self, question: str, k: int, where: Filter) -> list[Hit]:
        """The k best passages, best first, ranks from 1."""


class Reader(Protocol):
    """Question and passages to candidate answers."""

    @property
    def name(self) -> str:
        """Identifies the reader in reports."""

    @property
    def calibration(self) -> Calibration:
        """What its scores are worth as probabilities."""

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """One reading per passage, in the order given."""
