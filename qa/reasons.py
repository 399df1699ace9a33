"""Errors of Python and of the system in our own words, such as fit behind "expected ..., found".

Their own texts ("[Errno 2] ...", "Expecting property name enclosed in double quotes") are made for programmers: they
neither speak of the user's file nor say what to do, and must not reach a user.
"""

from __future__ import annotations

import csv
import errno
import json

_SYSTEM = {
    errno.ENOENT: "nothing there",
    errno.EISDIR: "a folder",
    errno.ENOTDIR: "a file in the place of a folder",
    errno.EEXIST: "a file in the place of a folder",
    errno.EACCES: "that permission is denied",
    errno.EPERM: "that permission is denied",
    errno.EROFS: "a file system that is read-only",
    errno.ENOSPC: "a full disk",
    errno.EDQUOT: "a used-up quota of the disk",
    errno.ENAMETOOLONG: "a name that is too long",
    errno.ELOOP: "links that lead in a circle",
}
_SHOWN = 30


def in_words(error: BaseException) -> str:
    """What was found, in words, for an error of reading, writing, decoding or parsing."""
    match error:
        case UnicodeDecodeError():
            said = f"bytes of another encoding at byte {error.start:,}"
        case json.JSONDecodeError():
            said = _in_json(error)
        case RecursionError():
            said = "brackets nested too deeply"
        case csv.Error():
            said = _in_csv(str(error))
        case OSError(errno=int(number)):
            said = _SYSTEM.get(number, f"an error of the system ({error.strerror})")
        case KeyError(args=(str(key),)):
            said = f"no {key!r}"
        case _:
            said = "what cannot be read"
    return said


def _in_json(error: json.JSONDecodeError) -> str:
    """The words at the place where it ceased to be JSON. Which line it is says only a text of several lines."""
    if not error.doc[error.pos :].strip():
        return "that it ends too soon"
    line = f"line {error.lineno:,}, " if "\n" in error.doc.rstrip() else ""
    at = f"at {line}column {error.colno:,}"
    if error.msg.startswith("Unterminated string"):
        return f"a string without an end {at}"
    rest = error.doc[error.pos : error.pos + _SHOWN].split("\n", 1)[0].rstrip()
    return f"{rest!r} {at}" if rest else f"a line break {at}"


def _in_csv(said: str) -> str:
    if "end of data" in said:
        return "a quote that is never closed"
    if "expected after" in said:
        return "more text after a closing quote"
    if "larger than field limit" in said:
        return "a cell that is too long"
    return "a record that cannot be read"
