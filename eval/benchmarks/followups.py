"""Follow-up questions: what understanding them gains, and how often a question that stands alone is left alone.

    python -m eval.benchmarks.followups [CONVERSATIONS.jsonl] [--alone QUESTIONS.jsonl[.gz] ...] [--list] [--reader R]

Every turn after the first is asked as it was typed, as it was understood after the turns before it (our own answers, as
in the chat), and as its ``full`` wording has it, over a fresh store of the seeds and the set's own articles. F1 as the
official SQuAD script has it, a right refusal counting 1; the gap is "full" minus "understood", in points of F1.

What the gap is made of: "after_gold" is the F1 when the turns before were asked in full and answered with their gold.
"full" minus "after_gold" is lost by understanding the turn itself wrongly or in other words, "after_gold" minus
"understood" by our own wrong answers before it, which a pronoun then points at.

``--alone``: each question of the set is asked after one to three others of it, which have nothing to do with it; counts
those that change. Questions without any pronoun are counted apart: nothing in them can point back. ``--list`` names the
changed ones on standard error, to be judged by reading. One JSON document on standard output.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from eval.dataset import Question, load_dataset
from eval.metrics.answers import f1
from eval.metrics.intervals import paired_bootstrap
from qa.conversation import Turn, stand_alone, turn_of
from qa.factory import open_citespan
from qa.records import Answer, Document, Reply
from qa.sentences import sentence_around
from qa.settings import load_settings

QUESTIONS = Path(__file__).parents[1] / "questions"
ARTICLES = (Path("seeds"), QUESTIONS / "articles")
WAYS = ("typed", "understood", "after_gold", "full")
_PRONOUN = re.compile(
    r"\b(?:he|him|his|she|hers?|it|its|they|them|theirs?|this|that|these|those|there|ones?|so)\b|^and|^what about",
    re.I,
)


def follow_ups(path: Path, ask: Callable[[str], Reply]) -> list[dict[str, float]]:
    """F1 of every turn after the first, asked in each of the ``WAYS``."""
    scores = []
    for line in path.read_text(encoding="utf-8").splitlines():
        history, given = list[Turn](), list[Turn]()
        for turn in json.loads(line)["turns"]:
            understood = stand_alone(turn["question"], history).text
            golds = [each["text"] for each in turn["answers"]]
            if history:
                asked = (turn["question"], understood, stand_alone(turn["question"], given).text, turn["full"])
                scores.append({way: f1(said(ask(each)), golds) for way, each in zip(WAYS, asked, strict=True)})
            history.append(turn_of(ask(understood), turn["question"], understood))
            given.append(_given(turn))
    return scores


def _given(turn: dict[str, Any]) -> Turn:
    """A turn of the set as if it had been asked in full and answered with its first gold."""
    full = turn.get("full", turn["question"])
    if not turn["answers"]:
        return Turn(turn["question"], full)
    gold = turn["answers"][0]
    text = Path(gold["source"]).read_bytes().decode("utf-8")
    around = sentence_around(text, gold["start"], gold["end"])
    return Turn(turn["question"], full, gold["text"], text[around.start : around.end])


def said(reply: Reply) -> str:
    """The answer; nothing for a refusal."""
    return reply.text if isinstance(reply, Answer) else ""


def left_alone(path: Path, seed: int) -> tuple[dict[str, Any], list[str]]:
    """Counts of one set, and a line for each question that changed."""
    dataset = load_dataset(path, skip_bad=True)
    drawn = random.Random(seed)  # noqa: S311 - a seeded draw, no secret
    questions, changed = dataset.questions, []
    pronoun = [bool(_PRONOUN.search(each.text)) for each in questions]
    for at, each in enumerate(questions):
        before = [questions[(at - back) % len(questions)] for back in range(drawn.choice((1, 2, 3)), 0, -1)]
        understood = stand_alone(each.text, [_turn(question, dataset.paragraphs) for question in before])
        if understood.changed:
            changed.append((pronoun[at], f"{each.text} => {understood.text}"))
    counts = {
        "file": path.name,
        "questions": len(questions),
        "changed": len(changed),
        "changed_percent": round(100 * len(changed) / len(questions), 2),
        "without_pronoun": pronoun.count(False),
        "changed_without_pronoun": sum(not pointing for pointing, _ in changed),
    }
    return counts, [words for _, words in changed]


def _turn(question: Question, paragraphs: dict[str, Document]) -> Turn:
    """A question of the set as a turn that was answered with its gold."""
    if not question.answers:
        return Turn(question.text, question.text)
    gold = question.answers[0]
    document = None if question.paragraph is None else paragraphs.get(question.paragraph)
    if document is None or gold.start is None or gold.end is None:
        return Turn(question.text, question.text, gold.text)
    around = sentence_around(document.text, gold.start, gold.end)
    return Turn(question.text, question.text, gold.text, document.text[around.start : around.end], document.title)


def measured(path: Path, reader: str | None) -> dict[str, Any]:
    """The F1 of the follow-up turns of a set of conversations, in points, and the gap with its 95 % interval."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_citespan(load_settings(store=str(Path(folder) / "store"), reader=reader), create=True)
        try:
            engine.index([str(each) for each in ARTICLES])
            scores = follow_ups(path, cache(engine.answer))
        finally:
            engine.close()
    columns = {way: [100 * each[way] for each in scores] for way in WAYS}
    gap = paired_bootstrap(columns["understood"], columns["full"], seed=0)
    return {
        "file": path.name,
        "follow_up_turns": len(scores),
        "f1": {way: round(sum(values) / max(len(values), 1), 1) for way, values in columns.items()},
        "gap": round(gap.value, 1),
        "gap_95": [round(gap.low, 1), round(gap.high, 1)],
    }


def _figures(options: argparse.Namespace) -> Iterator[tuple[str, Any]]:
    if not options.only_alone:
        yield "conversations", measured(options.conversations, options.reader)
    alone = []
    for path in options.alone:
        counts, changed = left_alone(path, options.seed)
        alone.append(counts)
        if options.list:
            print(*changed, sep="\n", file=sys.stderr)
    yield "alone", alone


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("conversations", type=Path, nargs="?", default=QUESTIONS / "conversations.jsonl")
    parser.add_argument("--alone", type=Path, nargs="*", default=[QUESTIONS / "seeds.jsonl"])
    parser.add_argument("--only-alone", action="store_true", help="no conversations: needs no reader")
    parser.add_argument("--list", action="store_true", help="name the questions that changed")
    parser.add_argument("--reader")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    print(json.dumps(dict(_figures(options)), indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
