"""Indexing: only what changed is embedded; failures keep the old; moves, renames, pruning."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from qa.corpus import read_articles
from qa.errors import StoreError
from qa.indexing import Indexer, version_of
from qa.protocols import IndexedDocument
from qa.records import IndexReport
from tests.examples import document
from tests.fakes import FakeEmbedder, MemoryStore
from tests.store.articles import sentences

RIVER = "The river rose in spring. Farmers fled the valley."
MAYOR = "The mayor of Paris resigned. A crowd cheered."
SNOW = "Snow fell on the mountains. Trains stood still."


class Bench:
    """An indexer over a fake store and embedder, and a folder of articles."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = MemoryStore()
        self.embedder = FakeEmbedder()
        self.indexer = Indexer(self.store, self.embedder, read_articles, sentences, lambda title, text: text)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def index(self, *paths: str, prune: bool = False) -> IndexReport:
        self.embedder.embedded.clear()
        return self.indexer.index(list(paths) or ["."], prune=prune)

    def sources(self) -> list[str]:
        return [each.source for each in self.store.summaries()]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.chdir(tmp_path)
    return Bench(tmp_path)


def counts(report: IndexReport) -> tuple[int, int, int, int, int]:
    return report.added, report.updated, report.unchanged, report.removed, len(report.failed)


def test_first_time_all_is_added(bench: Bench) -> None:
    bench.write("a.txt", RIVER)
    bench.write("sub/b.txt", MAYOR)
    report = bench.index()
    assert counts(report) == (2, 0, 0, 0, 0)
    assert (report.documents, report.passages) == (2, 4)
    assert sorted(bench.embedder.embedded) == sorted(
        ["The river rose in spring.", "Farmers fled the valley.", "The mayor of Paris resigned.", "A crowd cheered."]
    )
    assert bench.store.check() == []


def test_second_time_nothing_is_embedded_or_written(bench: Bench) -> None:
    bench.write("a.txt", RIVER)
    bench.index()
    generation = bench.store.generation
    assert counts(bench.index()) == (0, 0, 1, 0, 0)
    assert bench.embedder.embedded == []
    assert bench.store.generation == generation


def test_a_changed_file_is_embedded_alone(bench: Bench) -> None:
    bench.write("a.txt", RIVER)
    bench.write("b.txt", MAYOR)
    bench.index()
    bench.write("b.txt", SNOW)
    assert counts(bench.index()) == (0, 1, 1, 0, 0)
    assert bench.embedder.embedded == ["Snow fell on the mountains.", "Trains stood still."]
    assert bench.sources() == ["a.txt", "b.txt"]


def test_a_changed_date_alone_is_an_update(bench: Bench) -> None:
    row = {"id": "1", "text": RIVER, "title": "River", "date": "2024-03-01"}
    bench.write("n.jsonl", json.dumps(row) + "\n")
    bench.index()
    bench.write("n.jsonl", json.dumps(row | {"date": "2024-03-02"}) + "\n")
    assert counts(bench.index()) == (0, 1, 0, 0, 0)
    assert [str(each.published) for each in bench.store.summaries()] == ["2024-03-02"]


def test_a_moved_file_is_a_move_and_embeds_nothing(bench: Bench) -> None:
    bench.write("old.txt", RIVER)
    bench.index()
    (bench.folder / "old.txt").rename(bench.folder / "new.txt")
    assert counts(bench.index()) == (0, 1, 0, 0, 0)
    assert bench.embedder.embedded == []
    assert bench.sources() == ["new.txt"]


def test_a_copy_is_a_second_article_and_embeds_nothing(bench: Bench) -> None:
    bench.write("one.txt", RIVER)
    bench.index()
    bench.write("two.txt", RIVER)
    assert counts(bench.index()) == (1, 0, 1, 0, 0)
    assert bench.embedder.embedded == []
    assert bench.sources() == ["one.txt", "two.txt"]


def test_the_same_file_from_another_folder_is_not_doubled(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bench.write("sub/a.txt", RIVER)
    bench.index()
    monkeypatch.chdir(path.parent)
    assert counts(bench.index()) == (0, 1, 0, 0, 0)
    assert bench.sources() == ["a.txt"]
    assert bench.embedder.embedded == []


def test_another_file_of_the_same_name_does_not_replace_the_first(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bench.write("x/a.txt", RIVER)
    second = bench.write("y/a.txt", MAYOR)
    monkeypatch.chdir(first.parent)
    bench.index()
    monkeypatch.chdir(second.parent)
    report = bench.index()
    assert counts(report) == (0, 0, 0, 0, 1)
    assert str(first) in report.failed[0].error
    assert [each.document.text for each in bench.store.load(bench.store.states())] == [RIVER]


def test_a_file_that_can_no_longer_be_read_keeps_its_article(bench: Bench) -> None:
    path = bench.write("a.txt", RIVER)
    bench.index()
    path.write_bytes(b"")
    report = bench.index(prune=True)
    assert counts(report) == (0, 0, 0, 0, 1)
    assert bench.sources() == ["a.txt"]


def test_what_left_goes_only_when_asked_and_only_under_the_paths_named(bench: Bench) -> None:
    bench.write("x/a.txt", RIVER)
    bench.write("y/b.txt", MAYOR)
    bench.index()
    (bench.folder / "x/a.txt").unlink()
    (bench.folder / "y/b.txt").unlink()
    bench.write("x/c.txt", SNOW)
    assert counts(bench.index()) == (1, 0, 0, 0, 0)
    assert counts(bench.index("x", prune=True)) == (0, 0, 1, 1, 0)
    assert bench.sources() == ["x/c.txt", "y/b.txt"]


def test_a_row_that_left_its_file_goes_with_prune(bench: Bench) -> None:
    rows = [json.dumps({"id": str(n), "text": text}) for n, text in enumerate([RIVER, MAYOR])]
    bench.write("n.jsonl", "\n".join(rows))
    bench.index()
    bench.write("n.jsonl", rows[1])
    assert counts(bench.index("n.jsonl", prune=True)) == (0, 0, 1, 1, 0)
    assert len(bench.sources()) == 1


def test_a_glob_prunes_what_it_covers(bench: Bench) -> None:
    for name in ("a.txt", "b.md", "sub/c.txt"):
        bench.write(name, f"{RIVER} {name}")
    bench.index()
    for name in ("a.txt", "b.md", "sub/c.txt"):
        (bench.folder / name).unlink()
    bench.write("d.txt", SNOW)
    assert counts(bench.index("*.txt", prune=True)) == (1, 0, 0, 1, 0)
    assert bench.sources() == ["b.md", "d.txt", "sub/c.txt"]


def test_one_bad_file_does_not_stop_the_others(bench: Bench) -> None:
    bench.write("a.txt", RIVER)
    (bench.folder / "b.txt").write_bytes(os.urandom(2000))
    bench.write("c.txt", SNOW)
    report = bench.index()
    assert counts(report) == (2, 0, 0, 0, 1)
    assert report.failed[0].path == "b.txt"


def test_long_runs_go_through_windows(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.indexing.WINDOW", 8)
    batches: list[int] = []
    put = bench.store.put

    def counted(batch: list[IndexedDocument]) -> None:
        batches.append(sum(len(each.passages) for each in batch))
        put(batch)

    monkeypatch.setattr(bench.store, "put", counted)
    rows = [{"id": str(n), "text": f"Report {n} begins. It ends."} for n in range(50)]
    bench.write("n.jsonl", "\n".join(map(json.dumps, rows)))
    seen: list[int] = []
    report = bench.indexer.index(["n.jsonl"], progress=lambda stage, done, total: seen.append(done))
    assert report.added == 50
    assert sum(batches) == 100 and max(batches) <= 9
    assert seen == list(range(1, 51))


def test_what_the_store_cannot_do_is_raised(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(batch: list[IndexedDocument]) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(bench.store, "put", full)
    bench.write("a.txt", RIVER)
    with pytest.raises(StoreError, match="the disk is full"):
        bench.index()


def test_the_version_depends_on_all_that_is_stored_but_the_name() -> None:
    assert version_of(document(RIVER, "a.txt")) == version_of(document(RIVER, "b.txt"))
    assert version_of(document(RIVER)) != version_of(document(MAYOR))
    assert version_of(document(RIVER, title="x")) != version_of(document(RIVER, title="y"))
