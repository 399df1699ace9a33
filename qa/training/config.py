"""The recipe's settings: one TOML file, every key checked."""

import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeGuard

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

    `base`: a folder or package of base weights. `tokenizer`: one with the reader's tokenizer.json. `start`: the folder
    of a finished run to train on, or "".
    `dropout`: of the features of a window, how many are taken away; `attention_dropout`: of what its pieces say to each
    other. `hidden_share`: of its word pieces, how many are masked.
    `rival_share`: of the questions that have rivals, how many are read beside one.
    `teacher`: the folder of a finished run to learn from, or "": which words answer in the share
    `teacher_weight`, whether any do in the share `teacher_null_weight`.
    `untaught`: sources of the mixtures about which the teacher is not asked; they are learnt from as they are marked.
    `questions`: files of questions of our own (see the module of that name), beside the training code or whole paths;
    they are on the sources' contexts or on passages of our own.
    `watch_questions`: the same on what is held out or watched, or on passages of our own: not trained on, but
    calibrated and measured with.
    `device`: auto, cpu or cuda. `workers`: how many processes draw windows; 1 draws in the trainer's own.
    """

    base: str
    tokenizer: str
    start: str
    seed: int
    minutes: float
    steps: int
    tokens_per_batch: int
    learning_rate: float
    warmup: float
    weight_decay: float
    dropout: float
    attention_dropout: float
    hidden_share: float
    null_weight: float
    rival_share: float
    teacher: str
    teacher_weight: float
    teacher_null_weight: float
    untaught: tuple[str, ...]
    device: str
    workers: int
    bfloat16: str
    checkpoint_minutes: float
    evaluate_minutes: float
    average_last: int
    reach: Mapping[str, int]
    dev_groups: Mapping[str, tuple[str, ...]]
    sources: tuple[str, ...]
    questions: tuple[str, ...]
    watch_questions: tuple[str, ...]
    negatives_from: tuple[str, ...]
    phases: tuple[Phase, ...]


def read_config(path: Path) -> Config:
    """Read and check a recipe. Raises SettingsError naming the key that is missing, unknown or out of range.

    `inherit` names a recipe beside this one, whose settings count where this one is silent.
    """
    raw = _raw(path)
    wanted = {field.name for field in fields(Config)}
    if unknown := set(raw) - wanted:
        raise SettingsError(f"{path}: unknown setting {sorted(unknown)}; expected only {sorted(wanted)}.")
    if missing := wanted - set(raw):
        raise SettingsError(f"{path}: setting {sorted(missing)} is missing; see recipe.toml beside the training code.")
    for field in fields(Config):
        if not isinstance(raw[field.name], kinds := _KINDS.get(field.type, (object,))):
            raise SettingsError(f"{path}: {field.name} is of the kind {kinds[-1].__name__}; found {raw[field.name]!r}.")
    for name, fits, shape in _SHAPES:
        if not fits(raw[name]):
            raise SettingsError(f"{path}: {name} is {shape}; found {raw[name]!r}.")
    raw["phases"] = tuple(_phase(path, phase) for phase in raw["phases"])
    raw["dev_groups"] = {source: tuple(groups) for source, groups in raw["dev_groups"].items()}
    for name, fits, _ in _SHAPES:
        if fits is _is_names:
            raw[name] = tuple(raw[name])
    config = Config(**raw)
    if (config.minutes > 0) == (config.steps > 0):
        raise SettingsError(
            f"{path}: expected either minutes or steps above 0, found minutes={config.minutes}, steps={config.steps}."
        )
    if config.bfloat16 not in ("auto", "on", "off"):
        raise SettingsError(f"{path}: bfloat16 is auto, on or off; found {config.bfloat16!r}.")
    if config.device not in ("auto", "cpu", "cuda"):
        raise SettingsError(f"{path}: device is auto, cpu or cuda; found {config.device!r}.")
    if not config.phases or config.phases[-1].until != 1.0:
        raise SettingsError(f"{path}: the last phase must reach until = 1.0.")
    return config


_LEAST_PIECES = 16
"""Fewer word pieces than this leave a question no room for a passage."""
_KINDS: Mapping[object, tuple[type, ...]] = {str: (str,), int: (int,), float: (int, float)}
"""For a setting of each plain type: what TOML may have in its place, the type itself last."""


def _is_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_table(value: object, of: Callable[[object], bool]) -> bool:
    return isinstance(value, dict) and all(of(each) for each in value.values())


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


_SHAPES: tuple[tuple[str, Callable[[object], bool], str], ...] = (
    ("sources", _is_names, "a list of names"),
    ("negatives_from", _is_names, "a list of names"),
    ("untaught", _is_names, "a list of names"),
    ("questions", _is_names, "a list of file names"),
    ("watch_questions", _is_names, "a list of file names"),
    ("teacher_weight", _is_share, "0 to 1"),
    ("teacher_null_weight", _is_share, "0 to 1"),
    ("workers", lambda value: _is_count(value) and value != 0, "a whole number from 1"),
    ("reach", lambda value: _is_table(value, _is_count), "a table of numbers of sentences, by source"),
    ("dev_groups", lambda value: _is_table(value, _is_names), "a table of lists of groups, by source"),
    ("phases", lambda value: isinstance(value, list), "a list of tables, [[phases]]"),
)


def _raw(path: Path, heirs: tuple[Path, ...] = ()) -> dict[str, Any]:
    """The settings of a recipe and of those it inherits from; `heirs` are those that inherit from it."""
    if path in heirs:
        raise SettingsError(f"{path}: inherits from itself, by way of {heirs[-1].name}; take out one `inherit`.")
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: expected a TOML recipe; {error}") from error
    parent = raw.pop("inherit", "")
    return _raw(path.parent / str(parent), (*heirs, path)) | raw if parent else raw


def _is_phase(raw: object) -> TypeGuard[dict[str, Any]]:
    return (
        isinstance(raw, dict)
        and set(raw) == {field.name for field in fields(Phase)}
        and _is_number(raw["until"])
        and isinstance(raw["most_pieces"], list)
        and all(_is_count(each) for each in raw["most_pieces"])
        and _is_table(raw["mixture"], _is_number)
    )


def _phase(path: Path, raw: object) -> Phase:
    if not _is_phase(raw):
        raise SettingsError(
            f"{path}: a phase has a number until, a list of whole numbers most_pieces and a table of numbers mixture, "
            f"and nothing else; found {raw!r}."
        )
    phase = Phase(float(raw["until"]), tuple(raw["most_pieces"]), dict(raw["mixture"]))
    if not phase.most_pieces or min(phase.most_pieces) < _LEAST_PIECES:
        raise SettingsError(
            f"{path}: a phase's most_pieces are {_LEAST_PIECES} or more; found {list(phase.most_pieces)}."
        )
    if not phase.mixture or min(phase.mixture.values()) < 0 or sum(phase.mixture.values()) <= 0:
        raise SettingsError(
            f"{path}: a phase's mixture needs shares of 0 or more, not all 0; found {dict(phase.mixture)}."
        )
    return phase
