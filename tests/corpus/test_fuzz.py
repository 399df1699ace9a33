"""A short run of the fuzzer; ``make soak`` runs the long one."""

from __future__ import annotations

import pytest

from tests.corpus import fuzz


def test_some_hostile_files(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["fuzz", "--count", "150", "--seed", "0"])
    assert fuzz.main() == 0, capsys.readouterr().out
    assert "150 inputs, 0 finds" in capsys.readouterr().out
