"""What is asked without the polite words around it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.conversation import Turn, stand_alone
from qa.framing import without_frame

QUESTIONS = Path(__file__).parents[1] / "eval" / "questions"
BEFORE = (
    "Can you please tell me, ",
    "Could you perhaps tell us ",
    "Hi, do you know ",
    "Please tell me: ",
    "I'd like to find out ",
    "I was just wondering ",
    "According to the articles, ",
    "Hello, thanks. Does anyone know ",
    "So, can you tell me, as far as the stories say, ",
)
AFTER = ("", ", please", ", as far as the articles say", " according to the article", ", thanks a lot", ", if you know")


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("after", AFTER)
def test_what_is_asked_is_left(before: str, after: str) -> None:
    assert without_frame(f"{before}who negotiated the ceasefire{after}?") == "Who negotiated the ceasefire?"


@pytest.mark.parametrize(
    ("framed", "plain"),
    [
        ("Could you tell me how old she is?", "How old is she?"),
        ("Do you know where Sunniva Hale is?", "Where is Sunniva Hale?"),
        ("Tell me who the captain of the ferry that sank was, please.", "Who was the captain of the ferry that sank."),
        ("Do you know what colour the flag was?", "What colour the flag was?"),
        ("Can you tell me in which city the buses stopped?", "In which city the buses stopped?"),
        ("When did they leave, do you know?", "When did they leave?"),
        ("Who won? Thanks!", "Who won!"),
    ],
)
def test_the_order_of_a_statement_becomes_that_of_a_question(framed: str, plain: str) -> None:
    assert without_frame(framed) == plain


@pytest.mark.parametrize(
    "question",
    [
        "According to the UN, how many died?",
        "Who told me that?",
        "Could the rebels tell us when they leave?",
        "Who can tell us when the war ended?",
        "How much do you know?",
        "What did he do to please the king?",
        "Which members vote as they please?",
        "Who was given thanks?",
        "Tell me about Aleppo",
        "Do you know the harbour master?",
        "Can you tell me why?",
        "What did Newton's philosophy do when applied to life,",
        "please",
        "  Who  is he?  ",
        "",
    ],
)
def test_what_is_no_frame_stays(question: str) -> None:
    assert without_frame(question) == question


@pytest.mark.parametrize("name", ["seeds.jsonl", "seeds_plain.jsonl", "conversations.jsonl"])
def test_plain_questions_stay(name: str) -> None:
    for line in (QUESTIONS / name).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for each in row.get("turns", [row]):
            assert without_frame(each["question"]) == each["question"]


_PIECES = "can you tell me , please ? who when how old she is . according to the articles do you know thanks if".split()


@given(st.lists(st.sampled_from(_PIECES), max_size=14).map(" ".join))
def test_no_word_is_added(question: str) -> None:
    plain = without_frame(question)
    assert set(_words(plain)) <= set(_words(question))
    assert bool(plain.strip()) == bool(question.strip())


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


@pytest.mark.parametrize("bad", ["and " * 250, "please " * 140 + "who", "." * 1000, ", please" * 125 + " x"])
def test_long_runs_of_frames_are_read_at_once(bad: str) -> None:
    assert without_frame(bad) == bad


def test_a_follow_up_in_a_frame_goes_on_from_the_turn_before() -> None:
    before = [Turn("Who won the race?", "Who won the race?", "Sunniva Hale", "Sunniva Hale won the race.", "Race")]
    assert stand_alone("And could you tell me why?", before).text == "Why did Sunniva Hale win the race?"
    assert stand_alone("Can you tell me how old she is?", before).text == "How old is Sunniva Hale?"
    assert not stand_alone("Can you tell me who won the race?", before).changed
