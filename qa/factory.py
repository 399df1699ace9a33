"""Settings become a wired pipeline. The only file that knows every adapter."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from qa.settings import Settings

if TYPE_CHECKING:
    from qa.protocols import Embedder, Reader


def make_reader(settings: Settings, embedder: Embedder) -> Reader:
    """The reader that ``settings.reader`` names. Raises ModelError when it is missing or damaged."""
    if settings.reader == "baseline":
        from qa.reader.baseline import BaselineReader

        return BaselineReader(embedder)
    from qa.reader.model import OnnxReader, packaged_reader

    path = packaged_reader() if settings.reader == "packaged" else Path(settings.reader)
    return OnnxReader(path, threads=threads_of(settings))


def threads_of(settings: Settings) -> int:
    """Threads for models: as set, else one per core that this process may use."""
    if settings.threads > 0:
        return settings.threads
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
