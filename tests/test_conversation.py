"""Follow-up questions: hand-worked conversations by category, and properties that hold for any text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.conversation import Turn, Understood, stand_alone, turn_of
from qa.conversation.clauses import clause_of, state
from qa.conversation.gaps import gaps_in
from qa.conversation.mentions import mentions_of
from qa.conversation.verbs import base_of, past_of
from qa.records import Answer, Citation, NoAnswer

CEASEFIRE = Turn(
    "Who negotiated the ceasefire?",
    "Who negotiated the ceasefire?",
    "Turkey and Russia",
    "The ceasefire was negotiated by Turkey and Russia, without U.S. involvement.",
)
POWER = Turn("Who is Samantha Power?", "Who is Samantha Power?", "US Ambassador to the UN")
BAN = Turn("Who is the UN Secretary-General?", "Who is the UN Secretary-General?", "Ban Ki-moon")
KILLED = Turn(
    "How many civilians were killed?",
    "How many civilians were killed?",
    "eighty-two",
    "The United Nations has received reports of at least eighty-two civilians, including eleven women and thirteen "
    "children, being gunned down as they attempt to flee the city.",
)
COLVILLE = Turn(
    "Who said there could be many more?",
    "Who said there could be many more?",
    "Rupert Colville",
    '"There could be many more," UN spokesman Rupert Colville said.',
)
CITY = Turn("Which city did the rebels lose?", "Which city did the rebels lose?", "Aleppo")
LEAVE = Turn(
    "When will the rebels leave the city?", "When will the rebels leave the city?", "Wednesday morning on foot"
)
BORDER = Turn("What did Turkey close?", "What did Turkey close?", "its border")
REFUSED = Turn("Where was the ceasefire agreed?", "Where was the ceasefire agreed?")


@pytest.mark.parametrize(
    ("before", "asked", "meant"),
    [
        # the event as a whole
        (CEASEFIRE, "And when was that?", "When did Turkey and Russia negotiate the ceasefire?"),
        (KILLED, "Where did it happen?", "Where were eighty-two civilians killed?"),
        (CEASEFIRE, "When did they do that?", "When did Turkey and Russia negotiate the ceasefire?"),
        (BORDER, "How did that come about?", "How did Turkey close its border?"),
        # a fragment
        (BORDER, "Why?", "Why did Turkey close its border?"),
        (BORDER, "why", "Why did Turkey close its border?"),
        (LEAVE, "How exactly?", "How will the rebels leave the city?"),
        (LEAVE, "With whom?", "With whom will the rebels leave the city?"),
        (CEASEFIRE, "Which countries?", "Which countries negotiated the ceasefire?"),
        (CEASEFIRE, "Who else?", "Who else negotiated the ceasefire?"),
        (KILLED, "How many of them?", "How many civilians were killed?"),
        (KILLED, "And how many children?", "How many children were killed?"),
        (KILLED, "How come?", "Why were eighty-two civilians killed?"),
        # another topic
        (CEASEFIRE, "What about the evacuation?", "Who negotiated the evacuation?"),
        (BORDER, "And Iran?", "What did Iran close?"),
        (BORDER, "Iran?", "What did Iran close?"),
        (POWER, "And Matthew Rycroft?", "Who is Matthew Rycroft?"),
        (LEAVE, "And the civilians?", "When will the civilians leave the city?"),
        (KILLED, "What about women?", "How many women were killed?"),
        (
            Turn("", "What happened in Aleppo on Tuesday?", "a retreat"),
            "And on Wednesday?",
            "What happened in Aleppo on Wednesday?",
        ),
        (Turn("", "How many people live in Palmyra?"), "And in Aleppo?", "How many people live in Aleppo?"),
        # who said so
        (CEASEFIRE, "Who said that?", "Who said that Turkey and Russia negotiated the ceasefire?"),
        (
            Turn("", "What did Ban Ki-moon say?", "We have collectively failed the people of Syria"),
            "Who said so?",
            "Who said “We have collectively failed the people of Syria”?",
        ),
        # the same again
        (CEASEFIRE, "And in the other article?", "Who negotiated the ceasefire?"),
        (CEASEFIRE, "What does the other article say?", "Who negotiated the ceasefire?"),
        # pronouns: people
        (POWER, "What did she say about Aleppo?", "What did Samantha Power say about Aleppo?"),
        (BAN, "What did he say?", "What did Ban Ki-moon say?"),
        (COLVILLE, "Who is he?", "Who is Rupert Colville?"),
        (COLVILLE, "Who's he?", "Who is Rupert Colville?"),
        (COLVILLE, "What is his job?", "What is Rupert Colville's job?"),
        (COLVILLE, "Who told him?", "Who told Rupert Colville?"),
        # pronouns: groups
        (CEASEFIRE, "Did they talk to the rebels?", "Did Turkey and Russia talk to the rebels?"),
        (KILLED, "How many of them were women?", "How many of the civilians were women?"),
        (KILLED, "Who killed them?", "Who killed the civilians?"),
        # pronouns: things and places
        (CEASEFIRE, "When did it start?", "When did the ceasefire start?"),
        (CEASEFIRE, "Which country was not involved in it?", "Which country was not involved in the ceasefire?"),
        (CITY, "When did they lose it?", "When did the rebels lose Aleppo?"),
        (CITY, "What is its population?", "What is Aleppo's population?"),
        (CITY, "Who lives there?", "Who lives in Aleppo?"),
        (CITY, "What happened there?", "What happened in Aleppo?"),
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
def test_a_follow_up_stands_alone(before: Turn, asked: str, meant: str) -> None:
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


@pytest.mark.parametrize(
    ("before", "asked"),
    [
        (Turn("", "Who played the nurse?", "Lexie Grey"), "Where do they grow hops?"),  # one person
        (Turn("", "Where are the scrolls kept?", "in a museum"), "When did they stop putting lead in paint?"),  # things
        (Turn("", "Who sailed past Malta?", "Ida Holm"), "Where did they film the last scene?"),  # did nothing
        (Turn("", "What did Zimbabwe export?", "maize"), "What did he say?"),
        (Turn("", "What did TOMS Shoes sell?"), "What show did she appear on?"),
        (Turn("", "Which plane crashed?", "an F-15"), "Who knew her?"),
        (Turn("", "What did President Barack Obama sign?"), "What did she say?"),
        (Turn("", "Which proposal was the best?", "the last"), "When was it made?"),  # a noun that was not found
    ],
)
def test_a_pronoun_that_nothing_fits_is_left_alone(before: Turn, asked: str) -> None:
    assert stand_alone(asked, [before]) == Understood(asked, False, "")


@pytest.mark.parametrize(
    ("before", "asked", "meant"),
    [
        (Turn("", "Where are the scrolls kept?"), "When were they found?", "When were the scrolls found?"),
        (Turn("", "What did Google close?", "its shop"), "Why did they close it?", "Why did Google close its shop?"),
        (Turn("", "Where did the smugglers meet?"), "What did they want?", "What did the smugglers want?"),
        (Turn("", "Where did the physicist work?"), "Who told her?", "Who told the physicist?"),
        (Turn("", "When did the ferry reach Malta?"), "How did it get to Malta?", "How did the ferry get to Malta?"),
        (
            Turn("", "What caused the ferry to sink?", "the steering failed"),
            "When was that?",
            "When did something cause the ferry to sink?",
        ),
    ],
)
def test_a_pronoun_means_what_fits_its_verb(before: Turn, asked: str, meant: str) -> None:
    assert stand_alone(asked, [before]).text == meant


def test_gender_decides_between_two_people() -> None:
    met = Turn("", "When did Otto Fenn meet Mirela Dansk?", "on Monday")
    assert stand_alone("What did he say?", [met]).text == "What did Otto Fenn say?"
    assert stand_alone("What did she say?", [met]).text == "What did Mirela Dansk say?"
    assert stand_alone("What did she say?", [POWER, CEASEFIRE]).text == "What did Samantha Power say?"


def test_the_cited_sentence_tells_a_gender_that_no_name_tells() -> None:
    sentence = "The winner, Tamsin Oduya, said that she was tired."
    met = Turn("", "Where did Bao Lindgren race Tamsin Oduya?", "in the hills", sentence)
    assert stand_alone("What did she say?", [met]).text == "What did Tamsin Oduya say?"


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


@pytest.mark.parametrize(
    ("form", "base"),
    [("negotiated", "negotiate"), ("stopped", "stop"), ("shot", "shoot"), ("fled", "flee"), ("carries", "carry"),
     ("wanted", "want"), ("holds", "hold"), ("voted", "vote"), ("vetoed", "veto"), ("passed", "pass")],
)  # fmt: skip
def test_base_forms(form: str, base: str) -> None:
    assert base_of(form) == base


def test_past_forms() -> None:
    assert [past_of(verb) for verb in ("close", "shoot", "deny", "want", "cut")] == [
        "closed",
        "shot",
        "denied",
        "wanted",
        "cut",
    ]


def test_mentions_are_told_apart() -> None:
    found = {each.text: each.kind for each in mentions_of("Who told the Security Council in Aleppo about civilians?")}
    assert found == {"the Security Council": "organisation", "Aleppo": "place", "civilians": "people"}
    assert [each.kind for each in mentions_of("Samantha Power met Jabha Shamiya on Tuesday")] == [
        "person",
        "unknown",
        "time",
    ]


def test_a_clause_is_taken_apart_and_stated() -> None:
    clause = clause_of("What did the government close in 2012?")
    assert clause is not None
    assert (clause.asked, clause.role, clause.aux) == ("What", "object", "did")
    assert state(clause, None) == "the government closed in 2012"


def test_that_as_a_conjunction_is_no_gap() -> None:
    assert gaps_in("Who said that the city fell?") == []
    assert [gap.word for gap in gaps_in("What did she say about that?")] == ["she", "that"]


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
