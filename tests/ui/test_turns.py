"""A conversation survives the way to the browser and back; what was tampered with is left out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ui.export import to_json, to_markdown
from ui.turns import Turn, turns_from_json, turns_to_json

if TYPE_CHECKING:
    from tests.ui.tiny_engine import TinyEngine

QUESTIONS = ("Who negotiated the ceasefire?", "Who is Rupert Colville?", "What did people say?", "How tall is he?")


def conversation(engine: TinyEngine) -> list[Turn]:
    turns = [Turn(each, each, engine.answer(each), filters="from 2016-01-01") for each in QUESTIONS]
    return [*turns, Turn("x", "x", None, error="expected a question"), Turn("And he?", "And who?", turns[0].reply)]


def test_turns_survive_json(engine: TinyEngine) -> None:
    turns = conversation(engine)
    back = turns_from_json(json.loads(json.dumps(turns_to_json(turns))))
    assert [view_of(each) for each in back] == [view_of(each) for each in turns]
    assert [each.citations for each in back] == [each.citations for each in turns]


def view_of(turn: Turn) -> str:
    from ui.view import transcript

    return transcript([turn])


@pytest.mark.parametrize("value", [None, 1, "x", {}, [1], [None], [{}], [{"typed": 1}], [{"typed": "a", "asked": "b"}]])
def test_nonsense_from_the_browser_is_no_turn(value: Any) -> None:
    assert turns_from_json(value) == []


@pytest.mark.parametrize(
    ("key", "value"), [("quote", "Mars"), ("start", 0), ("source", 3), ("sentence", ""), ("sentence_start", 9**9)]
)
def test_a_citation_that_does_not_fit_its_sentence_is_refused(engine: TinyEngine, key: str, value: Any) -> None:
    rows = turns_to_json(conversation(engine)[:1])
    rows[0]["reply"]["citations"] = [rows[0]["reply"]["citations"][0] | {key: value}]
    assert turns_from_json(json.loads(json.dumps(rows))) == []


def test_export_as_json_holds_every_citation(engine: TinyEngine) -> None:
    exported = json.loads(to_json("Aleppo", conversation(engine)))
    assert exported["title"] == "Aleppo"
    first = exported["turns"][0]["reply"]
    assert first["answer"] == "Turkey and Russia"
    assert (first["citations"][0]["start"], first["citations"][0]["end"]) == (2617, 2634)
    assert exported["turns"][3]["reply"]["abstained"] is True
    assert exported["turns"][3]["closest"]
    assert exported["turns"][4]["error"] == "expected a question"


def test_export_as_markdown_numbers_each_reference_once(engine: TinyEngine) -> None:
    markdown = to_markdown("Aleppo", conversation(engine))
    assert markdown.startswith("# Aleppo\n\n## Who negotiated the ceasefire?\n\n")
    assert "> The ceasefire was negotiated by **Turkey and Russia**, without U\\.S\\. involvement\\." in markdown
    assert "Very likely right, 87 %. \\[1\\]" in markdown
    assert "characters 2617–2634" in markdown
    assert markdown.count("\n1. “Turkey and Russia”") == 1


def test_markdown_in_an_article_stays_text(engine: TinyEngine) -> None:
    from tests.ui.tiny_engine import TinyEngine as Tiny
    from tests.ui.tiny_engine import document

    said = "See ![x](http://e.example/x.png) and <img src=x> [y](javascript:alert(1))."
    hostile = Tiny([document("h.txt", said)], {"q?": (("h.txt", "![x](http://e.example/x.png)", said),)})
    markdown = to_markdown("t", [Turn("q?", "q?", hostile.answer("q?"))])
    assert "![x](" not in markdown
    assert "\n<" not in markdown.replace("\\<", "")
    assert "](javascript" not in markdown
