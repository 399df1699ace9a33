"""Whole evaluations over a small engine with real indexing and selection: modes, rows, bad sets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from eval.predictions import MARK, read_predictions
from eval.run import evaluate
from qa.calibration import Calibration
from qa.errors import DatasetError, InputError
from qa.pipeline import Citespan
from qa.records import Passage, Reading
from qa.selection import Selector
from tests.eval.questions import ROWS, TOLD, dataset, gold, rows_of, squad
from tests.eval.small import SETTINGS, ToldReader, opener, small_engine
from tests.examples import document

CONTRACT = [
    "id", "question", "prediction", "confidence", "no_answer_score", "best_span", "citations", "answers", "em", "f1",
    "latency_ms",
]  # fmt: skip


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
    story = document("\n".join(f"Line {i} about the vote." for i in range(9)) + "\nIt was on Monday.", "a.txt")
    engine = replace(small_engine([story], {"When was the vote?": [("Line 0", 9.0), ("Monday", 1.0)]}), top_k=10)
    rows = [{"id": "1", "question": "When was the vote?", "answers": [gold("Monday", story)]}]
    assert isinstance(engine.reader, ToldReader)
    for settled, lost in ((5.0, "retrieved but not read"), (10.0, "found but ranked lower")):
        engine.reader.calibration = replace(engine.reader.calibration, settled=settled)
        run = evaluate(dataset(tmp_path, rows), settings=SETTINGS, out=tmp_path / "out", engine=engine)
        assert rows_of(run)["1"]["lost"] == lost


@pytest.mark.parametrize("mode", ["open", "reader"])
def test_the_answer_is_read_once_more_by_itself(tmp_path: Path, mode: str) -> None:
    """Read among others it has a margin of 3, read alone one of -1: half of both is 1."""
    story = document("It was on Monday.\nThe vote was close.", "a.txt")

    @dataclass
    class SecondThoughts(ToldReader):
        calls: int = 0

        def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
            self.calls += 1
            return [replace(each, null_score=4.0 * (self.calls > 1)) for each in super().read(question, passages)]

    asking = Calibration(margin=0.5, alone=0.5, threshold=0.1)
    reader = SecondThoughts({"When was the vote?": [("Monday", 3.0)]}, asking)
    engine = replace(small_engine([story]), reader=reader, selector=Selector(asking, 0.1))
    rows = [{"id": "1", "question": "When was the vote?", "answers": [gold("Monday", story)]}]
    run = evaluate(dataset(tmp_path, rows), settings=SETTINGS, out=tmp_path / "out", engine=engine, modes=[mode])
    assert rows_of(run)["1"]["no_answer_score"] == pytest.approx(-1)
    assert reader.calls == 2


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


def test_limit_and_seed(tmp_path: Path, engine: Citespan) -> None:
    def ids(**options: Any) -> list[str]:
        file = dataset(tmp_path, ROWS)
        return list(rows_of(evaluate(file, settings=SETTINGS, out=tmp_path / "out", engine=engine, **options)))

    assert ids(limit=3) == ["right", "ranked", "near-miss"]
    assert len(ids(limit=3, seed=1)) == 3
    assert ids(limit=3, seed=1) == ids(limit=3, seed=1)
    assert ids(limit=3, seed=1) != ids(limit=3, seed=2)
    assert len(ids(limit=99)) == 8


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
