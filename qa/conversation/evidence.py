"""What sort of thing a name stands for, told by how the conversation uses it: "at Brackwater" is no person. Pure.

A name alone says little. The words around it, in any question, answer or cited sentence so far, say more: a person has
an age and is someone "who"; a place is where something is, or what a dateline opens with; a name that stands before a
common noun ("the Brackwater astrolabe") is hardly ever a person; who speaks is a person or an organisation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from qa.conversation import lexicon, verbs
from qa.conversation.mentions import Mention, kind_of_noun, mentions_of
from qa.conversation.phrases import Token, tokens_of
from qa.conversation.turns import Turn

_SPEAKING = lexicon.SAYING | frozenset(
    "ask asks asked write writes wrote complain complains complained promise promises promised refuse refuses refused "
    "apologise apologised apologize apologized speak speaks spoke admit admits admitted insist insists insisted".split()
)
_ROLES = ("person", "place", "organisation", "modifier", "speaker")
_AGE = re.compile(r"1?\d\d")
_KIND_QUESTION = re.compile(r"where\b|(?:(?:in|at|to|from) )?(?:which|what) (\w+)", re.I)


_QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Names in small letters: places and organisations as a whole, the others by their last word."""

    persons: frozenset[str]
    places: frozenset[str]
    organisations: frozenset[str]
    modifiers: frozenset[str]
    speakers: frozenset[str]

    def typed(self, mention: Mention) -> Mention:
        """The mention with a surer kind, where there is one."""
        name = mention.text.lower()
        last = name.split()[-1]
        if mention.kind not in {"unknown", "place"} or not mention.text[:1].isupper():
            return mention
        if last in self.persons and name not in self.places:
            return replace(mention, kind="person")
        if name in self.organisations:
            return replace(mention, kind="organisation")
        if name in self.places:
            return replace(mention, kind="place")
        if mention.kind == "unknown" and last in self.modifiers and last not in self.speakers:
            return replace(mention, kind="thing")
        return mention

    def speaks(self, mention: Mention) -> bool:
        """Whether the one of that name said something."""
        return mention.text.lower().split()[-1] in self.speakers


def evidence_of(history: Sequence[Turn]) -> Evidence:
    """All that the turns tell of the names in them."""
    found: dict[str, set[str]] = {role: set() for role in _ROLES}
    for turn in history:
        for text in (turn.understood, turn.answer, turn.sentence, turn.title):
            for mention, role in () if text is None else _roles(text):
                name = mention.text.lower()
                found[role].add(name if role == "place" else name.split()[-1])
        for role, name in _answered(turn):
            found[role].add(name)
    return Evidence(*(frozenset(found[role]) for role in _ROLES))


def _answered(turn: Turn) -> Iterator[tuple[str, str]]:
    """The name that was answered, and the kind that was asked for: "which company", "where"."""
    asked = _KIND_QUESTION.match(turn.understood)
    if turn.answer is None or asked is None:
        return
    kind = "place" if asked[1] is None else kind_of_noun(asked[1].lower())
    named = [each for each in mentions_of(turn.answer) if each.kind in {"unknown", "place", "organisation"}]
    if named and named[0].text[:1].isupper() and kind in {"place", "organisation"}:
        yield kind, named[0].text.lower()


@lru_cache(maxsize=256)
def _roles(text: str) -> tuple[tuple[Mention, str], ...]:
    """Every name of a text with what the words around it make of it."""
    return tuple(_cues(text[:2000]))


def _cues(text: str) -> Iterator[tuple[Mention, str]]:
    tokens = tokens_of(text)
    for mention in mentions_of(text):
        if not mention.text[:1].isupper() or mention.kind not in {"unknown", "person", "place", "organisation"}:
            continue
        begin = next(at for at, token in enumerate(tokens) if token.end > mention.start)
        end = next((at for at, token in enumerate(tokens) if token.start >= mention.end), len(tokens))
        before, after = tokens[max(0, begin - 2) : begin], tokens[end : end + 3]
        dateline = begin == 0 and bool(after) and after[0].text in "—–"
        if mention.kind == "organisation" and not dateline:
            continue
        if _speaks(before, after):
            yield mention, "speaker"
        if mention.kind == "person" or _is_person(after):
            yield mention, "person"
        elif mention.kind == "place" or dateline:
            yield mention, "place"
        elif not (before and before[-1].low in lexicon.AUX) and _modifies(tokens[end - 1], after):
            yield mention, "modifier"


def _speaks(before: list[Token], after: list[Token]) -> bool:
    """ "Fenn said", "said Fenn", "did Fenn say"."""
    helped = bool(before) and before[-1].low in lexicon.DO and bool(after) and verbs.base_of(after[0].low) in _SPEAKING
    after = after[1:] if after and after[0].text == "," else after
    follows = bool(after) and after[0].low in _SPEAKING and after[0].low != verbs.base_of(after[0].low)
    inverted = bool(before) and before[-1].low in _SPEAKING and (not after or not after[0].is_word)
    return helped or follows or inverted


def _is_person(after: list[Token]) -> bool:
    """ "Otto Fenn, 58," and "Otto Fenn, who"."""
    if len(after) < 2 or after[0].text != ",":
        return False
    closes = len(after) == 2 or after[2].text in ",."
    return after[1].low in {"who", "whose"} or (closes and _AGE.fullmatch(after[1].text) is not None)


def _modifies(last: Token, after: list[Token]) -> bool:
    """Whether a common noun follows at once: "the Brackwater astrolabe"."""
    if not after or last.possessive or not after[0].text.isalpha() or not after[0].text.islower():
        return False
    low = after[0].low
    closed = low in lexicon.CLOSED | lexicon.BE | lexicon.NUMBERS | lexicon.PERIODS or low.endswith("ly")
    return not (closed or verbs.is_verb(low) or low.endswith(("ing", "s")) or low in {"then", "there", "not", "else"})


def genders_of(history: Sequence[Turn]) -> dict[str, str]:
    """Gender by last name, from first names and titles anywhere in the conversation, and from "he said", "she said"."""
    found: dict[str, str] = {}
    for turn in history:
        for text in (turn.understood, turn.answer, turn.sentence):
            if text is None:
                continue
            named = [each for each in mentions_of(text) if each.kind in {"person", "unknown"} and _is_named(each)]
            for mention in named:
                if mention.gender:
                    found[last_name(mention)] = mention.gender
            words = {token.low for token in tokens_of(_QUOTED.sub("", text))}
            if len(named) == 1 and bool(words & {"he", "his"}) != bool(words & {"she", "her"}):
                found.setdefault(last_name(named[0]), "m" if words & {"he", "his"} else "f")
    return found


def _is_named(mention: Mention) -> bool:
    """A name, not "The winner" at the start of a sentence."""
    return mention.text[:1].isupper() and not mention.text.startswith("The ")


def last_name(mention: Mention) -> str:
    return mention.text.lower().split()[-1]
