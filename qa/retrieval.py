"""Question to passages: dense and BM25 candidates, fused by reciprocal rank."""

from __future__ import annotations

from qa.bm25 import Bm25
from qa.fusion import reciprocal_rank_fusion
from qa.protocols import Embedder, PassageStore
from qa.records import Filter, Hit


class HybridRetriever:
    """See Retriever. Both kinds of search see the same articles, those that pass the filter.

    ``candidates``: how many passages each of the two hands to the fusion, at least as many as are asked for.
    ``dense_weight``: 0..1, the dense ranking's weight in the fusion; BM25 has the rest.
    """

    def __init__(
        self, store: PassageStore, embedder: Embedder, bm25: Bm25, *, candidates: int = 50, dense_weight: float = 0.5
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._bm25 = bm25
        self._candidates = candidates
        self._weights = (2 * dense_weight, 2 * (1 - dense_weight))  # equal weights count 1 each, as in the paper

    def retrieve(self, question: str, k: int, where: Filter) -> list[Hit]:
        """See Retriever."""
        depth = max(k, self._candidates)
        lexical = [each.key for each in self._bm25.rank(question, depth, where)]
        dense = [each.key for each in self._store.query(self._embedder.embed_query(question), depth, where)]
        fused = reciprocal_rank_fusion([dense, lexical], weights=self._weights)
        hits: list[Hit] = []
        # A passage whose article was just changed or removed by another process is skipped, and the next one taken.
        while len(hits) < k and fused:
            page, fused = fused[: k - len(hits)], fused[k - len(hits) :]
            passages = self._store.fetch([each.item for each in page])
            for each in page:
                if each.item in passages:
                    dense_rank, bm25_rank = each.ranks
                    hits.append(Hit(passages[each.item], each.score, len(hits) + 1, dense_rank, bm25_rank))
        return hits
