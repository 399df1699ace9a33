"""A run that was cut off goes on where it stopped, and only that run."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from eval.run import evaluate
from qa.pipeline import Citespan
from tests.eval.questions import ROWS, dataset, rows_of
from tests.eval.small import SETTINGS, OverlapRetriever

ROOT = Path(__file__).resolve().parents[2]


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


KILLED = """
import os, signal, sys
from pathlib import Path
from eval.run import evaluate
from tests.eval.questions import ALEPPO, FERRY, TOLD
from tests.eval.small import SETTINGS, small_engine

def kill(stage, done, total):
    if stage == "asking (open)" and done == 21:
        os.kill(os.getpid(), signal.SIGKILL)

engine = small_engine([ALEPPO, FERRY], TOLD)
modes = ["reader", "open"]
evaluate(sys.argv[1], settings=SETTINGS, out=Path(sys.argv[2]), engine=engine, modes=modes, progress=kill)
"""


def test_a_real_kill_loses_no_row_that_was_written(tmp_path: Path, engine: Citespan) -> None:
    """SIGKILL in the middle of the second mode: the same command goes on there, and the figures are those of a run
    that nothing disturbed."""
    many = [row | {"id": f"{row['id']}-{number}"} for number in range(20) for row in ROWS]
    file, out = dataset(tmp_path, many), tmp_path / "out"
    second = out / "predictions.open.jsonl"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(file), str(out)], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    written = second.read_bytes().count(b"\n")
    assert written == 21
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
