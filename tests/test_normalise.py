"""When two spans say the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.normalise import answer_tokens, same_answer


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The U.N.", ("un",)),
        ("the United Nations", ("un",)),
        ("the United\nNations", ("un",)),
        ("reunited nations", ("reunited", "nations")),
        ("the United States", ("usa",)),
        ("the U.S.", ("usa",)),
        ("U.S.A.", ("usa",)),
        ("US-backed", ("usa", "backed")),
        ("USAID", ("usaid",)),
        ("the u.s. army", ("usa", "army")),
        ("U.S. A. Smith", ("usa", "smith")),
        ("the U.S.S.R.", ("ussr",)),
        ("U.S.S. Cole", ("uss", "cole")),
        ("give it to us.", ("give", "it", "to", "us")),
        ("eighty-two civilians", ("82", "civilians")),
        ("two hundred thousand", ("200000",)),
        ("one million two hundred", ("1000200",)),
        ("50,000 people", ("50000", "people")),
        ("Assad’s army", ("assad", "army")),
        ("twenty 5", ("20", "5")),
        ("—", ()),
    ],
)
def test_tokens(text: str, tokens: tuple[str, ...]) -> None:
    assert answer_tokens(text) == tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("82", "eighty-two"),
        ("Rupert Colville", "UN spokesman Rupert Colville"),
        ("the Syrian army", "Syrian Army"),
        ("Tuesday evening", "on Tuesday evening"),
        ("Turkey and Russia", "Russia and Turkey"),
        ("Russian U.N. Ambassador", "Russian United Nations Ambassador"),
    ],
)
def test_same(one: str, other: str) -> None:
    assert same_answer(one, other)
    assert same_answer(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("82", "50,000"),
        ("at least eighty-two civilians", "82 people"),
        ("Wednesday morning", "Wednesday evening"),
        ("Russia", "Turkey"),
        ("people", "82 people"),
        ("the", "Syria"),
        ("of", "the fall of Aleppo"),
        ("Aleppo", "the rebels who had held out in the besieged city of Aleppo"),
    ],
)
def test_not_the_same(one: str, other: str) -> None:
    assert not same_answer(one, other)
    assert not same_answer(other, one)


@given(st.text(), st.text())
def test_symmetric_and_reflexive(one: str, other: str) -> None:
    assert same_answer(one, one)
    assert same_answer(one, other) == same_answer(other, one)
