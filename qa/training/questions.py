"""Questions of our own: further questions on the contexts of the data sets, kept without the contexts.

One gzipped JSON Lines file. A row: ``id``, ``question``, ``passage``, ``answers``. The passage is told by rows of the
data sets, ["SOURCE:ID", ...]: their contexts, a space between them. Answers are [start, end], half-open characters of
the passage, none if it does not answer. The texts stay where they are, under their own terms.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from qa.training.config import Config
from qa.training.load import UNSURE, Row, TrainingDataError

ENDING = ".jsonl.gz"


def read_questions(path: Path, rows: Iterable[Row]) -> list[Row]:
    """The file's questions on the contexts of `rows`; `source` is the file's stem.

    Raises TrainingDataError naming file and line where a passage's rows are not among `rows` or an answer is not in it.
    """
    if not path.is_file():
        raise TrainingDataError(f"{path}: no such file; expected gzipped JSON Lines. Check `questions` in the recipe.")
    contexts = {f"{row.source.removesuffix(UNSURE)}:{row.id}": row.context for row in rows}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [_parse(line, stem(path), contexts, f"{path}:{number}") for number, line in enumerate(lines, start=1)]


def question_files(config: Config) -> list[Path]:
    """Where the recipe's questions are: beside this code, or where a whole path says."""
    return [Path(__file__).parent / name for name in config.questions]


def stem(path: Path) -> str:
    """The file's name without its ending."""
    return path.name.removesuffix(ENDING)


def _parse(line: str, source: str, contexts: Mapping[str, str], where: str) -> Row:
    try:
        raw = json.loads(line)
        passage = raw["passage"]
        if missing := [key for key in passage if key not in contexts]:
            raise TrainingDataError(
                f"{where}: expected a question on rows of the recipe's sources, found {missing[0]!r}, which is none; "
                "add its source or take the file out of `questions`."
            )
        context = " ".join(contexts[key] for key in passage)
        answers = tuple((start, end) for start, end in raw["answers"])
        if any(not 0 <= start < end <= len(context) for start, end in answers):
            raise TrainingDataError(
                f"{where}: expected answers within the {len(context)} characters of the passage, found {answers}."
            )
        return Row(raw["id"], raw["question"], context, answers, source, passage[0])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise TrainingDataError(
            f"{where}: expected id, question, passage and answers; found a row without ({error!r})."
        ) from error
