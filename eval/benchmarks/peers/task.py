"""What both contenders get: questions, each with the same retrieved passages, as one JSON file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.articles import Articles, locate
from eval.dataset.load import load_dataset
from eval.dataset.records import Dataset
from eval.engine import engine_for
from qa.records import Filter
from qa.settings import Settings


def write_task(path: Path, dataset_path: Path, settings: Settings, limit: int | None) -> int:
    """Retrieve ``settings.top_k`` passages for every question and write them down; returns how many questions.

    Passages carry their article's id and where they start in it, and the articles' whole text is written too, so that
    offsets can be checked afterwards.
    """
    dataset: Dataset = load_dataset(dataset_path, skip_bad=True)
    dataset = replace(dataset, questions=dataset.questions[:limit])
    with engine_for(dataset, settings, ("open",)) as engine:
        located, _ = locate(dataset.questions, Articles(engine.store))
        rows: list[dict[str, Any]] = []
        wanted: set[str] = set()
        for each in located:
            hits = engine.retriever.retrieve(each.question.text, settings.top_k, Filter())
            wanted |= {hit.passage.document_id for hit in hits}
            rows.append(
                {
                    "id": each.question.id,
                    "question": each.question.text,
                    "answers": each.question.gold_texts,
                    "passages": [
                        {
                            "id": hit.passage.id,
                            "document": hit.passage.document_id,
                            "start": hit.passage.start,
                            "text": hit.passage.text,
                        }
                        for hit in hits
                    ],
                }
            )
        documents = {
            identity: {"source": document.source, "title": document.title, "text": document.text}
            for identity, document in engine.store.documents(wanted).items()
        }
    path.write_text(json.dumps({"questions": rows, "documents": documents}, ensure_ascii=False), encoding="utf-8")
    return len(rows)
