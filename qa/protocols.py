"""What each stage promises the next: typed in, typed out. Adapters and their test fakes fulfil these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

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
    """A document on its way into the store. ``vectors`` has one row per passage."""

    document: Document
    passages: tuple[Passage, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class ScoredPassage:
    """A passage and how alike it is to the query (cosine, -1..1; higher is better)."""

    passage: Passage
    score: float


class PassageStore(Protocol):
    """Documents and their passages, searchable by vector."""

    @property
    def generation(self) -> str:
        """Changes with every committed write, by this process or another: the key for anything derived."""

    def put(self, batch: Sequence[IndexedDocument]) -> None:
        """Add or replace documents with their passages. Readers see each document whole, old or new."""

    def delete(self, document_ids: Sequence[str]) -> int:
        """Take documents and their passages out; returns how many documents there were."""

    def summaries(self) -> list[SourceSummary]:
        """All indexed articles, by source."""

    def hashes(self) -> Mapping[str, str]:
        """document id -> sha256 of the text (and of what else the index depends on), to tell what changed."""

    def documents(self, document_ids: Iterable[str]) -> dict[str, Document]:
        """The documents that exist among those ids."""

    def passages(self) -> Iterator[Passage]:
        """Every passage, grouped by document."""

    def query(self, vector: Vectors, k: int, where: Filter) -> list[ScoredPassage]:
        """The k nearest passages among the articles that pass the filter, best first."""

    def check(self) -> list[Problem]:
        """Every broken invariant: offsets, hashes, orphans, counts."""

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
