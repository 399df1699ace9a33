"""The gate before the app: credentials, read-only, headers; and the three endpoints behind it."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from qa.errors import InputError
from tests.ui.conftest import seeds_engine
from tests.ui.serving import served
from ui.app import application, build, serve
from ui.server import Gate, Names, is_loopback, parse_auth

if TYPE_CHECKING:
    from tests.ui.tiny_engine import TinyEngine

WRONG = ("bob:wrong", "bob:", ":secret", "bob:secret ", "Bob:secret", "bob:secret\0", "", "bobsecret")


Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(autouse=True)
def run() -> Iterator[Run]:
    """Runs coroutines on a loop that is closed again; Gradio would make one of its own and leave it open."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop.run_until_complete
    asyncio.set_event_loop(None)
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def basic(words: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(words.encode()).decode()}


def routes_of(app: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every method and path of a FastAPI site, of what is mounted in it and of the routers it includes."""
    for route in app.routes:
        below = getattr(route, "app", None) or getattr(route, "original_router", None)
        if not hasattr(route, "methods") and hasattr(below, "routes"):
            context = getattr(route, "include_context", None)
            yield from routes_of(below, prefix + (getattr(route, "path", "") or getattr(context, "prefix", "")))
        for method in getattr(route, "methods", None) or ():
            yield method, prefix + route.path


async def status(app: Any, method: str, path: str, headers: dict[str, str]) -> int:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return (await client.request(method, path, headers=headers)).status_code


def test_wrong_credentials_reach_no_route_at_all(engine: TinyEngine, tmp_path: Path, run: Run) -> None:
    gate = application(engine, auth="bob:secret", folder=tmp_path, mcp=False)
    reached: list[str] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        reached.append(scope["path"])

    assert isinstance(gate, Gate)
    routes = sorted(set(routes_of(gate.inner)))
    paths = {path for _, path in routes}
    assert {"/gradio_api/call/{api_name}", "/gradio_api/upload", "/config", "/"} <= paths
    assert any("file=" in path for path in paths)
    gate.inner = inner

    async def knock() -> None:
        for method, path in routes:
            assert await status(gate, method, path, {}) == 401, path
            for words in WRONG:
                assert await status(gate, method, path, basic(words)) == 401, (path, words)
        for header in ("Bearer bob:secret", "Basic", "Basic %%%", "Basic " + "A" * 5000):
            assert await status(gate, "GET", "/", {"Authorization": header}) == 401

    run(knock())
    assert reached == []


def test_right_credentials_pass(engine: TinyEngine, tmp_path: Path, run: Run) -> None:
    gate = application(engine, auth="bob:sec:rét", folder=tmp_path)
    assert run(status(gate, "GET", "/config", basic("bob:sec:rét"))) == 200
    assert run(status(gate, "GET", "/config", basic("bob:sec:ret"))) == 401


def test_the_command_checks_names_on_the_loopback(
    engine: TinyEngine, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    import uvicorn

    gates: list[Any] = []

    def begin(server: uvicorn.Server, sockets: Any) -> None:
        gates.append(server.config.app)
        for each in sockets:
            each.close()

    monkeypatch.setattr(uvicorn.Server, "run", begin)
    serve(engine, host="127.0.0.1", port=0)
    serve(engine, host="127.0.0.1", port=0, allowed_hosts="chat.example")
    serve(engine, host="0.0.0.0", port=0)
    asked = [run(status(gate, "GET", "/config", {"Host": "chat.example"})) for gate in gates]
    assert asked == [421, 200, 200]


def test_a_read_only_server_takes_no_upload(engine: TinyEngine, tmp_path: Path, run: Run) -> None:
    gate = application(engine, folder=tmp_path, read_only=True)
    for path in ("/gradio_api/upload", "/gradio_api/upload/", "/upload"):
        assert run(status(gate, "POST", path, {})) == 403
    assert run(status(application(engine, folder=tmp_path), "POST", "/gradio_api/upload", {})) != 403


def test_no_file_of_this_machine_is_served(engine: TinyEngine, tmp_path: Path, run: Run) -> None:
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / "a.txt").write_text("Only for the index.", "utf-8")
    app = application(engine, folder=tmp_path)
    for path in (tmp_path / "uploads" / "a.txt", Path("/etc/passwd"), Path("README.md").resolve(), Path("README.md")):
        assert run(status(app, "GET", f"/gradio_api/file={path}", {})) in {403, 404}, path


def test_the_page_may_fetch_nothing_from_elsewhere(engine: TinyEngine, run: Run) -> None:
    async def headers() -> httpx.Headers:
        transport = httpx.ASGITransport(app=application(engine))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return (await client.get("/")).headers

    found = run(headers())
    assert "default-src 'self'" in found["content-security-policy"]
    assert "http" not in found["content-security-policy"]
    assert found["referrer-policy"] == "no-referrer"


def test_the_html_of_the_page_names_no_other_host(engine: TinyEngine, run: Run) -> None:
    async def page() -> str:
        transport = httpx.ASGITransport(app=application(engine))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return (await client.get("/")).text + (await client.get("/theme.css")).text

    assert "fonts.googleapis" not in run(page())


@pytest.mark.parametrize("words", ["", "bob", "bob:", ":secret"])
def test_auth_needs_both_parts(words: str) -> None:
    with pytest.raises(InputError, match="USER:PASSWORD"):
        parse_auth(words)


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        *((host, True) for host in ("127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost")),
        *((host, False) for host in ("0.0.0.0", "::", "192.168.0.4", "example.org", "")),
    ],
)
def test_loopback(host: str, inside: bool) -> None:
    assert is_loopback(host) is inside


@pytest.mark.parametrize(
    ("host", "auth", "warned"),
    [("0.0.0.0", None, True), ("0.0.0.0", "bob:secret", False), ("127.0.0.1", None, False)],
)
def test_listening_for_everyone_without_auth_warns(
    engine: TinyEngine, host: str, auth: str | None, warned: bool, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    import uvicorn

    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: [each.close() for each in sockets])
    serve(engine, host=host, port=0, auth=auth)
    assert ("without --auth" in capsys.readouterr().err) is warned


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 99999), ("203.0.113.7", 7860), ("no such host", 7860)])
def test_an_address_that_cannot_be_had_is_one_clear_line(engine: TinyEngine, host: str, port: int) -> None:
    with pytest.raises(InputError, match="choose another --port or --host"):
        serve(engine, host=host, port=port)


def test_exactly_three_endpoints_are_public(engine: TinyEngine, tmp_path: Path) -> None:
    info = build(engine, folder=tmp_path).get_api_info(all_endpoints=True)
    assert sorted(info["named_endpoints"]) == ["/ask", "/cite", "/sources"]
    assert not info["unnamed_endpoints"]


def call(url: str, name: str, *arguments: Any) -> tuple[str, Any]:
    """POST, then read the event stream, as the README does with curl; returns the last event and its data."""
    with httpx.Client(base_url=url, timeout=30) as client:
        begun = client.post(f"/gradio_api/call/{name}", json={"data": list(arguments)})
        stream = client.get(f"/gradio_api/call/{name}/{begun.json()['event_id']}")
    lines = [line for line in stream.text.splitlines() if line]
    return lines[-2].removeprefix("event: "), json.loads(lines[-1].removeprefix("data: "))


@dataclass
class Visitor:
    """Calls what the page calls, without being the page."""

    client: httpx.Client
    config: Any

    def component(self, name: str) -> int:
        ids: dict[str | None, int] = {each["props"].get("elem_id"): each["id"] for each in self.config["components"]}
        return ids[name]

    def trigger(self, target: str, event: str, outputs: str, data: list[Any]) -> Any:
        """The last message about that event, whose first output is ``outputs``."""
        wanted = [[self.component(target), event]]
        found = [each for each in self.config["dependencies"] if wanted == each["targets"] and each["backend_fn"]]
        (dependency,) = [each for each in found if each["outputs"][0] == self.component(outputs)]
        told = {"data": data, "event_data": None, "fn_index": dependency["id"], "trigger_id": None, "session_hash": "s"}
        assert self.client.post("/gradio_api/queue/join", json=told).status_code == 200
        with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": "s"}) as stream:
            for line in stream.iter_lines():
                message = json.loads(line.removeprefix("data: ")) if line else {}
                if message.get("msg") == "process_completed":
                    return message
        return None


def test_only_an_uploaded_file_can_be_added(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("The harbour's key is under the mat.", "utf-8")
    with served(seeds_engine(), tmp_path / "store") as site, httpx.Client(base_url=site.url, timeout=30) as client:
        caller = Visitor(client, client.get("/config").json())
        for path in (secret, "/etc/hostname", Path("README.md").resolve(), "http://127.0.0.1:9/x.txt"):
            named = {"path": str(path), "meta": {"_type": "gradio.FileData"}}
            assert caller.trigger("files", "upload", "told", [[named]])["success"] is False, path
        assert len(site.engine.sources()) == 2
        (sent,) = client.post("/gradio_api/upload", files={"files": ("bridge.txt", b"The bridge is closed.")}).json()
        named = {"path": sent, "orig_name": "bridge.txt", "meta": {"_type": "gradio.FileData"}}
        assert caller.trigger("files", "upload", "told", [[named]])["success"] is True
        assert len(site.engine.sources()) == 3


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(seeds_engine(), tmp_path_factory.mktemp("store")) as site:
        yield site.url


def test_ask_returns_the_json_of_the_contract(url: str, engine: TinyEngine) -> None:
    event, (reply,) = call(url, "ask", "Who negotiated the ceasefire?")
    assert event == "complete"
    assert set(reply) == {
        "question", "answer", "confidence", "abstained", "reason", "citations", "alternatives", "timings_ms"
    }  # fmt: skip
    (citation,) = reply["citations"]
    assert engine.show(citation["source"]).text[citation["start"] : citation["end"]] == reply["answer"]
    event, (view,) = call(url, "cite", citation["id"])
    assert (event, view["quote"], view["current"]) == ("complete", "Turkey and Russia", True)


def test_ask_takes_filters(url: str) -> None:
    _, (inside,) = call(url, "ask", "Who is Rupert Colville?", ["seeds/000_973add20a1fe39af.txt"], None, None)
    assert {each["source"] for each in inside["citations"]} == {"seeds/000_973add20a1fe39af.txt"}
    assert inside["alternatives"] == []


def test_sources_lists_what_is_indexed(url: str) -> None:
    _, (rows,) = call(url, "sources")
    assert [set(row) for row in rows] == [{"source", "title", "url", "published", "passages", "characters"}] * 2


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("ask", ["  "], "expected a question, found an empty one"),
        ("ask", ["Who?", None, "yesterday", None], "since: expected a date such as 2016-12-13, found 'yesterday'"),
        ("ask", ["Who?", None, None, "2016-12-13x"], "until: expected a date such as 2016-12-13, found '2016-12-13x'"),
        ("ask", ["Who?", None, "2020-01-02", "2020-01-01"], "since 2020-01-02 after until 2020-01-01"),
        ("cite", ["nonsense"], "expected a citation id"),
    ],
)
def test_an_error_is_one_clear_line(url: str, name: str, arguments: list[Any], message: str) -> None:
    event, data = call(url, name, *arguments)
    assert event == "error"
    said = json.dumps(data, ensure_ascii=False)
    assert message in said
    assert "Traceback" not in said


def test_filters_may_be_left_out(url: str) -> None:
    event, (reply,) = call(url, "ask", "Who negotiated the ceasefire?")
    assert (event, reply["answer"]) == ("complete", "Turkey and Russia")
    event, (reply,) = call(url, "ask", "Who negotiated the ceasefire?", [])
    assert (event, reply["answer"]) == ("complete", "Turkey and Russia")


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_gradio_client_calls_the_three_endpoints(url: str) -> None:
    from gradio_client import Client  # type: ignore[import-untyped]

    client = Client(url, verbose=False, analytics_enabled=False)
    reply = client.predict("Who negotiated the ceasefire?", api_name="/ask")
    assert reply["answer"] == "Turkey and Russia"
    assert client.predict(reply["citations"][0]["id"], api_name="/cite")["current"] is True
    assert len(client.predict(api_name="/sources")) == 2
    narrowed = client.predict("Who negotiated the ceasefire?", sources=["nowhere.txt"], api_name="/ask")
    assert narrowed["abstained"] is True


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_programs_pass_the_gate_of_a_guarded_loopback_server(tmp_path: Path) -> None:
    from gradio_client import Client

    with served(seeds_engine(), tmp_path, auth="bob:secret", names=Names.of("127.0.0.1", "")) as site:
        client = Client(site.url, verbose=False, analytics_enabled=False, headers=basic("bob:secret"))
        assert client.predict("Who negotiated the ceasefire?", api_name="/ask")["answer"] == "Turkey and Russia"
        post = partial(httpx.post, f"{site.url}/gradio_api/call/sources", json={"data": []}, auth=("bob", "secret"))
        assert "event_id" in post().json()
        rebound = post(headers={"Host": "evil.example"})
        assert (rebound.status_code, "--allowed-hosts" in rebound.text) == (421, True)
