"""Where training runs, and in what arithmetic."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from qa.training.config import Config, read_config
from qa.training.encoders import span_reader
from qa.training.fit import choose_bfloat16, choose_device, put_aside_slow_attention
from tests.training.small import write_base, write_recipe


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return read_config(write_recipe(tmp_path / "recipe.toml", write_base(tmp_path / "base"), steps=1))


@pytest.mark.parametrize(("there", "chosen"), [(True, "cuda"), (False, "cpu")])
def test_the_device_is_the_recipes_or_a_gpu_if_there_is_one(
    config: Config, monkeypatch: pytest.MonkeyPatch, there: bool, chosen: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    assert choose_device(config) == "cpu"
    assert choose_device(replace(config, device="auto")) == chosen


def test_cudnns_attention_is_put_aside_on_a_gpu_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    slow: list[bool] = []
    monkeypatch.setattr(torch.backends.cuda, "enable_cudnn_sdp", slow.append)
    put_aside_slow_attention("cpu")
    assert not slow
    put_aside_slow_attention("cuda")
    assert slow == [False]


def test_bfloat16_is_as_the_recipe_says_and_on_a_gpu_wherever_it_may_choose(config: Config) -> None:
    base = Path(config.base)
    model = span_reader(base, base / "tokenizer.json")
    assert choose_bfloat16(model, replace(config, bfloat16="on"))
    assert not choose_bfloat16(model, replace(config, bfloat16="off"))
    assert choose_bfloat16(model, replace(config, bfloat16="auto"), "cuda")
