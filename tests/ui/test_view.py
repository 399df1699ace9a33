"""Turns and evidence as HTML, read back by a parser."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.calibration import confidence_words
from qa.records import Alternative, Answer, NoAnswer, Span
from ui import chat, evidence, view
from ui.turns import Turn, turns_from_json, turns_to_json

if TYPE_CHECKING:
    from tests.ui.tiny_engine import TinyEngine


def turn_of(engine: TinyEngine, question: str) -> Turn:
    return Turn(question, question, engine.answer(question))


def inner(html: str, tag: str, marker: str = "") -> str:
    """The text of the first element of that tag."""
    found = re.search(rf"<{tag}\b[^>]*{marker}[^>]*>(.*?)</{tag}>", html, re.DOTALL)
    assert found, html
    return unescape(re.sub(r"<[^>]+>", "", found[1]))


def test_the_span_is_bold_inside_its_sentence(engine: TinyEngine) -> None:
    html = view.transcript([turn_of(engine, "Who negotiated the ceasefire?")])
    assert inner(html, "strong") == "Turkey and Russia"
    assert inner(html, "p", 'class="sentence"').startswith("The ceasefire was negotiated by Turkey and Russia, without")
    assert "Very likely right, 87 %" in html


def test_every_article_that_says_so_has_its_chip(engine: TinyEngine) -> None:
    html = view.transcript([turn_of(engine, "What did people say?")])
    assert re.findall(r'class="chip" href="(/\?cite=[^"]+)"[^>]*>(\d)</a>', html) == [
        (view.permalink(each.id), str(number))
        for number, each in enumerate(turn_of(engine, "What did people say?").citations, 1)
    ]
    assert "2 sources agree" in html


def test_a_near_duplicate_is_said_to_be_one_and_is_no_second_witness(engine: TinyEngine) -> None:
    turn = turn_of(engine, "What did people say?")
    reply = turn.reply
    assert isinstance(reply, Answer)
    one, two = reply.citations
    repeated = replace(reply, citations=(one, replace(two, duplicate_of=one.source)))
    html = view.transcript([replace(turn, reply=repeated)])
    assert "sources agree" not in html
    assert "also in 1 near-duplicate" in html
    assert f"(near-duplicate of {one.source})" in html
    assert turns_from_json(json.loads(json.dumps(turns_to_json([replace(turn, reply=repeated)]))))[0].reply == repeated


def test_alternatives_are_folded_unless_the_sources_differ(engine: TinyEngine) -> None:
    turn = turn_of(engine, "Who is Rupert Colville?")
    assert '<details class="others">' in view.transcript([turn])
    reply = turn.reply
    assert isinstance(reply, Answer)
    (other,) = reply.alternatives
    differing = Answer(
        reply.question, reply.text, 0.6, reply.citations, (Alternative(other.text, 0.5, other.citation, True),)
    )
    html = view.transcript([Turn("q", "q", differing)])
    assert '<details class="others" open>' in html
    assert "The sources differ" in html


def test_a_refusal_gives_its_reason_and_the_closest_passages(engine: TinyEngine) -> None:
    turn = turn_of(engine, "How tall is the mayor?")
    assert isinstance(turn.reply, NoAnswer)
    html = view.transcript([turn])
    assert "do not seem to answer" in html
    assert "nothing that was read fits the question" in html
    assert html.count('class="chip"') == 2


def test_how_a_follow_up_was_understood_is_shown_and_can_be_undone_on_the_newest_turn_only(engine: TinyEngine) -> None:
    turn = Turn("And when?", "When was the ceasefire?", engine.answer("x"), because="that = the ceasefire")
    html = view.transcript([turn, turn])
    assert html.count("When was the ceasefire?") == 2
    assert html.count('data-act="literal"') == 1
    assert "that = the ceasefire" in html


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(1.0, "Very likely right"), (0.65, "Likely right"), (0.5, "Uncertain"), (0.2, "Doubtful"), (0.0, "Doubtful")],
)
def test_confidence_in_words(confidence: float, words: str) -> None:
    assert confidence_words(confidence) == words


@given(st.data())
def test_the_mark_holds_the_quote_and_the_body_the_whole_text(data: st.DataObject) -> None:
    whole = data.draw(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60)
    )
    start = data.draw(st.integers(0, len(whole) - 1))
    end = data.draw(st.integers(start + 1, len(whole)))
    first, last = data.draw(st.integers(0, start)), data.draw(st.integers(end, len(whole)))
    html = evidence.marked(whole, Span(start, end), Span(first, last))
    assert inner(html, "mark") == whole[start:end]
    assert unescape(re.sub(r"<[^>]+>", "", html)) == whole
    assert f'data-start="{start}" data-end="{end}"' in html


def test_a_very_long_article_is_cut_around_the_span_and_says_so() -> None:
    whole = "x" * 200_000 + "needle" + "y" * 200_000
    for sentence in (Span(200_000, 200_006), Span(0, len(whole))):
        html = evidence.marked(whole, Span(200_000, 200_006), sentence)
        assert inner(html, "mark") == "needle"
        assert html.count("class=cut") == 2
        assert len(html) < 130_000


def test_evidence_names_the_article_and_the_place(engine: TinyEngine) -> None:
    turn = turn_of(engine, "Who negotiated the ceasefire?")
    html = chat.open_turn(engine, turn) or ""
    assert "13 December 2016" in html
    assert "2,617–2,634" in html
    assert inner(html, "mark") == "Turkey and Russia"
    assert inner(html, "span", 'class="shaded"').startswith("The ceasefire")


def test_a_citation_opened_by_its_id_is_shown_as_by_its_chip(engine: TinyEngine) -> None:
    turn = turn_of(engine, "Who negotiated the ceasefire?")
    (own,) = turn.citations
    assert chat.open_citation(engine, own.id) == chat.open_turn(engine, turn)
    assert chat.open_citation(engine, f" [{own.id}] ") == chat.open_turn(engine, turn)
    html = chat.open_citation(engine, own.id)
    assert inner(html, "span", 'class="shaded"') == own.sentence


def test_a_changed_article_never_shows_the_wrong_words(engine: TinyEngine) -> None:
    from tests.ui.tiny_engine import change

    turn = turn_of(engine, "Who negotiated the ceasefire?")
    own = turn.citations[0]
    change(engine, own.source, "Something else altogether. " * 200)
    html = chat.open_turn(engine, turn) or ""
    assert "<mark" not in html
    assert "no longer fits" in html


def test_a_web_address_is_linked_only_if_it_is_one() -> None:
    from tests.ui.tiny_engine import TinyEngine, citation, document

    for url, linked in (("https://e.example/a", True), ("javascript:alert(1)", False), ("data:text/html,x", False)):
        doc = document("a.txt", "One sentence here.", url=url)
        engine = TinyEngine([doc])
        html = chat.open_citation(engine, citation(doc, "sentence").id)
        assert ("<a href=" in html.split('class="tools"')[0]) is linked


def test_the_welcome_says_what_is_there() -> None:
    assert "Nothing is indexed yet" in view.welcome(0, (), read_only=False)
    html = view.welcome(1, ("Who is <b>?",), read_only=True)
    assert "one article" in html
    assert "Who is &lt;b&gt;?" in html
