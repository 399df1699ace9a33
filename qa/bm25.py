"""BM25 over the passages of a store, by bm25s: derived from the store, brought up to date when its generation changes.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), in Lucene's variant.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
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
TOGETHER = 100_000
"""Words whose scores are worked out together."""
PAGE = 200
"""Articles read at once."""
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
    def build(rows: Rows, tokens: Tokens, bounds: Integers, terms: int) -> _Index:
        return _Index(rows, tokens, bounds, score_matrix(tokens, bounds, terms) if len(tokens) else {})


def score_matrix(tokens: Tokens, bounds: Integers, terms: int) -> dict[str, Any]:
    """The matrix of scores in bm25s's form: compressed columns, a column a term. ``tokens``: not empty.

    The same as ``bm25s.BM25.build_index_from_ids``, which would hold every score three times meanwhile.
    """
    lengths = np.diff(bounds)
    held = np.zeros(terms, np.int64)
    for _, term, _ in _counted(tokens, bounds):
        held += np.bincount(term, minlength=terms)
    rarity = np.log(1 + (len(lengths) - held + 0.5) / (held + 0.5)).astype(np.float32)
    damping = K1 * ((1 - B) + B * lengths / lengths.mean())
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(held)])
    data, indices = np.empty(starts[-1], np.float32), np.empty(starts[-1], np.int32)
    free = starts[:-1].copy()
    for row, term, times in _counted(tokens, bounds):
        at = free[term] + np.arange(len(term)) - np.searchsorted(term, term)
        data[at] = rarity[term] * (times / (damping[row] + times))
        indices[at] = row
        free += np.bincount(term, minlength=terms)
    return {"data": data, "indices": indices, "indptr": starts, "num_docs": len(lengths)}


def _counted(tokens: Tokens, bounds: Integers) -> Iterator[tuple[Integers, Integers, Integers]]:
    """(row, term, how often it stands there), some rows at a time; among these by term, then row."""
    start = 0
    while start < len(bounds) - 1:
        end = max(start + 1, int(np.searchsorted(bounds, bounds[start] + TOGETHER, side="right")) - 1)
        ends = bounds[start : end + 1]
        row = np.repeat(np.arange(end - start), np.diff(ends))
        found, times = np.unique(tokens[ends[0] : ends[-1]].astype(np.int64) * (end - start) + row, return_counts=True)
        yield start + found % (end - start), found // (end - start), times
        start = end


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
        self._index = _Index.build(Rows.build([]), np.empty(0, np.int32), np.zeros(1, np.int64), 0)
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
        before = self._index
        held = {
            document_id: rows
            for document_id, version, rows in before.rows.documents()
            if document_id in states and states[document_id].version == version
        }
        gone = len(held) < len(before.rows.document_ids)
        if not gone and len(held) == len(states):
            return False
        ordered = sorted(states)
        documents: list[tuple[str, str, Integers]] = []
        lengths = [np.zeros(1, np.int64)]
        terms = array("i")
        for start in range(0, len(ordered), PAGE):
            page = ordered[start : start + PAGE]
            fresh = {each.document.id: each for each in self._store.read([each for each in page if each not in held])}
            for document_id in page:
                if document_id in held:
                    rows = held[document_id]
                    documents.append((document_id, states[document_id].version, before.rows.spans[rows]))
                    bounds = before.bounds[rows.start : rows.stop + 1]
                    lengths.append(np.diff(bounds))
                    terms.frombytes(before.tokens[bounds[0] : bounds[-1]].tobytes())
                elif document_id in fresh:
                    each = fresh[document_id]
                    spans = [(passage.start, passage.end) for passage in each.passages]
                    documents.append((document_id, each.version, np.array(spans, np.int64).reshape(-1, 2)))
                    said = (f"{each.document.title}\n{passage.text}" for passage in each.passages)
                    learned = [self._vocabulary.learn(text) for text in said]
                    lengths.append(np.array([len(of) for of in learned], np.int64))
                    terms.extend(chain.from_iterable(learned))
        tokens = np.frombuffer(terms, np.int32)
        if gone:
            tokens = self._without_unused_terms(tokens)
        self._index = _Index.build(
            Rows.build(documents), tokens, np.concatenate(lengths).cumsum(), len(self._vocabulary)
        )
        return True

    def _without_unused_terms(self, tokens: Tokens) -> Tokens:
        """Number the terms in use anew: what only removed articles said must not be kept beside the store."""
        used = np.zeros(len(self._vocabulary), bool)
        used[tokens] = True
        numbers = np.cumsum(used, dtype=np.int32) - np.int32(1)
        terms = zip(self._vocabulary.terms(), used.tolist(), strict=True)
        self._vocabulary = Vocabulary(term for term, is_used in terms if is_used)
        return numbers[tokens]

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
            self._derived.save(generation, arrays.items(), len(index.rows))
