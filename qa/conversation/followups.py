"""Follow-ups that go on from the previous question as a whole. Pure; each rule gives the new question or ``None``."""

from __future__ import annotations

import re

from qa.conversation import lexicon, verbs
from qa.conversation.clauses import Clause, ask, clause_of, state
from qa.conversation.mentions import Mention, mentions_of
from qa.conversation.phrases import tokens_of, words_of
from qa.conversation.turns import Turn

_EVENT = re.compile(
    r"(?P<asked>(?:(?:since|until|by|from|at|on|in|for)\s)?(?:when|where|why|how|how long|how come|what (?:time|day|date|year|month)"
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
    r"(?:what (?:about|does|did)|how about|and|what)?\s*(?:say |says )?(?:in |according to |is in )?(?:the |an)?other (?:article|source|report|story|text|paper|one)"
    r"(?: says?| say about (?:it|that|this))?",
    re.I,
)
_ABOUT = re.compile(r"(?:and )?(?:what|how) about (?P<topic>.+)|(?P<only>.+)", re.I)
_TIMES = re.compile(
    r"\b(?:on|in|at|since|before|after|until|during)\s(?:[A-Z]\w+day(?:\s\w+)?|[A-Z][a-z]+ \d+|\d{4})\b"
)
_FRAGMENT = re.compile(
    r"(?:(?P<prep>[a-z]+)\s)?(?:(?P<wh>who|whom|when|where|why)(?P<rest>(?:\s(?:else|exactly|precisely|then|not|so|of them))*)"
    r"|(?P<wh2>whose|what|which|how)(?P<rest2>(?:\s[\w’'-]+){0,4}))",
    re.I,
)
_NEAR = ({"person", "unknown"}, {"place", "organisation", "unknown"}, {"people", "things"}, {"thing", "things"})


def _the_same_again(core: str, last: Turn, *, led: bool) -> str | None:
    del led
    return last.understood if _AGAIN.fullmatch(core) else None


def _who_said_so(core: str, last: Turn, *, led: bool) -> str | None:
    del led
    if not _SAID_SO.fullmatch(core):
        return None
    clause = clause_of(last.understood)
    answer = "" if last.answer is None else last.answer.strip(' .“”"')
    if len(answer.split()) >= 4 and (clause is None or _asks_for_words(clause)):
        return f"Who said “{answer}”?"
    statement = None if clause is None else state(clause, last.answer)
    if statement is not None:
        return f"Who said that {statement}?"
    return f"Who said “{answer}”?" if answer else None


def _asks_for_words(clause: Clause) -> bool:
    return any(word in lexicon.SAYING for word in words_of(clause.body))


def _the_event(core: str, last: Turn, *, led: bool) -> str | None:
    del led
    found = _EVENT.fullmatch(core)
    clause = clause_of(last.understood)
    if found is None or clause is None:
        return None
    asked = re.sub(r"(?i)^how come$", "Why", found["asked"])
    words = words_of(core)
    if set(words) & {"say", "think", "claim"} and not _asks_for_words(clause):
        return None
    if words[0] == "where" and words[1:3] in (["is", "it"], ["is", "that"], ["is", "this"], ["was", "it"]):
        return None  # a place is asked about, not an event
    if words[0] in {"how", "what"} and words[1:2] == ["is"]:
        return None
    return ask(asked, clause, last.answer)


def _fragment(core: str, last: Turn, *, led: bool) -> str | None:
    """A question without a verb: "Why?", "By whom?", "How many of them?", "Which city?", "Who else?"."""
    del led
    found = _FRAGMENT.fullmatch(core)
    if found is None or (found["prep"] is not None and found["prep"].lower() not in lexicon.PREPOSITIONS):
        return None
    wh, rest = (found["wh"], found["rest"]) if found["wh"] is not None else (found["wh2"], found["rest2"])
    rest = rest.lower().split()
    if "about" in rest:
        return None
    if rest and rest[-1] in {"exactly", "precisely", "then", "not", "so"}:
        core, rest = core.rsplit(" ", 1)[0], rest[:-1]
    if not _verbless(wh.lower(), rest):
        return None
    clause = clause_of(last.understood)
    if clause is None:
        return None
    wh = wh.lower()
    if rest[:1] == ["else"]:
        opener = clause.asked.split()[0].lower() if clause.asked else ""
        return ask(f"{wh} else", clause, last.answer, replaces=opener in {wh, "which"})
    if rest[:1] == ["come"] or rest[:1] == ["so"]:
        return ask("Why", clause, last.answer)
    if wh == "how" and rest[:1] == ["many"]:
        return _how_many(core, rest, clause, last)
    argument = wh in {"who", "what", "which", "whose", "whom"} and found["prep"] is None
    if wh in {"which", "what"} and rest and rest[0] in {"one", "ones", "of"}:
        core = f"{wh} {_noun_of(clause, last)}"
    if wh in {"what", "which"} and rest and rest[0] in {"time", "day", "date", "year", "month"}:
        argument = False
    if (
        wh in {"what", "which"}
        and rest
        and rest[0] in lexicon.PLACE_NOUNS
        and clause.role in {"subject", "whole"} | {"adjunct"}
    ):
        return ask(f"in {core}" if found["prep"] is None else core, clause, last.answer)
    return ask(core, clause, last.answer, replaces=argument)


def _verbless(wh: str, rest: list[str]) -> bool:
    """Whether the words after a wh-word are a noun phrase without its verb: "which city", "how many of them"."""
    if wh == "how" and rest:
        if rest[0] in {"long", "far", "often", "old", "fast", "big", "tall", "come", "so", "much"} and len(rest) == 1:
            return True
        rest = rest[1:] if rest[0] == "many" else ["?", "?", "?"]
    nouns = [word for word in rest if word not in {"of", "them", "those", "these", "the", "else", "other"}]
    verbal = [
        word for word in nouns if word in lexicon.AUX or (verbs.base_of(word) in verbs.VERBS and word != "others")
    ]
    return len(nouns) <= (1 if wh == "what" else 2) and not verbal


def _how_many(core: str, rest: list[str], clause: Clause, last: Turn) -> str:
    noun = rest[1:]
    if not noun or noun[0] == "of":
        core = f"How many {_noun_of(clause, last)}".strip()
    return ask(core, clause, last.answer, replaces=True)


def _noun_of(clause: Clause, last: Turn) -> str:
    """What is counted or chosen from: the noun asked about, a plural answer, or people."""
    words = clause.asked.split()
    if words and words[0].lower() in {"which", "what"} and len(words) > 1:
        return " ".join(words[1:])
    if words[:2] and words[0].lower() == "how" and len(words) > 2:
        return " ".join(words[2:])
    if last.answer is not None:
        plural = [each for each in mentions_of(last.answer) if each.plural and not each.text[:1].isupper()]
        if plural:
            return re.sub(r"^(?:the|their|its|his|her) ", "", plural[0].text)
    return "people" if words and words[0].lower() in {"who", "whom"} else ""


def _another_topic(core: str, last: Turn, *, led: bool) -> str | None:
    """ "What about Russia?", "And the women?", "In Palmyra?": the previous question about something else."""
    found = _ABOUT.fullmatch(core)
    if found is None or (not led and not _bare_name(core)):
        return None
    topic = (found["topic"] if found["topic"] is not None else found["only"]).strip()
    words = words_of(topic)
    if not words or len(words) > 7 or set(words) & (lexicon.WH | lexicon.AUX | {"there", "then", "i", "you", "not"}):
        return None
    if set(words) & (lexicon.PRONOUNS - lexicon.DETERMINERS) or topic[0] in '"“':
        return None
    previous = last.understood
    prep = words[0] if words[0] in lexicon.PREPOSITIONS else ""
    named = topic[len(prep) :].strip() if prep else topic
    mention = next(
        iter(mentions_of(f"the {named}" if named.islower() and not named.startswith("the ") else named)), None
    )
    times = _TIMES.search(previous)
    if mention is not None and mention.kind == "time":
        if times is not None:
            return _replaced(previous, times.start(), times.end(), f"{prep or times.group().split()[0]} {named}")
        return _appended(previous, topic if prep else f"on {topic}")
    old = _like(previous, mention, prep)
    if old is not None:
        return _replaced(previous, old.start, old.end, named)
    return _appended(previous, topic if prep else f"about {topic}")


def _bare_name(core: str) -> bool:
    tokens = [token for token in tokens_of(core) if token.is_word]
    if len(tokens) > 1 and tokens[0].low in lexicon.PREPOSITIONS | {"the"}:
        tokens = tokens[1:]
    return 0 < len(tokens) <= 3 and all(token.is_name for token in tokens) and not clause_of(core)


def _like(previous: str, mention: Mention | None, prep: str) -> Mention | None:
    """The part of the previous question that is most like the new topic; after the same preposition, if it has one."""
    named = mentions_of(previous)
    if prep:
        for each in named:
            if words_of(previous[: each.start])[-1:] == [prep] and each.kind != "time":
                return each
        return None
    if mention is None:
        return None
    last_first = list(reversed(named)) if mention.plural else list(named)
    demographic = {"women", "men", "children", "boys", "girls"}
    if words_of(mention.text)[-1] in demographic:
        last_first.sort(key=lambda each: words_of(each.text)[-1] not in demographic)
    for same in (lambda kind: kind == mention.kind, lambda kind: any({kind, mention.kind} <= near for near in _NEAR)):
        for each in last_first:
            if same(each.kind) and each.text.lower() != mention.text.lower():
                return each
    return None


def _replaced(text: str, start: int, end: int, by: str) -> str:
    if start and by[:4] in {"The ", "And "}:
        by = by[:1].lower() + by[1:]
    return f"{text[:start]}{by}{text[end:]}"


def _appended(text: str, words: str) -> str:
    return f"{text.rstrip('?!. ')} {words}?"


RULES = (_the_same_again, _who_said_so, _the_event, _fragment, _another_topic)
"""In the order they are tried."""
