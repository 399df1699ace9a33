"""Whatever is wrong is said in one clear line, with the exit code of the contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import Run


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
