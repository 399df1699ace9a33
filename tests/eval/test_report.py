"""The report: one file, safe whatever an article says."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import pytest

from eval.dataset.records import Gold
from eval.outcome import Excerpt, Outcome, from_line, to_line
from eval.report import report_page
from eval.report.page import embed
from eval.summary import question_word, summarise, summary_json

NASTY = "</script><script>document.title='owned'</script><img src=x onerror=document.title='owned'>"
MANIFEST = {"models": {"reader": NASTY}, "citespan": "0"}
WORDS = "the ferry ran aground near harbour after captain mistook light rocks council voted reservoir museum".split()


def outcome(number: int, rng: random.Random, **changes: Any) -> Outcome:
    """A plausible row; about a third unanswerable."""
    text = " ".join(rng.choice(WORDS) + (str(rng.randint(0, 999)) if rng.random() < 0.3 else "") for _ in range(90))
    refused, answerable, right = rng.random() < 0.3, rng.random() < 0.7, rng.random() < 0.6
    values: dict[str, Any] = {
        "id": f"q-{number}",
        "question": f"{rng.choice(['Who', 'When', 'Why', 'How many'])} did the {text[:40]}, number {number}?",
        "prediction": "" if refused else text[220:232],
        "confidence": round(rng.random(), 3),
        "no_answer_score": round(rng.gauss(0, 3), 3),
        "best_span": text[220:232],
        "citations": (),
        "answers": (Gold(text[220:232] if right else text[240:250], "a.txt", 220, 232),) if answerable else (),
        "em": float(right),
        "f1": float(right),
        "latency_ms": rng.random() * 100,
        "mode": "open",
        "row": number,
        "lost": rng.choice(["right", "refused", "not retrieved"]),
        "best_em": float(right),
        "best_f1": float(right),
        "timings_ms": {"retrieve": 1.0, "read": 2.0, "total": 3.0},
        "relevance": (0, 1, 0) if answerable else None,
        "relevant": 1,
        "excerpts": (Excerpt("a.txt", "A title", 0, text[:430], ((220, 232, "predicted"), (225, 250, "gold"))),),
    }
    return Outcome(**(values | changes))


def page_of(outcomes: list[Outcome]) -> str:
    return report_page("set.jsonl", {"open": summarise(outcomes, "open")}, {"open": outcomes}, MANIFEST)


def test_a_row_survives_being_written() -> None:
    row = outcome(1, random.Random(1), tags=("a",), understood="U?")
    assert from_line(to_line(row)) == row


def test_no_text_can_end_its_element_and_nothing_is_fetched() -> None:
    row = outcome(1, random.Random(1), question=NASTY, prediction=NASTY, lost=NASTY, kind=NASTY)
    page = page_of([row])
    assert "<img" not in page
    assert page.count("</script>") == 2
    assert not re.findall(r"<[^>]*\b(?:src|href)\s*=", page)
    assert "http" not in re.sub(r"http-equiv", "", page)
    assert "default-src 'none'" in page


def test_embedded_data_is_the_data() -> None:
    value: dict[str, list[str]] = {"a": ["<b>", "\u2028", "é"], "b": []}
    text = embed(value)
    assert json.loads(text[text.index(">") + 1 : text.rindex("<")]) == value
    assert 'type="application/gzip"' in embed({"a": ["x" * 5_000_000]})


def test_summary_of_one_question_and_of_none_wrong() -> None:
    one = summarise([outcome(1, random.Random(0), best_em=1.0, em=1.0, f1=1.0)], "open")
    assert one.measures["em"].value == 1.0
    json.dumps(summary_json(one), allow_nan=False)
    assert page_of([outcome(1, random.Random(0))])


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("How many died?", "how many"),
        ("In which city?", "which"),
        ("Show it", "other"),
        ("What happened when he left?", "what"),
        ("Whom did he see?", "whom"),
    ],
)
def test_question_words(question: str, word: str) -> None:
    assert question_word(question) == word
