"""Paragraphs and blocks of plain text, from its line breaks alone. Pure; standard library only.

A paragraph ends at a blank line. A block ends at a paragraph's end or at a line break that stands for something: after
a headline, a byline, a caption, a list item. In hard-wrapped text a line break is mere layout, and a block goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_BREAK = r"(?:\r\n|\r(?!\n)|[\n\x0b\x85\u2028])"
_BLANK = re.compile(rf"{_BREAK}[^\S\n\r\x0b\x0c\x85\u2028\u2029]*{_BREAK}\s*|[\x0c\u2029]\s*")
_LINE = re.compile(_BREAK)
_BULLET = re.compile(r"(?:[-*+•▪‣◦·]|\(?\d{1,3}[.)]|\(?[A-Za-z][.)])[ \t]|#{1,6} |>|\||By [A-Z]")
_FIRST_WORD = re.compile(r"\S{1,40}")
_TERMINATED = re.compile(r"[.!?…。！？:][\"'”’»›)\]*_]*\Z")
_GOES_ON = re.compile(
    r"(?:[,;–—-]|\b(?:a|an|the|of|in|on|at|to|by|for|from|with|and|or|but|as|that|than|his|her|its|their|our|my|is|are"
    r"|was|were|be|been|has|have|had|will|would|into|over|under|between|President|Minister|Mr\.|Mrs\.|Ms\.|Dr\.))\Z"
)
_WIDEST = 130
"""Hard-wrapped lines are not longer than this."""


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str
    """At most the first and last characters matter; without white space at the edges."""


def paragraphs(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Offsets of the stretches between blank lines, form feeds and paragraph separators."""
    end = len(text) if end is None else end
    for gap in _BLANK.finditer(text, start, end):
        if gap.start() > start:
            yield start, gap.start()
        start = gap.end()
    if start < end:
        yield start, end


def paragraph_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Offsets of the smallest stretch between paragraph ends that holds ``[start, end)``."""
    reach, low = 2048, 0
    while True:
        window = max(0, start - reach)
        # A gap may begin left of the window: that is white space and changes nothing.
        gaps = [gap.end() for gap in _BLANK.finditer(text, window, start)]
        if gaps or not window:
            low = gaps[-1] if gaps else 0
            break
        reach *= 4
    after = _BLANK.search(text, end)
    return low, len(text) if after is None else after.start()


def blocks(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The paragraph ``[start, end)`` cut at the line breaks that end something."""
    lines = list(_lines(text, start, end))
    if len(lines) < 2:
        yield start, end
        return
    joined = _joined(lines)
    first = lines[0].start
    for above, below, is_joined in zip(lines, lines[1:], joined, strict=False):
        if not is_joined:
            yield first, above.end
            first = below.start
    yield first, lines[-1].end


def _lines(text: str, start: int, end: int) -> Iterator[_Line]:
    for cut in (*_LINE.finditer(text, start, end), None):
        stop = end if cut is None else cut.start()
        if stop > start:
            yield _Line(start, stop, text[start:stop].strip())
        start = stop if cut is None else cut.end()


def _joined(lines: list[_Line]) -> list[bool]:
    """For each line but the last: whether the next one continues it."""
    widths = [len(line.text) for line in lines if len(line.text) <= _WIDEST]
    width = max(widths, default=0)
    pairs = list(pairwise(lines))
    lower = sum(_starts_lower(below.text) for _, below in pairs)
    wrapped = width >= 25 and (lower >= 0.4 * len(pairs) or _is_full(lines, width))
    return [_continues(above.text, below.text, width, wrapped) for above, below in pairs]


def _is_full(lines: list[_Line], width: int) -> bool:
    """Whether prose fills every line but the last, although none starts with a small letter: "the United⏎States"."""
    return (
        50 <= width <= 100
        and max(len(line.text) for line in lines) == width
        and all(_needed(above.text, below.text) > width for above, below in pairwise(lines))
        and bool(_TERMINATED.search(lines[-1].text[-8:]))
    )


def _needed(above: str, below: str) -> int:
    """The length of ``above`` with the first word of ``below``."""
    word = _FIRST_WORD.match(below)
    return len(above) + 1 + (0 if word is None else len(word.group()))


def _continues(above: str, below: str, width: int, wrapped: bool) -> bool:
    """Greedy wrapping leaves a line only when the next word does not fit; ``width`` is that of the longest line."""
    if _BULLET.match(below) or above.startswith(("#", "|")):
        return False
    if above.endswith(("-", "–", "—")) and len(above) < 30:
        return False  # "CNN —"
    needed = _needed(above, below)
    goes_on = bool(_GOES_ON.search(above[-12:]))
    if _starts_lower(below):
        return goes_on or (len(above) >= 20 and needed > 0.75 * width)
    if len(above) > _WIDEST:
        return False
    if wrapped:
        return needed > 0.85 * width
    return goes_on and len(above) >= 40


def _starts_lower(line: str) -> bool:
    return line.lstrip("\"'“‘(")[:1].islower()
