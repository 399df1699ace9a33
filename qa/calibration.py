"""From a reader's scores to one probability that the shown answer is right. Pure.

Logistic regression over a handful of evidence features (Platt scaling, J. Platt 1999, with more than one feature),
fitted by ``qa.training`` on questions asked of an index from which the answer is missing for a share of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from qa.errors import ModelError
from qa.stopwords import STOPWORDS

NEVER = 1e9
"""A margin that no reading reaches."""
LOOK = 4
"""After so many passages it is considered whether reading may stop; if not, all the others are read at once."""
LEAST = -20.0
"""A margin below this says no more, and one that cannot be told is taken to be this."""
MOST_WORDS = 8
"""More words than these make no answer likelier."""
_WORD = re.compile(r"[^\W_](?:[\w’'.-]*[^\W_])?")
_FRAME = frozenset(
    """about according actually article articles can could describe exactly explain far find give know like me name need
    news out please report reports said say says story stories tell think want wonder wondering""".split()
)
"""Words that people put around a question, or ask every article."""
LEVELS = ((0.85, "Very likely right"), (0.65, "Likely right"), (0.45, "Uncertain"), (0.0, "Doubtful"))
"""What confidences are called, in the terminal and on the page: from this probability up, best first."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about one answer after reading.

    margin: its best span's score over that passage's null score.
    lead: that margin less the best margin of a different answer (0 when there is none; negative for a runner-up).
    log_rank: natural logarithm of the retrieval rank (from 1) of the best passage that holds it.
    agreement: natural logarithm of the number of passages that say the same; those that overlap, or stand in
        near-duplicate articles, count once.
    alone: the margin, without what missing names take from it, of the best span when the answer's own sentences are
        read once more and alone (see ``qa.reading.read_alone``); that is mostly the answer, not always. The greatest of
        many margins flatters; a second one does not.
    words: how many words of the question say what is asked, see ``counted_words``. The more it says, the more had to
        fit for the same margin.
    average: of the best margins of the ``LOOK`` passages read first, or of as many as were read; near-duplicate
        articles count once, a passage without candidates as ``LEAST``. Where a topic is at home, more than one passage
        seems to answer.
    """

    margin: float
    lead: float
    log_rank: float
    agreement: float
    alone: float
    words: float
    average: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the evidence, the bias, and the confidence under which an answer is refused.

    ``rank_weight`` is taken off a candidate's margin, times the log of its passage's rank, when candidates of
    different passages are compared; ``consensus`` is the temperature at which candidates vote on each other then, see
    ``qa.consensus`` (0: they do not). Reading stops once a margin reaches ``settled``.
    """

    bias: float = 0.0
    margin: float = 0.5
    lead: float = 0.0
    log_rank: float = 0.0
    agreement: float = 0.0
    alone: float = 0.0
    words: float = 0.0
    average: float = 0.0
    threshold: float = 0.4
    rank_weight: float = 0.0
    consensus: float = 0.0
    settled: float = NEVER

    def log_odds(self, evidence: Evidence) -> float:
        """Of the answer being right, natural logarithm: the weighted evidence."""
        return (
            self.bias
            + self.margin * evidence.margin
            + self.lead * evidence.lead
            + self.log_rank * evidence.log_rank
            + self.agreement * evidence.agreement
            + self.alone * evidence.alone
            + self.words * evidence.words
            + self.average * evidence.average
        )

    def probability(self, evidence: Evidence) -> float:
        """That the answer is right, 0..1: the logistic function of its log odds."""
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, self.log_odds(evidence)))))


def counted_words(question: str) -> int:
    """How many different words of the question say what is asked, at most ``MOST_WORDS``: no stop words, no polite
    frames, no names.

    Names count for nothing: the reader finds them anyway, in passages that say other things of them. Capitals tell
    them, but not where most words have one.
    """
    first, *others = [found[0] for found in _WORD.finditer(question)] or [""]
    names = [word for word in others if word[0].isupper()]
    if 2 * len(names) > len(others):
        names = []
    said = {word.lower() for word in (first, *others) if word and word not in names}
    return min(MOST_WORDS, len(said - STOPWORDS - _FRAME))


def confidence_words(confidence: float) -> str:
    """A probability in words: what the number means for someone who has to decide."""
    return next(words for floor, words in LEVELS if confidence >= floor)


def calibration_from(values: Mapping[str, object], where: str) -> Calibration:
    """A calibration from parsed JSON. Raises ModelError naming ``where`` for an unknown or non-numeric entry."""
    known = {each.name for each in fields(Calibration)}
    for name, value in values.items():
        if name not in known or isinstance(value, bool) or not isinstance(value, int | float):
            raise ModelError(f"{where}: expected numbers named {', '.join(sorted(known))}, found {name}={value!r}")
    return Calibration(**{name: float(value) for name, value in values.items() if isinstance(value, int | float)})
