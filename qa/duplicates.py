"""Near-duplicate articles: the same agency text in two papers. Pure.

Each article gets a MinHash signature (Broder, 1997) of its word 5-grams; two articles whose signatures agree in many
places share many of them. Of each hash only the low 16 bits are kept (Li and König, "b-bit minwise hashing", 2010).
Banding (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3) finds such pairs without comparing all
with all.
"""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import islice, pairwise
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Signature = NDArray[np.uint16]

SHINGLE = 5
HASHES = 64
ALIKE = 0.6
"""Least estimated share of common 5-grams (Jaccard) for two articles to count as the same report."""
LONGEST = 20_000
"""Words of an article that count: of a text longer than a long report, its beginning."""
_BLOCK = 4096
_PRIME = (1 << 61) - 1
_MULTIPLIERS = np.random.default_rng(1).integers(1, 1 << 31, HASHES, dtype=np.uint64)
_OFFSETS = np.random.default_rng(2).integers(0, 1 << 31, HASHES, dtype=np.uint64)
_WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """The words that count: without case, punctuation and line breaks."""
    return [match[0].casefold() for match in islice(_WORD.finditer(text), LONGEST)]


def signature(words: Sequence[str]) -> Signature:
    """The MinHash signature of a text's words, shape (HASHES,). Texts of fewer than five words count as one 5-gram."""
    count = max(len(words) - SHINGLE + 1, 1)
    grams = {crc32(" ".join(words[start : start + SHINGLE]).encode("utf-8", "replace")) for start in range(count)}
    hashed = np.fromiter(grams, np.uint64, len(grams))[:, None]
    blocks = (hashed[start : start + _BLOCK] for start in range(0, len(hashed), _BLOCK))
    least = np.min([((block * _MULTIPLIERS + _OFFSETS) % np.uint64(_PRIME)).min(axis=0) for block in blocks], axis=0)
    kept: Signature = (least & np.uint64(0xFFFF)).astype(np.uint16)
    return kept


def pack(of: Signature) -> str:
    """A signature as base64 of little-endian numbers."""
    return base64.b64encode(of.astype("<u2").tobytes()).decode("ascii")


def unpack(packed: str) -> Signature:
    """The inverse of ``pack``. Raises ValueError for what is none."""
    return np.frombuffer(base64.b64decode(packed, validate=True), "<u2").astype(np.uint16).reshape(HASHES)


def likeness(one: Signature, others: Signature) -> NDArray[np.float64]:
    """Estimated share of 5-grams that a text has in common with another, or with each of several (n, HASHES); 0..1."""
    return np.asarray((others == one).mean(axis=-1))


def groups(signatures: Mapping[str, Signature], alike: float = ALIKE) -> list[tuple[str, ...]]:
    """The ids that belong together, each group sorted, groups by their first id; articles of their own are left out."""
    names = sorted(signatures)
    if not names:
        return []
    table = np.stack([signatures[name] for name in names])
    parent = list(range(len(names)))
    for band in table.view(np.uint64).T:  # four hashes a band: 64 bits, one number to compare
        order = np.argsort(band, kind="stable")
        cuts = np.flatnonzero(band[order][1:] != band[order][:-1]) + 1
        bounds = [0, *cuts.tolist(), len(order)]
        for start, end in pairwise(bounds):
            bucket = order[start:end]
            while len(bucket) > 1:
                first, others = bucket[0], bucket[1:]
                same = likeness(table[first], table[others]) >= alike
                for other in others[same].tolist():
                    _join(parent, int(first), other)
                bucket = others[~same]
    found: dict[int, list[str]] = defaultdict(list)
    for number, name in enumerate(names):
        found[_root(parent, number)].append(name)
    return [tuple(each) for _, each in sorted(found.items()) if len(each) > 1]


def near_duplicates(signatures: Mapping[str, Signature]) -> dict[str, tuple[str, ...]]:
    """Each id that has any, with the other ids of its group."""
    return {name: tuple(each for each in group if each != name) for group in groups(signatures) for name in group}


def _join(parent: list[int], one: int, other: int) -> None:
    first, second = _root(parent, one), _root(parent, other)
    parent[max(first, second)] = min(first, second)


def _root(parent: list[int], number: int) -> int:
    while parent[number] != number:
        number = parent[number]
    return number
