"""JSON Lines and CSV: one article a row, read as a stream. Columns: text, and title, url, date (or published), id."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from itertools import count
from typing import BinaryIO

from qa.corpus.article import MAX_TEXT, Article
from qa.corpus.dates import parse_date
from qa.corpus.encodings import sniff
from qa.errors import CorpusError
from qa.reasons import in_words
from qa.records import Failure

_HOPELESS = 100
"""A file whose first rows are all broken, this many, is taken for no file of rows at all."""
_DELIMITERS = ",;\t"


def parse_jsonl(stream: BinaryIO, source: str) -> Iterator[Article | Failure]:
    """An article for each line that holds a JSON object; other lines are failures, blank ones are nothing."""
    rows = _Rows(source)
    for number, line in _lines(stream, newline="\n"):
        if not line.strip():
            continue
        try:
            article = rows.article(_json_object(line.rstrip("\r\n")), number)
        except CorpusError as error:
            yield rows.failure(number, error)
        else:
            yield article
    rows.finish()


def parse_csv(stream: BinaryIO, source: str) -> Iterator[Article | Failure]:
    """An article for each record under the header; of the separators, the one that makes a column ``text`` there."""
    rows = _Rows(source)
    # Not a generator of its own: that would end at the first line that is too long, and lose the rest.
    lines = map(_bounded, (line for _, line in _lines(stream, newline="")))
    header, delimiter = _header(next(lines, ""))
    csv.field_size_limit(MAX_TEXT)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    for number in count(1):
        try:
            cells = next(reader, None)
            if cells is None:
                break
            article = rows.article(_record(header, cells), number) if any(cell.strip() for cell in cells) else None
        except csv.Error as error:
            broken = CorpusError(f"expected a CSV record, found {in_words(error)}; check the quotes")
            yield rows.failure(number, broken)
        except CorpusError as error:
            yield rows.failure(number, error)
        else:
            if article is not None:
                yield article
    rows.finish()


def _header(line: str) -> tuple[list[str], str]:
    for delimiter in _DELIMITERS:
        header = [name.strip().lower() for name in next(csv.reader([line], delimiter=delimiter), [])]
        if "text" in header:
            if len(set(header)) < len(header):
                raise CorpusError("expected columns with different names, found two alike; rename one")
            return header, delimiter
    raise CorpusError(f"expected a header with a column 'text', found {line.strip()[:80]!r}; add the header")


def _record(header: list[str], cells: list[str]) -> Mapping[str, object]:
    if len(cells) > len(header):
        raise CorpusError(f"expected {len(header)} columns, found {len(cells)}; quote cells that hold a separator")
    return dict(zip(header, cells, strict=False))


class _Rows:
    """The rows of one file so far: their names, and whether any was sound."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._names: set[str] = set()
        self._broken = 0

    def article(self, row: Mapping[str, object], number: int) -> Article:
        """The article of a row. Raises CorpusError naming the column."""
        text = row.get("text")
        if not isinstance(text, str) or not text.strip():
            found = (
                "nothing"
                if text is None or text == ""
                else "white space"
                if isinstance(text, str)
                else type(text).__name__
            )
            raise CorpusError(f"column text: expected the article as a string, found {found}")
        try:
            published = parse_date(row.get("published") if row.get("date") in (None, "") else row["date"])
        except CorpusError as error:
            raise CorpusError(f"column date: {error}") from None
        return Article(
            text, _optional(row, "title"), _optional(row, "url"), published, self._name(row.get("id"), number)
        )

    def failure(self, number: int, error: CorpusError) -> Failure:
        """The failure of a row. Raises CorpusError when there have been too many and no article."""
        self._broken += 1
        if self._broken >= _HOPELESS and not self._names:
            raise CorpusError(
                f"expected articles, found {_HOPELESS} broken rows and no other; last, row {number}: {error}"
            )
        return Failure(self._source, f"row {number}: {error}")

    def finish(self) -> None:
        """Raises CorpusError when the file has ended and held nothing."""
        if not self._names and not self._broken:
            raise CorpusError("expected a row for each article, found no row; leave the file out")

    def _name(self, given: object, number: int) -> str:
        """The row's own id if it has a sound one that no row before has, else its number."""
        own = str(given).strip() if isinstance(given, str | int) and not isinstance(given, bool) else ""
        for name in (own, str(number), f"row-{number}"):
            if 0 < len(name) <= 200 and name.isprintable() and name not in self._names:
                self._names.add(name)
                return name
        raise CorpusError("column id: expected a name that no other row has, found one used before; give it another")


def _optional(row: Mapping[str, object], column: str) -> str | None:
    value = row.get(column)
    if value is None:
        return None
    if not isinstance(value, str):
        raise CorpusError(f"column {column}: expected a string, found {type(value).__name__}; quote it or leave it out")
    return value.strip() or None


def _json_object(line: str) -> Mapping[str, object]:
    try:
        row = json.loads(_bounded(line))
    except (RecursionError, ValueError) as error:
        raise CorpusError(f"expected JSON, found {in_words(error)}; repair the line") from None
    if not isinstance(row, dict):
        raise CorpusError(f"expected a JSON object, found {type(row).__name__}; write {{'text': ...}} on each line")
    return row


def _bounded(line: str) -> str:
    if len(line) > MAX_TEXT:
        raise CorpusError(f"expected at most {MAX_TEXT:,} characters in a row, found more; split the article")
    return line


def _lines(stream: BinaryIO, newline: str) -> Iterator[tuple[int, str]]:
    """Numbered lines with their ends; of one that is too long, only the beginning, a little over MAX_TEXT."""
    encoding = sniff(stream)
    reader = io.TextIOWrapper(stream, encoding=encoding, newline=newline)
    number = 0
    try:
        while line := reader.readline(MAX_TEXT + 1):
            number += 1
            yield number, line
            while len(line) > MAX_TEXT and not line.endswith("\n"):
                line = reader.readline(MAX_TEXT + 1)
    except UnicodeDecodeError:
        raise CorpusError(
            f"expected {encoding}, found other bytes after row {number}; convert the file to UTF-8"
        ) from None
    finally:
        reader.detach()
