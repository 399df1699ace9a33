"""Finished runs: what a run of training left in its folder, for one that starts from it or learns from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.errors import ModelError
from qa.reasons import in_words
from qa.training.load import sha256

CHOSEN, SETTINGS, LOG = "chosen.pt", "settings.json", "log.jsonl"


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A folder with chosen weights; the settings they were made with; the lines of the log, one or more."""

    folder: Path
    settings: Mapping[str, Any]
    log: tuple[Mapping[str, Any], ...]

    @property
    def base(self) -> str:
        """The base weights that it started from, as its recipe named them."""
        return str(self.settings["base"])

    @property
    def spent(self) -> dict[str, float]:
        """Windows read, steps and seconds."""
        return {"windows": self.log[-1]["seen"], "steps": self.log[-1]["step"], "seconds": self.log[-1]["seconds"]}


def finished_run(folder: Path, setting: str) -> FinishedRun:
    """What the run in `folder` left. Raises ModelError that names the `setting` to check."""
    if missing := [name for name in (SETTINGS, CHOSEN, LOG) if not (folder / name).is_file()]:
        raise ModelError(f"{folder}: expected the folder of a finished run, found no {missing[0]}; check `{setting}`")
    at = folder / SETTINGS
    try:
        settings = json.loads(at.read_text(encoding="utf-8"))
        run = FinishedRun(folder, {**settings, "base": settings["base"]}, ())
        at = folder / LOG
        log = tuple(json.loads(line) for line in at.read_text(encoding="utf-8").splitlines())
        run = FinishedRun(folder, run.settings, log)
        _ = run.spent
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ModelError(
            f"{at}: expected what a finished run leaves, found {in_words(error)}; check `{setting}`"
        ) from error
    return run


def record(folder: Path, setting: str) -> dict[str, object]:
    """What a manifest tells of a finished run: settings, effort, the hash of its weights, and the same of the runs that
    it started from and learnt from, where their folders are still there.
    """
    run = finished_run(folder, setting)
    before = {
        name: record(Path(run.settings[name]), name)
        for name in ("start", "teacher")
        if run.settings.get(name) and (Path(run.settings[name]) / CHOSEN).is_file()
    }
    return {"settings": run.settings, "training": run.spent, "sha256": sha256(folder / CHOSEN), **before}
