"""Make a follow-up question stand alone. Pure; the first rule that fits wins; where none fits, nothing changes.

0. a bare condition ("And if it rains?")                         -> what if it rains
1. the same again ("And in the other article?")                  -> the previous question
2. who said so ("Who said that?")                                -> the previous answer as a statement
3. the event as a whole ("When was that?", "Why did it happen?") -> those words in front of the previous clause
4. a fragment ("Why?", "How many were there?", "Who else did?")  -> likewise
5. what came next ("What happened then?", "And until then?")     -> what happened after the previous clause, stated
6. another topic ("What about Russia?", "And on Wednesday?")     -> the previous question, its like part replaced
7. pronouns ("What did she say about it?", "Who lives there?")   -> what they stand for

1 to 6 are in ``followups``, with ``fragments`` (4) and ``temporal`` (5); ``clauses`` and ``statements`` turn a clause
into a question or a statement. 0 and 7 are here, with ``gaps`` (which pronouns point back), ``antecedents`` (at what)
and ``evidence`` (what sort of thing a name stands for).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.conversation import lexicon
from qa.conversation.antecedents import antecedent, sort_asked
from qa.conversation.followups import FollowUp, go_on
from qa.conversation.fragments import counted
from qa.conversation.gaps import PERSONAL, PLURAL, Gap, gaps_in
from qa.conversation.mentions import mentions_of
from qa.conversation.phrases import last_word, words_of
from qa.conversation.temporal import closing_time
from qa.conversation.turns import Turn, Understood
from qa.framing import without_opening

_LONGEST = 400
"""Characters of a question that can be a follow-up; a result may be twice as long."""
_PASSES = 3
_LEAD = re.compile(
    r"^(?:(?:and|but|so|ok|okay|then|also|well|now|please|thanks|thank you|hm+|oh|yes|no|sorry|right)\b[\s,.!…]*)+",
    re.I,
)
_DISLOCATED = re.compile(
    r"(?P<topic>[^,?]{2,40}), (?P<asked>(?:who|what|where|when|why|how|which|is|was|did|does|has)\b.*)$", re.I
)
_BARE_CONDITION = re.compile(
    r"if\b(?! so\b)(?!.*\b(?:who|whom|whose|what|which|where|when|why|how)\b)(?:[^,]|(?<=\d),(?=\d))*$", re.I
)
_CONTRACTED = re.compile(r"\b(who|what|where|when|why|how|that|it|he|she|there)['’]s\b", re.I)
_MOVING = frozenset("go goes going get gets come travel move flee fly return walk drive climb sail arrive".split())
_THE_ONES_THERE = re.compile(r"\bthe \w+ (there)\b", re.I)
_HOW_MANY_THERE = re.compile(r"how many \w+ (?:are|were) (there)$", re.I)
_THERE = re.compile(r"(?<!^)\b(there)(?=\s*(?:$|[?.!,]|now\b|today\b|then\b|after\b|before\b|in \d))", re.I)


def stand_alone(question: str, history: Sequence[Turn]) -> Understood:
    """``question`` as it would be asked without the turns before it (oldest first).

    Without history nothing changes. The result is a fixed point: understood again after the same turns, it stays.
    """
    same = Understood(question, False, "")
    text, reasons = " ".join(question.split()), list[str]()
    if not text or not history or len(text) > _LONGEST:
        return same
    for _ in range(_PASSES):
        again, because = _rewrite(text, history)
        if again == text:
            return Understood(text, True, "; ".join(reasons)) if reasons and len(text) <= 2 * _LONGEST else same
        text = again
        reasons.append(because)
    return same


def _rewrite(asked: str, history: Sequence[Turn]) -> tuple[str, str]:
    """One pass of the rules: the new question and why, or the question itself."""
    framed = _CONTRACTED.sub(r"\1 is", _LEAD.sub("", asked)).strip()
    plain = without_opening(framed)
    moved = _undislocated(plain)
    if moved != plain:
        return moved, "the pronoun means what stands before the question"
    if _BARE_CONDITION.match(plain):
        return f"What if{plain[2:]}", "a condition alone asks what would follow"
    core = plain.rstrip("?!. ")
    if not core and "then" in words_of(asked):
        core = "then"
    if not core:
        return asked, ""
    followed = go_on(FollowUp(core, len(framed) < len(asked), history[-1]))
    if followed is not None and followed.rstrip("?") != core:
        return followed, f"goes on from “{history[-1].understood}”"
    return _pronouns(asked, plain, history)


def _undislocated(question: str) -> str:
    """ "The winner, what is her job?": the pronoun means what was put before the question."""
    found = _DISLOCATED.match(question)
    named = () if found is None else mentions_of(found["topic"])
    if found is None or len(named) != 1 or named[0].text.lower() != found["topic"].lower():
        return question
    gap = next(iter(gaps_in(found["asked"])), None)
    if gap is None or gap.word not in PERSONAL | PLURAL | {"it", "its"}:
        return question
    name = _owner(named[0].text) if gap.job == "owner" else named[0].text
    asked = found["asked"]
    asked = f"{asked[: gap.start]}{name}{asked[gap.end :]}"
    return asked[:1].upper() + asked[1:]


def _pronouns(asked: str, plain: str, history: Sequence[Turn]) -> tuple[str, str]:
    """Every pronoun that points back, replaced by what it means; a place for "there"."""
    parts, at, reasons, meant = list[str](), 0, list[str](), dict[str, str]()
    closing, point = closing_time(plain, history)
    if point:
        plain = plain[:closing]
        reasons.append(f"the time is {point}")
    named = frozenset(each.text for each in mentions_of(plain))
    for gap in gaps_in(plain):
        name = _meaning(gap, history, meant, named, plain)
        if name is None or (gap.job == "owner" and _is_long(name) and name in "".join(parts)):
            continue  # nothing is meant, or the question itself now says whose it is
        if plain[: gap.start].endswith(" of ") and gap.word in {"them", "those", "these"}:
            name = counted(name, history[-1])
        owned = _owned(plain, gap) if gap.job == "owner" and _is_long(name) else 0
        name = f"the {name[4:]}" if name.startswith("The ") and gap.start else name
        worded = _owner(name) if gap.job == "owner" else name
        parts += [plain[at : gap.start], f"the{plain[gap.end : owned]} of {name}" if owned else worded]
        reasons.append(f"“{plain[gap.start : gap.end]}” is {name}")
        at = max(gap.end, owned)
    rewritten, place = _placed("".join([*parts, plain[at:]]), history)
    if place:
        reasons.append(f"“there” is {place}")
    if not reasons:
        return asked, ""
    rewritten = f"{rewritten} {point}?" if point else rewritten
    return rewritten[:1].upper() + rewritten[1:], "; ".join(reasons)


def _meaning(gap: Gap, history: Sequence[Turn], meant: dict[str, str], named: frozenset[str], plain: str) -> str | None:
    """What a pronoun stands for: the same as the last of its sort, but an object is another than the subject.

    Nothing that is ``named`` in the same question: "How did they get to Aleppo?" does not ask about Aleppo twice.
    """
    pronoun = "he" if gap.word in lexicon.MALE else "she" if gap.word in lexicon.FEMALE else gap.word[:2]
    if pronoun in meant and gap.job != "object":
        return meant[pronoun]
    frame = plain[: gap.start].strip().lower()
    mention = antecedent(gap, history, named | frozenset(meant.values()), sort_asked(plain), frame)
    if mention is None:
        return meant.get(pronoun)
    name = mention.text
    words = name.split()
    bare = name.islower() and name[0].isalpha() and words[0] not in lexicon.NUMBERS
    if bare and lexicon.is_plural(words[-1]) and words[0] not in lexicon.DETERMINERS and "and" not in words:
        name = f"the {name}"
    meant.setdefault(pronoun, name)
    return name


def _is_long(name: str) -> bool:
    """A description, which "of" follows better than "'s" does: "the former night guard"."""
    words = name.split()
    return words[0] == "the" and (len(words) > 2 or "of" in words or "who" in words)


def _owned(text: str, gap: Gap) -> int:
    """Where the phrase ends that a possessive opens: "his name"; 0 if there is none."""
    end = next((each.end for each in mentions_of(text) if each.start == gap.start and each.end > gap.end), 0)
    return end if lexicon.CLOSED.issuperset(words_of(text[end:])[:1]) else 0


def _owner(name: str) -> str:
    return f"{name}'" if name.endswith("s") and not name.isupper() else f"{name}'s"


def _placed(text: str, history: Sequence[Turn]) -> tuple[str, str]:
    """ "There" as a place, not as in "are there": "in" and the last place spoken of."""
    counts = _HOW_MANY_THERE.match(text.rstrip("?!. "))
    found = counts or _THE_ONES_THERE.search(text) or _THERE.search(text)
    if found is None or (counts is None and _explains_there(text[: found.start(1)])):
        return text, ""
    for turn in reversed(history[-4:] if counts is None else history[-1:]):
        place = _place_of(turn) if counts is None or _names_place(turn) else ""
        if place and last_word(text[: found.start(1)]) in _MOVING:
            place = re.sub(r"^(?:in|at|on) ", "to ", place)
        if place:
            kept = "there " if counts else ""
            return f"{text[: found.start(1)]}{kept}{place}{text[found.end(1) :]}", place
    return text, ""


def _names_place(turn: Turn) -> bool:
    """Whether the answer was a place, so that "How many houses are there?" counts what stands in it."""
    answer = mentions_of("" if turn.answer is None else turn.answer)[:1]
    return any(each.kind in {"place", "unknown"} for each in answer) and _asks_for_place(turn.understood)


def _asks_for_place(question: str) -> bool:
    """ "Where", "in which", "which city"."""
    words = words_of(question)
    which = words[:1] == ["which"] and not lexicon.PLACE_NOUNS.isdisjoint(words[1:2])
    return which or question.lower().startswith(("where", "in which", "in what"))


def _explains_there(before: str) -> bool:
    """Whether the words before "there" name a place themselves, or make it the "there" of "how many are there"."""
    words = words_of(before)
    if not lexicon.PLACE_NOUNS.isdisjoint(words) or any(each.kind == "place" for each in mentions_of(before)):
        return True
    return len(words) > 1 and words[-1] in lexicon.AUX and words[0] != "who"


def _place_of(turn: Turn) -> str:
    answer = "" if turn.answer is None else " ".join(turn.answer.split()).strip(" .,")
    words = words_of(answer)
    if _asks_for_place(turn.understood) and 0 < len(words) <= 8:
        return answer if words[0] in lexicon.PREPOSITIONS else f"in {answer}"
    places = [each.text for source in (turn.understood, answer) for each in mentions_of(source) if each.kind == "place"]
    return f"in {places[-1]}" if places else ""
