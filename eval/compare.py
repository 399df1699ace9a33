"""Two or more runs on the same questions: what got better, what got worse, and whether it could be chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.measures import measure
from eval.metrics.intervals import Difference, mcnemar, paired_bootstrap
from eval.metrics.ranking import ndcg_at, reciprocal_rank, success_at
from eval.outcome import Outcome
from eval.predictions import read_predictions
from eval.summary import summarise, summary_json
from qa.errors import DatasetError, InputError

Value = Callable[[Outcome], float | None]


def _mean_exact(outcome: Outcome) -> float | None:
    return outcome.citations_exact / len(outcome.citations) if outcome.citations else None


PER_QUESTION: Mapping[str, Value] = {
    "f1": lambda each: each.f1,
    "em": lambda each: each.em,
    "has_answer_f1": lambda each: each.f1 if each.answerable else None,
    "no_answer_accuracy": lambda each: None if each.answerable else each.em,
    "best_span_f1": lambda each: each.best_f1 if each.answerable else None,
    "citation_exactness": _mean_exact,
    "citation_correctness": lambda each: None if each.citation_correct is None else float(each.citation_correct),
    "citation_recall": lambda each: each.citation_recall,
    "recall@1": lambda each: None if each.relevance is None else success_at(each.relevance, 1),
    "recall@8": lambda each: None if each.relevance is None else success_at(each.relevance, 8),
    "mrr": lambda each: None if each.relevance is None else reciprocal_rank(each.relevance),
    "ndcg@10": lambda each: None if each.relevance is None else ndcg_at(each.relevance, [1] * each.relevant, 10),
    "total_ms": lambda each: each.latency_ms,
}
"""Measures that each question has a value of, so that runs can be compared in pairs."""
_UNTESTED = ("total_ms",)
"""Shown, but a loss there fails nothing: time depends on the machine's other work."""


@dataclass(frozen=True, slots=True)
class RunFiles:
    """A finished run as its folder holds it."""

    name: str
    outcomes: dict[str, Outcome]

    def measures(self) -> dict[str, float]:
        """All measures of the run, as in its ``metrics.json``."""
        outcomes = list(self.outcomes.values())
        summary = summary_json(summarise(outcomes, outcomes[0].mode))
        return {name: float(value) for name, value in summary.items() if isinstance(value, int | float)}


@dataclass(frozen=True, slots=True)
class Change:
    """One measure in the first run and in another, over the questions that have it in both.

    ``p_exact`` is McNemar's, for measures of right and wrong.
    """

    measure: str
    first: float
    second: float
    difference: Difference
    p_exact: float | None

    @property
    def p(self) -> float:
        """The exact test's where there is one, else the bootstrap's."""
        return self.difference.p if self.p_exact is None else self.p_exact

    @property
    def is_loss(self) -> bool:
        """Significantly worse, at the 5 % level."""
        worse = self.difference.value < 0 if measure(self.measure).rises in (True, None) else self.difference.value > 0
        return worse and self.p < 0.05 and self.measure not in _UNTESTED


@dataclass(frozen=True, slots=True)
class Pair:
    """The first run against another. ``won`` and ``lost``: the ids with better and worse F1 in the other."""

    first: RunFiles
    second: RunFiles
    changes: tuple[Change, ...]
    won: tuple[str, ...]
    lost: tuple[str, ...]
    unshared: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """All pairs, and the reasons to fail: significant losses and measures under their floor."""

    pairs: tuple[Pair, ...]
    failures: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """1 when something is worse than it may be."""
        return 1 if self.failures else 0

    def to_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "pairs": [
                {
                    "first": pair.first.name,
                    "second": pair.second.name,
                    "changes": [
                        {
                            "measure": each.measure,
                            "first": each.first,
                            "second": each.second,
                            "difference": each.difference.value,
                            "interval": [each.difference.low, each.difference.high],
                            "p": each.p,
                            "questions": each.difference.n,
                        }
                        for each in pair.changes
                    ],
                    "won": list(pair.won),
                    "lost": list(pair.lost),
                    "unshared": pair.unshared,
                }
                for pair in self.pairs
            ],
            "failures": list(self.failures),
        }


def compare(runs: Sequence[Path], *, fail_under: Mapping[str, float] | None = None, seed: int = 0) -> Comparison:
    """The first run (the one to beat) against each other one.

    ``fail_under``: measures of ``metrics.json`` and the least that the last run must reach (for time and errors: the
    most). Raises InputError for fewer than two runs (one will do with ``fail_under``) or an unknown measure,
    DatasetError for folders that hold no run or runs that share no question.
    """
    floors = {} if fail_under is None else fail_under
    if len(runs) < (1 if floors else 2):
        raise InputError(
            f"compare: expected two or more run folders, found {len(runs)}; name the --out folders of runs"
        )
    read = [read_run(path) for path in runs]
    pairs = tuple(_pair(read[0], other, seed) for other in read[1:])
    failures = [
        f"{measure(change.measure).label}: {pair.second.name} is worse than {pair.first.name} "
        f"by {_amount(change.measure, abs(change.difference.value))} (p = {change.p:.3f})"
        for pair in pairs
        for change in pair.changes
        if change.is_loss
    ]
    measures = read[-1].measures() if floors else {}
    failures += [failure for name in floors if (failure := _under(read[-1].name, measures, name, floors[name]))]
    return Comparison(pairs, tuple(failures))


def read_run(path: Path) -> RunFiles:
    """A run from its folder, or from its ``predictions.jsonl`` alone."""
    file = path / "predictions.jsonl" if path.is_dir() else path
    outcomes = read_predictions(file)
    if not outcomes:
        raise DatasetError(f"{file}: expected the predictions of a run, found none; run `citespan eval` again")
    return RunFiles(str(path), {each.id: each for each in outcomes})


def parse_floors(texts: Sequence[str]) -> dict[str, float]:
    """``["f1=0.85"]`` as floors. Raises InputError naming what has another form."""
    floors = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            floors[name.strip()] = float(value)
        except ValueError:
            raise InputError(
                f"--fail-under: expected a measure and a number, such as f1=0.85, found {text!r}"
            ) from None
    return floors


def _under(run: str, measures: Mapping[str, float], name: str, floor: float) -> str | None:
    if name not in measures:
        raise InputError(f"--fail-under {name}: expected one of {', '.join(sorted(measures))}; {run} has no other")
    value = measures[name]
    if (value > floor) if measure(name).rises is False else (value < floor):
        return f"{measure(name).label}: {run} has {value:g}, the limit is {floor:g}"
    return None


def _pair(first: RunFiles, second: RunFiles, seed: int) -> Pair:
    shared = [each for each in first.outcomes if each in second.outcomes]
    if not shared:
        raise DatasetError(
            f"expected runs on the same questions, found no id that both {first.name} and {second.name} have; "
            "compare runs of one question set"
        )
    both = [(first.outcomes[each], second.outcomes[each]) for each in shared]
    changes = [_change(name, value, both, seed) for name, value in PER_QUESTION.items()]
    gains = {one.id: (two.f1 or 0.0) - (one.f1 or 0.0) for one, two in both}
    ranked = sorted(gains, key=lambda each: -abs(gains[each]))
    return Pair(
        first=first,
        second=second,
        changes=tuple(each for each in changes if each is not None),
        won=tuple(each for each in ranked if gains[each] > 0),
        lost=tuple(each for each in ranked if gains[each] < 0),
        unshared=len(first.outcomes) + len(second.outcomes) - 2 * len(shared),
    )


def _change(name: str, value: Value, both: Sequence[tuple[Outcome, Outcome]], seed: int) -> Change | None:
    """Over the questions of which both runs have the value; ``None`` when there is none."""
    known = [(a, b) for one, two in both if (a := value(one)) is not None and (b := value(two)) is not None]
    if not known:
        return None
    before, after = [a for a, _ in known], [b for _, b in known]
    exact = None
    if all(each in (0.0, 1.0) for each in before + after):
        exact = mcnemar(sum(a > b for a, b in known), sum(b > a for a, b in known))
    difference = paired_bootstrap(before, after, seed)
    return Change(name, sum(before) / len(known), sum(after) / len(known), difference, exact)


def _amount(name: str, value: float) -> str:
    return f"{value:.1f} ms" if name == "total_ms" else f"{100 * value:.1f} points"
