"""At whom or what a pronoun points: by kind, gender, role and evidence. Worked by hand."""

from __future__ import annotations

import pytest

from qa.conversation import Turn, Understood, stand_alone
from tests.turns import BAN, CEASEFIRE, CITY, COLVILLE, KILLED, POWER

ENVOY = Turn(
    "Who is the Russian at the UN?",
    "Who is Russia's ambassador to the United Nations?",
    "Vitaly Churkin",
    "Russian U.N. Ambassador Vitaly Churkin told the council on Tuesday that the operation was over.",
)
ASSAD = Turn("Who is Bashar al-Assad?", "Who is Bashar al-Assad?", "the president of Syria")


@pytest.mark.parametrize(
    ("before", "asked", "meant"),
    [
        # pronouns: people
        (POWER, "What did she say about Aleppo?", "What did Samantha Power say about Aleppo?"),
        (BAN, "What did he say?", "What did Ban Ki-moon say?"),
        (COLVILLE, "Who is he?", "Who is Rupert Colville?"),
        (COLVILLE, "Who's he?", "Who is Rupert Colville?"),
        (COLVILLE, "What is his job?", "What is Rupert Colville's job?"),
        (COLVILLE, "Who told him?", "Who told Rupert Colville?"),
        (ASSAD, "What did he say?", "What did Bashar al-Assad say?"),
        (ENVOY, "What did he say about civilians?", "What did Vitaly Churkin say about civilians?"),
        # pronouns: groups
        (CEASEFIRE, "Did they talk to the rebels?", "Did Turkey and Russia talk to the rebels?"),
        (KILLED, "How many of them were women?", "How many of the civilians who were killed were women?"),
        (KILLED, "Who killed them?", "Who killed the civilians?"),
        # pronouns: things and places
        (CEASEFIRE, "When did it start?", "When did the ceasefire start?"),
        (CEASEFIRE, "Which country was not involved in it?", "Which country was not involved in the ceasefire?"),
        (CITY, "When did they lose it?", "When did the rebels lose Aleppo?"),
        (CITY, "What is its population?", "What is Aleppo's population?"),
        (CITY, "Who lives there?", "Who lives in Aleppo?"),
        (CITY, "What happened there?", "What happened in Aleppo?"),
    ],
)
def test_a_pronoun_is_replaced_by_what_it_means(before: Turn, asked: str, meant: str) -> None:
    understood = stand_alone(asked, [before])
    assert understood.text == meant
    assert understood.changed
    assert understood.because


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


SPOKE = Turn("", "Where did Abu Malek speak?", "Seif al-Dawla", "We leave, said Abu Malek in Seif al-Dawla.")
STEERED = Turn(
    "", "Who is the captain of the Rose?", "Port Maren", "The Rose, which links Port Maren with Skerrin, sank."
)
FLOODED = Turn("", "Which hamlet was flooded?", "Tarn")
MOVED = Turn("", "Where did the workers move?", "Port Sabel")
STOLEN = Turn("", "Who do police think took the clock?", "Brackwater", "Stolen Brackwater clock found")


@pytest.mark.parametrize(
    ("before", "asked", "meant"),
    [
        # a place is nobody, a person is no place
        (SPOKE, "What did he want?", "What did Abu Malek want?"),
        (SPOKE, "What kind of place is that?", "What kind of place is Seif al-Dawla?"),
        (SPOKE, "How far away is it?", "How far away is Seif al-Dawla?"),
        # where the answer names nobody, the question tells who is meant
        (STEERED, "How old is he?", "How old is the captain of the Rose?"),
        (STEERED, "What is his name?", "What is the name of the captain of the Rose?"),
        (STOLEN, "When did he die?", "When did the person who police think took the clock die?"),
        (
            Turn("", "Whose children does Ida Holm feed?"),
            "How did she die?",
            "How did the person whose children Ida Holm feeds die?",
        ),
        (
            Turn("", "Which show was called off because of the flood?"),
            "How many people usually come to it?",
            "How many people usually come to the show that was called off because of the flood?",
        ),
        (
            Turn("", "What is the view of the head of the UN on Aleppo?"),
            "Where was she born?",
            "Where was the head of the UN born?",
        ),
        (Turn("", "What is the lifeboat's crew known for?"), "What did it get?", "What did the lifeboat get?"),
        (Turn("", "What is James's job?"), "Where does he live?", "Where does James live?"),
        (Turn("", "What ship ran aground?"), "Who owns it?", "Who owns the ship that ran aground?"),
        (Turn("", "What ship ran aground?", "Friday"), "Who owns it?", "Who owns the ship that ran aground?"),
        (Turn("", "What ship ran aground?", "the Rose"), "Who owns it?", "Who owns the Rose?"),
        (Turn("", "Who else called for a truce?"), "Why did it fail?", "Why did the truce fail?"),
        (Turn("", "What exactly happened?"), "When did it start?", "When did it start?"),
        (Turn("", "Which ship did the storm sink?"), "How old is it?", "How old is the storm?"),
        (Turn("", "Which part of the bridge fell?"), "Who owns it?", "Who owns the bridge?"),
        (Turn("", "Which guards left the museum?"), "How old is it?", "How old is the museum?"),
        (Turn("", "Which show did the flood stop?", "the fair"), "Where was it?", "Where was the fair?"),
        # "that" is what was said last, "it" what was asked about
        (Turn("", "Where does the work go?", "Port Sabel"), "How big is that?", "How big is Port Sabel?"),
        (Turn("", "How much did it cost?", "10 million crowns"), "Is that enough?", "Is 10 million crowns enough?"),
        # a question built alike keeps its subject
        (Turn("", "What did the flood break?", "the mast"), "What did it bury?", "What did the flood bury?"),
        (Turn("", "What did the flood break?", "the mast"), "Where was it?", "Where was the mast?"),
        # what pays, says and is told is no thing; what has a headmaster is an institution
        (Turn("", "Which tools did the guards take?", "two saws"), "What did they say?", "What did the guards say?"),
        (Turn("", "Which tools did the guards take?", "two saws"), "Who told them?", "Who told the guards?"),
        (
            Turn("", "Which school sold the piano?", "Nettleby College"),
            "Who is its headmaster?",
            "Who is Nettleby College's headmaster?",
        ),
        (Turn("", "Who was the last captain of the ferry?"), "When did it stop?", "When did the ferry stop?"),
        (Turn("", "How old is Edith Farrow?", "67"), "What made her sue?", "What made Edith Farrow sue?"),
        # places
        (
            Turn("", "Which hamlet was flooded?", "Tarn"),
            "How many houses are there?",
            "How many houses are there in Tarn?",
        ),
        (
            Turn("", "Which hamlet was flooded?", "Tarn"),
            "What did the people there get?",
            "What did the people in Tarn get?",
        ),
        (
            Turn("", "Where did the workers move?", "Port Sabel"),
            "How did they get there?",
            "How did the workers get to Port Sabel?",
        ),
    ],
)
def test_the_kind_and_the_role_of_a_mention_decide(before: Turn, asked: str, meant: str) -> None:
    assert stand_alone(asked, [before]).text == meant


def test_a_topic_put_before_the_question_is_what_its_pronoun_means() -> None:
    history = [Turn("", "Who came second?", "Ruta Medeiros")]
    assert stand_alone("And the winner, what is her job?", history).text == "What is the winner's job?"
    assert stand_alone("In his speech, what did Obama say?", history).text == "In his speech, what did Obama say?"


def test_whose_name_is_asked_for_was_not_named() -> None:
    history = [Turn("", "Who is the captain of the Rose?", "Dag Ostrem")]
    assert stand_alone("What is his name?", history).text == "What is the name of the captain of the Rose?"
    assert stand_alone("What is his age?", history).text == "What is Dag Ostrem's age?"


def test_what_two_questions_were_about_is_meant_again() -> None:
    history = [
        Turn("", "How long were the students trapped?", "a week"),
        Turn("", "What did the students burn?", "two benches and a chair"),
    ]
    assert stand_alone("Who found them?", history).text == "Who found the students?"


def test_a_first_name_hints_at_a_gender() -> None:
    met = Turn("", "When did Paolo Greve meet Marta Osti?", "on Monday")
    assert stand_alone("What did she want?", [met]).text == "What did Marta Osti want?"
    assert stand_alone("What did he want?", [met]).text == "What did Paolo Greve want?"


def test_nobody_in_particular_is_meant_by_a_quantifier() -> None:
    assert not stand_alone("How old is he?", [Turn("", "What did the firm promise?", "to repay every driver")]).changed
