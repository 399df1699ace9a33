"""The reader's network: an encoder, a start and an end score for every piece, and one score for "no answer here".

Which span and whether any are two decisions. Where one softmax with the null span takes both, each pulls at the other;
here the span scores learn from answerable windows only, and the null score has a head of its own. That head sees
[CLS] and what stands where the span scores point, so it can check the found words against the question.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import cast

import torch
from torch import Tensor, nn

from qa.training.features import PASSAGE

FAR = -1e4
"""A score for places that cannot be chosen; finite, so that bfloat16 and ONNX stay calm."""

Scores = tuple[Tensor, Tensor, Tensor]
"""Start logits, end logits (batch x pieces), null logit (batch)."""


def autocast(bfloat16: bool, device: str = "cpu") -> AbstractContextManager[object]:
    """bfloat16 arithmetic where asked for."""
    return torch.autocast(device, dtype=torch.bfloat16) if bfloat16 else nullcontext()


class SpanReader(nn.Module):
    """An encoder with span and null heads."""

    def __init__(self, encoder: nn.Module) -> None:
        """Put untrained heads on an encoder that takes BERT's inputs; see `qa.training.encoders`."""
        super().__init__()
        self.encoder = encoder
        width = self.word_embeddings.weight.shape[1]
        self.span = nn.Linear(width, 2)
        self.null = nn.Sequential(nn.Linear(3 * width, width), nn.Tanh(), nn.Linear(width, 1))

    @property
    def word_embeddings(self) -> nn.Embedding:
        """The vectors of the word pieces."""
        return cast(nn.Embedding, self.encoder.get_submodule("embeddings.word_embeddings"))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Scores:
        """Start logits, end logits (batch x pieces), null logit (batch). Places outside the passage score -10,000."""
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        readable = (token_type_ids == PASSAGE) & (attention_mask == 1)
        start, end = self.span(hidden).float().masked_fill(~readable.unsqueeze(-1), FAR).unbind(-1)
        # The null head looks where the span scores point, without moving them.
        weights = torch.stack((start, end), dim=1).detach().softmax(-1).to(hidden.dtype)
        at_start, at_end = torch.matmul(weights, hidden).unbind(1)
        null = self.null(torch.cat((hidden[:, 0], at_start, at_end), dim=-1)).float().squeeze(-1)
        return start, end, null
