"""What a Chroma server is told about who asks: the token and the headers that were set, and nobody else is told."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from qa.errors import SettingsError
from qa.store import Location

SEEN: list[dict[str, str]] = []


class Recorder(BaseHTTPRequestHandler):
    """Writes down the headers of each request and refuses it."""

    def do_GET(self) -> None:
        SEEN.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(403)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def recorder() -> Iterator[str]:
    """The URL of a server that listens to what it is told."""
    SEEN.clear()
    server = HTTPServer(("127.0.0.1", 0), Recorder)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join(10)


def test_token_and_headers_reach_the_server_and_no_message(recorder: str) -> None:
    """In a process of its own: Chroma never closes the sockets of a client that could not be made."""
    secrets = {"CITESPAN_TOKEN": "s3same", "CITESPAN_HEADERS": "X-Team: night desk\nX-Key: tr0ve"}
    command = [str(Path(sys.executable).parent / "citespan"), "sources", "--store", recorder]
    done = subprocess.run(command, env=os.environ | secrets, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("citespan: http://127.0.0.1:")
    assert "s3same" not in done.stderr and "tr0ve" not in done.stderr
    assert SEEN
    for each in SEEN:
        assert (each["authorization"], each["x-team"], each["x-key"]) == ("Bearer s3same", "night desk", "tr0ve")


def test_without_them_nothing_is_sent() -> None:
    assert Location.parse("http://127.0.0.1:1").headers == ()


def test_secrets_stay_out_of_what_is_printed() -> None:
    location = Location.parse("http://127.0.0.1:1", token="s3same", headers="X-Key: tr0ve")
    assert dict(location.headers) == {"X-Key": "tr0ve", "Authorization": "Bearer s3same"}
    assert "s3same" not in repr(location) and "tr0ve" not in repr(location)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"headers": "X-Team: night\nno colon s3same"}, "CITESPAN_HEADERS, line 2"),
        ({"headers": "X Team: s3same"}, "CITESPAN_HEADERS, line 1"),
        ({"headers": "X-Team: s3same\x00"}, "CITESPAN_HEADERS, line 1"),
        ({"token": "s3same\n"}, "CITESPAN_TOKEN"),
        ({"token": "s3same\u00e9"}, "CITESPAN_TOKEN"),
    ],
)
def test_malformed_ones_are_named_and_not_repeated(given: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message) as caught:
        Location.parse("http://127.0.0.1:1", **given)
    assert "s3same" not in str(caught.value)
