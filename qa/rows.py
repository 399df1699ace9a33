"""Which passage each row of an array stands for: the shared ground of the dense table and the BM25 index."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.derived import pack_strings, unpack_strings
from qa.protocols import PassageKey, ScoredKey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows in the order of document id, then start. Rows ``offsets[i]:offsets[i + 1]`` belong to document i.

    ``spans``: shape (rows, 2), start and end of each passage.
    """

    document_ids: tuple[str, ...]
    versions: tuple[str, ...]
    offsets: Integers
    spans: Integers

    @staticmethod
    def build(documents: Sequence[tuple[str, str, Integers]]) -> Rows:
        """From (document id, version, spans), which must stand in the order of their ids."""
        sizes = np.array([len(spans) for _, _, spans in documents], dtype=np.int64)
        return Rows(
            document_ids=tuple(document_id for document_id, _, _ in documents),
            versions=tuple(version for _, version, _ in documents),
            offsets=np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)]),
            spans=np.concatenate([np.empty((0, 2), np.int64), *(spans for _, _, spans in documents)]),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """As arrays, to be kept."""
        return {
            "ids": pack_strings(self.document_ids),
            "versions": pack_strings(self.versions),
            "offsets": self.offsets,
            "spans": self.spans,
        }

    @staticmethod
    def load(arrays: Mapping[str, NDArray[Any]]) -> Rows:
        """The inverse of ``arrays``."""
        ids, versions = unpack_strings(arrays["ids"]), unpack_strings(arrays["versions"])
        return Rows(tuple(ids), tuple(versions), np.array(arrays["offsets"]), np.array(arrays["spans"]))

    def __len__(self) -> int:
        return len(self.spans)

    def documents(self) -> Iterator[tuple[str, str, slice]]:
        """(document id, version, its rows) of each document."""
        bounds = self.offsets.tolist()
        for number, document_id in enumerate(self.document_ids):
            yield document_id, self.versions[number], slice(bounds[number], bounds[number + 1])

    def of(self, allowed: Collection[str]) -> Integers:
        """The rows of those documents, ascending."""
        inside = np.fromiter((each in allowed for each in self.document_ids), bool, len(self.document_ids))
        return np.flatnonzero(np.repeat(inside, np.diff(self.offsets)))

    def scored(self, rows: Integers, scores: Floats) -> list[ScoredKey]:
        """Rows with their scores as keys, in the order given."""
        numbers = np.searchsorted(self.offsets, rows, side="right") - 1
        return [
            ScoredKey(PassageKey(self.document_ids[number], start, end), score)
            for number, (start, end), score in zip(
                numbers.tolist(), self.spans[rows].tolist(), scores.tolist(), strict=True
            )
        ]


def best_first(scores: Floats, k: int) -> Integers:
    """Positions of the k highest scores, best first; equal scores in order of position, so it is always the same."""
    if k <= 0:
        return np.empty(0, np.int64)
    if k < len(scores):
        limit = np.partition(scores, len(scores) - k)[len(scores) - k]
        pool = np.flatnonzero(scores >= limit)
    else:
        pool = np.arange(len(scores))
    return pool[np.argsort(-scores[pool], kind="stable")][:k]
