"""Evaluate: scores on development rows, through the very decoding that the product uses."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer

from qa.calibration import Calibration
from qa.reader.extractive import ExtractiveReader, Logits
from qa.reader.inputs import Batch, Windowing
from qa.records import Passage, Reading
from qa.training.load import Row
from qa.training.model import SpanReader, autocast

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = frozenset(string.punctuation)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much the reader sees at once and what it may answer, in word pieces; how decoding weighs what it sees."""

    most_tokens: int = 320
    stride: int = 96
    most_question: int = 48
    most_answer: int = 30
    null_weight: float = 1.0
    lead: float = 0.6
    consensus: float = 4.0
    missing_weight: float = 4.5


class PairReader(Protocol):
    """A reader that takes many questions at once."""

    def read_pairs(self, pairs: Sequence[tuple[str, Passage]]) -> list[Reading]:
        """One reading per question and passage."""


@dataclass(frozen=True, slots=True)
class Predicted:
    """A row, its best span's text, that span's score and the null score."""

    row: Row
    text: str
    score: float
    null: float


def torch_reader(model: SpanReader, tokenizer: Path, limits: Limits, *, bfloat16: bool) -> ExtractiveReader:
    """The product's reader around the torch model."""

    device = model.word_embeddings.weight.device

    def forward(batch: Batch) -> Logits:
        parts = (torch.from_numpy(part).to(device) for part in (batch.ids, batch.mask, batch.segments))
        with torch.inference_mode(), autocast(bfloat16, device.type):
            start, end, null = model(*parts)
        return Logits(start.cpu().numpy(), end.cpu().numpy(), null.cpu().numpy())

    model.eval()
    windowing = Windowing(
        Tokenizer.from_file(str(tokenizer)),
        most_tokens=limits.most_tokens,
        stride=limits.stride,
        most_question=limits.most_question,
    )
    return ExtractiveReader(
        "torch",
        forward,
        windowing,
        Calibration(),
        most_answer=limits.most_answer,
        null_weight=limits.null_weight,
        lead=limits.lead,
        consensus=limits.consensus,
        missing_weight=limits.missing_weight,
        most_tokens=4096,
    )


def predict(rows: Sequence[Row], reader: PairReader) -> list[Predicted]:
    """The best span of every row's context."""
    pairs = [(row.question, Passage(row.id, row.group, 0, len(row.context), row.context)) for row in rows]
    predictions = []
    for row, reading in zip(rows, reader.read_pairs(pairs), strict=True):
        best = reading.candidates[0] if reading.candidates else None
        text, score = ("", -1e9) if best is None else (best.text, best.score)
        predictions.append(Predicted(row, text, score, reading.null_score))
    return predictions


def scores(predictions: Sequence[Predicted]) -> dict[str, float]:
    """F1 and EM (percent, of the answerable rows); where there are both kinds, AUROC of telling them apart.

    One reference counts per row: its first answer (NewsQA and the squad pieces have no other).
    """
    told: dict[str, float] = {}
    answerable = [one for one in predictions if one.row.answers]
    if answerable:
        told["f1"] = round(100 * float(np.mean([f1(one.text, reference(one.row)) for one in answerable])), 2)
        told["em"] = round(100 * float(np.mean([exact(one.text, reference(one.row)) for one in answerable])), 2)
    if 0 < len(answerable) < len(predictions):
        unanswerable = [not one.row.answers for one in predictions]
        told["auroc_null"] = round(float(roc_auc_score(unanswerable, [one.null for one in predictions])), 4)
        told["auroc"] = round(float(roc_auc_score(unanswerable, [one.null - one.score for one in predictions])), 4)
    return told


def measure(rows: Sequence[Row], reader: PairReader) -> dict[str, float]:
    """Scores by source, flat: {"squad_train_pieces.f1": ...}."""
    told: dict[str, float] = {}
    for source, part in sorted(by_source(rows).items()):
        told |= {f"{source}.{name}": value for name, value in scores(predict(part, reader)).items()}
    return told


def by_source(rows: Sequence[Row]) -> Mapping[str, list[Row]]:
    """Rows apart by their source."""
    parts: dict[str, list[Row]] = {}
    for row in rows:
        parts.setdefault(row.source, []).append(row)
    return parts


def reference(row: Row) -> str:
    """The text of the row's first reference answer."""
    start, end = row.answers[0]
    return row.context[start:end]


def normalize(text: str) -> list[str]:
    """SQuAD's normalisation (Rajpurkar et al. 2016): lower case, no punctuation, no articles; as words."""
    bare = "".join(sign for sign in text.lower() if sign not in _PUNCTUATION)
    return _ARTICLES.sub(" ", bare).split()


def f1(text: str, wanted: str) -> float:
    """Harmonic mean of word precision and recall, 0 to 1."""
    found, aimed = normalize(text), normalize(wanted)
    shared = (Counter(found) & Counter(aimed)).total()
    return 2 * shared / (len(found) + len(aimed)) if shared else float(found == aimed)


def exact(text: str, wanted: str) -> bool:
    """Equal after normalisation."""
    return normalize(text) == normalize(wanted)
