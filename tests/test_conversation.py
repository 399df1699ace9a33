"""Follow-up questions as a whole: what is left alone, chains, and properties that hold for any text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.conversation import Turn, Understood, stand_alone, turn_of
from qa.records import Answer, Citation, NoAnswer
from tests.turns import BORDER, CEASEFIRE, CITY, COLVILLE, KILLED, LEAVE, POWER, REFUSED


@pytest.mark.parametrize(
    ("before", "asked", "meant"),
    [
        # after a refusal only the question is known
        (REFUSED, "When was that?", "When was the ceasefire agreed?"),
        (REFUSED, "Who agreed to it?", "Who agreed to the ceasefire?"),
        (Turn("", "Who is the captain of the ferry?"), "How old is she?", "How old is the captain of the ferry?"),
        (
            Turn("", "Who found the stolen car?"),
            "What did he do with the reward?",
            "What did the person who found the stolen car do with the reward?",
        ),
    ],
)
def test_after_a_refusal_the_question_is_gone_on_from(before: Turn, asked: str, meant: str) -> None:
    understood = stand_alone(asked, [before])
    assert understood.text == meant
    assert understood.changed
    assert understood.because


@pytest.mark.parametrize(
    "asked",
    [
        "Who negotiated the truce in Yemen?",
        "What did Assad say when he won?",
        "Where did the Pope give his speech in Cameroon?",
        "In his speech, what did Obama say about Syria?",
        "When he was 35 where did Gautama sit?",
        "Which contestant lost his job?",
        "Who is celebrating her 50th birthday?",
        "What time is it in Tokyo?",
        "How long did it take for police to respond?",
        "Is it true that the city fell?",
        "Why is it thought that the ship sank?",
        "How many main systems of Hindu philosophy are there?",
        "Is there a difference between the two plans?",
        "Who complained that nobody had come to the rebels' help?",
        "How many of those shot were men?",
        "What did the company say about its phones?",
        "Which British diplomat said it had gone from siege to slaughter?",
        "Did the UN say that the fighting ended?",
        "What do plankton do with their eggs?",
        "What did Hasan's former classmate say about him?",
        "Which river flows through Raqqa?",
        "What time did the meeting end?",
        "The agency approved a third vaccine. Which company makes it?",
        "Which actor turned up at a show dedicated to him?",
        "How many senators must vote for a bill for it to pass?",
        "What does Toyota estimate the cost of the recall will be to them?",
        "How far is it from Oslo to Bergen?",
        "How cold does it get in Oslo?",
        "Was it Norway that closed the border?",
        "Is it the custom for people to have two surnames?",
        "how did marie lose her leg?",
        "Can a judge lose his or her seat?",
        "How long has it been since the last eclipse?",
        "Define Federalism",
        "current bitcoin price",
        "image courtesy of",
        "?!",
        "",
    ],
)
@pytest.mark.parametrize("before", [CEASEFIRE, POWER, KILLED, COLVILLE, CITY])
def test_a_question_that_stands_alone_is_left_alone(before: Turn, asked: str) -> None:
    assert stand_alone(asked, [before]) == Understood(asked, False, "")


def test_a_chain_goes_on_from_what_was_understood() -> None:
    history: list[Turn] = []
    for asked, answer, meant in (
        ("Who heads the UN?", "Ban Ki-moon", "Who heads the UN?"),
        ("What did he say?", "We have collectively failed", "What did Ban Ki-moon say?"),
        ("When was that?", "Tuesday", "When did Ban Ki-moon say “We have collectively failed”?"),
        ("Who is he?", None, "Who is Ban Ki-moon?"),
    ):
        understood = stand_alone(asked, history)
        assert understood.text == meant
        history.append(Turn(asked, understood.text, answer))


def test_a_turn_is_made_from_a_reply() -> None:
    citation = Citation("a:0-6~k", "d", "a.txt", "Title", None, 0, 6, "Turkey", 0, 12, "Turkey left.")
    answered = turn_of(Answer("Who left?", "Turkey", 0.9, (citation,)), "And who left?", "Who left?")
    assert answered == Turn("And who left?", "Who left?", "Turkey", "Turkey left.", "Title")
    assert turn_of(NoAnswer("Why?", "nothing fits", 0.1, ()), "Why?", "Why did Turkey leave?") == Turn(
        "Why?", "Why did Turkey leave?"
    )


_WORDS = st.sampled_from(
    "who what when where why how many which did was were is it that this they them she he his her their its there "
    "the a of in on about and so Turkey Aleppo Samantha Power rebels civilians ceasefire said killed negotiated happen "
    "? , ' “ other article else one Tuesday 82 you not".split()
)
_QUESTIONS = st.one_of(st.lists(_WORDS, max_size=9).map(" ".join), st.text(max_size=60))
_TURNS = st.lists(
    st.builds(Turn, _QUESTIONS, _QUESTIONS, st.none() | _QUESTIONS, st.none() | _QUESTIONS)
    | st.sampled_from([CEASEFIRE, POWER, KILLED, CITY, LEAVE, BORDER, REFUSED]),
    max_size=4,
)


@given(_QUESTIONS)
def test_nothing_changes_without_history(asked: str) -> None:
    assert stand_alone(asked, []) == Understood(asked, False, "")


@settings(max_examples=300)
@given(_QUESTIONS, _TURNS)
def test_any_text_gives_a_bounded_fixed_point(asked: str, history: list[Turn]) -> None:
    understood = stand_alone(asked, history)
    assert understood.changed == bool(understood.because)
    assert understood.changed or understood.text == asked
    assert len(understood.text) <= max(800, len(asked))
    assert stand_alone(understood.text, history).text == understood.text


def test_it_takes_less_than_a_millisecond() -> None:
    history = [CEASEFIRE, KILLED, COLVILLE]
    stand_alone("What did he say about it?", history)
    began = time.process_time()
    for _ in range(200):
        stand_alone("What did he say about it?", history)
    assert (time.process_time() - began) / 200 < 0.001
