"""Questions of our own: further questions on the contexts of the data sets, kept without the contexts.

One gzipped JSON Lines file. A row: ``id``, ``question``, ``passage``, ``sha256``, ``answers`` and, without answers,
``plausible``. The passage is told by rows of the data sets, ["SOURCE:ID", ...]: their contexts, a space between them;
``sha256`` is the beginning of its hash, so that another edition of a set is noticed. Answers are [start, end],
half-open characters of the passage, none if it does not answer; ``plausible`` are words that look like an answer, for
people to look at. The texts stay where they are, under their own terms.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from qa.training.load import UNSURE, CharSpan, Row, TrainingDataError, numbered_lines, stem

_DIGITS = 12


def question_files(names: Sequence[str]) -> list[Path]:
    """Where the files that a recipe names are: beside this code, or where a whole path says."""
    return [Path(__file__).parent / name for name in names]


def training_questions(path: Path, rows: Iterable[Row], held_out: Collection[str]) -> list[Row]:
    """The file's questions on the contexts of `rows`, without those on `held_out` contexts.

    `source` is the file's stem, `group` that of the passage's first row. Raises TrainingDataError naming file and line
    where a passage is not among `rows` or an answer not in its passage.
    """
    known, found = _by_key(rows), []
    for where, line in numbered_lines(path):
        raw = _object(line, where)
        parts = _parts(raw, known, where)
        if missing := [key for key, row in parts.items() if row is None]:
            raise TrainingDataError(
                f"{where}: expected a question on rows of the recipe's sources, found {missing[0]!r}, which is none; "
                "add its source or take the file out of the recipe"
            )
        passage = [row for row in parts.values() if row is not None]
        if not any(row.context in held_out for row in passage):
            found.append(_row(raw, passage, stem(path), where))
    return found


def watched_questions(path: Path, rows: Iterable[Row]) -> list[Row]:
    """The file's questions on the contexts of `rows`, as above; those on other texts are left out.

    Raises TrainingDataError if that leaves none.
    """
    known, found = _by_key(rows), []
    for where, line in numbered_lines(path):
        raw = _object(line, where)
        parts = _parts(raw, known, where).values()
        passage = [row for row in parts if row is not None]
        if len(passage) == len(parts):
            found.append(_row(raw, passage, stem(path), where))
    if not found:
        raise TrainingDataError(
            f"{path}: expected questions on what is held out or watched, found none; name the file that they are on "
            "with --watch"
        )
    return found


def _by_key(rows: Iterable[Row]) -> dict[str, Row]:
    return {f"{row.source.removesuffix(UNSURE)}:{row.id}": row for row in rows}


def _object(line: str, where: str) -> dict[str, object]:
    try:
        raw = json.loads(line)
    except ValueError as error:
        raise TrainingDataError(f"{where}: expected a JSON object, found {line[:60]!r}") from error
    if not isinstance(raw, dict) or not all(isinstance(raw.get(name), str) for name in ("id", "question", "sha256")):
        raise TrainingDataError(f"{where}: expected the words id, question and sha256, found {line[:60]!r}")
    return raw


def _parts(raw: Mapping[str, object], known: Mapping[str, Row], where: str) -> dict[str, Row | None]:
    """The rows of the passage, in order; None for one that is not known."""
    passage = raw.get("passage")
    if not isinstance(passage, list) or not passage or not all(isinstance(key, str) for key in passage):
        raise TrainingDataError(f'{where}: expected a passage, ["SOURCE:ID", ...], found {passage!r}')
    return {key: known.get(key) for key in passage}


def _row(raw: Mapping[str, object], passage: Sequence[Row], source: str, where: str) -> Row:
    context = " ".join(row.context for row in passage)
    found = hashlib.sha256(context.encode()).hexdigest()[:_DIGITS]
    if raw["sha256"] != found:
        raise TrainingDataError(
            f"{where}: expected the passage with the hash {raw['sha256']}, found one with {found}; the set is another "
            "edition than the questions were written on"
        )
    answers = raw.get("answers")
    if not isinstance(answers, list) or not all(_is_span(each, len(context)) for each in answers):
        raise TrainingDataError(
            f"{where}: expected answers, [start, end] each, within the {len(context)} characters of the passage, found "
            f"{answers!r}"
        )
    spans: tuple[CharSpan, ...] = tuple((start, end) for start, end in answers)
    return Row(str(raw["id"]), str(raw["question"]).strip(), context, spans, source, passage[0].group)


def _is_span(value: object, length: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(each, int) and not isinstance(each, bool) for each in value)
        and 0 <= value[0] < value[1] <= length
    )
