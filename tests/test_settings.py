"""Settings: from defaults, then the environment, then the command line; anything odd is named."""

from __future__ import annotations

from dataclasses import Field, fields

import pytest

from qa.cli import build_parser
from qa.errors import SettingsError
from qa.settings import Settings, load_settings


def test_later_words_win() -> None:
    assert load_settings({}).top_k == 8
    assert load_settings({"CITESPAN_TOP_K": "5", "HOME": "/", "CITESPAN_DEBUG": "1"}).top_k == 5
    assert load_settings({"CITESPAN_TOP_K": "5"}, top_k=3).top_k == 3
    assert load_settings({"CITESPAN_TOP_K": "5"}, top_k=None).top_k == 5


def test_zero_is_a_value_and_not_a_gap() -> None:
    assert load_settings({}, threshold=0.0).threshold == 0
    assert load_settings({"CITESPAN_OVERLAP_SENTENCES": "0"}).overlap_sentences == 0
    assert load_settings({"CITESPAN_THRESHOLD": "-1"}).threshold == -1


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"CITESPAN_TOP_K": "many"}, "CITESPAN_TOP_K: expected a whole number, found 'many'"),
        ({"CITESPAN_TOP_K": "0"}, "top_k: expected a number from 1 to 100, found 0"),
        ({"CITESPAN_THRESHOLD": "1.5"}, "threshold: expected a number from 0 to 1, or -1 for the one .*, found 1.5"),
        ({"CITESPAN_THRESHOLD": "nan"}, "threshold: expected a number from 0 to 1, or -1 for the one .*, found nan"),
        ({"CITESPAN_THRESHOLD": "-0.5"}, "threshold: expected a number from 0 to 1, or -1 for the one .*, found -0.5"),
        ({"CITESPAN_DENSE_WEIGHT": "-1"}, "dense_weight: expected a number from 0 to 1, found -1"),
        ({"CITESPAN_TOPK": "3"}, "CITESPAN_TOPK: expected one of"),
    ],
)
def test_what_is_wrong_is_named(environ: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load_settings(environ)


@pytest.mark.parametrize("each", [each for each in fields(Settings) if each.metadata["low"] is not None])
def test_only_flags_that_exist_are_advised(each: Field[object]) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({}, **{each.name: -7})
    ask, index = build_parser().parse_args(["ask", "Who?"]), build_parser().parse_args(["index"])
    exists = hasattr(ask, each.name) or hasattr(index, each.name)
    assert (f"--{each.name.replace('_', '-')}" in str(caught.value)) is exists
    assert f"CITESPAN_{each.name.upper()}" in str(caught.value)


def test_every_setting_says_what_it_means() -> None:
    assert all(each.metadata["meaning"] for each in fields(Settings))
