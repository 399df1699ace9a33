"""A whole ``Citespan`` that needs no model: real records, indexing and selection, with word overlap for retrieval and
a reader that is told which words answer which question."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from qa.calibration import Calibration
from qa.indexing import Indexer
from qa.pipeline import Citespan
from qa.protocols import IndexedDocument
from qa.records import Candidate, Document, Failure, Filter, Hit, Passage, Reading, Span
from qa.selection import Selector
from qa.settings import Settings
from tests.fakes import FakeEmbedder, MemoryStore


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


@dataclass
class OverlapRetriever:
    """Passages that share a word with the question, by how many they share."""

    store: MemoryStore
    asked: list[str] = field(default_factory=list)

    def retrieve(self, question: str, k: int, where: Filter) -> list[Hit]:
        self.asked.append(question)
        passages = [each for stored in self.store.read(self.store.states()) for each in stored.passages]
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
        indexer=Indexer(store, FakeEmbedder(), _read_nothing, sentences, lambda title, text: text),
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
