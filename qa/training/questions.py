"""Questions of our own: on the contexts of the data sets, kept without the contexts, or on passages of our own.

One gzipped JSON Lines file. A row: ``id``, ``question``, ``answers``, without answers ``plausible``, and its passage:
either ``context``, a text of our own, and its ``group``; or ``passage`` and ``sha256``. Such a passage is told by rows
of the data sets, ["SOURCE:ID", ...]: their contexts, a space between them; ``sha256`` is the beginning of its hash, so
that another edition of a set is noticed. The texts stay where they are, under their own terms.
Answers are [start, end], half-open characters of the passage, none if it does not answer; ``plausible`` are words that
look like an answer, for people to look at.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.training.load import UNSURE, CharSpan, Row, TrainingDataError, numbered_lines, stem

_DIGITS = 12


def question_files(names: Sequence[str]) -> list[Path]:
    """Where the files that a recipe names are: beside this code, or where a whole path says."""
    return [Path(__file__).parent / name for name in names]


def training_questions(path: Path, rows: Iterable[Row], held_out: Collection[str]) -> list[Row]:
    """The file's questions, without those on `held_out` contexts.

    `source` is the file's stem, `group` that of the passage or of its first row. Raises TrainingDataError naming file
    and line where a line is not of this form, its passage neither given nor among `rows` or of another edition, or an
    answer not in its passage.
    """
    found = []
    for each in _read(path, rows):
        if each.row is None:
            raise TrainingDataError(
                f"{each.where}: expected a question on rows of the recipe's sources, found {each.missing!r}, which is "
                "none; add its source or take the file out of the recipe"
            )
        if not any(context in held_out for context in each.contexts):
            found.append(each.row)
    return found


def watched_questions(path: Path, rows: Iterable[Row]) -> list[Row]:
    """The file's questions, as above. Those on contexts that are not of `rows` are left out; those on passages of our
    own are always found.

    Raises TrainingDataError if that leaves none.
    """
    found = [each.row for each in _read(path, rows) if each.row is not None]
    if not found:
        raise TrainingDataError(
            f"{path}: expected questions on the rows that are held out or named, found none; name the file too that "
            "they are on (--watch, --texts)"
        )
    return found


@dataclass(frozen=True, slots=True)
class _Line:
    """A line's question, None if the row `missing` is not known; the contexts that its passage is put together from."""

    where: str
    row: Row | None
    contexts: tuple[str, ...] = ()
    missing: str = ""


def _read(path: Path, rows: Iterable[Row]) -> Iterator[_Line]:
    known, source = _by_key(rows), stem(path)
    for where, line in numbered_lines(path):
        raw = _object(line, where)
        if "context" in raw:
            context = str(raw["context"])
            yield _Line(where, _row(raw, context, source, str(raw["group"]), where), (context,))
            continue
        keys = _keys(raw, where)
        if missing := [key for key in keys if key not in known]:
            yield _Line(where, None, missing=missing[0])
            continue
        contexts = tuple(known[key].context for key in keys)
        joined = " ".join(contexts)
        _check_edition(str(raw["sha256"]), joined, where)
        yield _Line(where, _row(raw, joined, source, known[keys[0]].group, where), contexts)


def _by_key(rows: Iterable[Row]) -> dict[str, Row]:
    return {f"{row.source.removesuffix(UNSURE)}:{row.id}": row for row in rows}


def _object(line: str, where: str) -> dict[str, object]:
    try:
        raw = json.loads(line)
    except ValueError as error:
        raise TrainingDataError(f"{where}: expected a JSON object, found {line[:60]!r}") from error
    if isinstance(raw, dict) and ("context" in raw) != ("passage" in raw):
        words = ("context", "group") if "context" in raw else ("sha256",)
        if all(isinstance(raw.get(name), str) and raw[name] for name in ("id", "question", *words)):
            return raw
    raise TrainingDataError(
        f"{where}: expected the words id and question and either context and group or passage and sha256, found "
        f"{line[:60]!r}"
    )


def _keys(raw: Mapping[str, object], where: str) -> list[str]:
    """The rows that the passage is put together from, in order."""
    passage = raw.get("passage")
    if not isinstance(passage, list) or not passage or not all(isinstance(key, str) for key in passage):
        raise TrainingDataError(f'{where}: expected a passage, ["SOURCE:ID", ...], found {passage!r}')
    return passage


def _check_edition(sha256: str, context: str, where: str) -> None:
    found = hashlib.sha256(context.encode()).hexdigest()[:_DIGITS]
    if sha256 != found:
        raise TrainingDataError(
            f"{where}: expected the passage with the hash {sha256}, found one with {found}; the set is another "
            "edition than the questions were written on"
        )


def _row(raw: Mapping[str, object], context: str, source: str, group: str, where: str) -> Row:
    answers = raw.get("answers")
    if not isinstance(answers, list) or not all(_is_span(each, len(context)) for each in answers):
        raise TrainingDataError(
            f"{where}: expected answers, [start, end] each, within the {len(context)} characters of the passage, found "
            f"{answers!r}"
        )
    spans: tuple[CharSpan, ...] = tuple((start, end) for start, end in answers)
    return Row(str(raw["id"]), str(raw["question"]).strip(), context, spans, source, group)


def _is_span(value: object, length: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(each, int) and not isinstance(each, bool) for each in value)
        and 0 <= value[0] < value[1] <= length
    )
