"""The benchmarks' own thinking: figures kept, pictures drawn, rows made up. Their measurements are run by hand."""

from __future__ import annotations

import doctest
import json
import random
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

import eval.benchmarks.scale_plot
from eval.benchmarks import keep
from eval.benchmarks.report import made_up
from eval.benchmarks.scale_plot import PANELS, main, plot
from eval.compare import compare
from eval.outcome import from_line, to_line
from eval.predictions import read_predictions
from tests.eval.test_report import outcome

ROOT = Path(__file__).resolve().parents[2]


def test_a_kept_run_has_all_its_figures_and_no_text_of_articles(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [outcome(number, random.Random(number)) for number in range(30)]
    (tmp_path / "run").mkdir()
    lines = "".join(to_line(each) + "\n" for each in rows)
    (tmp_path / "run" / "predictions.jsonl").write_text(lines, encoding="utf-8")
    (tmp_path / "run" / "metrics.json").write_text('{"f1": 0.5}', encoding="utf-8")
    assert keep.main([str(tmp_path / "run"), str(tmp_path / "kept")]) == 0
    assert "30 questions" in capsys.readouterr().out
    assert '"excerpts": []' in (tmp_path / "kept" / "predictions.jsonl").read_text(encoding="utf-8").splitlines()[0]
    assert compare([tmp_path / "kept", tmp_path / "run"]).exit_code == 0
    assert (tmp_path / "kept" / "metrics.json").read_text(encoding="utf-8") == '{"f1": 0.5}'
    assert keep.main([str(tmp_path / "nowhere"), str(tmp_path / "kept")]) == 2


def test_ci_holds_the_seed_set_to_the_kept_figures() -> None:
    """``.ci/run`` runs ``make test``, which ends with the comparison."""
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().endswith("make test")
    told = subprocess.run(
        ["make", "--dry-run", "test"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    compared = next(line for line in told if "eval compare" in line)
    assert "eval/baselines/seeds runs/compare/seeds --fail-under citation_exactness=1.0" in compared
    asked = next(line for line in told if "eval eval/questions/seeds.jsonl" in line)
    assert "--limit" not in asked
    assert told.index(asked) < told.index(compared)


def test_the_kept_figures_are_of_the_whole_seed_set() -> None:
    asked = (ROOT / "eval" / "questions" / "seeds.jsonl").read_text(encoding="utf-8").splitlines()
    kept = read_predictions(ROOT / "eval" / "baselines" / "seeds" / "predictions.jsonl")
    assert [each.id for each in kept] == [json.loads(line)["id"] for line in asked]


def scale(passages: int) -> dict[str, Any]:
    names = {name for panel in PANELS for _, name in panel.lines}
    return {"passages": passages} | dict.fromkeys(names, passages / 200000)


def test_the_picture_shows_every_figure_of_every_size(tmp_path: Path) -> None:
    sizes = [scale(100_000), scale(1_000), scale(10_000)]
    drawn = ET.fromstring(plot(sizes))
    told = ["".join(each.itertext()) for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    for panel in PANELS:
        assert panel.title in told
    assert told.count("10,000") == len(PANELS)
    lines = list(drawn.iter("{http://www.w3.org/2000/svg}polyline"))
    assert len(lines) == sum(len(panel.lines) for panel in PANELS)
    for line in lines:
        points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
        assert [x for x, _ in points] == sorted(x for x, _ in points), "sizes from left to right"
        assert [y for _, y in points] == sorted((y for _, y in points), reverse=True), "greater values higher up"
    file = tmp_path / "scale.json"
    file.write_text(json.dumps(sizes), encoding="utf-8")
    assert main([str(file)]) == 0
    assert (tmp_path / "scale.svg").read_text(encoding="utf-8") == plot(sizes)
    assert main([]) == 2


def test_hand_worked_steps_of_the_axis() -> None:
    found = doctest.testmod(eval.benchmarks.scale_plot)
    assert (found.attempted, found.failed) == (1, 0)


def test_made_up_rows_are_rows() -> None:
    rows = list(made_up(50))
    assert [from_line(to_line(each)) for each in rows] == rows
    assert list(made_up(50)) == rows, "the same every time"
    for each in rows:
        for excerpt in each.excerpts:
            assert all(0 <= start < end <= len(excerpt.text) for start, end, _ in excerpt.marks)
