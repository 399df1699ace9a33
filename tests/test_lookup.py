"""Looking citations and articles up, on the in-memory store."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from qa.citation import make_citation_id
from qa.errors import InputError, NotFoundError
from qa.lookup import CONTEXT, Library
from qa.protocols import IndexedDocument
from qa.records import Document, Passage
from tests.examples import document
from tests.fakes import MemoryStore

TEXT = "Lead. " + "word " * 400 + "The mayor resigned on Friday. " + "word " * 400


def library(documents: Sequence[Document]) -> Library:
    store = MemoryStore()
    for each in documents:
        whole = Passage(f"{each.id}:0-{len(each.text)}", each.id, 0, len(each.text), each.text)
        store.put([IndexedDocument(each, (whole,), np.ones((1, 1), dtype=np.float32), version="1")])
    return Library(store)


def cited(source: str, text: str, quote: str) -> str:
    start = text.index(quote)
    return make_citation_id(source, start, start + len(quote), quote)


def test_a_citation_shows_the_text_around_the_quote() -> None:
    view = library([document(TEXT, "news/a.txt", "Mayor goes")]).cite(cited("news/a.txt", TEXT, "Friday"))
    assert view.current
    assert (view.source, view.title, view.quote) == ("news/a.txt", "Mayor goes", "Friday")
    assert TEXT[view.start : view.end] == "Friday"
    assert view.before == TEXT[view.start - CONTEXT : view.start]
    assert view.after == TEXT[view.end : view.end + CONTEXT]


def test_a_changed_article_is_said_to_have_changed_and_shows_no_wrong_words() -> None:
    wanted = cited("a.txt", TEXT, "Friday")
    view = library([document(TEXT.replace("Friday", "Monday"), "a.txt")]).cite(wanted)
    assert not view.current
    assert (view.quote, view.before, view.after) == ("", "", "")
    assert view.id == wanted


def test_of_two_articles_of_one_name_the_one_that_fits_is_shown() -> None:
    other = document("Something else entirely.", "one/a.txt")
    right = document(TEXT, "two/a.txt")
    assert library([other, right]).cite(cited("two/a.txt", TEXT, "Friday")).source == "two/a.txt"


def test_sources_name_their_near_duplicates() -> None:
    other = document("PARIS (Agency)\n" + TEXT.replace(". The", ".\nThe"), "courier.txt")
    found = library([document(TEXT, "gazette.txt"), other, document("Snow fell.", "snow.txt")]).sources()
    assert [(each.source, each.duplicates) for each in found] == [
        ("courier.txt", ("gazette.txt",)),
        ("gazette.txt", ("courier.txt",)),
        ("snow.txt", ()),
    ]


def test_an_article_that_went_is_said_to_be_gone() -> None:
    with pytest.raises(NotFoundError, match="removed, renamed or never indexed"):
        library([document(TEXT, "b.txt")]).cite(cited("a.txt", TEXT, "Friday"))


@pytest.mark.parametrize("name", ["news/a.txt", "./news/a.txt", "a.txt", "a"])
def test_an_article_goes_by_its_name_its_file_name_and_its_stem(name: str) -> None:
    assert library([document(TEXT, "news/a.txt")]).show(name).text == TEXT


def test_a_row_goes_by_its_number_or_id() -> None:
    assert library([document(TEXT, "x.jsonl#row7")]).show("row7").source == "x.jsonl#row7"


def test_a_name_that_fits_several_asks_for_more() -> None:
    with pytest.raises(InputError, match=r"found 2 that 'a' fits: one/a\.txt, two/a\.txt"):
        library([document("1", "one/a.txt"), document("2", "two/a.txt")]).show("a")


def test_removing_takes_the_article_out_and_says_what_it_was() -> None:
    shelf = library([document(TEXT, "a.txt"), document("Other text.", "b.txt")])
    assert shelf.remove("a.txt").source == "a.txt"
    assert [each.source for each in shelf.sources()] == ["b.txt"]
    with pytest.raises(NotFoundError, match=r"found 'a\.txt'; `citespan sources`"):
        shelf.remove("a.txt")
