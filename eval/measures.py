"""Every measure's name in ``metrics.json``, and how people are told about it."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """``rises``: higher is better; ``None``: neither is. ``unit``: "share" (0..1) or "ms"."""

    name: str
    label: str
    meaning: str
    group: str
    rises: bool | None = True
    unit: str = "share"

    def show(self, value: float) -> str:
        """The value as people read it."""
        if self.unit == "ms":
            return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"
        return f"{100 * value:.1f}"


_ALL = [
    Measure("f1", "F1", "words shared with the best gold answer; a right refusal counts 1", "Answers"),
    Measure(
        "em", "Exact match", "equal to a gold answer after SQuAD's normalising; a right refusal counts 1", "Answers"
    ),
    Measure("has_answer_f1", "F1, answerable", "F1 over the questions that have an answer", "Answers"),
    Measure("has_answer_em", "EM, answerable", "exact match over the questions that have an answer", "Answers"),
    Measure(
        "best_span_f1", "F1, never refusing", "F1 of the best span where there is an answer, refused or not", "Answers"
    ),
    Measure("best_span_em", "EM, never refusing", "exact match of that span", "Answers"),
    Measure("no_answer_accuracy", "EM, unanswerable", "exact match over the questions without an answer", "Refusal"),
    Measure("refusal_precision", "Refusal precision", "share of refusals that were right", "Refusal"),
    Measure("refusal_recall", "Refusal recall", "share of unanswerable questions refused", "Refusal"),
    Measure(
        "refusal_auroc",
        "Refusal AUROC",
        "chance that an unanswerable question has the higher no-answer score",
        "Refusal",
    ),
    Measure("answer_rate", "Answered", "share of all questions that got an answer", "Refusal", None),
    Measure(
        "best_threshold_f1", "F1, best threshold", "with the no-answer threshold an oracle would choose", "Refusal"
    ),
    Measure(
        "best_threshold_em", "EM, best threshold", "with the no-answer threshold an oracle would choose", "Refusal"
    ),
    Measure(
        "aurc", "AURC", "mean 1 - F1 over all coverages, most confident first; lower is better", "Confidence", False
    ),
    Measure(
        "calibration_error",
        "Calibration error",
        "mean gap of confidence and share right (F1 from 0.5); lower is better",
        "Confidence",
        False,
    ),
    Measure(
        "citation_exactness",
        "Citations exact",
        "the stored text at the offsets is the quote, to the character",
        "Citations",
    ),
    Measure(
        "citation_correctness",
        "Citations correct",
        "first citation overlaps a gold span of the right article",
        "Citations",
    ),
    Measure(
        "citation_recall", "Citation recall", "share of the articles that state the fact which are cited", "Citations"
    ),
    Measure("mrr", "MRR", "1 / rank of the first passage with a gold span", "Retrieval"),
    Measure("ndcg@10", "nDCG@10", "gain by rank over the ideal ranking", "Retrieval"),
]
_BY_NAME = {each.name: each for each in _ALL}
_RECALL = re.compile(r"(article_)?recall@(\d+)")
_LATENCY = re.compile(r"(retrieve|read|total)_ms_p(\d+)")


def measure(name: str) -> Measure:
    """What is known of a measure; one that is not listed is shown by its name."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    recall = _RECALL.fullmatch(name)
    if recall is not None and recall[1]:
        meaning = f"share of the articles with a gold span found in the first {recall[2]} passages"
        return Measure(name, f"Article recall@{recall[2]}", meaning, "Retrieval")
    if recall is not None:
        return Measure(
            name, f"Recall@{recall[2]}", f"a gold span stands in the first {recall[2]} passages", "Retrieval"
        )
    latency = _LATENCY.fullmatch(name)
    if latency is not None:
        meaning = f"{latency[2]} of 100 questions took at most this"
        return Measure(name, f"{latency[1].capitalize()}, p{latency[2]}", meaning, "Latency", False, "ms")
    return Measure(name, name, "", "Other", None)


def ordered(names: list[str]) -> list[str]:
    """As they are shown: listed ones in their order, then the others as they come."""
    known = list(_BY_NAME)
    return sorted(names, key=lambda name: known.index(name) if name in _BY_NAME else len(known))
