"""Questions of our own, on the contexts of the data sets and on passages of our own."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from qa.errors import SettingsError
from qa.training.config import Config, read_config
from qa.training.dataset import build, check_names
from qa.training.load import Row, TrainingDataError
from qa.training.questions import question_files, training_questions, watched_questions
from tests.training.small import rows, write_base, write_data, write_recipe

ROWS = [
    Row("1", "who?", "Bob ran.", (), "towns_unsure", "a"),
    Row("2", "who?", "Carol slept.", (), "towns", "a"),
]


def write(path: Path, *rows: object) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def question(number: int, passage: list[str], answers: list[list[int]], text: str = "Bob ran.") -> dict[str, object]:
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return {"id": f"near-{number}", "question": " Who ran? ", "passage": passage, "sha256": digest, "answers": answers}


def test_a_passage_is_put_together_from_the_rows_it_names(tmp_path: Path) -> None:
    both = question(1, ["towns:1", "towns:2"], [[9, 14]], "Bob ran. Carol slept.")
    (row,) = training_questions(write(tmp_path / "near.jsonl.gz", both), ROWS, ())
    assert (row.id, row.source, row.group, row.question) == ("near-1", "near", "a", "Who ran?")
    assert row.context == "Bob ran. Carol slept." and row.context[slice(*row.answers[0])] == "Carol"
    assert training_questions(tmp_path / "near.jsonl.gz", ROWS, {"Carol slept."}) == []
    assert training_questions(tmp_path / "near.jsonl.gz", ROWS, {"Carol"}) == [row]


def test_a_passage_of_our_own_stands_in_the_row(tmp_path: Path) -> None:
    own = {"id": "own-1", "question": " Who sang? ", "context": "Ann sang.", "group": "song", "answers": [[0, 3]]}
    path = write(tmp_path / "own.jsonl.gz", own, question(2, ["towns:3"], []))
    wanted = Row("own-1", "Who sang?", "Ann sang.", ((0, 3),), "own", "song")
    assert watched_questions(path, []) == [wanted]
    write(path, own)
    assert training_questions(path, [], ()) == [wanted]
    assert training_questions(path, [], {"Ann sang."}) == []
    for wrong, message in (
        ({"answers": [[0, 10]]}, "within the 9 characters"),
        ({"group": 1}, "expected the words id and question and either context and group or passage and sha256"),
    ):
        write(path, own | wrong)
        with pytest.raises(TrainingDataError, match=rf"own\.jsonl\.gz:1: .*{message}"):
            training_questions(path, [], ())


GOOD = question(2, ["towns:1"], [])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (question(2, ["towns:1"], [[4, 9]]), r"within the 8 characters .*4, 9"),
        (question(2, ["towns:1"], [[4, 4]]), r"within the 8"),
        (question(2, ["towns:1"], [[-4, 2]]), r"within the 8"),
        (question(2, ["towns:1"], [[1, 2, 3]]), r"within the 8 .*1, 2, 3"),
        (GOOD | {"answers": [[0, 1.5]]}, r"within the 8 .*1\.5"),
        (GOOD | {"answers": [[False, True]]}, r"within the 8 .*False"),
        (GOOD | {"answers": None}, r"found None"),
        (GOOD | {"passage": []}, r'expected a passage, \["SOURCE:ID", \.\.\.\], found \[\]'),
        (GOOD | {"passage": "towns:1"}, r"expected a passage, .* found 'towns:1'"),
        (GOOD | {"passage": [1]}, r"expected a passage, .* found \[1\]"),
        (GOOD | {"question": None}, r"expected the words id and question and either context and group or passage"),
        (GOOD | {"context": "Bob ran.", "group": "a"}, r"either context and group or passage and sha256"),
        ({"id": "1", "question": "Who?", "answers": []}, r"either context and group or passage and sha256"),
        ({"id": "1", "question": "Who?", "context": "", "group": "a", "answers": []}, r"either context and group or"),
        (
            GOOD | {"sha256": "0123456789ab"},
            r"with the hash 0123456789ab, found one with [0-9a-f]{12}; .*another edition",
        ),
        (["towns:1"], r"expected the words id and question .*, found '\[\"towns:1\"\]"),
    ],
)
def test_a_row_that_does_not_fit_is_named_by_file_and_line(tmp_path: Path, row: object, message: str) -> None:
    path = write(tmp_path / "near.jsonl.gz", GOOD, row)
    with pytest.raises(TrainingDataError, match=r"near\.jsonl\.gz:2: .*" + message):
        training_questions(path, ROWS, ())
    with pytest.raises(TrainingDataError, match=r"near\.jsonl\.gz:2: .*" + message):
        watched_questions(path, ROWS)


def test_a_file_that_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match=r"gone\.jsonl\.gz: no such training file"):
        training_questions(tmp_path / "gone.jsonl.gz", ROWS, ())
    path = write(tmp_path / "near.jsonl.gz", GOOD)
    whole = path.read_bytes()
    for damaged in (b"junk", whole[:-9], whole[:-8] + bytes(8), gzip.compress(b"\xff")):
        path.write_bytes(damaged)
        with pytest.raises(TrainingDataError, match=r"near\.jsonl\.gz: expected a gzipped JSON Lines file"):
            training_questions(path, ROWS, ())
    with gzip.open(path, "wt") as file:
        file.write("{\n")
    with pytest.raises(TrainingDataError, match=r"gz:1: expected a JSON object, found '\{"):
        training_questions(path, ROWS, ())


def test_questions_on_other_texts_are_an_error_where_they_are_trained_on(tmp_path: Path) -> None:
    path = write(tmp_path / "near.jsonl.gz", GOOD, question(3, ["towns:1", "towns:3"], [[99, 100]]))
    with pytest.raises(TrainingDataError, match=r"gz:2: .*found 'towns:3', which is none; add its source"):
        training_questions(path, ROWS, ())
    assert [row.id for row in watched_questions(path, ROWS)] == ["near-2"]
    with pytest.raises(TrainingDataError, match=r"near\.jsonl\.gz: .* found none; .*--watch"):
        watched_questions(path, [])


def towns(number: int, answers: list[list[int]], *keys: str) -> dict[str, object]:
    """A question on contexts of the small data set."""
    contexts = {f"towns:{row['id']}": str(row["context"]) for row in rows()}
    return question(number, list(keys), answers, " ".join(contexts[key] for key in keys))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A recipe with two questions on one passage, and two on what is held out (article-0)."""
    path = write(
        tmp_path / "near.jsonl.gz",
        towns(1, [[4, 12]], "towns:3-1"),
        towns(2, [], "towns:3-1"),
        towns(3, [[4, 12]], "towns:0-1"),
        towns(4, [], "towns:3-1", "towns:0-1"),
    )
    config = read_config(write_recipe(tmp_path / "r.toml", write_base(tmp_path / "base"), steps=1))
    own = {"near": 1.0, "near_unanswerable": 1.0}
    phases = tuple(replace(phase, mixture={**phase.mixture, **own}) for phase in config.phases)
    return replace(config, questions=(str(path),), phases=phases)


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
    write(tmp_path / "near.jsonl.gz", towns(1, [[4, 12]], "towns:3-1"), towns(2, [[0, 3]], "towns:3-1"))
    dataset, _ = build(data, config, tokenizer, tmp_path / "out")
    assert len(dataset.train["near"]) == 2 and "near_unanswerable" not in dataset.train
    with pytest.raises(SettingsError, match=r"\['near', 'near_unanswerable'\]"):
        build(data, replace(config, questions=()), tokenizer, tmp_path / "out")


def test_a_name_that_means_two_things_is_refused(tmp_path: Path, config: Config) -> None:
    for name in ("towns", "removed", "unanswerable"):
        with pytest.raises(SettingsError, match=rf"expected different names.*found \['{name}'\] twice"):
            check_names(replace(config, questions=(str(tmp_path / f"{name}.jsonl.gz"), *config.questions)))
    with pytest.raises(SettingsError, match=r"found \['near'\] twice"):
        check_names(replace(config, questions=(*config.questions, "near.jsonl.gz")))
    check_names(config)
    with pytest.raises(SettingsError, match=r"expected different files, found .*near\.jsonl\.gz in both"):
        check_names(replace(config, watch_questions=config.questions))


@pytest.mark.parametrize("missing", ["near", "towns"])
def test_a_missing_file_is_said_before_anything_is_read(tmp_path: Path, config: Config, missing: str) -> None:
    data = write_data(tmp_path / "data")
    (path,) = (path for path in tmp_path.rglob(f"{missing}.jsonl.gz"))
    path.unlink()
    with pytest.raises(TrainingDataError, match=rf"{missing}\.jsonl\.gz: no such training file; check --data and"):
        build(data, config, tmp_path / "base" / "tokenizer.json", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_bare_name_is_looked_for_beside_the_training_code() -> None:
    (path,) = question_files(["near.jsonl.gz"])
    assert path.parent.name == "training" and (path.parent / "recipe.toml").is_file()


ON_THEIR_TEXTS = ("near_misses", "near_misses_held_out", "story_questions", "story_questions_held_out")
ON_OUR_OWN = ("written", "written_held_out", "written_more")


def shipped(name: str) -> list[dict[str, Any]]:
    (path,) = question_files([f"{name}.jsonl.gz"])
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.mark.parametrize("name", [*ON_THEIR_TEXTS, *ON_OUR_OWN])
def test_the_shipped_questions_carry_no_text_but_our_own(name: str) -> None:
    asked = shipped(name)
    passage = {"context", "group"} if name in ON_OUR_OWN else {"passage", "sha256"}
    assert {frozenset(row) for row in asked} == {
        frozenset({"id", "question", "answers", *passage}),
        frozenset({"id", "question", "answers", *passage, "plausible"}),
    }
    for row in asked:
        # An answer, or where it does not stand the words that look like one: places, not texts.
        (span,) = row["answers"] or [row["plausible"]]
        assert ("plausible" in row) == (row["answers"] == []) and 0 <= span[0] < span[1]
        assert "context" not in row or span[1] <= len(row["context"])
        assert row["question"].strip() == row["question"] != "" and len(row["question"]) < 300
    assert len({row["id"] for row in asked}) == len(asked)
    assert len({(row["question"], *place(row)) for row in asked}) == len(asked)


def place(row: dict[str, Any]) -> list[str]:
    """What a question is on: the rows of its passage, or the text itself."""
    return list(row["passage"]) if "passage" in row else [row["context"]]


def test_what_is_trained_on_is_neither_calibrated_nor_measured_with() -> None:
    every = (*ON_THEIR_TEXTS, *ON_OUR_OWN)
    passages = {name: {key for row in shipped(name) for key in place(row)} for name in every}
    for one, other in combinations(every, 2):
        assert not passages[one] & passages[other], (one, other)
    sources = {name: {key.split(":")[0] for key in passages[name]} for name in ON_THEIR_TEXTS}
    assert sources["story_questions"] == sources["story_questions_held_out"] == {"newsqa"}
    assert "newsqa" not in sources["near_misses"]


@pytest.mark.parametrize("name", ON_OUR_OWN)
def test_our_own_passages_have_their_answers_as_whole_words(name: str) -> None:
    for row in watched_questions(question_files([f"{name}.jsonl.gz"])[0], []):
        for start, end in row.answers:
            answer = row.context[start:end]
            assert answer == answer.strip()
            assert not (row.context[start - 1 : start].isalnum() and answer[0].isalnum())
            assert not (row.context[end : end + 1].isalnum() and answer[-1].isalnum())
