"""``citespan eval`` as a user types it, over the small engine: output, files, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import qa.factory
from qa.cli import main
from qa.pipeline import Citespan
from qa.settings import Settings
from tests.eval.questions import ALEPPO, FERRY, ROWS, TOLD, dataset, squad
from tests.eval.small import small_engine


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command opens the small engine in place of the real one, and nothing else is replaced."""
    made: dict[str, Citespan] = {}

    def open_small(settings: Settings, *, create: bool = False, **_: Any) -> Citespan:
        return made.setdefault(settings.store, small_engine([] if create else [ALEPPO, FERRY], TOLD))

    monkeypatch.setattr(qa.factory, "open_citespan", open_small)


def test_figures_to_standard_output_and_files_to_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["eval", str(dataset(tmp_path, ROWS)), "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "open: 8 questions, 2 of them unanswerable" in printed
    assert "Exact match" in printed
    assert "37.5" in printed
    assert {each.name for each in out.iterdir()} == {"predictions.jsonl", "metrics.json", "report.html"}


def test_json_is_one_document_equal_to_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["eval", str(squad(tmp_path)), "--mode", "reader,open", "--out", str(out), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert list(printed["modes"]) == ["reader", "open"]


def test_bad_sets_end_with_2_and_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = {"id": "bad", "question": "Q?", "answers": [{"text": "Ovid", "source": "ferry.txt"}]}
    file = dataset(tmp_path, [*ROWS, bad])
    assert main(["eval", str(file), "--out", str(tmp_path / "out")]) == 2
    complaint = capsys.readouterr().err
    assert "row 9" in complaint
    assert complaint.count("\n") == 1
    assert main(["eval", str(file), "--out", str(tmp_path / "out"), "--skip-bad"]) == 0
    assert "row 9, skipped" in capsys.readouterr().err


JSON_ROW = b'{"id": "1", "question": "Who?", "answers": []}\n'


@pytest.mark.parametrize(
    ("name", "content", "said", "good"),
    [
        ("empty.jsonl", b"", "found an empty file", 0),
        ("blank.csv", b"  \n\n", "found an empty file", 0),
        ("header.csv", b"question,answer\n", "expected questions, found none", 0),
        (
            "columns.csv",
            b"text,reply\nWho?,Rosa\n",
            "row 1: expected columns question and answer, found text, reply",
            0,
        ),
        ("columns.jsonl", JSON_ROW + b'{"q": "Who?", "a": "Rosa"}\n', "row 2: expected a key 'question'", 1),
        (
            "mixed.jsonl",
            JSON_ROW + JSON_ROW.replace(b"1", b"2").replace(b"Who", b"Qui\xe9n"),
            "row 2: expected UTF-8",
            1,
        ),
        ("mixed.csv", b"question,answer\nWho?,\nQui\xe9n?,\n", "row 3: expected UTF-8", 1),
        ("wide.jsonl", "Who?".encode("utf-16-le"), "found a binary file", 0),
        (
            "nowhere.jsonl",
            JSON_ROW + b'{"question": "Q?", "answers": [{"text": "Ovid"}]}\n',
            "row 2: the answer 'Ovid'",
            1,
        ),
        ("odd.json", b'{"data": 7}', "found keys 'data'", 0),
        ("cut.json", b'{"data": [\n {"id" 1}]}', "found '1}]}' at line 2, column 8; mend the file there", 0),
        ("bad.jsonl", JSON_ROW + b"{id: 2}\n", "row 2: expected a JSON object a line, found 'id: 2}' at column 2", 1),
        ("deep.jsonl", JSON_ROW + b"[" * 100_000, "row 2: expected a JSON object a line, found brackets nested", 1),
        ("open.csv", b'question,answer\nWho?,\nWhy?,"x\n', "found a quote that is never closed", 1),
        ("cut.jsonl.gz", b"\x1f\x8b\x08", "found damaged gzip; fetch it anew", 0),
    ],
)
def test_bad_sets_are_named_and_their_good_rows_run_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, said: str, good: int
) -> None:
    file, out = tmp_path / name, tmp_path / "out"
    file.write_bytes(content)
    assert main(["eval", str(file), "--out", str(out)]) == 2
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.count("\n") == 1, "one line, no stack trace"
    assert main(["eval", str(file), "--out", str(out), "--skip-bad"]) == (0 if good else 2)
    assert (out / "report.html").exists() == bool(good)
    if good:
        assert "1 question," in capsys.readouterr().out


def test_compare_fails_on_a_loss_and_under_a_floor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    main(["eval", str(dataset(tmp_path, ROWS)), "--out", str(out)])
    assert main(["eval", "compare", str(out), str(out), "--out", str(tmp_path / "c")]) == 0
    assert (tmp_path / "c" / "comparison.html").exists()
    assert main(["eval", "compare", str(out), "--fail-under", "em=0.3"]) == 0
    assert main(["eval", "compare", str(out), "--fail-under", "em=0.9"]) == 1
    assert "FAIL Exact match" in capsys.readouterr().out
    assert main(["eval", "compare", str(out), str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["failures"] == []
    assert main(["eval", "compare", str(out)]) == 2


def test_tune_and_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["eval", "tune", str(squad(tmp_path)), "--grid", "top_k=1,2", "--grid", "dense_weight=0.5"]
    arguments += ["--grid", "passage_tokens=160"]
    assert main([*arguments, "--out", str(tmp_path / "t")]) == 0
    assert "2 combinations" in capsys.readouterr().out
    assert len(json.loads((tmp_path / "t" / "tuning.json").read_text(encoding="utf-8"))["trials"]) == 2
    assert main(["eval", "tune"]) == 2

    questions = tmp_path / "questions.txt"
    questions.write_text("Who was on board?\n", encoding="utf-8")
    monkeypatch.setattr("builtins.input", lambda _: "1")
    assert main(["eval", "new", str(questions), "--out", str(tmp_path / "new.jsonl")]) == 0
    assert json.loads((tmp_path / "new.jsonl").read_text(encoding="utf-8"))["answers"][0]["text"] == "Jan Egeland"
    assert main(["eval", "new", str(questions)]) == 2


@pytest.mark.parametrize("task", [[], ["tune"]])
def test_all_bad_rows_of_a_set_are_named_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], task: list[str]
) -> None:
    rows = [
        ROWS[0] | {"question": "When did it begin?"},
        {"id": "lost", "question": "Q?", "answers": [{"text": "Ovid"}]},
    ]
    file = dataset(tmp_path, [*rows, {"id": "none", "answers": []}, rows[1] | {"id": "too", "question": "Who else?"}])
    with file.open("a", encoding="utf-8") as more:
        more.write("{broken\n")
    grid = [each for option in ("top_k=1", "dense_weight=0.5", "passage_tokens=160") for each in ("--grid", option)]
    command = ["eval", *task, str(file), "--out", str(tmp_path / "out"), *(grid if task else [])]
    assert main(command) == 2
    complaint = capsys.readouterr().err
    assert "found 4 bad rows and 1 good" in complaint
    at = [complaint.find(said) for said in ("row 2: the answer", "row 3: expected a key", "row 4: the", "row 5: expec")]
    assert -1 not in at
    assert at == sorted(at)
    assert main([*command, "--skip-bad"]) == 0


def test_bad_rows_are_named_also_where_no_store_can_be_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the real engine
    file = dataset(tmp_path, [{"id": "1", "question": "Who?", "answers": []}, {"id": "2"}])
    nowhere = ["--store", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")]
    for task in ([], ["tune"]):
        assert main(["eval", *task, str(file), *nowhere]) == 2
        assert "row 2: expected a key 'question'" in capsys.readouterr().err
        assert main(["eval", *task, str(file), *nowhere, "--skip-bad"]) == 3
        assert "citespan index" in capsys.readouterr().err


def test_what_is_not_there_or_cannot_be_used_is_said_in_our_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, plain, folder = str(dataset(tmp_path, ROWS)), tmp_path / "plain", tmp_path / "folder"
    plain.write_text("plain\n", encoding="utf-8")
    (folder / "predictions.jsonl").mkdir(parents=True)
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9\n")
    (tmp_path / "run.jsonl").write_text('{"id": 1\n', encoding="utf-8")
    for arguments, said in (
        (["compare", "gone", "gone"], "gone: expected the predictions of a run, found nothing there; name its --out"),
        (["compare", folder, folder], "found a folder; name its --out"),
        (["compare", tmp_path / "latin.txt", plain], "found bytes of another encoding at byte 3"),
        (
            ["compare", tmp_path / "run.jsonl", plain],
            "run.jsonl, line 1: expected a row of `citespan eval`, found '{\"id",
        ),
        ([file, "--out", plain / "x"], "expected a folder that can be written, found a file in the place of a folder"),
        ([file, "--out", folder], "predictions.jsonl: expected a file or folder that can be used, found a folder"),
        (["new", file, "--out", folder], "expected a question file, found a folder; name another"),
        (["new", file, "--out", tmp_path / "latin.txt"], "expected a question file, found bytes of another encoding"),
        (
            ["new", tmp_path / "latin.txt", "--out", tmp_path / "n"],
            "expected a text file with a question a line, found",
        ),
    ):
        given = [str(each) for each in arguments]
        assert main(["eval", *given]) == 2, given
        complaint = capsys.readouterr().err
        assert said in complaint
        assert complaint.count("\n") == 1
        assert "Errno" not in complaint
        assert "codec" not in complaint


def test_two_sets_at_once_are_refused(tmp_path: Path) -> None:
    assert main(["eval", str(dataset(tmp_path, ROWS)), "more.jsonl"]) == 2
