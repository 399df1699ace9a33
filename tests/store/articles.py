"""Articles for store tests: each sentence is a passage."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from qa.indexing import version_of
from qa.protocols import IndexedDocument
from qa.records import Document, Passage
from tests.examples import document
from tests.fakes import FakeEmbedder

EMBEDDER = FakeEmbedder()


def sentences(of: Document) -> list[Passage]:
    """One passage per sentence."""
    return [
        Passage(f"{of.id}:{match.start()}-{match.end()}", of.id, match.start(), match.end(), match[0])
        for match in re.finditer(r"\S[^.]*\.?", of.text)
    ]


def indexed(
    source: str, text: str, *, title: str = "Title", published: date | None = None, origin: str = ""
) -> IndexedDocument:
    """An article ready for the store."""
    article = document(text, source, title, published)
    passages = sentences(article)
    vectors = EMBEDDER.embed_passages([passage.text for passage in passages])
    return IndexedDocument(article, tuple(passages), vectors, version_of(article), origin)


def three() -> Sequence[IndexedDocument]:
    """Three articles of two sentences each, of different days; the third has none."""
    return [
        indexed("a.txt", "The river rose in spring. Farmers fled the valley.", published=date(2024, 3, 1)),
        indexed("b.txt", "The mayor of Paris resigned. A river of protesters cheered.", published=date(2024, 5, 9)),
        indexed("c.txt", "Snow fell on the mountains. The valley slept.", origin="/news/c.txt"),
    ]
