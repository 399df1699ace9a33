"""The shape of a question, and the same clause asked in another way. Pure.

"Who negotiated the ceasefire?" with the answer "Turkey and Russia" can be asked again as "When did Turkey and Russia
negotiate the ceasefire?". ``statements`` has it stated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from qa.conversation import lexicon, verbs
from qa.conversation.mentions import mentions_of
from qa.conversation.phrases import Token, tokens_of, words_of

_ADJUNCTS = frozenset("when where why how".split())
_ADJUNCT_NOUNS = frozenset("time day date year month week hour".split())
_ADVERBS = frozenset("first last also never always still just already once later".split())
_LONGEST_FILLER = 14
_TAIL = re.compile(
    r"\s(?:(?:in|on|at|since|until|during|after|before)\s(?:the\s)?[\w’' ]{1,40}|yesterday|today|last \w+)$"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A question taken apart: ``lead`` ("In 2012,"), the words ``asked`` with, an auxiliary, and the ``body``.

    ``role`` of what is asked for: subject, object, adjunct, or whole for a yes-or-no question. ``aux`` is empty for a
    subject question with a full verb, which then opens the body.
    """

    lead: str
    asked: str
    role: str
    aux: str
    body: str


@lru_cache(maxsize=256)
def clause_of(question: str) -> Clause | None:
    """The parts of a question; ``None`` for what is not an ordinary question."""
    text = question.strip().rstrip("?!. ")
    tokens = tokens_of(text)
    at = next((i for i, token in enumerate(tokens) if token.low in lexicon.WH and _opens(tokens, i)), None)
    if at is None:
        if len(tokens) > 2 and tokens[0].low in lexicon.AUX:
            return Clause("", "", "whole", tokens[0].low, text[tokens[1].start :])
        return None
    begin = at - 1 if at and tokens[at - 1].low in lexicon.PREPOSITIONS else at
    end = _asked_end(tokens, at)
    if end >= len(tokens):
        return None
    lead = text[: tokens[begin].start].strip()
    asked = text[tokens[begin].start : tokens[end - 1].end]
    aux = tokens[end].low if tokens[end].low in lexicon.AUX else ""
    rest = tokens[end + 1 :] if aux else tokens[end:]
    if not rest:
        return None
    role = _role(tokens[begin:end], aux, rest)
    return Clause(lead, asked, role, aux, text[rest[0].start :])


def _opens(tokens: list[Token], at: int) -> bool:
    """Whether a wh-word opens the question: at its start, after a comma, or after a preposition that does."""
    if at == 0 or tokens[at - 1].text == ",":
        return True
    return tokens[at - 1].low in lexicon.PREPOSITIONS and (at == 1 or tokens[at - 2].text == ",")


def _asked_end(tokens: list[Token], at: int) -> int:
    """Where the words asked with end: before the auxiliary or the verb."""
    word, end = tokens[at].low, at + 1
    following = tokens[end].low if end < len(tokens) else ""
    if following in {"else", "exactly"}:
        return end + 1
    if word == "how" and following not in {"many", "much"}:
        return end if following in lexicon.AUX or verbs.is_verb(following) else end + 1
    if word in _ADJUNCTS - {"how"} or word in {"who", "whom"}:
        return end
    end += word == "how"
    while end < len(tokens) and tokens[end].is_word:
        low = tokens[end].low
        if low in {"who", "that"} and word == "how":
            return _relative_end(tokens, end)
        if low in lexicon.AUX or low in lexicon.WH or (low != "of" and _finite(tokens, at, end)):
            break
        end += 2 if low == "of" else 1
    return min(end, len(tokens))


def _relative_end(tokens: list[Token], at: int) -> int:
    """Where a relative clause among the words asked with ends: "how many of the people who were on board | were"."""
    return next((i for i in range(at + 2, len(tokens)) if tokens[i].low in lexicon.AUX), at)


def _finite(tokens: list[Token], at: int, end: int) -> bool:
    """A full verb that ends the words asked with: "which group holds", "how many people live"."""
    token, before = tokens[end], tokens[end - 1]
    if verbs.is_past(token.low):
        following = tokens[end + 1].low if end + 1 < len(tokens) else ""
        return end > at + 1 or following in lexicon.DETERMINERS | lexicon.PREPOSITIONS or tokens[at].low == "what"
    if end == at + 1:
        return tokens[at].low == "what" and token.low.endswith("s") and verbs.is_verb(token.low)
    if lexicon.is_plural(before.low):
        return token.low in verbs.VERBS
    return token.low.endswith("s") and token.low not in verbs.VERBS and verbs.base_of(token.low) in verbs.VERBS


def _role(asked: list[Token], aux: str, rest: list[Token]) -> str:
    """What part of its clause is asked for; ``asked`` may begin with a preposition."""
    word, second = asked[0].low, asked[1].low if len(asked) > 1 else ""
    of_time = second in _ADJUNCT_NOUNS and word in {"what", "which"}
    if word not in lexicon.WH or (word in _ADJUNCTS and second not in {"many", "much", "old"}) or of_time:
        return "adjunct"
    if not aux:
        return "subject"
    first = rest[0].low
    predicate = verbs.is_past(first) or first.endswith(("ing", "ly")) or first in lexicon.PREPOSITIONS | {"not", "to"}
    if word == "how" and aux in lexicon.BE and len(rest) == 1:
        return "subject"  # "How many of them were women?"
    helped = aux in lexicon.MODAL or aux in lexicon.HAVE or predicate
    return "object" if aux in lexicon.DO or _opens_phrase(rest) or not helped else "subject"


def _opens_phrase(rest: list[Token]) -> bool:
    """Whether a subject starts here rather than a predicate."""
    first = rest[0]
    if first.low in lexicon.DETERMINERS or first.low in lexicon.PRONOUNS or first.is_name:
        return True
    plural = lexicon.is_plural(first.low) or (
        len(rest) > 1 and lexicon.is_plural(rest[1].low) and first.low not in verbs.VERBS
    )
    return plural and not verbs.is_verb(first.low)


def filler_of(clause: Clause, answer: str | None) -> str:
    """What stands in a clause for the words asked with: the answer, or "someone", "something"."""
    answer = " ".join(("" if answer is None else answer).split()).strip(" .,;:!?\"“”'")
    words = clause.asked.split()
    opener = words[0].lower() if words else ""
    noun = " ".join(words[2:] if opener == "how" else words[1:])
    quoted = bool(answer) and len(answer.split()) > 3 and answer[0].isupper() and opener in {"what", ""}
    if quoted and len(answer.split()) <= _LONGEST_FILLER and not lexicon.SAYING.isdisjoint(words_of(clause.body)):
        return f"“{answer}”"
    if not answer or len(answer.split()) > _LONGEST_FILLER or (opener == "what" and _is_clause(answer)):
        if noun and opener in {"which", "what", "how"} and noun != "else":
            return f"the {noun}"
        return "someone" if opener in {"who", "whom"} else "something"
    if opener == "whose" and noun:
        return f"{answer}'s {noun}"
    if opener == "how" and noun and set(words_of(noun)).isdisjoint(words_of(answer)):
        return f"{answer} {noun}"
    return answer


def _is_clause(answer: str) -> bool:
    """A statement rather than a name or noun phrase: "the steering failed"."""
    words = words_of(answer)
    return len(words) > 1 and verbs.is_past(words[-1]) and not verbs.is_verb(words[0])


def ask(asked: str, clause: Clause, answer: str | None, *, replaces: bool = False) -> str:
    """The clause as a question that opens with ``asked``.

    ``replaces``: the new words ask for the same thing as the old ones ("how many women" for "how many civilians"), so
    nothing is filled in for the old ones.
    """
    body, aux = clause.body, clause.aux
    if replaces and clause.role in {"subject", "object"}:
        parts = [asked, aux, body]
    elif clause.role == "subject" and aux:
        parts = [asked, _agree(aux, filler_of(clause, answer)), filler_of(clause, answer), body]
    elif clause.role == "subject":
        adverb, verb, rest = _verb_of(body)
        do = "did" if verbs.is_past(verb) else "does" if verb.endswith("s") and not verb.endswith("ss") else "do"
        parts = [asked, do, filler_of(clause, answer), adverb, verbs.base_of(verb), rest]
    elif clause.role == "object":
        filler = filler_of(clause, answer)
        named = filler not in {"someone", "something"} or missing_subject(body) is not None
        parts = [asked, aux, insert(body, filler if named else "")]
    else:
        parts = [asked, aux, body]
    question = " ".join(part for part in parts if part)
    question = question[:1].upper() + question[1:]
    return f"{clause.lead} {question[:1].lower()}{question[1:]}?" if clause.lead else f"{question}?"


def _verb_of(body: str) -> tuple[str, str, str]:
    """An adverb before the verb, the verb, and the rest: "first noticed the disease"."""
    first, _, rest = body.partition(" ")
    verb, _, after = rest.partition(" ")
    if (first in _ADVERBS or first.endswith("ly")) and verbs.is_verb(verb):
        return first, verb, after
    return "", first, rest


def ask_subject(asked: str, clause: Clause) -> str:
    """The clause with ``asked`` for its subject, a plural: "How many helicopters stayed?"; empty if it has none."""
    subject, rest = ("", clause.body) if clause.role == "subject" else split_subject(clause.body)
    if clause.role == "subject":
        return ask(asked, clause, None, replaces=True)
    if not subject or not rest:
        return ""
    verb, _, after = rest.partition(" ")
    if clause.aux == "did":
        rest = f"{verbs.past_of(verb)} {after}".strip()
    aux = "" if clause.aux in lexicon.DO else _agree(clause.aux, "10")
    return ask(asked, Clause(clause.lead, "", "whole", aux, rest), None)


def _agree(aux: str, subject: str) -> str:
    many = bool(re.match(r"(?:[2-9]|\d\d|\d+[,.])", subject)) or " and " in subject
    last = words_of(subject)[-1:]
    many = many or (bool(last) and lexicon.is_plural(last[0]) and last[0] not in {"nations"})
    swap = {"was": "were", "is": "are", "has": "have"} if many else {}
    return swap.get(aux, aux)


def insert(body: str, filler: str) -> str:
    """Put an object after the verb, before a closing phrase of time; at the end otherwise."""
    if not filler:
        return body
    missing = missing_subject(body)
    if missing is not None:
        return f"{body[:missing]}{filler} {body[missing:]}"
    verb, _, after = filler.partition(" ")
    if body.endswith(" do") and verbs.is_verb(verb):  # "What did Turkey do?", "closed its border"
        return f"{body[:-3]} {verbs.base_of(verb)} {after}".strip()
    tail = _TAIL.search(body)
    if tail is not None and tail.start() > 0 and len(body[: tail.start()].split()) > 1:
        head = body[: tail.start()]
        last = words_of(head)[-1:]
        if last and verbs.is_verb(last[0]):
            return f"{head} {filler}{tail.group()}"
    return f"{body} {filler}"


def missing_subject(body: str) -> int | None:
    """Where a clause after a verb of saying lacks its subject, which was asked for: "Russia say | were killed"."""
    tokens = tokens_of(body)
    for before, token in pairwise(tokens[1:]):
        if before.low in lexicon.TELLING and (token.low in lexicon.AUX or verbs.is_past(token.low)):
            return token.start
    return None


def split_subject(body: str) -> tuple[str, str]:
    """The subject that opens a body, and the rest; an empty subject when it cannot be told."""
    tokens = tokens_of(body)
    if tokens and tokens[0].low in lexicon.PRONOUNS - lexicon.DETERMINERS:
        return tokens[0].text, body[tokens[0].end :].strip()
    end = 0
    for mention in mentions_of(body):
        joined = body[end : mention.start].strip() in ({"and", ", and", "or", ","} if end else {""})
        if not joined or body[mention.end :].startswith(("'", "’")) or mention.kind == "number":
            break
        end = mention.end
    return body[:end], body[end:].strip()
