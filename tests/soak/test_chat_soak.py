"""Many people at once at the served chat: shortened in ``make test``, whole in ``make soak``."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.soak.test_store_soak import ROOT, WHOLE


@pytest.mark.slow
def test_everyone_gets_their_own_answer() -> None:
    options = ["--users", "20", "--minutes", "10"] if WHOLE else ["--users", "8", "--minutes", "0.1"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak.load_chat", *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    about = json.loads(done.stdout)
    assert about["problems"] == [], done.stderr
    assert about["answers"] >= about["users"]
    if WHOLE:  # a short run on a busy machine says nothing about times
        print(done.stdout)
        assert about["times_fair_share"] <= 3
