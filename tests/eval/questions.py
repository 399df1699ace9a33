"""Two articles, questions about them, and the words that the small engine answers with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eval.run import Run
from tests.examples import document

ALEPPO = document(
    "The war began in 2011 in Syria.\nThe envoy, Jan Egeland, spoke on Tuesday.\nThe <b>mayor</b> said 82 people died.",
    "seeds/aleppo.txt",
)


FERRY = document("A ferry ran aground on Tuesday.\nThe envoy, Jan Egeland, was on board.", "seeds/ferry.txt")


TOLD = {
    "When did the war begin?": [("2011", 3.0)],
    "Who spoke on Tuesday?": [("envoy", 2.0), ("Jan Egeland", 1.0)],
    "How many people died?": [("82 people", -2.0)],
    "Who is the president of the envoy?": [("Jan Egeland", 2.0)],
    "Who was on board?": [("Jan Egeland", 4.0)],
}


def gold(text: str, of: Any = ALEPPO) -> dict[str, Any]:
    start = of.text.index(text)
    return {"text": text, "source": Path(of.source).name, "start": start, "end": start + len(text)}


ROWS: list[dict[str, Any]] = [
    {"id": "right", "question": "When did the war begin?", "answers": [gold("2011")]},
    {"id": "ranked", "question": "Who spoke on Tuesday?", "answers": [gold("Jan Egeland")]},
    {"id": "near-miss", "question": "Who is the president of the envoy?", "answers": []},
    {"id": "refused", "question": "How many people died?", "answers": [gold("82 people")]},
    {"id": "foreign", "question": "Zzz?", "answers": []},
    {"id": "unread", "question": "Mayor?", "answers": [gold("mayor")]},
    {"id": "unfound", "question": "Xyzzy?", "answers": [gold("Syria")]},
    {"id": "both", "question": "Who was on board?", "answers": [gold("Jan Egeland", FERRY), gold("Jan Egeland")]},
]


def dataset(path: Path, rows: list[dict[str, Any]]) -> Path:
    file = path / "set.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def squad(path: Path) -> Path:
    def paragraph(of: Any, *qas: tuple[str, str, str]) -> dict[str, Any]:
        answers = [
            {"id": i, "question": q, "answers": [{"text": a, "answer_start": of.text.index(a)}] if a else []}
            for i, q, a in qas
        ]
        return {"context": of.text, "qas": answers}

    first = paragraph(ALEPPO, ("1", "When did the war begin?", "2011"), ("2", "How many people died?", "82"))
    second = paragraph(FERRY, ("3", "Who was on board?", "Jan Egeland"), ("4", "Who is the king?", ""))
    file = path / "dev.json"
    file.write_text(json.dumps({"data": [{"title": "T", "paragraphs": [first, second]}]}), encoding="utf-8")
    return file


def rows_of(run: Run, name: str = "predictions.jsonl") -> dict[str, dict[str, Any]]:
    lines = (run.out / name).read_text(encoding="utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}
