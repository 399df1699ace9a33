"""The reader's network: MiniLM, a start and an end score for every piece, and one score for "no answer here".

Which span and whether any are two decisions. Where one softmax with the null span takes both, each pulls at the other;
here the span scores learn from answerable windows only, and the null score has a head of its own. That head sees
[CLS] and what stands where the span scores point, so it can check the found words against the question.
"""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from qa.training.features import PASSAGE

_FAR = -1e4  # a score for places that cannot be chosen; finite, so that bfloat16 and ONNX stay calm


def autocast(bfloat16: bool) -> AbstractContextManager[object]:
    """bfloat16 arithmetic where asked for."""
    return torch.autocast("cpu", dtype=torch.bfloat16) if bfloat16 else nullcontext()


class FeatureDropout(nn.Module):
    """Dropout that takes the same features from all pieces of a row (Gal and Ghahramani 2016, "variational").

    It draws a few hundred numbers a row, where plain dropout draws one for every value and costs a third of the speed.
    """

    def __init__(self, share: float) -> None:
        """Take `share` of the features, each training step anew."""
        super().__init__()
        self.share = share

    def forward(self, hidden: Tensor) -> Tensor:
        """`hidden` (batch x pieces x width) without some of its features; as it is when not training."""
        if not self.training or self.share <= 0:
            return hidden
        return functional.dropout1d(hidden.transpose(1, 2), self.share).transpose(1, 2)


class SpanReader(nn.Module):
    """BERT-shaped encoder with span and null heads."""

    def __init__(self, encoder: BertModel) -> None:
        """Put untrained heads on an encoder."""
        super().__init__()
        width = encoder.config.hidden_size
        self.encoder = encoder
        self.span = nn.Linear(width, 2)
        self.null = nn.Sequential(nn.Linear(3 * width, width), nn.Tanh(), nn.Linear(width, 1))

    @classmethod
    def from_base(cls, folder: Path, *, dropout: float = 0.0) -> "SpanReader":
        """Start from a Hugging Face BERT folder. Attention has no dropout: on a CPU it would take a third of the
        speed.
        """
        encoder = BertModel.from_pretrained(
            folder, add_pooling_layer=False, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
        )
        for part in list(encoder.modules()):
            if isinstance(getattr(part, "dropout", None), nn.Dropout) and hasattr(part, "LayerNorm"):
                part.dropout = FeatureDropout(dropout)
        return cls(encoder)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Start logits, end logits (batch x pieces), null logit (batch). Places outside the passage score -10,000."""
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        readable = (token_type_ids == PASSAGE) & (attention_mask == 1)
        start, end = self.span(hidden).float().masked_fill(~readable.unsqueeze(-1), _FAR).unbind(-1)
        # The null head looks where the span scores point, without moving them.
        weights = torch.stack((start, end), dim=1).detach().softmax(-1).to(hidden.dtype)
        at_start, at_end = torch.matmul(weights, hidden).unbind(1)
        null = self.null(torch.cat((hidden[:, 0], at_start, at_end), dim=-1)).float().squeeze(-1)
        return start, end, null


def loss_of(
    scores: tuple[Tensor, Tensor, Tensor], start: Tensor, end: Tensor, question: Tensor, null_weight: float
) -> Tensor:
    """Span cross-entropy over the answerable rows (`start` >= 0) plus weighted null cross-entropy over all rows.

    The rows of one `question` share one softmax, so that scores of different passages can be compared (Clark and
    Gardner 2018, shared normalisation).
    """
    start_scores, end_scores, null_scores = scores
    answerable = start >= 0
    null = functional.binary_cross_entropy_with_logits(null_scores, (~answerable).float())
    if not answerable.any():
        return null_weight * null
    together = question[:, None] == question[None, :]
    span = _shared_entropy(start_scores, start, together) + _shared_entropy(end_scores, end, together)
    return span[answerable].mean() / 2 + null_weight * null


def _shared_entropy(scores: Tensor, gold: Tensor, together: Tensor) -> Tensor:
    """Minus the log-probability of each row's `gold` among the places of all rows that stand `together` with it."""
    every = scores.logsumexp(dim=1).expand_as(together).masked_fill(~together, _FAR).logsumexp(dim=1)
    found: Tensor = every - scores.gather(1, gold.clamp(min=0).unsqueeze(1)).squeeze(1)
    return found
