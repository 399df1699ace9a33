"""The search of settings: every combination tried, every passage read once, never on the test set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.report.tuning import as_page, as_text
from eval.tune import Grid, Trial, parse_grid, tune, with_front
from qa.errors import DatasetError, InputError
from qa.pipeline import Citespan
from qa.settings import Settings
from tests.eval.small import SETTINGS, ToldReader, small_engine
from tests.examples import document

TOWN = document("The mayor spoke.\nThe mayor of the town left.\nThe mayor of the old town won on Friday.", "t.txt")
TOLD = {
    "Who spoke?": [("mayor", 3.0)],
    "When did the mayor of the old town win?": [("Friday", 1.0)],
    "When did the mayor die?": [("Friday", -1.0)],
}
ROWS: list[dict[str, Any]] = [
    {"id": "1", "question": "Who spoke?", "answers": [{"text": "mayor", "source": "t.txt", "start": 4, "end": 9}]},
    {"id": "2", "question": "When did the mayor of the old town win?", "answers": [{"text": "Friday"}]},
    {"id": "3", "question": "When did the mayor die?", "answers": []},
]


def dataset(path: Path, rows: list[dict[str, Any]]) -> Path:
    file = path / "validation.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def test_every_combination_is_tried_and_the_best_comes_first(tmp_path: Path) -> None:
    opened: list[tuple[Settings, Citespan]] = []

    def opener(settings: Settings, create: bool) -> Citespan:
        opened.append((settings, small_engine([], TOLD)))
        return opened[-1][1]

    stored = small_engine([TOWN], TOLD)
    grid = Grid(top_k=(1, 3), dense_weight=(0.2, 0.8), passage_tokens=(100, 160))
    found = tune(dataset(tmp_path, ROWS), settings=SETTINGS, grid=grid, engine=stored, opener=opener)
    assert len(found.trials) == 8
    assert [settings.passage_tokens for settings, _ in opened] == [100, 160]
    assert all(settings.store != SETTINGS.store for settings, _ in opened)
    assert found.best.f1 == 1.0
    assert found.best.em == 1.0
    assert found.best.threshold == pytest.approx(0.731, abs=0.01)
    reader = opened[0][1].reader
    assert isinstance(reader, ToldReader)
    assert reader.passages_read <= 9, "a passage was read twice for the same question"
    assert "best: --top-k" in as_text(found)
    assert "<script" not in as_page(found)


def test_the_front_holds_what_nothing_beats_in_both() -> None:
    ranked = [Trial(k, 0.5, 160, 0.5, f1, 0, 0, ms) for k, f1, ms in ((8, 0.9, 50), (9, 0.8, 60), (4, 0.7, 20))]
    assert [trial.on_front for trial in with_front(ranked)] == [True, False, True]


def test_test_questions_are_refused(tmp_path: Path) -> None:
    rows = [*ROWS, {"id": "4", "question": "WHO runs  apple?", "answers": []}]
    with pytest.raises(DatasetError, match=r"row 4 a question of the test set seeds\.jsonl"):
        tune(dataset(tmp_path, rows), settings=SETTINGS, grid=Grid(), engine=small_engine([TOWN]))


def test_grids() -> None:
    assert parse_grid(["top_k=4,8", "dense_weight=0.5"]) == Grid(top_k=(4, 8), dense_weight=(0.5,))
    for bad in ("k=1", "top_k=x", "top_k"):
        with pytest.raises(InputError, match="--grid"):
            parse_grid([bad])
