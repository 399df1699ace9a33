"""Citespan's contender, in a process of its own: TASK READER OUT THREADS [all]."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from eval.benchmarks.peak import peak_mib
from qa.protocols import Reader
from qa.reader.model import OnnxReader
from qa.reading import look_again, read_until_settled
from qa.records import Answer, Document, Hit, Passage, Reading, Reply
from qa.selection import Selector

_WARM = 3


class _Counting:
    """Counts the passages read; with ``everything`` none is spared."""

    def __init__(self, inner: Reader, everything: bool) -> None:
        self.inner, self.read_so_far = inner, 0
        self.name = inner.name
        never = replace(inner.calibration, settled=float("inf"))
        self.calibration = never if everything else inner.calibration

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """See Reader."""
        self.read_so_far += len(passages)
        return self.inner.read(question, passages)


def main(task_path: str, reader_path: str, out: str, threads: str, everything: str = "") -> None:
    """Answer the task's questions and write what was said, where, and how long each took."""
    task = json.loads(Path(task_path).read_text(encoding="utf-8"))
    documents = {
        identity: Document(identity, each["source"], each["title"], each["text"], None, None, "")
        for identity, each in task["documents"].items()
    }
    reader = _Counting(OnnxReader(Path(reader_path), threads=int(threads)), bool(everything))
    selector = Selector(reader.calibration, reader.calibration.threshold)

    def ask(row: dict[str, Any]) -> tuple[Reply, float, float]:
        passages = [
            Passage(each["id"], each["document"], each["start"], each["start"] + len(each["text"]), each["text"])
            for each in row["passages"]
        ]
        hits = [Hit(passage, 0.0, rank, None, None) for rank, passage in enumerate(passages, 1)]
        began, worked = perf_counter(), process_time()
        question = row["question"]
        readings = read_until_settled(reader, question, passages)
        alone = look_again(reader, question, selector.best(hits, readings))
        reply = selector.select(question, hits, readings, documents, alone=alone)
        return reply, 1000 * (perf_counter() - began), 1000 * (process_time() - worked)

    for row in task["questions"][:_WARM]:
        ask(row)
    reader.read_so_far = 0
    replies = [(row["id"], *ask(row)) for row in task["questions"]]
    result = {
        "rows": [_row(*each) for each in replies],
        "passages_read": reader.read_so_far / max(len(replies), 1),
        "peak_mb": peak_mib(),
    }
    Path(out).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")


def _row(identity: str, reply: Reply, took: float, worked: float) -> dict[str, Any]:
    answered = isinstance(reply, Answer)
    cited = reply.citations if isinstance(reply, Answer) else ()
    return {
        "id": identity,
        "prediction": reply.text if isinstance(reply, Answer) else "",
        "best_span": reply.text if isinstance(reply, Answer) else reply.best_span,
        "no_answer_score": reply.no_answer_score,
        "citations": [[each.document_id, each.start, each.end, each.quote] for each in cited] if answered else [],
        "ms": took,
        "cpu_ms": worked,
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
