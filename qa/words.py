"""Text to the terms that BM25 counts: words and numbers, folded and stemmed. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from qa.stopwords import STOPWORDS

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def words(text: str) -> list[str]:
    """Lower-cased words and numbers without accents; ``1,500`` is ``1500``; scripts without spaces by character."""
    plain = text.lower()
    if not plain.isascii():
        plain = "".join(each for each in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(each))
    found: list[str] = []
    for match in _WORD.findall(plain):
        if "," in match:
            found.append(match.replace(",", ""))
        elif not match.isascii() and _WIDE.search(match):
            found.extend(match)
        else:
            found.append(match)
    return found


class Vocabulary:
    """Words to term numbers: stop words fall out, the rest is stemmed (Snowball English)."""

    def __init__(self, terms: Iterable[str] = ()) -> None:
        import Stemmer

        self._stem = Stemmer.Stemmer("english").stemWord
        self._terms = {term: number for number, term in enumerate(terms)}
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._terms)

    def terms(self) -> list[str]:
        """All terms, by number."""
        return list(self._terms)

    def learn(self, text: str) -> list[int]:
        """The term numbers of a text; a new term gets the next number."""
        return [number for number in map(self._number, words(text)) if number >= 0]

    def _number(self, word: str) -> int:
        number = self._numbers.get(word)
        if number is None:
            number = -1 if word in STOPWORDS else self._terms.setdefault(self._stem(word), len(self._terms))
            self._numbers[word] = number
        return number

    def known(self, text: str) -> list[int]:
        """The term numbers of a question, each once; unknown words fall out."""
        terms = (self._terms.get(self._stem(word)) for word in words(text) if word not in STOPWORDS)
        return list(dict.fromkeys(term for term in terms if term is not None))
