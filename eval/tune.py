"""Search k, fusion weight, passage size and threshold on a validation set, and show what quality costs in time.

Every combination is a ``Settings`` that the pipeline is opened with, so what is found can be set as it stands. Every
passage is read once per question however many are tried: the reader's work is kept, its time counted as if it had
been done anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from eval.articles import Articles, Located, locate
from eval.asking import open_asker
from eval.dataset.load import bad_rows_first, load_dataset, read_dataset, refuse
from eval.dataset.records import Dataset
from eval.engine import Opener, engine_for, fill, open_by_settings, opened
from eval.metrics.answers import best_threshold
from eval.outcome import Outcome
from eval.scoring import score
from qa.calibration import Calibration
from qa.errors import DatasetError, InputError
from qa.pipeline import Citespan
from qa.protocols import Progress, Reader
from qa.records import Document, Passage, Reading
from qa.settings import Settings


@dataclass(frozen=True, slots=True)
class Grid:
    """What is tried, by the names of the settings; the threshold is always searched."""

    top_k: tuple[int, ...] = (2, 4, 8, 12)
    dense_weight: tuple[float, ...] = (0.3, 0.5, 0.7)
    passage_tokens: tuple[int, ...] = (120, 160, 200)


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
    dataset = read_dataset(dataset_path, skip_bad=skip_bad)
    refuse_test_questions(dataset)
    dataset = replace(dataset, questions=dataset.questions[:limit])
    combinations = settings_of(grid, settings)
    documents = _documents(dataset, settings, engine, opener, skip_bad)
    trials: list[Trial] = []
    for passage_tokens in grid.passage_tokens:
        sized = [each for each in combinations if each.passage_tokens == passage_tokens]
        with TemporaryDirectory(prefix="citespan-tune-") as folder:
            placed = [replace(each, store=str(Path(folder) / "store")) for each in sized]
            with opened(placed[0], opener, create=True) as filled:
                fill(filled, documents, progress)
                articles = Articles(filled.store)
                located, wrong = locate(dataset.questions, articles)
                refuse(dataset.path, wrong, skip_bad=skip_bad, good=len(located))
                reader = _Remembering(filled.reader)
            for done, each in enumerate(placed, 1):
                trials.append(_trial_of(each, opener, reader, located))
                if progress is not None:
                    progress(f"trying ({passage_tokens} tokens)", done, len(placed))
    ranked = sorted(trials, key=lambda trial: (-trial.f1, trial.milliseconds))
    return Tuning(str(dataset_path), len(dataset.questions), tuple(with_front(ranked)))


def settings_of(grid: Grid, settings: Settings) -> list[Settings]:
    """``settings`` with each combination of the grid, the most passages first, never refusing: the threshold is
    searched afterwards, on the confidences. Raises SettingsError for values that cannot be set.
    """
    return [
        replace(settings, passage_tokens=tokens, top_k=top_k, dense_weight=weight, threshold=0.0)
        for tokens, top_k, weight in product(grid.passage_tokens, sorted(grid.top_k, reverse=True), grid.dense_weight)
    ]


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


def _documents(
    dataset: Dataset, settings: Settings, engine: Citespan | None, opener: Opener, skip_bad: bool
) -> list[Document]:
    """Raises DatasetError with all bad rows, before anything is indexed anew."""
    if dataset.brings_text:
        return list(dataset.paragraphs.values())
    with (
        bad_rows_first(dataset, skip_bad=skip_bad),
        engine_for(dataset, settings, (), engine=engine, opener=opener) as stored,
    ):
        articles = Articles(stored.store)
        located, wrong = locate(dataset.questions, articles)
        documents = list(articles.all())
    troubles = sorted([*dataset.troubles, *wrong], key=lambda trouble: trouble.row)
    refuse(dataset.path, troubles, skip_bad=skip_bad, good=len(located))
    return documents


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


def _trial_of(settings: Settings, opener: Opener, reader: _Remembering, located: Sequence[Located]) -> Trial:
    """Every question asked of a pipeline opened with these settings, as a user would set them."""
    with opened(settings, opener) as engine:
        ask, article = open_asker(replace(engine, reader=reader)), Articles(engine.store).get
        outcomes, times = [], []
        for each in located:
            reader.spent = 0.0
            trace = ask(each)
            outcomes.append(score(each, trace, "open", article))
            times.append(trace.timings.retrieve + 1000 * reader.spent)
    return _trial(outcomes, times, settings)


def _trial(outcomes: Sequence[Outcome], times: Sequence[float], settings: Settings) -> Trial:
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
        top_k=settings.top_k,
        dense_weight=settings.dense_weight,
        passage_tokens=settings.passage_tokens,
        threshold=round(threshold, 4),
        f1=best.score,
        em=sum(exact) / len(exact),
        recall=sum(found) / len(found) if found else 0.0,
        milliseconds=sorted(times)[len(times) // 2],
    )


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
