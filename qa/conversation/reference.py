"""Pronouns: which ones point out of their question, and at whom or what in the turns before. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.conversation import lexicon
from qa.conversation.mentions import Mention, Token, mentions_of, tokens_of
from qa.conversation.turns import Turn

_OBJECTS = frozenset("him them her it that this".split())
_POSSESSIVES = frozenset("his her their its".split())
_PERSONAL = lexicon.MALE | lexicon.FEMALE
_PLURAL = frozenset("they them their theirs themselves".split())
_ALL = (_PERSONAL | _PLURAL | frozenset("it its that this these those".split())) - frozenset(
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
        while end < len(tokens) and tokens[end].low not in closed - {"of"} and not lexicon.is_verb(tokens[end].low):
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
        plain = following.low in lexicon.PREPOSITIONS or following.low in lexicon.VERBS or following.low in _VERDICTS
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
        and (following.low in lexicon.AUX or lexicon.is_verb(following.low))
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
            after[1] == "that" or not (lexicon.is_past(after[0]) or after[0].endswith("ing"))
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
    if word in _PLURAL and aux in {"do", "are", "were", "have"} and own and (job != "object" or border > asked[1]):
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
    if word in _PERSONAL:
        gender = lexicon.gender_of_noun(low) or (lexicon.gender_of_name(token.text) if name else "")
        wanted = "m" if word in lexicon.MALE else "f"
        if gender:
            return gender == wanted
        return low == "who" or low in lexicon.PERSON_NOUNS or (name and low not in lexicon.PLACES)
    if low == "who":
        return word in _PLURAL
    if word in _PLURAL:
        return (
            name
            or (lexicon.is_plural(low) and not lexicon.is_verb(low))
            or low in lexicon.GROUP_NOUNS | lexicon.PERSON_NOUNS
        )
    if low in lexicon.WH or lexicon.is_verb(low) and not (i and tokens[i - 1].low in lexicon.DETERMINERS):
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


@dataclass(frozen=True, slots=True)
class _Candidate:
    mention: Mention
    cost: float
    role: str


def antecedent(gap: Gap, history: Sequence[Turn], taken: frozenset[str] = frozenset()) -> Mention | None:
    """The mention in the turns before that the pronoun most likely means: the nearest that fits, subjects first."""
    best: tuple[float, Mention] | None = None
    genders = _genders(history)
    for candidate in _candidates(history):
        if candidate.mention.text in taken:
            continue
        misfit = _misfit(gap, candidate, genders)
        if misfit is not None and (best is None or candidate.cost + misfit < best[0]):
            best = candidate.cost + misfit, candidate.mention
    return None if best is None else best[1]


def _candidates(history: Sequence[Turn]) -> Iterator[_Candidate]:
    for distance, turn in enumerate(reversed(history[-5:])):
        far = 4.0 * distance
        question = turn.understood
        who = question.lower().split()[:1]
        named = [each for each in mentions_of(question)]
        for index, mention in enumerate(named):
            role = "subject" if index == 0 else "object" if index == len(named) - 1 else "middle"
            yield _Candidate(mention, far + 1 + 0.2 * index, role)
        if turn.answer is not None:
            asks = "who" if who in (["who"], ["whom"]) else "what" if who in (["what"], ["which"]) else "other"
            for mention in _answered(turn.answer, asks):
                known = 2.0 if asks == "other" or _asks_about_name(named, question) else 0.0
                yield _Candidate(mention, far + known, f"answer-{asks}")
        if turn.sentence is not None:
            for index, mention in enumerate(mentions_of(turn.sentence)[:12]):
                yield _Candidate(mention, far + 2.5 + 0.05 * index, "sentence")


def _asks_about_name(named: list[Mention], question: str) -> bool:
    """ "Who is Samantha Power?": the answer describes her, the name is the better mention."""
    words = question.lower().split()
    return (
        len(words) > 2
        and words[1] in lexicon.BE
        and bool(named)
        and named[0].text[:1].isupper()
        and named[0].start < 12
    )


def _answered(answer: str, asks: str) -> Iterator[Mention]:
    """What an answer mentions: the whole of it when it is short and coordinated, else its first phrases."""
    found = mentions_of(answer)
    words = answer.split()
    between = answer
    for mention in reversed(found):
        between = between[: mention.start] + between[mention.end :]
    if (
        " and " in answer
        and len(words) <= 10
        and len(found) >= 2
        and not set(between.split()) - {"and", ",", "the", ".", ", and"}
    ):
        yield Mention(answer.strip(" .,;:"), 0, len(answer), "people" if asks == "who" else "things")
    for mention in found[:2]:
        opens = mention.start <= 1
        if opens and asks == "who" and mention.kind in {"unknown"} and len(found) == 1:
            yield Mention(mention.text, mention.start, mention.end, "person", mention.gender)
        elif opens or len(words) <= 8:
            yield mention


def _genders(history: Sequence[Turn]) -> dict[str, str]:
    """Gender by last name, from first names and titles anywhere in the conversation, and from "he said", "she said"."""
    found: dict[str, str] = {}
    for turn in history[-5:]:
        for text in (turn.understood, turn.answer, turn.sentence):
            if text is None:
                continue
            named = [
                each for each in mentions_of(text) if each.kind in {"person", "unknown"} and each.text[:1].isupper()
            ]
            for mention in named:
                if mention.gender:
                    found[_last(mention)] = mention.gender
            words = {token.low for token in tokens_of(text)}
            if len(named) == 1 and bool(words & {"he", "his"}) != bool(words & {"she", "her"}):
                found.setdefault(_last(named[0]), "m" if words & {"he", "his"} else "f")
    return found


def _last(mention: Mention) -> str:
    return mention.text.lower().split()[-1]


def _misfit(gap: Gap, candidate: _Candidate, genders: dict[str, str]) -> float | None:
    """How badly a mention fits a pronoun; ``None`` when it cannot be meant."""
    mention, word = candidate.mention, gap.word
    if mention.kind in {"time", "number"} or mention.text.lower() in lexicon.PRONOUNS:
        return None
    if mention.text.split()[0].lower() in {"his", "her", "their", "its", "my", "our", "your"} and word in _PERSONAL:
        return None
    lean = 0.0 if gap.job != "object" or candidate.role != "subject" else 0.3
    lean += 0.6 if mention.text.split()[0].lower() in {"his", "her", "their", "its"} else 0.0
    if word in _PERSONAL:
        return _misfit_person(mention, "m" if word in lexicon.MALE else "f", genders)
    if word in _PLURAL or word in {"these", "those"}:
        return _misfit_plural(mention, candidate.role, lean)
    return _misfit_thing(mention, candidate.role, lean)


def _misfit_person(mention: Mention, wanted: str, genders: dict[str, str]) -> float | None:
    if mention.kind not in {"person", "unknown"}:
        return None
    gender = mention.gender or genders.get(_last(mention), "")
    if gender and gender != wanted:
        return None
    common = 0.0 if mention.text[:1].isupper() and not mention.text.startswith("The ") else 0.5
    return common + (0.0 if gender else 0.4) + (0.0 if mention.kind == "person" else 0.6)


def _misfit_plural(mention: Mention, role: str, lean: float) -> float | None:
    far = 1.0 if role == "answer-other" else 0.0
    match mention.kind:
        case "people":
            return lean + far
        case "things":
            return 0.3 + lean + far
        case "organisation":
            return 0.8 + lean + far
        case "place" if role != "sentence":
            return 1.6 + lean + far
        case "unknown" if role != "sentence":
            return 2.2 + lean
    return None


def _misfit_thing(mention: Mention, role: str, lean: float) -> float | None:
    who = 1.5 if role == "answer-who" else 0.0
    match mention.kind:
        case "thing":
            return lean + who
        case "organisation" | "place":
            return 0.5 + lean + who
        case "unknown":
            return 0.8 + lean + who
    return None
