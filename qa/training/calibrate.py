"""Calibrate: one probability that the shown answer is right, fitted on questions asked of an index. Also runs alone:

python -m qa.training.calibrate --reader DIR --rows FILE.jsonl.gz [...]

Documents are indexed, retrieved and read by the product itself. For a share of the questions their own document is
hidden, so that the right reply is a refusal. Rows that have no answer stay with their document in sight.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from qa.errors import CitespanError
from qa.factory import open_citespan
from qa.reader.model import OnnxReader
from qa.reading import read_alone
from qa.records import Filter
from qa.settings import Settings
from qa.training.export import describe
from qa.training.load import Row, read_rows
from qa.training.probability import Asked, Report, fit
from qa.training.question_set import write_articles


def ask_index(reader: Path, rows: Sequence[Row], *, hidden: float, seed: int, top_k: int = 8) -> list[Asked]:
    """Index the rows' contexts by group, ask every question; the own document is hidden for a share of them."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "articles"
        files = write_articles(rows, folder)
        engine = open_citespan(Settings(store=str(Path(place) / "store"), reader=str(reader)), create=True)
        try:
            engine.index([str(folder)])
            asked = []
            for row in rows:
                hide = bool(row.answers) and rng.random() < hidden
                own = files[row.group].name
                hits = engine.retriever.retrieve(row.question, 4 * top_k if hide else top_k, Filter())
                documents = engine.store.documents({hit.passage.document_id for hit in hits})
                seen = [hit for hit in hits if not (hide and documents[hit.passage.document_id].source.endswith(own))]
                kept = tuple(replace(hit, rank=rank) for rank, hit in enumerate(seen[:top_k], start=1))
                readings = tuple(engine.reader.read(row.question, [hit.passage for hit in kept]))
                wanted = () if hide else tuple(row.context[start:end] for start, end in row.answers)
                asked.append(Asked(row.question, kept, readings, wanted))
        finally:
            engine.close()
    return asked


def calibrate(reader: Path, rows: Sequence[Row], *, hidden: float = 0.35, seed: int = 0) -> Report:
    """Fit on `rows` and write the calibration into the reader's description."""
    calibration, report = fit(
        ask_index(reader, rows, hidden=hidden, seed=seed), partial(read_alone, OnnxReader(reader))
    )
    describe(reader, calibration=calibration)
    return report


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, write, and print the report as JSON. Exit code 2 where an input is wrong."""
    parser = argparse.ArgumentParser(prog="python -m qa.training.calibrate", description=__doc__)
    parser.add_argument("--reader", type=Path, required=True)
    parser.add_argument("--rows", type=Path, nargs="+", required=True)
    parser.add_argument("--most", type=int, default=300, help="questions per file")
    options = parser.parse_args(arguments)
    rng = random.Random(0)
    rows: list[Row] = []
    try:
        for path in options.rows:
            every = read_rows(path)
            rows += rng.sample(every, min(options.most, len(every)))
        print(json.dumps(asdict(calibrate(options.reader, rows)), indent=2))
    except CitespanError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
