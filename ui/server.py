"""The web server around the Gradio app: whom it serves, under which name, and headers that keep the page to itself."""

from __future__ import annotations

import ipaddress
import re
import secrets
from base64 import b64decode
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from qa.errors import InputError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",  # Gradio starts from inline scripts
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""Whatever an article holds, the page fetches nothing from elsewhere."""


def parse_auth(text: str | None) -> tuple[str, str] | None:
    """``USER:PASSWORD`` as a pair. Raises InputError when either is missing."""
    if text is None:
        return None
    user, colon, password = text.partition(":")
    if not (user and colon and password):
        raise InputError("--auth: expected USER:PASSWORD, found something else; give both, with a colon between")
    return user, password


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True)
class Names:
    """The host names a server answers to. A page elsewhere can have its own name resolve to this machine's loopback
    address (DNS rebinding) and so read what is served there; its requests still carry its own name."""

    bound: str
    more: frozenset[str]

    @staticmethod
    def of(host: str, allowed: str) -> Names | None:
        """For a server bound to ``host``; ``allowed``: further names with commas, as a proxy passes them on.

        ``None``, any name: for ``*``, and beyond the loopback unless names are given, for only people know them there.
        """
        more = frozenset(name.strip().lower().rstrip(".") for name in allowed.split(",") if name.strip())
        if "*" in more or (not more and not is_loopback(host)):
            return None
        return Names(host.strip("[]").lower(), more)

    def fit(self, header: str) -> bool:
        """Whether the Host header names this server; the port does not matter."""
        match = _HOST.fullmatch(header)
        if match is None:
            return False
        name = (match["six"] or match["name"]).lower().rstrip(".")
        return is_loopback(name) or name.endswith(".localhost") or name == self.bound or name in self.more


_HOST = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[\w.-]+))(?::\d{1,5})?")
_UNUSED = re.compile(r"/(?:file|proxy)(?:=|/|$)")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Gate:
    """ASGI middleware: the name asked for, HTTP Basic credentials, what other sites may not do; then more headers."""

    def __init__(
        self, app: Application, auth: tuple[str, str] | None, *, read_only: bool, names: Names | None = None
    ) -> None:
        self.inner = app
        self._names = names
        self._expected = None if auth is None else f"{auth[0]}:{auth[1]}".encode()
        self._read_only = read_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or refuse.

        421: not our name. 401: no or wrong credentials. 403: another site's doing, Gradio's routes that hand out files
        or fetch from elsewhere, or uploading where it is off.
        """
        if scope["type"] not in {"http", "websocket"}:
            await self.inner(scope, receive, send)
        elif (stranger := self._stranger(scope)) is not None:
            words = f"This Citespan server does not go by the name {stranger[:100]!r}. Open it as http://127.0.0.1 or "
            words += "http://localhost with its port; for a proxy, start it with --allowed-hosts NAME."
            await _refuse(scope, send, 421, words)
        elif not self._known(scope):
            challenge = (b"www-authenticate", b'Basic realm="Citespan", charset="UTF-8"')
            await _refuse(scope, send, 401, "Give the user name and password of this Citespan server.", challenge)
        elif _UNUSED.search(scope["path"]):
            await _refuse(scope, send, 403, "This Citespan server hands out no files; /cite shows what articles say.")
        elif self._read_only and scope["path"].rstrip("/").endswith("/upload"):
            await _refuse(scope, send, 403, "This Citespan server is read-only: uploading is switched off.")
        elif _from_another_site(scope):
            await _refuse(scope, send, 403, "This Citespan server takes no requests that other sites make.")
        else:
            await self.inner(scope, receive, _with_headers(send))

    def _stranger(self, scope: Scope) -> str | None:
        """A Host header that is not ours; a request without one comes from no browser."""
        if self._names is None:
            return None
        given = (value.decode("latin-1") for name, value in scope["headers"] if name == b"host")
        return next((each for each in given if not self._names.fit(each)), None)

    def _known(self, scope: Scope) -> bool:
        if self._expected is None:
            return True
        given = dict(scope["headers"]).get(b"authorization", b"")
        scheme, _, code = given.partition(b" ")
        if scheme.lower() != b"basic":
            return False
        try:
            offered = b64decode(code.strip(), validate=True)
        except ValueError:
            return False
        return secrets.compare_digest(offered, self._expected)


def _from_another_site(scope: Scope) -> bool:
    """A page of another site asks for more than reading: browsers would send our user's credentials along."""
    given = dict(scope["headers"]).get(b"sec-fetch-site", b"")
    return bool(given == b"cross-site" and scope.get("method", "GET") not in _READING)


def _with_headers(send: Send) -> Send:
    async def sending(message: Any) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                *message.get("headers", ()),
                (b"content-security-policy", POLICY.encode()),
                (b"referrer-policy", b"no-referrer"),
                (b"x-content-type-options", b"nosniff"),
            ]
        await send(message)

    return sending


async def _refuse(scope: Scope, send: Send, status: int, words: str, *headers: tuple[bytes, bytes]) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    plain = ((b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff"))
    await send({"type": "http.response.start", "status": status, "headers": [*plain, *headers]})
    await send({"type": "http.response.body", "body": words.encode()})
