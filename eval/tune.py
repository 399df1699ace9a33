"""Search k, fusion weight, passage size and threshold on a validation set, and show what quality costs in time.

Every passage is read once per question however many settings are tried: the reader's work is kept, its time counted
as if it had been done anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from itertools import product
from pathlib import Path
from time import perf_counter
from typing import Any

from eval.articles import Articles, Located, locate
from eval.asking import open_asker
from eval.dataset.load import load_dataset, refuse
from eval.dataset.records import Dataset
from eval.engine import Opener, engine_for, fill, open_by_settings, temporary_engine
from eval.metrics.answers import best_threshold
from eval.outcome import Outcome
from eval.scoring import score
from qa.calibration import Calibration
from qa.errors import DatasetError, InputError
from qa.pipeline import Citespan
from qa.protocols import Progress, Reader, Retriever
from qa.records import Document, Filter, Hit, Passage, Reading
from qa.settings import Settings

RRF_K = 60


@dataclass(frozen=True, slots=True)
class Grid:
    """What is tried. ``dense_weight``: weight of the dense ranking in the fusion, BM25 having the rest; 0.5: equal."""

    top_k: tuple[int, ...] = (2, 4, 8, 12)
    dense_weight: tuple[float, ...] = (0.3, 0.5, 0.7)
    passage_tokens: tuple[int, ...] = (160,)


@dataclass(frozen=True, slots=True)
class Trial:
    """One combination. ``f1`` and ``em`` are at ``threshold``, the confidence that is best for F1 on this set;
    ``milliseconds`` is the median time of retrieving and reading; ``on_front``: nothing is both better and quicker."""

    top_k: int
    dense_weight: float
    passage_tokens: int
    threshold: float
    f1: float
    em: float
    recall: float
    milliseconds: float
    on_front: bool = False


@dataclass(frozen=True, slots=True)
class Tuning:
    """All trials, best F1 first, and on what they were made."""

    dataset: str
    questions: int
    trials: tuple[Trial, ...]

    @property
    def best(self) -> Trial:
        """The highest F1; the quickest among equals."""
        return self.trials[0]


def tune(
    dataset_path: str | Path,
    *,
    settings: Settings,
    grid: Grid,
    engine: Citespan | None = None,
    opener: Opener = open_by_settings,
    limit: int | None = None,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> Tuning:
    """Try every combination of ``grid`` on the questions of a validation set.

    The articles are those of the set, else those of the store, indexed anew for every passage size in a temporary
    store. Raises DatasetError when the set is a test set of this project or shares a question with one.
    """
    dataset = load_dataset(dataset_path, skip_bad=skip_bad)
    refuse_test_questions(dataset)
    dataset = replace(dataset, questions=dataset.questions[:limit])
    documents = _documents(dataset, settings, engine, opener)
    trials: list[Trial] = []
    for passage_tokens in grid.passage_tokens:
        sized = replace(settings, passage_tokens=passage_tokens)
        with temporary_engine(sized, opener) as tuned:
            fill(tuned, documents, progress)
            located, wrong = locate(dataset.questions, Articles(tuned.store))
            refuse(dataset.path, wrong, skip_bad=skip_bad, good=len(located))
            trials += _trials(tuned, located, grid, passage_tokens, progress)
    ranked = sorted(trials, key=lambda trial: (-trial.f1, trial.milliseconds))
    return Tuning(str(dataset_path), len(dataset.questions), tuple(with_front(ranked)))


def refuse_test_questions(dataset: Dataset) -> None:
    """Raises DatasetError when a question of the set stands in one of the project's own test sets."""
    asked = {_plain(question.text): question for question in dataset.questions}
    for file in sorted(files("eval").joinpath("questions").iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".jsonl"):
            continue
        for question in load_dataset(str(file)).questions:
            if _plain(question.text) in asked:
                row = asked[_plain(question.text)].row
                raise DatasetError(
                    f"{dataset.path}: expected a validation set, found in row {row} a question of the test set "
                    f"{file.name}: {question.text[:80]!r}; what is tuned on the test set cannot be measured with it"
                )


def with_front(ranked: Sequence[Trial]) -> Iterator[Trial]:
    """The trials, best first, those marked that no better one undercuts in time."""
    quickest = float("inf")
    for trial in ranked:
        yield replace(trial, on_front=trial.milliseconds < quickest)
        quickest = min(quickest, trial.milliseconds)


def parse_grid(texts: Sequence[str]) -> Grid:
    """``["top_k=4,8", "dense_weight=0.5"]`` as a grid; what is not named keeps its default. Raises InputError."""
    kinds: Mapping[str, type[int] | type[float]] = {"top_k": int, "dense_weight": float, "passage_tokens": int}
    values: dict[str, Any] = {}
    for text in texts:
        name, _, listed = text.partition("=")
        try:
            values[name] = tuple(kinds[name](each) for each in listed.split(","))
        except (KeyError, ValueError):
            raise InputError(
                f"--grid: expected one of {', '.join(kinds)} with numbers, such as top_k=4,8, found {text!r}"
            ) from None
    return Grid(**values)


def _documents(dataset: Dataset, settings: Settings, engine: Citespan | None, opener: Opener) -> list[Document]:
    if dataset.brings_text:
        return list(dataset.paragraphs.values())
    with engine_for(dataset, settings, (), engine=engine, opener=opener) as stored:
        return list(Articles(stored.store).all())


@dataclass(slots=True)
class _Reweighted:
    """Fuses anew, with weights, what the retriever's two rankings found; asks the retriever once per question."""

    inner: Retriever
    depth: int
    dense_weight: float = 0.5
    spent: float = 0.0
    _kept: dict[str, tuple[list[Hit], float]] = field(default_factory=dict)

    def retrieve(self, question: str, k: int, where: Filter) -> list[Hit]:
        """See Retriever."""
        if question not in self._kept:
            began = perf_counter()
            self._kept[question] = (self.inner.retrieve(question, self.depth, where), perf_counter() - began)
        hits, took = self._kept[question]
        self.spent += took
        best = sorted(hits, key=lambda hit: (-self._score(hit), hit.rank))[:k]
        return [replace(hit, rank=rank) for rank, hit in enumerate(best, 1)]

    def _score(self, hit: Hit) -> float:
        dense = 0.0 if hit.dense_rank is None else self.dense_weight / (RRF_K + hit.dense_rank)
        return dense + (0.0 if hit.bm25_rank is None else (1 - self.dense_weight) / (RRF_K + hit.bm25_rank))


@dataclass(slots=True)
class _Remembering:
    """Reads each passage once per question; ``spent`` counts the seconds as if it were read each time."""

    inner: Reader
    spent: float = 0.0
    _kept: dict[tuple[str, str], tuple[Reading, float]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As the reader inside."""
        return self.inner.name

    @property
    def calibration(self) -> Calibration:
        """As the reader inside."""
        return self.inner.calibration

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """See Reader."""
        fresh = [passage for passage in passages if (question, passage.id) not in self._kept]
        if fresh:
            began = perf_counter()
            readings = self.inner.read(question, fresh)
            each = (perf_counter() - began) / len(fresh)
            self._kept |= {(question, reading.passage.id): (reading, each) for reading in readings}
        found = [self._kept[question, passage.id] for passage in passages]
        self.spent += sum(took for _, took in found)
        return [reading for reading, _ in found]


def _trials(
    engine: Citespan, located: Sequence[Located], grid: Grid, passage_tokens: int, progress: Progress | None
) -> Iterator[Trial]:
    retriever = _Reweighted(engine.retriever, depth=2 * max(50, *grid.top_k))
    reader = _Remembering(engine.reader)
    article = Articles(engine.store).get
    combinations = list(product(sorted(grid.top_k, reverse=True), grid.dense_weight))
    for done, (top_k, dense_weight) in enumerate(combinations, 1):
        retriever.dense_weight = dense_weight
        never_refusing = replace(engine.selector, threshold=0.0)
        tuned = replace(engine, retriever=retriever, reader=reader, selector=never_refusing, top_k=top_k)
        ask = open_asker(tuned)
        outcomes, times = [], []
        for each in located:
            retriever.spent = reader.spent = 0.0
            outcomes.append(score(each, ask(each), "open", article))
            times.append(1000 * (retriever.spent + reader.spent))
        yield _trial(outcomes, times, top_k, dense_weight, passage_tokens)
        if progress is not None:
            progress(f"trying ({passage_tokens} tokens)", done, len(combinations))


def _trial(
    outcomes: Sequence[Outcome], times: Sequence[float], top_k: int, dense_weight: float, passage_tokens: int
) -> Trial:
    """Scores at the confidence threshold that is best for F1: answering from the most confident down."""
    doubts = [-(each.confidence or 0.0) for each in outcomes]
    answerable = [each.answerable for each in outcomes]
    said = [bool(each.best_span) for each in outcomes]
    best = best_threshold(doubts, [each.best_f1 or 0.0 for each in outcomes], answerable, said)
    threshold = -best.threshold if best.threshold < 0 else 1.0
    exact = [
        (each.best_em or 0.0 if each.answerable else 0.0) if (each.confidence or 0.0) >= threshold and each.best_span
        else float(not each.answerable)
        for each in outcomes
    ]  # fmt: skip
    found = [float(any(each.relevance)) for each in outcomes if each.relevance is not None]
    return Trial(
        top_k=top_k,
        dense_weight=dense_weight,
        passage_tokens=passage_tokens,
        threshold=round(threshold, 4),
        f1=best.score,
        em=sum(exact) / len(exact),
        recall=sum(found) / len(found) if found else 0.0,
        milliseconds=sorted(times)[len(times) // 2],
    )


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
