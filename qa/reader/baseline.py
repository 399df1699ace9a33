"""The yardstick: an extractive reader without training.

The sentence that best answers, by embedding and lexical evidence, cut to a shorter span where the question word
names a kind of answer (a number, a time, a name, a quotation) and the sentence holds exactly such a thing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.calibration import Calibration
from qa.normalise import answer_tokens
from qa.protocols import Embedder
from qa.records import Candidate, Passage, Reading, Span
from qa.sentences import split_sentences

_SEMANTIC_SHARE = 0.6
_NULL_SCORE = 0.5
_KIND_FOUND, _KIND_MISSING = 0.05, -0.1
_CANDIDATES = 3
_MIN_LETTERS = 12

_NUMBER_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|dozens?)"
)
_NUMBER = (
    rf"(?:\$|£|€)?\d[\d,]*(?:\.\d+)?%?(?:\s(?:million|billion|percent|per cent))?"
    rf"|\b{_NUMBER_WORD}(?:[-\s]{_NUMBER_WORD})*\b"
)
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan\.|Feb\.|Aug\.|Sept\.|Oct\.|Nov\.|Dec\.)"
)
_CLOCK = r"\d{1,2}(?::\d\d)?\s?[ap]\.?m\b\.?"
_TIME = (
    rf"\b(?:\d{{1,2}}\s{_MONTH}(?:\s\d{{4}})?|{_MONTH}(?:\s\d{{1,2}}(?:,\s\d{{4}})?|\s\d{{4}})?"
    rf"|(?:{_CLOCK}\son\s)?{_DAY}(?:\s(?:morning|afternoon|evening|night))?|{_CLOCK}"
    r"|yesterday|today|tomorrow|(?:last|next|this)\s(?:week|month|year)|(?:19|20)\d\d)\b"
)
_NAME = (
    r"\b(?:[A-Z][\w’'-]*\.?|[A-Z]\.)"
    r"(?:\s(?:of|the|al|bin|de|van|von|for|and)(?=\s[A-Z])|[\s-](?:[A-Z][\w’'-]*|[A-Z]\.))*"
)
_QUOTE = r"[“\"]([^”\"]{3,})[”\"]"


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of answer: the question that asks for it, and what it looks like in a sentence."""

    asked: re.Pattern[str]
    seen: re.Pattern[str]
    group: int = 0


_KINDS = (
    _Kind(re.compile(r"\bhow (?:many|much|old|long|far|tall|big)\b", re.I), re.compile(_NUMBER, re.I)),
    _Kind(
        re.compile(r"\b(?:when|what (?:year|day|date|time|month)|which (?:year|day|date|month))\b", re.I),
        re.compile(_TIME),
    ),
    _Kind(
        re.compile(r"\bwhat (?:did|does|do|has|had|was).*\b(?:say|said|tell|told|ask)\b", re.I), re.compile(_QUOTE), 1
    ),
    _Kind(
        re.compile(r"\b(?:who|whom|whose|where|which|what (?:country|city|group|organi[sz]ation))\b", re.I),
        re.compile(_NAME),
    ),
)
_STOP = frozenset(
    "who whom whose what when where why how which did do does was were is are has have had in on at of to for by with "
    "from and or that this it be been will would can could many much".split()
)


_CALIBRATION = Calibration(bias=-1.0, margin=8.0, lead=2.0, threshold=0.5)


@dataclass(frozen=True, slots=True)
class BaselineReader:
    """Reads with sentence embeddings and shared words. Scores are shares, about 0..1; the null score is a constant."""

    embedder: Embedder
    calibration: Calibration = _CALIBRATION

    @property
    def name(self) -> str:
        return "baseline"

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """One reading per passage, in the order given."""
        sentences = [[span for span in split_sentences(each.text) if len(span) >= _MIN_LETTERS] for each in passages]
        texts = [
            each.text[span.start : span.end] for each, spans in zip(passages, sentences, strict=True) for span in spans
        ]
        if not texts:
            return [Reading(each, (), _NULL_SCORE) for each in passages]
        cosines = iter((self.embedder.embed_passages(texts) @ self.embedder.embed_query(question)).tolist())
        readings = []
        for passage, spans in zip(passages, sentences, strict=True):
            candidates = [_candidate(question, passage, span, next(cosines)) for span in spans]
            candidates.sort(key=lambda each: -each.score)
            readings.append(Reading(passage, tuple(candidates[:_CANDIDATES]), _NULL_SCORE))
        return readings


def _candidate(question: str, passage: Passage, sentence: Span, cosine: float) -> Candidate:
    text = passage.text[sentence.start : sentence.end]
    score = _SEMANTIC_SHARE * cosine + (1 - _SEMANTIC_SHARE) * _coverage(question, text)
    span, bonus = cut_to_kind(question, text)
    return Candidate(passage, Span(sentence.start + span.start, sentence.start + span.end), score + bonus)


def _coverage(question: str, text: str) -> float:
    """Share of the question's content words that the text holds."""
    wanted = {_stem(token) for token in answer_tokens(question) if token not in _STOP}
    return len(wanted & {_stem(token) for token in answer_tokens(text)}) / len(wanted) if wanted else 0.0


def _stem(token: str) -> str:
    """Enough to let "evacuated" meet "evacuation": the yardstick needs no dictionary."""
    return token[:5]


def cut_to_kind(question: str, sentence: str) -> tuple[Span, float]:
    """The span of ``sentence`` that is of the kind asked for, and how that bears on its score.

    The first thing of the kind that the question does not itself mention; the whole sentence when the question names
    no kind, or the sentence holds none.
    """
    whole = Span(0, len(sentence))
    mentioned = set(answer_tokens(question))
    for kind in _KINDS:
        if kind.asked.search(question) is None:
            continue
        for match in kind.seen.finditer(sentence):
            found = set(answer_tokens(match[kind.group])) - _STOP
            if found and not found <= mentioned:
                return Span(*match.span(kind.group)), _KIND_FOUND
        return whole, _KIND_MISSING
    return whole, 0.0
