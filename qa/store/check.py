"""Every invariant of a store, verified against what Chroma really holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from qa import duplicates
from qa.reasons import in_words
from qa.records import Problem
from qa.store import layout
from qa.store.layout import Entry

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

PAGE = 200
LENGTH_TOLERANCE = 1e-2
AGREEMENT = 0.999
"""Least cosine between a passage's vector in the index and in the document's record."""


def problems(documents: Collection, vectors: Collection, passages: Collection) -> list[Problem]:
    """Every broken invariant, by document; empty for a sound store."""
    found: list[Problem] = []
    vectors_ids: set[str] = set()
    passage_ids: set[str] = set()
    dimensions: set[int] = set()
    for entry, text in _records(documents, found):
        found += [Problem(entry.source, what) for what in _text_faults(entry, text)]
        vectors_ids.add(entry.vectors_id)
        passage_ids.update(entry.passage_ids)
        rows = _stored_vectors(entry, vectors)
        if isinstance(rows, str):
            found.append(Problem(entry.source, rows))
            continue
        if len(rows):
            dimensions.add(rows.shape[1])
        if np.abs(np.linalg.norm(rows, axis=1) - 1).max(initial=0) > LENGTH_TOLERANCE:
            found.append(Problem(entry.source, "a vector is not of length 1"))
        found += [Problem(entry.source, what) for what in _index_faults(entry, rows, passages)]
    if len(dimensions) > 1:
        found.append(Problem("vectors", f"expected one dimension, found {sorted(dimensions)}"))
    found += _orphans("vectors", vectors, vectors_ids)
    found += _orphans("passages", passages, passage_ids)
    return found


def _records(documents: Collection, found: list[Problem]) -> Iterator[tuple[Entry, str]]:
    ids = documents.get(include=[])["ids"]
    sources: dict[str, str] = {}
    for start in range(0, len(ids), PAGE):
        got = documents.get(ids=ids[start : start + PAGE], include=["metadatas", "documents"])
        rows = zip(got["ids"], got["metadatas"] or [], got["documents"] or [], strict=True)
        for document_id, metadata, text in rows:
            try:
                entry = layout.read_entry(document_id, metadata)
            except (KeyError, ValueError, TypeError) as error:
                found.append(
                    Problem(document_id, f"its record cannot be read: expected a whole one, found {in_words(error)}")
                )
                continue
            if entry.source in sources:
                found.append(Problem(entry.source, f"also the name of article {sources[entry.source]}"))
            sources[entry.source] = document_id
            yield entry, text or ""


def _text_faults(entry: Entry, text: str) -> Iterator[str]:
    if hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() != entry.sha256:
        yield "its text does not have the recorded SHA-256"
    if len(text) != entry.characters:
        yield f"expected {entry.characters} characters, found {len(text)}"
    if entry.signature and entry.signature != duplicates.pack(duplicates.signature(duplicates.words_of(text))):
        yield "its signature, by which near-duplicates are known, is not that of its text"
    covered = 0
    seen: set[str] = set()
    for start, end, passage_id in entry.passages:
        if not 0 <= start < end <= len(text):
            yield f"passage {passage_id} has offsets {start}-{end} outside of its {len(text)} characters"
            continue
        if passage_id in seen:
            yield f"two passages have the id {passage_id}"
        seen.add(passage_id)
        if start > covered and text[covered:start].strip():
            yield f"characters {covered}-{start} are in no passage"
        covered = max(covered, end)
    if text[covered:].strip():
        yield f"characters {covered}-{len(text)} are in no passage"


def _stored_vectors(entry: Entry, vectors: Collection) -> Any:
    got = vectors.get(ids=[entry.vectors_id], include=["metadatas"])
    metadatas = got["metadatas"] or []
    if not metadatas:
        return "its vectors are missing"
    try:
        return layout.unpack_vectors(str(metadatas[0]["vectors"]), len(entry.passages))
    except (KeyError, ValueError) as error:
        return f"its vectors cannot be read: expected a whole record, found {in_words(error)}"


def _index_faults(entry: Entry, rows: Any, passages: Collection) -> Iterator[str]:
    if not entry.passages:
        return  # Chroma does not take an empty list
    got = passages.get(ids=entry.passage_ids, include=["embeddings"])
    embeddings = got["embeddings"]
    held = dict(zip(got["ids"], [] if embeddings is None else embeddings, strict=True))
    missing = [each for each in entry.passage_ids if each not in held]
    if missing:
        yield f"{len(missing)} of its {len(rows)} passages are not in the index"
    for number, passage_id in enumerate(entry.passage_ids):
        if passage_id in held:
            vector = np.asarray(held[passage_id], np.float32)
            length = float(np.linalg.norm(vector))
            if vector.shape != rows[number].shape or float(vector @ rows[number]) < AGREEMENT * length:
                yield f"passage {number} has another vector in the index"


def _orphans(name: str, where: Collection, expected: set[str]) -> list[Problem]:
    found = set(where.get(include=[])["ids"])
    return [Problem(each, f"left over among the {name}, of no stored article") for each in sorted(found - expected)]
