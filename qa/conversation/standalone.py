"""Make a follow-up question stand alone. Pure; the first rule that fits wins; where none fits, nothing changes.

1. the same again ("And in the other article?")                  -> the previous question
2. who said so ("Who said that?")                                -> the previous answer as a statement
3. the event as a whole ("When was that?", "Why did it happen?") -> those words in front of the previous clause
4. a fragment ("Why?", "How many of them?", "Which city?")       -> likewise
5. another topic ("What about Russia?", "And on Wednesday?")     -> the previous question, its like part replaced
6. pronouns ("What did she say about it?", "Who lives there?")   -> what they stand for

1 to 5 are in ``followups``, 6 here with ``gaps`` (which pronouns point back) and ``antecedents`` (at what).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.conversation import lexicon
from qa.conversation.antecedents import antecedent
from qa.conversation.followups import FollowUp, go_on
from qa.conversation.gaps import Gap, gaps_in
from qa.conversation.mentions import mentions_of
from qa.conversation.phrases import words_of
from qa.conversation.turns import Turn, Understood

_LONGEST = 400
"""Characters of a question that can be a follow-up; a result may be twice as long."""
_PASSES = 3
_LEAD = re.compile(
    r"^(?:(?:and|but|so|ok|okay|then|also|well|now|please|thanks|thank you|hm+|oh|yes|no|sorry|right)\b[\s,.!…]*)+",
    re.I,
)
_CONTRACTED = re.compile(r"\b(who|what|where|when|why|how|that|it|he|she|there)['’]s\b", re.I)
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
    plain = _CONTRACTED.sub(r"\1 is", _LEAD.sub("", asked)).strip()
    core = plain.rstrip("?!. ")
    if not core:
        return asked, ""
    followed = go_on(FollowUp(core, len(plain) < len(asked), history[-1]))
    if followed is not None and followed.rstrip("?") != core:
        return followed, f"goes on from “{history[-1].understood}”"
    return _pronouns(asked, plain, history)


def _pronouns(asked: str, plain: str, history: Sequence[Turn]) -> tuple[str, str]:
    """Every pronoun that points back, replaced by what it means; a place for "there"."""
    parts, at, reasons, meant = list[str](), 0, list[str](), dict[str, str]()
    named = frozenset(each.text for each in mentions_of(plain))
    for gap in gaps_in(plain):
        name = _meaning(gap, history, meant, named)
        if name is None:
            continue
        parts += [plain[at : gap.start], _owner(name) if gap.job == "owner" else name]
        reasons.append(f"“{plain[gap.start : gap.end]}” is {name}")
        at = gap.end
    rewritten, place = _placed("".join([*parts, plain[at:]]), history)
    if place:
        reasons.append(f"“there” is {place}")
    if not reasons:
        return asked, ""
    return rewritten[:1].upper() + rewritten[1:], "; ".join(reasons)


def _meaning(gap: Gap, history: Sequence[Turn], meant: dict[str, str], named: frozenset[str]) -> str | None:
    """What a pronoun stands for: the same as the last of its sort, but an object is another than the subject.

    Nothing that is ``named`` in the same question: "How did they get to Aleppo?" does not ask about Aleppo twice.
    """
    sort = "he" if gap.word in lexicon.MALE else "she" if gap.word in lexicon.FEMALE else gap.word[:2]
    if sort in meant and gap.job != "object":
        return meant[sort]
    mention = antecedent(gap, history, named | frozenset(meant.values()))
    if mention is None:
        return meant.get(sort)
    name = mention.text
    words = name.split()
    if name.islower() and lexicon.is_plural(words[-1]) and words[0] not in lexicon.DETERMINERS and "and" not in words:
        name = f"the {name}"
    meant.setdefault(sort, name)
    return name


def _owner(name: str) -> str:
    return f"{name}'" if name.endswith("s") and not name.isupper() else f"{name}'s"


def _placed(text: str, history: Sequence[Turn]) -> tuple[str, str]:
    """ "There" as a place, not as in "are there": "in" and the last place spoken of."""
    found = _THERE.search(text)
    if found is None or _explains_there(text[: found.start()]):
        return text, ""
    for turn in reversed(history[-4:]):
        place = _place_of(turn)
        if place:
            return f"{text[: found.start()]}{place}{text[found.end() :]}", place
    return text, ""


def _explains_there(before: str) -> bool:
    """Whether the words before "there" name a place themselves, or make it the "there" of "how many are there"."""
    words = words_of(before)
    if not lexicon.PLACE_NOUNS.isdisjoint(words) or any(each.kind == "place" for each in mentions_of(before)):
        return True
    return len(words) > 2 and words[-1] in lexicon.AUX and words[0] != "who"


def _place_of(turn: Turn) -> str:
    answer = "" if turn.answer is None else " ".join(turn.answer.split()).strip(" .,")
    words = words_of(answer)
    if turn.understood.lower().startswith(("where", "in which", "in what")) and 0 < len(words) <= 8:
        return answer if words[0] in lexicon.PREPOSITIONS else f"in {answer}"
    places = [each.text for source in (turn.understood, answer) for each in mentions_of(source) if each.kind == "place"]
    return f"in {places[-1]}" if places else ""
