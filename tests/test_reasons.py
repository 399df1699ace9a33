"""Errors of Python and of the system in our own words."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from qa.reasons import in_words


def caught(act: Callable[[], object]) -> Exception:
    """The real error of a real library."""
    try:
        act()
    except Exception as error:  # noqa: BLE001 - whichever it is
        return error
    raise AssertionError("nothing went wrong")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{id: 1}", "'id: 1}' at column 2"),
        ('{"id": 1} more', "'more' at column 11"),
        ('{"id": "x', "a string without an end at column 8"),
        ('{"id": ', "that it ends too soon"),
        ('{"id": \n', "that it ends too soon"),
        ("", "that it ends too soon"),
        ('{"id": 1,\n "b" 2}', "'2}' at line 2, column 6"),
        ('{"id": "\n"}', "a line break at line 1, column 9"),
        ("[" * 100_000, "brackets nested too deeply"),
        ("1" * 5000, "what cannot be read"),
    ],
)
def test_json_says_where_it_ceases_to_be_json(text: str, said: str) -> None:
    assert in_words(caught(lambda: json.loads(text))) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [('a,"b', "a quote that is never closed"), ('a,"b"c', "more text after a closing quote")],
)
def test_csv(text: str, said: str) -> None:
    assert in_words(caught(lambda: list(csv.reader(io.StringIO(text), strict=True)))) == said
    assert in_words(csv.Error("field larger than field limit (131072)")) == "a cell that is too long"


def test_files(tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9 au lait")
    assert in_words(caught((tmp_path / "gone").read_text)) == "nothing there"
    assert in_words(caught(tmp_path.read_text)) == "a folder"
    assert in_words(caught((tmp_path / "latin.txt" / "x").read_text)) == "a file in the place of a folder"
    assert (
        in_words(caught(lambda: (tmp_path / "latin.txt").read_text("utf-8"))) == "bytes of another encoding at byte 3"
    )
    assert in_words(KeyError("start")) == "no 'start'"


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_no_error_of_the_system_shows_its_number_or_repeats_the_path(number: int) -> None:
    said = in_words(OSError(number, os.strerror(number), "secret/path"))
    assert said
    assert "Errno" not in said
    assert "secret" not in said
