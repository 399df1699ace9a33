"""Near-duplicate articles: the same agency text in two papers. Pure.

Each article gets a MinHash signature (Broder, 1997) of its word 5-grams; two articles whose signatures agree in many
places share many of them. Banding (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3) finds such
pairs without comparing all with all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Signature = NDArray[np.uint64]

SHINGLE = 5
HASHES = 64
BANDS = 16
ALIKE = 0.6
"""Least estimated share of common 5-grams (Jaccard) for two articles to count as the same report."""
_PRIME = (1 << 61) - 1
_MULTIPLIERS = np.random.default_rng(1).integers(1, 1 << 31, HASHES, dtype=np.uint64)
_OFFSETS = np.random.default_rng(2).integers(0, 1 << 31, HASHES, dtype=np.uint64)


def signature(words: Sequence[str]) -> Signature:
    """The MinHash signature of a text's words, shape (HASHES,). Texts of fewer than five words count as one 5-gram."""
    count = max(len(words) - SHINGLE + 1, 1)
    grams = {crc32(" ".join(words[start : start + SHINGLE]).encode("utf-8", "replace")) for start in range(count)}
    hashed = np.fromiter(grams, np.uint64, len(grams))
    least = ((hashed[:, None] * _MULTIPLIERS + _OFFSETS) % np.uint64(_PRIME)).min(axis=0)
    result: Signature = least
    return result


def likeness(one: Signature, other: Signature) -> float:
    """Estimated share of 5-grams that two texts have in common, 0..1."""
    return float((one == other).mean())


def groups(signatures: Mapping[str, Signature], alike: float = ALIKE) -> list[tuple[str, ...]]:
    """The ids that belong together, each group sorted, groups by their first id; articles of their own are left out."""
    buckets: dict[tuple[int, bytes], list[str]] = defaultdict(list)
    for name in sorted(signatures):
        for band, part in enumerate(np.split(signatures[name], BANDS)):
            buckets[band, part.tobytes()].append(name)
    parent: dict[str, str] = {}
    for names in buckets.values():
        for other in names[1:]:
            first, second = _root(parent, names[0]), _root(parent, other)
            if first != second and likeness(signatures[names[0]], signatures[other]) >= alike:
                parent[max(first, second)] = min(first, second)
    found: dict[str, list[str]] = defaultdict(list)
    for name in sorted(signatures):
        found[_root(parent, name)].append(name)
    return [tuple(names) for _, names in sorted(found.items()) if len(names) > 1]


def _root(parent: dict[str, str], name: str) -> str:
    while name in parent:
        name = parent[name]
    return name


def of_texts(texts: Iterable[tuple[str, Sequence[str]]]) -> dict[str, Signature]:
    """Signatures by id, of (id, words)."""
    return {name: signature(words) for name, words in texts}
