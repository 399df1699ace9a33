"""Runs side by side: what changed, what could be chance, and when to fail."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from eval.compare import compare, parse_floors, read_run
from eval.outcome import Outcome, to_line
from eval.report.comparison import as_page, as_text
from qa.errors import DatasetError, InputError
from tests.eval.test_report import NASTY, outcome


def base(count: int = 60) -> list[Outcome]:
    """All right and all answered."""
    rng = random.Random(5)
    return [outcome(i, rng, em=1.0, f1=1.0, prediction="said", latency_ms=10.0) for i in range(count)]


def folder(path: Path, outcomes: list[Outcome]) -> Path:
    path.mkdir()
    (path / "predictions.jsonl").write_text("".join(to_line(each) + "\n" for each in outcomes), encoding="utf-8")
    return path


def spoiled(outcomes: list[Outcome], count: int) -> list[Outcome]:
    return [replace(each, em=0.0, f1=0.25, prediction="") if i < count else each for i, each in enumerate(outcomes)]


def test_equal_runs_pass(tmp_path: Path) -> None:
    found = compare([folder(tmp_path / "a", base()), folder(tmp_path / "b", base())])
    assert found.exit_code == 0
    assert all(change.p == 1.0 for change in found.pairs[0].changes)
    assert "no measure is worse" in as_text(found)


def test_a_significant_loss_fails_and_names_the_questions(tmp_path: Path) -> None:
    first, second = folder(tmp_path / "a", base()), folder(tmp_path / "b", spoiled(base(), 12))
    found = compare([first, second])
    assert found.exit_code == 1
    em = next(change for change in found.pairs[0].changes if change.measure == "em")
    assert (em.first, em.second) == (1.0, 0.8)
    assert em.difference.value == pytest.approx(-0.2)
    assert em.p == pytest.approx(2 / 2**12)
    assert em.is_loss
    assert set(found.pairs[0].lost) == {f"q-{i}" for i in range(12)}
    assert "12 lost, the first 10:" in as_text(found)
    assert "[said]  ->  [refused]" in as_text(found)
    back = compare([second, first])
    assert back.exit_code == 0
    assert len(back.pairs[0].won) == 12


def test_one_question_lost_may_be_chance(tmp_path: Path) -> None:
    found = compare([folder(tmp_path / "a", base()), folder(tmp_path / "b", spoiled(base(), 1))])
    assert found.exit_code == 0


def test_slower_fails_nothing(tmp_path: Path) -> None:
    slow = [replace(each, latency_ms=99.0) for each in base()]
    assert compare([folder(tmp_path / "a", base()), folder(tmp_path / "b", slow)]).exit_code == 0


def test_floors(tmp_path: Path) -> None:
    run = folder(tmp_path / "a", spoiled(base(), 12))
    assert compare([run], fail_under={"f1": 0.8}).exit_code == 0
    failed = compare([run], fail_under={"f1": 0.9, "total_ms_p50": 1.0})
    assert failed.exit_code == 1
    assert len(failed.failures) == 2
    assert parse_floors(["f1=0.85", "em = 0.7"]) == {"f1": 0.85, "em": 0.7}
    with pytest.raises(InputError, match=r"f1=0\.85"):
        parse_floors(["f1"])
    with pytest.raises(InputError, match="expected one of"):
        compare([run], fail_under={"bleu": 1.0})


def test_runs_of_other_questions_cannot_be_compared(tmp_path: Path) -> None:
    first = folder(tmp_path / "a", base(2))
    other = folder(tmp_path / "b", [replace(each, id=f"x{each.id}") for each in base(2)])
    with pytest.raises(DatasetError, match="no id that both"):
        compare([first, other])
    partly = folder(tmp_path / "c", base(5))
    assert compare([first, partly]).pairs[0].unshared == 3
    with pytest.raises(InputError, match="two or more"):
        compare([first])
    with pytest.raises(DatasetError):
        compare([first, tmp_path / "gone"])
    with pytest.raises(DatasetError):
        read_run(folder(tmp_path / "empty", []))


def test_the_page_is_safe_and_complete(tmp_path: Path) -> None:
    rows = [replace(each, question=NASTY, prediction=NASTY) for each in base(5)]
    found = compare([folder(tmp_path / "a", rows), folder(tmp_path / "b", spoiled(rows, 3))])
    page = as_page(found)
    assert "<img" not in page
    assert "<script" not in page
    assert "3 lost" in page
    json.dumps(found.to_json(), allow_nan=False)
