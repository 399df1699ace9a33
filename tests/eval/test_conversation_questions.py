"""The conversations: gold at its offsets in every turn, follow-ups with a full form, some to be left alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONVERSATIONS = ROOT / "eval" / "questions" / "conversations.jsonl"
DATASHEET = ROOT / "eval" / "questions" / "DATASHEET.md"
ARTICLES = sorted((ROOT / "eval" / "questions" / "articles").glob("*.txt"))

Row = dict[str, Any]
ROWS: list[Row] = [json.loads(line) for line in CONVERSATIONS.read_text(encoding="utf-8").splitlines()]
FOLLOW_UPS: list[Row] = [turn for row in ROWS for turn in row["turns"][1:]]


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_every_gold_stands_at_its_offsets(row: Row) -> None:
    for turn in row["turns"]:
        spans = [(answer["source"], answer["start"], answer["end"]) for answer in turn["answers"]]
        assert len(set(spans)) == len(spans)
        for answer in turn["answers"]:
            text = (ROOT / answer["source"]).read_bytes().decode("utf-8")
            start, end = answer["start"], answer["end"]
            assert text[start:end] == answer["text"] == answer["text"].strip() != ""
            assert not (text[start].isalnum() and text[start - 1 : start].isalnum())
            assert not (text[end - 1].isalnum() and text[end : end + 1].isalnum())


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_rows_have_the_format_of_the_datasheet(row: Row) -> None:
    assert list(row) == ["id", "turns"]
    assert 2 <= len(row["turns"]) <= 4
    for turn in row["turns"]:
        assert list(turn) == ["question", "full", "answers"]
        assert turn["question"].strip() == turn["question"] != ""
        assert turn["full"].strip() == turn["full"] != ""


def test_the_first_turn_needs_no_history() -> None:
    assert [row["id"] for row in ROWS if row["turns"][0]["full"] != row["turns"][0]["question"]] == []
    assert [row["id"] for row in ROWS if not row["turns"][0]["answers"]] == []


def test_ids_and_opening_questions_are_unique() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    assert len({row["turns"][0]["question"] for row in ROWS}) == len(ROWS)


def test_the_set_is_large_and_mixed_enough() -> None:
    alone = sum(turn["full"] == turn["question"] for turn in FOLLOW_UPS)
    assert len(ROWS) >= 32
    assert alone >= 12 and len(FOLLOW_UPS) - alone >= 50
    assert sum(not turn["answers"] for turn in FOLLOW_UPS) >= 6


def test_gold_draws_on_the_seeds_and_on_every_invented_article() -> None:
    used = {answer["source"] for row in ROWS for turn in row["turns"] for answer in turn["answers"]}
    invented = {path.relative_to(ROOT).as_posix() for path in ARTICLES}
    assert len(invented) >= 4
    assert used == invented | {"seeds/000_973add20a1fe39af.txt", "seeds/004_b8f2ff7c7e3e8278.txt"}
    assert all(150 <= len(path.read_text(encoding="utf-8").split()) <= 300 for path in ARTICLES)


def test_the_datasheet_gives_the_counts_of_the_set() -> None:
    table = re.findall(r"^\| ([\w -]+?) \| (\d+) \|$", DATASHEET.read_text(encoding="utf-8"), re.M)
    alone = sum(turn["full"] == turn["question"] for turn in FOLLOW_UPS)
    invented = sum("/articles/" in row["turns"][0]["answers"][0]["source"] for row in ROWS)
    assert {name: int(count) for name, count in table} == {
        "conversations": len(ROWS),
        "over the seed articles": len(ROWS) - invented,
        "over the invented articles": invented,
        "turns": len(ROWS) + len(FOLLOW_UPS),
        "follow-ups that need their history": len(FOLLOW_UPS) - alone,
        "follow-ups that stand alone": alone,
        "turns to be refused": sum(not turn["answers"] for row in ROWS for turn in row["turns"]),
    }
