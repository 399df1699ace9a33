"""Verify: the exported files against each other, on rows that training has not seen. Also runs alone:

python -m qa.training.verify --reader DIR [--fp32 FILE] --rows FILE.jsonl.gz [...]
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from qa.calibration import Calibration
from qa.errors import CitespanError
from qa.reader.extractive import ExtractiveReader
from qa.reader.folder import find_reader
from qa.reader.inputs import Windowing
from qa.reader.model import OnnxReader, onnx_forward
from qa.training.cost import cost
from qa.training.evaluate import PairReader, by_source, measure, predict
from qa.training.load import Row, check_files, read_rows


def verify(
    folder: Path, fp32: Path | None, rows: Sequence[Row], few: Sequence[Row], *, threads: int = 2
) -> dict[str, dict[str, float]]:
    """Scores of the int8 reader in `folder` on `rows`, and its cost; of it and of the fp32 file on the `few`."""
    reader = OnnxReader(folder, threads=threads)
    told = {"cost": cost(folder), "int8": {**measure(rows, reader), **foreign(rows, reader)}}
    if fp32 is not None:
        told["int8_few"] = measure(few, reader)
        told["fp32_few"] = measure(few, fp32_reader(folder, fp32, threads))
    return told


def fp32_reader(folder: Path, fp32: Path, threads: int) -> ExtractiveReader:
    """The fp32 model with the tokenizer and the limits of the reader in `folder`."""
    from tokenizers import Tokenizer

    files = find_reader(folder)
    windowing = Windowing(
        Tokenizer.from_file(str(files.tokenizer)),
        most_tokens=files.most_tokens,
        stride=files.stride,
        most_question=files.most_question,
    )
    return ExtractiveReader(
        "fp32",
        onnx_forward(fp32, threads),
        windowing,
        Calibration(),
        most_answer=files.most_answer,
        null_weight=files.null_weight,
        lead=files.lead,
        consensus=files.consensus,
        missing_weight=files.missing_weight,
    )


def foreign(rows: Sequence[Row], reader: PairReader, most: int = 300) -> dict[str, float]:
    """AUROC of telling a question on its own context from the same question on another article's, by source."""
    told = {}
    for source, part in sorted(by_source(rows).items()):
        own = [row for row in part if row.answers][:most]
        if len({row.group for row in own}) < 2:
            continue
        rng = random.Random(0)
        others = [rng.choice([other for other in own if other.group != row.group]) for row in own]
        strange = [
            Row(row.id, row.question, other.context, (), source, "") for row, other in zip(own, others, strict=True)
        ]
        predicted = predict([*own, *strange], reader)
        lacking = np.repeat([0, 1], len(own))
        told[f"{source}.auroc_foreign"] = round(
            float(roc_auc_score(lacking, [one.null - one.score for one in predicted])), 4
        )
    return told


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the scores as JSON. Exit code 2 where a file is missing or wrong."""
    parser = argparse.ArgumentParser(prog="python -m qa.training.verify", description=__doc__)
    parser.add_argument("--reader", type=Path, required=True)
    parser.add_argument("--fp32", type=Path)
    parser.add_argument("--rows", type=Path, nargs="+", required=True)
    options = parser.parse_args(arguments)
    try:
        check_files([] if options.fp32 is None else [options.fp32])
        rows = [row for path in options.rows for row in read_rows(path)]
        print(json.dumps(verify(options.reader, options.fp32, rows, rows), indent=2))
    except CitespanError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
