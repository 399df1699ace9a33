"""Follow-ups that ask for another part of the previous question, or count: "Why?", "By whom?", "How many?". Pure."""

from __future__ import annotations

import re

from qa.conversation import lexicon, verbs
from qa.conversation.clauses import Clause, ask, ask_subject, clause_of, split_subject
from qa.conversation.mentions import mentions_of
from qa.conversation.phrases import first_word, last_word
from qa.conversation.statements import state
from qa.conversation.turns import Turn

_FRAGMENT = re.compile(
    r"(?:(?P<prep>(?:out\s)?[a-z]+)\s)?(?:(?P<bare>who|whom|when|where|why)(?P<tail>(?:\s(?:else|of them))*)"
    r"|(?P<phrase>(?:\w+ing\s)?(?:whose|what|which|how))(?P<nouns>(?:\s[\w’'-]+){0,4}))"
    r"(?:\s(?:exactly|precisely|then|not|so))*",
    re.I,
)
_HOW_MANY = re.compile(
    r"how many(?: (?:are|were|was|have been|had been) (?:there|they|it))?(?: (?:in total|altogether))?", re.I
)
_NOUNLESS = re.compile(
    r"(how many|which) (?=(?:do|does|did|has|have|had|will|would|can|could) (?:he|she|it|they)\b)", re.I
)
_ELSE_DID = re.compile(r"who else (?:did|does|do|has|had|was|is|were|will|can)(?: (?:so|it|that))?", re.I)
_MEASURES = frozenset("long far often old fast big tall come so much".split())
_TIME_NOUNS = frozenset("time day date year month week".split())


def how_many(core: str, last: Turn) -> str | None:
    """ "How many?", "How many were there?": the subject of the previous question, counted."""
    clause = clause_of(last.understood)
    if _HOW_MANY.fullmatch(core) is None or clause is None:
        return None
    noun = _noun_of(clause, last)
    if clause.role == "adjunct":
        subject = split_subject(clause.body)[0]
        noun = re.sub(r"^(?:the|all|their|its|his|her) ", "", subject, flags=re.I)
    mention = next(iter(mentions_of(f"the {noun}")), None)
    counts = mention is not None and mention.plural
    if not counts:
        return None
    if clause.role == "adjunct":
        return ask_subject(f"How many {noun}", clause) or None
    return ask(f"how many {noun}", clause, last.answer, replaces=True)


def who_else_did(core: str, last: Turn) -> str | None:
    """ "Who else did?": the previous exchange as a question for another subject."""
    clause = clause_of(last.understood)
    if _ELSE_DID.fullmatch(core) is None or clause is None:
        return None
    if clause.role == "subject":
        return ask("Who else", clause, None, replaces=True)
    subject, stated = split_subject(clause.body)[0], state(clause, last.answer)
    return f"Who else{stated.removeprefix(subject)}?" if subject and stated is not None else None


def with_its_noun(core: str, last: Turn) -> str | None:
    """ "How many does he have?": what is counted, or chosen from, is what the previous question counted."""
    found, clause = _NOUNLESS.match(core), clause_of(last.understood)
    if found is None or clause is None or not clause.asked.lower().startswith(("how many", "which")):
        return None
    noun = _noun_of(clause, last)
    return f"{found[1]} {noun} {core[found.end() :]}?" if noun and not noun.startswith("of ") else None


def fragment(core: str, last: Turn) -> str | None:
    """A question without a verb: "Why?", "By whom?", "How many of them?", "Which city?", "Who else?"."""
    found, clause = _FRAGMENT.fullmatch(core), clause_of(last.understood)
    if found is None or clause is None:
        return None
    prep = found["prep"]
    wh = (found["bare"] if found["bare"] is not None else found["phrase"]).lower()
    rest = (found["tail"] if found["bare"] is not None else found["nouns"]).lower().split()
    rest = [word for word in rest if word not in {"exactly", "precisely", "then", "not"}]
    doing = " " in wh and prep is not None and not rest  # "For doing what?"
    preposed = prep is None or prep.lower().removeprefix("out ") in lexicon.PREPOSITIONS
    if not preposed or not (doing or _verbless(wh, rest)):
        return None
    if wh == "who" and rest == ["else"] and clause.role in {"adjunct", "whole"}:
        return ask_subject("Who else", clause) or None
    opening, replaces = _opening(wh, rest, clause, last)
    if prep is not None:
        return ask(f"{prep} {opening}", clause, last.answer)
    if rest[:1] and rest[0] in lexicon.PLACE_NOUNS and wh in {"what", "which"} and clause.role != "object":
        opening, replaces = f"in {opening}", False
    return ask(opening, clause, last.answer, replaces=replaces)


def _verbless(wh: str, rest: list[str]) -> bool:
    """Whether the words after a wh-word are a noun phrase without its verb: "which city", "how many of them"."""
    if "about" in rest:
        return False
    if wh == "how" and rest and rest[0] != "many":
        return len(rest) == 1 and rest[0] in _MEASURES
    nouns = [word for word in rest if word not in {"of", "them", "those", "these", "the", "else", "other", "many"}]
    if "many" in rest and nouns and lexicon.is_plural(nouns[0]):
        return len(nouns) == 1  # "how many votes"
    verbal = [word for word in nouns if word in lexicon.AUX or verbs.base_of(word) in verbs.VERBS]
    return len(nouns) <= (1 if wh == "what" else 2) and not verbal


def _opening(wh: str, rest: list[str], clause: Clause, last: Turn) -> tuple[str, bool]:
    """The words to ask with, and whether they ask for the same part of the clause as the previous question did."""
    before = clause.asked.split()[0].lower() if clause.asked else ""
    match wh, rest[:1]:
        case "how", ["come" | "so"]:
            return "Why", False
        case _, ["else"]:
            return f"{wh} else", before in {wh, "which"}
        case "how", ["many"] if len(rest) == 1 or rest[1] == "of":
            return f"how many {_noun_of(clause, last)}".strip(), True
        case "which" | "what", ["one" | "ones" | "of"]:
            return f"{wh} {_noun_of(clause, last)}".strip(), True
    same = wh in {"who", "what", "which", "whose", "whom"} or rest[:1] == ["many"]
    return " ".join([wh, *rest]), same and not (rest[:1] and rest[0] in _TIME_NOUNS)


def counted(name: str, last: Turn) -> str:
    """ "The people" of "How many people were on the ferry?" are no other people: "the people on the ferry".

    A participle keeps its "who were", which the reader of "the civilians killed were women" would stumble without.
    """
    clause = clause_of(last.understood)
    words = [] if clause is None else clause.asked.split()
    noun = " ".join(words[2:] if words[:1] and words[0].lower() == "how" else words[1:])
    if clause is None or not noun or noun.lower() != name.lower().removeprefix("the "):
        return name
    which = "who" if lexicon.are_people(last_word(noun)) else "that"
    if clause.role == "subject":
        placed = clause.aux in lexicon.BE and first_word(clause.body) in lexicon.PREPOSITIONS
        return f"the {noun} {'' if placed else f'{which} {clause.aux} '}{clause.body}".replace("  ", " ")
    stated = state(clause, None) if clause.role == "object" else None
    return name if stated is None else f"the {noun} {which} {stated}"


def _noun_of(clause: Clause, last: Turn) -> str:
    """What is counted or chosen from: the noun asked about, a plural answer, or people."""
    words = clause.asked.split()
    opener = words[0].lower() if words else ""
    if opener in {"which", "what"} and len(words) > 1:
        return " ".join(words[1:])
    if opener == "how" and len(words) > 2:
        return " ".join(words[2:])
    for mention in mentions_of("" if last.answer is None else last.answer):
        if mention.plural and not mention.text[:1].isupper():
            return re.sub(r"^(?:the|their|its|his|her) ", "", mention.text)
    return "people" if opener in {"who", "whom"} else ""
