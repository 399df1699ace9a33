"""Sampling: an endless, seeded stream of length-sorted batches, drawn from the sources in the shares of the phase.

The stream is a function of (seed, position): after a kill it goes on exactly where it stood.
"""

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from qa.training.config import Phase
from qa.training.features import EncodedRow, Encoder, Window

_POOL = 1024  # windows drawn together and sorted by length, so that little is padding
_MULTIPLE = 8


@dataclass(frozen=True, slots=True)
class Draw:
    """The window of a row, and that of a rival where one was drawn; whether a teacher is asked about them."""

    windows: tuple[Window, ...]
    taught: bool = True


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded windows as tensors: ids, mask, segments (rows x pieces), start and end (rows; -1 where unanswerable).

    `question` (rows): windows of one question have the same number. `taught` (rows): whether a teacher is asked.
    """

    input_ids: Tensor
    attention_mask: Tensor
    token_type_ids: Tensor
    start: Tensor
    end: Tensor
    question: Tensor
    taught: Tensor

    def to(self, device: str) -> "Batch":
        """The same on another device."""
        return Batch(*(getattr(self, each.name).to(device, non_blocking=True) for each in fields(self)))


@dataclass(slots=True)
class Position:
    """Where the stream stands: the pool, how many of its batches are used, each source's count when the pool began."""

    pool: int = 0
    used: int = 0
    progress: float = 0.0
    drawn: dict[str, int] = field(default_factory=dict)


class Stream:
    """Draws batches. `position` can be saved, and given to another stream of the same data and seed."""

    def __init__(
        self,
        rows: Mapping[str, Sequence[EncodedRow]],
        phases: Sequence[Phase],
        encoder: Encoder,
        *,
        seed: int,
        tokens_per_batch: int,
        rival_share: float = 0.0,
        untaught: Collection[str] = (),
        position: Position | None = None,
    ) -> None:
        """Stream `rows` (by source) in the shares of `phases`; sources that have no rows are left out of the shares.

        No teacher is asked about what is drawn from `untaught` sources.
        """
        self._rows, self._phases, self._encoder = rows, phases, encoder
        self._seed, self._tokens, self._rival_share = seed, tokens_per_batch, rival_share
        self._untaught = frozenset(untaught)
        self._orders: dict[tuple[str, int], list[int]] = {}
        self.position = Position() if position is None else position

    def batches(self, progress: "Progress") -> Iterator[Batch]:
        """Endless batches. `progress()` (0 to 1) is asked when a pool is drawn, to know the phase."""
        while True:
            if self.position.used == 0:
                self.position.progress = progress()
            batches, drawn = self._pool()
            while self.position.used < len(batches):
                self.position.used += 1
                yield collate(batches[self.position.used - 1])
            self.position = Position(self.position.pool + 1, 0, 0.0, drawn)

    def _pool(self) -> tuple[list[list[Draw]], dict[str, int]]:
        rng = random.Random(f"{self._seed}:{self.position.pool}")
        phase = next(
            phase for phase in self._phases if self.position.progress < phase.until or phase is self._phases[-1]
        )
        shares = {source: share for source, share in phase.mixture.items() if self._rows.get(source)}
        drawn = dict(self.position.drawn)
        draws = []
        for source in rng.choices(list(shares), weights=list(shares.values()), k=_POOL):
            row = self._encoder.as_typed(self._next(source, drawn), rng)
            most_pieces = rng.choice(phase.most_pieces)
            windows: tuple[Window, ...] = (self._encoder.window(row, most_pieces, rng),)
            if row.rivals and rng.random() < self._rival_share:
                windows += (self._encoder.rival(row, most_pieces, rng),)
            draws.append(Draw(windows, source not in self._untaught))
        draws.sort(key=lambda draw: (_longest(draw), rng.random()))
        batches = list(_by_tokens(draws, self._tokens))
        rng.shuffle(batches)
        return batches, drawn

    def _next(self, source: str, drawn: dict[str, int]) -> EncodedRow:
        rows, count = self._rows[source], drawn.get(source, 0)
        drawn[source] = count + 1
        epoch, at = divmod(count, len(rows))
        if (source, epoch) not in self._orders:
            order = list(range(len(rows)))
            random.Random(f"{self._seed}:{source}:{epoch}").shuffle(order)
            self._orders[source, epoch] = order
        return rows[self._orders[source, epoch][at]]


class Progress:
    """A number from 0 to 1 that the trainer moves on, in sight of the processes that draw for it."""

    def __init__(self) -> None:
        """Begin at 0."""
        self._value = torch.zeros(1, dtype=torch.float64).share_memory_()  # type: ignore[no-untyped-call]

    def __call__(self) -> float:
        """The share of the run that is done."""
        return float(self._value)

    def move(self, value: float) -> None:
        """The share of the run that is done is `value`."""
        self._value.fill_(value)


def batches_of(streams: Sequence[Stream], progress: Progress) -> Iterator[Batch]:
    """Endless batches of the streams in turn; each stream's `position` is that of the last batch given.

    One stream draws here. Several draw in processes of their own, some batches ahead: for a trainer that is faster
    than one of them. How far ahead depends on the machine, and with it which pool is the first of a phase.
    """
    if len(streams) == 1:
        yield from streams[0].batches(progress)
        return
    ahead: DataLoader[tuple[int, Position, Batch]] = DataLoader(
        _Ahead(streams, progress), batch_size=None, num_workers=len(streams), multiprocessing_context="fork"
    )
    for number, position, batch in ahead:
        streams[number].position = position
        yield batch


class _Ahead(IterableDataset[tuple[int, Position, Batch]]):
    """In each process the batches of one stream, with its number and position."""

    def __init__(self, streams: Sequence[Stream], progress: Progress) -> None:
        self._streams, self._progress = streams, progress

    def __iter__(self) -> Iterator[tuple[int, Position, Batch]]:
        worker = get_worker_info()
        number = 0 if worker is None else worker.id
        stream = self._streams[number]
        for batch in stream.batches(self._progress):
            yield number, replace(stream.position), batch


def _longest(draw: Draw) -> int:
    return max(len(window.ids) for window in draw.windows)


def _by_tokens(draws: Sequence[Draw], tokens: int) -> Iterator[list[Draw]]:
    """Batches of draws sorted by length; the windows of a draw stay together."""
    batch: list[Draw] = []
    count = 0
    for draw in draws:
        if batch and (count + len(draw.windows)) * _longest(draw) > tokens:
            yield batch
            batch, count = [], 0
        batch.append(draw)
        count += len(draw.windows)
    if batch:
        yield batch


def collate(draws: Sequence[Draw]) -> Batch:
    """Pad windows on the right, to a multiple of 8 pieces."""
    windows = [window for draw in draws for window in draw.windows]
    longest = max(map(_longest, draws))
    width = -(-longest // _MULTIPLE) * _MULTIPLE
    ids, mask, segments = (np.zeros((len(windows), width), dtype=np.int64) for _ in range(3))
    for row, window in enumerate(windows):
        ids[row, : len(window.ids)] = window.ids
        mask[row, : len(window.ids)] = 1
        segments[row, : len(window.ids)] = window.segments
    return Batch(
        torch.from_numpy(ids),
        torch.from_numpy(mask),
        torch.from_numpy(segments),
        torch.tensor([window.start for window in windows]),
        torch.tensor([window.end for window in windows]),
        torch.tensor([number for number, draw in enumerate(draws) for _ in draw.windows]),
        torch.tensor([draw.taught for draw in draws for _ in draw.windows]),
    )
