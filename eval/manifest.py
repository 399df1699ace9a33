"""What exactly was run: enough to repeat it, and to tell whether a half-finished run may be gone on with."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from eval.dataset.records import Dataset
from qa.pipeline import Citespan
from qa.settings import Settings
from qa.version import VERSION

_ROOT = Path(__file__).resolve().parent.parent


def describe(
    dataset: Dataset, engine: Citespan, settings: Settings, *, modes: Sequence[str], limit: int | None, seed: int
) -> dict[str, Any]:
    """The manifest. No secret stands in it: the bearer token is left out."""
    return {
        "citespan": VERSION,
        "code": code_hash(),
        "commit": _commit(),
        "dataset": {"path": dataset.path, "format": dataset.format, "sha256": dataset.sha256},
        "modes": list(modes),
        "limit": limit,
        "seed": seed,
        "settings": {name: value for name, value in asdict(settings).items() if name != "token"},
        "models": {
            "reader": engine.reader.name,
            "reader_sha256": _reader_hash(settings),
            "embedder": engine.indexer.embedder.fingerprint,
        },
        "store": None if dataset.brings_text else engine.store.generation,
        "machine": {"python": platform.python_version(), "system": platform.platform(), "processor": _processor()},
    }


def fingerprint(manifest: dict[str, Any]) -> str:
    """Equal for two runs that must give the same answers: a commit that leaves the code as it is changes nothing."""
    told = {name: value for name, value in manifest.items() if name not in ("commit", "machine")}
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def code_hash() -> str:
    """Of every Python file of the packages ``qa`` and ``eval``, by path: tells versions apart even without git."""
    digest = sha256()
    for path in sorted(path for package in ("qa", "eval") for path in (_ROOT / package).rglob("*.py")):
        digest.update(str(path.relative_to(_ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _reader_hash(settings: Settings) -> str | None:
    """Of the reader's files, by name; None for the baseline, which has none."""
    from qa.reader.model import packaged_reader

    path = packaged_reader() if settings.reader == "packaged" else Path(settings.reader)
    found = [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())
    if settings.reader == "baseline" or not found:
        return None
    digest = sha256()
    for each in found:
        digest.update(each.name.encode() + b"\0" + each.read_bytes())
    return digest.hexdigest()


def _commit() -> str | None:
    """The git commit of the checkout, with ``+`` when files differ from it; None outside a checkout."""
    if not (_ROOT / ".git").exists():
        return None
    try:
        head = _git("rev-parse", "HEAD")
        return head + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):
        return None


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(_ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()  # noqa: S603


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
