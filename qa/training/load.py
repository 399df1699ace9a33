"""Load: question-answering data sets (JSON Lines, gzip) to rows, and rows apart into training and development by group.

A row of a file: `id`, `question`, `context`, `answers` [{`text`, `start`}] (empty: the context does not answer),
`group` (document or article). Sets whose context is one sentence become passages: sentences of one document are joined
again, so that the reader has to choose the sentence as well.
"""

import gzip
import hashlib
import json
import random
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qa.errors import CitespanError

CharSpan = tuple[int, int]
ENDING = ".jsonl.gz"
UNSURE = "_unsure"
"""After the name of a source: its rows whose answer only one annotator gave."""


class TrainingDataError(CitespanError):
    """A training file that is missing or not in the row format."""


@dataclass(frozen=True, slots=True)
class Row:
    """One question on one context; `answers` are half-open character spans of the context, none if unanswerable.

    `rivals`: other passages, most like the question first, that do not answer it.
    """

    id: str
    question: str
    context: str
    answers: tuple[CharSpan, ...]
    source: str
    group: str
    rivals: tuple[str, ...] = ()


def read_rows(path: Path) -> list[Row]:
    """All rows of one `.jsonl.gz` file; `source` is the file's stem. Raises TrainingDataError naming file and line."""
    return [_parse(line, stem(path), where) for where, line in numbered_lines(path)]


def stem(path: Path) -> str:
    """The file's name without its ending."""
    return path.name.removesuffix(ENDING)


def check_files(paths: Iterable[Path]) -> None:
    """Raises TrainingDataError for a file that is not there."""
    for path in paths:
        if not path.is_file():
            raise TrainingDataError(f"{path}: no such training file; check --data and the recipe")


def numbered_lines(path: Path) -> Iterator[tuple[str, str]]:
    """Each line of a gzipped text file, behind "FILE:NUMBER". Raises TrainingDataError for one missing or damaged."""
    check_files([path])
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                yield f"{path}:{number}", line
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise TrainingDataError(
            f"{path}: expected a gzipped JSON Lines file, found something else or a damaged one; fetch it anew"
        ) from error


def _parse(line: str, source: str, where: str) -> Row:
    try:
        raw = json.loads(line)
        context = raw["context"]
        answers = []
        for answer in raw["answers"]:
            start, text = answer["start"], answer["text"]
            if context[start : start + len(text)] != text:
                raise TrainingDataError(
                    f"{where}: expected the answer {text!r} at {start}, found {context[start : start + len(text)]!r}."
                )
            answers.append((start, start + len(text)))
        # More annotators agreeing is told by `n_agree`; an answer that nobody confirmed is noise.
        agreed = raw.get("n_agree", 2) >= 2
        return Row(
            raw["id"],
            raw["question"].strip(),
            context,
            tuple(answers),
            source if agreed else f"{source}{UNSURE}",
            raw["group"],
        )
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise TrainingDataError(
            f"{where}: expected id, question, context, answers and group; found a row without ({error!r})."
        ) from error


_SENTENCE_POSITION = re.compile(r":(\d+):(\d+)_")


def join_sentences(rows: Sequence[Row], reach: Mapping[str, int], rng: random.Random) -> list[Row]:
    """Put the neighbours in the document around each row's sentence: up to `reach[row.source]` on either side.

    A sentence's place is read from row ids of the form `...:PARAGRAPH:SENTENCE_...`; a sentence without one keeps to
    itself.
    """
    places: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in rows:
        if found := _SENTENCE_POSITION.search(row.id):
            places[row.group][row.context] = (int(found[1]), int(found[2]))
    order = {group: sorted(found, key=found.__getitem__) for group, found in places.items()}
    index = {group: {sentence: at for at, sentence in enumerate(sentences)} for group, sentences in order.items()}
    joined = []
    for row in rows:
        at, most = index.get(row.group, {}).get(row.context), reach.get(row.source, 0)
        if at is None or most == 0:
            joined.append(row)
            continue
        sentences = order[row.group]
        before = sentences[max(0, at - rng.randint(0, most)) : at]
        after = sentences[at + 1 : at + 1 + rng.randint(0, most)]
        shift = sum(len(sentence) + 1 for sentence in before)
        answers = tuple((start + shift, end + shift) for start, end in row.answers)
        joined.append(replace(row, context=" ".join([*before, row.context, *after]), answers=answers))
    return joined


def hold_out(rows: Iterable[Row], groups: Mapping[str, Sequence[str]]) -> tuple[list[Row], list[Row]]:
    """Rows for training, and rows of the named groups of each source for development.

    A training row that shares its context with a development row is dropped, whatever its group says.
    """
    rows = list(rows)
    dev = [row for row in rows if row.group in groups.get(row.source, ())]
    kept_from_training = {row.context for row in dev}
    dev_ids = {(row.source, row.id) for row in dev}
    train = [row for row in rows if (row.source, row.id) not in dev_ids and row.context not in kept_from_training]
    return train, dev


def sha256(path: Path) -> str:
    """The file's SHA-256, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
