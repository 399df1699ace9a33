"""BM25 over the passages of a store, by bm25s: derived from the store, brought up to date when its generation changes.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), in Lucene's variant.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.derived import Derived, pack_strings, unpack_strings
from qa.protocols import PassageStore, ScoredKey
from qa.records import Filter
from qa.rows import Rows, best_first
from qa.words import Vocabulary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Tokens = NDArray[np.int32]

K1 = 1.2
B = 0.75
PATIENCE = 10
"""While another process keeps writing, at most one part in so many of the time goes into following it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Index:
    """The terms of each row (``tokens[bounds[i]:bounds[i + 1]]``) and bm25s's sparse score matrix over them."""

    rows: Rows
    tokens: Tokens
    bounds: Integers
    scores: dict[str, Any]

    @staticmethod
    def build(rows: Rows, tokens: Sequence[Tokens], terms: int) -> _Index:
        bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum([len(each) for each in tokens], dtype=np.int64)])
        together = np.concatenate([np.empty(0, np.int32), *tokens])
        scores: dict[str, Any] = {}
        if len(together):
            scores = _bm25s().build_index_from_ids(range(terms), _Lists(together, bounds), show_progress=False)
        return _Index(rows, together, bounds, scores)

    def terms_of(self, row: int) -> Tokens:
        return self.tokens[self.bounds[row] : self.bounds[row + 1]]


class _Lists(Sequence[list[int]]):
    """The rows' terms as bm25s wants them, made one at a time: all of them at once would fill the memory."""

    def __init__(self, tokens: Tokens, bounds: Integers) -> None:
        self._tokens = tokens
        self._bounds = bounds

    def __len__(self) -> int:
        return len(self._bounds) - 1

    def __getitem__(self, row: Any) -> Any:
        return self._tokens[self._bounds[row] : self._bounds[row + 1]].tolist()

    def __iter__(self) -> Iterator[list[int]]:
        return (self[row] for row in range(len(self)))


def _bm25s() -> Any:
    import bm25s

    return bm25s.BM25(k1=K1, b=B, method="lucene")


class Bm25:
    """Ranks passages by BM25. Title and passage count together, as for the embedder.

    ``derived``: where the index is kept between runs. Safe for threads.
    """

    def __init__(self, store: PassageStore, derived: Derived | None = None) -> None:
        self._store = store
        self._derived = Derived(None, "bm25") if derived is None else derived
        self._lock = threading.Lock()
        self._vocabulary = Vocabulary()
        self._index = _Index.build(Rows.build([]), [], 0)
        self._generation = ""
        self._not_before = 0.0

    def rank(self, question: str, k: int, where: Filter) -> list[ScoredKey]:
        """The k passages of highest score among the articles that pass the filter; none that shares no word.

        Equal scores stand by document id, then start.
        """
        with self._lock:
            if monotonic() >= self._not_before:
                self._follow()
            index, terms = self._index, self._vocabulary.known(question)
        if not index.scores or not terms:
            return []
        engine = _bm25s()
        engine.scores, engine.nonoccurrence_array = index.scores, None
        scores = np.asarray(engine.get_scores_from_ids(terms), np.float32)
        if not where.is_empty:
            mask = np.zeros(len(scores), np.float32)
            mask[index.rows.of(self._store.matching(where))] = 1
            scores *= mask
        best = best_first(scores, k)
        best = best[scores[best] > 0]
        return index.rows.scored(best, scores[best])

    def prepare(self) -> None:
        """Bring the index up to date now, rather than with the next question."""
        with self._lock:
            self._follow()

    def _follow(self) -> None:
        generation = self._store.generation
        if generation == self._generation:
            return
        began = monotonic()
        if not self._generation:
            self._load(generation)
        if generation != self._generation and self._update():
            self._save(generation)
        self._generation = generation
        spent = monotonic() - began
        self._not_before = monotonic() + (PATIENCE * spent if spent > 0.5 else 0.0)

    def _update(self) -> bool:
        """Take over the terms of unchanged articles, read those of the others. Whether anything changed."""
        states = self._store.states()
        documents: dict[str, tuple[str, Integers, list[Tokens]]] = {}
        for document_id, version, held in self._index.rows.documents():
            if document_id in states and states[document_id].version == version:
                terms = [self._index.terms_of(row) for row in range(held.start, held.stop)]
                documents[document_id] = (version, self._index.rows.spans[held], terms)
        gone = len(documents) < len(self._index.rows.document_ids)
        fresh = [each for each in states if each not in documents]
        for each in self._store.read(fresh):
            spans = np.array([(passage.start, passage.end) for passage in each.passages], np.int64).reshape(-1, 2)
            terms = [
                np.array(self._vocabulary.learn(f"{each.document.title}\n{passage.text}"), np.int32)
                for passage in each.passages
            ]
            documents[each.document.id] = (each.version, spans, terms)
        if not fresh and not gone:
            return False
        ordered = sorted(documents.items())
        rows = Rows.build([(document_id, version, spans) for document_id, (version, spans, _) in ordered])
        tokens = [terms for _, (_, _, of) in ordered for terms in of]
        if gone:
            tokens = self._without_unused_terms(tokens)
        self._index = _Index.build(rows, tokens, len(self._vocabulary))
        return True

    def _without_unused_terms(self, tokens: Sequence[Tokens]) -> list[Tokens]:
        """Number the terms in use anew: what only removed articles said must not be kept beside the store."""
        used = np.zeros(len(self._vocabulary), bool)
        for each in tokens:
            used[each] = True
        numbers = np.cumsum(used, dtype=np.int32) - np.int32(1)
        terms = zip(self._vocabulary.terms(), used.tolist(), strict=True)
        self._vocabulary = Vocabulary(term for term, is_used in terms if is_used)
        return [numbers[each] for each in tokens]

    def _load(self, generation: str) -> None:
        loaded = self._derived.load(generation)
        if loaded is None:
            return
        self._generation, arrays = loaded
        self._vocabulary = Vocabulary(unpack_strings(arrays["terms"]))
        rows = Rows.load(arrays)
        scores = {name: arrays[name] for name in ("data", "indices", "indptr")} | {"num_docs": len(rows)}
        self._index = _Index(rows, arrays["tokens"], arrays["bounds"], scores)

    def _save(self, generation: str) -> None:
        index = self._index
        if index.scores:
            arrays = index.rows.arrays() | {name: index.scores[name] for name in ("data", "indices", "indptr")}
            arrays |= {"tokens": index.tokens, "bounds": index.bounds, "terms": pack_strings(self._vocabulary.terms())}
            self._derived.save(generation, arrays, len(index.rows))
