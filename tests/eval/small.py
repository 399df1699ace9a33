"""A whole ``Citespan`` that needs no model: real records, indexing and selection, with word overlap for retrieval and
a reader that is told which words answer which question."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qa.calibration import Calibration
from qa.indexing import Indexer
from qa.pipeline import Citespan
from qa.protocols import IndexedDocument, PassageKey, ScoredKey, StoredDocument, StoredState
from qa.records import (
    Candidate,
    Document,
    Failure,
    Filter,
    Hit,
    Passage,
    Problem,
    Reading,
    SourceSummary,
    Span,
)
from qa.selection import Selector
from qa.settings import Settings

Vectors = NDArray[np.float32]


@dataclass
class MemoryStore:
    """The whole protocol in a dictionary."""

    kept: dict[str, IndexedDocument] = field(default_factory=dict)
    generation: str = "0"
    closed: bool = False

    def writing(self) -> AbstractContextManager[None]:
        return nullcontext()

    def put(self, batch: Sequence[IndexedDocument]) -> None:
        self.kept |= {each.document.id: each for each in batch}
        self.generation = str(int(self.generation) + 1)

    def delete(self, document_ids: Sequence[str]) -> int:
        return sum(self.kept.pop(each, None) is not None for each in document_ids)

    def summaries(self) -> list[SourceSummary]:
        return [
            SourceSummary(d.id, d.source, d.title, d.url, d.published, len(each.passages), len(d.text))
            for each in self.kept.values()
            for d in [each.document]
        ]

    def states(self) -> Mapping[str, StoredState]:
        return {i: StoredState(each.document.source, each.version, each.origin) for i, each in self.kept.items()}

    def matching(self, where: Filter) -> frozenset[str]:
        return frozenset(i for i, e in self.kept.items() if not where.sources or e.document.source in where.sources)

    def documents(self, document_ids: Iterable[str]) -> dict[str, Document]:
        return {each: self.kept[each].document for each in document_ids if each in self.kept}

    def read(self, document_ids: Iterable[str]) -> Iterator[StoredDocument]:
        for each in document_ids:
            if each in self.kept:
                yield StoredDocument(self.kept[each].document, self.kept[each].passages, self.kept[each].version)

    def load(self, document_ids: Iterable[str]) -> Iterator[IndexedDocument]:
        yield from (self.kept[each] for each in document_ids if each in self.kept)

    def query(self, vector: Vectors, k: int, where: Filter) -> list[ScoredKey]:
        return []

    def fetch(self, keys: Sequence[PassageKey]) -> dict[PassageKey, Passage]:
        return {}

    def check(self) -> list[Problem]:
        return []

    def close(self) -> None:
        self.closed = True


class OneNumber:
    """An embedder whose vectors say nothing."""

    fingerprint = "one-number"
    max_tokens = 1000

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.ones((len(texts), 1), dtype=np.float32)

    def embed_query(self, text: str) -> Vectors:
        return np.ones(1, dtype=np.float32)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


@dataclass
class OverlapRetriever:
    """Passages that share a word with the question, by how many they share."""

    store: MemoryStore
    asked: list[str] = field(default_factory=list)

    def retrieve(self, question: str, k: int, where: Filter) -> list[Hit]:
        self.asked.append(question)
        passages = [each for stored in self.store.kept.values() for each in stored.passages]
        scored = [(len(words(question) & words(each.text)), each) for each in passages]
        best = sorted((pair for pair in scored if pair[0]), key=lambda pair: -pair[0])[:k]
        return [Hit(each, float(score), rank, rank, rank) for rank, (score, each) in enumerate(best, 1)]


TRUSTING = Calibration(margin=1.0, threshold=0.5, settled=1e9)


@dataclass
class ToldReader:
    """Knows for each question some words and how sure it is of them (a margin over the null score)."""

    answers: dict[str, list[tuple[str, float]]]
    calibration: Calibration = TRUSTING
    name: str = "told"
    passages_read: int = 0

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        self.passages_read += len(passages)
        return [Reading(each, tuple(self._candidates(question, each)), 0.0) for each in passages]

    def _candidates(self, question: str, passage: Passage) -> Iterator[Candidate]:
        for text, margin in self.answers.get(question, []):
            at = passage.text.find(text)
            if at >= 0:
                yield Candidate(passage, Span(at, at + len(text)), margin)


def sentences(document: Document) -> list[Passage]:
    """A passage a line."""
    passages, start = [], 0
    for line in document.text.split("\n"):
        if line.strip():
            end = start + len(line)
            passages.append(Passage(f"{document.id}:{start}-{end}", document.id, start, end, line))
        start += len(line) + 1
    return passages


def small_engine(
    documents: Sequence[Document] = (), answers: dict[str, list[tuple[str, float]]] | None = None
) -> Citespan:
    """An engine over ``documents``, one passage a line, that answers as told."""
    store = MemoryStore()
    reader = ToldReader({} if answers is None else answers)
    for each in documents:
        passages = tuple(sentences(each))
        store.put([IndexedDocument(each, passages, np.ones((len(passages), 1), dtype=np.float32), "1")])
    return Citespan(
        store=store,
        indexer=Indexer(store, OneNumber(), _read_nothing, sentences, lambda title, text: text),
        retriever=OverlapRetriever(store),
        reader=reader,
        selector=Selector(reader.calibration, reader.calibration.threshold),
        top_k=3,
        max_question=2000,
    )


def _read_nothing(paths: Sequence[str]) -> list[Failure]:
    return [Failure(path, "this engine reads no files") for path in paths]


def opener(answers: dict[str, list[tuple[str, float]]]) -> Callable[[Settings, bool], Citespan]:
    """Opens an empty engine that answers as told."""
    return lambda settings, create: small_engine([], answers)


SETTINGS = Settings()
