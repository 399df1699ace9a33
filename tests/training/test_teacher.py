"""A teacher's run and a student's, as one makes them: by the command line."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from qa.reader.model import OnnxReader
from qa.records import Passage
from qa.training.__main__ import main
from qa.training.config import read_config
from qa.training.encoders import span_reader
from qa.training.evaluate import Limits, predict, torch_reader
from qa.training.finished import CHOSEN, LOG, SETTINGS, record
from qa.training.load import read_rows, sha256
from qa.training.manifest import MANIFEST
from qa.training.model import SpanReader
from qa.training.run import make_reader
from tests.training.small import PEOPLE, PLACES, rows, write_base, write_data, write_other_base, write_recipe


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A finished teacher in `teacher`, beside the data and both base weights."""
    folder = tmp_path_factory.mktemp("teaching")
    write_data(folder / "data")
    write_base(folder / "base")
    write_other_base(folder / "other")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    write_towns(folder / "towns")
    recipe = write_recipe(folder / "teacher.toml", folder / "other", tokenizer=folder / "base", steps=100)
    assert run(folder, recipe, folder / "teacher", data="towns") == 0
    yield folder
    torch.set_num_threads(threads)


def write_towns(folder: Path) -> None:
    """The rows, but the answers are towns."""
    folder.mkdir()
    with gzip.open(folder / "towns.jsonl.gz", "wt", encoding="utf-8") as file:
        for row in rows():
            town = PLACES[int(str(row["group"]).removeprefix("article-"))]
            who = next(one for one in PEOPLE if one in str(row["question"]))
            context = str(row["context"])
            answer = {"text": town, "start": context.index(town, context.index(who))}
            file.write(json.dumps(row | {"answers": [answer]}) + "\n")


def run(place: Path, recipe: Path, out: Path, *, data: str = "data", more: Sequence[str] = ("--only-train",)) -> int:
    return main(["--data", str(place / data), "--config", str(recipe), "--out", str(out), *more])


def finished(place: Path, base: str, folder: Path) -> SpanReader:
    reader = span_reader(place / base, place / "base" / "tokenizer.json")
    reader.load_state_dict(torch.load(folder / CHOSEN, weights_only=True))
    return reader.eval()


def test_a_student_learns_what_its_teacher_says(place: Path, tmp_path: Path) -> None:
    """The rows ask for house numbers, and the teacher has learnt to answer with towns."""
    towns = {}
    for weight in (0.0, 1.0):
        out = tmp_path / str(weight)
        recipe = write_recipe(
            tmp_path / "r.toml", place / "base", steps=150, teacher=str(place / "teacher"), teacher_weight=weight
        )
        assert run(place, recipe, out) == 0
        assert not (out / "reader").exists() and json.loads((out / SETTINGS).read_text())["teacher_weight"] == weight
        towns[weight] = share_of_towns(place, finished(place, "base", out))
    assert share_of_towns(place, finished(place, "other", place / "teacher")) > 0.9
    assert towns[0.0] < 0.1 and towns[1.0] > 0.9, towns


def test_a_student_does_not_learn_what_its_teacher_says_of_untaught_sources(place: Path, tmp_path: Path) -> None:
    recipe = write_recipe(
        tmp_path / "r.toml",
        place / "base",
        steps=150,
        teacher=str(place / "teacher"),
        teacher_weight=1.0,
        untaught=["towns", "removed", "elsewhere", "altered"],
    )
    assert run(place, recipe, tmp_path / "out") == 0
    assert share_of_towns(place, finished(place, "base", tmp_path / "out")) < 0.1


def share_of_towns(place: Path, reader: SpanReader) -> float:
    """Of all rows, how many are answered with a town."""
    rows = read_rows(place / "data" / "towns.jsonl.gz")
    told = predict(rows, torch_reader(reader, place / "base" / "tokenizer.json", Limits(), bfloat16=False))
    return sum(one.text.split()[-1] in PLACES for one in told) / len(told)


def test_a_run_that_is_only_to_train_tells_where_its_weights_are(place: Path) -> None:
    config = read_config(place / "teacher.toml")
    assert make_reader(place / "data", config, place / "teacher", [], only_train=True) == place / "teacher" / CHOSEN


def test_a_whole_run_leaves_a_reader_that_tells_of_its_start_and_teacher(place: Path, tmp_path: Path) -> None:
    first = tmp_path / "first"
    assert run(place, write_recipe(tmp_path / "f.toml", place / "base", steps=2), first) == 0
    recipe = write_recipe(
        tmp_path / "r.toml", place / "base", steps=150, start=str(first), teacher=str(place / "teacher")
    )
    # A question on what is held out, and one on what is neither held out nor watched.
    digest = hashlib.sha256(str(rows()[1]["context"]).encode()).hexdigest()[:12]
    common = {"question": "who?", "sha256": digest, "answers": []}
    asked = [common | {"id": f"own-{key}", "passage": [key]} for key in ("towns:0-1", "x:1")]
    with gzip.open(tmp_path / "own.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(one) + "\n" for one in asked)
    text = recipe.read_text()
    recipe.write_text(text.replace("watch_questions = []", f'watch_questions = ["{tmp_path}/own.jsonl.gz"]'))
    watched = ("--watch", str(place / "towns" / "towns.jsonl.gz"))
    assert run(place, recipe, tmp_path / "run", data="towns", more=watched) == 0
    told = json.loads((tmp_path / "run" / "reader" / MANIFEST).read_text())
    assert told["settings"]["teacher"] == str(place / "teacher") and told["training"]["steps"] == 150
    assert told["teacher"]["settings"]["base"] == str(place / "other") and told["teacher"]["training"]["steps"] == 100
    assert told["start"]["training"]["steps"] == 2 and told["start"]["settings"]["base"] == str(place / "base")
    assert told["start"]["sha256"] == sha256(first / CHOSEN) != told["teacher"]["sha256"]
    assert set(told["data_sha256"]) == {"towns", "own"}
    assert told["verified"]["int8"]["towns.f1"] > 50 and told["calibration"]["answerable"] > 0
    held_out, everything = 6, 36
    assert told["calibration"]["questions"] == held_out + everything + 1
    row = rows()[0]
    context = str(row["context"])
    (reading,) = OnnxReader(tmp_path / "run" / "reader", threads=1).read(
        str(row["question"]), [Passage("p", "d", 0, len(context), context)]
    )
    assert reading.candidates[0].text.split()[-1] == PLACES[0]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ((), "expected the folder of a finished run, found no settings.json; check `teacher`"),
        ((SETTINGS,), "expected the folder of a finished run, found no chosen.pt; check `teacher`"),
        ((SETTINGS, CHOSEN), "expected the folder of a finished run, found no log.jsonl; check `teacher`"),
    ],
)
def test_a_teacher_that_is_missing_is_named(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], files: tuple[str, ...], message: str
) -> None:
    (tmp_path / "gone").mkdir()
    for file in files:
        (tmp_path / "gone" / file).write_bytes((place / "teacher" / file).read_bytes())
    recipe = write_recipe(tmp_path / "r.toml", place / "base", steps=3, teacher=str(tmp_path / "gone"))
    assert run(place, recipe, tmp_path / "out") == 2
    told = capsys.readouterr().err
    assert message in told and str(tmp_path / "gone") in told
    assert not (tmp_path / "out").exists()  # said before the data are prepared


@pytest.mark.parametrize("name", ["start", "teacher"])
@pytest.mark.parametrize(
    ("file", "text"),
    [(SETTINGS, "{"), (SETTINGS, "{}"), (SETTINGS, "[]"), (LOG, ""), (LOG, "{"), (LOG, "{}"), (LOG, "[]")],
)
def test_a_damaged_run_is_named(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, text: str, name: str
) -> None:
    shutil.copytree(place / "teacher", tmp_path / "gone")
    (tmp_path / "gone" / file).write_text(text)
    folder = str(tmp_path / "gone")
    recipe = write_recipe(tmp_path / "r.toml", place / "base", steps=3, **{name: folder})  # type: ignore[arg-type]
    assert run(place, recipe, tmp_path / "out") == 2
    told = capsys.readouterr().err
    assert f"gone/{file}: expected what a finished run leaves, found" in told and f"check `{name}`" in told
    assert not (tmp_path / "out").exists()


def test_a_start_of_another_base_and_a_folder_that_is_in_use_are_refused(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = write_recipe(tmp_path / "r.toml", place / "base", steps=3, start=str(place / "teacher"))
    assert run(place, recipe, tmp_path / "out") == 2
    assert "expected weights made from" in capsys.readouterr().err
    recipe = write_recipe(tmp_path / "r.toml", place / "base", steps=3, teacher=str(place / "teacher"))
    assert run(place, recipe, place / "teacher") == 2
    assert "expected another folder to train in than that of `teacher`; change --out" in capsys.readouterr().err
    assert json.loads((place / "teacher" / SETTINGS).read_text())["base"] == str(place / "other")


def test_questions_to_watch_that_are_missing_are_named_before_the_data_are_built(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = write_recipe(tmp_path / "r.toml", place / "base", steps=3)
    recipe.write_text(recipe.read_text().replace("watch_questions = []", 'watch_questions = ["gone.jsonl.gz"]'))
    assert run(place, recipe, tmp_path / "out") == 2
    assert "gone.jsonl.gz: no such training file; check --data and the recipe" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_record_goes_back_as_far_as_there_are_folders(place: Path, tmp_path: Path) -> None:
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    # The first one's folders: one is gone, the other was used again for the third run.
    before = {first: {"teacher": str(tmp_path / "gone"), "start": str(third)}}
    before[second] = {"start": str(first), "teacher": ""}
    before[third] = {"start": str(second), "teacher": str(first)}
    for folder, settings in before.items():
        shutil.copytree(place / "teacher", folder)
        (folder / SETTINGS).write_text(json.dumps({"base": "b", **settings}))
    told: Any = record(third, "start")
    assert set(told) == {"settings", "training", "sha256", "start", "teacher"}
    assert set(told["start"]) == {"settings", "training", "sha256", "start"}
    assert told["start"]["start"] == told["teacher"] and set(told["teacher"]) == {"settings", "training", "sha256"}


def test_a_start_that_is_missing_is_named(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = write_recipe(tmp_path / "r.toml", place / "base", steps=3, start=str(tmp_path / "gone"))
    assert run(place, recipe, tmp_path / "out") == 2
    assert (
        "gone: expected the folder of a finished run, found no settings.json; check `start`" in capsys.readouterr().err
    )
    assert not (tmp_path / "out").exists()
