"""The gate by itself: under which names a server may be asked, and what other sites may not do."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from typing import Any

import httpx
import pytest

from ui.server import Gate, Names

AUTH = {"Authorization": "Basic " + b64encode(b"bob:secret").decode()}
OURS = ("127.0.0.1:7860", "127.0.0.1", "localhost:7860", "LOCALHOST", "localhost.", "chat.localhost:80", "[::1]:7860")
FOREIGN = (
    "evil.example", "evil.example:7860", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example@127.0.0.1",
    "127.0.0.1:7860/x", "10.0.0.7:7860", "0.0.0.0:7860", "", " ", ":7860", "[::1", "[evil.example]", "127.0.0.1:786000",
)  # fmt: skip


class Knocker:
    """Asks at a gate with nothing but a note-book behind it."""

    def __init__(self, names: Names | None, auth: tuple[str, str] | None = None) -> None:
        self.reached: list[str] = []
        self.gate = Gate(self._inner, auth, read_only=False, names=names)

    async def _inner(self, scope: Any, receive: Any, send: Any) -> None:
        self.reached.append(scope["path"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def __call__(self, headers: dict[str, str], method: str = "GET", path: str = "/") -> httpx.Response:
        async def asking() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.gate)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, headers=headers)

        return asyncio.run(asking())


def test_a_loopback_server_answers_to_no_other_name() -> None:
    knock = Knocker(Names.of("127.0.0.1", ""), ("bob", "secret"))
    for host in FOREIGN:
        for path in ("/", "/config", "/gradio_api/call/ask", "/gradio_api/file=x", "/gradio_api/mcp/"):
            assert knock(AUTH | {"Host": host}, "POST", path).status_code == 421, host
    assert knock.reached == []
    for host in OURS:
        assert knock(AUTH | {"Host": host}).status_code == 204, host
        assert knock({"Host": host}).status_code == 401


def test_a_name_may_be_allowed_for_a_proxy() -> None:
    names = Names.of("127.0.0.1", "chat.example, Other.Example.")
    assert names is not None
    assert all(names.fit(each) for each in ("chat.example", "CHAT.example:443", "other.example", "127.0.0.1:7860"))
    assert not names.fit("evil.chat.example")
    bound = Names.of("::1", "")
    assert bound is not None
    assert bound.fit("[::1]:7860")


def test_any_name_will_do_beyond_the_loopback_or_where_it_is_said() -> None:
    assert Names.of("0.0.0.0", "") is None
    assert Names.of("127.0.0.1", "*") is None
    assert Knocker(None)({"Host": "chat.example"}).status_code == 204
    named = Names.of("0.0.0.0", "chat.example")
    assert named is not None
    assert named.fit("chat.example")
    assert not named.fit("evil.example")


def test_the_refusal_says_what_to_do() -> None:
    said = Knocker(Names.of("127.0.0.1", ""))({"Host": "chat.example"})
    assert "does not go by the name 'chat.example'" in said.text
    assert "--allowed-hosts" in said.text
    assert said.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["file=/etc/passwd", "file%3D/etc/passwd", "file=http://evil.example/", "file/a.txt"])
def test_no_file_is_handed_out_and_nothing_fetched_from_elsewhere(name: str) -> None:
    knock = Knocker(None)
    for path in (f"/gradio_api/{name}", f"/{name}", "/gradio_api/proxy=http://evil.example/"):
        assert knock({}, path=path).status_code == 403
    assert knock({}, path="/assets/file.js").status_code == 204


@pytest.mark.parametrize(
    ("method", "site", "expected"),
    [
        ("POST", "cross-site", 403),
        ("DELETE", "cross-site", 403),
        ("POST", "same-origin", 204),
        ("POST", None, 204),  # a program
        ("GET", "cross-site", 204),  # a link to the chat
    ],
)
def test_another_site_may_not_act_here(method: str, site: str | None, expected: int) -> None:
    assert Knocker(None)({} if site is None else {"Sec-Fetch-Site": site}, method).status_code == expected
