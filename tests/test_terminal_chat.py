"""``citespan chat``: follow-ups are understood as in the browser, said, and can be undone."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from qa.cli import main


def test_a_follow_up_is_understood_said_and_undone(
    seeds_store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = ["!", "Who negotiated the ceasefire?", "When was that?", "!", "Who said so?", ""]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(typed)))
    assert main(["chat", "--store", str(seeds_store)]) == 0
    said = capsys.readouterr().out
    understood = [line for line in said.splitlines() if line.startswith("(Understood as:")]
    assert understood[0] == ("(Understood as: When did Turkey and Russia negotiate the ceasefire?; ! asks it as typed)")
    # undone: "When was that?" is the last question now, as it was typed, and what follows leans on it
    assert said.count("When did Turkey and Russia negotiate") == 1
