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

_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|[$€£]?\w+(?:[-.,'’&]\w+)*%?|[^\w\s]")
_JOINERS = frozenset("of the al bin ibn de del della van von der da la le for and".split())
_LOOSE = frozenset(
    "not there many much more most other few several only such same else then so very ago also still just even all both "
    "about around least".split()
)
_MAX_PHRASE = 6


@dataclass(frozen=True, slots=True)
class Token:
    """A word or mark at ``[start, end)``."""

    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        """Lower-cased, without a possessive ending."""
        return re.sub(r"['’]s?$", "", self.text.lower())

    @property
    def is_word(self) -> bool:
        return self.text[0].isalnum() or self.text[0] in "$€£"

    @property
    def is_name(self) -> bool:
        return self.text[0].isupper() or (self.text.lower()[:3] == "al-" and len(self.text) > 3)

    @property
    def possessive(self) -> bool:
        return self.text.lower().endswith(("'s", "’s"))


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


def tokens_of(text: str) -> list[Token]:
    """Words and marks with their offsets."""
    return [Token(match.group(), *match.span()) for match in _TOKEN.finditer(text)]


@lru_cache(maxsize=512)
def mentions_of(text: str) -> tuple[Mention, ...]:
    """All mentions in the order they stand, none overlapping."""
    return tuple(_found(text[:2000]))


def _found(text: str) -> Iterator[Mention]:
    tokens = tokens_of(text)
    at = 0
    while at < len(tokens):
        end = _phrase_end(tokens, at)
        if end == at:
            at += 1
            continue
        mention = _mention(text, tokens, at, end)
        if mention is not None:
            yield mention
        at = end


def _phrase_end(tokens: list[Token], at: int) -> int:
    """Where the noun phrase that starts at token ``at`` ends; ``at`` itself when none starts here."""
    first = tokens[at]
    if not first.is_word or first.low in lexicon.WH | lexicon.AUX or first.low in {"i", "what's", "who's"}:
        return at
    if first.low in lexicon.DETERMINERS or first.low in lexicon.NUMBERS or first.text[0].isdigit():
        return _common_end(tokens, at, at + 1)
    if first.is_name and not _sentence_case(tokens, at):
        end = _name_end(tokens, at)
        follows = tokens[end] if end < len(tokens) else None
        noun = follows is not None and follows.low in lexicon.PERSON_NOUNS | lexicon.GROUP_NOUNS | lexicon.PLURAL_NOUNS
        plural = follows is not None and lexicon.is_plural(follows.low) and not lexicon.is_verb(follows.low)
        return _common_end(tokens, at, end) if noun or plural or tokens[end - 1].possessive else end
    return _bare_end(tokens, at)


def _sentence_case(tokens: list[Token], at: int) -> bool:
    """A capital that only opens the sentence."""
    opens = at == 0 or tokens[at - 1].text in ".!?:“\"'"
    word = tokens[at].text
    if not opens or word.isupper() or "." in word:
        return word.isupper() and word in {"I", "A"}
    low = word.lower()
    if at + 1 < len(tokens) and not _known_name(tokens, at):
        return True
    closed = lexicon.PREPOSITIONS | lexicon.SUBORDINATORS | lexicon.PRONOUNS | lexicon.DETERMINERS | lexicon.AUX
    return (
        low in closed
        or low in {"not", "there", "then", "also"}
        or (lexicon.is_plural(low) and not tokens[at].possessive)
    )


def _known_name(tokens: list[Token], at: int) -> bool:
    """Whether the first word of a sentence is a name: it goes on, is listed, owns something, or does something."""
    word, following = tokens[at], tokens[at + 1]
    if following.is_name or word.possessive or word.low in lexicon.PLACES or lexicon.is_first_name(word.low):
        return True
    return (
        following.low in lexicon.AUX
        or lexicon.is_verb(following.low)
        or following.low in {"and", "bin", "of", "de", "van"}
    )


def _name_end(tokens: list[Token], at: int) -> int:
    end = at + 1
    while end < len(tokens) and not tokens[end - 1].possessive:
        token = tokens[end]
        if token.is_name and token.low not in lexicon.WH:
            end += 1
        elif token.text == "." and len(tokens[end - 1].text) <= 3 and _next_is_name(tokens, end + 1):
            end += 1
        elif token.low in _JOINERS - {"and"} and _joined(tokens, end):
            end += 1
        else:
            break
    return end


def _joined(tokens: list[Token], at: int) -> bool:
    """Whether a small word inside a name goes on to another capital: "Bank of England", "Ministry for the Interior"."""
    following = at + 1
    if following < len(tokens) and tokens[following].low == "the":
        following += 1
    if not _next_is_name(tokens, following):
        return False
    return tokens[at].low not in {"for", "the"} or tokens[at - 1].low in lexicon.ORGANISATION_WORDS | lexicon.TITLES


def _next_is_name(tokens: list[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].text[0].isupper()


def _common_end(tokens: list[Token], at: int, end: int) -> int:
    """Goes on over adjectives and nouns; a verb ends the phrase, once there is a noun."""
    nouns = tokens[at].is_name and tokens[at].low not in lexicon.DETERMINERS
    while end < len(tokens) and end - at < _MAX_PHRASE:
        token = tokens[end]
        low = token.low
        if not token.is_word or low in lexicon.AUX | lexicon.WH | lexicon.PRONOUNS | lexicon.SUBORDINATORS:
            break
        if token.is_name:
            end = _name_end(tokens, end)
            nouns = True
            if tokens[end - 1].possessive:
                nouns = False
            continue
        if low == "of" and nouns and end + 1 < len(tokens) and _may_open(tokens[end + 1]):
            inner = _phrase_end(tokens, end + 1)
            return inner if inner > end + 1 else end
        if low in lexicon.PREPOSITIONS or low in lexicon.DETERMINERS or (nouns and _looks_verbal(tokens, at, end)):
            break
        if low.endswith("ly") and nouns:
            break
        nouns = nouns or not (
            lexicon.is_past(low) or (low.endswith("ing") and _modifies(tokens, end)) or token.possessive
        )
        if token.possessive:
            nouns = False
        end += 1
    if end == at + 1 and tokens[at].low in lexicon.DETERMINERS:
        return at
    return end


def _modifies(tokens: list[Token], at: int) -> bool:
    """Whether a noun follows an -ing form: "the fleeing men" but "the fighting began"."""
    if at + 1 >= len(tokens) or not tokens[at + 1].is_word:
        return False
    low = tokens[at + 1].low
    closed = lexicon.PREPOSITIONS | lexicon.AUX | lexicon.SUBORDINATORS | lexicon.DETERMINERS
    return low not in closed and (lexicon.is_plural(low) or not lexicon.is_verb(low))


def _may_open(token: Token) -> bool:
    return token.is_word and token.low not in lexicon.WH | lexicon.AUX | (lexicon.PRONOUNS - lexicon.DETERMINERS)


def _looks_verbal(tokens: list[Token], at: int, end: int) -> bool:
    word = tokens[end].low
    if lexicon.is_past(word) or word.endswith("ing"):
        return True
    if not lexicon.is_verb(word):
        return False
    if word.endswith("s") and word not in lexicon.VERBS and lexicon.is_plural(tokens[end - 1].low):
        return False
    # "the ceasefire talks", "the protest march": a verb form that another noun may still follow is a noun too
    return word in lexicon.VERBS or not tokens[at].low == "the" or end - at > 1


def _bare_end(tokens: list[Token], at: int) -> int:
    """A bare plural, with at most two words before it: "civilians", "rebel fighters"."""
    closed = lexicon.PREPOSITIONS | lexicon.SUBORDINATORS | lexicon.PRONOUNS | lexicon.AUX | lexicon.WH | _LOOSE
    for end in range(at, min(at + 3, len(tokens))):
        token = tokens[end]
        if (
            not token.is_word
            or token.low in closed
            or token.is_name != tokens[at].is_name
            and end > at
            and token.is_name
        ):
            return at
        if lexicon.is_verb(token.low) and not (end > at and lexicon.is_plural(token.low)):
            return at
        if lexicon.is_plural(token.low):
            following = tokens[end + 1] if end + 1 < len(tokens) else None
            if following is None or not lexicon.is_plural(following.low) or lexicon.is_verb(following.low):
                return end + 1
    return at


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
    if low in lexicon.TIME_WORDS or part[0].low in lexicon.TIME_WORDS or re.fullmatch(r"(?:19|20)\d\d", low):
        return "time", ""
    if low in {"week", "month", "year", "day", "morning", "evening", "night", "afternoon", "hour", "weeks", "months",
               "years", "days", "hours", "minutes", "time"}:  # fmt: skip
        return "time", ""
    if all(token.low in lexicon.NUMBERS or token.text[0].isdigit() or token.text[0] in "$€£" for token in part):
        return "number", ""
    if head.is_name and head in names:
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
