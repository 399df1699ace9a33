"""Pronouns that point out of their question: nothing inside it explains them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from qa.conversation import lexicon, verbs
from qa.conversation.phrases import Token, tokens_of

PERSONAL = lexicon.MALE | lexicon.FEMALE
PLURAL = frozenset("they them their theirs themselves".split())
_POSSESSIVES = frozenset("his her their its".split())
_ALL = (PERSONAL | PLURAL | frozenset("it its that this these those".split())) - frozenset(
    "himself herself hers theirs themselves".split()
)
_WEATHER = frozenset("cost costs rain raining rained snow snowing take takes took taken".split())
_VERDICTS = frozenset(
    "true possible likely unlikely legal illegal good bad necessary important clear known said believed estimated "
    "reported thought expected alleged safe dangerous better hard easy difficult impossible easier harder called time".split()
)


@dataclass(frozen=True, slots=True)
class Gap:
    """A pronoun that points out of its question. ``job``: subject, object or owner."""

    word: str
    start: int
    end: int
    job: str


def gaps_in(question: str) -> list[Gap]:
    """The pronouns of ``question`` that nothing inside it explains."""
    return list(_gaps(tokens_of(question)))


def _gaps(tokens: list[Token]) -> Iterator[Gap]:
    asked = _asked(tokens)
    for at, token in enumerate(tokens):
        if token.low not in _ALL or not _is_pronoun(tokens, at):
            continue
        job = _job(tokens, at)
        if token.low in {"it", "that", "this"} and _empty(tokens, at):
            continue
        if not _explained(tokens, at, job, asked):
            yield Gap(token.low, token.start, token.end, job)


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
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if token.text[0].isupper() and at and tokens[at - 1].text not in '.!?,;:"“':
        return False
    if token.low in {"that", "this", "these", "those"}:
        if following is None or not following.is_word:
            return at > 0 and (following is None or following.text in "?.!,;")
        inverted = at > 0 and tokens[at - 1].low in lexicon.AUX
        plain = following.low in lexicon.PREPOSITIONS or following.low in verbs.VERBS or following.low in _VERDICTS
        if token.low == "that" and not inverted:
            return False
        return inverted and plain and token.low in {"that", "this"}
    return True


def _job(tokens: list[Token], at: int) -> str:
    word = tokens[at].low
    following = tokens[at + 1] if at + 1 < len(tokens) and tokens[at + 1].is_word else None
    if word in _POSSESSIVES and word != "her":
        return "owner"
    if word == "her":
        closed = lexicon.PREPOSITIONS | lexicon.SUBORDINATORS | lexicon.AUX | lexicon.DETERMINERS | {"to", "not"}
        return "object" if following is None or following.low in closed or following.low.endswith("ly") else "owner"
    if word in {"he", "she", "they"}:
        return "subject"
    if at and tokens[at - 1].low in lexicon.AUX and (following is not None or tokens[at - 1].low in lexicon.BE):
        return "subject"
    if (
        following is not None
        and word in {"it", "that"}
        and (following.low in lexicon.AUX or verbs.is_verb(following.low))
    ):
        return "subject"
    return "object"


def _empty(tokens: list[Token], at: int) -> bool:
    """ "It" that stands for nothing: "what time is it", "is it true that", "how long did it take to"."""
    words = [token.low for token in tokens]
    before, after, rest = words[:at], words[at + 1 : at + 4], set(words[at + 1 :])
    links = {"to", "that", "for", "if", "when", "before", "after", "until", "since", "who"}
    if not after:
        return before[-3:] in (["what", "time", "is"], ["what", "time", "was"], ["what", "day", "is"])
    if before[-1:] and before[-1] in lexicon.BE and after[0] in links | {"a", "who's"}:
        return bool(rest & links)
    if _WEATHER & set(after[:2]) or after[0] in {"become", "became", "called", "mean", "means", "start"}:
        return bool(rest & links or rest & {"rain", "raining", "snow", "snowing"})
    if set(after[:2]) & _VERDICTS and rest & links:
        return True
    if before[-1:] and before[-1] in lexicon.BE and after[1:2] and after[1] in {"to", "that", "for", "if"}:
        closed = lexicon.PREPOSITIONS | lexicon.DETERMINERS
        return after[0] not in closed and (
            after[1] == "that" or not (verbs.is_past(after[0]) or after[0].endswith("ing"))
        )
    if {"made", "make", "makes", "making", "find", "found", "finds"} & set(before[-2:]):
        return "to" in rest or after[0] in {"more", "less", "so", "harder", "easier"}
    return after[0] in {"that", "who"}


def _explained(tokens: list[Token], at: int, job: str, asked: tuple[int, int]) -> bool:
    """Whether something inside the question is what the pronoun means."""
    word = tokens[at].low
    fronted = [i for i in range(asked[0]) if i != at]
    if at < asked[0]:  # "In his speech, what did Obama say?"
        fronted = [i for i in range(len(tokens)) if i != at]
        return any(_fits(tokens, i, word) for i in fronted)
    clause_first = any(tokens[i].low in {"when", "if", "while", "after", "before", "as"} for i in range(asked[0]))
    if clause_first and word in {"it", "that", "this"}:
        return True
    main_subject = job == "subject" and at > 0 and tokens[at - 1].low in lexicon.AUX and at - 1 <= asked[1]
    if main_subject or (asked[1] == 0 and at == 1):
        return any(_fits(tokens, i, word) for i in fronted)
    border = _border(tokens, at)
    if job == "object":
        owners = [i for i in range(border, at) if tokens[i].possessive]
        reach = [*range(asked[0], border), *fronted, *owners]
    else:
        reach = list(range(at))
    aux = tokens[asked[1]].low if asked[1] < len(tokens) else ""
    own = asked[1] + 1 < at and tokens[asked[1] + 1].low not in lexicon.PRONOUNS - lexicon.DETERMINERS
    if word in PLURAL and aux in {"do", "are", "were", "have"} and own and (job != "object" or border > asked[1]):
        return True  # the verb says that the subject is a plural: "What do plankton do with their eggs?"
    skipped = _skipped(tokens, at, job, asked)
    noun = asked[1] - 1
    if (
        asked[1] - asked[0] > 1
        and noun in reach
        and noun not in skipped
        and tokens[noun].low not in {"time", "year", "day"}
    ):
        return True  # "Which contestant lost his job?"
    return any(_fits(tokens, i, word) for i in reach if i not in skipped)


def _border(tokens: list[Token], at: int) -> int:
    """Where the clause around ``at`` starts."""
    for i in range(at - 1, 0, -1):
        if tokens[i].low in lexicon.SUBORDINATORS or tokens[i].text in ",;:":
            return i
        goes_on = i + 1 < at or (at + 1 < len(tokens) and tokens[at + 1].is_word)
        if goes_on and tokens[i].low in lexicon.SAYING and tokens[i + 1].low not in lexicon.PREPOSITIONS:
            return i
    return 0


def _skipped(tokens: list[Token], at: int, job: str, asked: tuple[int, int]) -> set[int]:
    """The words asked with explain nothing when they are not the subject: "What reasons did they give for their raid?"."""
    low, high = asked
    aux = tokens[high].low if high < len(tokens) else ""
    copula = aux in lexicon.BE and job == "owner" and at == high + 1
    return set(range(low, high)) if copula or (aux in lexicon.DO and tokens[low].low != "who") else set()


def _fits(tokens: list[Token], i: int, word: str) -> bool:
    """Whether the word at ``i`` could be (the head of) what the pronoun ``word`` means."""
    token = tokens[i]
    low = token.low
    if not token.is_word or low in lexicon.PRONOUNS | lexicon.AUX | lexicon.PREPOSITIONS or low in lexicon.DETERMINERS:
        return False
    name = token.is_name and low not in lexicon.WH | lexicon.SUBORDINATORS | lexicon.TIME_WORDS
    if word in PERSONAL:
        gender = lexicon.gender_of_noun(low) or (lexicon.gender_of_name(token.text) if name else "")
        wanted = "m" if word in lexicon.MALE else "f"
        if gender:
            return gender == wanted
        return low == "who" or low in lexicon.PERSON_NOUNS or (name and low not in lexicon.PLACES)
    if low == "who":
        return word in PLURAL
    if word in PLURAL:
        return (
            name
            or (lexicon.is_plural(low) and not verbs.is_verb(low))
            or low in lexicon.GROUP_NOUNS | lexicon.PERSON_NOUNS
        )
    if low in lexicon.WH or (verbs.is_verb(low) and not (i and tokens[i - 1].low in lexicon.DETERMINERS)):
        return False
    if low in {
        "not",
        "many",
        "much",
        "there",
        "then",
        "else",
        "exactly",
        "ever",
        "also",
        "still",
        "only",
        "to",
        "long",
    }:
        return False
    return low not in lexicon.PERSON_NOUNS and low not in lexicon.TIME_WORDS and not lexicon.gender_of_name(token.text)
