"""``python -m qa.training.verify``: what is missing is named, without a stack trace."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from qa.training.verify import main


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl.gz"
    row = {"id": "1", "question": "Who spoke?", "context": "Ann spoke.", "answers": [{"text": "Ann", "start": 0}]}
    path.write_bytes(gzip.compress(json.dumps(row | {"group": "a"}).encode() + b"\n"))
    return path


@pytest.mark.parametrize("missing", ["--rows", "--fp32", "--reader"])
def test_what_is_missing_is_named(rows: Path, missing: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "fp32.onnx").touch()
    given = {"--rows": str(rows), "--fp32": str(tmp_path / "fp32.onnx"), "--reader": str(tmp_path)}
    given |= {missing: str(tmp_path / "gone")}
    assert main([word for pair in given.items() for word in pair]) == 2
    assert str(tmp_path / "gone") in capsys.readouterr().err
