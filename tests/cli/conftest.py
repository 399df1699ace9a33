"""The command, in this process, on a real store with the real embedder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qa.cli import main
from tests.cli.running import ROOT, Result, Run


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs one command in the checkout's root."""
    monkeypatch.chdir(ROOT)

    def command(*arguments: str | Path) -> Result:
        try:
            code = main([str(each) for each in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Result(code, captured.out, captured.err)

    return command


@pytest.fixture
def own_store(seeds_store: Path, tmp_path: Path) -> Path:
    """A copy of the seeds' store that a test may change."""
    return Path(shutil.copytree(seeds_store, tmp_path / "store"))
