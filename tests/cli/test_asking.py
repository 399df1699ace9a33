"""``citespan ask``, ``chat`` and ``cite``: the contract, with exact citations."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from tests.cli.running import CEASEFIRE, ROOT, Run


def test_ask_answers_with_exact_citations(run: Run, seeds_store: Path) -> None:
    result = run("ask", CEASEFIRE, "--store", seeds_store, "--json")
    assert result.code == 0
    reply = result.json
    assert reply["answer"] == "Turkey and Russia"
    for each in reply["citations"]:
        text = (ROOT / each["source"]).read_bytes().decode("utf-8")
        assert text[each["start"] : each["end"]] == each["quote"]
        sentence = each["sentence"]
        assert text[sentence["start"] : sentence["end"]] == sentence["text"]
    assert reply["timings_ms"]["total"] >= reply["timings_ms"]["read"] > 0


def test_polite_words_around_a_question_change_nothing(run: Run, seeds_store: Path) -> None:
    framed = f"Could you please tell me, {CEASEFIRE[0].lower()}{CEASEFIRE[1:].rstrip('?')}, according to the articles?"
    plain, polite = (run("ask", question, "--store", seeds_store, "--json").json for question in (CEASEFIRE, framed))
    assert polite["question"] == framed
    assert polite["citations"] == plain["citations"]
    assert polite["confidence"] == plain["confidence"]


def test_ask_for_people(run: Run, seeds_store: Path) -> None:
    result = run("ask", "Who", "negotiated", "the", "ceasefire?", "--store", seeds_store)
    assert result.code == 0
    assert result.out.startswith("Turkey and Russia\n")
    assert ">>Turkey and Russia<<" in result.out


def test_what_the_articles_do_not_say_is_refused_with_exit_code_0(run: Run, seeds_store: Path) -> None:
    result = run("ask", "Who won the football world cup in 1998?", "--store", seeds_store, "--json")
    assert result.code == 0
    assert result.json["abstained"]
    assert result.json["answer"] is None
    assert result.json["citations"] == []
    assert result.json["reason"]


def test_a_filter_admits_only_its_sources(run: Run, seeds_store: Path) -> None:
    for source in ("000_973add20a1fe39af.txt", "seeds/004_b8f2ff7c7e3e8278.txt"):
        result = run(
            "ask", "Who is Rupert Colville?", "--source", source, "--threshold", "0", "--store", seeds_store, "--json"
        )
        assert result.code == 0
        cited = result.json["citations"] + [each["citation"] for each in result.json["alternatives"]]
        assert cited
        assert {Path(each["source"]).name for each in cited} == {Path(source).name}


def test_a_citation_is_looked_up_shown_and_known_to_be_outdated(run: Run, own_store: Path, tmp_path: Path) -> None:
    article = tmp_path / "flood.txt"
    article.write_text("Flood in Norwich\n\nThe river Yare burst its banks on Monday. Forty homes were emptied.\n")
    assert run("index", article, "--store", own_store).code == 0
    asked = run("ask", "Which river burst its banks?", "--threshold", "0", "--store", own_store, "--json").json
    citation = next(each for each in asked["citations"] if each["source"].endswith("flood.txt"))
    view = run("cite", citation["id"], "--store", own_store, "--json")
    assert view.code == 0
    keys = ["id", "source", "title", "url", "start", "end", "quote", "before", "after", "current"]
    assert list(view.json) == keys
    assert view.json["quote"] == citation["quote"]
    assert view.json["before"] + view.json["quote"] + view.json["after"] == article.read_text()
    assert view.json["current"]
    assert f">>{citation['quote']}<<" in run("cite", citation["id"], "--store", own_store).out

    article.write_text("Flood in Norwich: an update\n\nNothing happened after all, said the council on Friday.\n")
    assert run("index", article, "--store", own_store, "--json").json["updated"] == 1
    outdated = run("cite", citation["id"], "--store", own_store, "--json")
    assert (outdated.code, outdated.json["current"]) == (0, False)
    assert [outdated.json[key] for key in ("quote", "before", "after")] == ["", "", ""]
    assert list(outdated.json) == keys
    assert "has changed since" in run("cite", citation["id"], "--store", own_store).out

    assert run("remove", article, "--store", own_store).code == 0
    gone = run("cite", citation["id"], "--store", own_store)
    assert gone.code == 2
    assert "removed, renamed or never indexed" in gone.err


def test_what_becomes_of_an_outdated_citation_is_documented_where_cite_is(run: Run) -> None:
    help_text = " ".join(run("cite", "--help").out.split())
    assert 'the exit code is 0, and with --json "current" is false' in help_text
    readme = (ROOT / "README.md").read_text("utf-8").partition("### Look a citation up")[2].partition("\n### ")[0]
    assert "`current` is false" in readme
    keys = ["id", "source", "title", "url", "start", "end", "quote", "before", "after", "current"]
    assert re.findall(r'"(\w+)"', readme.partition("```text")[2]) == keys


def test_a_conversation_in_the_terminal(run: Run, seeds_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{CEASEFIRE}\n{'x' * 3000}\nWho is Jan Egeland?\n\nnever asked\n"))
    result = run("chat", "--store", seeds_store)
    assert result.code == 0
    assert result.out.startswith("Turkey and Russia")
    assert "humanitarian adviser" in result.out
    assert "found 3000" in result.err
