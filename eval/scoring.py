"""One question's trace against its golds -> its ``Outcome``: scores, citation checks, and where it was lost. Pure but
for looking articles up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.articles import Located
from eval.asking import Trace
from eval.metrics.answers import exact_match, f1, normalise
from eval.metrics.citations import Place, citation_recall, is_correct, is_exact
from eval.outcome import NEAR, Excerpt, Outcome
from qa.records import Answer, Citation, Document, NoAnswer, Passage, Reply
from qa.wire import citation_json

_AROUND = 200

RIGHT, PARTLY, ANSWERED, REFUSED_RIGHTLY = "right", "near", "answered an unanswerable", "rightly refused"
NOT_RETRIEVED, NOT_READ, NOT_FOUND = "not retrieved", "retrieved but not read", "read but not found"
OUTRANKED, REFUSED = "found but ranked lower", "refused"

GetArticle = Callable[[str], Document | None]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Gain of each retrieved passage: 1 when it holds a gold span of an article that no passage before it did."""

    gains: tuple[int, ...]
    relevant: int


def rank_evidence(located: Located, passages: Sequence[Passage]) -> Ranking:
    """What the ranking found of the evidence, which is each article with a gold span: a passage finds an article when
    it holds one of the gold spans there whole.

    When the set tells no places, a passage that has the words of a gold answer finds the one thing sought, as in
    Karpukhin et al. (2020).
    """
    places = located.places
    gains: list[int] = []
    found: set[str] = set()
    golds = [f" {normalise(text)} " for text in located.question.gold_texts]
    for passage in passages:
        here = Place(passage.document_id, passage.start, passage.end)
        if places:
            seen = {place.document_id for place in places if here.contains(place)}
        else:
            body = f" {normalise(passage.text)} "
            seen = {"answer"} if any(gold in body for gold in golds) else set()
        gains.append(int(bool(seen - found)))
        found |= seen
    return Ranking(tuple(gains), len({place.document_id for place in places}) or 1)


def score(located: Located, trace: Trace, mode: str, article: GetArticle) -> Outcome:
    """The row for ``predictions.jsonl``. ``article`` looks a stored article up by id."""
    question, reply = located.question, trace.reply
    ranked = mode != "reader" and question.answerable
    ranking = rank_evidence(located, [hit.passage for hit in trace.hits]) if ranked else None
    citations = reply.citations if isinstance(reply, Answer) else ()
    prediction, best = _spoken(reply)
    golds = question.gold_texts
    cited = [Place(each.document_id, each.start, each.end) for each in citations]
    judged = bool(cited and located.places)
    return Outcome(
        id=question.id,
        question=question.text,
        prediction=prediction,
        confidence=None if reply is None else round(reply.confidence, 6),
        no_answer_score=None if reply is None else round(reply.no_answer_score, 6),
        best_span=best,
        citations=tuple(citation_json(each) for each in citations),
        answers=question.answers,
        em=None if reply is None else exact_match(prediction, golds),
        f1=None if reply is None else f1(prediction, golds),
        latency_ms=round(trace.timings.total, 3),
        mode=mode,
        row=question.row,
        lost=_lost(located, trace, ranking, prediction, best),
        reason=reply.reason if isinstance(reply, NoAnswer) else None,
        best_em=None if reply is None else exact_match(best, golds),
        best_f1=None if reply is None else f1(best, golds),
        timings_ms={
            "retrieve": round(trace.timings.retrieve, 3),
            "read": round(trace.timings.read, 3),
            "total": round(trace.timings.total, 3),
        },
        relevance=None if ranking is None else ranking.gains,
        relevant=0 if ranking is None else ranking.relevant,
        citations_exact=sum(_exact(each, article) for each in citations),
        citation_correct=is_correct(cited[0], located.places) if judged else None,
        citation_recall=citation_recall(cited, located.places) if judged else None,
        understood=trace.asked if trace.asked != question.text else None,
        kind=question.kind,
        tags=question.tags,
        turn=question.turn,
        excerpts=tuple(_excerpts(located, trace, citations, article)),
    )


def _spoken(reply: Reply | None) -> tuple[str, str]:
    if isinstance(reply, Answer):
        return reply.text, reply.text
    return "", "" if reply is None else reply.best_span


def _exact(citation: Citation, article: GetArticle) -> bool:
    document = article(citation.document_id)
    text = None if document is None else document.text
    return is_exact(text, citation.start, citation.end, citation.quote) and is_exact(
        text, citation.sentence_start, citation.sentence_end, citation.sentence
    )


def _lost(located: Located, trace: Trace, ranking: Ranking | None, prediction: str, best: str) -> str:  # noqa: PLR0911
    """The first stage that made the right answer impossible, or what became of it."""
    golds = located.question.gold_texts
    if not golds:
        return REFUSED_RIGHTLY if not prediction else ANSWERED
    if ranking is not None and not any(ranking.gains):
        return NOT_RETRIEVED if f1(prediction, golds) < NEAR else PARTLY
    if trace.reply is None:
        return RIGHT
    if f1(prediction, golds) >= NEAR:
        return RIGHT if exact_match(prediction, golds) else PARTLY
    if f1(best, golds) >= NEAR:
        return REFUSED
    candidates = [each.text for reading in trace.readings for each in reading.candidates]
    if any(f1(text, golds) >= NEAR for text in candidates):
        return OUTRANKED
    read = rank_evidence(located, [reading.passage for reading in trace.readings])
    return NOT_FOUND if any(read.gains) or ranking is None else NOT_READ


def _excerpts(located: Located, trace: Trace, citations: Sequence[Citation], article: GetArticle) -> list[Excerpt]:
    """Pieces of articles to show: around the prediction (or the best span) and around the gold, one piece if close."""
    predicted = _predicted_place(trace, citations)
    marks = [] if predicted is None else [(predicted, "predicted")]
    gold = next((place for place in located.places if predicted is not None and place.overlaps(predicted)), None)
    gold = gold or next(iter(located.places), None)
    if gold is not None:
        marks.append((gold, "gold"))
    groups: list[list[tuple[Place, str]]] = []
    for place, kind in sorted(marks, key=lambda mark: (mark[0].document_id, mark[0].start)):
        last = groups[-1][-1][0] if groups else None
        if last is not None and last.document_id == place.document_id and place.start - last.end < 2 * _AROUND:
            groups[-1].append((place, kind))
        else:
            groups.append([(place, kind)])
    pieces = [_excerpt(group, article) for group in groups]
    return [piece for piece in pieces if piece is not None]


def _excerpt(group: Sequence[tuple[Place, str]], article: GetArticle) -> Excerpt | None:
    document = article(group[0][0].document_id)
    if document is None:
        return None
    start = max(0, min(place.start for place, _ in group) - _AROUND)
    end = max(place.end for place, _ in group) + _AROUND
    marks = tuple((place.start - start, place.end - start, kind) for place, kind in group)
    return Excerpt(document.source, document.title, start, document.text[start:end], marks)


def _predicted_place(trace: Trace, citations: Sequence[Citation]) -> Place | None:
    if citations:
        return Place(citations[0].document_id, citations[0].start, citations[0].end)
    best = trace.reply.best_span if isinstance(trace.reply, NoAnswer) else ""
    candidates = [each for reading in trace.readings for each in reading.candidates if each.text == best]
    if best and candidates:
        one = max(candidates, key=lambda each: each.score)
        return Place(one.passage.document_id, one.start, one.end)
    if trace.reply is None and trace.hits:
        top = trace.hits[0].passage
        return Place(top.document_id, top.start, min(top.end, top.start + 2 * _AROUND))
    return None
