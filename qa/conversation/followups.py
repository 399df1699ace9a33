"""Follow-ups that go on from the previous question as a whole. Pure; each rule gives the new question or ``None``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.conversation import lexicon
from qa.conversation.clauses import Clause, ask, clause_of, missing_subject
from qa.conversation.fragments import fragment, how_many, who_else_did, with_its_noun
from qa.conversation.mentions import Mention, mentions_of
from qa.conversation.phrases import tokens_of, words_of
from qa.conversation.statements import event_of, state
from qa.conversation.temporal import goes_on_in_time
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
    r"(?P<asked>(?:who|which \w+)(?: else)?)\s(?:(?P<verb>said|says|claimed|claims|reported|reports|told|confirmed|"
    r"announced|stated|admitted)\s(?:that|so|this|it)"
    r"|(?P<judged>decided|ruled|denied|denies|disputed|revealed|predicted|estimated|believes|believed|thinks|suggested|"
    r"argued|warned|promised|insisted|insists|alleged)\s(?:that|so|this))"
    r"|says who|according to whom|who said",
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
_OPPOSITES = {
    one: other
    for pair in ("before after", "with without", "inside outside", "above below", "north south", "east west")
    for one, other in (pair.split(), reversed(pair.split()))
}
_DEMOGRAPHIC = frozenset("women men children boys girls".split())
_COMMANDS = frozenset("define describe explain list name tell give show compare summarise summarize translate".split())
_NEAR = (
    {"person", "people"},
    {"person", "unknown"},
    {"place", "organisation", "unknown"},
    {"people", "things"},
    {"thing", "things"},
)


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
    for rule in (_the_same_again, _who_said_so, _the_event, _part_of_it, _the_other_side, _another_topic):
        found = rule(asked)
        if found is not None:
            return found
    return None


def _the_same_again(asked: FollowUp) -> str | None:
    """ "And in the other article?" """
    return asked.last.understood if _AGAIN.fullmatch(asked.core) else None


def _who_said_so(asked: FollowUp) -> str | None:
    """ "Who said that?": the previous answer in quotation marks, or the previous question as a statement."""
    found = _SAID_SO.fullmatch(asked.core)
    if found is None:
        return None
    clause, last = asked.clause, asked.last
    verb = found["judged"] or found["verb"] or "said"
    who = f"{(found['asked'] or 'Who').capitalize()} {'said' if verb.lower() == 'told' else verb.lower()}"
    answer = "" if last.answer is None else " ".join(last.answer.split()).strip(' .“”"')
    if len(answer.split()) >= 4 and (clause is None or _about_words(clause)):
        return f"{who} “{answer}”?"
    statement = None if clause is None else state(clause, last.answer)
    if statement is not None:
        return f"{who} that {statement}?"
    return f"{who} “{answer}”?" if answer else None


def _about_words(clause: Clause) -> bool:
    """Whether words were asked for: "What did he say?", not "Who do they say came?"."""
    return not lexicon.SAYING.isdisjoint(words_of(clause.body)) and missing_subject(clause.body) is None


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
    a_place = a_place or (words[0] == "which" and words[1] in lexicon.PLACE_NOUNS and "is" in words)
    if a_place or a_thing:
        return None
    opener = "Why" if found["asked"].lower() == "how come" else found["asked"]
    if words[0] == "which" and words[1] in lexicon.PLACE_NOUNS:
        opener = f"In {opener.lower()}"
    return ask(opener, event_of(clause, asked.last.answer), asked.last.answer)


def _part_of_it(asked: FollowUp) -> str | None:
    """ "How many were there?", "What happened then?", "Why?" """
    for rule in (how_many, who_else_did, with_its_noun, goes_on_in_time, fragment):
        found = rule(asked.core, asked.last)
        if found is not None:
            return found
    return None


def _the_other_side(asked: FollowUp) -> str | None:
    """ "And after?" when the previous question had "before": the same question with the opposite."""
    was = _OPPOSITES.get(asked.core.lower(), "")
    found = re.search(rf"\b{was}\b(?! all\b)", asked.last.understood, re.I) if was else None
    return None if found is None else _replaced(asked.last.understood, *found.span(), asked.core.lower())


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
    if words_of(text[:start])[-1:] in (["many"], ["which"], ["what"]):
        by = re.sub(r"^the ", "", by, flags=re.I)
    if start and by.startswith("The "):
        by = f"the {by[4:]}"
    return f"{text[:start]}{by}{text[end:]}"


def _appended(text: str, words: str) -> str:
    return f"{text.rstrip('?!. ')} {words}?"
