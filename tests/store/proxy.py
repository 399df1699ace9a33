"""A gate in front of a Chroma server, such as its users must build: it passes on what carries the right token."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "open sesame"


class _Gate(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    behind = 0
    """The port of the server that is guarded."""

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._reply(401, b'{"error": "AuthError", "message": "Unauthorized"}')
            return
        with closing(http.client.HTTPConnection("127.0.0.1", self.behind, timeout=60)) as server:
            server.request(self.command, self.path, body, {"Content-Type": "application/json"})
            got = server.getresponse()
            self._reply(got.status, got.read())

    def _reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _pass_on

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def guarded(port: int) -> Iterator[str]:
    """The URL of a gate in front of ``port``."""
    gate = ThreadingHTTPServer(("127.0.0.1", 0), type("Gate", (_Gate,), {"behind": port}))
    gate.daemon_threads = True
    thread = threading.Thread(target=gate.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{gate.server_address[1]}"
    finally:
        gate.shutdown()
        gate.server_close()
        thread.join(10)
