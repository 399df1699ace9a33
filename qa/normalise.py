"""When do two spans give the same answer? Pure comparison of wording, numbers written out or not. Never shown."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_UNITS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_ARTICLES = frozenset({"a", "an", "the"})
_FILLERS = frozenset(
    "at least about around some nearly almost approximately more than over up to of in on by for from as early "
    "and to with or is was were are mr mrs ms dr".split()
)
_INITIALS = {"united nations": "un", "united states": "usa", "united kingdom": "uk", "european union": "eu"}
_AMERICA = re.compile(r"\b(?:[Uu]\.\s?[Ss]\.(?:\s?[Aa]\.(?!\s?\w))?(?![\w.])(?!\s?[Ss]\.)|USA?\b)")
"""With stops, or in capitals: small letters without are the pronoun."""
_WRITTEN_OUT = re.compile(rf"\b({'|'.join(_INITIALS)})\b".replace(" ", r"\s+"))
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")


@lru_cache(maxsize=4096)
def answer_tokens(text: str) -> tuple[str, ...]:
    """Lower-cased words and numbers, articles dropped, written-out numbers turned into digits, a few names into
    the initials that news write as often.

    >>> answer_tokens("the eighty-two civilians") == answer_tokens("82 civilians") == ("82", "civilians")
    True
    """
    folded = _AMERICA.sub("USA", unicodedata.normalize("NFKC", text)).casefold().replace("’", "'")
    folded = re.sub(r"\b((?:[^\W\d_]\.){2,})", lambda match: match[1].replace(".", ""), folded)  # u.n. -> un
    folded = _WRITTEN_OUT.sub(lambda match: _INITIALS[" ".join(match[1].split())], folded)
    tokens = [token.removesuffix("'s").replace(",", "") for token in _TOKEN.findall(folded)]
    return tuple(_join_numbers([token for token in tokens if token not in _ARTICLES]))


def _join_numbers(tokens: list[str]) -> list[str]:
    joined: list[str] = []
    total, current, inside = 0, 0, False
    for token in [*tokens, ""]:
        if token in _UNITS or token in _TENS:
            current += _UNITS.get(token, 0) + _TENS.get(token, 0)
            inside = True
        elif inside and token in _SCALES:
            current = max(current, 1) * _SCALES[token]
            if _SCALES[token] > 100:
                total, current = total + current, 0
        else:
            if inside:
                joined.append(str(total + current))
                total, current, inside = 0, 0, False
            if token:
                joined.append(token)
    return joined


def same_answer(one: str, other: str) -> bool:
    """Whether two spans say the same: equal once normalised, or one holds the other with only detail added.

    "Rupert Colville" and "UN spokesman Rupert Colville" are the same; "82" and "50,000" are not, nor "Wednesday
    morning" and "Wednesday evening". A longer span that adds a number to one without any is another answer.
    """
    short, long = sorted((answer_tokens(one), answer_tokens(other)), key=len)
    if short == long:
        return bool(short) or one.strip() == other.strip()
    core = [token for token in short if token not in _FILLERS]
    if not core or 4 * len(core) < len(long):
        return False
    if not any(long[at : at + len(short)] == short for at in range(len(long) - len(short) + 1)):
        return set(core) == {token for token in long if token not in _FILLERS}
    numbers_short = {token for token in short if token[0].isdigit()}
    numbers_long = {token for token in long if token[0].isdigit()}
    return numbers_short == numbers_long
