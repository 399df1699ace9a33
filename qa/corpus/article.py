"""What the parsers hand over, and how it becomes a stored document."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from qa.corpus.titles import one_line, title_of
from qa.errors import CorpusError
from qa.records import Document, Failure

MAX_TEXT = 50_000_000
"""Longest article, in characters, and largest text file, in bytes."""
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_URL = re.compile(r"https?://[^\s<>\"]{3,2000}\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Article:
    """One article as a parser found it. ``row`` names it inside a file of several; None: it is the file."""

    text: str
    title: str | None = None
    url: str | None = None
    published: date | None = None
    row: str | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document and the absolute real path of its file, with ``#row`` for a row of one."""

    document: Document
    origin: str


Parser = Callable[[BinaryIO, str], Iterator[Article | Failure]]
"""From an open file, which can seek, and its source name. A broken row is a Failure, a broken file a CorpusError."""


def document_id(source: str) -> str:
    """The id of the article that is called ``source``: the same however often its text changes."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def to_document(article: Article, source: str) -> Document:
    """The document to store. NUL and lone surrogates, which no store takes, become U+FFFD, one for one.

    An address other than http or https is dropped. Raises CorpusError when there is no text, or too much.
    """
    text = _UNSTORABLE.sub("\ufffd", article.text)
    if not text.strip():
        raise CorpusError("expected an article, found no text but white space; leave it out")
    if len(text) > MAX_TEXT:
        raise CorpusError(f"expected at most {MAX_TEXT:,} characters, found {len(text):,}; split the article")
    name = source if article.row is None else f"{source}#{article.row}"
    given = None if article.title is None else one_line(_UNSTORABLE.sub("\ufffd", article.title), longest=300)
    return Document(
        id=document_id(name),
        source=name,
        title=given or title_of(text) or name,
        text=text,
        url=article.url if article.url is not None and _URL.match(article.url) else None,
        published=article.published,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
