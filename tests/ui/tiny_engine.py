"""A tiny engine over real documents: canned spans found by ``str.find``, so every offset is true."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from threading import Lock

from qa.citation import make_citation_id, parse_citation_id, source_stem
from qa.errors import InputError, NotFoundError
from qa.protocols import Progress
from qa.records import (
    Alternative,
    Answer,
    Citation,
    CitationView,
    Document,
    Failure,
    Filter,
    IndexReport,
    NoAnswer,
    Reply,
    SourceSummary,
)

ALL = Filter()


def document(source: str, text: str, published: date | None = None, url: str | None = None) -> Document:
    """A document whose title is its first line."""
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Document(
        sha256(source.encode()).hexdigest()[:12], source, text.partition("\n")[0][:80], text, url, published, digest
    )


def citation(doc: Document, quote: str, sentence: str | None = None) -> Citation:
    """The first place where ``quote`` stands in ``doc``, inside ``sentence``."""
    sentence = quote if sentence is None else sentence
    begins = doc.text.index(sentence)
    start = begins + sentence.index(quote)
    return Citation(
        make_citation_id(doc.source, start, start + len(quote), quote),
        doc.id, doc.source, doc.title, doc.url, start, start + len(quote), quote,
        begins, begins + len(sentence), sentence,
    )  # fmt: skip


@dataclass
class TinyEngine:
    """Answers the questions it was given; everything else is refused."""

    documents: list[Document]
    canned: dict[str, tuple[tuple[str, str, str], ...]] = field(default_factory=dict)
    """question -> (source, quote, sentence) of the answer and then of alternatives"""
    lock: Lock = field(default_factory=Lock)

    def answer(self, question: str, *, where: Filter = ALL, on_stage: Callable[[str], None] = lambda _: None) -> Reply:
        question = " ".join(question.split())
        if not question:
            raise InputError("expected a question, found an empty one; type a question")
        on_stage("searching")
        pool = {each.source: each for each in self.documents if not where.sources or each.source in where.sources}
        on_stage("reading")
        found = [
            citation(pool[source], quote, said)
            for source, quote, said in self.canned.get(question, ())
            if source in pool
        ]
        if not found:
            closest = tuple(citation(each, each.text.strip().split("\n")[0]) for each in pool.values())
            return NoAnswer(question, "nothing that was read fits the question", 0.08, closest[:3])
        same = tuple(each for each in found if each.quote == found[0].quote)
        others = tuple(Alternative(each.quote, 0.31, each) for each in found if each.quote != found[0].quote)
        return Answer(question, found[0].quote, 0.87, same, others)

    def cite(self, citation_id: str) -> CitationView:
        wanted = parse_citation_id(citation_id)
        for each in self.documents:
            if source_stem(each.source) == wanted.stem:
                fits = wanted.fits(each.text)
                quote = each.text[wanted.start : wanted.end] if fits else ""
                return CitationView(
                    str(wanted), each.source, each.title, each.url, wanted.start, wanted.end, quote, "", "", fits
                )
        raise NotFoundError(f"expected an indexed article for citation {citation_id}, found none")

    def show(self, source: str) -> Document:
        for each in self.documents:
            if each.source == source:
                return each
        raise NotFoundError(f"expected an indexed article, found {source!r}")

    def sources(self) -> list[SourceSummary]:
        return [
            SourceSummary(each.id, each.source, each.title, each.url, each.published, 3, len(each.text))
            for each in self.documents
        ]

    def index(self, paths: Sequence[str], *, progress: Progress | None = None) -> IndexReport:
        added, failed = 0, []
        for number, path in enumerate(map(Path, paths), 1):
            if progress is not None:
                progress("indexing", number, None)
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                failed.append(Failure(str(path), "expected text, found a binary"))
                continue
            with self.lock:
                self.documents = [each for each in self.documents if each.source != str(path)] + [
                    document(str(path), text)
                ]
            added += 1
        return IndexReport(added, 0, 0, 0, tuple(failed), len(self.documents), 3 * len(self.documents), 0.1)

    def remove(self, source: str) -> SourceSummary:
        gone = self.show(source)
        self.documents = [each for each in self.documents if each is not gone]
        return SourceSummary(gone.id, gone.source, gone.title, gone.url, gone.published, 3, len(gone.text))


def change(engine: TinyEngine, source: str, text: str) -> None:
    """Put other words into an article."""
    engine.documents = [replace(each, text=text) if each.source == source else each for each in engine.documents]
