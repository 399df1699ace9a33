"""The records that travel between the stages. Standard library only.

Offsets are half-open and count Unicode code points of the stored text: ``text[start:end]`` is the thing meant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Document:
    """One article as stored. ``id`` depends on ``source`` alone, so it survives re-indexing of a changed text."""

    id: str
    source: str
    title: str
    text: str
    url: str | None
    published: date | None
    sha256: str
    """Of the UTF-8 form of ``text``, hexadecimal."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that could not be taken, and why; the others go on."""

    path: str
    error: str


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of some text that the context names: a document's for sentences, a passage's for reader output."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document: ``text == document.text[start:end]``."""

    id: str
    document_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles may answer. Nothing set: all. Dates are inclusive; an undated article fails any date bound."""

    sources: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    @property
    def is_empty(self) -> bool:
        return not self.sources and self.since is None and self.until is None


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage. Ranks count from 1; ``None`` where that retriever did not return it."""

    passage: Passage
    score: float
    rank: int
    dense_rank: int | None
    bm25_rank: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible answer, ``passage.text[span.start:span.end]``. Scores compare across passages; more is better."""

    passage: Passage
    span: Span
    score: float

    @property
    def text(self) -> str:
        return self.passage.text[self.span.start : self.span.end]

    @property
    def start(self) -> int:
        """Offset in the document."""
        return self.passage.start + self.span.start

    @property
    def end(self) -> int:
        """Offset in the document."""
        return self.passage.start + self.span.end


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of one passage: candidates best first, and its score for "the answer is not here".

    ``null_score`` is on the scale of the candidates' scores, so ``score - null_score`` is the margin of a candidate.
    ``lacking`` is the part of it that is there because the best candidate's sentence lacks names of the question: it
    says whether to answer at all, not which passage does.
    """

    passage: Passage
    candidates: tuple[Candidate, ...]
    null_score: float
    lacking: float = 0.0


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a quote stands: ``document.text[start:end] == quote``; ``sentence`` is the sentence around it."""

    id: str
    document_id: str
    source: str
    title: str
    url: str | None
    start: int
    end: int
    quote: str
    sentence_start: int
    sentence_end: int
    sentence: str
    duplicate_of: str | None = None
    """The source cited before it of whose article this one is a near-duplicate."""


@dataclass(frozen=True, slots=True)
class CitationView:
    """A citation looked up again. ``current`` is false, and the words are empty, when the article has changed."""

    id: str
    source: str
    title: str
    url: str | None
    start: int
    end: int
    quote: str
    before: str
    after: str
    current: bool


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds of wall clock."""

    retrieve: float = 0.0
    read: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another answer than the one given. ``differs``: its confidence is so close that the sources disagree."""

    text: str
    confidence: float
    citation: Citation
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A verbatim answer. ``citations[0]`` is its own span; the further ones are other places that say the same."""

    question: str
    text: str
    confidence: float
    """Probability that the answer is right, 0..1."""
    citations: tuple[Citation, ...]
    alternatives: tuple[Alternative, ...] = ()
    no_answer_score: float = 0.0
    """Higher: more likely that the articles do not answer. The log odds of the answer being right, turned round."""
    timings: Timings = field(default=Timings(), compare=False)


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The articles do not answer, as far as this program can tell."""

    question: str
    reason: str
    confidence: float
    """Probability that the best span found, which is not shown as an answer, would have been right, 0..1."""
    closest: tuple[Citation, ...]
    """Sentences of the best passages: "you may look here"."""
    best_span: str = ""
    """The span that was refused; for evaluation only."""
    no_answer_score: float = 1.0
    """As in ``Answer``; beyond all measure where no span was found at all."""
    timings: Timings = field(default=Timings(), compare=False)


Reply = Answer | NoAnswer


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """One indexed article, without its text."""

    document_id: str
    source: str
    title: str
    url: str | None
    published: date | None
    passages: int
    characters: int
    duplicates: tuple[str, ...] = ()
    """The sources of its near-duplicates, such as the same agency text in another paper; where they were asked for."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What ``index`` did. ``documents`` and ``passages`` count what the store holds afterwards."""

    added: int
    updated: int
    unchanged: int
    removed: int
    failed: tuple[Failure, ...]
    documents: int
    passages: int
    seconds: float


@dataclass(frozen=True, slots=True)
class CompactReport:
    """What ``compact`` did to the store's files, in bytes."""

    before: int
    after: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken invariant found by ``check``."""

    where: str
    what: str
