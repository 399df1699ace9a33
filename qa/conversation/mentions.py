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

_YEAR = re.compile(r"(?:19|20)\d\d|\d+s|(?:twen|thir|for|fif|six|seven|eigh|nine)ties")
_PLACING = frozenset("in at near from around across throughout outside inside".split())


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
    """All mentions in the order they stand. A few lie inside a longer one: "a group of teenagers"."""
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
        parts = ((at, end), *((begin, end) for begin in _inner(tokens, at, end)), *_owners(tokens, at, end))
        yield from (each for begin, stop in parts if (each := _mention(text, tokens, begin, stop)) is not None)
        at = end


def _inner(tokens: list[Token], at: int, end: int) -> Iterator[int]:
    """Where what is spoken of again starts: the people in "a group of teenagers", the ferry in "the captain of it"."""
    last = tokens[end - 1].low
    for i in range(at + 1, end - 1):
        if (
            tokens[i].low == "of"
            and not tokens[at].is_name
            and (
                lexicon.is_plural(last)
                or last in lexicon.PERSON_NOUNS
                or lexicon.is_person_noun(tokens[i - 1].low)
                or lexicon.is_person_noun(_head(tokens[i + 1 : end]).low)
            )
        ):
            yield i + 1


def _owners(tokens: list[Token], at: int, end: int) -> Iterator[tuple[int, int]]:
    """One that owns what is spoken of, the lifeboat in "the lifeboat's crew"; several tell its kind: "women's race"."""
    for i in range(at, end - 1):
        if tokens[i].possessive and (tokens[i].is_name or not lexicon.is_plural(tokens[i].low)):
            yield at, i + 1


def _mention(text: str, tokens: list[Token], at: int, end: int) -> Mention | None:
    part = tokens[at:end]
    while part and part[-1].text in ".,":
        part = part[:-1]
    if not part:
        return None
    worded = text[part[0].start : part[-1].end]
    worded = re.sub(r"(?:['’]s|(?<=s)['’])$", "", worded)
    worded = re.sub(r"^The (?=[a-z])", "the ", worded)
    worded = re.sub(r"^(?:[Aa]n?|[Ss]ome|[Tt]hat|[Tt]his|[Tt]hose|[Tt]hese) ", "the ", worded)
    head = _head(part)
    opens = len(part) == 1 and (at == 0 or not tokens[at - 1].is_word) and worded.istitle()
    if opens and lexicon.is_plural(head.low) and not worded.endswith("ans"):
        worded = worded.lower()  # "Engineers hired by the county": the capital only opens the sentence
    kind, gender = _classify(worded, part, head, tokens[at - 1].low if at else "")
    stop = part[-1].end - (len(part[-1].text) - len(part[-1].low) if part[-1].possessive else 0)
    return Mention(worded, part[0].start, stop, kind, gender)


def _head(part: list[Token]) -> Token:
    """The noun that the phrase is about: the last word before "of", or before a possessive's owner is done."""
    for index, token in enumerate(part):
        if token.low == "of" and index:
            return part[index - 1]
    return part[-1]


def _classify(worded: str, part: list[Token], head: Token, before: str) -> tuple[str, str]:
    """Kind and gender of a phrase, by its head noun or name; ``before`` is the word before it."""
    if (
        head.low in lexicon.TIME_WORDS | lexicon.PERIODS
        or part[0].low in lexicon.TIME_WORDS
        or _YEAR.fullmatch(head.low)
    ):
        return "time", ""
    if all(token.low in lexicon.NUMBERS or not token.text[0].isalpha() for token in part):
        return "number", ""
    opens_plural = len(part) == 1 and head.text.istitle() and lexicon.is_plural(head.low) and not head.possessive
    if head.is_name and head.low not in lexicon.DETERMINERS and not opens_plural:
        gender = lexicon.gender_of_name(re.sub(r"^[Tt]he ", "", worded))
        names = [token for token in part if token.is_name and token.low not in lexicon.DETERMINERS]
        return _kind_of_name(part, names, before, gender), gender
    return kind_of_noun(head.low), lexicon.gender_of_noun(head.low)


def kind_of_noun(noun: str) -> str:
    """The kind of what a common noun names."""
    if lexicon.is_person_noun(noun):
        return "person"
    if noun in lexicon.NOMINAL_ADJECTIVES:
        return "people"
    if lexicon.is_plural(noun):
        return "people" if lexicon.are_people(noun) else "things"
    if noun in lexicon.PLACE_NOUNS:
        return "place"
    return "organisation" if noun in lexicon.GROUP_NOUNS else "thing"


def _kind_of_name(part: list[Token], names: list[Token], before: str, gender: str) -> str:
    words = [token.low for token in names]
    titled = len(words) > 1 and not lexicon.TITLES.isdisjoint(words)
    letters = re.sub(r"\W", "", names[-1].text)
    acronym = letters.isupper() and len(letters) > 1
    an_organisation = not lexicon.ORGANISATION_WORDS.isdisjoint(words)
    rules = (
        (words[-1] in lexicon.ORGANISATION_WORDS and not titled, "organisation"),
        (bool(gender) and len(words) > 1, "person"),
        (an_organisation, "organisation"),
        (words[-1] in lexicon.PLACES or (len(words) > 1 and words[0] in lexicon.PLACE_OPENERS), "place"),
        (titled or bool(gender), "person"),
        (len(words) > 1 and words[-1] in lexicon.PLACE_CLOSERS, "place"),
        (part[0].low == "the" and lexicon.is_plural(words[-1]), "things"),
        (any(lexicon.is_person_noun(token.low.rpartition("-")[2]) for token in part[:-1]), "person"),
        (part[0].low == "the" or acronym, "organisation"),
        (before in _PLACING, "place"),
    )
    return next((kind for holds, kind in rules if holds), "unknown")
