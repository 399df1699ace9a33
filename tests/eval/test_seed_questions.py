"""The two seed question sets: every gold span stands at its offsets, and they are made up as the datasheet says."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "eval" / "questions"
DATASHEET = ROOT / "eval" / "questions" / "DATASHEET.md"
SOURCES = ("seeds/000_973add20a1fe39af.txt", "seeds/004_b8f2ff7c7e3e8278.txt")
TAGS = {"both", "conflict", "caption", "headline", "keyword", "lowercase", "long", "near-miss", "foreign"}

Row = dict[str, Any]


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


def article(source: str) -> str:
    return (ROOT / source).read_bytes().decode("utf-8")


ROWS, PLAIN = rows("seeds.jsonl"), rows("seeds_plain.jsonl")
BOTH = pytest.mark.parametrize("rows", [ROWS, PLAIN], ids=["seeds", "plain"])
EACH = pytest.mark.parametrize("row", ROWS + PLAIN, ids=[row["id"] for row in ROWS + PLAIN])


@EACH
def test_every_gold_stands_at_its_offsets(row: Row) -> None:
    spans = [(answer["source"], answer["start"], answer["end"]) for answer in row["answers"]]
    assert len(set(spans)) == len(spans)
    for answer in row["answers"]:
        assert answer["source"] in SOURCES
        assert answer["text"].strip() == answer["text"] != ""
        assert article(answer["source"])[answer["start"] : answer["end"]] == answer["text"]


@EACH
def test_no_gold_starts_or_ends_inside_a_word(row: Row) -> None:
    for answer in row["answers"]:
        text, start, end = article(answer["source"]), answer["start"], answer["end"]
        assert not (text[start].isalnum() and text[start - 1 : start].isalnum())
        assert not (text[end - 1].isalnum() and text[end : end + 1].isalnum())


@BOTH
def test_rows_have_the_format_of_the_datasheet(rows: list[Row]) -> None:
    for row in rows:
        assert list(row) == ["id", "question", "answers", "kind", "tags"]
        assert row["question"].strip() == row["question"] != ""
        assert set(row["tags"]) <= TAGS
        refused = {"near-miss", "foreign"} & set(row["tags"])
        assert len(refused) == (0 if row["answers"] else 1), row["id"]


@BOTH
def test_a_question_tagged_both_has_gold_in_both_articles(rows: list[Row]) -> None:
    for row in rows:
        sources = {answer["source"] for answer in row["answers"]}
        assert ("both" in row["tags"]) <= (sources == set(SOURCES)), row["id"]


def asked(row: Row) -> str:
    """The question's words alone."""
    return " ".join(re.findall(r"\w+", row["question"].lower()))


@BOTH
def test_ids_and_questions_are_unique(rows: list[Row]) -> None:
    assert len({row["id"] for row in rows}) == len(rows)
    assert [question for question, count in Counter(map(asked, rows)).items() if count > 1] == []


def test_the_plain_questions_are_others_but_for_nine() -> None:
    assert len({asked(row) for row in ROWS} & {asked(row) for row in PLAIN}) == 9


def test_the_set_is_large_and_mixed_enough() -> None:
    tags = Counter(tag for row in ROWS for tag in row["tags"])
    kinds = Counter(row["kind"] for row in ROWS if row["answers"])
    assert len(ROWS) >= 150
    assert sum(not row["answers"] for row in ROWS) >= 52
    assert min(tags["near-miss"], tags["foreign"]) >= 26
    assert tags["both"] >= 10 and tags["conflict"] >= 4
    assert {"who", "what", "which", "when", "where", "why", "how", "how many", "quote"} <= set(kinds)
    for source in SOURCES:
        assert sum(any(a["source"] == source for a in row["answers"]) for row in ROWS) >= 40


@pytest.mark.parametrize(("rows", "section"), [(ROWS, "## What is in it"), (PLAIN, "## The plain questions")])
def test_the_datasheet_gives_the_counts_of_the_set(rows: list[Row], section: str) -> None:
    """Each table row `| name | all | answered | refused |` of the section must agree with the file."""
    part = DATASHEET.read_text(encoding="utf-8").split(section)[1].split("\n## ")[0]
    table = re.findall(r"^\| ([\w -]+?) \| (\d+) \| (\d+) \| (\d+) \|$", part, re.M)
    found = {name: (int(a), int(b), int(c)) for name, a, b, c in table}

    def counts(chosen: list[Row]) -> tuple[int, int, int]:
        answered = sum(bool(row["answers"]) for row in chosen)
        return len(chosen), answered, len(chosen) - answered

    expected = {"all": counts(rows)}
    for kind in {row["kind"] for row in rows}:
        expected[f"kind {kind}"] = counts([row for row in rows if row["kind"] == kind])
    for tag in {tag for row in rows for tag in row["tags"]}:
        expected[f"tag {tag}"] = counts([row for row in rows if tag in row["tags"]])
    for name, wanted in {"000": {SOURCES[0]}, "004": {SOURCES[1]}, "both": set(SOURCES)}.items():
        expected[f"gold in {name}"] = counts([row for row in rows if {a["source"] for a in row["answers"]} == wanted])
    assert found == expected
