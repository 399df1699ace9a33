"""Citation lookup and the other questions about what is stored: show, sources, remove."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from qa.citation import CitationId, parse_citation_id, source_stem
from qa.errors import InputError, NotFoundError
from qa.protocols import PassageStore
from qa.records import CitationView, Document, Problem, SourceSummary

CONTEXT = 600
"""Characters shown on each side of a looked-up quote."""


@dataclass(frozen=True, slots=True)
class Library:
    """The indexed articles as a reader of citations sees them."""

    store: PassageStore

    def cite(self, citation_id: str) -> CitationView:
        """The article around a cited span.

        When other words stand there now, the view has ``current=False`` and no text. Raises InputError for a
        malformed id and NotFoundError when no indexed article goes by its stem.
        """
        wanted = parse_citation_id(citation_id)
        documents = self._by_stem(wanted.stem)
        if not documents:
            raise NotFoundError(
                f"expected an indexed article for citation {citation_id.strip()}, found none: it was removed, renamed "
                "or never indexed; `citespan sources` lists what is there"
            )
        for document in documents:
            if wanted.fits(document.text):
                return _view(wanted, document)
        return _outdated(wanted, documents[0])

    def show(self, source: str) -> Document:
        """One article. ``source`` may be its full name, its file name or its stem.

        Raises NotFoundError when there is none, InputError when several fit.
        """
        matches = self.find(source)
        if len(matches) > 1:
            listed = ", ".join(each.source for each in matches[:5])
            raise InputError(
                f"expected one article, found {len(matches)} that {source!r} fits: {listed}; name one fully"
            )
        found = self.store.documents([matches[0].document_id]).get(matches[0].document_id)
        if found is None:
            raise NotFoundError(f"expected the article {source!r}, found that it was just removed; ask again")
        return found

    def sources(self) -> list[SourceSummary]:
        """All indexed articles, by source, each with its near-duplicates."""
        summaries, duplicates = self.store.summaries(), self.store.duplicates()
        names = {each.document_id: each.source for each in summaries}

        def also(summary: SourceSummary) -> SourceSummary:
            others = duplicates.get(summary.document_id, ())
            sources = tuple(sorted(names[each] for each in others if each in names))
            return replace(summary, duplicates=sources) if sources else summary

        return [also(each) for each in summaries]

    def remove(self, source: str) -> SourceSummary:
        """Take one article out of the index; returns what it was. Raises like ``show``."""
        document = self.show(source)
        summary = next(each for each in self.store.summaries() if each.document_id == document.id)
        self.store.delete([document.id])
        return summary

    def check(self) -> list[Problem]:
        """Every broken invariant of the store; empty when all is well."""
        return self.store.check()

    def close(self) -> None:
        """Release the store's files and locks."""
        self.store.close()

    def find(self, source: str) -> list[SourceSummary]:
        """The articles that a source name fits: exactly, else by file name, else by stem.

        Raises NotFoundError when none does.
        """
        summaries = self.store.summaries()
        for fits in (_exactly, _by_name, _by_file_stem):
            matches = [each for each in summaries if fits(source, each.source)]
            if matches:
                return matches
        raise NotFoundError(
            f"expected the name of an indexed article, found {source!r}; `citespan sources` lists what is there"
        )

    def _by_stem(self, stem: str) -> list[Document]:
        ids = [each.document_id for each in self.store.summaries() if source_stem(each.source) == stem]
        documents = self.store.documents(ids)
        return [documents[each] for each in ids if each in documents]


def _exactly(wanted: str, source: str) -> bool:
    return wanted == source or wanted.removeprefix("./") == source


def _by_name(wanted: str, source: str) -> bool:
    return PurePosixPath(source).name == wanted


def _by_file_stem(wanted: str, source: str) -> bool:
    return PurePosixPath(source).stem == wanted or source.partition("#")[2] == wanted != ""


def _view(wanted: CitationId, document: Document) -> CitationView:
    text, start, end = document.text, wanted.start, wanted.end
    return CitationView(
        id=str(wanted),
        source=document.source,
        title=document.title,
        url=document.url,
        start=start,
        end=end,
        quote=text[start:end],
        before=text[max(0, start - CONTEXT) : start],
        after=text[end : end + CONTEXT],
        current=True,
    )


def _outdated(wanted: CitationId, document: Document) -> CitationView:
    return CitationView(
        id=str(wanted),
        source=document.source,
        title=document.title,
        url=document.url,
        start=wanted.start,
        end=wanted.end,
        quote="",
        before="",
        after="",
        current=False,
    )
