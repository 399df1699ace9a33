"""The whole story: files become cited passages, a question becomes a cited answer or an honest "not in the articles".

files -> documents -> passages -> vectors -> store            (index)
question -> hits -> readings -> Answer | NoAnswer             (answer)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from qa.errors import InputError
from qa.framing import without_frame
from qa.indexing import Indexer
from qa.lookup import Library
from qa.protocols import Progress, Reader, Retriever
from qa.reading import look_again, read_until_settled, still_stored
from qa.records import CompactReport, Filter, IndexReport, Reply, Timings
from qa.reprints import with_reprints
from qa.selection import Selector

NO_FILTER = Filter()


def _silent(_stage: str) -> None:
    """Nobody is watching."""


@dataclass(frozen=True, slots=True)
class Citespan(Library):
    """The stored articles (see Library) with everything needed to add to them and to ask them.

    Made by ``qa.open_store``.
    """

    indexer: Indexer
    retriever: Retriever
    reader: Reader
    selector: Selector
    top_k: int
    max_question: int

    def index(self, paths: Sequence[str], *, prune: bool = False, progress: Progress | None = None) -> IndexReport:
        """Add or update the articles under ``paths`` (files, folders, globs); unchanged ones cost nothing.

        ``prune`` also removes articles that lay under those folders and are gone. One bad file never stops the
        others: it is named in ``failed``.
        """
        return self.indexer.index(paths, prune=prune, progress=progress)

    def compact(self) -> CompactReport:
        """Make the words of removed and replaced articles unreadable in the store's files. Raises StoreError."""
        return self.indexer.compact()

    def answer(
        self,
        question: str,
        *,
        where: Filter = NO_FILTER,
        top_k: int | None = None,
        on_stage: Callable[[str], None] = _silent,
    ) -> Reply:
        """One answer with its citations, or the reason why there is none.

        ``on_stage`` hears "searching", "reading". Raises InputError for an empty or overlong question.
        """
        question = self._checked(question)
        where = replace(where, sources=self._named(where.sources))
        asked = without_frame(question)
        began = perf_counter()
        on_stage("searching")
        hits = self.retriever.retrieve(asked, self.top_k if top_k is None else top_k, where)
        documents = self.store.documents({hit.passage.document_id for hit in hits})
        hits = still_stored(hits, documents)
        retrieved = perf_counter()
        on_stage("reading")
        readings = read_until_settled(self.reader, asked, [hit.passage for hit in hits])
        alone = look_again(self.reader, asked, self.selector.best(hits, readings))
        read = perf_counter()
        reply = self.selector.select(asked, hits, readings, documents, self.store.duplicates(), alone=alone)
        reply = with_reprints(reply, self.store, where)
        timings = Timings(
            retrieve=1000 * (retrieved - began), read=1000 * (read - retrieved), total=1000 * (perf_counter() - began)
        )
        return replace(reply, question=question, timings=timings)

    def _checked(self, question: str) -> str:
        question = question.encode("utf-8", "replace").decode().strip()  # half a surrogate pair is no character
        if not question:
            raise InputError("expected a question, found an empty one; type a question")
        if len(question) > self.max_question:
            raise InputError(
                f"expected a question of at most {self.max_question} characters, found {len(question)}; shorten it"
            )
        return question

    def _named(self, sources: tuple[str, ...]) -> tuple[str, ...]:
        """People name articles by file name or stem; the store knows them by full source."""
        return tuple(dict.fromkeys(found.source for source in sources for found in self.find(source)))
