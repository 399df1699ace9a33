"""Plain text and Markdown: stored as they stand; what front matter tells."""

from __future__ import annotations

from datetime import date

import pytest

from qa.corpus import read_bytes
from qa.records import Failure
from tests.corpus.files import documents


@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_plain_text_is_stored_unchanged(suffix: str) -> None:
    text = "Title\r\n\r\n \tHe said “no”.\rOld line\n\n\n"
    [document] = documents(read_bytes(f"a{suffix}", b"\xef\xbb\xbf" + text.encode()))
    assert document.text == text


def test_markdown_front_matter_gives_title_date_and_address_and_stays_in_the_text() -> None:
    front = "---\r\ntitle: 'Ferry: back'\r\ntags:\r\n  - date: no\r\nDate: 2025-02-11\r\nurl: https://example.org/f\r\n---\r\n"
    text = front + "# Other\r\n"
    [document] = documents(read_bytes("a.md", text.encode()))
    assert (document.title, document.published) == ("Ferry: back", date(2025, 2, 11))
    assert (document.url, document.text) == ("https://example.org/f", text)


@pytest.mark.parametrize(
    "text", ["# Rules\n\n---\ndate: 2025-02-11\n---\nx", "---\n# Rules\ndate: 2025-02-11\n", "--- \n"]
)
def test_what_only_looks_like_front_matter_gives_no_date(text: str) -> None:
    [document] = documents(read_bytes("a.md", text.encode()))
    assert document.published is None


def test_a_front_matter_date_that_is_none_is_a_failure() -> None:
    [failure] = read_bytes("a.md", b"---\ndate: soon\n---\nThe ferry is back.\n")
    assert isinstance(failure, Failure)
    assert failure.error.startswith("expected a date such as 2024-12-09, found 'soon'")
