"""Questions of our own on the contexts of the data sets."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from qa.errors import SettingsError
from qa.training.config import Config, read_config
from qa.training.dataset import build
from qa.training.load import Row, TrainingDataError
from qa.training.questions import question_files, read_questions
from tests.training.small import rows, write_base, write_data, write_recipe

ROWS = [
    Row("1", "who?", "Bob ran.", (), "towns_unsure", "a"),
    Row("2", "who?", "Carol slept.", (), "towns", "a"),
]


def write(path: Path, *rows: object) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def question(number: int, passage: list[str], answers: list[list[int]]) -> dict[str, object]:
    return {"id": f"near-{number}", "question": "Who slept?", "passage": passage, "answers": answers}


def test_a_passage_is_put_together_from_the_rows_it_names(tmp_path: Path) -> None:
    path = write(tmp_path / "near.jsonl.gz", question(1, ["towns:1", "towns:2"], [[9, 14]]))
    (row,) = read_questions(path, ROWS)
    assert (row.id, row.source, row.group, row.question) == ("near-1", "near", "a", "Who slept?")
    assert row.context == "Bob ran. Carol slept." and row.context[slice(*row.answers[0])] == "Carol"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (question(2, ["towns:3"], []), r"near\.jsonl\.gz:2: .*'towns:3'"),
        (question(2, ["towns:1"], [[4, 9]]), r"gz:2: .*within the 8 characters .*4, 9"),
        (question(2, ["towns:1"], [[4, 4]]), r"gz:2: .*within the 8"),
        (question(2, ["towns:1"], [[-4, 2]]), r"gz:2: .*within the 8"),
        (question(2, ["towns:1"], [[1, 2, 3]]), r"gz:2: .*expected id, question, passage and answers.*ValueError"),
        (question(2, [], []), r"gz:2: .*expected id, question, passage and answers"),
        ({"id": "near-2", "question": "Who?", "answers": []}, r"gz:2: .*KeyError"),
    ],
)
def test_a_row_that_does_not_fit_is_named_by_file_and_line(tmp_path: Path, row: object, message: str) -> None:
    path = write(tmp_path / "near.jsonl.gz", question(1, ["towns:2"], []), row)
    with pytest.raises(TrainingDataError, match=message):
        read_questions(path, ROWS)
    with pytest.raises(TrainingDataError, match=r"gone.*no such file.*`questions`"):
        read_questions(tmp_path / "gone.jsonl.gz", ROWS)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A recipe with two questions on one passage, and one on a passage that is held out (article-0)."""
    path = write(
        tmp_path / "near.jsonl.gz",
        question(1, ["towns:3-1"], [[4, 12]]),
        question(2, ["towns:3-1"], []),
        question(3, ["towns:0-1"], [[4, 12]]),
    )
    config = read_config(write_recipe(tmp_path / "r.toml", write_base(tmp_path / "base"), steps=1))
    phases = tuple(
        replace(phase, mixture={**phase.mixture, "near": 1, "near_unanswerable": 1}) for phase in config.phases
    )
    return replace(config, questions=(str(path),), phases=phases)


def test_those_on_passages_that_are_not_there_may_be_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "near.jsonl.gz", question(1, ["towns:3"], [[99, 100]]), question(2, ["towns:2"], []))
    assert [row.id for row in read_questions(path, ROWS, every=False)] == ["near-2"]
    assert read_questions(path, [], every=False) == []


def test_they_are_sources_of_their_own_and_none_is_on_what_is_held_out(tmp_path: Path, config: Config) -> None:
    data = write_data(tmp_path / "data")
    dataset, encoder = build(data, config, tmp_path / "base" / "tokenizer.json", tmp_path / "out")
    (answerable,), (unanswerable,) = dataset.train["near"], dataset.train["near_unanswerable"]
    assert answerable.answers == ((1, 2),) and unanswerable.answers == ()
    context = next(row["context"] for row in rows() if row["id"] == "3-1")
    assert (answerable.context.ids == encoder.encode([Row("", "", str(context), (), "", "")])[0].context.ids).all()
    assert "unanswerable" not in dataset.train and set(dataset.files) == {"near", "towns"}


def test_a_changed_file_is_read_anew_and_a_share_of_a_file_not_named_is_refused(tmp_path: Path, config: Config) -> None:
    data, tokenizer = write_data(tmp_path / "data"), tmp_path / "base" / "tokenizer.json"
    build(data, config, tokenizer, tmp_path / "out")
    write(tmp_path / "near.jsonl.gz", question(1, ["towns:3-1"], [[4, 12]]), question(2, ["towns:3-1"], [[0, 3]]))
    dataset, _ = build(data, config, tokenizer, tmp_path / "out")
    assert len(dataset.train["near"]) == 2 and "near_unanswerable" not in dataset.train
    with pytest.raises(SettingsError, match=r"\['near', 'near_unanswerable'\]"):
        build(data, replace(config, questions=()), tokenizer, tmp_path / "out")


def test_a_bare_name_is_looked_for_beside_the_training_code() -> None:
    (path,) = question_files(["near.jsonl.gz"])
    assert path.parent.name == "training" and (path.parent / "recipe.toml").is_file()
