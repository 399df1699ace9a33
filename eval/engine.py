"""Which pipeline a question set is asked of: the store that exists, or a temporary one with the set's own texts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.dataset.records import Dataset
from qa.errors import DatasetError
from qa.pipeline import Citespan
from qa.protocols import Progress
from qa.records import Document
from qa.settings import Settings

Opener = Callable[[Settings, bool], Citespan]
"""Settings and whether a missing store is made -> an engine."""


def open_by_settings(settings: Settings, create: bool) -> Citespan:
    """The real pipeline."""
    from qa.factory import open_citespan

    return open_citespan(settings, create=create)


@contextmanager
def engine_for(
    dataset: Dataset,
    settings: Settings,
    modes: Collection[str],
    *,
    engine: Citespan | None = None,
    opener: Opener = open_by_settings,
    progress: Progress | None = None,
) -> Iterator[Citespan]:
    """The pipeline to ask: ``engine`` or the store of ``settings`` for a set about indexed articles.

    A set that brings its own texts gets a temporary store; the texts are indexed into it as articles are, unless only
    the reader is asked.
    """
    if not dataset.brings_text:
        if engine is not None:
            yield engine
            return
        with opened(settings, opener) as stored:
            yield stored
        return
    with (
        TemporaryDirectory(prefix="citespan-eval-") as folder,
        opened(replace(settings, store=str(Path(folder) / "store")), opener, create=True) as temporary,
    ):
        if not set(modes) <= {"reader"}:
            fill(temporary, dataset.paragraphs.values(), progress)
        yield temporary


@contextmanager
def opened(settings: Settings, opener: Opener, *, create: bool = False) -> Iterator[Citespan]:
    """The pipeline of these settings, closed afterwards."""
    engine = opener(settings, create)
    try:
        yield engine
    finally:
        engine.close()


@dataclass(frozen=True, slots=True)
class _Text:
    """An article that no file holds."""

    document: Document
    origin: str = ""


def fill(engine: Citespan, documents: Iterable[Document], progress: Progress | None = None) -> None:
    """Index texts that are already documents. Raises DatasetError naming the first that could not be."""
    report = engine.indexer.index_articles([_Text(each) for each in documents], progress=progress)
    if report.failed:
        first = report.failed[0]
        raise DatasetError(
            f"expected every paragraph of the set to be indexed, found {len(report.failed)} that were not, the first "
            f"{first.path}: {first.error}; mend the set"
        )
