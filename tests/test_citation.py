"""Citations are cut from the text; their ids are readable, permanent, and never fit other words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.citation import CitationId, cite_span, make_citation_id, parse_citation_id, source_stem
from qa.errors import InputError
from tests.examples import document

TEXT = "The ceasefire was negotiated by Turkey and Russia, without U.S. involvement."


def test_a_quote_over_two_sentences_carries_both() -> None:
    article = document("The ceasefire was signed on Monday. It was negotiated by Turkey and Russia. Soldiers shot 82.")
    citation = cite_span(article, article.text.index("Russia"), article.text.index(" shot"))
    assert citation.quote == "Russia. Soldiers"
    assert citation.sentence == "It was negotiated by Turkey and Russia. Soldiers shot 82."


def test_an_id_is_readable_and_fits_its_own_text() -> None:
    start = TEXT.index("Turkey and Russia")
    made = make_citation_id("seeds/aleppo.txt", start, start + 17, "Turkey and Russia")
    assert made.startswith("aleppo:32-49~")
    assert parse_citation_id(made).fits(TEXT)


def test_an_id_does_not_fit_once_other_words_stand_there() -> None:
    made = parse_citation_id(make_citation_id("a.txt", 4, 13, "ceasefire"))
    assert not made.fits(TEXT.replace("ceasefire", "agreement"))
    assert not made.fits("x" + TEXT)
    assert not made.fits(TEXT[:10])


def test_an_id_survives_changes_after_the_quote_and_a_move_to_another_folder() -> None:
    made = make_citation_id("old/a.txt", 4, 13, "ceasefire")
    assert made == make_citation_id("new/a.txt", 4, 13, "ceasefire")
    assert parse_citation_id(made).fits(TEXT + " More was added.")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2024-12-09-storm-in-the-north.txt", "2024-12-09-storm-in-the-south.txt"),
        ("a.jsonl#1", "a.jsonl#2"),
        ("a b.txt", "a-b.txt"),
        ("архив.txt", "новости.txt"),
    ],
)
def test_names_that_shorten_alike_stay_apart(one: str, other: str) -> None:
    assert source_stem(one) != source_stem(other)


@pytest.mark.parametrize(
    "text", ["", "004", "a:5-5~abcd", "a:9-5~abcd", "a:1-2~ab", "a:x-2~abcd", "a b:1-2~abcd", "🙂" * 10_000]
)
def test_what_is_not_an_id_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match=r"expected a citation id such as .* found"):
        parse_citation_id(text)


@given(source=st.text(min_size=1), text=st.text(min_size=1), data=st.data())
def test_every_id_parses_back_and_fits(source: str, text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    made = make_citation_id(source, start, end, text[start:end])
    parsed = parse_citation_id(f" [{made}] ")
    assert str(parsed) == made
    assert parsed == CitationId(source_stem(source), start, end, parsed.check)
    assert parsed.fits(text)
