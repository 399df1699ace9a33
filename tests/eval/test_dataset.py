"""Question sets: five formats read, and every kind of bad row named by its number."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from eval.articles import Articles, locate
from eval.dataset import Dataset, Gold, load_dataset
from eval.dataset.checks import misplaced, nearest
from eval.metrics.citations import Place
from qa.errors import DatasetError
from tests.eval.small import small_engine
from tests.examples import document

CONTEXT = "Rosa Marín mends violins in Gijón. She is 61."


def lines(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def squad(path: Path, *qas: dict[str, Any], context: str = CONTEXT) -> Path:
    data = {"version": "v2.0", "data": [{"title": "Rosa", "paragraphs": [{"context": context, "qas": list(qas)}]}]}
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def error(path: Path, *, skip_bad: bool = False) -> str:
    with pytest.raises(DatasetError) as caught:
        load_dataset(path, skip_bad=skip_bad)
    return str(caught.value)


def test_own_rows_with_and_without_an_answer(tmp_path: Path) -> None:
    found = load_dataset(
        lines(
            tmp_path / "q.jsonl",
            {"id": "1", "question": "Who?", "answers": [{"text": "Rosa", "source": "a.txt", "start": 0, "end": 4}]},
            {"id": "2", "question": "Why?", "answers": [], "kind": "why", "tags": ["near-miss"]},
        )
    )
    assert found.format == "jsonl"
    assert not found.brings_text
    first, second = found.questions
    assert first.answers == (Gold("Rosa", "a.txt", 0, 4),)
    assert (second.answerable, second.row, second.kind, second.tags) == (False, 2, "why", ("near-miss",))


def test_a_conversation_is_a_question_a_turn(tmp_path: Path) -> None:
    turns = [{"question": "Who?", "answers": []}, {"question": "And where?", "answers": []}]
    found = load_dataset(lines(tmp_path / "q.jsonl", {"id": "conv-1", "turns": turns}))
    assert [(each.id, each.earlier) for each in found.questions] == [("conv-1/1", ()), ("conv-1/2", ("Who?",))]


def test_rows_that_bring_their_context_share_it(tmp_path: Path) -> None:
    rows = [
        {"id": str(i), "question": f"Q{i}?", "context": CONTEXT, "answers": [{"text": "61", "start": 42}], "group": "g"}
        for i in range(2)
    ]
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    found = load_dataset(path)
    assert list(found.paragraphs) == ["g#1"]
    assert {each.paragraph for each in found.questions} == {"g#1"}
    assert found.questions[0].answers == (Gold("61", "g#1", 42, 44),)
    assert found.paragraphs["g#1"].text == CONTEXT


def test_squad_with_unanswerable_questions(tmp_path: Path) -> None:
    found = load_dataset(
        squad(
            tmp_path / "dev.json",
            {"id": "a", "question": "How old?", "answers": [{"text": "61", "answer_start": 42}] * 2},
            {"id": "b", "question": "Whose?", "answers": [], "is_impossible": True, "plausible_answers": []},
        )
    )
    assert found.format == "squad"
    assert found.questions[0].gold_texts == ["61"]
    assert not found.questions[1].answerable
    assert found.questions[0].paragraph == "Rosa#1"


@pytest.mark.parametrize("packed", [False, True])
def test_mrqa_spans_include_their_end_and_aliases_need_not_stand_in_the_context(tmp_path: Path, packed: bool) -> None:
    entry = {
        "qid": "m1",
        "question": "How old?",
        "answers": ["61", "sixty-one"],
        "detected_answers": [{"text": "61", "char_spans": [[42, 43]], "token_spans": [[9, 9]]}],
    }
    path = lines(tmp_path / "m.jsonl", {"header": {"dataset": "X"}}, {"context": CONTEXT, "qas": [entry]})
    if packed:
        path = tmp_path / "m.jsonl.gz"
        path.write_bytes(gzip.compress((tmp_path / "m.jsonl").read_bytes()))
    found = load_dataset(path)
    assert found.format == "mrqa"
    question = found.questions[0]
    assert question.answers[0] == Gold("61", "m#1", 42, 44)
    assert question.gold_texts == ["61", "sixty-one"]


def test_csv_with_several_answers_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text('id,Question,Answer\n1,"Who, now?",Rosa|Rosa Marín\n2,Why?,\n', encoding="utf-8-sig")
    first, second = load_dataset(path).questions
    assert first.text == "Who, now?"
    assert first.gold_texts == ["Rosa", "Rosa Marín"]
    assert (second.id, second.answerable) == ("2", False)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"id": "x", "answers": []}, "expected a key 'question'"),
        ({"id": "x", "question": "Q?"}, "expected a key 'answers'"),
        ({"id": "x", "question": 7, "answers": []}, "expected question as text, found int"),
        ({"id": "x", "question": " ", "answers": []}, "expected a question, found an empty one"),
        ({"id": "x", "question": "Q?", "answers": ["61"]}, "expected answers as a list of objects"),
        ({"id": "x", "question": "Q?", "answers": [{"text": " "}]}, "expected the words of an answer"),
        ({"id": "x", "question": "Q?", "answers": [{"text": "a", "start": "1"}]}, "expected start as a whole number"),
        ({"id": "x", "question": "Q?", "answers": [{"text": "a", "start": -1}]}, "expected start at 0 or above"),
        ({"id": "x", "question": "Q?", "answers": [{"text": "a", "end": 4}]}, "expected start beside end"),
        ({"id": "good", "question": "Q?", "answers": []}, "which row 1 has"),
        ({"id": "x", "question": "Q\ufffd?", "answers": []}, "replacement character"),
        ({"id": "x", "question": "Q?", "context": " ", "answers": []}, "expected a context, found an empty one"),
        (
            {"id": "x", "question": "Q?", "context": CONTEXT, "answers": [{"text": "61", "start": 43}]},
            "it stands at 42 (offset off by one)",
        ),
        (
            {"id": "x", "question": "Q?", "context": CONTEXT, "answers": [{"text": "62", "start": 42}]},
            "it stands nowhere in there",
        ),
        (
            {"id": "x", "question": "Q?", "context": CONTEXT, "answers": [{"text": "62"}]},
            "does not stand in its context",
        ),
    ],
)
def test_a_bad_row_is_named_and_the_good_one_still_runs(tmp_path: Path, row: dict[str, Any], said: str) -> None:
    path = lines(tmp_path / "q.jsonl", {"id": "good", "question": "Good?", "answers": []}, row)
    message = error(path)
    assert "1 bad row and 1 good" in message
    assert f"row 2: {said}" in message or ("row 2: " in message and said in message)
    assert "--skip-bad" in message
    kept = load_dataset(path, skip_bad=True)
    assert [each.id for each in kept.questions] == ["good"]
    assert [each.row for each in kept.troubles] == [2]


def test_many_bad_rows_are_counted(tmp_path: Path) -> None:
    message = error(lines(tmp_path / "q.jsonl", *[{"id": str(i), "answers": []} for i in range(24)]))
    assert "24 bad rows and 0 good" in message
    assert message.count("expected a key 'question'") == 20
    assert "and 4 more" in message
    assert "no good row is left" in message
    assert error(tmp_path / "q.jsonl", skip_bad=True)


def test_broken_lines_and_foreign_bytes_are_named(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    good = b'{"id": "1", "question": "Q?", "answers": []}\n'
    path.write_bytes(good + b'{"id": \n' + b'{"id": "3", "question": "Gij\xf3n?", "answers": []}\n')
    message = error(path)
    assert "row 2: expected a JSON object a line" in message
    assert "row 3: expected UTF-8" in message
    assert len(load_dataset(path, skip_bad=True).questions) == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.jsonl", b"  \n", "found an empty file"),
        ("none.json", b'{"data": []}', "found none"),
        ("other.json", b'{"rows": []}', "bad row"),
        ("list.json", b"[1, 2]", "expected SQuAD JSON"),
        ("broken.json", b'{"data": [', "expected JSON, found"),
        ("text.txt", b"Who is it?", "none of them"),
        ("columns.csv", b"q,a\n1,2\n", "expected columns question and answer, found q, a"),
        ("cells.csv", b"question,answer\n1,2,3\n", "row 2: expected 2 cells"),
        ("binary.jsonl", b"\x00\x01\x02", "binary"),
        ("cut.jsonl.gz", gzip.compress(b"x" * 1000)[:20], "expected a readable question file"),
    ],
)
def test_files_that_are_no_question_set(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert said in error(tmp_path / name, skip_bad=True)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    assert "found a folder" in error(tmp_path)
    assert "found nothing there" in error(tmp_path / "gone.jsonl")


def test_the_same_question_twice_is_only_noted(tmp_path: Path) -> None:
    rows = [{"id": str(i), "question": "Who  is it?", "answers": []} for i in range(2)]
    found = load_dataset(lines(tmp_path / "q.jsonl", *rows))
    assert len(found.questions) == 2
    assert [(each.row, each.fatal) for each in found.troubles] == [(2, False)]


def test_places_of_answers() -> None:
    assert misplaced(Gold("61", None, 42, 44), CONTEXT, "it") is None
    assert "the end should be 44" in str(misplaced(Gold("61", None, 42, 45), CONTEXT, "it"))
    assert nearest("ab ab ab", "ab", 4) == 3
    assert nearest("ab", "x", 0) is None


def located(dataset: Dataset) -> tuple[list[tuple[Place, ...]], list[str]]:
    stored = [document(CONTEXT, "seeds/a.txt"), document("Rosa sings.", "deep/b.txt")]
    found, troubles = locate(dataset.questions, Articles(small_engine(stored).store))
    return [each.places for each in found], [each.what for each in troubles]


@pytest.mark.parametrize("source", ["seeds/a.txt", "./seeds/a.txt", "/else/where/a.txt", "a.txt", "a"])
def test_golds_are_found_however_the_article_is_named(tmp_path: Path, source: str) -> None:
    answer = {"text": "61", "source": source, "start": 42, "end": 44}
    places, troubles = located(
        load_dataset(lines(tmp_path / "q.jsonl", {"id": "1", "question": "Q?", "answers": [answer]}))
    )
    assert places == [(Place(document("", "seeds/a.txt").id, 42, 44),)]
    assert not troubles


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"text": "61", "source": "c.txt"}, "expected an indexed article 'c.txt', found none"),
        ({"text": "61", "source": "a.txt", "start": 41, "end": 43}, "offset off by one"),
        ({"text": "Ovid", "source": "a.txt"}, "does not stand in a.txt"),
        ({"text": "Ovid"}, "stands in no indexed article"),
    ],
)
def test_golds_that_stand_in_no_article_are_named(tmp_path: Path, answer: dict[str, Any], said: str) -> None:
    good = {"id": "1", "question": "Q?", "answers": [{"text": "ROSA   sings"}]}
    bad = {"id": "2", "question": "Q2?", "answers": [answer]}
    places, troubles = located(load_dataset(lines(tmp_path / "q.jsonl", good, bad)))
    assert places == [()]
    assert len(troubles) == 1
    assert said in troubles[0]


def test_every_row_whose_gold_stands_in_no_article_is_named(tmp_path: Path) -> None:
    """Not only the first of those that share it; and no row is lost for a wording that is not sought for it."""
    answers: list[list[dict[str, Any]]] = [[{"text": text}] for text in ("Ovid", "Ovid", "ovid  ", "Rosa")]
    answers.append([{"text": "61", "source": "a.txt", "start": 42, "end": 44}, {"text": "Ovid"}])
    rows = [{"id": str(i), "question": f"Q{i}?", "answers": each} for i, each in enumerate(answers)]
    places, troubles = located(load_dataset(lines(tmp_path / "q.jsonl", *rows)))
    assert [each[-3:] for each in troubles] == ["(0)", "(1)", "(2)"]
    assert len(places) == 2


def test_a_gold_without_offsets_may_stand_in_several_places(tmp_path: Path) -> None:
    answer = {"text": "i", "source": "b.txt"}
    places, _ = located(load_dataset(lines(tmp_path / "q.jsonl", {"id": "1", "question": "Q?", "answers": [answer]})))
    assert [place.start for place in places[0]] == [6]
