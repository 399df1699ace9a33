"""Words, and where the noun phrases among them begin and end, told by spelling and word lists. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from qa.conversation import lexicon, verbs

_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|\w+s['’](?=\s\w)|[$€£]?\w+(?:[-.,'’&]\w+)*%?|[^\w\s]")
_POSSESSIVE = re.compile(r"(?<=.)['’]s?$")
_JOINERS = frozenset("of the al bin ibn de del della van von der da la le for".split())
_LOOSE = frozenset(
    "not there many much more most other few several only such same else then so very ago also still just even all "
    "both about around least".split()
)
_ENDS = lexicon.CLOSED - {"of"}
_OPEN_LY = frozenset("family ally assembly supply italy reply".split())
"""Nouns that end like adverbs."""
_MAX_PHRASE = 6
_REMEMBERED = 1000
"""Characters of a text whose words are kept for the next rule that looks at it."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word or mark at ``[start, end)``."""

    text: str
    start: int
    end: int
    low: str
    """Lower-cased, without a possessive ending."""

    @property
    def is_word(self) -> bool:
        return self.text[0].isalnum() or self.text[0] in "$€£"

    @property
    def is_name(self) -> bool:
        return self.text[0].isupper() or (self.text.lower()[:3] == "al-" and len(self.text) > 3)

    @property
    def possessive(self) -> bool:
        return self.text.lower().endswith(("'s", "’s", "s'", "s’"))


def tokens_of(text: str) -> list[Token]:
    """Words and marks with their offsets."""
    return list(_tokens(text)) if len(text) <= _REMEMBERED else list(_read(text))


@lru_cache(maxsize=512)
def _tokens(text: str) -> tuple[Token, ...]:
    return tuple(_read(text))


def _read(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        yield Token(match.group(), *match.span(), _POSSESSIVE.sub("", match.group().lower()))


def words_of(text: str) -> list[str]:
    """Lower-cased words."""
    return [token.low for token in tokens_of(text) if token.is_word]


def first_word(text: str) -> str:
    """Lower-cased; empty where there is none."""
    return next(iter(words_of(text)), "")


def last_word(text: str) -> str:
    """Lower-cased; empty where there is none."""
    return next(reversed(words_of(text)), "")


def phrase_end(tokens: list[Token], at: int) -> int:
    """Where the noun phrase that starts at token ``at`` ends; ``at`` itself when none starts here."""
    first = tokens[at]
    if not first.is_word or first.low in lexicon.WH | lexicon.AUX or first.low in {"i", "what's", "who's"}:
        return at
    if (
        first.low == "that"
        and at + 1 < len(tokens)
        and (tokens[at + 1].is_name or lexicon.is_plural(tokens[at + 1].low))
    ):
        return at  # "said that Aleppo fell", "that fighters left": a conjunction
    if first.low == "the" and _stands_for_people(tokens, at + 1):
        return at + 2
    if first.low in lexicon.DETERMINERS or first.low in lexicon.NUMBERS or first.text[0].isdigit():
        return _common_end(tokens, at, at + 1)
    if first.is_name and not _sentence_case(tokens, at):
        end = _name_end(tokens, at)
        follows = tokens[end] if end < len(tokens) else None
        noun = follows is not None and follows.low in lexicon.PERSON_NOUNS | lexicon.GROUP_NOUNS | lexicon.PLURAL_NOUNS
        plural = follows is not None and lexicon.is_plural(follows.low) and not verbs.is_verb(follows.low)
        return _common_end(tokens, at, end) if noun or plural or tokens[end - 1].possessive else end
    return _bare_end(tokens, at)


def _stands_for_people(tokens: list[Token], at: int) -> bool:
    """An adjective without its noun: "the injured were treated", "the dead", but not "the injured man"."""
    if at >= len(tokens) or tokens[at].low not in lexicon.NOMINAL_ADJECTIVES:
        return False
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is None or not following.is_word:
        return True
    return following.low in lexicon.CLOSED | lexicon.BE or verbs.is_past(following.low)


def _sentence_case(tokens: list[Token], at: int) -> bool:
    """A capital that only opens the sentence."""
    opens = at == 0 or tokens[at - 1].text in ".!?:“\"'"
    word = tokens[at].text
    if not opens or word.isupper() or "." in word:
        return word in {"I", "A"}
    low = word.lower()
    if low in lexicon.CLOSED or low in _LOOSE or (lexicon.is_plural(low) and not tokens[at].possessive):
        return True
    return at + 1 < len(tokens) and not _known_name(tokens, at)


def _known_name(tokens: list[Token], at: int) -> bool:
    """Whether the first word of a sentence is a name: it goes on, is listed, owns something, or does something."""
    word, following = tokens[at], tokens[at + 1]
    if following.is_name or word.possessive or word.low in lexicon.PLACES or lexicon.is_first_name(word.low):
        return True
    return (
        following.low in lexicon.AUX
        or verbs.is_verb(following.low)
        or following.low in {"and", "bin", "of", "de", "van"}
    )


def _name_end(tokens: list[Token], at: int) -> int:
    end = at + 1
    while end < len(tokens) and not tokens[end - 1].possessive and _name_goes_on(tokens, end):
        end += 1
    return end


def _name_goes_on(tokens: list[Token], at: int) -> bool:
    token = tokens[at]
    if token.is_name:
        return token.low not in lexicon.WH
    if token.text == ".":  # "St. Petersburg"
        return len(tokens[at - 1].text) <= 3 and _next_is_name(tokens, at + 1)
    return token.low in _JOINERS and _joined(tokens, at)


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
    noun = tokens[at].is_name and tokens[at].low not in lexicon.DETERMINERS
    while end < len(tokens) and end - at < _MAX_PHRASE and tokens[end].is_word:
        token = tokens[end]
        if token.is_name and token.low not in _ENDS:
            end = _name_end(tokens, end)
            noun = not tokens[end - 1].possessive
            continue
        if token.low == "of" and noun and end + 1 < len(tokens) and _may_open(tokens[end + 1]):
            inner = phrase_end(tokens, end + 1)
            return inner if inner > end + 1 else end
        if token.low in _ENDS or token.low == "of" or (noun and _leaves(tokens, at, end)):
            break
        noun = not token.possessive and (noun or not _adjective(tokens, end))
        end += 1
    return at if end == at + 1 and tokens[at].low in lexicon.DETERMINERS else end


def _leaves(tokens: list[Token], at: int, end: int) -> bool:
    """Whether the word after a noun no longer belongs to the phrase: an adverb or a verb."""
    low = tokens[end].low
    return low == "enough" or (low.endswith("ly") and low not in _OPEN_LY) or _looks_verbal(tokens, at, end)


def _adjective(tokens: list[Token], at: int) -> bool:
    low = tokens[at].low
    return verbs.is_past(low) or (low.endswith("ing") and _modifies(tokens, at))


def _modifies(tokens: list[Token], at: int) -> bool:
    """Whether a noun follows an -ing form: "the fleeing men" but "the fighting began"."""
    if at + 1 >= len(tokens) or not tokens[at + 1].is_word:
        return False
    low = tokens[at + 1].low
    return low not in lexicon.CLOSED and (lexicon.is_plural(low) or not verbs.is_verb(low))


def _may_open(token: Token) -> bool:
    return token.is_word and token.low not in lexicon.WH | lexicon.AUX | (lexicon.PRONOUNS - lexicon.DETERMINERS)


def _looks_verbal(tokens: list[Token], at: int, end: int) -> bool:
    word = tokens[end].low
    if verbs.is_past(word) or word.endswith("ing"):
        return True
    if not verbs.is_verb(word):
        return False
    if word.endswith("s") and word not in verbs.VERBS and lexicon.is_plural(tokens[end - 1].low):
        return False
    # "the ceasefire talks", "the protest march": a verb form that another noun may still follow is a noun too
    return word in verbs.VERBS or tokens[at].low != "the" or end - at > 1


def _bare_end(tokens: list[Token], at: int) -> int:
    """A bare plural, with at most two words before it: "civilians", "rebel fighters"."""
    for end in range(at, min(at + 3, len(tokens))):
        token = tokens[end]
        plural = lexicon.is_plural(token.low)
        breaks = not token.is_word or token.low in lexicon.CLOSED or token.low in _LOOSE or (end > at and token.is_name)
        if breaks or (verbs.is_verb(token.low) and not (end > at and plural)):
            return at
        if plural:
            following = tokens[end + 1].low if end + 1 < len(tokens) else ""
            if not lexicon.is_plural(following) or verbs.is_verb(following):
                return end + 1
    return at


def before_verb(tokens: list[Token], at: int, end: int) -> int:
    """After "did" a verb must come: an unknown last word that ends the phrase and the clause is it."""
    last, following = tokens[end - 1], tokens[end] if end < len(tokens) else None
    closes = following is None or not following.is_word or following.low in lexicon.PREPOSITIONS | lexicon.DETERMINERS
    noun = lexicon.is_plural(last.low) or last.low in lexicon.PERSON_NOUNS | lexicon.GROUP_NOUNS | lexicon.PLACE_NOUNS
    known = tokens[at].low in lexicon.DETERMINERS and end - at < 3
    return end - 1 if closes and not (noun or known or last.is_name or end - at < 2) else end
