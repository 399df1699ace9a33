"""The manifest: what a reader was made from, with what settings, by which code, and what it scored."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from qa.training.config import Config
from qa.training.export import FP32, INT8
from qa.training.finished import finished_run, record
from qa.training.load import sha256
from qa.training.probability import Report
from qa.version import VERSION

MANIFEST = "manifest.json"
_LIBRARIES = ("torch", "transformers", "tokenizers", "onnx", "onnxscript", "onnxruntime", "bm25s", "numpy")


def write_manifest(
    folder: Path,
    config: Config,
    files: Mapping[str, str],
    out: Path,
    *,
    chosen: str,
    tried: Mapping[str, Mapping[str, float]],
    calibrated: Report,
    verified: Mapping[str, Mapping[str, float]],
) -> None:
    """Write manifest.json into the reader's folder."""
    run = finished_run(out, "out")
    told = {
        "version": VERSION,
        "commit": _commit(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "data_sha256": files,
        "settings": asdict(config),
        "training": run.spent,
        "start": record(Path(config.start), "start") if config.start else None,
        "teacher": record(Path(config.teacher), "teacher") if config.teacher else None,
        "development": [entry for entry in run.log if entry["kind"] == "dev"],
        "selected": chosen,
        "selection": tried,
        "calibration": asdict(calibrated),
        "verified": verified,
        "sha256": {INT8: sha256(folder / INT8), FP32: sha256(out / FP32)},
    }
    (folder / MANIFEST).write_text(json.dumps(told, indent=1, default=list) + "\n", encoding="utf-8")


def _commit() -> str:
    """The code's commit, "-dirty" after it if the training code differs from it; "unknown" outside a checkout."""
    here = Path(__file__).parent

    def git(*words: str) -> str:
        command = ["git", *words]
        return subprocess.run(command, cwd=here, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603

    try:
        return git("rev-parse", "HEAD") + ("-dirty" if git("status", "--porcelain", "--", str(here)) else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
