"""The little grammar behind follow-ups: verbs, mentions, kinds by evidence, clauses, statements, gaps, dates."""

from __future__ import annotations

import pytest

from qa.conversation import Turn
from qa.conversation.clauses import ask, ask_subject, clause_of, split_subject
from qa.conversation.dates import dated, is_time
from qa.conversation.evidence import evidence_of
from qa.conversation.gaps import gaps_in
from qa.conversation.lexicon import likely_gender
from qa.conversation.mentions import mentions_of
from qa.conversation.statements import event_of, state
from qa.conversation.verbs import base_of, past_of, third_person_of


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


def test_third_person_forms() -> None:
    assert [third_person_of(verb) for verb in ("say", "deny", "reach", "have")] == ["says", "denies", "reaches", "has"]


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("He lives in Brackwater.", "Brackwater", "place"),
        ("Port Maren was closed.", "Port Maren", "place"),
        ("The piano came from Galway Bay.", "Galway Bay", "place"),
        ("OSSERLY — Five students were rescued.", "Osserly", "place"),
        ("Dag Ostrem, 58, has commanded the ship.", "Dag Ostrem", "person"),
        ("They met Dag Ostrem, who was tired.", "Dag Ostrem", "person"),
        ("Captain Dag Ostrem was tired.", "Dag Ostrem", "person"),
        ("Stolen Brackwater clock found", "Brackwater", "thing"),
        ("Ostrem recommended a telephone.", "Ostrem", "unknown"),
    ],
)
def test_the_words_around_a_name_tell_its_kind(text: str, name: str, kind: str) -> None:
    evidence = evidence_of([Turn("", "Why?", "so", text)])
    named = next(each for each in mentions_of(f"What did {name} do?") if each.text == name)
    assert evidence.typed(named).kind == kind


def test_what_was_asked_for_tells_the_kind_of_the_answer() -> None:
    evidence = evidence_of(
        [Turn("", "Which company built it?", "Arle Crossings"), Turn("", "Where was it?", "Skerrin")]
    )
    found = {each.text: evidence.typed(each).kind for each in mentions_of("Why did Arle Crossings sell Skerrin?")}
    assert found == {"Arle Crossings": "organisation", "Skerrin": "place"}


def test_who_speaks_is_known() -> None:
    evidence = evidence_of([Turn("", "What did Ostrem say?", "so", '"No," said Fenn. Brandt, said to be ill, left.')])
    speak = {each.text: evidence.speaks(each) for each in mentions_of("Ostrem and Fenn met Lorentz")}
    assert speak == {"Ostrem": True, "Fenn": True, "Lorentz": False}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Who said that rebels freed the wounded?", {"rebels": "people", "the wounded": "people"}),
        ("Who is the captain of the ship?", {"the captain of the ship": "person", "the ship": "thing"}),
        ("Why did the farmers' union strike?", {"the farmers' union": "organisation"}),
        ("Engineers hired by the county", {"engineers": "people", "the county": "thing"}),
        ("Is 10 million crowns enough?", {"10 million crowns": "things"}),
    ],
)
def test_where_mentions_begin_and_end(text: str, found: dict[str, str]) -> None:
    assert {each.text: each.kind for each in mentions_of(text)} == found


def test_likely_genders() -> None:
    names = ("Livia Fontane", "Paolo Greve", "Luca Greve", "Yoko Ono", "Dag Ostrem", "Livia")
    assert [likely_gender(name) for name in names] == ["f", "m", "", "", "", ""]


@pytest.mark.parametrize(
    ("question", "answer", "stated"),
    [
        ("When did the walls fall?", "Monday", "the walls fell on Monday"),
        ("Where was the clerk found?", "a barn", "the clerk was found in a barn"),
        ("Where did the piano come from?", "the estate of a guard", "the piano came from the estate of a guard"),
        ("Why did the clerk leave?", "a quarrel", "the clerk left"),
        ("How long do cats and dogs have to wait?", "a week", "cats and dogs have a week to wait"),
        ("What does Russia want?", "peace", "Russia wants peace"),
        ("What did Turkey do?", "closed its border", "Turkey closed its border"),
        ("What happened to the clerk?", "fell from a roof", "the clerk fell from a roof"),
        ("What had happened to the clerk?", "broken his arm", "the clerk had broken his arm"),
        ("Who do they say came?", "Ida Holm", "they say Ida Holm came"),
        ("What did the Royal Company cease to have?", "a monopoly", "the Royal Company ceased to have a monopoly"),
    ],
)
def test_a_question_and_its_answer_are_stated(question: str, answer: str, stated: str) -> None:
    clause = clause_of(question)
    assert clause is not None
    assert state(clause, answer) == stated


def test_a_subject_may_be_asked_for_and_may_be_two() -> None:
    assert split_subject("fighters and civilians leave the city") == ("fighters and civilians", "leave the city")
    clause = clause_of("Why did the helicopters stay on the ground?")
    assert clause is not None
    assert ask_subject("How many helicopters", clause) == "How many helicopters stayed on the ground?"


def test_the_subject_after_a_verb_of_saying_goes_where_it_was_asked_for() -> None:
    clause = clause_of("Who does Russia say was killed?")
    assert clause is not None
    assert ask("Why", clause, "Ida Holm") == "Why does Russia say Ida Holm was killed?"


def test_the_event_of_a_cause_is_its_effect() -> None:
    clause = clause_of("What caused the ship to sink?")
    assert clause is not None
    assert ask("When", event_of(clause), None) == "When did the ship sink?"


def test_a_relative_clause_belongs_to_what_is_counted() -> None:
    clause = clause_of("How many of the people who were on board were women?")
    assert clause is not None
    assert (clause.asked, clause.aux, clause.body) == ("How many of the people who were on board", "were", "women")


@pytest.mark.parametrize(
    ("answer", "with_preposition"),
    [("Monday", "on Monday"), ("1998", "in 1998"), ("12 June", "on 12 June"), ("8:40 p.m.", "at 8:40 p.m."),
     ("in March", "in March"), ("March 2019", "in March 2019")],
)  # fmt: skip
def test_a_time_takes_its_preposition(answer: str, with_preposition: str) -> None:
    assert is_time(answer)
    assert dated(answer) == with_preposition
    assert not is_time("a second-hand piano")
