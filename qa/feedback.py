"""What people said about answers: JSON Lines beside the store, turned into questions for the next evaluation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from qa.errors import InputError, StoreError
from qa.reasons import in_words
from qa.records import Citation, Reply
from qa.wire import citation_json, reply_json

FILE = "feedback.jsonl"
VERDICTS = ("right", "wrong")
LONGEST_COMMENT = 1000


@dataclass(frozen=True, slots=True)
class Judgement:
    """One person's word on one reply. ``better``: the right answer, where the comment quoted an article."""

    question: str
    reply: Reply
    verdict: str
    comment: str = ""
    better: Citation | None = None


def keep(folder: Path, judgement: Judgement) -> None:
    """Append a judgement to the folder's file.

    Raises InputError for a verdict that is none, StoreError when the file cannot be written.
    """
    from filelock import FileLock, Timeout

    if judgement.verdict not in VERDICTS:
        raise InputError(f"expected the verdict right or wrong, found {judgement.verdict!r}; choose one")
    better = None if judgement.better is None else citation_json(judgement.better)
    row = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "question": judgement.question,
        "verdict": judgement.verdict,
        "comment": judgement.comment[:LONGEST_COMMENT],
        "better": better,
        "reply": reply_json(judgement.reply),
    }
    line = json.dumps(row, ensure_ascii=False) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(str(folder / f"{FILE}.lock"), timeout=10), (folder / FILE).open("a", encoding="utf-8") as file:
            file.write(line)
    except Timeout:
        raise StoreError(
            f"expected to write to {folder / FILE}, found that another process has it locked; try again"
        ) from None
    except OSError as error:
        raise StoreError(
            f"expected to write to {folder / FILE}, found {in_words(error)}; free the folder and try again"
        ) from None


def export(folder: Path) -> Iterator[dict[str, Any]]:
    """The judgements as rows of the evaluation format, the latest word on each question.

    A right answer becomes gold, a right refusal a question without answers, a wrong reply counts only where the right
    answer was given in an article's own words: "wrong" alone does not tell what would be right.
    Raises InputError for a line that is no judgement.
    """
    rows: dict[str, dict[str, Any]] = {}
    for at, line in _lines(folder):
        try:
            row = json.loads(line)
            golds = _golds(row)
            question = str(row["question"])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise InputError(
                f"{folder / FILE}, line {at}: expected a judgement, found {line[:60]!r}; mend or delete the line"
            ) from None
        key = " ".join(question.split()).casefold()
        rows.pop(key, None)
        if golds is not None:
            rows[key] = {"id": f"feedback-{_mark(key)}", "question": question, "answers": golds}
    yield from rows.values()


def count(folder: Path) -> int:
    """How many judgements there are, whether they can be exported or not. Raises InputError for an unreadable file."""
    return len(_lines(folder))


def _lines(folder: Path) -> list[tuple[int, str]]:
    """Numbered from 1, blank ones left out."""
    path = folder / FILE
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: expected what the chat wrote, found {in_words(error)}; mend or move it") from None
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _golds(row: dict[str, Any]) -> list[dict[str, Any]] | None:
    reply = row["reply"]
    if row["verdict"] == "right":
        return [] if reply["abstained"] else [_gold(each) for each in reply["citations"]]
    return None if row["better"] is None else [_gold(row["better"])]


def _gold(citation: dict[str, Any]) -> dict[str, Any]:
    return {
        "text": citation["quote"],
        "source": citation["source"],
        "start": citation["start"],
        "end": citation["end"],
    }


def _mark(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]
