"""One parser a file format: text of the file -> rows of plain values, checked for form only. Pure.

Every parser yields ``Parsed`` (a row that has the right columns) or ``Trouble`` (one that has not).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from eval.dataset.records import Gold, Trouble
from qa.reasons import in_words


@dataclass(frozen=True, slots=True)
class Parsed:
    """A well-formed row. ``context`` is the text it brings itself; golds then count their offsets in it."""

    row: int
    id: str | None
    question: str
    answers: tuple[Gold, ...]
    context: str | None = None
    title: str = ""
    earlier: tuple[str, ...] = ()
    turn: int = 0
    kind: str = ""
    tags: tuple[str, ...] = ()


Rows = Iterator[Parsed | Trouble]


class _BadRowError(Exception):
    """What is wrong with a row's form."""


def read_json_lines(text: str) -> Rows:
    """Our own rows, conversations, and rows that bring their paragraph as ``context``."""
    for number, row in _json_rows(text):
        if isinstance(row, Trouble):
            yield row
            continue
        try:
            if "turns" in row:
                yield from _turns(number, row)
            else:
                context = _text(row, "context") if row.get("context") is not None else None
                yield Parsed(
                    row=number,
                    id=_id(row),
                    question=_text(row, "question"),
                    answers=_golds(row),
                    context=context,
                    title=str(row.get("group") or row.get("title") or ""),
                    kind=_word(row.get("kind")),
                    tags=_words(row.get("tags")),
                )
        except _BadRowError as error:
            yield Trouble(number, str(error))


def read_mrqa(text: str) -> Rows:
    """MRQA 2019 shared task: a header line, then a context with its questions a line. Spans there include their end.

    The span's own words are the gold at that place; the listed ``answers`` count as further wordings.
    """
    for number, row in _json_rows(text):
        if isinstance(row, Trouble):
            yield row
            continue
        if "header" in row:
            continue
        try:
            context = _text(row, "context")
            for entry in _list(row, "qas"):
                golds = tuple(_mrqa_golds(entry, context))
                identity = str(entry.get("qid") or entry.get("id") or "") or None
                yield Parsed(number, identity, _text(entry, "question"), golds, context)
        except _BadRowError as error:
            yield Trouble(number, str(error))


def _mrqa_golds(entry: dict[str, Any], context: str) -> Iterator[Gold]:
    texts = [text for text in entry.get("answers", []) if isinstance(text, str)]
    for answer in _list(entry, "detected_answers"):
        for span in answer.get("char_spans", []):
            if not (isinstance(span, list) and len(span) == 2 and all(isinstance(each, int) for each in span)):
                raise _BadRowError(f"expected char_spans as [[first, last], ...], found {span!r}")
            start, end = span[0], span[1] + 1
            if not 0 <= start < end <= len(context):
                raise _BadRowError(
                    f"expected char_spans inside the context of {len(context)} characters, found {span!r}"
                )
            yield Gold(context[start:end], None, start, end)
    for text in texts:
        yield Gold(text)


def read_squad(text: str) -> Rows:
    """SQuAD v1.1 and v2.0. The row number counts the questions in the file, from 1."""
    number = 0
    for article in _dicts(json.loads(text)["data"]):
        title = str(article.get("title", ""))
        for paragraph in _dicts(article.get("paragraphs")):
            for entry in _dicts(paragraph.get("qas")):
                number += 1
                try:
                    yield Parsed(
                        row=number,
                        id=_id(entry),
                        question=_text(entry, "question"),
                        answers=() if entry.get("is_impossible") else _golds(entry),
                        context=_text(paragraph, "context"),
                        title=title,
                    )
                except _BadRowError as error:
                    yield Trouble(number, str(error))


def _dicts(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def read_csv(text: str) -> Rows:
    """A header line with ``question`` and ``answer`` (also ``id``, ``source``). An empty answer: must be refused.

    Several right answers stand in one cell with ``|`` between them.
    """
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    columns = [(name or "").strip().lower() for name in reader.fieldnames or []]
    if not {"question", "answer"} <= set(columns):
        yield Trouble(1, f"expected columns question and answer, found {', '.join(columns) or 'none'}")
        return
    reader.fieldnames = columns
    try:
        for cells in reader:
            row = reader.line_num
            if None in cells or any(value is None for value in cells.values()):
                yield Trouble(row, f"expected {len(columns)} cells, as in the header, found more or fewer")
                continue
            source = cells.get("source") or None
            answers = tuple(Gold(part.strip(), source) for part in cells["answer"].split("|") if part.strip())
            yield Parsed(row, cells.get("id") or None, cells["question"], answers)
    except csv.Error as error:
        yield Trouble(reader.line_num + 1, f"expected CSV, found {in_words(error)}; nothing after it was read")


def _json_rows(text: str) -> Iterator[tuple[int, dict[str, Any] | Trouble]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, Trouble(number, f"expected a JSON object a line, found {in_words(error)}; mend it there")
            continue
        if isinstance(row, dict):
            yield number, row
        else:
            yield number, Trouble(number, f"expected a JSON object, found {type(row).__name__}")


def _turns(number: int, row: dict[str, Any]) -> Iterator[Parsed]:
    identity = _id(row)
    earlier: list[str] = []
    for position, turn in enumerate(_list(row, "turns"), 1):
        question = _text(turn, "question")
        name = None if identity is None else f"{identity}/{position}"
        kind, tags = _word(turn.get("kind")), _words(turn.get("tags"))
        yield Parsed(number, name, question, _golds(turn), None, "", tuple(earlier), position, kind, tags)
        earlier.append(question)


def _golds(row: dict[str, Any]) -> tuple[Gold, ...]:
    return tuple(_gold(answer) for answer in _list(row, "answers"))


def _gold(answer: dict[str, Any]) -> Gold:
    text = _text(answer, "text")
    start = answer.get("start", answer.get("answer_start"))
    end = answer.get("end")
    source = answer.get("source")
    for name, value in (("start", start), ("end", end)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise _BadRowError(f"expected {name} as a whole number, found {value!r}")
    if source is not None and not isinstance(source, str):
        raise _BadRowError(f"expected source as text, found {source!r}")
    if start is not None and start < 0:
        raise _BadRowError(f"expected start at 0 or above, found {start}")
    if start is not None and end is None:
        end = start + len(text)
    if end is not None and start is None:
        raise _BadRowError("expected start beside end, found end alone")
    return Gold(text, source, start, end)


def _id(row: dict[str, Any]) -> str | None:
    value = row.get("id")
    if value is not None and (isinstance(value, bool) or not isinstance(value, str | int)):
        raise _BadRowError(f"expected id as text, found {value!r}")
    return None if value is None else str(value)


def _text(row: dict[str, Any], key: str) -> str:
    if key not in row:
        raise _BadRowError(f"expected a key {key!r}, found {', '.join(map(repr, row)) or 'none'}")
    if not isinstance(row[key], str):
        raise _BadRowError(f"expected {key} as text, found {type(row[key]).__name__}")
    return str(row[key])


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _words(value: object) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _list(row: dict[str, Any], key: str) -> list[dict[str, Any]]:
    if key not in row:
        raise _BadRowError(f"expected a key {key!r}, found {', '.join(map(repr, row)) or 'none'}")
    value = row[key]
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise _BadRowError(f"expected {key} as a list of objects, found {str(value)[:60]!r}")
    return value


PARSERS: dict[str, Callable[[str], Rows]] = {
    "jsonl": read_json_lines,
    "mrqa": read_mrqa,
    "squad": read_squad,
    "csv": read_csv,
}
