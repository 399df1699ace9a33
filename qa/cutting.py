"""Cutting a stretch of text that is too long for a passage: at a clause, else a word, else a character. Pure."""

from __future__ import annotations

import re
import unicodedata

from qa.records import Span

_CLAUSE = re.compile(r"[,;:—–…]\s+|\s+(?=[—–(])")
_SPACE = re.compile(r"\s+")
_REACH = 300
"""Characters searched on either side of the middle; bounds the work on text without spaces."""


def trimmed(text: str, start: int, end: int) -> Span:
    """``[start, end)`` without white space at its edges; empty if there is nothing else."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def halve(text: str, span: Span) -> tuple[Span, Span]:
    """Two stretches that hold all of ``span`` but white space, of like length, cut where it hurts least.

    Raises ValueError for a span of fewer than two characters or with white space at an edge.
    """
    if len(span) < 2 or text[span.start].isspace() or text[span.end - 1].isspace():
        raise ValueError(f"expected two or more characters without white space at the edges, found {span}")
    middle = (span.start + span.end) // 2
    cut = (
        _nearest(_CLAUSE, text, span, middle, len(span) // 4)
        or _nearest(_SPACE, text, span, middle, len(span) // 2)
        or _between_characters(text, span.start + 1, middle)
    )
    return trimmed(text, span.start, cut), trimmed(text, cut, span.end)


def _nearest(pattern: re.Pattern[str], text: str, span: Span, middle: int, reach: int) -> int | None:
    reach = min(reach, _REACH)
    low, high = max(span.start + 1, middle - reach), min(span.end - 1, middle + reach)
    ends = (found.end() for found in pattern.finditer(text, low, high))
    return min(ends, key=lambda end: abs(end - middle), default=None)


def _between_characters(text: str, lowest: int, cut: int) -> int:
    """``cut`` moved left, a little, so that an accent or a joined emoji stays with its base."""
    for position in range(cut, max(lowest, cut - 16) - 1, -1):
        if not _continues_character(text[position]) and text[position - 1] != "\u200d":
            return position
    return cut


def _continues_character(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Mc", "Me"} or character in "\u200d\ufe0e\ufe0f"
