"""Haystack's contender, run by the environment that has it: TASK MODEL OUT THREADS [types]. Imports no Citespan."""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

_WARM = 3


def main(task_path: str, model: str, out: str, threads: str, types: str = "") -> None:
    """Answer the task's questions through a Haystack pipeline and write what was said, where, and how long it took."""
    os.environ |= {"HAYSTACK_TELEMETRY_ENABLED": "False", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    import torch
    from haystack import Document, Pipeline
    from haystack.utils import ComponentDevice
    from haystack_integrations.components.readers.transformers import TransformersExtractiveReader

    torch.set_num_threads(int(threads))
    task = json.loads(Path(task_path).read_text(encoding="utf-8"))
    pipeline = Pipeline()
    reader = TransformersExtractiveReader(model=model, device=ComponentDevice.from_str("cpu"), top_k=5)
    pipeline.add_component("reader", reader)
    if types:
        reader.warm_up()
        _give_token_types(reader)

    def ask(row: dict[str, Any]) -> tuple[list[Any], float, float]:
        documents = [
            Document(id=each["id"], content=each["text"], meta={"document": each["document"], "start": each["start"]})
            for each in row["passages"]
        ]
        began, worked = perf_counter(), process_time()
        answers = pipeline.run({"reader": {"query": row["question"], "documents": documents}})["reader"]["answers"]
        return answers, 1000 * (perf_counter() - began), 1000 * (process_time() - worked)

    for row in task["questions"][:_WARM]:
        ask(row)
    replies = [(row["id"], *ask(row)) for row in task["questions"]]
    passages = sum(len(row["passages"]) for row in task["questions"])
    result = {
        "rows": [_row(*each) for each in replies],
        "passages_read": passages / max(len(replies), 1),
        "peak_mb": _peak_mb(),
    }
    Path(out).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")


def _give_token_types(reader: Any) -> None:
    """Tell the model which tokens are the question's and which the passage's, as it was trained with; Haystack itself
    leaves that out."""
    plain, separator = reader.model.forward, reader.tokenizer.sep_token_id

    def forward(input_ids: Any, attention_mask: Any) -> Any:
        ends = (input_ids == separator).long()
        after_first = ((ends.cumsum(dim=1) - ends) > 0).long()
        return plain(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=after_first * attention_mask)

    reader.model.forward = forward


def _peak_mb() -> float:
    """Of this process alone: the resource usage also counts what its parent held when it started this one."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))


def _row(identity: str, answers: list[Any], took: float, worked: float) -> dict[str, Any]:
    """Haystack refuses when its answer without words has the highest score."""
    spans = [answer for answer in answers if answer.data is not None]
    nothing = next((answer.score for answer in answers if answer.data is None), 1.0)
    best = spans[0] if spans else None
    said = best is not None and best.score >= nothing
    citations = []
    if said and best is not None and best.document is not None and best.document_offset is not None:
        begins, offset = best.document.meta["start"], best.document_offset
        citations = [[best.document.meta["document"], begins + offset.start, begins + offset.end, best.data]]
    return {
        "id": identity,
        "prediction": best.data if said and best is not None else "",
        "best_span": best.data if best is not None else "",
        "no_answer_score": nothing,
        "citations": citations,
        "ms": took,
        "cpu_ms": worked,
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
