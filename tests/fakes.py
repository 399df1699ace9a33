"""Stand-ins that keep the same promises as the real thing, held to them by the same contract suites."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from qa.duplicates import near_duplicates, signature, words_of
from qa.protocols import IndexedDocument, PassageKey, ScoredKey, StoredDocument, StoredState
from qa.records import Document, Filter, Passage, Problem, SourceSummary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]


class FakeEmbedder:
    """Hashed bags of words as unit vectors: texts that share words are alike. Counts what it embeds."""

    def __init__(self, dimension: int = 64, fingerprint: str = "fake", max_tokens: int = 256) -> None:
        self.dimension = dimension
        self.fingerprint = fingerprint
        self.max_tokens = max_tokens
        self.embedded: list[str] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(re.findall(r"\w+|[^\w\s]", text)) + 2 for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.embedded.extend(texts)
        return np.stack([self.embed_query(text) for text in texts]) if texts else np.empty((0, self.dimension), "f4")

    def embed_query(self, text: str) -> Vectors:
        vector = np.full(self.dimension, 1e-3, np.float32)
        for word in re.findall(r"\w+", text.lower()):
            vector[zlib.crc32(word.encode()) % self.dimension] += 1
        unit: Vectors = vector / np.linalg.norm(vector)
        return unit


class MemoryStore:
    """A PassageStore in a dictionary."""

    def __init__(self) -> None:
        self._held: dict[str, IndexedDocument] = {}
        self._writes = 0

    @property
    def generation(self) -> str:
        return str(self._writes)

    @contextmanager
    def writing(self) -> Iterator[None]:
        yield

    def put(self, batch: Sequence[IndexedDocument]) -> None:
        self._held |= {indexed.document.id: indexed for indexed in batch}
        self._writes += 1

    def delete(self, document_ids: Sequence[str]) -> int:
        there = [each for each in dict.fromkeys(document_ids) if each in self._held]
        for each in there:
            del self._held[each]
        self._writes += 1
        return len(there)

    def summaries(self) -> list[SourceSummary]:
        found = [
            SourceSummary(d.id, d.source, d.title, d.url, d.published, len(indexed.passages), len(d.text))
            for indexed in self._held.values()
            for d in [indexed.document]
        ]
        return sorted(found, key=lambda each: (each.source, each.document_id))

    def states(self) -> Mapping[str, StoredState]:
        return {
            each: StoredState(indexed.document.source, indexed.version, indexed.origin)
            for each, indexed in self._held.items()
        }

    def matching(self, where: Filter) -> frozenset[str]:
        return frozenset(each for each, indexed in self._held.items() if _passes(indexed.document, where))

    def duplicates(self) -> Mapping[str, Sequence[str]]:
        filled = {each: indexed.document.text for each, indexed in self._held.items() if indexed.passages}
        return near_duplicates({each: signature(words_of(text)) for each, text in filled.items()})

    def documents(self, document_ids: Iterable[str]) -> dict[str, Document]:
        return {each: self._held[each].document for each in document_ids if each in self._held}

    def read(self, document_ids: Iterable[str]) -> Iterator[StoredDocument]:
        for each in self.load(document_ids):
            yield StoredDocument(each.document, each.passages, each.version)

    def load(self, document_ids: Iterable[str]) -> Iterator[IndexedDocument]:
        yield from (self._held[each] for each in dict.fromkeys(document_ids) if each in self._held)

    def query(self, vector: Vectors, k: int, where: Filter) -> list[ScoredKey]:
        allowed = self.matching(where)
        found = [
            ScoredKey(PassageKey(each, passage.start, passage.end), float(row @ vector))
            for each in sorted(allowed)
            for passage, row in zip(self._held[each].passages, self._held[each].vectors, strict=True)
        ]
        return sorted(found, key=lambda hit: (-hit.score, hit.key))[: max(k, 0)]

    def fetch(self, keys: Sequence[PassageKey]) -> dict[PassageKey, Passage]:
        held = {
            PassageKey(each, passage.start, passage.end): passage
            for each, indexed in self._held.items()
            for passage in indexed.passages
        }
        return {key: held[key] for key in keys if key in held}

    def prepare(self) -> None:
        """Nothing to bring up to date."""

    def check(self) -> list[Problem]:
        return [
            Problem(indexed.document.source, f"passage {passage.id} is not in the text")
            for indexed in self._held.values()
            for passage in indexed.passages
            if indexed.document.text[passage.start : passage.end] != passage.text
        ]

    def compact(self) -> tuple[int, int]:
        """Nothing is left of what was removed."""
        return 0, 0

    def close(self) -> None:
        """Nothing to release."""


def _passes(document: Document, where: Filter) -> bool:
    if where.sources and document.source not in where.sources:
        return False
    if where.since is None and where.until is None:
        return True
    day = document.published
    return (
        day is not None and (where.since is None or day >= where.since) and (where.until is None or day <= where.until)
    )
