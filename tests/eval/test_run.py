"""Whole evaluations over a small engine with real indexing and selection: modes, rows, resuming, bad sets."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from eval.predictions import MARK, read_predictions
from eval.run import Run, evaluate
from qa.errors import DatasetError, InputError
from qa.pipeline import Citespan
from tests.eval.small import SETTINGS, OverlapRetriever, ToldReader, opener, small_engine
from tests.examples import document

ROOT = Path(__file__).resolve().parents[2]
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
CONTRACT = [
    "id", "question", "prediction", "confidence", "no_answer_score", "best_span", "citations", "answers", "em", "f1",
    "latency_ms",
]  # fmt: skip


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


@pytest.fixture
def engine() -> Citespan:
    return small_engine([ALEPPO, FERRY], TOLD)


def dataset(path: Path, rows: list[dict[str, Any]]) -> Path:
    file = path / "set.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def rows_of(run: Run, name: str = "predictions.jsonl") -> dict[str, dict[str, Any]]:
    lines = (run.out / name).read_text(encoding="utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def test_open_mode_writes_the_contract_and_tells_where_each_question_was_lost(tmp_path: Path, engine: Citespan) -> None:
    run = evaluate(dataset(tmp_path, ROWS), settings=SETTINGS, out=tmp_path / "out", engine=engine)
    rows = rows_of(run)
    assert list(rows) == [row["id"] for row in ROWS]
    assert all(list(row)[: len(CONTRACT)] == CONTRACT for row in rows.values())
    assert {name: row["lost"] for name, row in rows.items()} == {
        "right": "right",
        "ranked": "found but ranked lower",
        "near-miss": "answered an unanswerable",
        "refused": "refused",
        "foreign": "rightly refused",
        "unread": "read but not found",
        "unfound": "not retrieved",
        "both": "right",
    }
    refused = rows["refused"]
    assert (refused["prediction"], refused["best_span"], refused["em"]) == ("", "82 people", 0.0)
    assert refused["no_answer_score"] > rows["right"]["no_answer_score"]
    assert refused["answers"] == ROWS[3]["answers"]
    assert rows["foreign"]["em"] == 1.0
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["em"] == pytest.approx(3 / 8)
    assert metrics["citation_exactness"] == 1.0
    assert metrics["counts"]["citation_exactness"] == 7
    assert metrics["refusal_recall"] == 0.5
    assert metrics["refusal_precision"] == pytest.approx(1 / 4)
    assert metrics["citation_correctness"] == pytest.approx(2 / 3)
    assert metrics["citation_recall"] == pytest.approx(2 / 3)
    assert metrics["recall@1"] == pytest.approx(5 / 6)
    assert metrics["modes"]["open"]["em"] == metrics["em"]
    assert metrics["manifest"]["models"]["reader"] == "told"
    assert metrics["manifest"]["models"]["embedder"] == "fake"
    assert "token" not in metrics["manifest"]["settings"]
    assert metrics["lost"]["right"] == 2
    assert not (tmp_path / "out" / MARK).exists()


def test_reading_stops_early_and_the_report_says_so(tmp_path: Path) -> None:
    story = document("\n".join(f"Line {i} about the vote." for i in range(9)) + "\nThe vote was on Monday.", "a.txt")
    engine = small_engine([story], {"When was the vote?": [("Line 0", 9.0), ("Monday", 1.0)]})
    rows = [{"id": "1", "question": "When was the vote?", "answers": [gold("Monday", story)]}]
    object.__setattr__(engine, "top_k", 10)
    object.__setattr__(engine.reader.calibration, "settled", 5.0)
    run = evaluate(dataset(tmp_path, rows), settings=SETTINGS, out=tmp_path / "out", engine=engine)
    object.__setattr__(engine.reader.calibration, "settled", 1e9)
    assert rows_of(run)["1"]["lost"] in {"retrieved but not read", "found but ranked lower"}


def test_several_modes_in_one_run(tmp_path: Path, engine: Citespan) -> None:
    run = evaluate(
        dataset(tmp_path, ROWS),
        settings=SETTINGS,
        out=tmp_path / "out",
        engine=engine,
        modes=["reader", "retrieval", "open"],
    )
    reader, retrieval = rows_of(run), rows_of(run, "predictions.retrieval.jsonl")
    assert reader["ranked"]["lost"] == "found but ranked lower"
    assert reader["unfound"]["lost"] == "read but not found"
    assert reader["right"]["timings_ms"]["retrieve"] == 0
    assert retrieval["right"]["em"] is None
    assert retrieval["right"]["relevance"] == [1, 0, 0, 0]
    assert retrieval["both"]["relevant"] == 2
    assert rows_of(run, "predictions.open.jsonl")["both"]["citation_recall"] == 1.0
    metrics = run.to_json()
    assert metrics["mode"] == "reader"
    assert set(metrics["modes"]) == {"reader", "retrieval", "open"}
    assert "em" not in metrics["modes"]["retrieval"]
    assert "recall@1" not in metrics["modes"]["reader"]


def test_reader_mode_gives_only_the_passages_that_hold_the_gold(tmp_path: Path, engine: Citespan) -> None:
    evaluate(dataset(tmp_path, ROWS[:2]), settings=SETTINGS, out=tmp_path / "out", engine=engine, modes=["reader"])
    assert isinstance(engine.reader, ToldReader)
    assert engine.reader.passages_read == 2


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


@pytest.mark.parametrize("mode", ["open", "reader"])
def test_squad_runs_on_its_own_paragraphs(tmp_path: Path, mode: str, engine: Citespan) -> None:
    run = evaluate(
        squad(tmp_path), settings=SETTINGS, out=tmp_path / "out", modes=[mode], opener=opener(TOLD), engine=engine
    )
    rows = rows_of(run)
    assert rows["1"]["em"] == 1.0
    assert rows["1"]["citations"][0]["source"] == "T#1"
    assert rows["3"]["em"] == 1.0
    assert rows["4"]["em"] == 1.0
    assert run.summaries[mode].measures["citation_exactness"].value == 1.0
    assert engine.store.generation == "2", "the engine's own store was written to"


def test_retrieval_alone_asks_no_reader(tmp_path: Path) -> None:
    run = evaluate(squad(tmp_path), settings=SETTINGS, out=tmp_path / "out", modes=["retrieval"], opener=opener({}))
    assert run.summaries["retrieval"].measures["recall@1"].n == 3


def test_follow_up_questions_are_completed_and_scored_by_turn(tmp_path: Path, engine: Citespan) -> None:
    turns = [
        {"question": "Who was on board?", "answers": [gold("Jan Egeland", FERRY)]},
        {"question": "When did he speak?", "answers": [gold("Tuesday")]},
    ]
    run = evaluate(
        dataset(tmp_path, [{"id": "c", "turns": turns}]), settings=SETTINGS, out=tmp_path / "o", engine=engine
    )
    rows = rows_of(run)
    assert list(rows) == ["c/1", "c/2"]
    assert rows["c/2"]["question"] == "When did he speak?"
    assert "Jan Egeland" in rows["c/2"]["understood"]
    assert isinstance(engine.retriever, OverlapRetriever)
    assert engine.retriever.asked[-1] == rows["c/2"]["understood"]


def test_mode_conversation_asks_the_conversations_alone_and_tells_by_turn(tmp_path: Path, engine: Citespan) -> None:
    turns = [
        {"question": "Who was on board?", "answers": [gold("Jan Egeland", FERRY)]},
        {"question": "When did he speak?", "answers": [gold("Tuesday")]},
    ]
    file = dataset(tmp_path, [ROWS[0], {"id": "c", "turns": turns}])
    modes = ["open", "conversation"]
    run = evaluate(file, settings=SETTINGS, out=tmp_path / "o", engine=engine, modes=modes)
    assert list(rows_of(run)) == ["right", "c/1", "c/2"]
    rows = rows_of(run, "predictions.conversation.jsonl")
    assert {name: row["turn"] for name, row in rows.items()} == {"c/1": 1, "c/2": 2}
    assert [each.name for each in run.summaries["conversation"].slices["turn"]] == ["turn 1", "turn 2"]
    with pytest.raises(DatasetError, match="expected conversations"):
        evaluate(dataset(tmp_path, ROWS), settings=SETTINGS, out=tmp_path / "o", engine=engine, modes=["conversation"])


def test_a_turn_hears_nothing_of_the_conversation_before(tmp_path: Path, engine: Citespan) -> None:
    """The second conversation's first turn is a bad row and skipped: its follow-up must not lean on the first one."""
    first = [{"question": "Who was on board?", "answers": []}]
    second = [{"question": "Q" * 3000, "answers": []}, {"question": "When did he speak?", "answers": []}]
    file = dataset(tmp_path, [{"id": "a", "turns": first}, {"id": "b", "turns": second}])
    run = evaluate(file, settings=SETTINGS, out=tmp_path / "o", engine=engine, skip_bad=True)
    assert list(rows_of(run)) == ["a/1", "b/2"]
    assert isinstance(engine.retriever, OverlapRetriever)
    assert engine.retriever.asked[-1] == "When did he speak?"


def test_limit_and_seed(tmp_path: Path, engine: Citespan) -> None:
    def ids(**options: Any) -> list[str]:
        file = dataset(tmp_path, ROWS)
        return list(rows_of(evaluate(file, settings=SETTINGS, out=tmp_path / "out", engine=engine, **options)))

    assert ids(limit=3) == ["right", "ranked", "near-miss"]
    assert len(ids(limit=3, seed=1)) == 3
    assert ids(limit=3, seed=1) == ids(limit=3, seed=1)
    assert ids(limit=3, seed=1) != ids(limit=3, seed=2)
    assert len(ids(limit=99)) == 8


class KilledError(Exception):
    """Stands for a kill."""


def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path, engine: Citespan) -> None:
    def kill(stage: str, done: int, total: int | None) -> None:
        if done == 3:
            raise KilledError

    file, out = dataset(tmp_path, ROWS), tmp_path / "out"
    with pytest.raises(KilledError):
        evaluate(file, settings=SETTINGS, out=out, engine=engine, progress=kill)
    with (out / "predictions.jsonl").open("a", encoding="utf-8") as torn:
        torn.write('{"id": "refu')
    assert isinstance(engine.retriever, OverlapRetriever)
    engine.retriever.asked.clear()
    seen: list[tuple[str, int, int | None]] = []
    run = evaluate(file, settings=SETTINGS, out=out, engine=engine, progress=lambda *step: seen.append(step))
    assert engine.retriever.asked == [row["question"] for row in ROWS[3:]]
    assert list(rows_of(run)) == [row["id"] for row in ROWS]
    assert seen[0] == ("asking (open)", 4, 8)
    engine.retriever.asked.clear()
    evaluate(file, settings=SETTINGS, out=out, engine=engine)
    assert len(engine.retriever.asked) == 8, "a finished run is not gone on with"


SLOW = """
import sys, time
from pathlib import Path
from eval.run import evaluate
from tests.eval.small import SETTINGS, small_engine
from tests.eval.test_run import ALEPPO, FERRY, TOLD

def slowly(stage, done, total):
    time.sleep(0.02)

engine = small_engine([ALEPPO, FERRY], TOLD)
modes = ["reader", "open"]
evaluate(sys.argv[1], settings=SETTINGS, out=Path(sys.argv[2]), engine=engine, modes=modes, progress=slowly)
"""


def test_a_real_kill_loses_no_row_that_was_written(tmp_path: Path, engine: Citespan) -> None:
    """SIGKILL in the middle of the second mode: the same command goes on there, and the figures are those of a run
    that nothing disturbed."""
    many = [row | {"id": f"{row['id']}-{number}"} for number in range(20) for row in ROWS]
    file, out = dataset(tmp_path, many), tmp_path / "out"
    second = out / "predictions.open.jsonl"
    process = subprocess.Popen([sys.executable, "-c", SLOW, str(file), str(out)], cwd=ROOT)
    try:
        until = time.monotonic() + 60
        while not second.exists() or second.read_bytes().count(b"\n") < 20:
            assert process.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < until, "it did not get going"
            time.sleep(0.01)
    finally:
        process.kill()
        process.wait()
    written = second.read_bytes().count(b"\n")
    assert not (out / "metrics.json").exists()
    modes = ["reader", "open"]
    run = evaluate(file, settings=SETTINGS, out=out, engine=engine, modes=modes)
    assert isinstance(engine.retriever, OverlapRetriever)
    assert len(engine.retriever.asked) == len(many) - written
    assert [row["id"] for row in many] == list(rows_of(run)) == list(rows_of(run, second.name))
    whole = evaluate(file, settings=SETTINGS, out=tmp_path / "whole", engine=engine, modes=modes)
    for mode in modes:
        assert run.summaries[mode].measures["f1"] == whole.summaries[mode].measures["f1"]


def test_a_run_of_something_else_is_not_gone_on_with(tmp_path: Path, engine: Citespan) -> None:
    def kill(stage: str, done: int, total: int | None) -> None:
        raise KilledError

    with pytest.raises(KilledError):
        evaluate(dataset(tmp_path, ROWS), settings=SETTINGS, out=tmp_path / "out", engine=engine, progress=kill)
    run = evaluate(dataset(tmp_path, ROWS[1:3]), settings=SETTINGS, out=tmp_path / "out", engine=engine)
    assert list(rows_of(run)) == ["ranked", "near-miss"]


def test_a_conversation_cut_off_starts_again_whole(tmp_path: Path, engine: Citespan) -> None:
    def kill(stage: str, done: int, total: int | None) -> None:
        if done == 2:
            raise KilledError

    turns = [{"question": "Who was on board?", "answers": []}, {"question": "When did he speak?", "answers": []}]
    file = dataset(tmp_path, [ROWS[0], {"id": "c", "turns": turns}])
    with pytest.raises(KilledError):
        evaluate(file, settings=SETTINGS, out=tmp_path / "out", engine=engine, progress=kill)
    assert isinstance(engine.retriever, OverlapRetriever)
    engine.retriever.asked.clear()
    run = evaluate(file, settings=SETTINGS, out=tmp_path / "out", engine=engine)
    assert engine.retriever.asked[0] == "Who was on board?"
    assert list(rows_of(run)) == ["right", "c/1", "c/2"]


def test_golds_in_no_article_stop_the_run_unless_skipped(tmp_path: Path, engine: Citespan) -> None:
    bad = {"id": "bad", "question": "Q?", "answers": [{"text": "Ovid", "source": "aleppo.txt"}]}
    long = {"id": "long", "question": "Q" * 3000, "answers": []}
    file = dataset(tmp_path, [ROWS[0], bad, long])
    with pytest.raises(DatasetError, match=r"row 2: .*does not stand in aleppo\.txt.*row 3: .*at most 2000"):
        evaluate(file, settings=SETTINGS, out=tmp_path / "out", engine=engine)
    assert not (tmp_path / "out").exists()
    run = evaluate(file, settings=SETTINGS, out=tmp_path / "out", engine=engine, skip_bad=True)
    assert list(rows_of(run)) == ["right"]
    assert [each["row"] for each in run.to_json()["skipped"]] == [2, 3]


def test_an_empty_store_is_said_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="citespan index"):
        evaluate(dataset(tmp_path, ROWS), settings=SETTINGS, out=tmp_path / "out", engine=small_engine())


@pytest.mark.parametrize(
    "options", [{"modes": ["oracle"]}, {"modes": []}, {"limit": 0}, {"out": Path("/proc/nowhere")}]
)
def test_bad_arguments(tmp_path: Path, engine: Citespan, options: dict[str, Any]) -> None:
    arguments: dict[str, Any] = {"settings": SETTINGS, "out": tmp_path / "o", "engine": engine} | options
    with pytest.raises(InputError):
        evaluate(dataset(tmp_path, ROWS), **arguments)


def test_predictions_read_back_are_what_was_written(tmp_path: Path, engine: Citespan) -> None:
    run = evaluate(dataset(tmp_path, ROWS), settings=SETTINGS, out=tmp_path / "out", engine=engine)
    outcomes = read_predictions(run.out / "predictions.jsonl")
    assert [each.id for each in outcomes] == [row["id"] for row in ROWS]
    (run.out / "predictions.jsonl").write_text('{"id": 1}\n', encoding="utf-8")
    with pytest.raises(DatasetError, match="line 1"):
        read_predictions(run.out / "predictions.jsonl")
    with pytest.raises(DatasetError, match="--out folder"):
        read_predictions(tmp_path / "none.jsonl")
