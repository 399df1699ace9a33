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
    """What weights started from, as the recipe named it; all settings; the lines of the log, one or more; the effort:
    windows read, steps and seconds.
    """

    base: str
    settings: Mapping[str, Any]
    log: tuple[Mapping[str, Any], ...]
    spent: Mapping[str, float]


def finished_run(folder: Path, setting: str) -> FinishedRun:
    """What the run in `folder` left. Raises ModelError that names the `setting` to check."""
    if missing := [name for name in (SETTINGS, CHOSEN, LOG) if not (folder / name).is_file()]:
        raise ModelError(f"{folder}: expected the folder of a finished run, found no {missing[0]}; check `{setting}`")
    at = folder / SETTINGS
    try:
        settings = json.loads(at.read_text(encoding="utf-8"))
        base = str(settings["base"])
        at = folder / LOG
        log = tuple(json.loads(line) for line in at.read_text(encoding="utf-8").splitlines())
        spent = {"windows": log[-1]["seen"], "steps": log[-1]["step"], "seconds": log[-1]["seconds"]}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ModelError(
            f"{at}: expected what a finished run leaves, found {in_words(error)}; check `{setting}`"
        ) from error
    return FinishedRun(base, settings, log, spent)


def record(folder: Path, setting: str, after: tuple[Path, ...] = ()) -> dict[str, object]:
    """What a manifest tells of a finished run: settings, effort, the hash of its weights, and the same of the runs that
    it started from and learnt from, where their folders are still there. A folder that was used again since, for one
    of the runs that came `after`, is not that of the earlier run any more.
    """
    run = finished_run(folder, setting)
    named = {name: Path(run.settings[name]) for name in ("start", "teacher") if run.settings.get(name)}
    before = {
        name: record(earlier, name, (*after, folder))
        for name, earlier in named.items()
        if earlier not in (*after, folder) and (earlier / CHOSEN).is_file()
    }
    return {"settings": run.settings, "training": run.spent, "sha256": sha256(folder / CHOSEN), **before}
