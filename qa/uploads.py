"""The folder of uploads: originals that were given to the chat, kept beside the store so that they can be indexed anew.

Nothing outside the folder is ever written or deleted; names are made safe, and limits are held to here, whatever the
page says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from qa.errors import InputError
from qa.reasons import in_words

SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf", ".jsonl", ".csv")
LARGEST = 20 * 1024 * 1024
"""Bytes of one uploaded file, or of pasted text."""
_FOLDER = "uploads"


def keep_file(store: Path, given: Path) -> Path:
    """A copy of ``given`` in the folder of uploads; another file by the same name stays beside it.

    Raises InputError for a format or size that is not taken, and for a file that cannot be copied.
    """
    suffix = given.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"{given.name}: expected one of {', '.join(SUFFIXES)}, found {suffix or 'no suffix'}; convert it"
        )
    try:
        size = given.stat().st_size
        if size > LARGEST:
            raise InputError(
                f"{given.name}: expected at most {LARGEST // 2**20} MiB, found {size / 2**20:.1f}; split it"
            )
        data = given.read_bytes()
        stem = _safe(given.stem)[:80]
        path = _folder(store) / f"{stem}{suffix}"
        if path.exists() and path.read_bytes() != data:  # another article by the same name: keep both
            path = path.with_name(f"{stem}-{_mark(data)}{suffix}")
        path.write_bytes(data)
    except OSError as error:
        raise InputError(
            f"{given.name}: expected a file that can be copied, found {in_words(error)}; try again"
        ) from None
    return path


def keep_text(store: Path, title: str, body: str) -> Path:
    """Pasted text as a file in the folder of uploads, under its title. Raises InputError for none and for too much."""
    title, body = " ".join(title.split()), body.strip()
    if not body:
        raise InputError("expected the text of an article, found none; paste it into the box")
    data = (f"{title}\n\n{body}\n" if title else f"{body}\n").encode("utf-8", "replace")
    if len(data) > LARGEST:
        raise InputError(f"expected at most {LARGEST // 2**20} MiB of text, found more; split it")
    path = _folder(store) / f"pasted-{_safe(title or body[:40])[:40].strip('-')}-{_mark(data)}.txt"
    path.write_bytes(data)
    return path


def forget(store: Path, source: str, left: Iterable[str]) -> None:
    """Delete the uploaded original of an article that was removed, unless it holds others that are ``left``.

    Files outside the folder of uploads are never touched.
    """
    name = source.partition("#")[0]
    path = Path(name).resolve()
    if (
        path.parent == (store / _FOLDER).resolve()
        and path.is_file()
        and all(each.partition("#")[0] != name for each in left)
    ):
        path.unlink()


def _folder(store: Path) -> Path:
    folder = store / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _safe(name: str) -> str:
    """A file name without separators, control or direction signs; letters of any script stay."""
    return re.sub(r"[^\w.-]+", "-", name).strip(".-") or "article"


def _mark(data: bytes) -> str:
    return sha256(data).hexdigest()[:8]
