"""One writing process at a time on a server: whoever makes the collection called ``citespan-writer`` holds the store.

Making a collection is atomic on the server. The holder renews the time in its metadata; one that has died is known by
a time long past, or at once when it ran on this machine.
"""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qa.locks import CountedLock, locked
from qa.store.connection import Location, translated

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

NAME = "citespan-writer"
RENEW = 15.0
STALE = 120.0
"""Seconds after which a holder that has not renewed counts as dead; also the difference of clocks that is borne."""


class Lease(CountedLock):
    """See CountedLock. ``client``: the connection to use; ``wait``: seconds to wait for another writer."""

    def __init__(self, location: Location, client: Callable[[], ClientAPI], wait: float) -> None:
        super().__init__()
        self._location = location
        self._client = client
        self._wait = wait
        self._done = threading.Event()
        self._token = uuid.uuid4().hex

    def acquire(self) -> None:
        """See CountedLock. Raises StoreError when the server does not answer."""
        until = time.monotonic() + self._wait
        with translated(self._location):
            while not self._made():
                found = self._holder()
                if found is not None and self._is_free(found):
                    self._remove()
                elif time.monotonic() >= until:
                    raise locked(self._location.name, _who(found))
                else:
                    time.sleep(0.2)
        self._done.clear()
        threading.Thread(target=self._renew, name="store-lease", daemon=True).start()

    def release(self) -> None:
        """See CountedLock."""
        self._done.set()
        with translated(self._location):
            self._remove()

    def held_elsewhere(self) -> bool:
        """See CountedLock."""
        with translated(self._location):
            found = self._holder()
        return found is not None and not self._is_free(found)

    def _me(self) -> dict[str, str | int | float | bool]:
        return {"pid": os.getpid(), "host": socket.gethostname(), "seen": time.time(), "token": self._token}

    def _is_free(self, holder: dict[str, Any]) -> bool:
        """Whether its holder is dead, or it is ours, kept by a server that went away before we could give it back."""
        return holder.get("token") == self._token or _is_dead(holder)

    def _made(self) -> bool:
        try:
            self._client().create_collection(NAME, metadata=self._me(), embedding_function=None)
        except Exception as error:
            if "already exists" in str(error):
                return False
            raise
        return True

    def _holder(self) -> dict[str, Any] | None:
        found = [each for each in self._client().list_collections() if each.name == NAME]
        return dict(found[0].metadata or {}) if found else None

    def _remove(self) -> None:
        try:
            self._client().delete_collection(NAME)
        except Exception as error:
            if "not exist" not in str(error) and "not found" not in str(error).lower():
                raise

    def _renew(self) -> None:
        while not self._done.wait(RENEW):
            try:
                self._client().get_collection(NAME, embedding_function=None).modify(metadata=self._me())
            except Exception:  # noqa: BLE001, S112 - the server may be away for a while; writing will say so
                continue


def _is_dead(holder: dict[str, Any]) -> bool:
    if time.time() - float(holder.get("seen", 0)) > STALE:
        return True
    if holder.get("host") != socket.gethostname():
        return False
    try:
        os.kill(int(holder["pid"]), 0)
    except ProcessLookupError:
        return True
    except (OSError, KeyError, ValueError):
        return False
    return False


def _who(holder: dict[str, Any] | None) -> str:
    return "another process" if holder is None else f"process {holder.get('pid')} on {holder.get('host')}"
