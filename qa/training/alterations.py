"""Alterations: small changes that turn a question its passage answers into one it does not.

They follow what people did for SQuAD 2.0 (Rajpurkar et al. 2018, table 2): entity swaps, number swaps, antonyms,
negation, and words from near by. `alter` is pure but for the random draw.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_NAME = re.compile(r"\b[A-Z][\w’'.-]*(?:\s+(?:of|the|de|and|van|von)?\s?[A-Z][\w’'.-]*)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_WORD = re.compile(r"[A-Za-z]{4,}")
_QUESTION_WORDS = frozenset(
    "what who whom whose when where which why how did does do is are was were in on at for the a an".split()
)
_COMMON = frozenset(
    """what which where when whom whose that this these those with from have been were does about there their they
    them then than into over under many much most more some such only also other after before during while between
    because people name type kind part called known according would could should will often became made used year
    years time first last used
    using""".split()
)
_NEGATED = {
    "did": "didn't", "does": "doesn't", "do": "don't", "was": "wasn't", "were": "weren't", "is": "isn't", "are":
    "aren't", "can": "can't", "could": "couldn't", "has": "hasn't", "had": "hadn't", "have": "haven't", "will":
    "won't", "would": "wouldn't",
}  # fmt: skip
_PAIRS = """first last,before after,more less,most least,largest smallest,highest lowest,high low,north south,east west,
northern southern,eastern western,oldest youngest,old new,early late,earlier later,earliest latest,begin end,began
ended,start finish, started stopped,increase decrease,increased decreased,rise fall,rose fell,win lose,won lost,born
died,birth death,male female,men women, man woman,boy girl,father mother,son daughter,brother sister,husband wife,king
queen,good bad,best worst,better worse,strong weak, large small,larger smaller,big little,bigger smaller,long
short,longest shortest,fast slow,hot cold,winter summer,day night, support oppose,supported opposed,allow
forbid,allowed banned,accept reject,accepted rejected,agree disagree,include exclude, buy sell,bought sold,open
close,opened closed,enter leave,entered left,joined left,attack defend,attacked defended,victory defeat, defeated
joined,above below,inside outside,upper lower,public private,rich poor,major minor,minimum maximum,positive negative,
success failure,successful unsuccessful,legal illegal,formal informal,direct indirect,common rare,popular
unpopular,modern ancient, same different,internal external,domestic foreign,urban rural,local national,create
destroy,created destroyed,built demolished, give receive,gave received,sent received,teach learn,taught learned,like
dislike,liked disliked,love hate,loved hated,cause prevent, caused prevented,help hinder,helped hindered,gain
loss,gained lost,arrive depart,arrived departed,push pull,present absent,always never, majority minority,advantage
disadvantage,easy difficult,hard soft,wet dry,light dark,full empty,left right,top bottom,beginning end, hired
fired,appointed dismissed,married divorced,approve veto,approved vetoed,confirmed denied,released
arrested,guilty innocent"""
_OPPOSITE: dict[str, str] = {}
for _pair in _PAIRS.replace("\n", " ").split(","):
    _one, _other = _pair.split()
    _OPPOSITE.setdefault(_one, _other)
    _OPPOSITE.setdefault(_other, _one)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What one article offers to put in place of something else: names, numbers, words."""

    names: tuple[str, ...]
    numbers: tuple[str, ...]
    words: tuple[str, ...]

    @classmethod
    def of(cls, contexts: Sequence[str]) -> "Surroundings":
        """Gather them from an article's passages."""
        text = "\n".join(contexts)
        names = sorted({name.strip(" .") for name in _NAME.findall(text) if _is_name(name)})
        words = sorted({word for word in _WORD.findall(text) if word.islower() and word not in _COMMON})
        return cls(tuple(names), tuple(sorted(set(_NUMBER.findall(text)))), tuple(words))


def alter(question: str, context: str, answers: Sequence[str], near: Surroundings, rng: random.Random) -> str | None:
    """One alteration of `question`, of a kind drawn from those that apply; None where none does."""
    here = Surroundings.of([context])
    avoid = {word for answer in answers for word in answer.lower().split()}
    source = here if rng.random() < 0.5 else near
    kinds: list[tuple[float, Callable[[], str | None]]] = [
        (5, lambda: _swap_name(question, context, source.names, avoid, rng)),
        (4, lambda: _swap_number(question, source.numbers, avoid, rng)),
        (4, lambda: _swap_opposite(question, rng)),
        (4, lambda: _swap_word(question, context, source.words, avoid, rng)),
        (1, lambda: _negate(question)),
    ]
    while kinds:
        drawn = rng.choices(range(len(kinds)), weights=[weight for weight, _ in kinds])[0]
        altered = kinds.pop(drawn)[1]()
        if altered is not None and altered != question:
            return altered
    return None


def _is_name(text: str) -> bool:
    """A capital letter alone does not make a name: sentences begin with one, and a stop inside is two sentences."""
    return len(text) > 3 and ". " not in text and text.split(maxsplit=1)[0].lower() not in _QUESTION_WORDS | _COMMON


def _swap_name(question: str, context: str, names: Sequence[str], avoid: set[str], rng: random.Random) -> str | None:
    asked = [
        found
        for found in _NAME.finditer(question)
        if found.start() > 0 and found[0].split()[0].lower() not in _QUESTION_WORDS
    ]
    asked = [found for found in asked if found[0] in context]
    if not asked:
        return None
    found = rng.choice(asked)
    length, lowered = len(found[0].split()), question.lower()
    fit = [
        name
        for name in names
        if abs(len(name.split()) - length) <= 1
        and name.lower() not in lowered
        and not avoid & set(name.lower().split())
    ]
    return None if not fit else question[: found.start()] + rng.choice(fit) + question[found.end() :]


def _swap_number(question: str, numbers: Sequence[str], avoid: set[str], rng: random.Random) -> str | None:
    asked = list(_NUMBER.finditer(question))
    if not asked:
        return None
    found = rng.choice(asked)
    fit = [number for number in numbers if len(number) == len(found[0]) and number != found[0] and number not in avoid]
    if found[0].isdigit() and (not fit or rng.random() < 0.4):
        step = rng.choice([-10, -4, -3, -2, -1, 1, 2, 3, 4, 10])
        fit = [str(abs(int(found[0]) + step))]
    return None if not fit else question[: found.start()] + rng.choice(fit) + question[found.end() :]


def _swap_opposite(question: str, rng: random.Random) -> str | None:
    asked = [found for found in re.finditer(r"[A-Za-z]+", question) if found[0].lower() in _OPPOSITE]
    if not asked:
        return None
    found = rng.choice(asked)
    return question[: found.start()] + _OPPOSITE[found[0].lower()] + question[found.end() :]


def _swap_word(question: str, context: str, words: Sequence[str], avoid: set[str], rng: random.Random) -> str | None:
    lowered = context.lower()
    asked = [
        found
        for found in _WORD.finditer(question)
        if found[0].islower() and found[0] not in _COMMON and found[0] in lowered
    ]
    if not asked:
        return None
    found = rng.choice(asked)
    fit = [word for word in words if word[-2:] == found[0][-2:] and word not in question and word not in avoid]
    return None if not fit else question[: found.start()] + rng.choice(fit) + question[found.end() :]


def _negate(question: str) -> str | None:
    for found in re.finditer(r"[A-Za-z]+", question):
        if found[0] in _NEGATED:
            return question[: found.start()] + _NEGATED[found[0]] + question[found.end() :]
    return None
