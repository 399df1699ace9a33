from __future__ import annotations

import pytest
from hypothesis import example, given
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
        ("Who drove the Model T?", 2),  # a stop word that is a name here
    ],
)
def test_names_and_numbers_are_looked_for(question: str, wanted: int) -> None:
    assert missing_names(question, SENTENCE) == wanted


@pytest.mark.parametrize("name", ["Two Hundred", "0B㍱", "U.N.", "Twenty-One Pilots", "A.B.C. News"])
def test_a_name_that_reads_otherwise_among_other_words_is_found_as_written(name: str) -> None:
    assert missing_names(f"What did {name} do?", f"It was {name}, they said.") == 0
    assert missing_names(f"What did {name} do?", "Nobody was there.") > 0


@given(st.text(max_size=60), st.text(max_size=60))
@example("0B㍱", "")
def test_a_sentence_lacks_none_of_its_own_names(question: str, more: str) -> None:
    assert missing_names(question, f"{question} {more}") <= missing_names(question, more) <= MOST
    assert missing_names(question, question) == 0
