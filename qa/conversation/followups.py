"""Follow-ups that go on from the previous question as a whole. Pure; each rule gives the new question or ``None``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.conversation import lexicon, verbs
from qa.conversation.clauses import Clause, ask, clause_of, state
from qa.conversation.mentions import Mention, mentions_of
from qa.conversation.phrases import tokens_of, words_of
from qa.conversation.turns import Turn

_EVENT = re.compile(
    r"(?P<asked>(?:(?:since|until|by|from|at|on|in|for)\s)?"
    r"(?:when|where|why|how|how long|how come|what (?:time|day|date|year|month)"
    r"|which (?:day|year|month|city|country|place|town))(?: exactly| else)?)\s(?:"
    r"(?:was|is|were)\s(?:that|this|it)(?: then| again)?"
    r"|(?:did|does|do|will|would|could|has|had|have)\s(?:all (?:of )?)?(?:that|this|it|these things)(?: all)?\s"
    r"(?:happen(?:ed)?|occur(?:red)?|take place|taken place|come about|go on)"
    r"|(?:did|do|does|would|will)\s(?:he|she|they|it)\s(?:do|say|think|want|claim)\s(?:that|this|it|so)"
    r"|(?:did|do|does|would|will)\s(?:he|she|they|it)\sdo\sso"
    r"|(?:that|this|it)\s(?:was|is|happened|took place|occurred))",
    re.I,
)
_SAID_SO = re.compile(
    r"(?:who|which \w+)\s(?:said|says|claimed|claims|reported|reports|told|confirmed|announced|stated|admitted)\s"
    r"(?:that|so|this|it)|says who|according to whom|who said",
    re.I,
)
_AGAIN = re.compile(
    r"(?:what (?:about|does|did)|how about|and|what)?\s*(?:say |says )?(?:in |according to |is in )?"
    r"(?:the |an)?other (?:article|source|report|story|text|paper|one)(?: says?| say about (?:it|that|this))?",
    re.I,
)
_ABOUT = re.compile(r"(?:and )?(?:what|how) about (?P<topic>.+)", re.I)
_TIMES = re.compile(
    r"\b(?:on|in|at|since|before|after|until|during)\s(?:[A-Z]\w+day(?:\s\w+)?|[A-Z][a-z]+ \d+|\d{4})\b"
)
_FRAGMENT = re.compile(
    r"(?:(?P<prep>[a-z]+)\s)?(?:(?P<bare>who|whom|when|where|why)(?P<tail>(?:\s(?:else|of them))*)"
    r"|(?P<phrase>whose|what|which|how)(?P<nouns>(?:\s[\w’'-]+){0,4}))(?:\s(?:exactly|precisely|then|not|so))*",
    re.I,
)
_MEASURES = frozenset("long far often old fast big tall come so much".split())
_TIME_NOUNS = frozenset("time day date year month week".split())
_DEMOGRAPHIC = frozenset("women men children boys girls".split())
_COMMANDS = frozenset("define describe explain list name tell give show compare summarise summarize translate".split())
_NEAR = ({"person", "unknown"}, {"place", "organisation", "unknown"}, {"people", "things"}, {"thing", "things"})


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What was asked, without its closing mark and its "and"; ``led`` when there was one. And the turn before."""

    core: str
    led: bool
    last: Turn

    @property
    def clause(self) -> Clause | None:
        """The previous question taken apart."""
        return clause_of(self.last.understood)


def go_on(asked: FollowUp) -> str | None:
    """The previous question turned into the one that was meant; ``None`` when ``asked`` is not of this sort."""
    for rule in (_the_same_again, _who_said_so, _the_event, _fragment, _another_topic):
        found = rule(asked)
        if found is not None:
            return found
    return None


def _the_same_again(asked: FollowUp) -> str | None:
    """ "And in the other article?" """
    return asked.last.understood if _AGAIN.fullmatch(asked.core) else None


def _who_said_so(asked: FollowUp) -> str | None:
    """ "Who said that?": the previous answer in quotation marks, or the previous question as a statement."""
    if not _SAID_SO.fullmatch(asked.core):
        return None
    clause, last = asked.clause, asked.last
    answer = "" if last.answer is None else " ".join(last.answer.split()).strip(' .“”"')
    if len(answer.split()) >= 4 and (clause is None or _about_words(clause)):
        return f"Who said “{answer}”?"
    statement = None if clause is None else state(clause, last.answer)
    if statement is not None:
        return f"Who said that {statement}?"
    return f"Who said “{answer}”?" if answer else None


def _about_words(clause: Clause) -> bool:
    return not lexicon.SAYING.isdisjoint(words_of(clause.body))


def _the_event(asked: FollowUp) -> str | None:
    """ "When was that?", "Why did it happen?", "Why did they do that?" """
    found, clause = _EVENT.fullmatch(asked.core), asked.clause
    if found is None or clause is None:
        return None
    words = words_of(asked.core)
    if not {"say", "think", "claim"}.isdisjoint(words) and not _about_words(clause):
        return None
    a_place = words[0] == "where" and words[1:3] in (["is", "it"], ["is", "that"], ["is", "this"], ["was", "it"])
    a_thing = words[0] in {"how", "what"} and words[1:2] == ["is"]
    if a_place or a_thing:
        return None
    return ask("Why" if found["asked"].lower() == "how come" else found["asked"], clause, asked.last.answer)


def _fragment(asked: FollowUp) -> str | None:
    """A question without a verb: "Why?", "By whom?", "How many of them?", "Which city?", "Who else?"."""
    found, clause = _FRAGMENT.fullmatch(asked.core), asked.clause
    if found is None or clause is None:
        return None
    prep = found["prep"]
    wh = (found["bare"] if found["bare"] is not None else found["phrase"]).lower()
    rest = (found["tail"] if found["bare"] is not None else found["nouns"]).lower().split()
    rest = [word for word in rest if word not in {"exactly", "precisely", "then", "not"}]
    if (prep is not None and prep.lower() not in lexicon.PREPOSITIONS) or not _verbless(wh, rest):
        return None
    opening, replaces = _opening(wh, rest, clause, asked.last)
    if prep is not None:
        return ask(f"{prep} {opening}", clause, asked.last.answer)
    if rest[:1] and rest[0] in lexicon.PLACE_NOUNS and wh in {"what", "which"} and clause.role != "object":
        opening, replaces = f"in {opening}", False
    return ask(opening, clause, asked.last.answer, replaces=replaces)


def _verbless(wh: str, rest: list[str]) -> bool:
    """Whether the words after a wh-word are a noun phrase without its verb: "which city", "how many of them"."""
    if "about" in rest:
        return False
    if wh == "how" and rest and rest[0] != "many":
        return len(rest) == 1 and rest[0] in _MEASURES
    nouns = [word for word in rest if word not in {"of", "them", "those", "these", "the", "else", "other", "many"}]
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


def _another_topic(asked: FollowUp) -> str | None:
    """ "What about Russia?", "And the women?", "In Palmyra?": the previous question about something else."""
    found = _ABOUT.fullmatch(asked.core)
    if found is None and not asked.led and not _bare_name(asked.core):
        return None
    topic = (asked.core if found is None else found["topic"]).strip()
    words = words_of(topic)
    unfit = lexicon.WH | lexicon.AUX | (lexicon.PRONOUNS - lexicon.DETERMINERS) | {"there", "then", "not"}
    if not 0 < len(words) <= 7 or not unfit.isdisjoint(words) or topic[0] in '"“':
        return None
    previous = asked.last.understood
    prep = words[0] if words[0] in lexicon.PREPOSITIONS else ""
    named = topic[len(prep) :].strip()
    worded = f"the {named}" if named.islower() and not named.startswith("the ") else named
    mention = next(iter(mentions_of(worded)), None)
    if mention is not None and mention.kind == "time":
        times = _TIMES.search(previous)
        if times is None:
            return _appended(previous, topic if prep else f"on {topic}")
        return _replaced(previous, times.start(), times.end(), f"{prep or times.group().split()[0]} {named}")
    old = _like(previous, mention, prep)
    if old is None:
        return _appended(previous, topic if prep else f"about {topic}")
    return _replaced(previous, old.start, old.end, named)


def _bare_name(core: str) -> bool:
    tokens = [token for token in tokens_of(core) if token.is_word]
    if tokens and tokens[0].low in _COMMANDS:
        return False
    if len(tokens) > 1 and tokens[0].low in lexicon.PREPOSITIONS | {"the"}:
        tokens = tokens[1:]
    return 0 < len(tokens) <= 3 and all(token.is_name for token in tokens) and clause_of(core) is None


def _like(previous: str, mention: Mention | None, prep: str) -> Mention | None:
    """The part of the previous question that is most like the new topic; after the same preposition, if it has one."""
    named = [each for each in mentions_of(previous) if mention is None or each.text.lower() != mention.text.lower()]
    if prep:
        after = (each for each in named if words_of(previous[: each.start])[-1:] == [prep] and each.kind != "time")
        return next(after, None)
    if mention is None:
        return None
    if mention.plural:
        named.reverse()
    if words_of(mention.text)[-1] in _DEMOGRAPHIC:
        named.sort(key=lambda each: words_of(each.text)[-1] not in _DEMOGRAPHIC)
    same = [each for each in named if each.kind == mention.kind]
    near = [each for each in named if any({each.kind, mention.kind} <= kinds for kinds in _NEAR)]
    return next(iter([*same, *near]), None)


def _replaced(text: str, start: int, end: int, by: str) -> str:
    if start and by.startswith("The "):
        by = f"the {by[4:]}"
    return f"{text[:start]}{by}{text[end:]}"


def _appended(text: str, words: str) -> str:
    return f"{text.rstrip('?!. ')} {words}?"
