"""A question set for `citespan eval`, and the articles that it is asked of, from training or validation rows. Alone:

python -m qa.training.question_set [--texts FILE.jsonl.gz ...] [--questions FILE.jsonl.gz] --out DIR

DIR/articles is for `citespan index`, DIR/questions.jsonl for `citespan eval`. With `--questions`, a file of the module
of that name: those on the texts are asked, and those on passages of our own, which need no texts; only what they are on
is written.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from qa.errors import CitespanError, InputError
from qa.reasons import in_words
from qa.training.load import Row, read_rows
from qa.training.questions import watched_questions

_BETWEEN = "\n\n"


def write_articles(rows: Sequence[Row], folder: Path) -> dict[str, Path]:
    """A text file for each group of `rows`, its contexts one below the other, in a new `folder`; returns the groups'
    files. Rows of the same group are of one article, whatever their source.
    """
    folder.mkdir(parents=True)
    contexts = _contexts(rows)
    files = {group: folder / f"{number:05d}.txt" for number, group in enumerate(sorted(contexts))}
    for group, path in files.items():
        path.write_text(_BETWEEN.join(contexts[group]), encoding="utf-8", newline="")
    return files


def write_question_set(rows: Sequence[Row], out: Path) -> None:
    """`out`/articles and `out`/questions.jsonl. Raises InputError if `out` is there already, and for `rows` that are
    none or share an id.
    """
    if out.exists():
        raise InputError(f"{out}: expected a new folder, found one that is there; name another or remove it")
    if not rows:
        raise InputError("expected rows to ask, found none; name files that have some")
    if repeated := [name for name, count in Counter(row.id for row in rows).items() if count > 1]:
        raise InputError(f"expected an id of its own for each row, found {repeated[0]!r} twice; name fewer files")
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
    """Write both, and say how many. Exit code 2 where an input is wrong."""
    parser = argparse.ArgumentParser(prog="python -m qa.training.question_set", description=__doc__)
    parser.add_argument("--texts", type=Path, nargs="*", default=[])
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
    except OSError as error:
        parser.error(f"{options.out}: expected a folder that can be written, found {in_words(error)}; name another")
    print(f"{len(rows)} questions on {len({row.group for row in rows})} articles: {options.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
