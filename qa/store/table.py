"""Exact nearest neighbours by cosine over vectors held in memory.

Up to some hundred thousand passages this is both faster to open and better than an approximate index: one
matrix-vector product, and a filter costs nothing in recall, because the rows that may not answer are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.protocols import ScoredKey
from qa.rows import Rows, best_first

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The passages of one version of one document: row i of ``vectors`` stands for ``spans[i]``."""

    document_id: str
    version: str
    spans: Integers
    vectors: Vectors

    @staticmethod
    def of(document_id: str, version: str, passages: Sequence[tuple[int, int, str]], vectors: Vectors) -> Block:
        """From an entry's passages."""
        spans = np.array([(start, end) for start, end, _ in passages], dtype=np.int64).reshape(-1, 2)
        return Block(document_id, version, spans, vectors)


@dataclass(frozen=True, slots=True, eq=False)
class VectorTable:
    """All vectors of a store: row i of ``vectors`` is the passage of row i of ``rows``."""

    rows: Rows
    vectors: Vectors

    @staticmethod
    def build(blocks: Iterable[Block]) -> VectorTable:
        """A table of those blocks."""
        ordered = sorted((block for block in blocks if len(block.spans)), key=lambda block: block.document_id)
        rows = Rows.build([(block.document_id, block.version, block.spans) for block in ordered])
        vectors = [block.vectors for block in ordered] if ordered else [np.empty((0, 0), np.float32)]
        return VectorTable(rows, np.concatenate(vectors))

    @staticmethod
    def parts(blocks: Iterable[Block]) -> Iterator[tuple[str, NDArray[Any] | Iterator[NDArray[Any]]]]:
        """The arrays of a table of those blocks, by name, to be kept; blocks come by document id, none is empty.

        The vectors come in parts, and must be taken before the other arrays are.
        """
        documents: list[tuple[str, str, Integers]] = []

        def vectors() -> Iterator[Vectors]:
            for block in blocks:
                documents.append((block.document_id, block.version, block.spans))
                yield block.vectors

        yield "vectors", vectors()
        yield from Rows.build(documents).arrays().items()

    @staticmethod
    def load(arrays: Mapping[str, NDArray[Any]]) -> VectorTable:
        """From the arrays that ``parts`` tells of."""
        return VectorTable(Rows.load(arrays), arrays["vectors"])

    def __len__(self) -> int:
        return len(self.vectors)

    def nearest(self, vector: Vectors, k: int, allowed: Collection[str] | None) -> list[ScoredKey]:
        """The k best rows by inner product with a unit vector; ``allowed``: only those documents, ``None``: all."""
        if not len(self):
            return []
        if allowed is None:
            scores = self.vectors @ vector
            best = best_first(scores, k)
            return self.rows.scored(best, scores[best])
        rows = self.rows.of(allowed)
        # Gathering many rows costs more than scoring all of them.
        scores = (self.vectors @ vector)[rows] if 4 * len(rows) > len(self) else self.vectors[rows] @ vector
        best = best_first(scores, k)
        return self.rows.scored(rows[best], scores[best])
