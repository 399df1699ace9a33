"""What is asked without the polite words around it."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.conversation import Turn, stand_alone
from qa.framing import without_frame, without_opening

QUESTIONS = Path(__file__).parents[1] / "eval" / "questions"
BEFORE = """Can you please tell me, |Could you perhaps tell us |Would u remind me |May I ask |Can anyone explain |\
Could someone let me know |Can you also look up |Would you mind telling me |Are you able to tell me |Hi, do you know |\
Do you happen to remember |Does anybody know |Please tell me: |Pls inform me |Let us know |I'd like to find out |\
I’d love to know |We would like you to tell me |I just need to know |I want to ask you |I wish to learn |\
I'm trying to work out |I’m curious |I was just wondering about |Just wondering |I wonder if you could tell me |\
Hello, thanks. Any idea |Have you any clue |My question is |Quick question: |Do the articles say |\
Does this article mention |What do the articles say about |Do you have any information on |\
Is there anything in the articles about |According to the articles, |Judging by these news articles, |\
As far as we know, |So, can you tell me, as far as the articles say, |Hello there! |Thank you. |Good morning, """.split(
    "|"
)
AFTER = """, please|, thanks a lot|, thank you|, if you know|, if you don't mind|, do you know\
| according to the article|, according to your articles|, as far as the articles say|, going by the stored articles|\
, as far as we can tell|\
, according to the articles, please""".split("|")
PLAIN = ("Who won", "How many people died in Aleppo", "When did Samantha Power speak to the U.N. Security Council")


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("plain", PLAIN)
def test_an_opening_is_taken_away(before: str, plain: str) -> None:
    assert without_frame(f"{before}{plain[0].lower()}{plain[1:]}?") == f"{plain}?"


@pytest.mark.parametrize("after", AFTER)
@pytest.mark.parametrize("plain", PLAIN)
def test_an_ending_is_taken_away(after: str, plain: str) -> None:
    assert without_frame(f"{plain}{after}?") == f"{plain}?"
    assert without_frame(f"{plain}{after}") == plain
    assert without_frame(f"Tell me {plain[0].lower()}{plain[1:]}{after}.") == plain


@pytest.mark.parametrize("thanks", ["? Thanks!", "? thanks", "? Thank you very much.", "? Please", "?, please"])
def test_a_question_keeps_its_mark(thanks: str) -> None:
    assert without_frame(f"Who won{thanks}") == "Who won?"
    assert without_frame(f"Who lives in the U.S.{thanks}") == "Who lives in the U.S.?"


@pytest.mark.parametrize("asks", "in which,at what,to whom,from where,since when,for how long".split(","))
def test_a_preposition_belongs_to_what_is_asked(asks: str) -> None:
    assert without_frame(f"Can you tell me {asks} they came?") == f"{asks.capitalize()} they came?"


@pytest.mark.parametrize(
    ("framed", "plain"),
    [
        ("Could you tell me how old she is?", "How old is she?"),
        ("Do you know where Sunniva Hale is?", "Where is Sunniva Hale?"),
        ("Tell me who the captain of the ferry was, please.", "Who was the captain of the ferry"),
        ("Tell me what the names of the victims are", "What are the names of the victims"),
        ("Tell me when they were", "When were they"),
        ("Do you know what colour the flag was?", "What colour the flag was?"),
        ("Can you tell me where she lives?", "Where she lives?"),
        ("Can you tell me who she is and where she is?", "Who she is and where she is?"),
        ("Tell me what John thinks the best film is?", "What John thinks the best film is?"),
        ("Do you know when the police found out who he was?", "When the police found out who he was?"),
        ("Tell me what the police fear the motive was", "What the police fear the motive was"),
        ("Tell me how big a problem it is", "How big a problem it is"),
        ("Tell me what the witness told the judge the reason was", "What the witness told the judge the reason was"),
        ("Tell me who people are", "Who people are"),
        ("Tell me what the UN says Hamas is", "What the UN says Hamas is"),
        ("TELL ME WHO SUNNIVA HALE IS", "WHO IS SUNNIVA HALE"),
    ],
)
def test_the_order_of_a_statement_becomes_that_of_a_question_where_that_is_sure(framed: str, plain: str) -> None:
    assert without_frame(framed) == plain


@pytest.mark.parametrize(
    "question",
    """According to the UN, how many died?|Who told me that?|Could the rebels tell us when they leave?|\
Who can tell us when the war ended?|How much do you know?|What did he do to please the king?|Who was given thanks?|\
Which members vote as they please?|Tell me about Aleppo|Do you know the harbour master?|Can you tell me?|please||\
  Who  is he?  |What did Newton's philosophy do when applied to life,|Which film is based on the articles?|\
What must a state do according to the Articles?|According to the article which appeared in May, who died?|\
According to the articles, in which he is named, who died?|The question who should follow divided which party?|\
Tell Me Why was written by which Beatle?|Do You Know Where You're Going To was sung by whom?|\
Who recorded Please, Please, Please?|Who directed Catch Me, If You Can?|Who said no, thanks?|Who wrote No, Thank You?|\
What is a pretty-please?|What would you change, if you could?|Do you know what? The mayor resigned.|\
Do you know who I am? was said by whom?|Who asked 'can you tell me why we are here'?|\
What did Trump say, according to the article by Smith?|I don't know who led it, can you tell me?""".split("|"),
)
def test_what_is_no_frame_stays(question: str) -> None:
    assert without_frame(question) == question
    assert without_opening(question) == question


@pytest.mark.parametrize("question", ["Can you tell me why?", "Do you know when", "Thanks. Who?", "Why, please?"])
def test_a_single_word_asks_nothing_alone(question: str) -> None:
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
    left = re.findall(r"\w+", question.lower())
    for word in re.findall(r"\w+", plain.lower()):
        left.remove(word)
    assert bool(plain.strip()) == bool(question.strip())


def test_any_two_frames_over_and_over_are_read_at_once() -> None:
    """Nothing here may take longer than its length, or this test never ends."""
    pieces = [
        "tell me please",
        "so",
        "hi,",
        ", please",
        "do you know",
        "?",
        ".",
        "according to the articles",
        "who",
        " ",
    ]
    for one, two, end in product(pieces, pieces, ("x", "who won?")):
        assert without_frame(f"{one} {two} " * 300 + end)


def test_a_follow_up_in_a_frame_goes_on_from_the_turn_before() -> None:
    before = [Turn("Who won the race?", "Who won the race?", "Sunniva Hale", "Sunniva Hale won the race.", "Race")]
    assert stand_alone("And could you tell me why?", before).text == "Why did Sunniva Hale win the race?"
    assert stand_alone("Can you tell me how old she is?", before).text == "How old is Sunniva Hale?"
    for each in ("Can you tell me who won the race?", "Perfect, thank you", "Explain, please", "Names, please"):
        assert not stand_alone(each, before).changed
