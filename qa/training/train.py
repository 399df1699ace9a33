"""Train: the loop, with a schedule that ends on time, checkpoints that survive a kill, and a log to watch.

The learning rate rises over the warm-up and falls linearly to nothing at the end of the budget. The budget is steps
(with one worker the same run again, bit for bit) or minutes (the schedule follows the clock, so a slower machine trains
less, but finishes).
"""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from qa.errors import SettingsError
from qa.training.config import Config
from qa.training.features import Pieces
from qa.training.finished import LOG
from qa.training.loss import Shares, reader_loss
from qa.training.model import FAR, Scores, SpanReader, autocast
from qa.training.sampling import Batch, Position, Progress, Stream, batches_of

CHECKPOINT, SNAPSHOTS = "checkpoint.pt", "weights-*.pt"
_LOG_EVERY = 50
Evaluate = Callable[[SpanReader], Mapping[str, float]]


class Trainer:
    """One run in one folder. `run()` goes on from the folder's checkpoint if there is one."""

    def __init__(
        self,
        model: SpanReader,
        streams: Sequence[Stream],
        config: Config,
        folder: Path,
        evaluate: Evaluate,
        *,
        pieces: Pieces,
        device: str = "cpu",
        bfloat16: bool,
        teacher: SpanReader | None = None,
    ) -> None:
        """Prepare the optimizer; word embeddings stay frozen (half of the weights, and rare words keep their sense).

        A `teacher` scores the same windows, unmasked, and is learnt from in the shares that `config` names.
        """
        self.model, self.streams, self.config, self.folder, self.evaluate = model, streams, config, folder, evaluate
        self.pieces, self.device, self.bfloat16, self.teacher = pieces, device, bfloat16, teacher
        model.to(device)
        model.word_embeddings.weight.requires_grad_(False)
        if teacher is not None:
            teacher.to(device).eval().requires_grad_(False)
        trained = [(name, weight) for name, weight in model.named_parameters() if weight.requires_grad]
        self.weights = [weight for _, weight in trained]
        groups = [
            {"params": [weight for _, weight in trained if weight.dim() > 1], "weight_decay": config.weight_decay},
            {"params": [weight for _, weight in trained if weight.dim() <= 1], "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=config.learning_rate, fused=True)
        self.shares = Shares(config.null_weight, config.teacher_weight, config.teacher_null_weight)
        self.progress = Progress()
        self.step, self.seconds, self.seen, self.snapshots = 0, 0.0, 0, 0
        folder.mkdir(parents=True, exist_ok=True)

    def run(self) -> None:
        """Train to the end of the budget. A checkpoint is written every `checkpoint_minutes` and at the end."""
        torch.manual_seed(self.config.seed)
        self._resume()
        if self.progress() >= 1.0:
            return
        batches = batches_of(self.streams, self.progress)
        began, base = time.monotonic(), self.seconds
        next_save, next_look = self.config.checkpoint_minutes * 60, self.config.evaluate_minutes * 60
        next_save, next_look = next_save + base, next_look + base
        window = _Window()
        while self.progress() < 1.0:
            loss = self._train_on(next(batches))
            self.seconds = base + time.monotonic() - began
            self.progress.move(self._share_done())
            window.add(loss, self.seen, self.seconds)
            if self.step % _LOG_EVERY == 0:
                self._log({"kind": "train", **window.read(), "rate": self._rate()})
                window = _Window(self.seen, self.seconds)
            if self.seconds >= next_look and self.progress() < 1.0:
                self._look()
                next_look = self.seconds + self.config.evaluate_minutes * 60
            if self.seconds >= next_save and self.progress() < 1.0:
                self._save()
                next_save = self.seconds + self.config.checkpoint_minutes * 60
        self._save()
        self._look()

    def _train_on(self, batch: Batch) -> Tensor:
        self.model.train()
        for group in self.optimizer.param_groups:
            group["lr"] = self._rate()
        asked = batch.taught.nonzero().squeeze(1)  # while it is in this memory: a GPU need not wait for the count
        batch = batch.to(self.device)
        shown = hide(batch.input_ids, self.config.hidden_share, self.pieces)
        with autocast(self.bfloat16, self.device):
            scores = self.model(shown, batch.attention_mask, batch.token_type_ids)
        taught = None if self.teacher is None else self._taught(self.teacher, batch, asked.to(self.device), scores)
        loss = reader_loss(scores, batch, self.shares, taught)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.weights, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        self.seen += len(batch.input_ids)
        return loss.detach()

    def _taught(self, teacher: SpanReader, batch: Batch, asked: Tensor, scores: Scores) -> Scores:
        """The teacher's scores of the rows with the numbers `asked`; for the others the student's own, from which there
        is nothing to learn, and no belief in an answer.
        """
        start, end, null = (each.detach().clone() for each in scores)
        null.fill_(-FAR)
        if len(asked) > 0:
            with torch.no_grad(), autocast(self.bfloat16, self.device):
                told = teacher(batch.input_ids[asked], batch.attention_mask[asked], batch.token_type_ids[asked])
            for whole, part in zip((start, end, null), told, strict=True):
                whole[asked] = part
        return start, end, null

    def _share_done(self) -> float:
        if self.config.steps:
            return min(1.0, self.step / self.config.steps)
        return min(1.0, self.seconds / (60 * self.config.minutes))

    def _rate(self) -> float:
        done, warmup = self.progress(), self.config.warmup
        return self.config.learning_rate * (max(done, 1e-3) / warmup if done < warmup else (1 - done) / (1 - warmup))

    def _look(self) -> None:
        self.model.eval()
        self._log({"kind": "dev", **self.evaluate(self.model)})

    def _log(self, entry: Mapping[str, Any]) -> None:
        line = {
            "step": self.step,
            "seen": self.seen,
            "seconds": round(self.seconds, 1),
            "done": round(self.progress(), 4),
            **entry,
        }
        with (self.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        print(json.dumps(line), flush=True)

    def _save(self) -> None:
        """Write the checkpoint beside and rename it into place, so that a kill leaves the old or the new one, whole."""
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "random": torch.get_rng_state(),
            "random_gpu": torch.cuda.get_rng_state() if self.device == "cuda" else None,
            "positions": [asdict(stream.position) for stream in self.streams],
            "counters": (self.step, self.seconds, self.seen, self.snapshots),
        }
        _write(state, self.folder / CHECKPOINT)
        # The last few snapshots are averaged at the end; the one from `average_last` ago has had its time.
        _write(self.model.state_dict(), self.folder / f"weights-{self.snapshots:03d}.pt")
        (self.folder / f"weights-{self.snapshots - self.config.average_last:03d}.pt").unlink(missing_ok=True)
        self.snapshots += 1

    def _resume(self) -> None:
        path = self.folder / CHECKPOINT
        if not path.is_file():
            return
        state = torch.load(path, weights_only=True, map_location="cpu")
        if len(state["positions"]) != len(self.streams):
            raise SettingsError(
                f"{path}: expected the workers of the run that wrote it, {len(state['positions'])}; found "
                f"{len(self.streams)}. Set `workers` back, or begin in another folder."
            )
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"])
        if self.device == "cuda" and state["random_gpu"] is not None:
            torch.cuda.set_rng_state(state["random_gpu"])
        for stream, position in zip(self.streams, state["positions"], strict=True):
            stream.position = Position(**position)
        self.step, self.seconds, self.seen, self.snapshots = state["counters"]
        self.snapshots += 1
        self.progress.move(self._share_done())


def hide(ids: Tensor, share: float, pieces: Pieces) -> Tensor:
    """`ids` with a `share` of the pieces masked at random (word dropout). Padding may be masked: nobody looks at it."""
    if share <= 0:
        return ids
    free = ~torch.isin(ids, torch.tensor(pieces.kept, device=ids.device))
    return ids.masked_fill(free & (torch.rand(ids.shape, device=ids.device) < share), pieces.mask)


class _Window:
    """Loss and speed since the last line of the log. Losses stay on their device until asked for: a GPU works ahead."""

    def __init__(self, seen: int = 0, seconds: float = 0.0) -> None:
        self._losses: list[Tensor] = []
        self._from = self._to = (seen, seconds)

    def add(self, loss: Tensor, seen: int, seconds: float) -> None:
        self._losses.append(loss)
        self._to = (seen, seconds)

    def read(self) -> dict[str, float]:
        rows, seconds = self._to[0] - self._from[0], self._to[1] - self._from[1]
        return {
            "loss": round(float(torch.stack(self._losses).mean()), 4),
            "examples_per_s": round(rows / max(seconds, 1e-9), 1),
        }


def _write(state: object, path: Path) -> None:
    beside = path.with_suffix(".tmp")
    with beside.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def average(states: Sequence[Mapping[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """The mean of several sets of weights (Wortsman et al. 2022, "Model soups")."""
    return {
        name: torch.stack([state[name].float() for state in states]).mean(0).to(weight.dtype)
        for name, weight in states[0].items()
    }
