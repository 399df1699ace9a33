"""Question to passages: dense and BM25 candidates, fused by reciprocal rank."""

from __future__ import annotations

from qa.bm25 import Bm25
from qa.fusion import reciprocal_rank_fusion
from qa.protocols import Embedder, PassageStore
from qa.records import Filter, Hit


class HybridRetriever:
    """See Retriever. Both kinds of search see the same articles, those that pass the filter.

    ``candidates``: how many passages each of the two hands to the fusion, at least as many as are asked for.
    """

    def __init__(self, store: PassageStore, embedder: Embedder, bm25: Bm25, *, candidates: int = 50) -> None:
        self._store = store
        self._embedder = embedder
        self._bm25 = bm25
        self._candidates = candidates

    def retrieve(self, question: str, k: int, where: Filter) -> list[Hit]:
        """See Retriever."""
        depth = max(k, self._candidates)
        lexical = [each.key for each in self._bm25.rank(question, depth, where)]
        dense = [each.key for each in self._store.query(self._embedder.embed_query(question), depth, where)]
        fused = reciprocal_rank_fusion([dense, lexical])
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
