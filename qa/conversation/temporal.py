"""Follow-ups that count time from what was just told: "What happened then?", "And until then?". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.conversation import lexicon, verbs
from qa.conversation.clauses import Clause, clause_of, filler_of
from qa.conversation.dates import dated, is_time
from qa.conversation.phrases import words_of
from qa.conversation.statements import event_of, state
from qa.conversation.turns import Turn

_POINT = r"since(?: then)?|(?:after|before|until|till|by) (?:that|then|this)|afterwards|then"
_SEQUEL = re.compile(
    rf"(?P<frame>what (?:happened|happens|will happen|came|comes)|what)? ?(?P<point>{_POINT}|next|later|after)", re.I
)
_CLOSING = re.compile(rf"\s(?P<point>{_POINT}|before)\W*$", re.I)
_TOLD_INSIDE = frozenset("when while if after before once because although as ever never".split())
_PERFECT = frozenset("have has had".split())
"""With these "before" means ever before: "Has it happened before?"."""
_HAPPENING = frozenset("happen occur follow come".split())
_PROSPECT = re.compile(
    r"\b(?:(?:hope|plan|expect|intend|want|aim|mean)s?|(?:is|are) (?:going|due|expected|planned)) to ", re.I
)
"""What is hoped for counts as the event: "until they refloat it", not "until they hope to refloat it"."""
_STATES = frozenset("be live work have own know think believe want need stay like look feel".split())
"""What lasts was so "when" the other was; what one does "then" comes "after" it."""
_LONGEST = 14


def goes_on_in_time(core: str, last: Turn) -> str | None:
    """ "What happened next?", "And until then?": what happened after, before or until what was just told of."""
    found = _SEQUEL.fullmatch(core)
    point = "" if found is None else _point(found["point"], "after", last)
    if found is None or not point:
        return None
    frame = (found["frame"] or "what").lower()
    if frame == "what":
        clause = clause_of(last.understood)
        ahead = clause is not None and (clause.aux == "will" or _PROSPECT.search(clause.body) is not None)
        frame = "what will happen" if ahead else "what happened"
    return f"{frame.capitalize()} {point}?"


def closing_time(text: str, history: Sequence[Turn]) -> tuple[int, str]:
    """Where a question's closing "then", "after that", "since" starts, and the words for what it points at, if any.

    A question that names a time or a happening of its own explains its "then" itself.
    """
    found = _CLOSING.search(text)
    if found is None or not history:
        return len(text), ""
    before = words_of(text[: found.start()])
    explained = not _TOLD_INSIDE.isdisjoint(before) or any(word[0].isdigit() for word in before)
    explained = explained or (found["point"].lower() == "before" and not _PERFECT.isdisjoint(before))
    if len(before) < 3 or explained or before[0] not in lexicon.WH | lexicon.AUX | lexicon.PREPOSITIONS:
        return len(text), ""
    goes_on = before[-1] == "happened" or ("did" in before and before[-1] not in _STATES)
    return found.start(), _point(found["point"], "after" if goes_on else "when", history[-1])


def _point(said: str, plain: str, last: Turn) -> str:
    """The words for a point in time; ``plain`` is what "then" by itself means: "after" it, or "when" it was."""
    first = said.lower().split()[0]
    relation = {"then": plain, "till": "until", "by": "by the time"}.get(first, first)
    relation = relation if relation in {"when", "before", "until", "since", "by the time"} else "after"
    answer = "" if last.answer is None else " ".join(last.answer.split()).strip(" .,;")
    clause = clause_of(last.understood)
    if clause is None:
        return ""
    timed = is_time(answer) and clause.role == "adjunct"
    if timed and relation == "when":
        return dated(answer)
    if timed and relation == "until":
        told = _told(clause, None)
        return f"until {answer}, when {told}" if told else f"until {answer}"
    told = _told(clause, last.answer)
    return f"{relation} {told}" if told else ""


def _told(clause: Clause, answer: str | None) -> str:
    """What the last exchange told of, as a clause or noun that may follow "after"; empty for what did not happen."""
    words = words_of(clause.body)
    if clause.role == "object" and filler_of(clause, answer) in {"someone", "something"}:
        return ""  # "after he said" lacks what he said
    if clause.role == "subject" and verbs.base_of(words[0]) in _HAPPENING and words[1:2] != ["to"]:
        told = "" if answer is None else " ".join(answer.split()).strip(" .,;“”\"'")
        phrase = 0 < len(told.split()) <= _LONGEST and not verbs.is_verb(told.split()[0])
        return told if phrase else ""
    if clause.aux in lexicon.BE and not any(verbs.is_past(word) or word.endswith("ing") for word in words):
        return ""  # "Who is the mayor?" tells of nothing that happened
    event = event_of(clause)
    stated = state(event, answer if event is clause else None)
    return "" if stated is None else _PROSPECT.sub("", stated)
