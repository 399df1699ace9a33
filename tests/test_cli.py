"""The command, in this process, on a real store with the real embedder: contract, exit codes, clear errors."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qa.cli import main

ROOT = Path(__file__).parent.parent
CEASEFIRE = "Who negotiated the ceasefire?"


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Result]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs one command in the checkout's root."""
    monkeypatch.chdir(ROOT)

    def command(*arguments: str | Path) -> Result:
        try:
            code = main([str(each) for each in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Result(code, captured.out, captured.err)

    return command


@pytest.fixture
def own_store(seeds_store: Path, tmp_path: Path) -> Path:
    """A copy of the seeds' store that a test may change."""
    return Path(shutil.copytree(seeds_store, tmp_path / "store"))


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
    assert (outdated.code, outdated.json["current"], outdated.json["quote"]) == (0, False, "")
    assert "has changed since" in run("cite", citation["id"], "--store", own_store).out

    assert run("remove", article, "--store", own_store).code == 0
    gone = run("cite", citation["id"], "--store", own_store)
    assert gone.code == 2
    assert "removed, renamed or never indexed" in gone.err


def test_show_prints_the_stored_text_unchanged(run: Run, seeds_store: Path) -> None:
    name = "004_b8f2ff7c7e3e8278.txt"
    assert run("show", name, "--store", seeds_store).out == (ROOT / "seeds" / name).read_bytes().decode("utf-8")


def test_sources_and_remove(run: Run, own_store: Path) -> None:
    listed = run("sources", "--store", own_store, "--json").json
    assert [each["source"] for each in listed] == ["seeds/000_973add20a1fe39af.txt", "seeds/004_b8f2ff7c7e3e8278.txt"]
    assert set(listed[0]) == {"source", "title", "url", "published", "passages", "characters"}
    assert (
        run("remove", "000_973add20a1fe39af", "--store", own_store, "--json").json["passages"] == listed[0]["passages"]
    )
    assert len(run("sources", "--store", own_store, "--json").json) == 1
    assert "000_973add20a1fe39af" not in run("sources", "--store", own_store).out


def test_indexing_again_changes_nothing(run: Run, own_store: Path) -> None:
    report = run("index", "seeds/", "--store", own_store, "--json").json
    assert (report["added"], report["updated"], report["unchanged"], report["removed"]) == (0, 0, 2, 0)
    assert report["failed"] == []
    assert report["documents"] == 2


def test_one_bad_file_never_stops_the_others(run: Run, own_store: Path, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("A good article. It has two sentences.")
    (tmp_path / "empty.txt").write_text("")
    result = run("index", tmp_path / "good.txt", tmp_path / "empty.txt", "--store", own_store, "--json")
    assert result.code == 2
    assert result.json["added"] == 1
    assert [Path(each["path"]).name for each in result.json["failed"]] == ["empty.txt"]
    assert "empty.txt" in result.err


def test_check_is_content_with_a_good_store(run: Run, seeds_store: Path) -> None:
    result = run("check", "--store", seeds_store, "--json")
    assert (result.code, result.json["ok"], result.json["problems"]) == (0, True, [])


def test_the_same_report_in_two_papers_is_shown_as_such(run: Run, own_store: Path, tmp_path: Path) -> None:
    report = (
        "The river Yare burst its banks on Monday after a week of rain. Forty homes were emptied by the fire brigade.\n"
        "Councillor Jane Howe opened the school as a shelter. It can take two hundred people for a night.\n\n"
        "Engineers closed the bridge at Carrow until the water falls, and trains to Norwich end at Diss.\n"
    )
    courier, gazette = tmp_path / "courier.txt", tmp_path / "gazette.txt"
    courier.write_text(f"Flood in Norwich\n\n{report}")
    gazette.write_text(f"Norwich flooded (Agency)\n\n{report.replace('by the fire', 'by the' + chr(10) + 'fire')}")
    assert run("index", courier, gazette, "--store", own_store).code == 0

    listed = {Path(each["source"]).name: each for each in run("sources", "--store", own_store, "--json").json}
    assert listed["courier.txt"]["duplicates"] == [listed["gazette.txt"]["source"]]
    assert listed["gazette.txt"]["duplicates"] == [listed["courier.txt"]["source"]]
    assert "duplicates" not in listed["004_b8f2ff7c7e3e8278.txt"]
    assert "; near-duplicate of " in run("sources", "--store", own_store).out

    asking = ("ask", "Which river burst its banks?", "--threshold", "0", "--store", own_store)
    citations = run(*asking, "--json").json["citations"]
    assert {Path(each["source"]).name for each in citations} == {"courier.txt", "gazette.txt"}
    assert "duplicate_of" not in citations[0]
    assert citations[1]["duplicate_of"] == citations[0]["source"]
    for each in citations:
        assert Path("/", each["source"]).read_text()[each["start"] : each["end"]] == each["quote"]
    assert ", near-duplicate of " in run(*asking).out
    alone = run(*asking, "--source", courier, "--json").json
    assert {Path(each["source"]).name for each in alone["citations"]} == {"courier.txt"}

    assert run("remove", courier, "--store", own_store).code == 0
    left = run(*asking, "--json").json["citations"]
    assert {Path(each["source"]).name for each in left} == {"gazette.txt"}
    assert run("show", gazette, "--store", own_store).out == gazette.read_text()
    assert run("check", "--store", own_store, "--json").json["ok"]


def test_compact_makes_removed_words_unreadable(run: Run, own_store: Path, tmp_path: Path) -> None:
    secret = "zorbaquux"
    article = own_store / "uploads" / f"{secret}.txt"  # as the chat would keep it
    article.parent.mkdir()
    article.write_text(f"The {secret} in Norwich\n\nThe {secret} spoke to the council on Monday. Nobody heard it.\n")
    assert run("index", article, "--store", own_store).code == 0
    asked = run("ask", f"Who heard the {secret}?", "--threshold", "0", "--store", own_store, "--json")
    assert secret in asked.out

    def readable() -> list[Path]:
        return [path for path in own_store.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]

    assert run("remove", article, "--store", own_store).code == 0
    assert not article.exists()
    assert readable(), "there was nothing to make unreadable"
    report = run("compact", "--store", own_store, "--json")
    assert report.code == 0
    assert list(report.json) == ["bytes_before", "bytes_after", "seconds"]
    assert report.json["bytes_after"] > 0
    assert readable() == []
    assert run("compact", "--store", own_store).out.startswith("compacted: ")
    assert run("check", "--store", own_store, "--json").json["ok"]
    again = run("ask", CEASEFIRE, "--store", own_store, "--json")
    assert again.json["answer"] == "Turkey and Russia"


def test_a_conversation_in_the_terminal(run: Run, seeds_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{CEASEFIRE}\n{'x' * 3000}\nWho is Jan Egeland?\n\nnever asked\n"))
    result = run("chat", "--store", seeds_store)
    assert result.code == 0
    assert result.out.startswith("Turkey and Russia")
    assert "humanitarian adviser" in result.out
    assert "found 3000" in result.err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["ask", ""], 2, "expected a question, found an empty one"),
        (["ask", "   "], 2, "expected a question, found an empty one"),
        (["ask", "w" * 10_000], 2, "at most 2000 characters, found 10000"),
        (["ask", "Who?", "--source", "nowhere.txt"], 2, "found 'nowhere.txt'"),
        (["ask", "Who?", "--since", "yesterday"], 2, "expected a date such as"),
        (["ask", "Who?", "--since", "2020-01-02", "--until", "2020-01-01"], 2, "--since on or before --until"),
        (["ask", "Who?", "--top-k", "0"], 2, "top_k: expected a number from 1 to 100"),
        (["ask", "Who?", "--reader", "nowhere/model"], 2, "nowhere/model"),
        (["cite", "nonsense"], 2, "expected a citation id such as"),
        (["cite", "nobody:1-5~abcd"], 2, "expected an indexed article"),
        (["show", "nowhere"], 2, "`citespan sources`"),
        (["remove", "nowhere"], 2, "`citespan sources`"),
        (["serve", "--port", "99999"], 2, "port"),
        (["eval", "nowhere.jsonl"], 2, "nowhere.jsonl"),
        ([], 2, "COMMAND"),
        (["dance"], 2, "dance"),
    ],
)
def test_bad_input_is_one_clear_line(
    run: Run, seeds_store: Path, arguments: list[str], code: int, message: str
) -> None:
    result = run(*arguments, *(["--store", str(seeds_store)] if arguments and arguments[0] != "dance" else []))
    assert result.code == code
    assert message in result.err
    assert result.out == ""
    assert len([line for line in result.err.splitlines() if line.startswith("citespan: ")]) <= 1


def test_a_store_that_is_not_there_a_file_or_a_silent_server(run: Run, tmp_path: Path) -> None:
    missing = run("ask", "Who?", "--store", tmp_path / "none")
    assert missing.code == 3
    assert "citespan index" in missing.err
    assert not (tmp_path / "none").exists()
    (tmp_path / "file").write_text("x")
    for arguments in (["ask", "Who?"], ["index", "seeds/"], ["sources"], ["check"]):
        result = run(*arguments, "--store", tmp_path / "file")
        assert result.code == 3
        assert "expected a folder, found a file" in result.err
    silent = run("sources", "--store", "http://127.0.0.1:9")
    assert silent.code == 3
    assert "127.0.0.1:9" in silent.err


def test_a_store_of_other_passages_is_refused_with_the_way_out(run: Run, own_store: Path) -> None:
    result = run("index", "seeds/", "--passage-tokens", "64", "--store", own_store)
    assert result.code == 3
    assert "citespan" in result.err
    assert run("check", "--store", own_store).code == 0


def test_an_unknown_variable_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITESPAN_TRESHOLD", "1")
    result = run("sources")
    assert result.code == 2
    assert "CITESPAN_TRESHOLD" in result.err


def test_a_bug_shows_one_line_and_no_trace(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_options: object) -> int:
        raise RuntimeError("a bug\nin two lines")

    monkeypatch.setattr("qa.commands.run_sources", broken)
    result = run("sources")
    assert result.code == 3
    assert result.err == (
        "citespan: internal error, RuntimeError: a bug in two lines; set CITESPAN_DEBUG=1 to see where, and report it\n"
    )
