"""Is each row fit to be scored? Golds must stand where they say, questions be there, ids tell rows apart. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256

from eval.dataset.formats import Parsed
from eval.dataset.records import Gold, Question, Trouble
from qa.records import Document


@dataclass(frozen=True, slots=True)
class Checked:
    """The good rows, the texts they bring, and what was found wrong with the others."""

    questions: tuple[Question, ...]
    paragraphs: dict[str, Document]
    troubles: tuple[Trouble, ...]


def check_rows(rows: Iterable[Parsed | Trouble], stem: str) -> Checked:
    """Rows as questions. A paragraph's source is its article's title (else ``stem``) and its count there."""
    questions: list[Question] = []
    troubles: list[Trouble] = []
    paragraphs: dict[str, Document] = {}
    sources: dict[tuple[str, str], str] = {}
    counts: dict[str, int] = {}
    ids: dict[str, int] = {}
    asked: dict[tuple[str, str | None], int] = {}
    for position, row in enumerate(rows, 1):
        if isinstance(row, Trouble):
            troubles.append(row)
            continue
        found = fault(row)
        identity = f"row-{position}" if row.id is None else row.id
        if found is None and identity in ids:
            found = f"expected an id of its own, found {identity!r} again, which row {ids[identity]} has"
        if found is not None:
            troubles.append(Trouble(row.row, found))
            continue
        ids[identity] = row.row
        source = None
        if row.context is not None:
            name = row.title or stem
            source = sources.get((name, row.context))
            if source is None:
                counts[name] = counts.get(name, 0) + 1
                source = sources[name, row.context] = f"{name}#{counts[name]}"
                paragraphs[source] = as_document(source, row.title, row.context)
        key = (" ".join(row.question.lower().split()), source)
        if not row.earlier and asked.setdefault(key, row.row) != row.row:
            troubles.append(Trouble(row.row, f"asks the same question as row {asked[key]}", fatal=False))
        golds = tuple(gold if source is None else replace(gold, source=source) for gold in row.answers)
        questions.append(
            Question(identity, row.question, golds, row.row, source, row.earlier, row.turn, row.kind, row.tags)
        )
    return Checked(tuple(questions), paragraphs, tuple(troubles))


def as_document(source: str, title: str, text: str) -> Document:
    """A text that the set brings, in the form the pipeline works on."""
    identity = sha256(source.encode("utf-8")).hexdigest()[:16]
    return Document(identity, source, title, text, None, None, sha256(text.encode("utf-8")).hexdigest())


def fault(row: Parsed) -> str | None:
    """What keeps the row from being scored, or None."""
    return _unreadable(row) or _empty(row) or _unfounded(row)


def _unreadable(row: Parsed) -> str | None:
    short = [row.question, *(gold.text for gold in row.answers)]
    texts = short if row.context is None else [*short, row.context]
    if any("\ud800" <= character <= "\udfff" for text in texts for character in text):
        return "expected UTF-8, found bytes of another encoding; save the file as UTF-8"
    if any("\ufffd" in text for text in short):
        return "expected text, found a replacement character (U+FFFD): letters were lost in an earlier conversion"
    return None


def _empty(row: Parsed) -> str | None:
    if not row.question.strip():
        return "expected a question, found an empty one"
    if row.context is not None and not row.context.strip():
        return "expected a context, found an empty one"
    if any(not gold.text.strip() for gold in row.answers):
        return "expected the words of an answer, found none; an unanswerable question has an empty list of answers"
    return None


def _unfounded(row: Parsed) -> str | None:
    """Where some golds have offsets, those without are further wordings (aliases) and need not stand in the context."""
    if row.context is None:
        return None
    placed = [gold for gold in row.answers if gold.start is not None]
    context = row.context
    return next((wrong for gold in placed or row.answers if (wrong := misplaced(gold, context, "its context"))), None)


def misplaced(gold: Gold, text: str, where: str) -> str | None:
    """What is wrong with the place of ``gold`` in ``text``, or None. A gold without offsets must only occur there."""
    if gold.start is None or gold.end is None:
        return None if gold.text in text else f"the answer {gold.text[:60]!r} does not stand in {where}"
    found = text[gold.start : gold.end]
    if found == gold.text:
        return None
    begin = f"expected the answer {gold.text[:60]!r} at {gold.start}-{gold.end} of {where}, found {found[:60]!r}"
    at = nearest(text, gold.text, gold.start)
    if at is None:
        return f"{begin}; it stands nowhere in there"
    off = at - gold.start
    return (
        f"{begin}; it stands at {at} (offset off by {'one' if abs(off) == 1 else abs(off)})"
        if off
        else (f"{begin}; the end should be {at + len(gold.text)}")
    )


def nearest(text: str, wanted: str, near: int) -> int | None:
    """Where ``wanted`` starts in ``text``, nearest to ``near``; None when it does not occur."""
    after, before = text.find(wanted, max(0, near)), text.rfind(wanted, 0, max(0, near) + len(wanted))
    places = [at for at in (before, after) if at >= 0]
    return min(places, key=lambda at: abs(at - near), default=None)
