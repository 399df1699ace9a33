"""The list of articles, and what is said while new ones are taken in; limits are held to on the server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qa import uploads
from qa.errors import StoreError
from ui import articles

if TYPE_CHECKING:
    from tests.ui.tiny_engine import TinyEngine


def put(folder: Path, name: str, data: bytes) -> str:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    return str(folder / name)


def told_of(steps: Iterator[str]) -> str:
    """The last thing said: what came of it."""
    return list(steps)[-1]


@pytest.fixture
def given(tmp_path: Path) -> Path:
    return tmp_path / "given"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def test_files_are_kept_and_indexed(engine: TinyEngine, given: Path, store: Path) -> None:
    told = told_of(articles.take_files(engine, store, [put(given, "a.txt", b"One.\n"), put(given, "b.md", b"Two.\n")]))
    assert "2 added" in told
    assert sorted(path.name for path in (store / "uploads").iterdir()) == ["a.txt", "b.md"]
    assert len(engine.sources()) == 4


@pytest.mark.parametrize("name", ["a.exe", "a", "a.txt.svg", "a.zip"])
def test_other_formats_are_refused_on_the_server(engine: TinyEngine, given: Path, store: Path, name: str) -> None:
    told = told_of(articles.take_files(engine, store, [put(given, name, b"One.\n")]))
    assert "expected one of" in told
    assert len(engine.sources()) == 2


def test_too_large_a_file_is_refused_on_the_server(
    engine: TinyEngine, given: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LARGEST", 10)
    assert "expected at most" in told_of(articles.take_files(engine, store, [put(given, "a.txt", b"x" * 11)]))
    assert "expected at most" in told_of(articles.take_text(engine, store, "title", "x" * 11))
    assert len(engine.sources()) == 2


def test_stages_are_said_for_each_file(engine: TinyEngine, given: Path, store: Path) -> None:
    names = ("a.txt", "b & c.txt")
    steps = list(articles.take_files(engine, store, [put(given, name, name.encode()) for name in names]))
    said = [unescape(re.sub("<[^>]+>", "", each)) for each in steps]
    assert said == [
        "Reading a.txt (1 of 2)…",
        "Embedding a.txt (1 of 2)…",
        "Reading b & c.txt (2 of 2)…",
        "Embedding b & c.txt (2 of 2)…",
        "2 added. You can ask about it now.",
    ]
    assert ['value="0"' in steps[0], 'value="1"' in steps[2]] == [True, True]
    assert all('role="status"' in each for each in steps)


def test_many_files_go_in_a_few_steps(engine: TinyEngine, given: Path, store: Path) -> None:
    files = [put(given, f"{number}.txt", f"Number {number}.".encode()) for number in range(25)]
    steps = list(articles.take_files(engine, store, files))
    assert "Reading files 1 to 3 of 25" in unescape(re.sub("<[^>]+>", "", steps[0]))
    assert len([each for each in steps if "Reading" in each]) <= articles.MOST_STEPS
    assert "25 added" in steps[-1]


def test_a_store_in_trouble_is_said_for_each_file(engine: TinyEngine, given: Path, store: Path) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreError("expected room on the disk, found none; make room")

    engine.index = full  # type: ignore[assignment]
    told = told_of(articles.take_files(engine, store, [put(given, name, b"One.") for name in ("a.txt", "b.txt")]))
    assert told.count('role="alert"') == 2
    assert "a.txt: expected room on the disk" in told
    assert "b.txt: expected room on the disk" in told


def test_one_bad_file_does_not_stop_the_others(engine: TinyEngine, given: Path, store: Path) -> None:
    told = told_of(
        articles.take_files(
            engine, store, [put(given, "bad file.txt", b"\xff\xfe\x00"), put(given, "a.txt", b"One.\n")]
        )
    )
    assert "1 added" in told
    assert "bad file.txt: expected text" in told
    assert [path.name for path in (store / "uploads").iterdir()] == ["a.txt"]


def test_pasted_text_needs_words_and_a_title_is_optional(engine: TinyEngine, store: Path) -> None:
    assert "expected the text" in told_of(articles.take_text(engine, store, "Title", " \n "))
    assert "1 added" in told_of(articles.take_text(engine, store, "", "Only words."))
    assert len(engine.sources()) == 3


def test_the_list_counts_and_names_are_text(engine: TinyEngine) -> None:
    html = articles.listing(engine.sources(), read_only=False)
    assert "2 articles, 6 passages" in html
    assert html.count('data-act="remove"') == 2
    assert 'data-act="remove"' not in articles.listing(engine.sources(), read_only=True)
    assert "No articles yet" in articles.listing([], read_only=False)


def test_near_duplicates_are_named(engine: TinyEngine) -> None:
    one, two = engine.sources()
    html = articles.listing([replace(one, duplicates=("<b>.txt", "c.txt")), two], read_only=False)
    assert html.count("near-duplicate of") == 1
    assert "&lt;b&gt;.txt" in html
    assert "and 1 more" in html
