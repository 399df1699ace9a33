"""Short runs of the fuzzer; ``make soak`` runs the long ones."""

from __future__ import annotations

import json
import random

import pytest

from qa.errors import InputError
from qa.pipeline import Citespan
from qa.records import Filter
from tests.corpus import fuzz
from tests.corpus.questions import Asker
from tests.ui.conftest import seeds_engine as tiny_engine
from ui import chat
from ui.turns import Turn, turns_to_json


def test_some_hostile_files(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["fuzz", "--count", "200", "--seed", "0"])
    code = fuzz.main()
    said = capsys.readouterr().out
    assert code == 0, said
    about = json.loads(said)
    assert (about["inputs"], about["finds"]) == (200, 0)
    assert {"document", "failure"} == {each.split()[1] for each in about["outcomes"]}


def test_a_find_is_named_and_ends_with_1(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(_document: object) -> None:
        raise AssertionError("an offset does not hold")

    monkeypatch.setattr("tests.corpus.fuzz.examine", broken)
    monkeypatch.setattr("sys.argv", ["fuzz", "--count", "20", "--seed", "0"])
    assert fuzz.main() == 1
    assert "--what files --seed 0 --only " in capsys.readouterr().out


def test_some_hostile_questions(seeds_engine: Citespan) -> None:
    """Asked of the engine as it is shipped, so that overlong ones are refused; the long run reads those too."""
    ready = Asker(seeds_engine)
    outcomes = [ready.one(random.Random(f"0:{number}")) for number in range(40)]
    assert set(outcomes) == {"answer", "refusal", "input error"}


HALF = "Who is \ud83dJan Egeland?"


def test_half_a_surrogate_pair_in_a_question_does_no_harm(seeds_engine: Citespan) -> None:
    """A terminal of another encoding sends such, and a browser that cuts an emoji in two."""
    ready = Asker(seeds_engine)
    reply = seeds_engine.answer(HALF)
    ready.examine(reply)
    assert reply.question == HALF.replace("\ud83d", "?")
    with pytest.raises(InputError, match="an empty one"):
        seeds_engine.answer(" \n")


def test_half_a_surrogate_pair_in_the_chat_does_no_harm() -> None:
    *_, turn = chat.ask(tiny_engine(), HALF, (), Filter())
    assert isinstance(turn, Turn)
    assert turn.error is None
    json.dumps(turns_to_json([turn]), ensure_ascii=False).encode()
