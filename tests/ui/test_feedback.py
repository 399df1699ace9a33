"""Feedback becomes evaluation questions, and only where it is known what is right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qa.cli import main
from qa.errors import InputError, StoreError
from qa.feedback import FILE, Judgement, export, keep
from ui.chat import judge
from ui.turns import Turn

if TYPE_CHECKING:
    from tests.ui.tiny_engine import TinyEngine

QUESTION = "Who negotiated the ceasefire?"


def turn(engine: TinyEngine, question: str = QUESTION) -> Turn:
    return Turn(question, question, engine.answer(question))


def test_a_right_answer_becomes_gold_with_its_place(engine: TinyEngine, tmp_path: Path) -> None:
    assert judge(engine, tmp_path, turn(engine), "right", "").feedback == "right"
    (row,) = export(tmp_path)
    assert row["question"] == QUESTION
    (gold,) = row["answers"]
    assert engine.show(gold["source"]).text[gold["start"] : gold["end"]] == gold["text"] == "Turkey and Russia"


def test_a_right_refusal_becomes_a_question_without_answers(engine: TinyEngine, tmp_path: Path) -> None:
    judge(engine, tmp_path, turn(engine, "How tall is he?"), "right", "")
    assert [row["answers"] for row in export(tmp_path)] == [[]]


def test_a_wrong_answer_counts_only_with_the_right_one_in_the_articles_words(
    engine: TinyEngine, tmp_path: Path
) -> None:
    judge(engine, tmp_path, turn(engine), "wrong", "no, it was somebody else")
    assert list(export(tmp_path)) == []
    judge(engine, tmp_path, turn(engine), "wrong", " Turkey ")
    ((gold,),) = [row["answers"] for row in export(tmp_path)]
    assert engine.show(gold["source"]).text[gold["start"] : gold["end"]] == gold["text"] == "Turkey"


def test_the_latest_word_on_a_question_counts(engine: TinyEngine, tmp_path: Path) -> None:
    judge(engine, tmp_path, turn(engine), "right", "")
    judge(engine, tmp_path, turn(engine), "wrong", "")
    assert list(export(tmp_path)) == []


def test_no_feedback_exports_nothing(tmp_path: Path) -> None:
    assert list(export(tmp_path)) == []


def test_nothing_to_export_is_said_beside_the_output(
    engine: TinyEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["feedback", "export", "--store", str(tmp_path)]
    assert main(command) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        f"citespan: nothing to export: expected judgements in {tmp_path / FILE}, found none; "
        "judge answers in the chat (`citespan serve`), or name its --store\n"
    )
    judge(engine, tmp_path, turn(engine), "wrong", "no, it was somebody else")
    assert main(command) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "that tells the right answer, found none among 1; judge answers as right" in said.err
    assert said.err.count("\n") == 1
    judge(engine, tmp_path, turn(engine), "right", "")
    assert main(command) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["question"] == QUESTION
    assert said.err == ""


def test_a_file_of_feedback_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b'{"question": "Gij\xf3n?"}\n')
    with pytest.raises(InputError, match=r"feedback\.jsonl: expected what the chat wrote, found bytes of another enc"):
        list(export(tmp_path))
    (tmp_path / FILE).write_text("\n\n{}\n")
    with pytest.raises(InputError, match="line 3"):
        list(export(tmp_path))


def test_a_broken_line_is_named(tmp_path: Path, engine: TinyEngine) -> None:
    judge(engine, tmp_path, turn(engine), "right", "")
    with (tmp_path / FILE).open("a", encoding="utf-8") as file:
        file.write("{broken\n")
    with pytest.raises(InputError, match="line 2: expected a judgement"):
        list(export(tmp_path))


def test_an_unknown_verdict_and_an_unwritable_folder_are_refused(engine: TinyEngine, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="right or wrong"):
        judge(engine, tmp_path, turn(engine), "maybe", "")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError):
        keep(tmp_path / "file", Judgement("q", engine.answer(QUESTION), "right"))


def test_comments_with_line_separators_stay_one_line(engine: TinyEngine, tmp_path: Path) -> None:
    judge(engine, tmp_path, turn(engine), "right", 'a\u2028b\x85c\n"d"')
    (line,) = (tmp_path / FILE).read_text(encoding="utf-8").rstrip("\n").split("\n")
    assert json.loads(line)["comment"] == 'a\u2028b\x85c\n"d"'
    assert len(list(export(tmp_path))) == 1
