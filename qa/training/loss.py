"""Losses: from the answers that people marked, and from the scores of a teacher."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from qa.training.model import FAR, Scores
from qa.training.sampling import Batch

TEMPERATURE = 2.0
"""Of the teacher's scores and of those that learn from them: above 1, second thoughts count for more (Hinton et al.
2015, "Distilling the knowledge in a neural network").
"""


@dataclass(frozen=True, slots=True)
class Shares:
    """What counts how much: the null loss beside the span's; a teacher's scores beside what is marked, 0 to 1 each."""

    null_weight: float
    teacher_weight: float = 0.0
    teacher_null_weight: float = 0.0


def reader_loss(scores: Scores, batch: Batch, shares: Shares, taught: Scores | None = None) -> Tensor:
    """All that a batch is learnt from: which words answer, and whether any do, as marked and, if any, as `taught`.

    Rows that the batch says are not taught are learnt from as marked alone.
    """
    start, question = batch.start, batch.question
    if taught is None:
        return hard_loss(scores, start, batch.end, question) + shares.null_weight * null_loss(scores[2], start)
    share = shares.teacher_weight * batch.taught
    span = hard_loss(scores, start, batch.end, question, 1 - share)
    soft = soft_loss(scores, taught, start, question, share)
    null = null_loss(scores[2], start, taught[2], shares.teacher_null_weight * batch.taught)
    return span + soft + shares.null_weight * null


def hard_loss(scores: Scores, start: Tensor, end: Tensor, question: Tensor, share: Tensor | float = 1.0) -> Tensor:
    """Span cross-entropy over the answerable rows (`start` >= 0), 0 if there are none. Each counts in its `share`.

    The rows of one `question` share one softmax, so that scores of different passages can be compared (Clark and
    Gardner 2018, shared normalisation).
    """
    answerable = start >= 0
    together = question[:, None] == question[None, :]
    span = _entropy(scores[0], start, together) + _entropy(scores[1], end, together)
    # A sum over a mask, not a choice of rows: a GPU need not wait to learn how many there are.
    return (span * answerable * share).sum() / answerable.sum().clamp(min=1) / 2


def soft_loss(scores: Scores, taught: Scores, start: Tensor, question: Tensor, share: Tensor | float = 1.0) -> Tensor:
    """How far the span scores are from the `taught` ones: divergence over the questions; 0 where both agree.
    Each row counts in its `share`.

    The Kullback-Leibler divergence at the temperature and times its square, so that gradients keep their size (Hinton
    et al. 2015), mean of start and end. The rows of one `question` share one softmax, as in `hard_loss`. A question
    without an answer here (no row with `start` >= 0) counts as much as the teacher believes that one of its rows has
    one.
    """
    together = question[:, None] == question[None, :]
    answerable = (together & (start >= 0)).any(1)
    believed = (together * torch.sigmoid(-taught[2])).amax(1)
    weight = believed.masked_fill(answerable, 1.0)
    span = sum(_divergence(learnt, known, together) for learnt, known in zip(scores[:2], taught[:2], strict=True))
    questions = weight / together.sum(1)
    return (span * weight * share).sum() / questions.sum().clamp(min=1e-6) / 2


def null_loss(null: Tensor, start: Tensor, taught: Tensor | None = None, share: Tensor | float = 0.0) -> Tensor:
    """Cross-entropy of "no answer here" (`start` < 0) over all rows. `null`, `start`, `taught`: a number for each row.

    The probability that a teacher's null logits, `taught`, give counts in the `share`. Least where both agree, but
    seldom 0.
    """
    target = (start < 0).float()
    if taught is not None:
        target = (1 - share) * target + share * torch.sigmoid(taught)
    return functional.binary_cross_entropy_with_logits(null, target)


def _entropy(scores: Tensor, gold: Tensor, together: Tensor) -> Tensor:
    """Minus the log-probability of each row's `gold` among the places of all rows that stand `together` with it."""
    found: Tensor = _every(scores, together) - scores.gather(1, gold.clamp(min=0).unsqueeze(1)).squeeze(1)
    return found


def _divergence(learnt: Tensor, known: Tensor, together: Tensor) -> Tensor:
    """Each row's part of the Kullback-Leibler divergence, at the temperature and times its square."""
    learnt, known = learnt / TEMPERATURE, known / TEMPERATURE
    ours = learnt - _every(learnt, together)[:, None]
    theirs = known - _every(known, together)[:, None]
    return TEMPERATURE**2 * (theirs.exp() * (theirs - ours)).sum(1)


def _every(scores: Tensor, together: Tensor) -> Tensor:
    """The log-sum-exp over the places of all rows that stand together, for each row."""
    return scores.logsumexp(dim=1).expand_as(together).masked_fill(~together, FAR).logsumexp(dim=1)
