"""Pronouns that point out of their question: nothing inside it explains them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from qa.conversation import lexicon, verbs
from qa.conversation.phrases import Token, tokens_of

PERSONAL = lexicon.MALE | lexicon.FEMALE
PLURAL = frozenset("they them their theirs themselves".split())
_POINTING = frozenset("that this these those".split())
_POSSESSIVES = frozenset("his their its".split())
_ALL = frozenset("he him his she her they them their it its".split()) | _POINTING
_COSTS = frozenset("cost costs take takes took taken become became called mean means start".split())
_WEATHER = frozenset("rain raining rained snow snowing dark light late cold hot".split())
_CUSTOMS = frozenset("custom law case practice tradition rule habit duty".split())
_DISTANCES = frozenset("from to until till since get".split())
_VERDICTS = frozenset(
    "true possible likely unlikely legal illegal good bad necessary important clear known said believed estimated "
    "reported thought expected alleged safe dangerous better hard easy difficult impossible easier harder called "
    "time".split()
)
_HUMAN = frozenset(
    "do react respond say tell ask think believe know decide hope promise plan refuse agree complain admit insist "
    "argue claim explain speak vote elect meet negotiate write apologise apologize appeal sue announce pay buy sell "
    "build warn vow protest celebrate investigate discuss".split()
)
_CAUSING = frozenset("make makes made let lets help helped see saw hear heard watch watched".split())
_ADDRESSING = frozenset("tell ask warn thank accuse persuade inform invite thank advise".split())
_CORRECT = frozenset("true right correct so it all".split())
_CLAUSE_OPENERS = frozenset("when if while after before as".split())
_LINKS = frozenset("to that for if when before after until since who".split())
_MAKING = frozenset("made make makes making find found finds".split())
_NO_NOUNS = frozenset("not many much there then else exactly ever also still only to long".split())


@dataclass(frozen=True, slots=True)
class Gap:
    """A pronoun that points out of its question. ``job``: subject, object or owner.

    ``does``: it acts, decides or is spoken to, as only people and their groups are: "When did they start the fire?".
    """

    word: str
    start: int
    end: int
    job: str
    does: bool = False
    leads: bool = False
    """It owns a person: "its headmaster"."""
    nameless: bool = False
    """Its name is asked for, so that none was given: "What is his name?"."""


def gaps_in(question: str) -> list[Gap]:
    """The pronouns of ``question`` that nothing inside it explains."""
    return list(_gaps(tokens_of(question)))


def _gaps(tokens: list[Token]) -> Iterator[Gap]:
    asked = _asked(tokens)
    for at, token in enumerate(tokens):
        if token.low not in _ALL or not _is_pronoun(tokens, at) or _either(tokens, at):
            continue
        job = _job(tokens, at)
        if token.low in {"it", "that", "this"} and _empty(tokens, at):
            continue
        if not _explained(tokens, at, job, asked):
            does = _does(tokens, at) if job == "subject" else job == "object" and _is_told(tokens, at)
            leads = job == "owner" and any(lexicon.is_person_noun(each.low) for each in tokens[at + 1 : at + 3])
            nameless = job == "owner" and [each.low for each in tokens[at + 1 : at + 2]] == ["name"]
            yield Gap(token.low, token.start, token.end, job, does, leads, nameless)


def _either(tokens: list[Token], at: int) -> bool:
    """ "His or her": anybody's, not one person's."""
    around = [token.low for token in tokens[max(0, at - 2) : at]], [token.low for token in tokens[at + 1 : at + 3]]
    return any("or" in side and not PERSONAL.isdisjoint(side) for side in around)


def _does(tokens: list[Token], at: int) -> bool:
    """Whether the subject at ``at`` does what only people do, or has a full verb with an object or another verb."""
    if at < 1 or at + 1 >= len(tokens) or tokens[at - 1].low not in lexicon.AUX:
        return False
    if verbs.base_of(tokens[at + 1].low) in _HUMAN:
        return True
    if at + 2 >= len(tokens) or tokens[at - 1].low not in lexicon.DO:
        return False
    verb, following = tokens[at + 1], tokens[at + 2]
    if not verb.is_word or verb.low in lexicon.CLOSED | lexicon.BE or not following.is_word:
        return False
    opens = following.low in lexicon.DETERMINERS or following.low not in lexicon.CLOSED
    return opens and not following.low.endswith("ly")


def _is_told(tokens: list[Token], at: int) -> bool:
    """Whether the object at ``at`` is spoken to, as only people and their groups are: "Who told them?"."""
    return at > 0 and verbs.base_of(tokens[at - 1].low) in _ADDRESSING


def _asked(tokens: list[Token]) -> tuple[int, int]:
    """The tokens of the wh-phrase that asks; a "when" or "where" that only opens a clause before it does not."""
    places = [i for i, token in enumerate(tokens) if token.low in lexicon.WH]
    if not places:
        return 0, 0
    at = places[0]
    if tokens[at].low in {"when", "where", "how", "what"} and not _inverted(tokens, at):
        at = next((i for i in places[1:] if _inverted(tokens, i)), at)
    end = at + 1
    if tokens[at].low in {"which", "what", "whose", "how"}:
        closed = lexicon.AUX | lexicon.PRONOUNS | lexicon.SUBORDINATORS | lexicon.DETERMINERS | lexicon.PREPOSITIONS
        while end < len(tokens) and tokens[end].low not in closed - {"of"} and not verbs.is_verb(tokens[end].low):
            end += 1
    return at, end


def _inverted(tokens: list[Token], at: int) -> bool:
    """An auxiliary follows the wh-word, or a few words of its phrase."""
    reach = 1 if tokens[at].low in {"when", "where", "why", "who", "whom"} else 4
    return any(token.low in lexicon.AUX for token in tokens[at + 1 : at + 1 + reach])


def _is_pronoun(tokens: list[Token], at: int) -> bool:
    """Rules out "that" and "this" as conjunction or determiner, and a word that is part of a name."""
    token = tokens[at]
    if token.text[0].isupper() and at and tokens[at - 1].text not in '.!?,;:"“':
        return False
    if token.low not in _POINTING:
        return True
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is None or not following.is_word:
        return at > 0 and (following is None or following.text in "?.!,;")
    if at == 1 and tokens[0].low in lexicon.BE and all(not each.is_word for each in tokens[3:]):
        return following.low not in _CORRECT  # "Is that enough?"
    predicate = following.low in lexicon.PREPOSITIONS or following.low in verbs.VERBS or following.low in _VERDICTS
    return at > 0 and tokens[at - 1].low in lexicon.AUX and predicate and token.low in {"that", "this"}


def _job(tokens: list[Token], at: int) -> str:
    """subject, object or owner."""
    word, before = tokens[at].low, tokens[at - 1].low if at else ""
    following = tokens[at + 1].low if at + 1 < len(tokens) and tokens[at + 1].is_word else ""
    if word == "her":
        closed = not following or following in (lexicon.CLOSED | {"not"}) or following.endswith("ly")
        closed = closed or (before in _CAUSING and following in verbs.VERBS)  # "What made her leave?"
        return "object" if closed else "owner"
    if word in _POSSESSIVES:
        return "owner"
    inverted = before in lexicon.AUX and (bool(following) or before in lexicon.BE)
    acts = word in {"it", "that"} and (following in lexicon.AUX or verbs.is_verb(following))
    return "subject" if word in {"he", "she", "they"} or inverted or acts else "object"


def _empty(tokens: list[Token], at: int) -> bool:
    """ "It" that stands for nothing: "what time is it", "is it true that", "how long did it take to"."""
    before = [token.low for token in tokens[:at]]
    after = [token.low for token in tokens[at + 1 : at + 4]] + ["", ""]
    rest = {token.low for token in tokens[at + 1 :]}
    linked = not _LINKS.isdisjoint(rest)
    being = before[-1:] != [] and before[-1] in lexicon.BE
    judged = after[0] not in lexicon.CLOSED and not (verbs.is_past(after[0]) or after[0].endswith("ing"))
    rules = (
        before[-3:-1] in (["what", "time"], ["what", "day"]) and being,
        being and after[0] in _LINKS | {"a"} and linked,
        being and at == 1 and not {"that", "who"}.isdisjoint(rest),  # "Was it Turkey that closed it?"
        being and after[0] in lexicon.DETERMINERS and after[1] in _CUSTOMS,
        before[:1] == ["how"] and not (_WEATHER | {"far", "long"}).isdisjoint(before[1:2]) and after[0] in _DISTANCES,
        not (_COSTS | _VERDICTS).isdisjoint(after[:2]) and linked,
        not _WEATHER.isdisjoint(after[:2]),
        after[0] == "been" and "since" in rest,
        being and after[1] == "that" and after[0] not in lexicon.CLOSED,
        being and after[1] in {"to", "for", "if"} and judged,
        not _MAKING.isdisjoint(before[-2:]) and ("to" in rest or after[0] in {"more", "less", "harder", "easier"}),
        after[0] in {"that", "who"},
    )
    return any(rules)


def _explained(tokens: list[Token], at: int, job: str, asked: tuple[int, int]) -> bool:
    """Whether something inside the question is what the pronoun means."""
    word, (low, high) = tokens[at].low, asked
    if at < low:  # "In his speech, what did Obama say?"
        return any(_fits(tokens, i, word) for i in range(len(tokens)) if i != at)
    if word in {"it", "that", "this"} and any(token.low in _CLAUSE_OPENERS for token in tokens[:low]):
        return True  # "When the ship sank, where was it?"
    if (job == "subject" and tokens[at - 1].low in lexicon.AUX and at - 1 <= high) or (high == 0 and at == 1):
        return any(_fits(tokens, i, word) for i in range(low))  # it is the subject: nothing asked with it explains it
    border = _border(tokens, at)
    if _told_by_verb(tokens, high, at) and word in PLURAL and (job != "object" or border > high):
        return True
    reach = set(range(at))
    if job == "object":  # not the subject of its own clause, but an owner in it: "Who is Hasan's friend that told him?"
        reach = {*range(border), *(i for i in range(border, at) if tokens[i].possessive)}
    reach -= _skipped(tokens, at, job, asked)
    if high - low > 1 and high - 1 in reach and tokens[high - 1].low not in lexicon.PERIODS:
        return True  # "Which contestant lost his job?"
    return any(_fits(tokens, i, word) for i in reach)


def _told_by_verb(tokens: list[Token], aux: int, at: int) -> bool:
    """Whether the auxiliary says that the question has a plural subject: "What do plankton do with their eggs?"."""
    if aux + 1 >= at or tokens[aux].low not in {"do", "are", "were", "have"}:
        return False
    return tokens[aux + 1].low not in lexicon.PRONOUNS - lexicon.DETERMINERS


def _border(tokens: list[Token], at: int) -> int:
    """Where the clause around ``at`` starts."""
    for i in range(at - 1, 0, -1):
        if tokens[i].low in lexicon.SUBORDINATORS or tokens[i].text in ",;:.?!" or _reduced(tokens, i):
            return i
        if tokens[i].low == "for" and i + 1 == at and at + 1 < len(tokens) and tokens[at + 1].low == "to":
            return i  # "legislation for it to pass"
        goes_on = i + 1 < at or (at + 1 < len(tokens) and tokens[at + 1].is_word)
        if goes_on and tokens[i].low in lexicon.TELLING and tokens[i + 1].low not in lexicon.PREPOSITIONS:
            return i
    return 0


def _reduced(tokens: list[Token], i: int) -> bool:
    """A participle that opens a clause after its noun: "a show dedicated to him", "smugglers bringing them in"."""
    before, low = tokens[i - 1], tokens[i].low
    if i < 2 or not before.is_word or before.low in lexicon.CLOSED | {"not"} or before.low.endswith("ly"):
        return False
    if any(token.low in lexicon.BE for token in tokens[:i]) and not verbs.is_past(low):
        return False
    to = tokens[i + 1].low if i + 1 < len(tokens) else ""
    return (low.endswith("ing") and len(low) > 4) or (verbs.is_past(low) and to in {"to", "for", "by", "with", "after"})


def _skipped(tokens: list[Token], at: int, job: str, asked: tuple[int, int]) -> set[int]:
    """The words asked with explain nothing when they are not the subject: "What reasons did they give for it?"."""
    low, high = asked
    aux = tokens[high].low if high < len(tokens) else ""
    copula = aux in lexicon.BE and job == "owner" and at == high + 1
    return set(range(low, high)) if copula or (aux in lexicon.DO and tokens[low].low != "who") else set()


def _fits(tokens: list[Token], i: int, word: str) -> bool:
    """Whether the word at ``i`` could be (the head of) what the pronoun ``word`` means."""
    token, low = tokens[i], tokens[i].low
    if not token.is_word or (low in lexicon.CLOSED and low != "who"):
        return False
    name = token.is_name and low not in lexicon.CLOSED | lexicon.TIME_WORDS
    person = low == "who" or lexicon.is_person_noun(low)
    if word in PERSONAL:
        gender = lexicon.gender_of_noun(low) or (
            lexicon.gender_of_name(token.text) if name else lexicon.gender_of_word(low)
        )
        fits = not gender or gender == ("m" if word in lexicon.MALE else "f")
        return fits and (bool(gender) or person or (name and low not in lexicon.PLACES))
    if word in PLURAL:
        return name or person or low in lexicon.GROUP_NOUNS or (lexicon.is_plural(low) and not verbs.is_verb(low))
    verbal = verbs.is_verb(low) and not (i and tokens[i - 1].low in lexicon.DETERMINERS)
    other = person or low in _NO_NOUNS or low in lexicon.TIME_WORDS or bool(lexicon.gender_of_name(token.text))
    return not verbal and not other
