"""The gate before the app: credentials, read-only, headers; and the addresses it listens on."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from qa.errors import InputError
from tests.ui.conftest import Run
from tests.ui.serving import basic
from ui.app import application, serve
from ui.server import Gate, is_loopback, parse_auth

if TYPE_CHECKING:
    from tests.ui.tiny_engine import TinyEngine

pytestmark = pytest.mark.usefixtures("run")


WRONG = ("bob:wrong", "bob:", ":secret", "bob:secret ", "Bob:secret", "bob:secret\0", "", "bobsecret")


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


@pytest.mark.parametrize(
    ("host", "port", "said"),
    [
        ("127.0.0.1", 99999, "found a number that is no port"),
        ("203.0.113.7", 7860, "found an address of another machine"),
        ("no such host", 7860, "found no address by that name"),
    ],
)
def test_why_an_address_cannot_be_had(engine: TinyEngine, host: str, port: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        serve(engine, host=host, port=port)


def test_a_port_in_use_is_said_in_our_words(engine: TinyEngine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = f"expected to listen on 127.0.0.1 port {port}, found another program that listens there; choose another"
        with pytest.raises(InputError, match=re.escape(said)):
            serve(engine, port=port)


def test_who_comes_as_soon_as_the_address_is_told_is_not_refused(
    engine: TinyEngine, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """While the page still starts, which takes long on a busy machine: the load test came too early and died of it."""
    import uvicorn

    def starting(self: uvicorn.Server, sockets: list[socket.socket]) -> None:
        address = re.search(r"listening on http://([\d.]+):(\d+)", capsys.readouterr().err)
        assert address is not None
        with sockets[0], socket.create_connection((address[1], int(address[2])), timeout=10):
            pass

    monkeypatch.setattr(uvicorn.Server, "run", starting)
    serve(engine, port=0)
