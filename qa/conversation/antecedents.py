"""At whom or what in the turns before a pronoun points. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.conversation import lexicon, verbs
from qa.conversation.clauses import clause_of, split_subject
from qa.conversation.gaps import PERSONAL, PLURAL, Gap
from qa.conversation.mentions import Mention, mentions_of
from qa.conversation.phrases import tokens_of
from qa.conversation.turns import Turn

_ATTRIBUTES = frozenset(
    "name age job role title profession occupation reason number amount birthday nationality lot kind type sort living "
    "part position post date way".split()
)
_BARE = re.compile(
    r"(?:the|another|each|every|any|no) (?:last|first|second|third|only|next|same|other|best|worst|most|least|latest|"
    r"former|latter|new|old|good|bad|main|final|total|rest|temporary|current|previous|more|less)",
    re.I,
)
"""A determiner whose noun was not found."""
_REACH = 5
"""Turns back that a pronoun may point."""
_NO_PERSON = re.compile(r"\d|\b(?!(?:I|V|X)+\b)[A-Z]{2,}\b|[a-z][A-Z]")
"""In a name that is no person's: "F-15s", "TOMS Shoes", "iTunes"."""
_QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """``acts``: it is the subject of the previous question, or its answer; what a plural pronoun may mean."""

    mention: Mention
    cost: float
    role: str
    acts: bool = False


def antecedent(gap: Gap, history: Sequence[Turn], taken: frozenset[str] = frozenset()) -> Mention | None:
    """The mention in the turns before that the pronoun most likely means: the nearest that fits, subjects first."""
    best: tuple[float, Mention] | None = None
    genders = _genders(history)
    for candidate in _candidates(history):
        if candidate.mention.text in taken:
            continue
        misfit = _misfit(gap, candidate, genders)
        if misfit is not None and (best is None or candidate.cost + misfit < best[0]):
            best = candidate.cost + misfit, candidate.mention
    return None if best is None else best[1]


def _candidates(history: Sequence[Turn]) -> Iterator[_Candidate]:
    for distance, turn in enumerate(reversed(history[-_REACH:])):
        far = 4.0 * distance
        named = list(mentions_of(turn.understood))
        actor = "" if distance else _actor(turn)
        for index, mention in enumerate(named):
            role = "subject" if index == 0 else "object" if index == len(named) - 1 else "middle"
            acts = mention.start <= turn.understood.find(actor) < mention.end if actor else False
            yield _Candidate(mention, far + 1 + 0.2 * index, role, acts)
        if turn.answer is None:
            for mention in _described(turn.understood):
                yield _Candidate(mention, far, "described")
        else:
            opener = turn.understood.lower().split()[:1]
            asks = {"who": "who", "whom": "who", "whose": "who", "what": "what", "which": "what"}.get(
                "".join(opener), "other"
            )
            known = 2.0 if asks == "other" or _asks_about_name(named, turn.understood) else 0.0
            for mention in _answered(turn.answer, asks):
                yield _Candidate(mention, far + known, f"answer-{asks}", acts=not distance and asks != "other")
        if turn.sentence is not None:
            for index, mention in enumerate(mentions_of(turn.sentence)[:12]):
                yield _Candidate(mention, far + 2.5 + 0.05 * index, "sentence")


def _actor(turn: Turn) -> str:
    """The subject of a turn's question: "Turkey" in "What did Turkey close?"; empty where its answer is the subject."""
    clause = clause_of(turn.understood)
    return "" if clause is None or clause.role == "subject" else split_subject(clause.body)[0]


def _described(question: str) -> Iterator[Mention]:
    """Whom a question asked for that was not answered: "the captain of the ferry", "the person who found the car"."""
    clause = clause_of(question)
    if clause is None:
        return
    opener, *named = clause.asked.split() if clause.asked else [""]
    words = [opener.lower(), *named]
    if words[0] not in {"who", "which", "what"}:
        return
    noun = words[-1] if len(words) > 1 and words[-1] in lexicon.PERSON_NOUNS else ""
    if clause.role == "subject" and (words == ["who"] or noun):
        did = f"who {clause.aux} {clause.body}" if clause.aux else f"who {clause.body}"
        gender = lexicon.gender_of_noun(noun)
        yield Mention(f"the {' '.join(words[1:]) if noun else 'person'} {did}", 0, len(question), "person", gender)
        if not noun:
            yield Mention(f"those {did}", 0, len(question), "people")
    elif words == ["who"] and clause.aux in lexicon.BE and clause.body.lower().startswith(("the ", "a ", "an ")):
        yield Mention(f"the {clause.body.split(' ', 1)[1]}", 0, len(question), "person")


def _asks_about_name(named: list[Mention], question: str) -> bool:
    """ "Who is Samantha Power?": the answer describes her, the name is the better mention."""
    words = question.lower().split()
    return (
        len(words) > 2
        and words[1] in lexicon.BE
        and bool(named)
        and named[0].text[:1].isupper()
        and named[0].start < 12
    )


def _answered(answer: str, asks: str) -> Iterator[Mention]:
    """What an answer mentions: the whole of it when it is short and coordinated, else its first phrases."""
    found = mentions_of(answer)
    words = answer.split()
    between = answer
    for mention in reversed(found):
        between = between[: mention.start] + between[mention.end :]
    if (
        " and " in answer
        and len(words) <= 10
        and len(found) >= 2
        and not set(between.split()) - {"and", ",", "the", ".", ", and"}
    ):
        yield Mention(answer.strip(" .,;:"), 0, len(answer), "people" if asks == "who" else "things")
    first = tokens_of(answer)[:1]
    if first and first[0].text.islower() and (first[0].low.endswith("ing") or first[0].low in verbs.VERBS):
        return  # an action: what it mentions is not what the conversation is about
    if not found and asks == "what" and len(words) <= 3 and answer.islower() and answer.replace(" ", "").isalpha():
        yield Mention(answer, 0, len(answer), "thing")
    for mention in found[:3]:
        opens = mention.start <= 1
        if opens and asks == "who" and mention.kind in {"unknown"} and len(found) == 1:
            yield Mention(mention.text, mention.start, mention.end, "person", mention.gender)
        elif opens or len(words) <= 12:
            yield mention


def _genders(history: Sequence[Turn]) -> dict[str, str]:
    """Gender by last name, from first names and titles anywhere in the conversation, and from "he said", "she said"."""
    found: dict[str, str] = {}
    for turn in history[-_REACH:]:
        for text in (turn.understood, turn.answer, turn.sentence):
            if text is None:
                continue
            named = [each for each in mentions_of(text) if each.kind in {"person", "unknown"} and _is_named(each)]
            for mention in named:
                if mention.gender:
                    found[_last(mention)] = mention.gender
            words = {token.low for token in tokens_of(_QUOTED.sub("", text))}
            if len(named) == 1 and bool(words & {"he", "his"}) != bool(words & {"she", "her"}):
                found.setdefault(_last(named[0]), "m" if words & {"he", "his"} else "f")
    return found


def _is_named(mention: Mention) -> bool:
    """A name, not "The winner" at the start of a sentence."""
    return mention.text[:1].isupper() and not mention.text.startswith("The ")


def _last(mention: Mention) -> str:
    return mention.text.lower().split()[-1]


def _misfit(gap: Gap, candidate: _Candidate, genders: dict[str, str]) -> float | None:
    """How badly a mention fits a pronoun; ``None`` when it cannot be meant."""
    mention, word = candidate.mention, gap.word
    if mention.kind in {"time", "number"} or mention.text.lower() in lexicon.PRONOUNS or _BARE.fullmatch(mention.text):
        return None
    if mention.text.lower().split()[-1] in _ATTRIBUTES or re.match(
        r"(?:the )?(?:name|age|number)\b", mention.text.lower()
    ):
        return None
    if mention.text.split()[0].lower() in {"his", "her", "their", "its", "my", "our", "your"} and word in PERSONAL:
        return None
    lean = 0.0 if gap.job != "object" or candidate.role != "subject" else 0.3
    lean += 0.6 if mention.text.split()[0].lower() in {"his", "her", "their", "its"} else 0.0
    if word in PERSONAL:
        return _misfit_person(candidate, "m" if word in lexicon.MALE else "f", genders)
    if word in PLURAL or word in {"these", "those"}:
        return _misfit_plural(gap, candidate, lean)
    return _misfit_thing(mention, candidate.role, lean)


def _misfit_person(candidate: _Candidate, wanted: str, genders: dict[str, str]) -> float | None:
    mention, role = candidate.mention, candidate.role
    if mention.kind not in {"person", "unknown"}:
        return None
    gender = mention.gender or genders.get(_last(mention), "")
    if (gender and gender != wanted) or _NO_PERSON.search(mention.text):
        return None
    common = 0.0 if mention.text[:1].isupper() and not mention.text.startswith("The ") else 0.5
    common += 0.7 if common and role == "answer-what" else 0.0
    return common + (0.0 if gender else 0.15) + (0.0 if mention.kind == "person" or gender else 0.6)


def _misfit_plural(gap: Gap, candidate: _Candidate, lean: float) -> float | None:
    """One place or unknown name is "they" only as the one who acted just before: "Why did they close it?"."""
    mention, role = candidate.mention, candidate.role
    lean += 1.0 if role == "answer-other" else 0.0
    match mention.kind:
        case "people":
            return lean
        case "things" if not gap.does or lexicon.are_people(mention.text.lower().split()[-1]):
            return 0.8 + lean
        case "organisation" if not (gap.does and role == "sentence"):
            return 0.9 + lean
        case "place" if candidate.acts:
            return 1.6 + lean
        case "unknown" if candidate.acts and " " not in mention.text and not mention.gender:
            return 2.2 + lean
    return None


def _misfit_thing(mention: Mention, role: str, lean: float) -> float | None:
    who = 1.5 if role == "answer-who" else 0.0
    match mention.kind:
        case "thing":
            return lean + who
        case "organisation" | "place":
            return 0.5 + lean + who
        case "unknown":
            return 0.8 + lean + who
    return None
