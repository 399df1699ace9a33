"""Conversations in an evaluation: follow-ups are completed, every turn is scored."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.run import evaluate
from qa.errors import DatasetError
from qa.pipeline import Citespan
from tests.eval.questions import FERRY, ROWS, dataset, gold, rows_of
from tests.eval.small import SETTINGS, OverlapRetriever


def test_follow_up_questions_are_completed_and_scored_by_turn(tmp_path: Path, engine: Citespan) -> None:
    turns = [
        {"question": "Who was on board?", "answers": [gold("Jan Egeland", FERRY)]},
        {"question": "When did he speak?", "answers": [gold("Tuesday")]},
    ]
    run = evaluate(
        dataset(tmp_path, [{"id": "c", "turns": turns}]), settings=SETTINGS, out=tmp_path / "o", engine=engine
    )
    rows = rows_of(run)
    assert list(rows) == ["c/1", "c/2"]
    assert rows["c/2"]["question"] == "When did he speak?"
    assert "Jan Egeland" in rows["c/2"]["understood"]
    assert isinstance(engine.retriever, OverlapRetriever)
    assert engine.retriever.asked[-1] == rows["c/2"]["understood"]


def test_mode_conversation_asks_the_conversations_alone_and_tells_by_turn(tmp_path: Path, engine: Citespan) -> None:
    turns = [
        {"question": "Who was on board?", "answers": [gold("Jan Egeland", FERRY)]},
        {"question": "When did he speak?", "answers": [gold("Tuesday")]},
    ]
    file = dataset(tmp_path, [ROWS[0], {"id": "c", "turns": turns}])
    modes = ["open", "conversation"]
    run = evaluate(file, settings=SETTINGS, out=tmp_path / "o", engine=engine, modes=modes)
    assert list(rows_of(run)) == ["right", "c/1", "c/2"]
    rows = rows_of(run, "predictions.conversation.jsonl")
    assert {name: row["turn"] for name, row in rows.items()} == {"c/1": 1, "c/2": 2}
    assert [each.name for each in run.summaries["conversation"].slices["turn"]] == ["turn 1", "turn 2"]
    with pytest.raises(DatasetError, match="expected conversations"):
        evaluate(dataset(tmp_path, ROWS), settings=SETTINGS, out=tmp_path / "o", engine=engine, modes=["conversation"])


def test_a_turn_hears_nothing_of_the_conversation_before(tmp_path: Path, engine: Citespan) -> None:
    """The second conversation's first turn is a bad row and skipped: its follow-up must not lean on the first one."""
    first = [{"question": "Who was on board?", "answers": []}]
    second = [{"question": "Q" * 3000, "answers": []}, {"question": "When did he speak?", "answers": []}]
    file = dataset(tmp_path, [{"id": "a", "turns": first}, {"id": "b", "turns": second}])
    run = evaluate(file, settings=SETTINGS, out=tmp_path / "o", engine=engine, skip_bad=True)
    assert list(rows_of(run)) == ["a/1", "b/2"]
    assert isinstance(engine.retriever, OverlapRetriever)
    assert engine.retriever.asked[-1] == "When did he speak?"
