"""The steps of making a reader, in order. Each finds in the run's folder what the steps before it left."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from qa.training import dataset as datasets
from qa.training.calibrate import calibrate
from qa.training.config import Config
from qa.training.evaluate import Limits, by_source
from qa.training.export import FP32, INT8, TOKENIZER, export_fp32, quantize, write_reader
from qa.training.finished import CHOSEN
from qa.training.fit import base_folder, check_folders, train_reader
from qa.training.load import Row, check_files, read_rows, sha256, stem
from qa.training.manifest import write_manifest
from qa.training.questions import question_files, watched_questions
from qa.training.verify import verify

NAME = "citespan-minilm-l6"
_WATCHED_LONG, _WATCHED = 150, 450


def make_reader(data: Path, config: Config, out: Path, watch: Sequence[Path], *, only_train: bool = False) -> Path:
    """Load, train, select, export, calibrate, verify; returns the reader's folder.

    `watch`: validation files, never trained on; all of the recipe's `watch_questions` on them and on held-out rows are
    calibrated and measured with too. With `only_train` it ends when weights are chosen, and returns their file: enough
    for a teacher.
    """
    tokenizer = base_folder(config.tokenizer) / TOKENIZER
    check_folders(config, out)  # before minutes are spent on the data
    questions = question_files(config.watch_questions)
    check_files(questions)
    watched = {path: read_rows(path) for path in watch}
    dataset, encoder = datasets.build(data, config, tokenizer, out)
    print({source: len(rows) for source, rows in dataset.train.items()}, flush=True)
    every = [*dataset.dev, *(row for rows in watched.values() for row in rows)]
    own = [row for path in questions for row in watched_questions(path, every)]
    few = sample(every, config.seed)
    model, chosen, tried = train_reader(dataset, encoder, config, out, few)
    if only_train:
        return out / CHOSEN
    folder = out / "reader"
    folder.mkdir(exist_ok=True)
    export_fp32(model.cpu(), out / FP32)
    quantize(out / FP32, folder / INT8)
    write_reader(folder, folder / INT8, tokenizer, name=NAME, limits=Limits())
    report = calibrate(folder, [*few, *own])
    verified = verify(folder, out / FP32, [*every, *own], few)
    files = {**dataset.files, **{stem(path): sha256(path) for path in [*watched, *questions]}}
    write_manifest(folder, config, files, out, chosen=chosen, tried=tried, calibrated=report, verified=verified)
    return folder


def sample(rows: Sequence[Row], seed: int) -> list[Row]:
    """A fixed sample of each source, small enough to be read now and then."""
    chosen: list[Row] = []
    for _, part in sorted(by_source(rows).items()):
        long = sum(len(row.context) for row in part) / len(part) > 2500
        chosen += random.Random(seed).sample(part, min(_WATCHED_LONG if long else _WATCHED, len(part)))
    return chosen
