"""Questions of our own: further questions on the contexts of the data sets, kept without the contexts.

One gzipped JSON Lines file. A row: ``id``, ``question``, ``passage``, ``answers``. The passage is told by rows of the
data sets, ["SOURCE:ID", ...]: their contexts, a space between them. Answers are [start, end], half-open characters of
the passage, none if it does not answer. The texts stay where they are, under their own terms.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from qa.training.load import UNSURE, Row, TrainingDataError

ENDING = ".jsonl.gz"


def read_questions(path: Path, rows: Iterable[Row], *, every: bool = True) -> list[Row]:
    """The file's questions on the contexts of `rows`; `source` is the file's stem, `group` that of the first row.

    Raises TrainingDataError naming file and line where an answer is not in its passage, or the passage's rows are not
    among `rows`; unless `every` question is wanted, those on other passages are left out.
    """
    if not path.is_file():
        raise TrainingDataError(f"{path}: no such file; expected gzipped JSON Lines. Check `questions` in the recipe.")
    known = {f"{row.source.removesuffix(UNSURE)}:{row.id}": row for row in rows}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        found = [_parse(line, stem(path), known, f"{path}:{number}", every) for number, line in enumerate(lines, 1)]
    return [row for row in found if row is not None]


def question_files(names: Sequence[str]) -> list[Path]:
    """Where the files that a recipe names are: beside this code, or where a whole path says."""
    return [Path(__file__).parent / name for name in names]


def stem(path: Path) -> str:
    """The file's name without its ending."""
    return path.name.removesuffix(ENDING)


def _parse(line: str, source: str, known: Mapping[str, Row], where: str, every: bool) -> Row | None:
    try:
        raw = json.loads(line)
        passage = raw["passage"]
        if missing := [key for key in passage if key not in known]:
            if not every:
                return None
            raise TrainingDataError(
                f"{where}: expected a question on rows of the recipe's sources, found {missing[0]!r}, which is none; "
                "add its source or take the file out of `questions`."
            )
        context = " ".join(known[key].context for key in passage)
        answers = tuple((start, end) for start, end in raw["answers"])
        if any(not 0 <= start < end <= len(context) for start, end in answers):
            raise TrainingDataError(
                f"{where}: expected answers within the {len(context)} characters of the passage, found {answers}."
            )
        return Row(raw["id"], raw["question"], context, answers, source, known[passage[0]].group)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise TrainingDataError(
            f"{where}: expected id, question, passage and answers; found a row without ({error!r})."
        ) from error
