"""What this process once held in memory: it is kept out of Chroma's files, and given back to the system.

hnswlib allocates room for more vectors than it has, never fills it, and writes it out with the rest, at every opening
too: whatever a freed piece of memory last held then lies readable on the disk, and would outlive ``citespan compact``.
glibc can be told to blank memory as it hands it out; other C libraries cannot, so compaction does not rely on it alone.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

M_PERTURB = -6
"""glibc's malloc.h: fill what is allocated with the complement of this byte, and what is freed with the byte."""
_lock = threading.Lock()
_inside = 0


@contextmanager
def blank_memory() -> Iterator[None]:
    """Memory that any thread allocates meanwhile is zero, where the C library can do that. May be nested."""
    _step(1)
    try:
        yield
    finally:
        _step(-1)


def _step(by: int) -> None:
    global _inside  # noqa: PLW0603 - the setting is one for the whole process, too
    with _lock:
        _inside += by
        mallopt = _of_libc("mallopt")
        if mallopt is not None:
            mallopt(M_PERTURB, 0xFF if _inside else 0)


def release_memory() -> None:
    """Give freed memory back to the system, where the C library can do that: glibc by itself keeps most of it.

    A write leaves some tens of MiB in small pieces all over the heaps; without this, they grow with every one.
    """
    trim = _of_libc("malloc_trim")
    if trim is not None:
        trim(0)


@cache
def _of_libc(name: str) -> Callable[..., int] | None:
    """A function of the C library, ``None`` where it has none of that name."""
    if not sys.platform.startswith("linux"):
        return None
    found: Callable[..., int] | None = getattr(ctypes.CDLL(None), name, None)
    return found
