"""Plain text and Markdown: the stored text is the decoded file itself, unchanged, offsets hold in the user's file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from qa.corpus.article import MAX_TEXT, Article
from qa.corpus.encodings import decode
from qa.corpus.limits import read_whole
from qa.corpus.titles import markdown_title
from qa.records import Failure


def parse_text(stream: BinaryIO, _source: str) -> Iterator[Article | Failure]:
    """One article."""
    yield Article(decode(read_whole(stream, MAX_TEXT)))


def parse_markdown(stream: BinaryIO, _source: str) -> Iterator[Article | Failure]:
    """One article, its markup kept; the title is the first heading."""
    text = decode(read_whole(stream, MAX_TEXT))
    yield Article(text, title=markdown_title(text))
