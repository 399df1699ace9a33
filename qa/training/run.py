"""The steps of making a reader, in order. Each finds in the run's folder what the steps before it left."""

from __future__ import annotations

import importlib.util
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from qa.errors import ModelError
from qa.training import dataset as datasets
from qa.training.calibrate import calibrate
from qa.training.config import Config
from qa.training.evaluate import Limits, by_source, measure, torch_reader
from qa.training.export import FP32, INT8, export_fp32, quantize, write_reader
from qa.training.load import Row, read_rows
from qa.training.manifest import write_manifest
from qa.training.model import SpanReader, autocast
from qa.training.sampling import Stream
from qa.training.train import SNAPSHOTS, Trainer, average
from qa.training.verify import verify

NAME, CHOSEN = "citespan-minilm-l6", "chosen.pt"
_WATCHED_LONG, _WATCHED = 150, 450


def make_reader(data: Path, config: Config, out: Path, watch: Sequence[Path]) -> Path:
    """Load, train, select, export, calibrate, verify; returns the reader's folder. `watch`: validation files,
    never trained on.
    """
    base = base_folder(config.base)
    tokenizer = base / "tokenizer.json"
    dataset, encoder = datasets.build(data, config, tokenizer, out)
    print({source: len(rows) for source, rows in dataset.train.items()}, flush=True)
    every = [*dataset.dev, *(row for path in watch for row in read_rows(path))]
    few = sample(every, config.seed)

    torch.manual_seed(config.seed)
    model = SpanReader.from_base(base, dropout=config.dropout)
    start = Path(config.start) / CHOSEN if config.start else None
    if start is not None:
        model.load_state_dict(_weights(start))
    bfloat16 = choose_bfloat16(model, config)
    stream = Stream(
        dataset.train,
        config.phases,
        encoder,
        seed=config.seed,
        tokens_per_batch=config.tokens_per_batch,
        rival_share=config.rival_share,
    )

    def evaluate(trained: SpanReader) -> dict[str, float]:
        return measure(few, torch_reader(trained, tokenizer, Limits(), bfloat16=bfloat16))

    Trainer(model, stream, config, out, evaluate, bfloat16=bfloat16).run()
    chosen, tried = select(model, out, evaluate, start)
    torch.save(model.state_dict(), out / CHOSEN)
    folder = out / "reader"
    folder.mkdir(exist_ok=True)
    export_fp32(model, out / FP32)
    quantize(out / FP32, folder / INT8)
    write_reader(folder, folder / INT8, tokenizer, name=NAME, limits=Limits())
    report = calibrate(folder, few)
    verified = verify(folder, out / FP32, every, few)
    write_manifest(folder, config, dataset.files, out, chosen=chosen, tried=tried, calibrated=report, verified=verified)
    return folder


def base_folder(name: str) -> Path:
    """The folder of the base weights: a path, or an installed package that has them under `model/`."""
    if Path(name).is_dir():
        return Path(name)
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise ModelError(
            f"base weights {name!r}: expected a Hugging Face folder or an installed package, found neither; "
            "install the package or give a path"
        )
    return Path(found.origin).parent / "model"


def select(
    model: SpanReader, out: Path, evaluate: Callable[[SpanReader], dict[str, float]], start: Path | None = None
) -> tuple[str, dict[str, dict[str, float]]]:
    """Load the best weights into `model`; returns which, and all scores.

    Tried: the last, the mean of the last snapshots and, after a second pass, the mean of its end and its start, and
    that with the start twice: where the start was such a mean itself, all three passes then count alike.
    Better: the mean of all development F1 and, as much again, of the AUROC in percent.
    """
    last = {name: weight.clone() for name, weight in model.state_dict().items()}
    states = {"last": last, "average": average([_weights(path) for path in sorted(out.glob(SNAPSHOTS))])}
    if start is not None:
        states["mean of start and end"] = average([_weights(start), last])
        states["mean of start, start and end"] = average([_weights(start), _weights(start), last])
    tried = {}
    for name, state in states.items():
        model.load_state_dict(state)
        tried[name] = evaluate(model)
    chosen = max(tried, key=lambda name: _merit(tried[name]))
    model.load_state_dict(states[chosen])
    return chosen, tried


def _weights(path: Path) -> dict[str, torch.Tensor]:
    if not path.is_file():
        raise ModelError(f"{path}: expected the weights of a finished run, found none; check `start` in the recipe")
    weights: dict[str, torch.Tensor] = torch.load(path, weights_only=True)
    return weights


def _merit(told: dict[str, float]) -> float:
    spans = [value for name, value in told.items() if name.endswith(".f1")]
    refusals = [100 * value for name, value in told.items() if name.endswith(".auroc")]
    return sum(sum(values) / len(values) for values in (spans, refusals) if values)


def choose_bfloat16(model: SpanReader, config: Config) -> bool:
    """Whether to train in bfloat16: as the recipe says, or (auto) if faster here. On some processors it is 20 x
    slower.
    """
    if config.bfloat16 != "auto":
        return config.bfloat16 == "on"
    ids = torch.ones((8, 128), dtype=torch.long)

    def seconds(bfloat16: bool) -> float:
        began = time.perf_counter()
        with autocast(bfloat16), torch.no_grad():
            model(ids, ids, ids)
        return time.perf_counter() - began

    model.eval()
    timings = {kind: min(seconds(kind) for _ in range(3)) for kind in (True, False)}
    return timings[True] < timings[False]


def sample(rows: Sequence[Row], seed: int) -> list[Row]:
    """A fixed sample of each source, small enough to be read now and then."""
    chosen: list[Row] = []
    for _, part in sorted(by_source(rows).items()):
        long = sum(len(row.context) for row in part) / len(part) > 2500
        chosen += random.Random(seed).sample(part, min(_WATCHED_LONG if long else _WATCHED, len(part)))
    return chosen
