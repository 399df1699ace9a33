"""Stores of every schema that was ever released, kept as they were written: opened, or refused with the way out."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from qa.cli import main
from qa.factory import open_citespan
from qa.pipeline import Citespan
from qa.records import Answer
from qa.settings import Settings
from qa.store.connection import DATABASE_FILE
from qa.store.layout import SCHEMA
from tests.store.make_sample import STORES, TEXTS

ROOT = Path(__file__).parents[2]


def unpacked(name: str, folder: Path) -> Path:
    with zipfile.ZipFile(STORES / f"{name}.zip") as packed:
        packed.extractall(folder)
    return folder


@pytest.fixture(params=sorted(path.stem for path in STORES.glob("schema_*.zip")))
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of each store that is kept."""
    return unpacked(request.param, tmp_path / "store")


@pytest.fixture
def engine(kept: Path) -> Iterator[Citespan]:
    """The whole pipeline on it."""
    made = open_citespan(Settings(store=str(kept), threshold=0))
    yield made
    made.close()


def test_todays_schema_is_kept() -> None:
    assert (STORES / f"schema_{SCHEMA}.zip").exists(), "run `python -m tests.store.make_sample` and commit the file"


def test_a_released_store_opens_answers_and_can_be_added_to(
    engine: Citespan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert engine.check() == []
    assert {each.source: engine.show(each.source).text for each in engine.sources()} == TEXTS
    comet = next(each for each in engine.sources() if each.source.endswith("comet"))
    assert (str(comet.published), comet.url, comet.title) == (
        "2024-12-06",
        "https://example.org/comet",
        "A comet over 東京",
    )
    for question, source, words in (
        ("Which river burst its banks?", "flood.txt", "Yare"),
        ("Who said that the comet was bright?", "wire.jsonl#comet", "Keiko Mori"),
    ):
        reply = engine.answer(question)
        assert isinstance(reply, Answer)
        assert words in reply.text
        assert reply.citations[0].source == source
        for each in reply.citations:
            assert TEXTS[each.source][each.start : each.end] == each.quote
            assert engine.cite(each.id).current
    monkeypatch.chdir(tmp_path)
    Path("flood.txt").write_bytes(TEXTS["flood.txt"].encode())
    Path("late.txt").write_text("The archive in Ghent closed. It had stood for ninety years.")
    report = engine.index(["flood.txt", "late.txt"])
    assert (report.added, report.unchanged + report.updated, report.documents) == (1, 1, len(TEXTS) + 1)
    engine.remove("bridge.md")
    assert engine.check() == []
    assert {each.source for each in engine.sources()} == {*TEXTS, "late.txt"} - {"bridge.md"}


def rewritten(store: Path, statement: str) -> None:
    with closing(sqlite3.connect(store / DATABASE_FILE)) as database:
        assert database.execute(statement).rowcount == 1
        database.commit()


def contents(store: Path) -> list[str]:
    """All that the database says, without the table in which Chroma notes every opening."""
    with closing(sqlite3.connect(store / DATABASE_FILE)) as database:
        return [line for line in database.iterdump() if '"acquire_write"' not in line]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (f"update collection_metadata set int_value = {SCHEMA + 1} where key = 'schema'", f"found {SCHEMA + 1}"),
        ("update collection_metadata set int_value = 0 where key = 'schema'", "found 0"),
        ("delete from collection_metadata where key = 'schema'", "found None"),
        ("update collections set name = 'citespan-texts' where name = 'citespan-vectors'", ""),
    ],
    ids=["newer", "older", "unknown", "newer-in-form"],
)
def test_any_other_schema_is_refused_with_the_way_out_and_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], change: str, found: str
) -> None:
    monkeypatch.chdir(ROOT)
    store = unpacked(f"schema_{SCHEMA}", tmp_path / "store")
    rewritten(store, change)
    if not found:
        rewritten(store, f"update collection_metadata set int_value = {SCHEMA + 1} where key = 'schema'")
        found = f"found {SCHEMA + 1}"
    before = contents(store)
    for command in (
        ["index", "seeds/"],
        ["ask", "Which river burst its banks?"],
        ["sources", "--json"],
        ["show", "flood.txt"],
        ["cite", "flood:18-26~abcd"],
        ["remove", "flood.txt"],
        ["check"],
        ["eval", "eval/questions/seeds.jsonl"],
        ["serve", "--port", "0"],
    ):
        assert main([*command, "--store", str(store)]) == 3, command
        said = capsys.readouterr()
        assert said.out == ""
        assert f"expected a store of schema {SCHEMA}, {found};" in said.err
        assert "index again into another one (--store NEW) or remove" in said.err
        assert len(said.err.splitlines()) == 1
    assert contents(store) == before
