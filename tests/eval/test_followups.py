"""The benchmark of follow-up questions, with canned replies."""

from __future__ import annotations

import json
from pathlib import Path

from eval.benchmarks.followups import follow_ups, left_alone
from qa.records import Answer, Citation, NoAnswer, Reply

CANNED = {
    "Who negotiated the ceasefire?": "Turkey and Russia",
    "When did Turkey and Russia negotiate the ceasefire?": "Tuesday",
    "When did Russia and Turkey negotiate the ceasefire?": "on Tuesday or Wednesday",
    "When did they agree on the ceasefire?": "Tuesday evening",
}


def reply(question: str) -> Reply:
    words = CANNED.get(question)
    if words is None:
        return NoAnswer(question, "nothing fits", 0.1, ())
    size = len(words)
    citation = Citation(f"a:0-{size}~aaaa", "d", "a.txt", "T", None, 0, size, words, 0, size, words)
    return Answer(question, words, 0.9, (citation,))


def gold(article: Path, words: str) -> dict[str, object]:
    start = article.read_text("utf-8").index(words)
    return {"source": str(article), "start": start, "end": start + len(words), "text": words}


def test_a_follow_up_is_scored_as_typed_as_understood_and_in_full(tmp_path: Path) -> None:
    article = tmp_path / "talks.txt"
    article.write_text("Russia and Turkey negotiated the ceasefire. They did so on Tuesday.", "utf-8")
    turns = [
        {"question": "Who negotiated the ceasefire?", "answers": [gold(article, "Russia and Turkey")]},
        {
            "question": "And when was that?",
            "full": "When did they agree on the ceasefire?",
            "answers": [gold(article, "Tuesday")],
        },
        {"question": "Who is the mayor?", "full": "Who is the mayor?", "answers": []},
    ]
    path = tmp_path / "talk.jsonl"
    path.write_text(json.dumps({"id": "1", "turns": turns}) + "\n", "utf-8")
    first, second = follow_ups(path, reply)
    # Our own answer before it was Turkey and Russia; the gold, which the third way builds on, names Russia first.
    assert first == {"typed": 0.0, "understood": 1.0, "after_gold": 0.4, "full": 2 / 3}
    assert second == {"typed": 1.0, "understood": 1.0, "after_gold": 1.0, "full": 1.0}  # rightly refused


def test_questions_that_change_are_counted_and_named(tmp_path: Path) -> None:
    asked = ["Who led the rebels?", "What did Ban Ki-moon say?", "Where did they flee?", "How many died in Aleppo?"]
    path = tmp_path / "asked.jsonl"
    rows = [{"id": str(at), "question": each, "answers": []} for at, each in enumerate(asked)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    counts, changed = left_alone(path, seed=7)
    assert (counts["questions"], counts["without_pronoun"], counts["changed_without_pronoun"]) == (4, 3, 0)
    assert counts["changed"] == len(changed) == 1
    assert changed[0].startswith("Where did they flee? => Where did ")
