"""The whole recipe on a few rows, and runs that are cut off and go on."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from qa.reader.model import OnnxReader
from qa.records import Passage
from qa.training import dataset as datasets
from qa.training.config import Config, read_config
from qa.training.evaluate import Limits, measure, predict, torch_reader
from qa.training.export import FP32, INT8, export_fp32, quantize, write_reader
from qa.training.load import read_rows
from qa.training.model import FeatureDropout, SpanReader
from qa.training.run import choose_bfloat16, select
from qa.training.sampling import Stream
from qa.training.train import CHECKPOINT, Trainer
from qa.training.verify import fp32_reader, verify
from tests.training.small import SPECIAL, write_base, write_data, write_recipe

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("training")
    write_data(folder / "data")
    write_base(folder / "base")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield folder
    torch.set_num_threads(threads)


def trainer(place: Path, out: Path, config: Config) -> Trainer:
    dataset, encoder = datasets.build(place / "data", config, place / "base" / "tokenizer.json", place / "cache")
    torch.manual_seed(config.seed)
    model = SpanReader.from_base(place / "base", dropout=config.dropout)
    stream = Stream(dataset.train, config.phases, encoder, seed=config.seed, tokens_per_batch=config.tokens_per_batch)
    return Trainer(model, stream, config, out, lambda _: {"towns.f1": 0.0}, bfloat16=False)


class Killed(Exception):
    pass


def test_a_run_that_is_cut_off_goes_on_to_the_very_same_weights(place: Path, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path / "recipe.toml", place / "base", steps=30, checkpoint_minutes=0.0, dropout=0.1)
    config = read_config(recipe)
    whole = trainer(place, tmp_path / "whole", config)
    whole.run()
    first = trainer(place, tmp_path / "parts", config)
    steps, save = 0, first._save

    def save_and_die() -> None:
        nonlocal steps
        save()
        steps += 1
        if steps == 11:
            raise Killed

    first._save = save_and_die  # type: ignore[method-assign]
    with pytest.raises(Killed):
        first.run()
    second = trainer(place, tmp_path / "parts", config)
    second.run()
    assert second.step == whole.step == 30
    for name, weight in whole.model.state_dict().items():
        assert torch.equal(weight, second.model.state_dict()[name]), name
    logged = [json.loads(line) for line in (tmp_path / "parts" / "log.jsonl").read_text().splitlines()]
    assert logged[-1]["kind"] == "dev" and logged[-1]["done"] == 1.0


def test_a_process_killed_at_any_moment_leaves_a_checkpoint_that_loads(place: Path, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path / "recipe.toml", place / "base", steps=100_000, checkpoint_minutes=0.0)
    command = [
        sys.executable,
        "-m",
        "qa.training",
        "--data",
        str(place / "data"),
        "--config",
        str(recipe),
        "--out",
        str(tmp_path),
    ]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        deadline = time.monotonic() + 600
        while not (tmp_path / CHECKPOINT).is_file() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.3)
        process.send_signal(signal.SIGKILL)
    state = torch.load(tmp_path / CHECKPOINT, weights_only=True)
    reached = state["counters"][0]
    assert reached > 0
    again = trainer(place, tmp_path, replace(read_config(recipe), steps=reached + 3))
    again.run()
    assert again.step == reached + 3


def test_of_start_and_end_the_better_mean_is_chosen(place: Path, tmp_path: Path) -> None:
    run = trainer(place, tmp_path / "run", read_config(write_recipe(tmp_path / "r.toml", place / "base", steps=3)))
    run.run()
    end = float(run.model.span.bias.detach().sum())
    start = {name: weight.clone() for name, weight in run.model.state_dict().items()}
    start["span.bias"] += 150.0  # two of them: 300 in all
    torch.save(start, tmp_path / "start.pt")

    def bias(model: SpanReader) -> dict[str, float]:
        return {"dev.f1": float(model.span.bias.detach().sum())}

    chosen, tried = select(run.model, tmp_path / "run", bias, tmp_path / "start.pt")
    assert tried["mean of start and end"]["dev.f1"] == pytest.approx(end + 150, abs=1e-3)
    assert tried[chosen]["dev.f1"] == pytest.approx(end + 200, abs=1e-3)
    assert chosen == "mean of start, start and end" and bias(run.model) == tried[chosen]


def test_training_learns_and_the_exported_reader_answers_alike(place: Path, tmp_path: Path) -> None:
    config = read_config(write_recipe(tmp_path / "recipe.toml", place / "base", steps=300))
    run = trainer(place, tmp_path / "run", config)
    dataset, _ = datasets.build(place / "data", config, place / "base" / "tokenizer.json", place / "cache")
    tokenizer = place / "base" / "tokenizer.json"
    limits = Limits(most_tokens=128, stride=16)
    rows = read_rows(place / "data" / "towns.jsonl.gz")
    before = measure(rows, torch_reader(run.model, tokenizer, limits, bfloat16=False))
    run.run()
    after = measure(rows, torch_reader(run.model, tokenizer, limits, bfloat16=False))
    assert after["towns.em"] > before["towns.em"] + 10
    chosen, tried = select(run.model, tmp_path / "run", lambda model: {"dev.f1": float(model.span.bias.detach().sum())})
    assert chosen in ("last", "average") and set(tried) == {"last", "average"}

    export_fp32(run.model, tmp_path / FP32)
    folder = tmp_path / "reader"
    folder.mkdir()
    quantize(tmp_path / FP32, folder / INT8)
    write_reader(folder, folder / INT8, tokenizer, name="small", limits=limits)
    torch_answers = predict(rows, torch_reader(run.model, tokenizer, limits, bfloat16=False))
    onnx_answers = predict(rows, fp32_reader(folder, tmp_path / FP32, 1))
    for ours, theirs in zip(torch_answers, onnx_answers, strict=True):
        assert ours.text == theirs.text
        assert ours.score == pytest.approx(theirs.score, abs=1e-3) and ours.null == pytest.approx(theirs.null, abs=1e-3)
    (reading,) = OnnxReader(folder, threads=1).read(
        rows[0].question, [Passage("p", "d", 0, len(rows[0].context), rows[0].context)]
    )
    assert reading.candidates and reading.null_score < 0
    assert len(dataset.dev) == 6 and {row.group for row in dataset.dev} == {"article-0"}


def test_dropout_and_hidden_pieces_reach_the_network_and_its_windows(place: Path, tmp_path: Path) -> None:
    config = read_config(write_recipe(tmp_path / "recipe.toml", place / "base", steps=1, dropout=0.1))
    model = SpanReader.from_base(place / "base", dropout=config.dropout)
    drops = [part for part in model.modules() if isinstance(part, FeatureDropout)]
    assert len(drops) == 1 + 2 * 2  # behind the embeddings, and behind both halves of each of the two layers
    assert {part.share for part in drops} == {0.1}
    dataset, encoder = datasets.build(place / "data", config, place / "base" / "tokenizer.json", tmp_path / "cache")
    rng, mask = random.Random(1), SPECIAL.index("[MASK]")
    windows = [encoder.window(row, 64, rng) for row in dataset.train["towns"]]
    assert any(mask in window.ids for window in windows)


def test_bfloat16_is_as_the_recipe_says(place: Path, tmp_path: Path) -> None:
    config = read_config(write_recipe(tmp_path / "recipe.toml", place / "base", steps=1))
    model = SpanReader.from_base(place / "base")
    assert choose_bfloat16(model, replace(config, bfloat16="on"))
    assert not choose_bfloat16(model, replace(config, bfloat16="off"))
    assert choose_bfloat16(model, replace(config, bfloat16="auto")) in (True, False)


def test_the_exported_reader_is_verified(place: Path, tmp_path: Path) -> None:
    config = read_config(write_recipe(tmp_path / "recipe.toml", place / "base", steps=1))
    model = trainer(place, tmp_path / "run", config).model
    export_fp32(model, tmp_path / FP32)
    folder = tmp_path / "reader"
    folder.mkdir()
    quantize(tmp_path / FP32, folder / INT8)
    limits = Limits(most_tokens=128, stride=16)
    write_reader(folder, folder / INT8, place / "base" / "tokenizer.json", name="small", limits=limits)
    rows = read_rows(place / "data" / "towns.jsonl.gz")
    told = verify(folder, tmp_path / FP32, rows, rows[:6], threads=1)
    assert told["cost"]["eight_passages_ms"] > 0 and 20 < told["cost"]["peak_mib"] < 400
    assert {"towns.f1", "towns.em", "towns.auroc_foreign"} <= set(told["int8"])
    assert set(told["int8_few"]) == set(told["fp32_few"]) == {"towns.f1", "towns.em"}
