"""Every command and the chat on a real Chroma server, in a tenant and database of their own; the server killed."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from qa.cli import main
from qa.factory import open_citespan
from qa.pipeline import Citespan
from qa.records import Filter
from qa.settings import Settings
from qa.wire import reply_json
from tests.store.conftest import Server
from tests.store.proxy import TOKEN, guarded
from tests.ui.serving import Site, call, served
from ui import chat
from ui.turns import Turn

ROOT = Path(__file__).parents[2]
SOURCES = ["seeds/000_973add20a1fe39af.txt", "seeds/004_b8f2ff7c7e3e8278.txt"]
CEASEFIRE = "Who negotiated the ceasefire?"
PLACE = {"tenant": "press", "database": "news"}
AWAY = "no Chroma server answers there"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def newsroom(server: Server) -> Server:
    """The server with a tenant and a database that are not its default ones."""
    with httpx.Client(base_url=f"{server.url}/api/v2") as client:
        client.post("/tenants", json={"name": PLACE["tenant"]}).raise_for_status()
        made = client.post(f"/tenants/{PLACE['tenant']}/databases", json={"name": PLACE["database"]})
        made.raise_for_status()
    return server


@pytest.fixture
def run(newsroom: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs one command in the checkout's root on that database."""
    monkeypatch.chdir(ROOT)
    for name, value in {"store": newsroom.url, **PLACE}.items():
        monkeypatch.setenv(f"CITESPAN_{name.upper()}", value)

    def command(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err

    return command


def without_times(reply: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in reply.items() if key != "timings_ms"}


@pytest.fixture
def filled(run: Run) -> None:
    """The two seeds, and nothing else, are indexed."""
    code, out, err = run("index", "seeds/", "--json")
    assert code == 0, err
    assert (json.loads(out)["documents"], json.loads(out)["failed"]) == (2, [])


def test_every_command(
    run: Run, filled: None, seeds_engine: Citespan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = run("index", "--json")
    assert (code, json.loads(out)["unchanged"], json.loads(out)["added"]) == (0, 2, 0)
    assert [each["source"] for each in json.loads(run("sources", "--json")[1])] == SOURCES

    reply = json.loads(run("ask", CEASEFIRE, "--json")[1])
    assert reply["answer"] == "Turkey and Russia"
    in_folder = reply_json(seeds_engine.answer(CEASEFIRE))
    assert [each["id"] for each in reply["citations"]] == [each["id"] for each in in_folder["citations"]]
    assert abs(reply["confidence"] - in_folder["confidence"]) < 0.01
    for each in reply["citations"]:
        assert (ROOT / each["source"]).read_bytes().decode()[each["start"] : each["end"]] == each["quote"]
    narrowed = json.loads(run("ask", CEASEFIRE, "--source", SOURCES[0], "--threshold", "0", "--json")[1])
    assert {each["source"] for each in narrowed["citations"]} == {SOURCES[0]}

    citation = reply["citations"][0]
    view = json.loads(run("cite", citation["id"], "--json")[1])
    assert (view["quote"], view["current"]) == (citation["quote"], True)
    assert run("show", SOURCES[1])[1] == (ROOT / SOURCES[1]).read_bytes().decode()

    monkeypatch.setattr("sys.stdin", io.StringIO(f"{CEASEFIRE}\n\n"))
    code, out, _ = run("chat")
    assert (code, out.splitlines()[0]) == (0, "Turkey and Russia")

    code, _, err = run("eval", "eval/questions/seeds.jsonl", "--limit", "3", "--out", str(tmp_path / "run"))
    assert code == 0, err
    assert len((tmp_path / "run" / "predictions.jsonl").read_text().splitlines()) == 3

    assert run("check")[0] == 0
    assert json.loads(run("remove", SOURCES[0], "--json")[1])["removed"] == SOURCES[0]
    assert [each["source"] for each in json.loads(run("sources", "--json")[1])] == SOURCES[1:]
    assert run("check")[0] == 0
    assert run("ask", CEASEFIRE, "--source", SOURCES[0])[0] == 2


def refusal(variable: str, value: str) -> str:
    """The one line that `citespan sources` refuses with under this setting."""
    done = subprocess.run(  # in a process of its own: Chroma never closes the sockets of a failed client
        [sys.executable, "-m", "qa.cli", "sources"],
        env=os.environ | {variable: value},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    [said] = done.stderr.splitlines()
    return said


def test_another_tenant_or_database_is_another_store_or_none(run: Run, filled: None, server: Server) -> None:
    for name, place in (("tenant", "nobody"), ("database", "nowhere")):
        said = refusal(f"CITESPAN_{name.upper()}", place)
        assert place in said
        assert f"--{name}" in said or f"CITESPAN_{name.upper()}" in said


def test_a_token_opens_the_gate_in_front_of_a_server(
    run: Run, filled: None, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with guarded(server.port) as url:
        monkeypatch.setenv("CITESPAN_STORE", url)
        monkeypatch.setenv("CITESPAN_TOKEN", TOKEN)
        assert [each["source"] for each in json.loads(run("sources", "--json")[1])] == SOURCES
        assert run("check")[0] == 0
        for token in ("guessed", ""):
            said = refusal("CITESPAN_TOKEN", token)
            assert "CITESPAN_TOKEN" in said
            assert "guessed" not in said


@pytest.fixture
def site(run: Run, filled: None, server: Server, tmp_path: Path) -> Iterator[Site]:
    """The chat on the server."""
    engine = open_citespan(Settings(store=server.url, tenant=PLACE["tenant"], database=PLACE["database"]))
    with served(engine, tmp_path) as running:
        yield running
    engine.close()


def chat_says(site: Site, question: str) -> Turn:
    """What the chat would show."""
    *_, turn = chat.ask(site.engine, question, (), Filter())
    assert isinstance(turn, Turn)
    return turn


def test_the_chat_goes_on_when_the_server_is_back(site: Site, server: Server, tmp_path: Path) -> None:
    event, (reply,) = call(site.url, "ask", CEASEFIRE)
    assert (event, reply["answer"]) == ("complete", "Turkey and Russia")
    cited = reply["citations"][0]["id"]

    def everything() -> list[tuple[str, Any]]:
        return [call(site.url, "ask", CEASEFIRE), call(site.url, "cite", cited), call(site.url, "sources")]

    before = everything()
    assert [event for event, _ in before] == ["complete"] * 3
    assert before[1][1][0]["quote"] == "Turkey and Russia"
    shown = chat_says(site, CEASEFIRE)
    server.kill()
    try:
        for event, said in everything():
            assert event == "error"
            assert AWAY in json.dumps(said)
            assert "Traceback" not in json.dumps(said)
        assert AWAY in (chat_says(site, CEASEFIRE).error or "")
    finally:
        server.start()
    for (_, one), (event, other) in zip(before, everything(), strict=True):
        assert event == "complete"
        assert [without_times(each) if isinstance(each, dict) else each for each in one] == [
            without_times(each) if isinstance(each, dict) else each for each in other
        ]
    assert chat_says(site, CEASEFIRE).citations == shown.citations != ()
    article = tmp_path / "new.txt"
    article.write_text("A comet passed over Ghent. It was bright.")
    assert site.engine.index([str(article)]).added == 1
    assert len(call(site.url, "sources")[1][0]) == 3
    site.engine.remove("new.txt")
    assert site.engine.check() == []


def test_a_folder_grows_into_a_server_and_back(
    run: Run, seeds_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of a store is a folder of Chroma: ``chroma run --path`` serves what is in it."""
    for name in PLACE:
        monkeypatch.delenv(f"CITESPAN_{name.upper()}")
    grown = Server(Path(shutil.copytree(seeds_store, tmp_path / "store")))
    try:
        monkeypatch.setenv("CITESPAN_STORE", grown.url)
        assert run("ask", CEASEFIRE)[1].startswith("Turkey and Russia\n")
        assert json.loads(run("index", "seeds/", "--json")[1])["unchanged"] == 2
        assert run("remove", SOURCES[0])[0] == 0
        assert run("check")[0] == 0
    finally:
        grown.kill()
    monkeypatch.setenv("CITESPAN_STORE", str(grown.folder))
    assert [each["source"] for each in json.loads(run("sources", "--json")[1])] == SOURCES[1:]
    assert run("check")[0] == 0


INDEXING_WHEN_THE_SERVER_DIES = """
import contextlib, os, signal, sys
import qa.commands
from qa.cli import main

def die_at_the_second(_stage, done, _total):
    if done == 2:
        os.kill(int(sys.argv[1]), signal.SIGKILL)

qa.commands.progress_bar = lambda: contextlib.nullcontext(die_at_the_second)
sys.exit(main(["index", *sys.argv[2:]]))
"""


def test_the_server_dies_while_a_command_indexes(run: Run, filled: None, server: Server, tmp_path: Path) -> None:
    names = [f"{n}.txt" for n in range(4)]
    for name in names:
        (tmp_path / name).write_text(f"Report {name} came in. It says that all is well.")
    try:
        done = subprocess.run(
            [sys.executable, "-c", INDEXING_WHEN_THE_SERVER_DIES, str(server.process.pid), str(tmp_path)],
            env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 3, done.stderr
        assert AWAY in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
        for command in (["ask", CEASEFIRE], ["cite", "004_b8f2.me5:2617-2634~5nqo"], ["sources"], ["check"]):
            code, out, err = run(*command)
            assert (code, out) == (3, "")
            assert AWAY in err
            assert len(err.splitlines()) == 1
    finally:
        server.process.wait()
        server.start()
    assert run("check")[0] == 0
    assert len(json.loads(run("sources", "--json")[1])) == 2
    assert json.loads(run("index", str(tmp_path), "--json")[1])["added"] == 4
    assert run("check")[0] == 0
    for name in names:
        assert run("remove", str(tmp_path / name))[0] == 0
