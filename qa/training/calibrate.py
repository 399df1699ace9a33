"""Calibrate: one probability that the shown answer is right, fitted on questions asked of an index. Also runs alone:

python -m qa.training.calibrate --reader DIR --rows FILE.jsonl.gz [...]

Documents are indexed, retrieved and read by the product itself. For a share of the questions their own document is
hidden, so that the right reply is a refusal. Rows that have no answer stay with their document in sight.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from qa.calibration import NEVER, Calibration, Evidence
from qa.factory import open_citespan
from qa.reading import read_before_settled
from qa.records import Filter, Hit, Reading
from qa.selection import Selector
from qa.settings import Settings
from qa.training.evaluate import f1
from qa.training.export import describe
from qa.training.load import Row, read_rows

_FEATURES = ("margin", "lead", "log_rank", "agreement")
_RANK_WEIGHTS = (0.0, 0.1, 0.3, 0.5, 1.0, 1.5, 2.0)
_CONSENSUS = (0.0, 1.5, 2.0, 3.0)
_SETTLED = (6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0, 20.0)
_MOST_LOST = 0.004  # F1 that stopping early may cost on this data
_BINS = 10
_MOST_REFUSED = 0.06
"""Of the answerable: the threshold is set so that no more are refused on this data. The seed questions were refused
twice as often as these: at 0.10, every fifth that the articles answer.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question asked of the index, what was read for it, and the answers that count; none if it must be refused."""

    question: str
    hits: tuple[Hit, ...]
    readings: tuple[Reading, ...]
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """How well the fit does on questions that it was not fitted on (five folds)."""

    questions: int
    answerable: int
    f1: float
    auroc: float
    expected_calibration_error: float
    reliability: tuple[tuple[float, float, int], ...]
    """Per bin: mean probability, share that was right, how many."""
    refused_answerable: float
    refused_unanswerable: float
    settled_f1_loss: float
    settled_share: float


def ask_index(reader: Path, rows: Sequence[Row], *, hidden: float, seed: int, top_k: int = 8) -> list[Asked]:
    """Index the rows' contexts by group, ask every question; the own document is hidden for a share of them."""
    rng = random.Random(seed)
    contexts: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.context not in contexts[row.group]:
            contexts[row.group].append(row.context)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "articles"
        folder.mkdir()
        files = {group: folder / f"{number:05d}.txt" for number, group in enumerate(sorted(contexts))}
        for group, path in files.items():
            path.write_text("\n\n".join(contexts[group]), encoding="utf-8")
        engine = open_citespan(Settings(store=str(Path(place) / "store"), reader=str(reader)), create=True)
        try:
            engine.index([str(folder)])
            asked = []
            for row in rows:
                hide = bool(row.answers) and rng.random() < hidden
                own = files[row.group].name
                hits = engine.retriever.retrieve(row.question, 4 * top_k if hide else top_k, Filter())
                documents = engine.store.documents({hit.passage.document_id for hit in hits})
                seen = [hit for hit in hits if not (hide and documents[hit.passage.document_id].source.endswith(own))]
                kept = tuple(replace(hit, rank=rank) for rank, hit in enumerate(seen[:top_k], start=1))
                readings = tuple(engine.reader.read(row.question, [hit.passage for hit in kept]))
                wanted = () if hide else tuple(row.context[start:end] for start, end in row.answers)
                asked.append(Asked(row.question, kept, readings, wanted))
        finally:
            engine.close()
    return asked


def fit(asked: Sequence[Asked]) -> tuple[Calibration, Report]:
    """The calibration with the best F1 across passages, its probabilities, threshold and stopping margin."""
    tried = [
        Calibration(rank_weight=weight, consensus=temperature)
        for weight, temperature in product(_RANK_WEIGHTS, _CONSENSUS)
    ]
    chosen = max(tried, key=lambda one: _span_f1(asked, one))
    best = [_best(one, chosen) for one in asked]
    features = np.array([[getattr(evidence, name) for name in _FEATURES] for _, evidence in best])
    right = np.array([_quality(text, one.wanted) >= 0.5 for (text, _), one in zip(best, asked, strict=True)])
    probability = np.zeros(len(asked))
    folds = np.arange(len(asked)) % 5
    for fold in range(5):
        model = LogisticRegression(C=10.0).fit(features[folds != fold], right[folds != fold])
        probability[folds == fold] = model.predict_proba(features[folds == fold])[:, 1]
    model = LogisticRegression(C=10.0).fit(features, right)
    weights = dict(zip(_FEATURES, (round(float(weight), 4) for weight in model.coef_[0]), strict=True))
    answerable = np.array([bool(one.wanted) for one in asked])
    threshold = round(float(np.quantile(probability[answerable], _MOST_REFUSED)), 4)
    settled, loss, share = _settled(asked, chosen)
    calibration = replace(
        chosen, bias=round(float(model.intercept_[0]), 4), threshold=threshold, settled=settled, **weights
    )
    bins = _reliability(probability, right)
    report = Report(
        questions=len(asked),
        answerable=int(answerable.sum()),
        f1=round(100 * _span_f1(asked, chosen), 2),
        auroc=round(float(roc_auc_score(answerable, probability)), 4),
        expected_calibration_error=round(sum(abs(mean - share) * count for mean, share, count in bins) / len(asked), 4),
        reliability=tuple(bins),
        refused_answerable=round(float((probability[answerable] < threshold).mean()), 4),
        refused_unanswerable=round(float((probability[~answerable] < threshold).mean()), 4),
        settled_f1_loss=round(100 * loss, 3),
        settled_share=round(share, 3),
    )
    return calibration, report


def _best(one: Asked, calibration: Calibration, passages: int | None = None) -> tuple[str, Evidence]:
    weighed = Selector(calibration, 0.0).weigh(one.hits, one.readings[:passages])
    if not weighed:
        return "", Evidence(-30.0, 0.0, 0.0, 0.0)
    candidate, evidence = weighed[0]
    return candidate.text, evidence


def _quality(text: str, wanted: Sequence[str]) -> float:
    return max((f1(text, one) for one in wanted), default=0.0)


def _span_f1(asked: Sequence[Asked], calibration: Calibration) -> float:
    found = [_quality(_best(one, calibration)[0], one.wanted) for one in asked if one.wanted]
    return sum(found) / max(1, len(found))


def _settled(asked: Sequence[Asked], calibration: Calibration) -> tuple[float, float, float]:
    """The smallest margin at which reading may stop, with at most ``_MOST_LOST`` of F1 lost there and at every greater
    one; the loss; how often it stops.
    """
    answerable = [one for one in asked if one.wanted]
    whole = [_quality(_best(one, calibration)[0], one.wanted) for one in answerable]
    chosen = NEVER, 0.0, 0.0
    for margin in reversed(_SETTLED):
        read = [read_before_settled(one.readings, margin) for one in answerable]
        lost = [
            full - _quality(_best(one, calibration, count)[0], one.wanted) if count < len(one.readings) else 0.0
            for one, full, count in zip(answerable, whole, read, strict=True)
        ]
        early = sum(count < len(one.readings) for one, count in zip(answerable, read, strict=True))
        loss = sum(lost) / max(1, len(lost))
        if loss > _MOST_LOST:
            break
        if early:
            chosen = margin, loss, early / len(answerable)
    return chosen


def _reliability(probability: np.ndarray, right: np.ndarray) -> list[tuple[float, float, int]]:
    bins = []
    for number in range(_BINS):
        low, high = number / _BINS, (number + 1) / _BINS if number < _BINS - 1 else math.inf
        here = (probability >= low) & (probability < high)
        if here.any():
            bins.append(
                (round(float(probability[here].mean()), 3), round(float(right[here].mean()), 3), int(here.sum()))
            )
    return bins


def calibrate(reader: Path, rows: Sequence[Row], *, hidden: float = 0.35, seed: int = 0) -> Report:
    """Fit on `rows` and write the calibration into the reader's description."""
    calibration, report = fit(ask_index(reader, rows, hidden=hidden, seed=seed))
    describe(reader, calibration=calibration)
    return report


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, write, and print the report as JSON."""
    parser = argparse.ArgumentParser(prog="python -m qa.training.calibrate", description=__doc__)
    parser.add_argument("--reader", type=Path, required=True)
    parser.add_argument("--rows", type=Path, nargs="+", required=True)
    parser.add_argument("--most", type=int, default=300, help="questions per file")
    options = parser.parse_args(arguments)
    rng = random.Random(0)
    rows: list[Row] = []
    for path in options.rows:
        every = read_rows(path)
        rows += rng.sample(every, min(options.most, len(every)))
    print(json.dumps(asdict(calibrate(options.reader, rows)), indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
