"""The kill, stress and fuzzing runs: shortened in ``make test``, whole in ``make soak``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
WHOLE = os.environ.get("CITESPAN_SOAK") == "1"


def ran(module: str, *options: str) -> Any:
    """What a script prints as JSON, which has ended with 0."""
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    done = subprocess.run(
        [sys.executable, "-m", module, *options], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    if WHOLE:
        print(f"{module} {' '.join(options)}\n{done.stdout}")
    return json.loads(done.stdout)


@pytest.mark.slow
def test_killed_at_random_moments() -> None:
    kills = "30" if WHOLE else "5"
    about = ran("tests.soak.kill", "--kills", kills, "--articles", "150" if WHOLE else "60", "--seed", "1")
    assert (about["kills"], about["faults"]) == (int(kills), [])


@pytest.mark.slow
def test_many_processes_at_once() -> None:
    about = ran(
        "tests.soak.stress",
        "--minutes",
        "10" if WHOLE else "0.15",
        "--articles",
        "100" if WHOLE else "40",
        "--seed",
        "1",
    )
    assert about["faults"] == []
    assert about["reader 1"]["generations"] > 1


@pytest.mark.slow
@pytest.mark.skipif(not WHOLE, reason="tests/corpus/test_fuzz.py is the short form")
@pytest.mark.parametrize(("what", "count"), [("files", 90_000), ("questions", 10_000)])
def test_a_hundred_thousand_hostile_inputs(what: str, count: int) -> None:
    about = ran("tests.corpus.fuzz", "--what", what, "--count", str(count), "--seed", "1")
    assert (about["inputs"], about["finds"]) == (count, 0)
