"""The people, groups, places and things that a text speaks of, found by spelling and word lists. Pure.

A mention is a name (a run of capitalised words), a noun phrase with a determiner ("the ceasefire"), or a bare plural
("civilians"). Classes are guesses: ``unknown`` may be a person, a place or a thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from qa.conversation import lexicon
from qa.conversation.phrases import Token, before_verb, phrase_end, tokens_of


@dataclass(frozen=True, slots=True)
class Mention:
    """Something spoken of at ``[start, end)``, worded as it would be mentioned again.

    ``kind``: person, place, organisation, people (a plural that can act), things (a plural that cannot be told from
    people), thing, time, number, unknown (a single name). ``gender``: m, f or nothing.
    """

    text: str
    start: int
    end: int
    kind: str
    gender: str = ""

    @property
    def plural(self) -> bool:
        return self.kind in {"people", "things"}


@lru_cache(maxsize=512)
def mentions_of(text: str) -> tuple[Mention, ...]:
    """All mentions in the order they stand, none overlapping."""
    return tuple(_found(text[:2000]))


def _found(text: str) -> Iterator[Mention]:
    tokens = tokens_of(text)
    at = 0
    while at < len(tokens):
        end = phrase_end(tokens, at)
        if end == at:
            at += 1
            continue
        if at and tokens[at - 1].low in lexicon.DO:
            end = before_verb(tokens, at, end)
        for begin in (at, *_inner(tokens, at, end)):
            mention = _mention(text, tokens, begin, end)
            if mention is not None:
                yield mention
        at = end


def _inner(tokens: list[Token], at: int, end: int) -> Iterator[int]:
    """Where the plural in "a group of teenagers" starts: spoken of again, it is they."""
    for i in range(at + 1, end - 1):
        if tokens[i].low == "of" and not tokens[at].is_name and lexicon.is_plural(tokens[end - 1].low):
            yield i + 1


def _mention(text: str, tokens: list[Token], at: int, end: int) -> Mention | None:
    part = tokens[at:end]
    while part and part[-1].text in ".,":
        part = part[:-1]
    if not part:
        return None
    worded = text[part[0].start : part[-1].end]
    worded = re.sub(r"['’]s$", "", worded)
    worded = re.sub(r"^(?:[Aa]n?|[Ss]ome|[Tt]hat|[Tt]his|[Tt]hose|[Tt]hese) ", "the ", worded)
    head = _head(part)
    kind, gender = _classify(worded, part, head, tokens[at - 1].low if at else "")
    stop = part[-1].end - (2 if part[-1].possessive else 0)
    return Mention(worded, part[0].start, stop, kind, gender)


def _head(part: list[Token]) -> Token:
    """The noun that the phrase is about: the last word before "of", or before a possessive's owner is done."""
    for index, token in enumerate(part):
        if token.low == "of" and index:
            return part[index - 1]
    return part[-1]


def _classify(worded: str, part: list[Token], head: Token, before: str) -> tuple[str, str]:
    low = head.low
    names = [token for token in part if token.is_name and token.low not in lexicon.DETERMINERS]
    if (
        low in lexicon.TIME_WORDS
        or part[0].low in lexicon.TIME_WORDS
        or re.fullmatch(r"(?:19|20)\d\d|\w+ties|\d+s", low)
    ):
        return "time", ""
    if low in {"week", "month", "year", "day", "morning", "evening", "night", "afternoon", "hour", "weeks", "months",
               "years", "days", "hours", "minutes", "time"}:  # fmt: skip
        return "time", ""
    if all(token.low in lexicon.NUMBERS or token.text[0].isdigit() or token.text[0] in "$€£" for token in part):
        return "number", ""
    if (
        head.is_name
        and head in names
        and not (len(part) == 1 and head.text.istitle() and lexicon.is_plural(low) and not head.possessive)
    ):
        return _classify_name(worded, part, names, before)
    if low in lexicon.PERSON_NOUNS:
        return "person", lexicon.gender_of_noun(low)
    if lexicon.is_plural(low):
        people = low in lexicon.PLURAL_NOUNS or low.removesuffix("s") in lexicon.PERSON_NOUNS
        return ("people" if people else "things"), ""
    if low in lexicon.GROUP_NOUNS and low not in lexicon.PLACE_NOUNS:
        return "organisation", ""
    return ("place" if low in lexicon.PLACE_NOUNS else "thing"), ""


def _classify_name(worded: str, part: list[Token], names: list[Token], before: str) -> tuple[str, str]:
    gender = lexicon.gender_of_name(re.sub(r"^(?:[Tt]he) ", "", worded))
    words = [token.low for token in names]
    if gender and len(words) > 1:
        return "person", gender
    if any(word in lexicon.ORGANISATION_WORDS for word in words):
        return "organisation", ""
    if words[-1] in lexicon.PLACES:
        return "place", ""
    if any(word in lexicon.TITLES for word in words) and len(words) > 1:
        return "person", gender
    if part[0].low == "the":
        return ("things" if lexicon.is_plural(words[-1]) else "organisation"), ""
    if re.sub(r"\W", "", names[-1].text).isupper() and len(names[-1].text) > 1:
        return "organisation", ""
    if before in {"in", "at", "near", "from", "around", "across", "throughout", "outside", "inside"}:
        return "place", ""
    return ("person", gender) if gender else ("unknown", "")
