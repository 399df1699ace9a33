"""Whatever an article holds comes out of the page as the same characters, and never as anything else."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.markup import attributes, isolated, text


class Reader(HTMLParser):
    """Collects what a parser makes of some HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.tags: list[str] = []
        self.found: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.found += attrs

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
SNIPPETS = """<script> </mark> <img/src=x/onerror=alert(1)> &amp; &#60; ${value} {{value}} ` " ' ![](http://e.example/x.png)
--> ]]> \\ a""".split()
HOSTILE = st.lists(st.sampled_from([*SNIPPETS, "\u202e", "\u200b", "\r\n", " "])).map("".join)


@given(texts | HOSTILE)
def test_text_reads_back_as_itself_and_holds_no_tag(words: str) -> None:
    reader = read(f"<p>{text(words)}</p>")
    assert reader.tags == ["p"]
    assert "".join(reader.words) == words


@given(texts | HOSTILE)
def test_nothing_is_left_for_a_template_to_fill(words: str) -> None:
    assert not set(text(words)) & set("${}`<>\"'\r")


@given(texts | HOSTILE)
def test_an_attribute_holds_exactly_its_value(words: str) -> None:
    reader = read(f"<p{attributes(data_hint=words)}></p>")
    assert reader.found == [("data-hint", words)]


def test_attributes_leave_out_what_is_not_there() -> None:
    assert attributes(a=None, b=False, c=True, data_x=0, class_="y") == ' c data-x="0" class="y"'


@pytest.mark.parametrize("words", ["\u202eevil", "a<b"])
def test_isolated_text_stands_in_its_own_direction(words: str) -> None:
    assert isolated(words) == f"<bdi>{text(words)}</bdi>"
