"""The web server around the Gradio app: authorisation, headers, limits, and the warning when anyone may come in."""

from __future__ import annotations

import ipaddress
import secrets
from base64 import b64decode
from collections.abc import Awaitable, Callable, MutableMapping
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


class Gate:
    """ASGI middleware: HTTP Basic credentials before anything else, then headers that keep the page to itself."""

    def __init__(self, app: Application, auth: tuple[str, str] | None, *, read_only: bool) -> None:
        self.inner = app
        self._expected = None if auth is None else f"{auth[0]}:{auth[1]}".encode()
        self._read_only = read_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or refuse with 401 (no or wrong credentials) or 403 (uploading where it is switched off)."""
        if scope["type"] not in {"http", "websocket"}:
            await self.inner(scope, receive, send)
        elif not self._known(scope):
            challenge = (b"www-authenticate", b'Basic realm="Citespan", charset="UTF-8"')
            await _refuse(scope, send, 401, "Give the user name and password of this Citespan server.", challenge)
        elif self._read_only and scope["path"].rstrip("/").endswith("/upload"):
            await _refuse(scope, send, 403, "This Citespan server is read-only: uploading is switched off.")
        else:
            await self.inner(scope, receive, _with_headers(send))

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
    plain = (b"content-type", b"text/plain; charset=utf-8")
    await send({"type": "http.response.start", "status": status, "headers": [plain, *headers]})
    await send({"type": "http.response.body", "body": words.encode()})
