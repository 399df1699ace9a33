"""Do citations stand where they say, and on the right words? Spans are half-open, in code points of the article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of an article."""

    document_id: str
    start: int
    end: int

    def overlaps(self, other: Place) -> bool:
        """At least one character in common, in the same article."""
        return self.document_id == other.document_id and self.start < other.end and other.start < self.end

    def contains(self, other: Place) -> bool:
        """All of ``other`` lies inside, in the same article."""
        return self.document_id == other.document_id and self.start <= other.start and other.end <= self.end


def is_exact(text: str | None, start: int, end: int, quote: str) -> bool:
    """Whether ``text[start:end]`` is the quote, character by character; an article that is gone (None) is never exact.

    >>> is_exact("In Paris.", 3, 8, "Paris"), is_exact("In Paris.", 2, 7, "Paris")
    (True, False)
    """
    return text is not None and 0 <= start < end <= len(text) and text[start:end] == quote


def is_correct(citation: Place, golds: Sequence[Place]) -> bool:
    """Whether the cited span overlaps a gold span of the right article.

    >>> is_correct(Place("a", 3, 8), [Place("b", 3, 8), Place("a", 7, 9)])
    True
    """
    return any(citation.overlaps(gold) for gold in golds)


def citation_recall(citations: Sequence[Place], golds: Sequence[Place]) -> float:
    """Share of the articles that state the fact (those with a gold span) which are cited at one of their gold spans.

    Hand-worked: golds in articles a and b, one citation on a's gold span: 1/2.

    >>> citation_recall([Place("a", 0, 4)], [Place("a", 2, 6), Place("b", 0, 4)])
    0.5
    """
    stating = {gold.document_id for gold in golds}
    cited = {gold.document_id for gold in golds if any(citation.overlaps(gold) for citation in citations)}
    return len(cited) / len(stating) if stating else 0.0
