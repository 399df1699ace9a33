"""A question set for `citespan eval`, and the articles that it is asked of, from training or validation rows. Alone:

python -m qa.training.question_set --texts FILE.jsonl.gz [...] [--questions FILE.jsonl.gz] --out DIR

DIR/articles is for `citespan index`, DIR/questions.jsonl for `citespan eval`. With `--questions`, a file of the module
of that name: those on the texts are asked, and only the texts that they are on are written.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from qa.errors import CitespanError
from qa.training.load import Row, read_rows
from qa.training.questions import watched_questions

_BETWEEN = "\n\n"


def write_articles(rows: Sequence[Row], folder: Path) -> dict[str, Path]:
    """A text file for each group of `rows`, its contexts one below the other; returns the groups' files."""
    folder.mkdir(parents=True)
    files = {group: folder / f"{number:05d}.txt" for number, group in enumerate(sorted({row.group for row in rows}))}
    for group, contexts in _contexts(rows).items():
        files[group].write_text(_BETWEEN.join(contexts), encoding="utf-8", newline="")
    return files


def write_question_set(rows: Sequence[Row], out: Path) -> None:
    """`out`/articles and `out`/questions.jsonl. Raises CitespanError if `out` is there already."""
    if out.exists():
        raise CitespanError(f"{out}: expected a new folder, found one that is there; name another or remove it")
    files, contexts = write_articles(rows, out / "articles"), _contexts(rows)
    with (out / "questions.jsonl").open("w", encoding="utf-8") as lines:
        for row in rows:
            before = contexts[row.group][: contexts[row.group].index(row.context)]
            shift = sum(len(context) + len(_BETWEEN) for context in before)
            golds = [
                {
                    "text": row.context[start:end],
                    "source": f"articles/{files[row.group].name}",
                    "start": start + shift,
                    "end": end + shift,
                }
                for start, end in row.answers
            ]
            lines.write(json.dumps({"id": row.id, "question": row.question, "answers": golds}) + "\n")


def _contexts(rows: Sequence[Row]) -> Mapping[str, list[str]]:
    """Each group's contexts, in order, once."""
    contexts: dict[str, dict[str, None]] = {}
    for row in rows:
        contexts.setdefault(row.group, {})[row.context] = None
    return {group: list(found) for group, found in contexts.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write both, and say how many."""
    parser = argparse.ArgumentParser(prog="python -m qa.training.question_set", description=__doc__)
    parser.add_argument("--texts", type=Path, nargs="+", required=True)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        rows = [row for path in options.texts for row in read_rows(path)]
        if options.questions is not None:
            rows = watched_questions(options.questions, rows)
        write_question_set(rows, options.out)
    except CitespanError as error:
        parser.error(str(error))
    print(f"{len(rows)} questions on {len({row.group for row in rows})} articles: {options.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
