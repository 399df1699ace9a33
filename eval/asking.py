"""Ask one question in one mode and keep all the evidence: what was retrieved, read and chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from time import perf_counter

from eval.articles import Located
from eval.dataset.records import Question
from qa.calibration import Calibration
from qa.conversation import Turn, stand_alone, turn_of
from qa.pipeline import NO_FILTER, Citespan
from qa.protocols import Reader, Retriever, StoredDocument
from qa.reading import look_again
from qa.records import Document, Filter, Hit, Passage, Reading, Reply, Timings

DEPTH = 50
"""Passages asked for in mode retrieval, so that recall is known beyond what the reader may read."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What happened to one question. ``asked``: as it stood alone. ``reply`` is ``None`` in mode retrieval, ``hits``
    empty in mode reader."""

    asked: str
    reply: Reply | None
    hits: tuple[Hit, ...]
    readings: tuple[Reading, ...]
    timings: Timings


Ask = Callable[[Located], Trace]


@dataclass(slots=True)
class _Talk:
    """The conversation under way: follow-up questions are completed from the turns before, as in the chat.

    The turns of a conversation have to be asked one after the other.
    """

    turns: list[Turn] = field(default_factory=list)
    row: int = 0

    def understand(self, question: Question) -> str:
        """The question as it stands alone; one without earlier turns as it is."""
        if question.row != self.row:  # a conversation is a row, whose first turn may have been skipped as bad
            self.turns.clear()
            self.row = question.row
        if not question.earlier:
            return question.text
        return stand_alone(question.text, self.turns).text

    def hear(self, question: Question, understood: str, reply: Reply | None) -> None:
        """Remember what came of it."""
        self.turns.append(
            Turn(question.text, understood) if reply is None else turn_of(reply, question.text, understood)
        )


@dataclass(slots=True)
class _RecordingRetriever:
    """Passes everything on and remembers the last hits."""

    inner: Retriever
    hits: tuple[Hit, ...] = ()

    def retrieve(self, question: str, k: int, where: Filter) -> list[Hit]:
        """As the retriever inside."""
        found = self.inner.retrieve(question, k, where)
        self.hits = tuple(found)
        return found


@dataclass(slots=True)
class _RecordingReader:
    """Passes everything on and remembers the readings; a reader may be asked several times for one question."""

    inner: Reader
    readings: list[Reading] = field(default_factory=list)

    @property
    def name(self) -> str:
        """As the reader inside."""
        return self.inner.name

    @property
    def calibration(self) -> Calibration:
        """As the reader inside."""
        return self.inner.calibration

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """As the reader inside."""
        readings = self.inner.read(question, passages)
        self.readings.extend(readings)
        return readings


def open_asker(engine: Citespan) -> Ask:
    """Asks exactly as a user does, through the pipeline's own ``answer``, and listens at its retriever and reader."""
    retriever, reader = _RecordingRetriever(engine.retriever), _RecordingReader(engine.reader)
    heard = replace(engine, retriever=retriever, reader=reader)
    talk = _Talk()

    def ask(located: Located) -> Trace:
        retriever.hits = ()
        reader.readings.clear()
        question = talk.understand(located.question)
        reply = heard.answer(question)
        talk.hear(located.question, question, reply)
        return Trace(question, reply, retriever.hits, tuple(reader.readings), reply.timings)

    return ask


def retrieval_asker(engine: Citespan) -> Ask:
    """Retrieval alone, ``DEPTH`` passages deep."""
    talk = _Talk()

    def ask(located: Located) -> Trace:
        question = talk.understand(located.question)
        talk.hear(located.question, question, None)
        began = perf_counter()
        hits = engine.retriever.retrieve(question, DEPTH, NO_FILTER)
        spent = 1000 * (perf_counter() - began)
        return Trace(question, None, tuple(hits), (), Timings(retrieve=spent, total=spent))

    return ask


def reader_asker(engine: Citespan, paragraphs: Mapping[str, Document]) -> Ask:
    """The reader on its gold paragraph, then the usual selection.

    The gold paragraph of a question whose set brings its text is that text, cut into passages as an article is, all of
    them read. Of a question about indexed articles it is every passage that holds a gold span (that touches one, if
    none holds it whole). Of a question with neither, an unanswerable one mostly, it is the passage retrieved first.
    Nothing competed for its place, so every passage counts as retrieved at rank 1.
    """
    talk = _Talk()

    @lru_cache(maxsize=1000)
    def cut(source: str) -> tuple[Passage, ...]:
        return tuple(engine.indexer.chunk(paragraphs[source]))

    @lru_cache(maxsize=1000)
    def stored(document_id: str) -> StoredDocument:
        return next(iter(engine.store.read([document_id])))

    def given(located: Located, question: str) -> tuple[Sequence[Passage], dict[str, Document]]:
        source = located.question.paragraph
        if source is not None:
            return cut(source), {paragraphs[source].id: paragraphs[source]}
        if located.places:
            articles = [stored(each) for each in dict.fromkeys(place.document_id for place in located.places)]
            passages = [passage for article in articles for passage in article.passages]
            return _holding(located, passages), {article.document.id: article.document for article in articles}
        hits = engine.retriever.retrieve(question, 1, NO_FILTER)
        return [hit.passage for hit in hits], engine.store.documents({hit.passage.document_id for hit in hits})

    def ask(located: Located) -> Trace:
        question = talk.understand(located.question)
        passages, documents = given(located, question)
        hits = [Hit(passage, 0.0, 1, None, None) for passage in passages]
        began = perf_counter()
        readings = engine.reader.read(question, passages)
        alone = look_again(engine.reader, question, engine.selector.best(hits, readings))
        read = perf_counter()
        reply = engine.selector.select(question, hits, readings, documents, alone=alone)
        talk.hear(located.question, question, reply)
        timings = Timings(read=1000 * (read - began), total=1000 * (perf_counter() - began))
        return Trace(question, reply, (), tuple(readings), timings)

    return ask


def _holding(located: Located, passages: Sequence[Passage]) -> list[Passage]:
    def overlap(passage: Passage) -> float:
        return max(
            (min(passage.end, place.end) - max(passage.start, place.start)) / (place.end - place.start)
            for place in located.places
            if place.document_id == passage.document_id
        )

    shares = {passage.id: overlap(passage) for passage in passages}
    whole = [passage for passage in passages if shares[passage.id] >= 1]
    return whole or [passage for passage in passages if shares[passage.id] > 0]
