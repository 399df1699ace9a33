"""The passage store on Chroma: a folder or a server, the same layout in both (see ``layout``; writing: ``session``)."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from qa.derived import Derived
from qa.duplicates import near_duplicates, pack, signature, unpack, words_of
from qa.protocols import IndexedDocument, PassageKey, ScoredKey, StoredDocument, StoredState
from qa.records import Document, Filter, Passage, Problem, SourceSummary
from qa.store.check import problems
from qa.store.collections import PAGE, pages
from qa.store.connection import Location
from qa.store.layout import Entry, Manifest
from qa.store.search import ExactSearch, approximate
from qa.store.session import Session
from qa.store.table import Block

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

EXACT_LIMIT = 300_000
"""Passages that are searched exactly and in memory: 1.5 KB each at 384 dimensions."""


class ChromaStore(Session):
    """See PassageStore and Session."""

    def __init__(
        self,
        location: Location,
        manifest: Manifest | None,
        *,
        create: bool = False,
        wait: float = 30.0,
        exact_limit: int = EXACT_LIMIT,
    ) -> None:
        self._exact_limit = exact_limit
        self._refresh = threading.RLock()
        self._entries: tuple[str, dict[str, Entry]] = ("", {})
        self._duplicates: tuple[str, dict[str, tuple[str, ...]]] = ("", {})
        self._late_signatures: dict[str, str] = {}
        """version -> signature, of articles that were stored without."""
        self._exact = ExactSearch(Derived(location.derived, "vectors"), self._blocks)
        super().__init__(location, manifest, create=create, wait=wait)

    def _current_entries(self) -> tuple[str, dict[str, Entry]]:
        """The generation, and all records of it."""
        with self._refresh:
            now = self.generation
            if now != self._entries[0]:
                with self._reading() as chroma:
                    self._entries = (now, chroma.entries())
            return self._entries

    def summaries(self) -> list[SourceSummary]:
        """See PassageStore."""
        entries = self._current_entries()[1].values()
        return [entry.summary for entry in sorted(entries, key=lambda entry: (entry.source, entry.document_id))]

    def states(self) -> Mapping[str, StoredState]:
        """See PassageStore."""
        return {document_id: entry.state for document_id, entry in self._current_entries()[1].items()}

    def matching(self, where: Filter) -> frozenset[str]:
        """See PassageStore."""
        return frozenset(each for each, entry in self._current_entries()[1].items() if entry.passes(where))

    def duplicates(self) -> Mapping[str, Sequence[str]]:
        """See PassageStore."""
        with self._refresh:
            generation, entries = self._current_entries()
            if generation != self._duplicates[0]:
                filled = [entry for entry in entries.values() if entry.passages]
                packed = self._late_signatures | {each.version: each.signature for each in filled if each.signature}
                late = [each.document_id for each in filled if each.version not in packed]
                for entry, text in self._texts(late):
                    packed[entry.version] = self._late_signatures[entry.version] = pack(signature(words_of(text)))
                known = {each.document_id: unpack(packed[each.version]) for each in filled if each.version in packed}
                self._duplicates = (generation, near_duplicates(known))
            return self._duplicates[1]

    def _texts(self, document_ids: Iterable[str]) -> Iterator[tuple[Entry, str]]:
        for page in pages(dict.fromkeys(document_ids), PAGE):
            with self._reading() as chroma:
                found = chroma.texts(page)
            yield from found

    def documents(self, document_ids: Iterable[str]) -> dict[str, Document]:
        """See PassageStore."""
        return {entry.document_id: entry.document(text) for entry, text in self._texts(document_ids)}

    def read(self, document_ids: Iterable[str]) -> Iterator[StoredDocument]:
        """See PassageStore."""
        for entry, text in self._texts(document_ids):
            yield StoredDocument(entry.document(text), entry.cut(text), entry.version)

    def load(self, document_ids: Iterable[str]) -> Iterator[IndexedDocument]:
        """See PassageStore."""
        for entry, text in self._texts(document_ids):
            for block in self._blocks([entry]):
                document = entry.document(text)
                yield IndexedDocument(document, entry.cut(text), block.vectors, entry.version, entry.origin)

    def fetch(self, keys: Sequence[PassageKey]) -> dict[PassageKey, Passage]:
        """See PassageStore."""
        wanted = set(keys)
        return {
            key: passage
            for entry, text in self._texts(key.document_id for key in keys)
            for key, passage in zip(entry.keys(), entry.cut(text), strict=True)
            if key in wanted
        }

    # Searching

    def query(self, vector: Vectors, k: int, where: Filter) -> list[ScoredKey]:
        """See PassageStore."""
        generation, entries = self._current_entries()
        allowed = None if where.is_empty else {each for each, entry in entries.items() if entry.passes(where)}
        if self._is_large(entries):
            self._follow(generation)
            with self._reading() as chroma:
                return approximate(chroma, entries, vector, k, allowed)
        return self._exact.follow(generation, entries).nearest(vector, k, allowed)

    def prepare(self) -> None:
        """See PassageStore."""
        generation, entries = self._current_entries()
        if not self._is_large(entries):
            self._exact.follow(generation, entries, now=True)

    def _is_large(self, entries: Mapping[str, Entry]) -> bool:
        return sum(len(entry.passages) for entry in entries.values()) > self._exact_limit

    def _blocks(self, page: Sequence[Entry]) -> list[Block]:
        with self._reading() as chroma:
            return chroma.blocks(page)

    # The rest

    def check(self) -> list[Problem]:
        """See PassageStore. Waits for a writer to finish."""
        with self._writer.hold():
            self._follow(self.generation)
            with self._reading() as chroma:
                return problems(chroma.documents, chroma.vectors, chroma.passages)
