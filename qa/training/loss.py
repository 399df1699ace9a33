"""Losses: from the answers that people marked, and from the scores of a teacher."""

import torch
from torch import Tensor
from torch.nn import functional

from qa.training.model import FAR, Scores

TEMPERATURE = 2.0
"""Of the teacher's scores and of those that learn from them: above 1, second thoughts count for more (Hinton et al.
2015, "Distilling the knowledge in a neural network").
"""


def hard_loss(scores: Scores, start: Tensor, end: Tensor, question: Tensor, null_weight: float) -> Tensor:
    """Span cross-entropy over the answerable rows (`start` >= 0) plus weighted null cross-entropy over all rows.

    The rows of one `question` share one softmax, so that scores of different passages can be compared (Clark and
    Gardner 2018, shared normalisation).
    """
    start_scores, end_scores, null_scores = scores
    answerable = start >= 0
    null = functional.binary_cross_entropy_with_logits(null_scores, (~answerable).float())
    together = question[:, None] == question[None, :]
    span = _entropy(start_scores, start, together) + _entropy(end_scores, end, together)
    # A sum over a mask, not a choice of rows: a GPU need not wait to learn how many there are.
    return (span * answerable).sum() / answerable.sum().clamp(min=1) / 2 + null_weight * null


def soft_loss(scores: Scores, taught: Scores, start: Tensor, question: Tensor, null_weight: float) -> Tensor:
    """How far `scores` are from the `taught` ones: span divergence over the questions plus weighted null cross-entropy.

    Span: the Kullback-Leibler divergence at the temperature and times its square, so that gradients keep their size
    (Hinton et al. 2015), mean of start and end; 0 where both agree. The rows of one `question` share one softmax, as in
    `hard_loss`. A question without an answer here (no row with `start` >= 0) counts as much as the teacher believes
    that one of its rows has one. Null: with the teacher's probability, at no temperature; least where both agree, but
    seldom 0.
    """
    together = question[:, None] == question[None, :]
    answerable = (together & (start >= 0)).any(1)
    believed = (together * torch.sigmoid(-taught[2])).amax(1)
    weight = believed.masked_fill(answerable, 1.0)
    span = sum(_divergence(learnt, known, together) for learnt, known in zip(scores[:2], taught[:2], strict=True))
    questions = weight / together.sum(1)
    null = functional.binary_cross_entropy_with_logits(scores[2], torch.sigmoid(taught[2]))
    return (span * weight).sum() / questions.sum().clamp(min=1e-6) / 2 + null_weight * null


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
