"""Tidying: a span of word pieces to a span that reads like an answer. Pure; offsets stay exact.

Whole words, no space or stray quote, bracket or stop at the edges. Nothing inside the span is ever changed.
"""

from __future__ import annotations

from qa.records import Span

_PAIRS = {"(": ")", "[": "]", "{": "}", "“": "”", "‘": "’", "«": "»"}
_CLOSERS = {closing: opening for opening, closing in _PAIRS.items()}
_NEVER_FIRST = frozenset(",;:!?)]}”»•*/")
_NEVER_LAST = frozenset(",;:!?([{“«•*/–—-")
_SIGNS = frozenset("-–—.")
_KEEP_STOP = frozenset(
    "jr. sr. inc. co. corp. ltd. st. no. dr. mr. mrs. ms. gen. sen. gov. bros. etc. "
    "jan. feb. aug. sept. oct. nov. dec.".split()
)


def tidy(text: str, start: int, end: int) -> Span | None:
    """Grow ``text[start:end]`` to whole words and a bracket left open, then trim its edges. None if nothing is left."""
    if start >= end:
        return None
    while start > 0 and _is_word(text, start - 1, start):
        start -= 1
    while end < len(text) and _is_word(text, end - 1, end):
        end += 1
    if end < len(text) and text[end] in _CLOSERS and _surplus(text[start:end], _CLOSERS[text[end]], text[end]):
        end += 1
    if start > 0 and text[start - 1] in _PAIRS and _surplus(text[start:end], _PAIRS[text[start - 1]], text[start - 1]):
        start -= 1
    while start < end:
        trimmed = _trim(text, start, end)
        if trimmed == (start, end):
            return Span(start, end)
        start, end = trimmed
    return None


def _surplus(words: str, one: str, other: str) -> bool:
    """Whether ``one`` stands in the words more often than its partner."""
    return words.count(one) > words.count(other)


def _is_word(text: str, left: int, right: int) -> bool:
    """Whether two neighbouring characters stand in one word."""
    return text[left].isalnum() and text[right].isalnum()


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """At most one character less at each end."""
    first, last, words = text[start], text[end - 1], text[start:end]
    drop_first = (
        first.isspace()
        or first in _NEVER_FIRST
        or (first in _SIGNS and not words[1:2].isdigit())
        or (first in _PAIRS and words.count(first) > words.count(_PAIRS[first]))
        or (first == '"' and (words.count(first) % 2 == 1 or last == first))
        or (first == "'" and not words[1:2].isdigit() and (words.count(first) % 2 == 1 or last == first))
    )
    drop_last = (
        last.isspace()
        or last in _NEVER_LAST
        or (last == "." and not _keeps_stop(words))
        or (last in _CLOSERS and words.count(last) > words.count(_CLOSERS[last]) and not _apostrophe(words))
        or (last == '"' and (words.count(last) % 2 == 1 or first == last))
        or (last == "'" and first == last)
        or (first in _PAIRS and last == _PAIRS[first] and _wraps_all(words))
    )
    if first in _PAIRS and last == _PAIRS[first] and _wraps_all(words):
        drop_first = True
    return (start + 1 if drop_first else start), (end - 1 if drop_last and end - 1 > start else end)


def _keeps_stop(words: str) -> bool:
    """ "U.S.", "Martin Jr." and "p.m." keep their stop."""
    last = words.rsplit(maxsplit=1)[-1].lower()
    return "." in last[:-1].strip(".") or last in _KEEP_STOP


def _apostrophe(words: str) -> bool:
    """A right single quote after a letter is more often an apostrophe ("the rebels’")."""
    return words[-1] == "’" and words[-2:-1].isalnum()


def _wraps_all(words: str) -> bool:
    """Whether the first bracket is closed by the last character, not earlier."""
    depth = 0
    for at, sign in enumerate(words):
        depth += (sign == words[0]) - (sign == words[-1])
        if depth == 0:
            return at == len(words) - 1
    return False
