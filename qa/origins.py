"""Where stored articles came from: absolute paths, with ``#row`` for a row of a file. Which of them lie where."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePath

_WILD = "*?["


def file_of(origin: str) -> str:
    """The file's part of an origin. After a ``#`` stands a row, but only in a file that has rows."""
    head, mark, _ = origin.rpartition("#")
    has_rows = head.lower().endswith((".jsonl", ".csv", ".jsonl.gz", ".csv.gz", ".ndjson", ".json"))
    return head if mark and has_rows else origin


def gone(origin: str) -> bool:
    """Whether the file of an origin is certainly no longer there. An article without one never is."""
    return bool(origin) and not os.path.lexists(file_of(origin))


def under(origin: str, paths: Sequence[str]) -> bool:
    """Whether an origin lies under one of these files, folders or globs."""
    file = PurePath(file_of(origin))
    return bool(origin) and any(_covers(path, file) for path in paths)


def _covers(path: str, file: PurePath) -> bool:
    if any(sign in path for sign in _WILD) and not os.path.lexists(path):
        fixed, parts = Path(), list(Path(path).expanduser().parts)
        while parts and not any(sign in parts[0] for sign in _WILD):
            fixed /= parts.pop(0)
        root = PurePath(os.path.realpath(fixed))
        return file.is_relative_to(root) and _fits(file.relative_to(root).parts, parts)
    return file.is_relative_to(os.path.realpath(Path(path).expanduser()))


def _fits(names: Sequence[str], patterns: Sequence[str]) -> bool:
    if not patterns:
        return not names
    if patterns[0] == "**":
        return any(_fits(names[skip:], patterns[1:]) for skip in range(len(names) + 1))
    return bool(names) and fnmatchcase(names[0], patterns[0]) and _fits(names[1:], patterns[1:])
