"""At whom or what in the turns before a pronoun points. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from qa.conversation import lexicon, verbs
from qa.conversation.clauses import clause_of, split_subject
from qa.conversation.evidence import Evidence, evidence_of, genders_of, last_name
from qa.conversation.gaps import PERSONAL, PLURAL, Gap
from qa.conversation.mentions import Mention, kind_of_noun, mentions_of
from qa.conversation.phrases import tokens_of
from qa.conversation.statements import state
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
_SPARE = 1.4
"""What calling someone by what was asked costs when there was an answer: it is for answers that name nobody."""
_NEAR = 4.0
"""A mention in the last turn costs less than this; each turn back costs as much."""
_QUANTIFIED = re.compile(r"(?:every|each|any|no) ", re.I)
"""Nobody in particular, whom no later pronoun can mean."""
_TOPIC, _PARALLEL = 0.6, 1.2
_REACH = 5
"""Turns back that a pronoun may point."""
_NO_NOUNS = frozenset("else exactly more one ones".split())
"""After "who", "what" or "which", where a noun may stand: "Who else called?"."""
_NO_PERSON = re.compile(r"\d|\b(?!(?:I|V|X)+\b)[A-Z]{2,}\b|[a-z][A-Z]")
"""In a name that is no person's: "F-15s", "TOMS Shoes", "iTunes"."""
_SORT = re.compile(
    r"(?:(?:what|which) (?:(?:kind|sort|type) of )?(\w+)|how far(?: away| off)?) (?:is|was) (?:it|that|this)\W*$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """``acts``: it is the subject of the previous question, or its answer; what a plural pronoun may mean.

    ``frame``: how that question opens, where it is the subject: "what did". ``topic``: the one before spoke of it too.
    """

    mention: Mention
    cost: float
    role: str
    acts: bool = False
    frame: str = ""
    topic: bool = False


def antecedent(
    gap: Gap, history: Sequence[Turn], taken: frozenset[str] = frozenset(), sort: str = "", frame: str = ""
) -> Mention | None:
    """The mention in the turns before that the pronoun most likely means: the nearest that fits, subjects first.

    ``sort``: the kind that the question says it is, as in "What kind of place is that?". ``frame``: the words before
    the pronoun. Centering and parallel roles (Grosz et al. 1995; Smyth 1994): what the last two questions were both
    about, and the subject of a question built alike, are meant rather than what was only answered.
    """
    best: tuple[float, Mention] | None = None
    genders, evidence = genders_of(history[-_REACH:]), evidence_of(history[-_REACH:])
    for found in _candidates(history, evidence):
        mention = evidence.typed(found.mention)
        candidate = found if mention is found.mention else replace(found, mention=mention)
        if gap.word in {"that", "this"} and candidate.role == "sentence":
            continue  # what points at the conversation means what was said in it
        if gap.nameless and gap.word in PERSONAL and mention.text[:1].isupper():
            continue
        unknown = mention.kind == "unknown" and not evidence.speaks(mention)
        if mention.text in taken or (sort and mention.kind != sort and not unknown):
            continue
        misfit = _misfit(gap, candidate, genders, evidence)
        if misfit is None:
            continue
        cost = candidate.cost + misfit - (_TOPIC if candidate.topic else 0.0)
        cost += 1.0 if sort and unknown else 0.0
        cost -= _PARALLEL if candidate.frame and candidate.frame == frame and gap.job == "subject" else 0.0
        if best is None or cost < best[0]:
            best = cost, candidate.mention
    return None if best is None else best[1]


def sort_asked(question: str) -> str:
    """The kind of thing that a question takes its pronoun for: a place in "What kind of place is that?", "How far"."""
    found = _SORT.match(question)
    if found is None:
        return ""
    return "place" if found[1] is None else kind_of_noun(found[1].lower())


def _candidates(history: Sequence[Turn], evidence: Evidence) -> Iterator[_Candidate]:
    for distance, turn in enumerate(reversed(history[-_REACH:])):
        far = _NEAR * distance
        named = list(mentions_of(turn.understood))
        actor = "" if distance else _actor(turn)
        for index, mention in enumerate(named):
            role = "subject" if index == 0 else "object" if index == len(named) - 1 else "middle"
            acts = mention.start <= turn.understood.find(actor) < mention.end if actor else False
            frame = turn.understood[: mention.start].strip().lower() if acts else ""
            topic = not distance and len(history) > 1 and mention.text.removeprefix("the ") in history[-2].understood
            yield _Candidate(mention, far + 1 + 0.2 * index, role, acts, frame, topic)
        for mention in () if _names_a_group(turn.answer) else _described(turn.understood, turn.answer is not None):
            yield _Candidate(mention, far if turn.answer is None else far + _SPARE, "described")
        if turn.answer is not None:
            opener = turn.understood.lower().split()[:1]
            asks = {"who": "who", "whom": "who", "whose": "who", "what": "what", "which": "what"}.get(
                "".join(opener), "other"
            )
            known = 2.0 if asks == "other" or _asks_about_name(named, turn.understood) else 0.0
            for mention in _answered(turn.answer, asks, evidence):
                yield _Candidate(mention, far + known, f"answer-{asks}", acts=not distance and asks != "other")
        if turn.sentence is not None:
            for index, mention in enumerate(mentions_of(turn.sentence)[:12]):
                yield _Candidate(mention, far + 2.5 + 0.05 * index, "sentence")


def _actor(turn: Turn) -> str:
    """The subject of a turn's question: "Turkey" in "What did Turkey close?"; empty where its answer is the subject."""
    clause = clause_of(turn.understood)
    return "" if clause is None or clause.role == "subject" else split_subject(clause.body)[0]


def _names_a_group(answer: str | None) -> bool:
    """Whether the answer tells that no one person was asked for: "Turkey and Russia", "the ski patrol"."""
    opening = mentions_of("" if answer is None else answer)[:1]
    return any(each.plural or each.kind == "organisation" or each.text.lower() in lexicon.PLACES for each in opening)


def _described(question: str, answered: bool) -> Iterator[Mention]:
    """Who or what a question asked for, in its words: "the captain of the ferry", "the person who found the car"."""
    clause = clause_of(question)
    if clause is None:
        return
    opener, *named = clause.asked.split() if clause.asked else [""]
    words = [opener.lower(), *named]
    if words[0] not in {"who", "which", "what", "whose"}:
        return
    noun = words[-1] if len(words) > 1 and words[-1] in lexicon.PERSON_NOUNS else ""
    does = f"{clause.aux} {clause.body}".strip()
    if clause.role == "subject" and (words == ["who"] or noun):
        did = f"who {does}"
        gender = lexicon.gender_of_noun(noun)
        yield Mention(f"the {' '.join(words[1:]) if noun else 'person'} {did}", 0, len(question), "person", gender)
        if not noun and not answered:
            yield Mention(f"those {did}", 0, len(question), "people")
    elif words == ["who"] and clause.role == "object" and clause.aux in lexicon.DO:
        stated = state(clause, None)
        if stated is not None:
            yield Mention(f"the person who {stated}", 0, len(question), "person")
    elif words[0] == "whose" and not answered:
        stated = does if clause.role == "subject" else state(clause, None)
        if stated is not None:
            yield Mention(f"the person whose {' '.join(words[1:])} {stated}", 0, len(question), "person")
    elif words == ["who"] and clause.aux in lexicon.BE and clause.body.lower().startswith(("the ", "a ", "an ")):
        yield Mention(f"the {clause.body.split(' ', 1)[1]}", 0, len(question), "person")
    elif clause.role == "subject" and len(words) > 1 and (_ATTRIBUTES | _NO_NOUNS).isdisjoint(words):
        yield Mention(f"the {' '.join(words[1:])} that {does}", 0, len(question), kind_of_noun(words[-1].lower()))


def _asks_about_name(named: list[Mention], question: str) -> bool:
    """ "Who is Samantha Power?": the answer describes her, the name is the better mention. "Russia's ambassador" is no
    name.
    """
    words = question.lower().split()
    tokens = tokens_of(named[0].text) if named else []
    opens = len(words) > 2 and words[1] in lexicon.BE and bool(tokens) and named[0].start < 12
    return opens and named[0].text[:1].isupper() and tokens[-1].is_name


def _answered(answer: str, asks: str, evidence: Evidence) -> Iterator[Mention]:
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
        named = all(each.text[:1].isupper() for each in found)
        yield Mention(answer.strip(" .,;:"), 0, len(answer), "people" if asks == "who" or named else "things")
    first = tokens_of(answer)[:1]
    if first and first[0].text.islower() and (first[0].low.endswith("ing") or verbs.is_verb(first[0].low)):
        return  # an action: what it mentions is not what the conversation is about
    if not found and asks == "what" and len(words) <= 3 and answer.islower() and answer.replace(" ", "").isalpha():
        yield Mention(f"the {answer}", 0, len(answer), "thing")
    for mention in found[:3]:
        opens = mention.start <= 1
        if opens and asks == "who" and len(found) == 1 and evidence.typed(mention).kind == "unknown":
            yield Mention(mention.text, mention.start, mention.end, "person", mention.gender)
        elif opens or len(words) <= 12:
            yield mention


def _misfit(gap: Gap, candidate: _Candidate, genders: dict[str, str], evidence: Evidence) -> float | None:
    """How badly a mention fits a pronoun; ``None`` when it cannot be meant."""
    mention, word = candidate.mention, gap.word
    if (
        mention.kind in {"time", "number"}
        or _QUANTIFIED.match(mention.text)
        or mention.text.lower() in lexicon.PRONOUNS
        or _BARE.fullmatch(mention.text)
    ):
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
        return _misfit_person(candidate, "m" if word in lexicon.MALE else "f", genders, evidence)
    if word in PLURAL or word in {"these", "those"}:
        return _misfit_plural(gap, candidate, lean)
    lean += 1.0 if gap.leads and mention.kind == "thing" else 0.0
    said_last = word in {"that", "this"} and candidate.role.startswith("answer") and candidate.cost < _NEAR
    return _misfit_thing(mention, candidate.role, lean, said_last)


def _misfit_person(candidate: _Candidate, wanted: str, genders: dict[str, str], evidence: Evidence) -> float | None:
    mention, role = candidate.mention, candidate.role
    if mention.kind not in {"person", "unknown"}:
        return None
    gender = mention.gender or genders.get(last_name(mention), "")
    named = mention.kind == "unknown" or mention.text[:1].isupper()  # "the head of the UN" is a person
    if (gender and gender != wanted) or (named and _NO_PERSON.search(mention.text)):
        return None
    common = 0.0 if mention.text[:1].isupper() and not mention.text.startswith("The ") else 0.5
    common += 0.7 if common and role == "answer-what" else 0.0
    doubt = 0.0 if mention.kind == "person" or gender else 0.3 if evidence.speaks(mention) else 0.6
    likely = gender or lexicon.likely_gender(mention.text)
    return common + (0.0 if gender else 0.15) + doubt + (0.0 if likely in {"", wanted} else 0.8)


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


def _misfit_thing(mention: Mention, role: str, lean: float, said_last: bool) -> float | None:
    """ "That" is what was ``said_last``, also a sum or a number of things; "it" goes on with what was asked about."""
    if said_last and role == "answer-who":
        return None
    who = 1.5 if role == "answer-who" else 0.0
    lean -= _NEAR if said_last else 0.0
    match mention.kind:
        case "things" if said_last:
            return lean + 0.5
        case "thing":
            return lean + who
        case "organisation" | "place":
            return 0.5 + lean + who
        case "unknown":
            return 0.8 + lean + who
    return None
