"""The recipe's settings: one TOML file, every key checked."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from qa.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of training: up to which share of it, windows of how many pieces, which sources in what shares."""

    until: float
    most_pieces: tuple[int, ...]
    mixture: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that decides a run, but the data. Either `minutes` or `steps` is 0: the other bounds the run.

    `base`: a folder or package of base weights. `start`: the folder of a finished run to train on, or "".
    `dropout`: of the features of a window, how many are taken away. `hidden_share`: of its word pieces, how many are
    masked.
    `rival_share`: of the questions that have rivals, how many are read beside one.
    """

    base: str
    start: str
    seed: int
    minutes: float
    steps: int
    tokens_per_batch: int
    learning_rate: float
    warmup: float
    weight_decay: float
    dropout: float
    hidden_share: float
    null_weight: float
    rival_share: float
    bfloat16: str
    checkpoint_minutes: float
    evaluate_minutes: float
    average_last: int
    reach: Mapping[str, int]
    dev_groups: Mapping[str, tuple[str, ...]]
    sources: tuple[str, ...]
    negatives_from: tuple[str, ...]
    phases: tuple[Phase, ...]


def read_config(path: Path) -> Config:
    """Read and check a recipe. Raises SettingsError naming the key that is missing, unknown or out of range."""
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: expected a TOML recipe; {error}") from error
    wanted = {field.name for field in fields(Config)}
    if unknown := set(raw) - wanted:
        raise SettingsError(f"{path}: unknown setting {sorted(unknown)}; expected only {sorted(wanted)}.")
    if missing := wanted - set(raw):
        raise SettingsError(f"{path}: setting {sorted(missing)} is missing; see recipe.toml beside the training code.")
    raw["phases"] = tuple(_phase(path, phase) for phase in raw["phases"])
    raw["dev_groups"] = {source: tuple(groups) for source, groups in raw["dev_groups"].items()}
    raw["sources"], raw["negatives_from"] = tuple(raw["sources"]), tuple(raw["negatives_from"])
    config = Config(**raw)
    if (config.minutes > 0) == (config.steps > 0):
        raise SettingsError(
            f"{path}: expected either minutes or steps above 0, found minutes={config.minutes}, steps={config.steps}."
        )
    if config.bfloat16 not in ("auto", "on", "off"):
        raise SettingsError(f"{path}: bfloat16 is auto, on or off; found {config.bfloat16!r}.")
    if not config.phases or config.phases[-1].until != 1.0:
        raise SettingsError(f"{path}: the last phase must reach until = 1.0.")
    return config


def _phase(path: Path, raw: Mapping[str, Any]) -> Phase:
    try:
        phase = Phase(float(raw["until"]), tuple(raw["most_pieces"]), dict(raw["mixture"]))
    except (KeyError, TypeError, ValueError) as error:
        raise SettingsError(f"{path}: a phase needs until, most_pieces and mixture; {error!r}.") from error
    if not phase.mixture or min(phase.mixture.values()) < 0 or sum(phase.mixture.values()) <= 0:
        raise SettingsError(
            f"{path}: a phase's mixture needs shares of 0 or more, not all 0; found {dict(phase.mixture)}."
        )
    return phase
