"""The tests' own guard: nothing leaves the machine, in this process or in one that it starts."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

REFUSED = "expected no network use"


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80)])
def test_a_connection_to_elsewhere_is_refused(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as line, pytest.raises(AssertionError, match=REFUSED):
        line.connect(address)


def test_a_name_is_not_looked_up() -> None:
    with pytest.raises(AssertionError, match=REFUSED):
        socket.create_connection(("example.org", 80), timeout=1)


def test_a_child_is_guarded_too() -> None:
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert REFUSED in done.stderr


def test_loopback_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
