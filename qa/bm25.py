"""BM25 over the passages of a store, by bm25s: derived from the store, brought up to date when its generation changes.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), in Lucene's variant.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.protocols import PassageStore, ScoredKey
from qa.records import Filter
from qa.rows import Rows, best_first

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Tokens = NDArray[np.int32]

K1 = 1.2
B = 0.75

STOPWORDS = frozenset(
    "a an and are as at be been but by did do does for from had has have he her his how i if in into is it its of on "
    "or s she such t that the their them then there these they this to was were what when where which who whom whose "
    "why will with would you".split()
)
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|\d+")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def words(text: str) -> list[str]:
    """Lower-cased words and numbers without accents; ``1,500`` is ``1500``; scripts without spaces by character."""
    folded = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(each for each in folded if not unicodedata.combining(each)) if not folded.isascii() else folded
    found: list[str] = []
    for match in _WORD.findall(plain):
        if match[0].isdigit():
            found.append(match.replace(",", ""))
        elif _WIDE.search(match):
            found.extend(match)
        else:
            found.append(match)
    return found


class Vocabulary:
    """Words to term numbers: stop words fall out, the rest is stemmed (Snowball English)."""

    def __init__(self, terms: Iterable[str] = ()) -> None:
        import Stemmer

        self._stem = Stemmer.Stemmer("english").stemWord
        self._terms = {term: number for number, term in enumerate(terms)}
        self._words: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._terms)

    def terms(self) -> list[str]:
        """All terms, by number."""
        return list(self._terms)

    def learn(self, text: str) -> Tokens:
        """The term numbers of a text; new terms get the next number."""
        return np.array([each for each in map(self._number, words(text)) if each >= 0], dtype=np.int32)

    def _number(self, word: str) -> int:
        number = self._words.get(word)
        if number is None:
            number = -1 if word in STOPWORDS else self._terms.setdefault(self._stem(word), len(self._terms))
            self._words[word] = number
        return number

    def known(self, text: str) -> list[int]:
        """The term numbers of a question, each once; unknown words fall out."""
        terms = (self._terms.get(self._stem(word)) for word in words(text) if word not in STOPWORDS)
        return list(dict.fromkeys(term for term in terms if term is not None))


class Bm25:
    """Ranks passages by BM25. Title and passage count together, as for the embedder."""

    def __init__(self, store: PassageStore) -> None:
        self._store = store
        self._lock = threading.RLock()
        self._vocabulary = Vocabulary()
        self._rows = Rows.build([])
        self._tokens: list[Tokens] = []
        self._index: Any = None
        self._generation = ""

    def rank(self, question: str, k: int, where: Filter) -> list[ScoredKey]:
        """The k passages of highest score among the articles that pass the filter; none that shares no word.

        Equal scores stand by document id, then start.
        """
        with self._lock:
            self._refresh()
            index, rows = self._index, self._rows
            terms = self._vocabulary.known(question)
        if index is None or not terms:
            return []
        scores = np.asarray(index.get_scores_from_ids(terms), np.float32)
        if not where.is_empty:
            mask = np.zeros(len(scores), np.float32)
            mask[rows.of(self._store.matching(where))] = 1
            scores = scores * mask
        best = best_first(scores, k)
        best = best[scores[best] > 0]
        return rows.scored(best, scores[best])

    def _refresh(self) -> None:
        generation = self._store.generation
        if generation == self._generation:
            return
        states = self._store.states()
        kept = [
            (document_id, version, self._rows.spans[rows], self._tokens[rows])
            for document_id, version, rows in self._rows.documents()
            if document_id in states and states[document_id].version == version
        ]
        have = {document_id for document_id, *_ in kept}
        fresh = [
            (
                each.document.id,
                each.version,
                np.array([(passage.start, passage.end) for passage in each.passages], np.int64).reshape(-1, 2),
                [self._vocabulary.learn(f"{each.document.title}\n{passage.text}") for passage in each.passages],
            )
            for each in self._store.read([each for each in states if each not in have])
        ]
        if fresh or len(kept) != len(self._rows.document_ids):
            documents = sorted([*kept, *fresh], key=lambda document: document[0])
            self._rows = Rows.build([document[:3] for document in documents])
            self._tokens = [tokens for *_, tokens_of in documents for tokens in tokens_of]
            self._index = _bm25s_index(self._tokens, len(self._vocabulary))
        self._generation = generation


def _bm25s_index(tokens: Sequence[Tokens], terms: int) -> Any:
    if not tokens or not terms:
        return None
    import bm25s

    index = bm25s.BM25(k1=K1, b=B, method="lucene")
    index.index(([each.tolist() for each in tokens], {str(term): term for term in range(terms)}), show_progress=False)
    return index
