"""The search of settings: every combination tried, every passage read once, never on the test set."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from eval.report.tuning import as_page, as_text
from eval.tune import Grid, Trial, parse_grid, tune, with_front
from qa.bm25 import Bm25
from qa.errors import DatasetError, InputError, SettingsError
from qa.pipeline import Citespan
from qa.retrieval import HybridRetriever
from qa.settings import Settings, load_settings
from tests.eval.small import SETTINGS, ToldReader, small_engine
from tests.examples import document
from tests.fakes import FakeEmbedder, MemoryStore

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


class Shop:
    """Opens engines as the product does: one store a place, kept while closed, searched with the settings' weight."""

    def __init__(self) -> None:
        self.asked_for: list[Settings] = []
        self.engines: dict[str, Citespan] = {}

    def __call__(self, settings: Settings, create: bool) -> Citespan:
        self.asked_for.append(settings)
        if create:
            self.engines[settings.store] = small_engine([], TOLD)
        kept = self.engines[settings.store]
        assert isinstance(kept.store, MemoryStore)
        retriever = HybridRetriever(kept.store, FakeEmbedder(), Bm25(kept.store), dense_weight=settings.dense_weight)
        return replace(kept, retriever=retriever, top_k=settings.top_k)


def test_every_combination_is_tried_and_the_best_comes_first(tmp_path: Path) -> None:
    shop, stored = Shop(), small_engine([TOWN], TOLD)
    grid = Grid(top_k=(1, 3), dense_weight=(0.2, 0.8), passage_tokens=(100, 160))
    found = tune(dataset(tmp_path, ROWS), settings=SETTINGS, grid=grid, engine=stored, opener=shop)
    tried = {(each.top_k, each.dense_weight, each.passage_tokens) for each in found.trials}
    assert tried == set(product(grid.top_k, grid.dense_weight, grid.passage_tokens))
    assert tried == {(each.top_k, each.dense_weight, each.passage_tokens) for each in shop.asked_for}
    assert len(shop.engines) == 2, "the articles are indexed once for every size of passage"
    assert SETTINGS.store not in shop.engines
    assert found.best.f1 == 1.0
    assert found.best.em == 1.0
    assert found.best.threshold == pytest.approx(0.731, abs=0.01)
    for engine in shop.engines.values():
        assert isinstance(engine.reader, ToldReader)
        assert engine.reader.passages_read <= 9, "a passage was read twice for the same question"
    assert "<script" not in as_page(found)


def test_what_is_found_can_be_set(tmp_path: Path) -> None:
    found = tune(
        dataset(tmp_path, ROWS), settings=SETTINGS, grid=Grid(), engine=small_engine([TOWN], TOLD), opener=Shop()
    )
    assert len(found.trials) == 36
    line = as_text(found).splitlines()[-1]
    environ = dict(part.split("=") for part in line.split() if part.startswith("CITESPAN_"))
    settings, best = load_settings(environ), found.best
    assert (settings.top_k, settings.dense_weight) == (best.top_k, best.dense_weight)
    assert (settings.passage_tokens, settings.threshold) == (best.passage_tokens, best.threshold)


def test_what_cannot_be_set_is_refused_before_anything_is_indexed(tmp_path: Path) -> None:
    shop = Shop()
    with pytest.raises(SettingsError, match="dense_weight: expected a number from 0 to 1, found 2"):
        tune(dataset(tmp_path, ROWS), settings=SETTINGS, grid=Grid(dense_weight=(2.0,)), opener=shop)
    assert not shop.asked_for


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
