"""Titles of texts that come without one, and dates of rows."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.corpus.dates import parse_date
from qa.corpus.titles import LONGEST, markdown_title, one_line, title_of
from qa.errors import CorpusError


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Battle for Aleppo: UN\n\nRebel resistance ended.", "Battle for Aleppo: UN"),
        ("Who won? Nobody did\nRebel resistance ended on Tuesday after years of war.", "Who won? Nobody did"),
        ("\n\n  A headline \r\n\r\nText.", "A headline"),
        ("He came. He saw.\nHe won.", "He came."),
        ("After years of fighting it ended. Reports followed.", "After years of fighting it ended."),
        ("word " * 40 + "end. Next.", ("word " * 20).strip() + "…"),
        ("x" * 300, "x" * 99 + "…"),
        (
            "One day the king went into the forest with his huntsmen and they all\nfollowed a stag. Then he slept.",
            "One day the king went into the forest with his huntsmen and they all followed a stag.",
        ),
        ("\u200b", ""),
    ],
)
def test_a_short_first_line_else_the_first_sentence(text: str, title: str) -> None:
    assert title_of(text) == title


@given(st.text())
def test_a_title_is_one_short_line(text: str) -> None:
    title = title_of(text)
    assert len(title) <= LONGEST
    assert title == " ".join(title.split())


def test_a_given_title_is_only_put_on_one_line() -> None:
    assert one_line("It ended. At\nlast\0!", 300) == "It ended. At last !"


def test_a_heading_of_markdown_but_not_one_in_code() -> None:
    assert markdown_title("```\n# no\n```\ntext\n## The *real* [title](http://x) ##\n# Later") == "The real title"
    assert markdown_title("no heading, #hashtag") is None
    assert markdown_title("    # code\n####### seven\n#no space\n   ### C# and F#\r\n") == "C# and F#"
    assert markdown_title("#\n##  ##\n# \t Closed \t##\t\n") == "Closed"


@pytest.mark.parametrize("filler", [" ", "\t", "#", " #", "# ", "[", "[x](", "*", "`", "```\n", "~~~\n", "\n", "\r"])
def test_no_heading_takes_long(filler: str) -> None:
    """Found by the fuzzer: a pattern with two runs of blanks side by side took minutes."""
    began = time.process_time()
    for text in (f"# a{filler * 70_000}b", f"# {filler * 70_000}\n# b", f"a\n{filler * 70_000}"):
        markdown_title(text)
        title_of(text)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "text",
    ["2024-12-09", " 2024/12/09 ", "2024/12/9 08:30", "2024-12-09T23:30:00-08:00", "2024-12-09T08:30:00Z", "20241209",
     "Mon, 09 Dec 2024 08:30:00 +0000", "December 9, 2024", "9 Dec 2024"],
)  # fmt: skip
def test_dates_as_news_data_write_them(text: str) -> None:
    assert parse_date(text) == date(2024, 12, 9)


@pytest.mark.parametrize("value", ["yesterday", "2024-13-01", "2024/02/30", 1733702400, "0", True, ["2024-01-01"]])
def test_a_bad_date_is_an_error_that_shows_it(value: object) -> None:
    with pytest.raises(CorpusError, match="expected a date such as 2024-12-09, found"):
        parse_date(value)


@given(st.text())
def test_no_text_breaks_the_dates(text: str) -> None:
    with suppress(CorpusError):
        parse_date(text)


def test_no_date_is_none() -> None:
    assert parse_date(None) is parse_date("") is parse_date("  ") is None
