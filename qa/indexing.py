"""Files become stored passages: only what changed is chunked and embedded, and writing overlaps with embedding.

Articles stream through. In memory are one window of passages being embedded and at most ``QUEUE`` windows waiting
for the store, however large the folder; of what went by, ids, versions and places. What grows besides is Chroma's own
index of the vectors, 1.7 to 3.4 kB a passage.
"""

from __future__ import annotations

import hashlib
import os
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from qa.origins import file_of, gone, under
from qa.protocols import Embedder, IndexedDocument, PassageStore, Progress
from qa.records import CompactReport, Document, Failure, IndexReport, Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

WINDOW = 1024
"""Passages embedded together: enough to sort by length, little enough to lose in a crash."""
QUEUE = 2


class Article(Protocol):
    """A document that was read, and the absolute path of its file, with '#row' for a row of one."""

    @property
    def document(self) -> Document:
        """What was read."""

    @property
    def origin(self) -> str:
        """Where."""


def version_of(document: Document) -> str:
    """Changes with all that the index holds of an article except its name: text, title, address and date."""
    parts = (document.sha256, document.title, document.url or "", str(document.published or ""))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Indexer:
    """Fills a store.

    ``read``: paths to articles and failures. ``chunk``: a document to its passages. ``embedded_text``: title and
    passage to what is embedded.
    """

    store: PassageStore
    embedder: Embedder
    read: Callable[[Sequence[str]], Iterable[Article | Failure]]
    chunk: Callable[[Document], Sequence[Passage]]
    embedded_text: Callable[[str, str], str]
    prepare: Callable[[], None] = lambda: None
    """Called when something was written: what searching needs can be made ready now."""

    def index(self, paths: Sequence[str], *, prune: bool = False, progress: Progress | None = None) -> IndexReport:
        """Add or update the articles under ``paths``; see Citespan.index.

        A file that cannot be read is named in ``failed``; what was stored of it before stays. Raises StoreError.
        """
        return self.index_articles(self.read(paths), prune=paths if prune else (), progress=progress)

    def index_articles(
        self, articles: Iterable[Article | Failure], *, prune: Sequence[str] = (), progress: Progress | None = None
    ) -> IndexReport:
        """The same for articles already read; stored ones under the paths ``prune`` that are not among them go."""
        began = perf_counter()
        with self.store.writing():
            run = _Run(self, progress)
            with _Writer(self.store) as writer:
                for article in articles:
                    run.take(article)
                    if run.window_is_full:
                        writer.put(run.embed())
                writer.put(run.embed())
            run.tally.removed = run.remove_the_gone(prune)
        if run.has_written:
            self.prepare()
        summaries = self.store.summaries()
        return IndexReport(
            added=run.tally.added,
            updated=run.tally.updated,
            unchanged=run.tally.unchanged,
            removed=run.tally.removed,
            failed=tuple(run.tally.failed),
            documents=len(summaries),
            passages=sum(each.passages for each in summaries),
            seconds=perf_counter() - began,
        )

    def compact(self) -> CompactReport:
        """Make what was removed unreadable in the store's files, then searching ready again. Raises StoreError."""
        began = perf_counter()
        before, after = self.store.compact()
        self.prepare()
        return CompactReport(before, after, perf_counter() - began)


@dataclass(slots=True)
class _Tally:
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: list[Failure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Pending:
    """An article to be stored; ``vectors`` where they are known already."""

    document: Document
    origin: str
    version: str
    passages: Sequence[Passage]
    vectors: Vectors | None


class _Run:
    """One pass over some articles: what is new, changed, moved, gone."""

    def __init__(self, indexer: Indexer, progress: Progress | None) -> None:
        self._indexer = indexer
        self._progress = progress
        self._generation = indexer.store.generation
        self._stored = dict(indexer.store.states())
        self._by_origin = {state.origin: each for each, state in self._stored.items() if state.origin}
        self._by_version = {state.version: each for each, state in self._stored.items()}
        self._seen: dict[str, str] = {}
        """document id -> origin."""
        self._versions: set[str] = set()
        self._window: list[_Pending] = []
        self._waiting = 0
        self._taken = 0
        self.tally = _Tally()

    @property
    def window_is_full(self) -> bool:
        """Whether it is time to embed."""
        return self._waiting >= WINDOW

    @property
    def has_written(self) -> bool:
        """Whether the store is another one than before."""
        return self._generation != self._indexer.store.generation

    def take(self, article: Article | Failure) -> None:
        """Sort one article into unchanged, to be stored, or failed."""
        self._taken += 1
        if self._progress is not None:
            self._progress("indexing", self._taken, None)
        if isinstance(article, Failure):
            self.tally.failed.append(article)
            return
        document, origin, version = article.document, article.origin, version_of(article.document)
        if document.id in self._seen:
            self._take_again(document, origin)
            return
        stored = self._stored.get(document.id)
        if stored is not None and stored.version != version and _lies_elsewhere(stored.origin, origin):
            self._refuse(document, origin, stored.origin)
            return
        self._seen[document.id] = origin
        self._versions.add(version)
        if stored is not None and stored.version == version:
            self.tally.unchanged += 1
            if stored.origin == origin:
                return
        elif stored is not None or self._replaces(document.id, origin, version):
            self.tally.updated += 1
        else:
            self.tally.added += 1
        passages = self._indexer.chunk(document)
        vectors = self._known_vectors(version, passages)
        self._window.append(_Pending(document, origin, version, passages, vectors))
        self._waiting += max(len(passages), 1)

    def _take_again(self, document: Document, origin: str) -> None:
        if self._seen[document.id] != origin:
            self._refuse(document, origin, self._seen[document.id])

    def _refuse(self, document: Document, origin: str, other: str) -> None:
        what = f"expected a name of its own, found {document.source!r} to be the name of {other or 'another article'}"
        self.tally.failed.append(Failure(origin or document.source, f"{what}; rename it or index from another folder"))

    def _replaces(self, document_id: str, origin: str, version: str) -> bool:
        """Whether the article is stored under another name: named differently now, or moved."""
        renamed = self._by_origin.get(origin)
        moved = self._by_version.get(version)
        return (renamed is not None and renamed != document_id) or (
            moved is not None and gone(self._stored[moved].origin)
        )

    def _known_vectors(self, version: str, passages: Sequence[Passage]) -> Vectors | None:
        """Of a stored article with the same words, cut the same way."""
        twin = self._by_version.get(version)
        if twin is None:
            return None
        for indexed in self._indexer.store.load([twin]):
            if [(each.start, each.end) for each in indexed.passages] == [(each.start, each.end) for each in passages]:
                return indexed.vectors
        return None

    def embed(self) -> list[IndexedDocument]:
        """Empty the window: its documents with their vectors."""
        window, self._window, self._waiting = self._window, [], 0
        wanted = [each for each in window if each.vectors is None]
        text_of = self._indexer.embedded_text
        texts = [text_of(each.document.title, passage.text) for each in wanted for passage in each.passages]
        rows = self._indexer.embedder.embed_passages(texts) if texts else None
        done: list[IndexedDocument] = []
        start = 0
        for each in window:
            vectors = each.vectors
            if vectors is None:
                vectors = _no_vectors() if rows is None else rows[start : start + len(each.passages)]
                start += len(each.passages)
            done.append(IndexedDocument(each.document, tuple(each.passages), vectors, each.version, each.origin))
        return done

    def remove_the_gone(self, prune: Sequence[str]) -> int:
        """Delete the old names of renamed and moved articles, and what left ``prune``; returns how many left."""
        origins = set(self._seen.values())
        failed = {os.path.realpath(file_of(each.path)) for each in self.tally.failed}
        replaced: list[str] = []
        left: list[str] = []
        for document_id, state in self._stored.items():
            if document_id in self._seen or not state.origin:
                continue
            if state.origin in origins or (state.version in self._versions and gone(state.origin)):
                replaced.append(document_id)
            elif under(state.origin, prune) and file_of(state.origin) not in failed:
                left.append(document_id)
        if replaced or left:
            self._indexer.store.delete([*replaced, *left])
        return len(left)


def _lies_elsewhere(stored: str, origin: str) -> bool:
    """Whether a stored article of the same name is another file's, which is still there."""
    return bool(stored and origin) and file_of(stored) != file_of(origin) and not gone(stored)


def _no_vectors() -> Vectors:
    import numpy as np

    return np.empty((0, 0), np.float32)


class _Writer:
    """Puts batches into the store from a thread of its own, so that the next window is embedded meanwhile."""

    def __init__(self, store: PassageStore) -> None:
        self._store = store
        self._queue: queue.Queue[list[IndexedDocument] | None] = queue.Queue(QUEUE)
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="store-writer")

    def put(self, batch: list[IndexedDocument]) -> None:
        """Hand over one batch; waits while the queue is full. Raises what the store raised for an earlier one."""
        if self._failed is not None:
            raise self._failed
        if batch:
            self._queue.put(batch)

    def _run(self) -> None:
        while (batch := self._queue.get()) is not None:
            if self._failed is None:
                try:
                    self._store.put(batch)
                except BaseException as error:  # noqa: BLE001 - raised again by put or at the end
                    self._failed = error

    def __enter__(self) -> _Writer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._queue.put(None)
        self._thread.join()
        if self._failed is not None and error is None:
            raise self._failed
