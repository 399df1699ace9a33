"""The table of peers: both contenders' rows scored by the same rules."""

from __future__ import annotations

import doctest
import json
from pathlib import Path
from typing import Any

import pytest

from eval.benchmarks.peers import judging
from eval.benchmarks.peers.haystack_side import _row
from eval.benchmarks.peers.judging import judge, table

TASK: dict[str, Any] = {
    "questions": [
        {"id": "1", "question": "Who?", "answers": ["Rosa"], "passages": []},
        {"id": "2", "question": "Why?", "answers": [], "passages": []},
        {"id": "3", "question": "When?", "answers": ["on Friday"], "passages": []},
    ],
    "documents": {"d": {"source": "a.txt", "title": "", "text": "Rosa left on Friday."}},
}


def row(identity: str, said: str, start: int, doubt: float, ms: float) -> dict[str, Any]:
    citations = [["d", start, start + len(said), said]] if said else []
    best = said or "Rosa"
    return {
        "id": identity, "prediction": said, "best_span": best, "no_answer_score": doubt,
        "citations": citations, "ms": ms, "cpu_ms": 2 * ms,
    }  # fmt: skip


def test_scores_by_hand() -> None:
    rows = [row("1", "Rosa", 0, 0.1, 10), row("2", "", 0, 0.9, 20), row("3", "Friday", 12, 0.2, 30)]
    score = judge("X", TASK, {"rows": rows, "passages_read": 2.5, "peak_mb": 100.0})
    assert score.em == pytest.approx(2 / 3)
    assert (score.refusal_precision, score.refusal_recall) == (1.0, 1.0)
    assert score.f1 == pytest.approx((1 + 1 + 2 / 3) / 3)
    assert score.best_span_f1 == pytest.approx((1 + 2 / 3) / 2)
    assert score.refusal_auroc == 1.0
    assert score.exact == 0.5, "Friday stands at 13, not at 12"
    assert (score.median_ms, score.cpu_ms, score.passages_read) == (20, 40, 2.5)
    assert table([score]).count("\n") == 2


def test_the_verdict_as_worked_by_hand() -> None:
    found = doctest.testmod(judging)
    assert (found.attempted, found.failed) == (3, 0)


class Answer:
    """The shape of Haystack's ExtractedAnswer."""

    def __init__(self, data: str | None, score: float, start: int = 0) -> None:
        self.data, self.score = data, score
        self.document = None if data is None else type("D", (), {"meta": {"document": "d", "start": 100}})()
        end = start + len(data or "")
        self.document_offset = None if data is None else type("S", (), {"start": start, "end": end})()


def test_haystack_refuses_when_its_empty_answer_leads() -> None:
    said = _row("1", [Answer("Rosa", 0.8, 5), Answer(None, 0.2)], 1.0, 2.0)
    assert (said["prediction"], said["citations"]) == ("Rosa", [["d", 105, 109, "Rosa"]])
    refused = _row("1", [Answer(None, 0.7), Answer("Rosa", 0.3)], 1.0, 2.0)
    assert (refused["prediction"], refused["best_span"], refused["citations"]) == ("", "Rosa", [])
    assert _row("1", [Answer(None, 1.0)], 1.0, 2.0)["best_span"] == ""


def test_the_task_file_has_the_same_passages_for_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import qa.factory
    from eval.benchmarks.peers.task import write_task
    from qa.settings import Settings
    from tests.eval.questions import ALEPPO, FERRY, ROWS, dataset
    from tests.eval.small import small_engine

    monkeypatch.setattr(qa.factory, "open_citespan", lambda settings, create: small_engine([ALEPPO, FERRY]))
    assert write_task(tmp_path / "task.json", dataset(tmp_path, ROWS), Settings(top_k=2), limit=2) == 2
    task = json.loads((tmp_path / "task.json").read_text(encoding="utf-8"))
    for question in task["questions"]:
        for passage in question["passages"]:
            text = task["documents"][passage["document"]]["text"]
            assert text[passage["start"] :].startswith(passage["text"])
