"""The clause of a question stated: "When did the ship sink?", "Monday" -> "the ship sank on Monday". Pure."""

from __future__ import annotations

import re

from qa.conversation import lexicon, verbs
from qa.conversation.clauses import Clause, filler_of, insert, split_subject
from qa.conversation.dates import dated, is_time
from qa.conversation.phrases import first_word, words_of

_BEFELL = re.compile(r"(?:happened|happen) to (?P<whom>.+)", re.I)
_CIRCUMSTANCE = re.compile(r",? (?:while|when|as|after|before|because|by \w+ing) ")
_CAUSED = re.compile(r"(?:caused|forced|led) (?P<who>.+?) to (?P<what>.+)", re.I)


def state(clause: Clause, answer: str | None) -> str | None:
    """The clause as a statement with the answer in it; ``None`` where the subject's end cannot be told."""
    filler = filler_of(clause, answer) if clause.role != "whole" else ""
    if clause.role != "subject" and filler in {"someone", "something"}:
        filler = ""
    if clause.role == "subject":
        return _with_subject(clause, filler)
    subject, rest = split_subject(clause.body)
    if not subject or (clause.aux in lexicon.DO and not rest):
        return None
    aux = "" if clause.aux in lexicon.DO else clause.aux
    if clause.aux in lexicon.DO and first_word(rest) in lexicon.CLOSED - lexicon.AUX:
        return None  # what was taken for the subject has swallowed the verb
    if clause.role == "adjunct":
        filler = _adverbial(clause, filler)
    if filler and rest == "do" and verbs.is_verb(first_word(filler)):  # "What did Turkey do?", "closed its border"
        return " ".join(part for part in (subject, aux, filler) if part)
    if filler and rest.startswith("have to ") and clause.asked.lower().startswith("how"):
        return f"{subject} have {filler} {rest.removeprefix('have ')}"  # a measure is what they have, to do something
    if clause.aux == "did" and rest:
        verb, _, after = rest.partition(" ")
        rest = " ".join(part for part in (verbs.past_of(verb), after) if part)
    elif clause.aux == "does" and rest:
        verb, _, after = rest.partition(" ")
        rest = " ".join(part for part in (verbs.third_person_of(verb), after) if part)
    stated = " ".join(part for part in (subject, aux, rest) if part)
    return insert(stated, filler) if clause.role == "object" else f"{stated} {filler}".strip()


def _with_subject(clause: Clause, filler: str) -> str | None:
    """The answer before the clause that it is the subject of; what befell someone after who it befell."""
    befell = _BEFELL.fullmatch(clause.body)
    if befell is None or filler == "something":
        return " ".join(part for part in (filler, clause.aux, clause.body) if part)
    if not verbs.is_verb(first_word(filler)):
        return None
    aux = clause.aux if clause.aux in lexicon.HAVE else ""
    return " ".join(part for part in (befell["whom"], aux, filler) if part)


def _adverbial(clause: Clause, filler: str) -> str:
    """The answer to when, where, why or how as it stands in a statement: "Monday" -> "on Monday"."""
    words, opener = words_of(filler), first_word(clause.asked)
    strands = not lexicon.PREPOSITIONS.isdisjoint(words_of(clause.body)[-1:])  # "Where did it come from?"
    if not words or opener == "how" or strands or words[0] in lexicon.PREPOSITIONS:
        return filler
    if opener == "why":
        return filler if words[0] == "because" else ""
    if is_time(filler):
        return dated(filler)
    if opener in lexicon.PREPOSITIONS:
        return f"{opener} {filler}"  # "By how much?", "14 seconds"
    return f"in {filler}" if opener == "where" else filler


def event_of(clause: Clause, answer: str | None = None) -> Clause:
    """What happened: in "What caused the ferry to sink?" that the ferry sank.

    A yes-or-no question that was answered with what someone did asks for that: "Was he hurt?", "broke his wrist".
    """
    done = "" if answer is None else _CIRCUMSTANCE.split(answer.removeprefix("had ").strip(" ."))[0]
    verb, _, after = done.partition(" ")
    if clause.role == "whole" and after and verbs.is_past(verb):
        return Clause("", "", "whole", "did", f"{split_subject(clause.body)[0]} {verbs.base_of(verb)} {after}")
    found = _CAUSED.fullmatch(clause.body) if clause.role == "subject" and not clause.aux else None
    return clause if found is None else Clause("", "", "whole", "did", f"{found['who']} {found['what']}")
