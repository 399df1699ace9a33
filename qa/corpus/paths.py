"""From what the user names to files: a file, a folder with all below it, a glob."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.reasons import in_words
from qa.records import Failure


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read. ``source``: its name in the store; ``real``: its absolute path with all links resolved."""

    path: Path
    source: str
    real: str
    suffix: str


def find_files(paths: Sequence[str], suffixes: Collection[str]) -> Iterator[Found | Failure]:
    """The readable files of every path, each once, folders in the order of their names.

    Hidden files and unknown suffixes in a folder or glob are passed over; a file that is named itself must be known. A
    link inside a folder is not followed: what it leads to is read where it lies, or it leads outside, a Failure.
    """
    seen: set[str] = set()
    for path in paths:
        for each in _one(path, suffixes):
            if isinstance(each, Failure):
                yield each
            elif each.real not in seen:
                seen.add(each.real)
                yield each


def _one(path: str, suffixes: Collection[str]) -> Iterator[Found | Failure]:
    if not path or "\0" in path:
        yield Failure(
            path.replace("\0", "\ufffd"), "expected a path, found none or an impossible one; name a file or folder"
        )
        return
    try:
        named = Path(path).expanduser()
    except RuntimeError:
        named = Path(path)
    if named.is_dir():
        yield from _or_nothing(_walk(named, suffixes), path, "folder", suffixes)
    elif os.path.lexists(named):
        yield _file(named, suffixes)
    elif glob.has_magic(str(named)):
        yield from _or_nothing(_glob(named, suffixes), path, "glob", suffixes)
    else:
        yield Failure(shown(named), "expected a file, folder or glob, found nothing of that name; check the path")


def _or_nothing(
    found: Iterator[Found | Failure], path: str, kind: str, suffixes: Collection[str]
) -> Iterator[Found | Failure]:
    empty = True
    for each in found:
        empty = False
        yield each
    if empty:
        yield Failure(path, f"expected a {kind} with {_listed(suffixes)} files, found none; check the path")


def _glob(pattern: Path, suffixes: Collection[str]) -> Iterator[Found | Failure]:
    fixed = pattern
    while glob.has_magic(str(fixed)):
        fixed = fixed.parent
    below = pattern.relative_to(fixed)
    root = os.path.realpath(fixed)
    try:
        matches = sorted(fixed.glob(str(below)))  # which follows no links to folders below "**"
    except ValueError:
        matches = []
    for match in matches:
        hidden = any(part.startswith(".") for part in match.relative_to(fixed).parts) and "." not in below.name[:1]
        if match.suffix.lower() in suffixes and not hidden and not match.is_dir():
            yield _file(match, suffixes) if Path(os.path.realpath(match)).is_relative_to(root) else _outside(match)


def _walk(folder: Path, suffixes: Collection[str]) -> Iterator[Found | Failure]:
    root = os.path.realpath(folder)
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        if path != folder and path.is_symlink():
            real = Path(os.path.realpath(path))
            if not real.is_relative_to(root) and (real.is_dir() or path.suffix.lower() in suffixes):
                yield _outside(path)
        elif path.is_dir():
            try:
                below = sorted(path.iterdir(), reverse=True)
            except OSError as error:
                yield Failure(
                    shown(path), f"expected a folder to read, found {in_words(error)}; change its permissions"
                )
            else:
                waiting.extend(each for each in below if not each.name.startswith("."))
        elif path.suffix.lower() in suffixes:
            yield _file(path, suffixes)


def _outside(path: Path) -> Failure:
    return Failure(
        shown(path), "expected a file of the folder, found a link that leads outside it; name its target itself"
    )


def _file(path: Path, suffixes: Collection[str]) -> Found | Failure:
    source, suffix = shown(path), path.suffix.lower()
    if suffix not in suffixes:
        return Failure(
            source, f"expected a {_listed(suffixes)} file, found {suffix or 'no suffix'}; convert or rename it"
        )
    try:
        mode = path.stat().st_mode
        os.fsencode(path).decode()
    except UnicodeDecodeError:
        return Failure(source, "expected a file name in UTF-8, found other bytes; rename the file")
    except OSError as error:
        return Failure(source, f"expected a file to read, found {in_words(error)}; check the path")
    if not stat.S_ISREG(mode):
        return Failure(source, "expected an ordinary file, found a device, pipe or socket; name a file")
    return Found(path, source, os.path.realpath(path), suffix)


def _listed(suffixes: Collection[str]) -> str:
    return ", ".join(sorted(suffixes))


def shown(path: Path) -> str:
    """The name in the store: relative to the current folder where it lies under it, else absolute; with slashes."""
    here = Path.cwd()
    absolute = Path(os.path.normpath(here / path))  # resolve() would follow links
    named = absolute.relative_to(here) if absolute.is_relative_to(here) else absolute
    return named.as_posix().encode("utf-8", "replace").decode()
