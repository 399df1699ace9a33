"""Fit: base weights and a data set to chosen weights."""

from __future__ import annotations

import importlib.util
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from qa.errors import ModelError
from qa.training.config import Config
from qa.training.encoders import span_reader
from qa.training.evaluate import Limits, measure, torch_reader
from qa.training.export import TOKENIZER
from qa.training.features import Encoder
from qa.training.finished import CHOSEN, SETTINGS, finished_run
from qa.training.load import Row
from qa.training.model import SpanReader, autocast
from qa.training.sampling import Stream
from qa.training.train import SNAPSHOTS, Trainer, average

if TYPE_CHECKING:  # a run on prepared rows needs none of what prepares them
    from qa.training.dataset import Dataset


def train_reader(
    dataset: Dataset, encoder: Encoder, config: Config, out: Path, few: Sequence[Row]
) -> tuple[SpanReader, str, dict[str, dict[str, float]]]:
    """Train on `dataset` in the folder `out`, watch `few`, choose weights; returns them, which they are, all scores.

    Written to `out` beside the checkpoints: the settings, and the chosen weights.
    """
    out.mkdir(parents=True, exist_ok=True)
    (out / SETTINGS).write_text(json.dumps(asdict(config), indent=1) + "\n", encoding="utf-8")
    tokenizer = base_folder(config.tokenizer) / TOKENIZER
    device = choose_device(config)
    put_aside_slow_attention(device)
    torch.manual_seed(config.seed)
    model = span_reader(
        base_folder(config.base), tokenizer, dropout=config.dropout, attention_dropout=config.attention_dropout
    )
    start = Path(config.start) / CHOSEN if config.start else None
    if start is not None:
        model.load_state_dict(_weights(start))
    teacher = _finished(Path(config.teacher), tokenizer) if config.teacher else None
    bfloat16 = choose_bfloat16(model, config, device)
    streams = [
        Stream(
            dataset.train,
            config.phases,
            encoder,
            seed=config.seed + 1000 * number,
            tokens_per_batch=config.tokens_per_batch,
            rival_share=config.rival_share,
            untaught=config.untaught,
        )
        for number in range(config.workers)
    ]

    def evaluate(trained: SpanReader) -> dict[str, float]:
        return measure(few, torch_reader(trained, tokenizer, Limits(), bfloat16=bfloat16))

    Trainer(
        model,
        streams,
        config,
        out,
        evaluate,
        pieces=encoder.pieces,
        device=device,
        bfloat16=bfloat16,
        teacher=teacher,
    ).run()
    chosen, tried = select(model, out, evaluate, start)
    torch.save(model.state_dict(), out / CHOSEN)
    return model, chosen, tried


def check_folders(config: Config, out: Path) -> None:
    """Whether all that the recipe starts from is there. Raises ModelError that says what is not."""
    base = base_folder(config.base)
    for name, folder in (("start", config.start), ("teacher", config.teacher)):
        if not folder:
            continue
        if Path(folder).resolve() == out.resolve():
            raise ModelError(f"{out}: expected another folder to train in than that of `{name}`; change --out")
        theirs = _base_of(Path(folder), name)
        if name == "start" and theirs.resolve() != base.resolve():
            raise ModelError(
                f"{folder}: expected weights made from {base}, found some from {theirs}; check `start` and `base`"
            )


def _base_of(run: Path, setting: str) -> Path:
    """The folder of the base weights that a finished run started from."""
    return base_folder(finished_run(run, setting).base)


def _finished(run: Path, tokenizer: Path) -> SpanReader:
    """The reader that a finished run chose."""
    reader = span_reader(_base_of(run, "teacher"), tokenizer)
    reader.load_state_dict(_weights(run / CHOSEN))
    return reader


def base_folder(name: str) -> Path:
    """The folder of the base weights: a path, or an installed package that has them under `model/`."""
    if Path(name).is_dir():
        return Path(name)
    try:
        found = importlib.util.find_spec(name)
    except (ImportError, ValueError):  # a path with a dot looks like a package's part
        found = None
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

    Tried: the last, the mean of the last snapshots and, after a second pass, the mean of its end and its start.
    Better: the mean of all development F1 and, as much again, of the AUROC in percent.
    """
    last = {name: weight.to("cpu", copy=True) for name, weight in model.state_dict().items()}
    states = {"last": last}
    snapshots = sorted(out.glob(SNAPSHOTS))
    if len(snapshots) > 1:
        states["average"] = average([_weights(path) for path in snapshots])
    if start is not None:
        states["mean of start and end"] = average([_weights(start), last])
    tried = {}
    for name, state in states.items():
        model.load_state_dict(state)
        tried[name] = evaluate(model)
    chosen = max(tried, key=lambda name: _merit(tried[name]))
    model.load_state_dict(states[chosen])
    return chosen, tried


def _weights(path: Path) -> dict[str, torch.Tensor]:
    if not path.is_file():
        raise ModelError(
            f"{path}: expected the weights of a finished run, found none; check `start` and `teacher` in the recipe"
        )
    weights: dict[str, torch.Tensor] = torch.load(path, weights_only=True, map_location="cpu")
    return weights


def _merit(told: dict[str, float]) -> float:
    spans = [value for name, value in told.items() if name.endswith(".f1")]
    refusals = [100 * value for name, value in told.items() if name.endswith(".auroc")]
    return sum(sum(values) / len(values) for values in (spans, refusals) if values)


def choose_device(config: Config) -> str:
    """The recipe's device; for auto, a GPU if there is one."""
    if config.device != "auto":
        return config.device
    return "cuda" if torch.cuda.is_available() else "cpu"


def put_aside_slow_attention(device: str) -> None:
    """cuDNN's attention plans anew for every shape it meets, and batches hardly ever have the same."""
    if device == "cuda":
        torch.backends.cuda.enable_cudnn_sdp(False)


def choose_bfloat16(model: SpanReader, config: Config, device: str = "cpu") -> bool:
    """Whether to train in bfloat16: as the recipe says, or (auto) on a GPU and on a processor that is faster so. Some
    processors are 20 x slower.
    """
    if config.bfloat16 != "auto":
        return config.bfloat16 == "on"
    if device == "cuda":
        return True
    ids = torch.ones((8, 128), dtype=torch.long)

    def seconds(bfloat16: bool) -> float:
        began = time.perf_counter()
        with autocast(bfloat16), torch.no_grad():
            model(ids, ids, ids)
        return time.perf_counter() - began

    model.eval()
    timings = {kind: min(seconds(kind) for _ in range(3)) for kind in (True, False)}
    return timings[True] < timings[False]
