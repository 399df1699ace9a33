from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reader.tidying import tidy


def cut(text: str, piece: str) -> str | None:
    start = text.index(piece)
    span = tidy(text, start, start + len(piece))
    return None if span is None else text[span.start : span.end]


@pytest.mark.parametrize(
    ("text", "piece", "wanted"),
    [
        ("It fell on Tuesday evening.", "Tues", "Tuesday"),
        ("It fell on Tuesday evening.", "day even", "Tuesday evening"),
        ("He said: “We will go,” and left.", "“We will go,”", "We will go"),
        ("He said: “We will go,” and left.", "We will go,”", "We will go"),
        ('The "moderate" rebels', '"moderate"', "moderate"),
        ('the film "Alien" and more', 'the film "Alien"', 'the film "Alien"'),
        ("the U.S. and Russia", "U.S.", "U.S."),
        ("by John Smith Jr. of", "John Smith Jr.", "John Smith Jr."),
        ("It ended at 5 p.m. today", "5 p.m.", "5 p.m."),
        ("They left the city.", "the city.", "the city"),
        ("(Omar Sanadiki/Reuters)", "(Omar Sanadiki/Reuters)", "Omar Sanadiki/Reuters"),
        ("at the NHL (the league) now", "NHL (the league)", "NHL (the league)"),
        ("at the NHL (the league) now", "NHL (the", "NHL (the"),
        ("Urban heat islands (UHI) are", "Urban heat islands (UHI", "Urban heat islands (UHI)"),
        ("the (old) city) wall", "old) city", "(old) city"),
        ("it cost $82 million, he", "$82 million,", "$82 million"),
        ("temperatures of -5 degrees", "-5 degrees", "-5 degrees"),
        ("with growth of .5 percent", ".5 percent", ".5 percent"),
        ("known as the rebels’ retreat", "the rebels’", "the rebels’"),
        ("a (b) and (c) d", "(b) and (c)", "(b) and (c)"),
        ("before, ... after", ", ...", None),
        ("one  two", " ", None),
    ],
)
def test_spans_read_like_answers(text: str, piece: str, wanted: str | None) -> None:
    assert cut(text, piece) == wanted


TEXTS = st.text(alphabet=st.sampled_from("ab1é中 .,'\"“”()[]’-–\n$%"), min_size=1, max_size=30)


@given(TEXTS, st.data())
def test_tidy_spans_are_whole_words_without_loose_edges(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    span = tidy(text, start, end)
    if span is None:
        return
    words = text[span.start : span.end]
    assert words == words.strip()
    assert words[0] not in ",;:!?)]}" and words[-1] not in ",;:!?([{"
    for edge in (span.start, span.end):
        assert not (0 < edge < len(text) and text[edge - 1].isalnum() and text[edge].isalnum())
    assert tidy(text, span.start, span.end) == span
    # Nothing with letters or digits is lost: the span still holds every word that the pieces touched.
    touched = [at for at in range(start, end) if text[at].isalnum()]
    assert all(span.start <= at < span.end for at in touched)


@given(TEXTS, st.data())
def test_what_has_a_letter_is_never_dropped(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    if any(sign.isalnum() for sign in text[start:end]):
        assert tidy(text, start, end) is not None
