"""The kill and stress runs: shortened in ``make test``, whole in ``make soak``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
WHOLE = os.environ.get("CITESPAN_SOAK") == "1"


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ["kill", "--kills", "30" if WHOLE else "5", "--articles", "150" if WHOLE else "60"],
        ["stress", "--seconds", "600" if WHOLE else "8", "--articles", "100" if WHOLE else "40"],
    ],
    ids=["kill", "stress"],
)
def test_the_store_stands_it(command: list[str]) -> None:
    script, *options = command
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    done = subprocess.run(
        [sys.executable, "-m", f"tests.soak.{script}", *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
