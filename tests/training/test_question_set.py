"""Rows of a data set as articles and a question set."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from eval.dataset import load_dataset
from qa.errors import CitespanError
from qa.training.load import Row
from qa.training.question_set import main, write_question_set
from tests.training.small import rows, write_data

ROWS = [
    Row("1", "Who ran?", "Bob ran.", ((0, 3),), "towns", "b"),
    Row("2", "Who slept?", "Zoë slept. Bob ran.", ((0, 3),), "towns", "a"),
    Row("3", "Who wept?", "Bob ran.", (), "towns", "b"),
    Row("4", "Who sang?", "Ann\nsang to Eve.", ((0, 3), (12, 15)), "towns", "b"),
]


def test_the_golds_stand_in_the_articles_where_they_are_said_to(tmp_path: Path) -> None:
    write_question_set(ROWS, tmp_path / "set")
    texts = {path.name: path.read_bytes().decode() for path in (tmp_path / "set" / "articles").iterdir()}
    assert texts == {"00000.txt": "Zoë slept. Bob ran.", "00001.txt": "Bob ran.\n\nAnn\nsang to Eve."}
    found = load_dataset(tmp_path / "set" / "questions.jsonl")
    assert not found.troubles
    assert [(each.id, each.text, each.gold_texts) for each in found.questions] == [
        ("1", "Who ran?", ["Bob"]),
        ("2", "Who slept?", ["Zoë"]),
        ("3", "Who wept?", []),
        ("4", "Who sang?", ["Ann", "Eve"]),
    ]
    for question in found.questions:
        for gold in question.answers:
            assert gold.source is not None and texts[Path(gold.source).name][gold.start : gold.end] == gold.text
    with pytest.raises(CitespanError, match=r"set: expected a new folder, found one"):
        write_question_set(ROWS, tmp_path / "set")


def test_alone_it_asks_questions_of_our_own_on_the_texts_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = str(write_data(tmp_path / "data") / "towns.jsonl.gz")
    assert main(["--texts", texts, "--out", str(tmp_path / "all")]) == 0
    assert capsys.readouterr().out.startswith(f"{len(rows())} questions on 6 articles: ")
    context = next(str(row["context"]) for row in rows() if row["id"] == "3-1")
    digest = hashlib.sha256(context.encode()).hexdigest()[:12]
    asked = [
        {"id": "own", "question": "Who?", "context": "Ann sang.", "group": "song", "answers": [[0, 3]]},
        {"id": "on", "question": "Who?", "passage": ["towns:3-1"], "sha256": digest, "answers": [[4, 12]]},
        {"id": "else", "question": "Who?", "passage": ["cities:1"], "sha256": digest, "answers": []},
    ]
    with gzip.open(tmp_path / "own.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in asked)
    options = ["--questions", str(tmp_path / "own.jsonl.gz"), "--out"]
    assert main([*options, str(tmp_path / "own"), "--texts", texts]) == 0
    articles = sorted((tmp_path / "own" / "articles").iterdir())
    assert [path.read_text() for path in articles] == [context, "Ann sang."]
    found = load_dataset(tmp_path / "own" / "questions.jsonl").questions
    assert [(each.id, each.gold_texts) for each in found] == [("own", ["Ann"]), ("on", [context[4:12]])]
    assert main([*options, str(tmp_path / "alone")]) == 0
    assert [path.read_text() for path in (tmp_path / "alone" / "articles").iterdir()] == ["Ann sang."]

    def refused(*arguments: str) -> str:
        with pytest.raises(SystemExit, match="2"):
            main(arguments)
        return capsys.readouterr().err

    assert "expected a new folder" in refused(*options, str(tmp_path / "own"))
    assert "expected rows to ask, found none" in refused("--out", str(tmp_path / "none"))
    assert "found '0-0' twice; name fewer files" in refused("--texts", texts, texts, "--out", str(tmp_path / "twice"))
    (tmp_path / "file").touch()
    assert "expected a folder that can be written" in refused(*options, str(tmp_path / "file" / "deep"))
    assert not (tmp_path / "none").exists() and not (tmp_path / "twice").exists()
