"""Reading no more than is sound."""

from __future__ import annotations

from typing import BinaryIO

from qa.errors import CorpusError


def read_whole(stream: BinaryIO, limit: int) -> bytes:
    """All bytes of ``stream``. Raises CorpusError, without reading them all, when there are more than ``limit``."""
    if stream.seekable():
        size = stream.seek(0, 2)
        stream.seek(0)
        if size > limit:
            raise too_large(size, limit)
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise too_large(len(data), limit)
    return data


def too_large(size: int, limit: int) -> CorpusError:
    """The error for ``size`` bytes where ``limit`` are taken."""
    return CorpusError(f"expected at most {limit:,} bytes, found {size:,}; split the file")
