"""Drafting a question set in the terminal: what the author types, and what stands in the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eval.dataset import load_dataset
from eval.new import draft
from qa.errors import InputError
from qa.feedback import Judgement, keep
from qa.pipeline import Citespan
from tests.eval.small import small_engine
from tests.examples import document

TOWN = document("The mayor spoke.\nThe old mayor won on Friday.\nNobody died.", "t.txt")


@pytest.fixture
def engine() -> Citespan:
    return small_engine([TOWN], {"Who spoke?": [("mayor", 3.0)], "When did she win?": [("won", 2.0)]})


def drafted(path: Path, questions: str, typed: list[str], engine: Citespan) -> tuple[list[dict[str, Any]], list[str]]:
    source, out = path / "questions.txt", path / "set.jsonl"
    said: list[str] = []
    source.write_text(questions, encoding="utf-8")
    answers: Iterator[str] = iter(typed)

    def prompt(_: str) -> str:
        try:
            return next(answers)
        except StopIteration:
            raise EOFError from None

    draft(source, out, engine, prompt, said.append)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] if out.exists() else []
    return rows, said


def test_an_offered_span_becomes_gold(tmp_path: Path, engine: Citespan) -> None:
    rows, said = drafted(tmp_path, "Who spoke?\n", ["1"], engine)
    assert rows == [
        {
            "id": "q-001",
            "question": "Who spoke?",
            "answers": [{"text": "mayor", "source": "t.txt", "start": 4, "end": 9}],
        }
    ]
    assert any("The >>mayor<< spoke." in line for line in said)
    assert load_dataset(tmp_path / "set.jsonl").questions[0].gold_texts == ["mayor"]


def test_typed_words_are_looked_up_before_they_become_gold(tmp_path: Path, engine: Citespan) -> None:
    rows, said = drafted(tmp_path, "When did she win?", ["Monday", "Friday", "1"], engine)
    start = TOWN.text.index("Friday")
    assert rows[0]["answers"] == [{"text": "Friday", "source": "t.txt", "start": start, "end": start + 6}]
    assert any("no article has these as whole words" in line for line in said)


@pytest.mark.parametrize(
    ("text", "typed", "places"),
    [
        ("Toward the war. A warlord, post-war.", "war", ["war", "war"]),
        ("Toward the war.", "ward the w", []),
        ("1500 of 500, 1,500 and 500.5 or 500.", "500", ["500", "500"]),
        ("Egeland's plan, Egelands.", "Egeland", ["Egeland"]),
        ("Ein Gru\u00df, Gru\u00dfwort", "Gru\u00df", ["Gru\u00df"]),
        ("cafe\u0301 and cafe", "cafe", ["cafe"]),
        ("in (war) in", "(war)", ["(war)"]),
        ("\u548c\u5e73\u534f\u8bae", "\u5e73\u534f", ["\u5e73\u534f"]),
    ],
)
def test_typed_words_are_sought_as_whole_words(tmp_path: Path, text: str, typed: str, places: list[str]) -> None:
    rows, said = drafted(tmp_path, "Why?", [typed], small_engine([document(text, "w.txt")]))
    assert rows == []
    assert [line.partition(">>")[2].partition("<<")[0] for line in said if ">>" in line] == places
    assert any("no article has these" in line for line in said) is (not places)


def test_no_answer_skip_stop_and_going_on(tmp_path: Path, engine: Citespan) -> None:
    questions = "Who died?\n\nWho spoke?\nWho spoke?\nWhen did she win?\n"
    rows, _ = drafted(tmp_path, questions, ["n", "s", "q"], engine)
    assert [(row["question"], row["answers"]) for row in rows] == [("Who died?", [])]
    rows, _ = drafted(tmp_path, questions, ["9", "", "1"], engine)
    assert [row["question"] for row in rows] == ["Who died?", "Who spoke?"]
    assert [row["id"] for row in rows] == ["q-001", "q-002"]


def test_feedback_is_taken_over(tmp_path: Path, engine: Citespan) -> None:
    keep(tmp_path, Judgement("Who spoke?", engine.answer("Who spoke?"), "right"))
    done = draft(tmp_path, tmp_path / "set.jsonl", engine)
    assert (done.written, done.skipped) == (1, 0)
    assert load_dataset(tmp_path / "set.jsonl").questions[0].gold_texts == ["mayor"]
    assert draft(tmp_path, tmp_path / "set.jsonl", engine).written == 0


def test_bad_sources(tmp_path: Path, engine: Citespan) -> None:
    with pytest.raises(InputError, match=r"feedback\.jsonl"):
        draft(tmp_path, tmp_path / "out.jsonl", engine)
    with pytest.raises(InputError, match="question a line"):
        draft(tmp_path / "gone.txt", tmp_path / "out.jsonl", engine)
