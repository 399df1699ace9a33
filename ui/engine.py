"""What the chat asks of the engine. ``qa.pipeline.Citespan`` fulfils it; so does a small one made for tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from qa.protocols import Progress
from qa.records import CitationView, Document, Filter, IndexReport, Reply, SourceSummary


class Engine(Protocol):
    """A store that can be asked, looked into and changed. Every method may raise CitespanError."""

    def answer(self, question: str, *, where: Filter = ..., on_stage: Callable[[str], None] = ...) -> Reply:
        """One answer with its citations, or the reason why there is none."""

    def cite(self, citation_id: str) -> CitationView:
        """The article around a cited span."""

    def show(self, source: str) -> Document:
        """One article."""

    def sources(self) -> list[SourceSummary]:
        """All indexed articles, by source."""

    def index(self, paths: Sequence[str], *, progress: Progress | None = ...) -> IndexReport:
        """Add or update articles. ``progress`` hears of each article that was read, before it is embedded."""

    def remove(self, source: str) -> object:
        """Take one article out."""
