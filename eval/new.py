"""Draft a question set in the terminal: from a list of questions, or from what people said in the chat.

For each question the program proposes spans; the author takes one, types the answer's own words, says that there is
no answer, or leaves the question out. Every gold is stored with offsets found in the stored text, never typed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import category

from eval.articles import Articles
from eval.dataset.records import Gold
from qa.errors import DatasetError, InputError
from qa.feedback import FILE, export
from qa.pipeline import Citespan
from qa.reasons import in_words
from qa.records import Answer, Citation
from qa.terminal import printable

HELP = "number(s) = gold, words = search for them, n = no answer, s = skip, q = stop"
_SHOWN = 8
_NUMBER = re.compile(r"\d[.,]\d")
"""A sign that parts no number, "1,500", between its digits."""

Prompt = Callable[[str], str]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Drafted:
    """How many questions went into the set, and how many were left out."""

    written: int
    skipped: int


def draft(source: Path, out: Path, engine: Citespan, prompt: Prompt = input, say: Say = print) -> Drafted:
    """Go through the questions of ``source`` and append the rows to ``out``; a question that is in it is passed over.

    ``source``: a text file with a question a line, or a folder with the chat's feedback, whose judged answers are
    taken over without asking. Raises InputError when neither is there.
    """
    known = {str(row["question"]) for row in _rows_in(out)}
    written = skipped = 0
    number = len(known)
    if source.is_dir() and not (source / FILE).exists():
        raise InputError(f"{source}: expected a folder with {FILE}, found none in it; name a list of questions instead")
    judged = list(export(source)) if source.is_dir() else []
    for row in judged:
        if str(row["question"]) not in known:
            _append(out, row)
            written += 1
    for question in [] if source.is_dir() else dict.fromkeys(_questions(source)):
        if question in known:
            continue
        golds = _ask_author(question, engine, prompt, say)
        if golds is None:
            break
        if golds == [SKIPPED]:
            skipped += 1
            continue
        number += 1
        _append(out, {"id": f"q-{number:03}", "question": question, "answers": [_gold_json(gold) for gold in golds]})
        written += 1
    return Drafted(written, skipped)


SKIPPED = Gold("")
"""Stands for "leave this question out"."""


def _ask_author(question: str, engine: Citespan, prompt: Prompt, say: Say) -> list[Gold] | None:
    """The golds the author chose; ``[SKIPPED]``; ``None`` to stop."""
    offered = list(_proposals(question, engine))
    while True:
        say(f"\n{printable(question)}")
        for number, citation in enumerate(offered, 1):
            say(f"  {number}. {_marked(citation)}  ({printable(citation.source)})")
        try:
            typed = prompt(f"{HELP}\n> ").strip()
        except EOFError:
            return None
        if typed == "q":
            return None
        if typed == "s":
            return [SKIPPED]
        if typed == "n":
            return []
        chosen = typed.replace(",", " ").split()
        if chosen and all(each.isdigit() and 0 < int(each) <= len(offered) for each in chosen):
            picked = [offered[int(each) - 1] for each in chosen]
            return [Gold(each.quote, each.source, each.start, each.end) for each in picked]
        found = list(_search(typed, engine)) if typed else []
        if found:
            offered = found
        else:
            say("  no article has these as whole words; type them as they are printed there" if typed else f"  {HELP}")


def _proposals(question: str, engine: Citespan) -> Iterator[Citation]:
    reply = engine.answer(question)
    if isinstance(reply, Answer):
        yield from reply.citations
        yield from (each.citation for each in reply.alternatives)
    else:
        yield from reply.closest


def _search(words: str, engine: Citespan) -> Iterator[Citation]:
    """Where the typed words stand, to the letter and whole ("war" is not in "toward"); at most a screenful."""
    from qa.citation import cite_span

    shown = 0
    for document in Articles(engine.store).all():
        at = document.text.find(words)
        while at >= 0 and shown < _SHOWN:
            if not (_in_a_word(document.text, at) or _in_a_word(document.text, at + len(words))):
                yield cite_span(document, at, at + len(words))
                shown += 1
            at = document.text.find(words, at + 1)


def _in_a_word(text: str, at: int) -> bool:
    """Whether a cut before the character ``at`` would go through a word or a number."""
    before, after = text[max(0, at - 2) : at], text[at : at + 2]
    if _NUMBER.fullmatch(before + after[:1]) or _NUMBER.fullmatch(before[-1:] + after):
        return True
    return bool(before and after) and _of_a_word(before[-1]) and _of_a_word(after[0])


def _of_a_word(letter: str) -> bool:
    """Letters without case ("Lo") are left out: most of their scripts do not part words."""
    kind = category(letter)
    return kind[0] in "LNM" and kind != "Lo"


def _marked(citation: Citation) -> str:
    at = citation.start - citation.sentence_start
    before, after = citation.sentence[:at], citation.sentence[at + len(citation.quote) :]
    return " ".join(printable(f"{before[-60:]}>>{citation.quote}<<{after[:60]}").split())


def _questions(source: Path) -> Iterable[str]:
    try:
        lines = source.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{source}: expected a text file with a question a line, found {in_words(error)}; name another"
        ) from None
    return (" ".join(line.split()) for line in lines if line.strip())


def _rows_in(out: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = out.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"--out {out}: expected a question file, found {in_words(error)}; name another") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = dict(json.loads(line))
                yield {"question": row["question"]}
            except (ValueError, KeyError, TypeError, RecursionError):
                raise DatasetError(
                    f"{out}: expected a question in row {number}, found {line[:60]!r}; mend it"
                ) from None


def _append(out: Path, row: dict[str, Any]) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    except OSError as error:
        raise InputError(
            f"--out {out}: expected a file that can be written, found {in_words(error)}; name another"
        ) from None


def _gold_json(gold: Gold) -> dict[str, Any]:
    return {"text": gold.text, "source": gold.source, "start": gold.start, "end": gold.end}
