from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reader.evidence import MOST, missing_names

SENTENCE = "In 2016 the Syrian army took Aleppo, where eighty-two civilians died, U.N. officials said."


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Who took Aleppo in 2016?", 0),
        ("Who took Mosul in 2016?", 1),
        ("Who took Aleppo in 2017?", 1),
        ("Who took Mosul in 2017?", 2),
        ("Who took Mosul from Iraq and Iran in 2017?", MOST),
        ("Did Syria's army win?", 0),
        ("How did 82 civilians die?", 0),
        ("What did UN officials say?", 0),
        ("Mosul fell when?", 0),  # the first word has a capital anyway
        ("who took mosul?", 0),
        ("", 0),
        ("In What year did It fall?", 0),
    ],
)
def test_names_and_numbers_are_looked_for(question: str, wanted: int) -> None:
    assert missing_names(question, SENTENCE) == wanted


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_sentence_lacks_none_of_its_own_names(question: str, more: str) -> None:
    assert missing_names(question, f"{question} {more}") <= missing_names(question, more) <= MOST
    assert missing_names(question, question) == 0
