"""Hits and readings become one answer with its citations, or an honest refusal. Pure.

Candidates of all passages are compared, those that say the same are merged into one answer (citing each article that
says it), the rest become alternatives; calibration turns the evidence into a probability that the answer is right.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.calibration import LEAST, LOOK, NEVER, Calibration, Evidence, counted_words
from qa.citation import cite_span
from qa.consensus import agreed_scores
from qa.normalise import same_answer
from qa.records import Alternative, Answer, Candidate, Citation, Document, Hit, NoAnswer, Reading, Reply
from qa.snippets import closest_sentence

MAX_ALTERNATIVES = 4
LEAST_LIKELY = 0.025
"""Another answer less likely than this, shown as 0 to 2 %, is noise: it is wrong in 39 cases of 40."""
_CLOSEST = 3
_CITABLE = 4.0
"""Another article is cited only if its span scores within this of the answer's own: a passing mention is no source."""
_LIKE = 1 / 3
"""Sources differ when another article's answer has at least this share of the odds of the answer given."""
_NO_DUPLICATES: Mapping[str, Sequence[str]] = {}


@dataclass(frozen=True, slots=True)
class _Scored:
    candidate: Candidate
    margin: float
    hit: Hit
    merit: float
    """What candidates of all passages are ordered by: the margin, less something for the rank, with the votes.

    Names that the sentence lacks count in the margin alone: they tell whether the articles answer; which of them does,
    they obscured (-1 F1 on questions asked of an index), as most sentences do not repeat the names of their article.
    """

    @property
    def order(self) -> tuple[float, int, int]:
        return (-self.merit, self.hit.rank, self.candidate.start)


@dataclass(slots=True)
class _Group:
    """Candidates that give the same answer, best first."""

    members: list[_Scored]

    @property
    def best(self) -> _Scored:
        return self.members[0]

    def takes(self, other: _Scored) -> bool:
        """Shifted copies of the same span are one answer, whatever their wording."""
        one, two = self.best.candidate, other.candidate
        if one.passage.document_id == two.passage.document_id and one.start < two.end and two.start < one.end:
            return True
        return same_answer(one.text, two.text)


@dataclass(frozen=True, slots=True)
class Selector:
    """Picks, merges, calibrates and cites. ``threshold``: refuse below this confidence."""

    calibration: Calibration
    threshold: float

    def select(
        self,
        question: str,
        hits: Sequence[Hit],
        readings: Sequence[Reading],
        documents: Mapping[str, Document],
        duplicates: Mapping[str, Sequence[str]] = _NO_DUPLICATES,
        *,
        alone: float | None = None,
    ) -> Reply:
        """The reply to ``question``; ``documents`` holds every document that a hit comes from, by id.

        ``duplicates``: document id -> its near-duplicates, which bear no witness of their own. ``alone``: the margin
        of ``best`` when it was read alone, if it was.
        """
        closest = tuple(closest_sentence(question, hit, documents[hit.passage.document_id]) for hit in hits[:_CLOSEST])
        groups = self._groups(hits, readings)
        if not groups:
            reason = (
                "no indexed article passes the filter, or none shares anything with this question"
                if not hits
                else "no passage holds a span that could answer"
            )
            return NoAnswer(question, reason, 0.0, closest, no_answer_score=NEVER)
        evidence = self._evidence(question, groups, readings, duplicates, alone)
        confidences = [self.calibration.probability(each) for each in evidence]
        answer, confidence = groups[0], confidences[0]
        no_answer_score = -self.calibration.log_odds(evidence[0])
        if confidence < self.threshold:
            reason = (
                f"the articles do not answer this clearly enough: the best span found is {confidence:.0%} likely to be "
                f"right, and answers are shown from {self.threshold:.0%}"
            )
            return NoAnswer(question, reason, confidence, closest, answer.best.candidate.text, no_answer_score)
        citations = tuple(_cite(each.candidate, documents) for each in self._sources(answer))
        others = list(zip(groups, confidences, strict=True))[1 : MAX_ALTERNATIVES + 1]
        alternatives = tuple(
            self._alternative(group, min(likely, confidence), confidence, citations, documents)
            for group, likely in sorted(others, key=lambda other: -other[1])
            if likely >= LEAST_LIKELY
        )
        return Answer(question, citations[0].quote, confidence, citations, alternatives, no_answer_score)

    def best(self, hits: Sequence[Hit], readings: Sequence[Reading]) -> Candidate | None:
        """The candidate that ``select`` would answer with if it were sure enough; None if there is none."""
        groups = self._groups(hits, readings)
        return groups[0].best.candidate if groups else None

    def weigh(
        self, question: str, hits: Sequence[Hit], readings: Sequence[Reading]
    ) -> list[tuple[Candidate, Evidence]]:
        """Each distinct answer's best candidate with its evidence, best first: what calibration is fitted on."""
        groups = self._groups(hits, readings)
        evidence = self._evidence(question, groups, readings, _NO_DUPLICATES, None)
        return [(group.best.candidate, each) for group, each in zip(groups, evidence, strict=True)]

    def _groups(self, hits: Sequence[Hit], readings: Sequence[Reading]) -> list[_Group]:
        scored = sorted(self._scored({hit.passage.id: hit for hit in hits}, readings), key=lambda each: each.order)
        groups: list[_Group] = []
        for each in scored:
            home = next((group for group in groups if group.takes(each)), None)
            if home is None:
                groups.append(_Group([each]))
            else:
                home.members.append(each)
        return groups

    def _scored(self, hits: Mapping[str, Hit], readings: Sequence[Reading]) -> list[_Scored]:
        found = [
            (candidate, reading, hits[reading.passage.id]) for reading in readings for candidate in reading.candidates
        ]
        margins = [candidate.score - reading.null_score for candidate, reading, _ in found]
        merits = [
            margin + reading.lacking - self.calibration.rank_weight * math.log(hit.rank)
            for margin, (_, reading, hit) in zip(margins, found, strict=True)
        ]
        if self.calibration.consensus:
            merits = agreed_scores([candidate.text for candidate, _, _ in found], merits, self.calibration.consensus)
        return [
            _Scored(candidate, margin, hit, merit)
            for (candidate, _, hit), margin, merit in zip(found, margins, merits, strict=True)
        ]

    def _evidence(
        self,
        question: str,
        groups: Sequence[_Group],
        readings: Sequence[Reading],
        duplicates: Mapping[str, Sequence[str]],
        alone: float | None,
    ) -> list[Evidence]:
        """Of each group. ``alone`` is known of the first: the others are taken to stand as far behind it as before."""
        words, average = counted_words(question), _average(readings, duplicates)
        told = []
        for group in groups:
            others = [other.best.margin for other in groups if other is not group]
            margin = group.best.margin
            evidence = Evidence(
                margin=margin,
                lead=margin - max(others) if others else 0.0,
                log_rank=math.log(group.best.hit.rank),
                agreement=math.log(_witnesses(group, duplicates)),
                alone=margin if alone is None else alone + margin - groups[0].best.margin,
                words=words,
                average=average,
            )
            told.append(evidence)
        return told

    def _sources(self, group: _Group) -> list[_Scored]:
        """The best span of each article that says the same, the answer's own first."""
        chosen: dict[str, _Scored] = {}
        for each in group.members:
            if each.margin >= group.best.margin - _CITABLE:
                chosen.setdefault(each.candidate.passage.document_id, each)
        return list(chosen.values())

    def _alternative(
        self,
        group: _Group,
        likely: float,
        confidence: float,
        citations: Sequence[Citation],
        documents: Mapping[str, Document],
    ) -> Alternative:
        citation = _cite(group.best.candidate, documents)
        elsewhere = citation.document_id not in {each.document_id for each in citations}
        like = likely * (1 - confidence) >= _LIKE * confidence * (1 - likely)
        differs = elsewhere and like and likely >= self.threshold
        return Alternative(citation.quote, likely, citation, differs)


def _average(readings: Sequence[Reading], duplicates: Mapping[str, Sequence[str]]) -> float:
    """Of the best margins of the passages read first; an article printed twice says nothing twice."""
    margins: list[float] = []
    seen: set[str] = set()
    for reading in readings[:LOOK]:
        document = reading.passage.document_id
        if seen.isdisjoint(duplicates.get(document, ())):
            margins.append(max([LEAST, *(each.score - reading.null_score for each in reading.candidates)]))
        seen.add(document)
    return sum(margins) / len(margins) if margins else LEAST


def _witnesses(group: _Group, duplicates: Mapping[str, Sequence[str]]) -> int:
    """How many stretches of text, none overlapping or repeating another, say the same with like strength."""

    def repeats(one: Candidate, two: Candidate) -> bool:
        if one.passage.document_id == two.passage.document_id:
            return one.start < two.end and two.start < one.end
        return two.passage.document_id in duplicates.get(one.passage.document_id, ())

    seen: list[Candidate] = []
    for each in group.members:
        strong = each.margin >= group.best.margin - _CITABLE
        if strong and not any(repeats(each.candidate, two) for two in seen):
            seen.append(each.candidate)
    return len(seen)


def _cite(candidate: Candidate, documents: Mapping[str, Document]) -> Citation:
    return cite_span(documents[candidate.passage.document_id], candidate.start, candidate.end)
