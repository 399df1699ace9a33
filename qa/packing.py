"""Sentences into passages: greedy, by prefix sums of their weights, with a liking for paragraph ends. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from qa.records import Span


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, or a piece of one that is too long. Tokens include the white space before it."""

    span: Span
    tokens: int
    pieces: int
    ends_paragraph: bool
    joins: bool
    """Whether it may share a passage with the unit before."""


def pack(units: Sequence[Unit], *, budget: int, room: int, overlap: int) -> list[tuple[int, int]]:
    """Runs ``(first, last)`` of units, both inclusive; all units are in one, and each run has one that is new.

    ``budget`` bounds the tokens of a run and ``room`` its word pieces, except where a single unit is over. ``overlap``
    units are shared with the run before, less where they fill half the budget or leave no room for a new one.
    """
    return _Packing(units, budget, room, overlap).runs()


class _Packing:
    """Units into runs ``(first, last)``, by prefix sums of their weights."""

    def __init__(self, units: Sequence[Unit], budget: int, room: int, overlap: int) -> None:
        self._units, self._budget, self._room, self._overlap = units, budget, room, overlap
        self._tokens = [0, *accumulate(unit.tokens for unit in units)]
        self._pieces = [0, *accumulate(unit.pieces for unit in units)]
        self._gaps = [0, *accumulate(not unit.joins for unit in units)]

    def runs(self) -> list[tuple[int, int]]:
        runs: list[tuple[int, int]] = []
        first = fresh = 0  # fresh: the first unit that is in no run yet
        while fresh < len(self._units):
            last = fresh
            while last + 1 < len(self._units) and self._fit(first, last + 1):
                last += 1
            last = self._paragraph_end(first, fresh, last)
            runs.append((first, last))
            first, fresh = self._shared(first, last), last + 1
        return self._balanced(runs)

    def _cost(self, first: int, last: int) -> int:
        return self._tokens[last + 1] - self._tokens[first]

    def _fit(self, first: int, last: int) -> bool:
        return (
            self._cost(first, last) <= self._budget
            and self._pieces[last + 1] - self._pieces[first] <= self._room
            and self._gaps[last + 1] == self._gaps[first + 1]
        )

    def _paragraph_end(self, first: int, fresh: int, last: int) -> int:
        """The last paragraph end in a run that is then still two thirds full, else ``last``."""
        if last == len(self._units) - 1:
            return last
        for index in range(last, fresh - 1, -1):
            if self._cost(first, index) < self._budget * 2 / 3:
                break
            if self._units[index].ends_paragraph:
                return index
        return last

    def _shared(self, first: int, last: int) -> int:
        """Where the run after ``(first, last)`` starts: ``overlap`` units back if that leaves room for a new one."""
        start = last + 1
        if start == len(self._units):
            return start
        for index in range(last, max(first, last - self._overlap), -1):
            if self._cost(index, last) > self._budget / 2 or not self._fit(index, last + 1):
                break
            start = index
        return start

    def _balanced(self, runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """A last run with little that is new takes its share from the one before."""
        end = len(self._units) - 1
        if len(runs) < 2 or self._cost(runs[-2][1] + 1, end) >= self._budget / 4:
            return runs
        first = runs[-2][0]
        fresh = runs[-3][1] + 1 if len(runs) > 2 else 0
        splits = [(last, self._shared(first, last)) for last in range(fresh, end) if self._fit(first, last)]
        splits = [(last, start) for last, start in splits if self._fit(start, end)]
        if not splits:
            return runs
        last, start = max(
            splits,
            key=lambda split: (
                min(self._cost(first, split[0]), self._cost(split[1], end))
                + (self._budget / 8 if self._units[split[0]].ends_paragraph else 0)
            ),
        )
        return [*runs[:-2], (first, last), (start, end)]
