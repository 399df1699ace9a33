"""Answers that are days, years or times of day, and the preposition each takes. Pure."""

from __future__ import annotations

import re

from qa.conversation import lexicon
from qa.conversation.phrases import words_of

_CLOCK = re.compile(r"\b(?:1[89]|20)\d\d\b|\b\d\d?(?:[:.]\d\d)? ?[ap]\.?m\b", re.I)


def is_time(answer: str) -> bool:
    """Whether an answer is a day, month, year or time of day."""
    words = words_of(answer)
    named = not lexicon.TIME_WORDS.isdisjoint(words) or bool(_CLOCK.search(answer))
    return named and len(words) <= 8


def dated(answer: str) -> str:
    """A time with its preposition: "Monday" -> "on Monday", "1998" -> "in 1998"."""
    first = words_of(answer)[:1]
    if not first or first[0] in lexicon.PREPOSITIONS | lexicon.DETERMINERS | {"yesterday", "today", "tomorrow", "last"}:
        return answer
    if re.search(r"[ap]\.?m\b|:", answer) and first[0][0].isdigit():
        return f"at {answer}"
    day = any(word.endswith("day") for word in words_of(answer)) or re.search(r"\b\d\d?\b", answer)
    return f"on {answer}" if day else f"in {answer}"
