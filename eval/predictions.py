"""``predictions.jsonl``, written row by row so that a killed run loses nothing, and read back to go on with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from eval.dataset.records import Question
from eval.outcome import Outcome, from_line, to_line
from qa.errors import DatasetError, InputError
from qa.reasons import in_words

MARK = "unfinished.json"
"""Stands in the folder while a run is under way, with the fingerprint of what is run."""


def file_of(out: Path, mode: str, modes: Sequence[str]) -> Path:
    """Where a mode's rows go: ``predictions.jsonl`` for the first mode, ``predictions.MODE.jsonl`` for further ones."""
    return out / ("predictions.jsonl" if mode == modes[0] else f"predictions.{mode}.jsonl")


def may_resume(out: Path, fingerprint: str) -> bool:
    """Makes ``out`` and marks it as under way. True when a run of the same things was cut off there.

    Raises InputError when the folder cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        mark = out / MARK
        same = mark.exists() and mark.read_text(encoding="utf-8") == json.dumps(fingerprint)
        mark.write_text(json.dumps(fingerprint), encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"--out {out}: expected a folder that can be written, found {in_words(error)}; name another"
        ) from None
    return same


def finish(out: Path) -> None:
    """The run is whole."""
    (out / MARK).unlink(missing_ok=True)


@contextmanager
def append_to(path: Path, *, resume: bool, questions: Sequence[Question]) -> Iterator[tuple[TextIO, int]]:
    """The file, open for writing, and how many of the questions are in it already; without ``resume`` it starts empty.

    A last line that a kill cut short is dropped, and so are the turns of a conversation that did not come to its end.
    """
    done = _whole_rows(path, questions) if resume and path.exists() else 0
    with path.open("a" if done else "w", encoding="utf-8") as file:
        yield file, done


def _whole_rows(path: Path, questions: Sequence[Question]) -> int:
    """Cuts the file off behind the last row that can be kept; returns how many rows there are. Reads no row at all."""
    ends = [0]
    with path.open("r+b") as file:
        for line in file:
            if line.endswith(b"\n"):
                ends.append(ends[-1] + len(line))
        done = len(ends) - 1
        while 0 < done < len(questions) and questions[done].earlier:
            done -= 1
        file.truncate(ends[done])
    return done


def write(file: TextIO, outcome: Outcome) -> None:
    """Append one row; after this it survives the process."""
    file.write(to_line(outcome) + "\n")
    file.flush()


def stream_predictions(path: Path) -> Iterator[Outcome]:
    """The outcomes of a run, one at a time. Raises DatasetError naming the line that is not one."""
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield from_line(line)
                except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                    raise DatasetError(
                        f"{path}, line {number}: expected a row of `citespan eval`, found {line[:60]!r}; run it again"
                    ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(
            f"{path}: expected the predictions of a run, found {in_words(error)}; name its --out folder"
        ) from None


def read_predictions(path: Path) -> list[Outcome]:
    """All of them, without the excerpts of the articles: what the measures need."""
    return [replace(each, excerpts=()) for each in stream_predictions(path)]
