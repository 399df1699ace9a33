"""Files become documents. One parser a format; whatever is wrong with a file or row is a Failure, the rest goes on."""

from __future__ import annotations

import io
import os
import stat
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import BinaryIO

from qa.corpus.article import Loaded, Parser, document_id, to_document
from qa.corpus.html import parse_html
from qa.corpus.paths import Found, find_files
from qa.corpus.pdf import parse_pdf
from qa.corpus.plain import parse_markdown, parse_text
from qa.corpus.rows import parse_csv, parse_jsonl
from qa.errors import CorpusError
from qa.reasons import in_words
from qa.records import Failure

__all__ = ["PARSERS", "Loaded", "document_id", "read_articles", "read_bytes"]

PARSERS: Mapping[str, Parser] = {
    ".txt": parse_text,
    ".md": parse_markdown,
    ".html": parse_html,
    ".htm": parse_html,
    ".pdf": parse_pdf,
    ".jsonl": parse_jsonl,
    ".csv": parse_csv,
}
"""By suffix, in lower case."""


def read_articles(paths: Sequence[str]) -> Iterator[Loaded | Failure]:
    """The articles of the files, folders and globs named, in a stream: no more than one article is held.

    A file under the current folder is called by its path from there, any other by its absolute path; a row by
    ``file#id``, or ``file#number`` where it has no id of its own.
    """
    for found in find_files(paths, PARSERS):
        if isinstance(found, Failure):
            yield found
        else:
            yield from _guarded(_read_file(found), found.source)


def read_bytes(name: str, data: bytes) -> Iterator[Loaded | Failure]:
    """The articles of an uploaded file called ``name``. They have no place on disk: ``origin`` is empty."""
    source = PurePath(name.replace("\\", "/")).name.encode("utf-8", "replace").decode().replace("\0", "")
    suffix = PurePath(source).suffix.lower()
    if suffix not in PARSERS:
        yield Failure(
            source, f"expected a {', '.join(sorted(PARSERS))} file, found {suffix or 'no suffix'}; convert it"
        )
    else:
        yield from _guarded(_parsed(io.BytesIO(data), source, "", suffix), source)


def _read_file(found: Found) -> Iterator[Loaded | Failure]:
    held = None  # the last article waits until the file has proved unchanged
    with _opened(found.path) as stream:
        for each in _parsed(stream, found.source, found.real, found.suffix):
            if held is not None:
                yield held
            held = each
    if held is not None:
        yield held


def _parsed(stream: BinaryIO, source: str, origin: str, suffix: str) -> Iterator[Loaded | Failure]:
    for article in PARSERS[suffix](stream, source):
        if isinstance(article, Failure):
            yield article
            continue
        place = f"{origin}#{article.row}" if origin and article.row is not None else origin
        try:
            loaded = Loaded(to_document(article, source), place)
        except CorpusError as error:
            yield Failure(source, str(error) if article.row is None else f"row {article.row}: {error}")
        else:
            yield loaded


def _guarded(articles: Iterator[Loaded | Failure], source: str) -> Iterator[Loaded | Failure]:
    """The same, with every error of a parser as a Failure."""
    try:
        yield from articles
    except CorpusError as error:
        yield Failure(source, str(error))
    except MemoryError:
        raise
    except OSError as error:
        yield Failure(source, f"expected a file to read, found {in_words(error)}; check the file")
    except Exception:  # noqa: BLE001 - parsers meet hostile files, and one must not stop the others
        if os.environ.get("CITESPAN_DEBUG"):
            traceback.print_exc()
        kind = PurePath(source).suffix.lower()
        yield Failure(source, f"expected a sound {kind} file, found a broken one; save it anew, or its text as .txt")


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """An ordinary file, open for reading. Raises CorpusError when it is another thing, or changed in the meantime."""
    # O_NONBLOCK: what was a file when it was found may be a pipe now, and opening that would wait for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as stream:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise CorpusError("expected an ordinary file, found a device, pipe or socket; name a file")
        yield stream
        after = os.fstat(descriptor)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or not after.st_nlink:
            raise CorpusError("expected a file at rest, found one that changed while it was read; index it again")
