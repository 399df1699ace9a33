"""Encoders: base weights from a Hugging Face folder, under a reader that counts in BERT's word pieces.

The reader itself is BERT-shaped. A teacher may have another body: MPNet cuts text into the same pieces but numbers them
otherwise, so each number is translated on the way in, and the scores stand at the same places.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel, MPNetModel

from qa.errors import ModelError
from qa.training.model import SpanReader

_ROLES = {"[CLS]": "<s>", "[SEP]": "</s>", "[PAD]": "<pad>", "[MASK]": "<mask>"}
_MOST_UNKNOWN = 0.01  # of the word pieces


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


class TranslatedEncoder(nn.Module):
    """An encoder that knows the pieces by other numbers, and no segments."""

    numbers: Tensor

    def __init__(self, encoder: MPNetModel, numbers: Tensor) -> None:
        """`numbers`: for each of the reader's pieces the encoder's number of it."""
        super().__init__()
        self.encoder = encoder
        self.register_buffer("numbers", numbers)

    @property
    def embeddings(self) -> nn.Module:
        """The embeddings of the encoder inside."""
        return self.encoder.embeddings

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> object:  # noqa: ARG002
        """As a BERT's, without a look at the segments: the separator between the two texts has to do."""
        return self.encoder(input_ids=self.numbers[input_ids], attention_mask=attention_mask)


def span_reader(base: Path, tokenizer: Path, *, dropout: float = 0.0, attention_dropout: float = 0.0) -> SpanReader:
    """A reader with untrained heads on the base weights in `base`, for the word pieces of `tokenizer`.

    Raises ModelError if the weights are neither BERT's nor MPNet's, or know other word pieces.
    """
    described = base / "config.json"
    kind = json.loads(described.read_text(encoding="utf-8")).get("model_type") if described.is_file() else None
    if kind == "bert":
        return SpanReader(_bert(base, dropout, attention_dropout))
    if kind == "mpnet":
        # Its own dropout everywhere: such a body is trained on a GPU, where that costs little.
        body = MPNetModel.from_pretrained(
            base,
            add_pooling_layer=False,
            dtype=torch.float32,
            hidden_dropout_prob=dropout,
            attention_probs_dropout_prob=attention_dropout,
        )
        return SpanReader(TranslatedEncoder(body, _numbers(tokenizer, base / "tokenizer.json")))
    raise ModelError(f"{base}: expected a model of the kind bert or mpnet, found {kind!r}; choose other base weights")


def _bert(base: Path, dropout: float, attention_dropout: float) -> BertModel:
    encoder = BertModel.from_pretrained(
        base,
        add_pooling_layer=False,
        dtype=torch.float32,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=attention_dropout,
    )
    for part in list(encoder.modules()):
        if isinstance(getattr(part, "dropout", None), nn.Dropout) and hasattr(part, "LayerNorm"):
            part.dropout = FeatureDropout(dropout)
    return encoder


def _numbers(ours: Path, theirs: Path) -> Tensor:
    pieces, known = (Tokenizer.from_file(str(path)).get_vocab() for path in (ours, theirs))
    found = {number: known.get(_ROLES.get(piece, piece)) for piece, number in pieces.items()}
    unknown = sum(number is None for number in found.values())
    if unknown > _MOST_UNKNOWN * len(found):
        raise ModelError(
            f"{theirs}: expected the word pieces of {ours}, found {unknown} of {len(found)} missing; "
            "choose a teacher of the same vocabulary"
        )
    stranger = known.get("[UNK]", known.get("<unk>", 0))
    translated = torch.zeros(max(found) + 1, dtype=torch.long)
    for number, other in found.items():
        translated[number] = stranger if other is None else other
    return translated
