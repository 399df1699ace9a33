"""The whole recipe on a few rows, and runs that are cut off and go on."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from qa.errors import ModelError, SettingsError
from qa.reader.model import OnnxReader
from qa.records import Passage
from qa.training import dataset as datasets
from qa.training import sampling
from qa.training.config import Config, Phase, read_config
from qa.training.encoders import span_reader
from qa.training.evaluate import Limits, measure, predict, torch_reader
from qa.training.export import FP32, INT8, export_fp32, quantize, write_reader
from qa.training.fit import base_folder, select
from qa.training.load import read_rows
from qa.training.model import SpanReader
from qa.training.sampling import Batch, Progress, Stream
from qa.training.train import CHECKPOINT, Trainer
from qa.training.verify import fp32_reader, verify
from tests.training.small import SPECIAL, write_base, write_data, write_other_base, write_recipe

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
    model = reader(place, config.dropout)
    streams = [
        Stream(dataset.train, config.phases, encoder, seed=seed, tokens_per_batch=config.tokens_per_batch)
        for seed in range(config.workers)
    ]
    return Trainer(
        model,
        streams,
        config,
        out,
        lambda _: {"towns.f1": 0.0},
        pieces=encoder.pieces,
        bfloat16=False,
        teacher=reader(place) if config.teacher else None,
    )


def reader(place: Path, dropout: float = 0.0) -> SpanReader:
    return span_reader(place / "base", place / "base" / "tokenizer.json", dropout=dropout)


def test_a_teacher_is_asked_about_the_taught_rows_alone(place: Path, tmp_path: Path) -> None:
    recipe = read_config(write_recipe(tmp_path / "r.toml", place / "base", steps=1, teacher="x"))
    one = trainer(place, tmp_path / "out", recipe)
    batch, teacher = next(one.streams[0].batches(Progress())), one.teacher
    assert teacher is not None
    torch.nn.init.normal_(teacher.span.weight)  # another model than the student
    with torch.no_grad():
        inputs = (batch.input_ids, batch.attention_mask, batch.token_type_ids)
        own, theirs = one.model.eval()(*inputs), teacher(*inputs)
    asked, others = torch.tensor([0, 2]), [1]
    told = one._taught(teacher, batch, asked, own)
    assert all(torch.allclose(told[at][asked], theirs[at][asked], atol=1e-5) for at in range(3))
    assert not torch.allclose(own[0][asked], theirs[0][asked], atol=1e-2)
    assert all(torch.equal(told[at][others], own[at][others]) for at in (0, 1)) and (told[2][others] > 1e3).all()
    assert torch.equal(one._taught(teacher, batch, asked[:0], own)[0], own[0])


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


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")  # from Python 3.12 on
def test_a_run_with_workers_that_is_cut_off_draws_each_window_once(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "_POOL", 24)
    recipe = write_recipe(tmp_path / "r.toml", place / "base", steps=40, checkpoint_minutes=0.0, workers=2)
    # Which pool begins a phase hangs on how far ahead the workers are: here there is one phase.
    config = replace(read_config(recipe), phases=(Phase(1.0, (40, 64), {"towns": 3, "removed": 1}),))
    found: list[list[Batch]] = [[], []]

    def watched(stops: int) -> Trainer:
        run = trainer(place, tmp_path / "run", config)
        train_on = run._train_on

        def note(batch: Batch) -> torch.Tensor:
            if run.step == stops:
                raise Killed
            found[(run.step - begun) % 2].append(batch)
            return train_on(batch)

        monkeypatch.setattr(run, "_train_on", note)
        return run

    begun = 0
    with pytest.raises(Killed):
        watched(13).run()  # 7 batches of one stream, 6 of the other
    begun = 13
    watched(40).run()
    assert [len(part) for part in found] == [21, 19]
    for stream, part in zip(trainer(place, tmp_path / "other", config).streams, found, strict=True):
        for wanted, one in zip(stream.batches(Progress()), part, strict=False):
            assert one.input_ids.equal(wanted.input_ids) and one.start.equal(wanted.start)
    with pytest.raises(SettingsError, match=r"workers of the run that wrote it, 2; found 1"):
        trainer(place, tmp_path / "run", replace(config, workers=1)).run()


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


def test_the_mean_of_start_and_end_is_chosen_where_it_is_better(place: Path, tmp_path: Path) -> None:
    run = trainer(place, tmp_path / "run", read_config(write_recipe(tmp_path / "r.toml", place / "base", steps=3)))
    run.run()
    end = float(run.model.span.bias.detach().sum())
    start = {name: weight.clone() for name, weight in run.model.state_dict().items()}
    start["span.bias"] += 150.0  # two of them: 300 in all
    middle = end + 150
    torch.save(start, tmp_path / "start.pt")

    def bias(model: SpanReader) -> dict[str, float]:
        return {"dev.f1": -abs(float(model.span.bias.detach().sum()) - middle)}

    chosen, tried = select(run.model, tmp_path / "run", bias, tmp_path / "start.pt")
    assert set(tried) == {"last", "mean of start and end"}
    assert tried["last"]["dev.f1"] == pytest.approx(-150, abs=1e-3)
    assert tried[chosen]["dev.f1"] == pytest.approx(0, abs=1e-3)
    assert chosen == "mean of start and end" and bias(run.model) == tried[chosen]


def test_the_mean_of_the_snapshots_is_chosen_where_it_is_better(place: Path, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path / "r.toml", place / "base", steps=4, checkpoint_minutes=0.0)
    run = trainer(place, tmp_path / "run", read_config(recipe))
    run.run()
    kept = sorted((tmp_path / "run").glob("weights-*.pt"))
    assert len(kept) == 2  # of four, as the recipe says
    biases = [torch.load(path, weights_only=True)["null.2.bias"] for path in kept]
    last, mean = float(biases[1]), float(sum(biases) / 2)
    assert last != mean

    def near_mean(model: SpanReader) -> dict[str, float]:
        found: torch.Tensor = model.state_dict()["null.2.bias"]
        return {"dev.f1": -abs(float(found) - mean)}

    chosen, tried = select(run.model, tmp_path / "run", near_mean)
    assert chosen == "average" and set(tried) == {"last", "average"}
    assert near_mean(run.model)["dev.f1"] == pytest.approx(0.0, abs=1e-7)


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
    # One snapshot: there is nothing to average.
    assert select(run.model, tmp_path / "run", lambda _: {"dev.f1": 1.0}) == ("last", {"last": {"dev.f1": 1.0}})

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


def test_pieces_are_hidden_from_the_reader_and_not_from_its_teacher(place: Path, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path / "r.toml", place / "base", steps=3, dropout=0.3, teacher="any")
    run = trainer(place, tmp_path / "run", read_config(recipe))
    assert run.teacher is not None
    shown: dict[str, list[torch.Tensor]] = {"reader": [], "teacher": []}
    run.model.register_forward_pre_hook(lambda _, given: shown["reader"].append(given[0]))
    run.teacher.register_forward_pre_hook(lambda _, given: shown["teacher"].append(given[0]))
    run.run()
    mask, kept = SPECIAL.index("[MASK]"), torch.tensor([SPECIAL.index("[CLS]"), SPECIAL.index("[SEP]")])
    assert len(shown["reader"]) == len(shown["teacher"]) == 3
    for seen, whole in zip(shown["reader"], shown["teacher"], strict=True):
        hidden = seen == mask
        assert 0.1 < float(hidden.float().mean()) < 0.5 and not (whole == mask).any()
        assert torch.equal(seen[~hidden], whole[~hidden]) and not torch.isin(whole[hidden], kept).any()
    assert not any(weight.requires_grad for weight in run.teacher.parameters())


@pytest.mark.parametrize("name", ["no_such_package", "models/v2.0/base", "../base"])
def test_base_weights_that_are_nowhere_are_named(name: str) -> None:
    with pytest.raises(ModelError, match=re.escape(repr(name))):
        base_folder(name)


def test_a_teacher_is_not_exported(place: Path, tmp_path: Path) -> None:
    other = write_other_base(tmp_path / "other")
    with pytest.raises(ModelError, match="--only-train"):
        export_fp32(span_reader(other, place / "base" / "tokenizer.json"), tmp_path / FP32)


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
