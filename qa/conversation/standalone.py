"""Make a follow-up question stand alone. Pure; the first rule that fits wins, and a question no rule fits is left alone.

1. a fragment ("Why?", "How many of them?", "Which city?")    -> its words in front of the previous question's clause
2. the event as a whole ("When was that?", "Why did it happen?") -> likewise
3. another topic ("What about Russia?", "And on Wednesday?")  -> the previous question with the like part replaced
4. who said so ("Who said that?")                             -> the previous answer as a statement
5. the same again ("And in the other article?")               -> the previous question
6. pronouns ("What did she say about it?", "Who lives there?")   -> what they stand for
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.conversation import lexicon
from qa.conversation.antecedents import antecedent
from qa.conversation.followups import RULES
from qa.conversation.gaps import gaps_in
from qa.conversation.mentions import mentions_of
from qa.conversation.phrases import words_of
from qa.conversation.turns import Turn, Understood

_LONGEST = 400
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
    asked = " ".join(question.split())
    if not asked or not history or len(asked) > _LONGEST:
        return Understood(question, False, "")
    text, because = _rewrite(asked, history)
    for _ in range(3):
        again, more = _rewrite(text, history)
        if again == text:
            break
        text, because = again, "; ".join(part for part in (because, more) if part)
    else:
        return Understood(question, False, "")
    if text == asked or len(text) > 2 * _LONGEST:
        return Understood(question, False, "")
    return Understood(text, True, because)


def _rewrite(asked: str, history: Sequence[Turn]) -> tuple[str, str]:
    """One pass of the rules: the new question and why, or the question itself."""
    plain = _CONTRACTED.sub(r"\1 is", _LEAD.sub("", asked)).strip()
    core = plain.rstrip("?!. ")
    if not core:
        return asked, ""
    last = history[-1]
    for rule in RULES:
        found = rule(core, last, led=len(plain) < len(asked) or "about" in core.lower())
        if found is not None and found.rstrip("?") != core:
            return found, f"goes on from “{last.understood}”"
    return _pronouns(asked, plain, history)


def _pronouns(asked: str, plain: str, history: Sequence[Turn]) -> tuple[str, str]:
    """Every pronoun that points back, replaced by what it means; a place for "there"."""
    gaps = gaps_in(plain)
    parts, at = [], 0
    reasons: list[str] = []
    subjects: dict[str, str] = {}
    for gap in gaps:
        group = "he" if gap.word in lexicon.MALE else "she" if gap.word in lexicon.FEMALE else gap.word[:2]
        known = subjects.get(group)
        if known is None or gap.job == "object":
            mention = antecedent(gap, history, frozenset(subjects.values()))
            known = None if mention is None else mention.text
        if known is None:
            continue
        subjects.setdefault(group, known)
        known = f"the {known}" if _bare(known) else known
        worded = _owner(known) if gap.job == "owner" else known
        parts += [plain[at : gap.start], worded]
        reasons.append(f"“{plain[gap.start : gap.end]}” is {known}")
        at = gap.end
    rewritten = "".join([*parts, plain[at:]])
    rewritten, place = _placed(rewritten, history)
    if place:
        reasons.append(f"“there” is {place}")
    if not reasons:
        return asked, ""
    return rewritten[:1].upper() + rewritten[1:], "; ".join(reasons)


def _bare(name: str) -> bool:
    """A plural without a determiner, which needs "the" when spoken of again."""
    words = name.split()
    return (
        name.islower() and lexicon.is_plural(words[-1]) and words[0] not in lexicon.DETERMINERS and " and " not in name
    )


def _owner(name: str) -> str:
    return f"{name}’" if name.endswith("s") and not name.isupper() else f"{name}’s"


def _placed(text: str, history: Sequence[Turn]) -> tuple[str, str]:
    """ "There" as a place, not as in "are there": "in" and the last place spoken of."""
    found = _THERE.search(text)
    if found is None:
        return text, ""
    before = words_of(text[: found.start()])
    inside = mentions_of(text[: found.start()])
    if set(before) & lexicon.PLACE_NOUNS or any(each.kind == "place" for each in inside):
        return text, ""
    if before and before[-1] in lexicon.AUX and before[0] != "who" and len(before) > 2:
        return text, ""
    for turn in reversed(history[-4:]):
        answer = "" if turn.answer is None else turn.answer
        if turn.understood.lower().startswith(("where", "in which", "in what")) and 0 < len(answer.split()) <= 8:
            first = words_of(answer)[:1]
            worded = answer.strip(" .") if first and first[0] in lexicon.PREPOSITIONS else f"in {answer.strip(' .')}"
            return _swap(text, found, worded), worded
        for source in (answer, turn.understood):
            places = [each for each in mentions_of(source) if each.kind == "place"]
            if places:
                return _swap(text, found, f"in {places[-1].text}"), f"in {places[-1].text}"
    return text, ""


def _swap(text: str, found: re.Match[str], words: str) -> str:
    return f"{text[: found.start()]}{words}{text[found.end() :]}"
