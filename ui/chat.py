"""What happens between a click and a page: the chat's controller, without Gradio.

Stateless: the conversation travels with each request, so nobody can see another person's.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from queue import SimpleQueue

from qa import feedback
from qa.citation import make_citation_id
from qa.errors import CitespanError, InputError
from qa.records import Answer, Citation, Filter
from qa.sentences import sentence_around
from ui import evidence as panel
from ui.engine import Engine
from ui.followup import understand
from ui.turns import Turn

log = logging.getLogger("citespan.chat")


@dataclass(frozen=True, slots=True)
class Working:
    """Not done yet: the stage that has begun."""

    stage: str


def filter_of(sources: Sequence[str] | None, since: str | None, until: str | None) -> Filter:
    """A filter from what people pick or send. Raises InputError for a date that is none."""
    first, last = _date("since", since), _date("until", until)
    if first is not None and last is not None and first > last:
        raise InputError(f"expected a date range, found since {first} after until {last}; swap them")
    return Filter(sources=tuple(sources or ()), since=first, until=last)


def _date(name: str, value: str | None) -> date | None:
    value = (value or "").strip()
    if not value:
        return None
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        raise InputError(f"{name}: expected a date such as 2016-12-13, found {value[:40]!r}; change it") from None


def filter_words(where: Filter) -> str:
    """The filter as people say it; empty when there is none."""
    parts = []
    if where.sources:
        shown = ", ".join(where.sources[:3])
        parts.append(f"in {shown}" + (f" and {len(where.sources) - 3} more" if len(where.sources) > 3 else ""))
    if where.since is not None:
        parts.append(f"from {where.since.isoformat()}")
    if where.until is not None:
        parts.append(f"up to {where.until.isoformat()}")
    return ", ".join(parts)


def ask(
    engine: Engine, typed: str, history: Sequence[Turn], where: Filter, *, literal: bool = False
) -> Iterator[Working | Turn]:
    """Stages while the engine works, then the turn. Errors become a turn that says so in one line."""
    said = filter_words(where)
    typed = typed.encode("utf-8", "replace").decode()  # half a surrogate pair could not be sent back
    asked, because = (typed, "") if literal else _understood(typed, history)
    stages: SimpleQueue[str | None] = SimpleQueue()
    with ThreadPoolExecutor(1, "answer") as pool:
        future = pool.submit(engine.answer, asked, where=where, on_stage=stages.put)
        future.add_done_callback(lambda _: stages.put(None))
        for stage in iter(stages.get, None):
            yield Working(stage)
    try:
        yield Turn(typed, asked, future.result(), filters=said, because=because)
    except CitespanError as error:
        yield Turn(typed, asked, None, error=one_line(error), filters=said, because=because)
    except Exception:
        log.exception("answering failed")
        yield Turn(typed, asked, None, error=UNEXPECTED, filters=said, because=because)


def _understood(typed: str, history: Sequence[Turn]) -> tuple[str, str]:
    """The question as it stands alone, and why; as typed if that fails, for a question is worth an answer anyway."""
    try:
        understood = understand(typed, history)
    except Exception:
        log.exception("understanding a follow-up failed")
        return typed, ""
    return understood.text, understood.because


UNEXPECTED = "Something went wrong on the server; its log has the details. Your question is kept: try again."


def one_line(error: BaseException) -> str:
    """An error as one line of text."""
    return " ".join(str(error).split()) or type(error).__name__


def open_citation(engine: Engine, citation_id: str, around: Sequence[str] = ()) -> str:
    """The evidence panel for a citation, or the line that says why there is none.

    A chip, a permanent link and the look-up box all come here and show the same; only a chip knows which citations are
    ``around`` it in its reply.
    """
    try:
        view = engine.cite(citation_id)
        if not view.current:
            return panel.outdated(view)
        document = engine.show(view.source)
    except CitespanError as error:
        return panel.failed(one_line(error))
    if document.text[view.start : view.end] != view.quote:  # changed between the two look-ups
        return panel.outdated(replace(view, current=False))
    sentence = sentence_around(document.text, view.start, view.end)
    return panel.evidence(document, view, sentence, around or (view.id,))


def open_turn(engine: Engine, turn: Turn) -> str | None:
    """The evidence of a turn's own answer; None when it has no answer to show."""
    if not isinstance(turn.reply, Answer):
        return None
    own = turn.reply.citations[0]
    around = [each.id for each in turn.citations]
    return open_citation(engine, own.id, around)


def judge(engine: Engine, folder: Path, turn: Turn, verdict: str, comment: str) -> Turn:
    """Keep a person's word on a turn; returns the turn marked with it. Raises InputError, StoreError."""
    if turn.reply is None:
        raise InputError("expected a reply to judge, found an error message; ask again")
    comment = comment.strip()
    better = _place(engine, turn, comment) if verdict == "wrong" and comment else None
    feedback.keep(folder, feedback.Judgement(turn.asked, turn.reply, verdict, comment, better))
    return replace(turn, feedback=verdict)


def _place(engine: Engine, turn: Turn, words: str) -> Citation | None:
    """Where the right answer stands, if the comment quotes one of the turn's articles."""
    for each in turn.citations:
        try:
            text = engine.show(each.source).text
        except CitespanError:
            continue
        start = text.find(words)
        if start >= 0:
            end = start + len(words)
            made = make_citation_id(each.source, start, end, words)
            return replace(
                each, id=made, start=start, end=end, quote=words, sentence_start=start, sentence_end=end, sentence=words
            )
    return None
