"""One writing process at a time: file locks inside the store's folder, with the holder's name beside them."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from qa.errors import StoreError, StoreLockedError


class CountedLock:
    """A lock between processes. Nested use within this one is counted, from whichever thread."""

    def __init__(self) -> None:
        self._guard = threading.RLock()
        self._depth = 0

    @contextmanager
    def hold(self) -> Iterator[bool]:
        """Yields whether this is the outermost hold. Raises StoreLockedError when another process keeps it too long."""
        with self._guard:
            outermost = self._depth == 0
            if outermost:
                self.acquire()
            self._depth += 1
        try:
            yield outermost
        finally:
            with self._guard:
                self._depth -= 1
                if self._depth == 0:
                    self.release()

    def held_by_any(self) -> bool:
        """Whether some process writes at this moment."""
        with self._guard:
            return self._depth > 0 or self.held_elsewhere()

    def acquire(self) -> None:
        """Take it, once, or raise StoreLockedError."""
        raise NotImplementedError

    def release(self) -> None:
        """Give it back."""
        raise NotImplementedError

    def held_elsewhere(self) -> bool:
        """Whether another process has it."""
        raise NotImplementedError


def locked(store: str, holder: str) -> StoreLockedError:
    """The error for a second writer."""
    return StoreLockedError(
        f"{store}: expected to be the only writer, found {holder} writing; wait until it is done, then try again"
    )


class WriterLock(CountedLock):
    """A file in the store's folder, held while a process writes; the system frees it when the process dies."""

    def __init__(self, folder: Path, wait: float) -> None:
        super().__init__()
        self._lock = FileLock(folder / "writer.lock", thread_local=False)
        self._holder = folder / "writer.json"
        self._wait = wait

    def acquire(self) -> None:
        """See CountedLock."""
        try:
            self._lock.acquire(timeout=self._wait, poll_interval=0.1)
            me = {"pid": os.getpid(), "host": socket.gethostname(), "since": datetime.now(UTC).isoformat()}
            self._holder.write_text(json.dumps(me))
        except Timeout:
            raise locked(str(self._holder.parent), self._who()) from None
        except OSError as error:
            self._lock.release()
            raise StoreError(f"{self._holder.parent}: cannot write here: {error.strerror}; use another store") from None

    def release(self) -> None:
        """See CountedLock."""
        self._holder.unlink(missing_ok=True)
        self._lock.release()

    def held_elsewhere(self) -> bool:
        """See CountedLock."""
        try:
            with self._lock.acquire(blocking=False):
                return False
        except Timeout:
            return True
        except OSError:
            return False

    def _who(self) -> str:
        try:
            found = json.loads(self._holder.read_text())
            return f"process {found['pid']} on {found['host']} (since {found['since'][:19]} UTC)"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"


class OpenLock:
    """Held for moments: by a reader while it opens Chroma, by the writer around each write.

    Opening replays Chroma's log and may flush the HNSW files; two processes doing so at once would corrupt them.
    """

    def __init__(self, folder: Path, wait: float = 60.0) -> None:
        self._lock = FileLock(folder / "open.lock", thread_local=False)
        self._wait = wait
        self._threads = threading.RLock()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Raises StoreLockedError when another process keeps it too long. May be nested."""
        with self._threads:
            self._acquire()
            try:
                yield
            finally:
                self._lock.release()

    def _acquire(self) -> None:
        try:
            self._lock.acquire(timeout=self._wait, poll_interval=0.01)
        except Timeout:
            raise StoreLockedError(
                f"{self._lock.lock_file}: another process has kept the store busy for {self._wait:.0f} s; try again"
            ) from None
        except OSError as error:
            raise StoreError(f"{self._lock.lock_file}: cannot lock: {error.strerror}; check the folder") from None


class Gate:
    """Many may pass together, or one alone: threads of this process, around a client that may be reopened."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside: dict[int, int] = {}
        """thread -> how often it is inside."""
        self._alone: int | None = None

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Pass with others. May be nested, also inside ``alone``."""
        me = threading.get_ident()
        with self._changed:
            self._changed.wait_for(lambda: self._alone in (None, me) or me in self._inside)
            self._inside[me] = self._inside.get(me, 0) + 1
        try:
            yield
        finally:
            with self._changed:
                self._inside[me] -= 1
                if not self._inside[me]:
                    del self._inside[me]
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Pass when nobody else is inside."""
        me = threading.get_ident()
        with self._changed:
            self._changed.wait_for(lambda: self._alone is None and not set(self._inside) - {me})
            self._alone = me
        try:
            yield
        finally:
            with self._changed:
                self._alone = None
                self._changed.notify_all()
