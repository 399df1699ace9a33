"""Citespan: extractive question answering over news articles, every answer an exactly cited span.

>>> import qa
>>> with qa.open_store(".citespan", create=True) as citespan:  # doctest: +SKIP
...     citespan.index(["seeds/"])
...     print(citespan.answer("Who negotiated the ceasefire?"))
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from qa.errors import CitespanError
from qa.records import (
    Alternative,
    Answer,
    Citation,
    CitationView,
    Document,
    Filter,
    IndexReport,
    NoAnswer,
    Passage,
    Reply,
    SourceSummary,
)
from qa.version import VERSION

if TYPE_CHECKING:
    from qa.pipeline import Citespan

__version__ = VERSION


@contextmanager
def open_store(store: str = ".citespan", *, create: bool = False, **settings: Any) -> Iterator[Citespan]:
    """The whole pipeline on a store (a folder or a Chroma server's URL), closed at the end of the ``with`` block.

    ``create`` makes the store if it is not there. ``settings`` are those of ``qa.settings.Settings``; environment
    variables count too. Raises StoreError when the store cannot be opened, SettingsError for a bad setting.
    """
    from qa.factory import open_citespan
    from qa.settings import load_settings

    engine = open_citespan(load_settings(store=store, **settings), create=create)
    try:
        yield engine
    finally:
        engine.close()


def __getattr__(name: str) -> Any:
    """``qa.Citespan`` without loading the pipeline for those who only need records."""
    if name == "Citespan":
        from qa.pipeline import Citespan

        return Citespan
    raise AttributeError(f"module 'qa' has no attribute {name!r}")


__all__ = [
    "Alternative",
    "Answer",
    "Citation",
    "CitationView",
    "Citespan",
    "CitespanError",
    "Document",
    "Filter",
    "IndexReport",
    "NoAnswer",
    "Passage",
    "Reply",
    "SourceSummary",
    "__version__",
    "open_store",
]
