"""Keep a run as the figures that later changes are held to: ``python -m eval.benchmarks.keep RUN FOLDER``.

Predictions go over without the excerpts of the articles, which only the report needs; ``metrics.json`` with its
manifest says how they were made.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from eval.outcome import to_line
from eval.predictions import read_predictions
from qa.errors import CitespanError


def keep(run: Path, folder: Path) -> int:
    """Copy the run; returns how many questions it has. Raises DatasetError when ``run`` holds no finished run."""
    outcomes = read_predictions(run / "predictions.jsonl")
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(to_line(replace(each, excerpts=())) + "\n" for each in outcomes)
    (folder / "predictions.jsonl").write_text(text, encoding="utf-8")
    shutil.copyfile(run / "metrics.json", folder / "metrics.json")
    return len(outcomes)


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 2:
        print("usage: python -m eval.benchmarks.keep RUN FOLDER", file=sys.stderr)
        return CitespanError.exit_code
    try:
        kept = keep(*map(Path, arguments))
    except CitespanError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(f"{kept} questions kept in {arguments[1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
