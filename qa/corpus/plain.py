"""Plain text and Markdown: the stored text is the decoded file itself, unchanged, offsets hold in the user's file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from qa.corpus.article import MAX_TEXT, Article
from qa.corpus.dates import parse_date
from qa.corpus.encodings import decode
from qa.corpus.limits import read_whole
from qa.corpus.titles import markdown_title
from qa.records import Failure

_MOST_FRONT = 10_000
_FRONT = re.compile(r"---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t\r]*$", re.MULTILINE | re.DOTALL)


def parse_text(stream: BinaryIO, _source: str) -> Iterator[Article | Failure]:
    """One article."""
    yield Article(decode(read_whole(stream, MAX_TEXT)))


def parse_markdown(stream: BinaryIO, _source: str) -> Iterator[Article | Failure]:
    """One article, its markup kept. Front matter gives title, date and url; else the title is the first heading.

    Raises CorpusError for a date in the front matter that is none.
    """
    text = decode(read_whole(stream, MAX_TEXT))
    given = front_matter(text)
    title = given["title"] if "title" in given else markdown_title(text)
    yield Article(text, title=title, url=given.get("url"), published=parse_date(given.get("date")))


def front_matter(text: str) -> dict[str, str]:
    """The plain ``name: value`` lines between the two ``---`` that a Markdown text may open with; names in lower case.

    Lists and nested values are left alone: what is wanted of it is a title, a date and an address. Not read as YAML,
    which people get wrong: a headline like "title: Ferry: back on Monday" is an error there.
    """
    found = _FRONT.match(text[:_MOST_FRONT])
    lines = [] if found is None else found[1].splitlines()
    pairs = [line.partition(":") for line in lines if line[:1].isalpha()]
    return {name.strip().lower(): _unquoted(value.strip()) for name, _, value in pairs if value.strip()}


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
