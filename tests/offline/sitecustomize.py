"""Refuses every connection that leaves this machine, in the tests and in each process they start (by PYTHONPATH)."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

_connect, _connect_ex, _getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo


class NetworkUsedError(AssertionError):
    """Something tried to leave the machine."""


def _is_local(host: object) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(host).split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _checked(family: int, address: Any) -> None:
    if family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
        raise NetworkUsedError(f"expected no network use, found a connection to {address!r}")


def _guarded_connect(self: socket.socket, address: Any) -> None:
    _checked(self.family, address)
    _connect(self, address)


def _guarded_connect_ex(self: socket.socket, address: Any) -> int:
    _checked(self.family, address)
    return _connect_ex(self, address)


def _guarded_getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:
    if not _is_local(host):
        raise NetworkUsedError(f"expected no network use, found a look-up of {host!r}")
    return _getaddrinfo(host, *rest, **named)


socket.socket.connect = _guarded_connect  # type: ignore[method-assign, assignment]
socket.socket.connect_ex = _guarded_connect_ex  # type: ignore[method-assign, assignment]
socket.getaddrinfo = _guarded_getaddrinfo
