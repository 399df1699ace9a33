"""Small records for tests, made the way the real ones are: every offset is found, none is typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from qa.records import Candidate, Document, Hit, Passage, Reading, Span


def document(text: str, source: str = "a.txt", title: str = "Title", published: date | None = None) -> Document:
    """A document whose id and hash are derived as the corpus derives them."""
    return Document(
        id=sha256(source.encode()).hexdigest()[:16],
        source=source,
        title=title,
        text=text,
        url=None,
        published=published,
        sha256=sha256(text.encode()).hexdigest(),
    )


def passage(of: Document, text: str) -> Passage:
    """The passage of ``of`` that reads ``text``."""
    start = of.text.index(text)
    return Passage(f"{of.id}:{start}-{start + len(text)}", of.id, start, start + len(text), text)


def hits(passages: Sequence[Passage]) -> list[Hit]:
    """Hits in the order given."""
    return [Hit(each, 1 / rank, rank, rank, rank) for rank, each in enumerate(passages, 1)]


def reading(of: Passage, spans: dict[str, float], null_score: float = 0.0) -> Reading:
    """A reading whose candidates are the named spans with their scores."""
    candidates = [
        Candidate(of, Span(of.text.index(text), of.text.index(text) + len(text)), score)
        for text, score in spans.items()
    ]
    return Reading(of, tuple(sorted(candidates, key=lambda each: -each.score)), null_score)
