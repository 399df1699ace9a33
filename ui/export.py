"""A conversation to take away: Markdown for people, JSON for programs. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from qa.calibration import confidence_words
from qa.records import Answer, Citation, NoAnswer
from qa.wire import citation_json, reply_json
from ui.turns import Turn
from ui.view import percent

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&])")


def to_json(title: str, turns: Sequence[Turn]) -> str:
    """Every turn with the JSON of the contract; refusals also with the closest passages."""
    rows = []
    for turn in turns:
        row: dict[str, object] = {"typed": turn.typed, "asked": turn.asked, "filters": turn.filters or None}
        if turn.reply is None:
            row["error"] = turn.error
        else:
            row["reply"] = {key: value for key, value in reply_json(turn.reply).items() if key != "timings_ms"}
        if isinstance(turn.reply, NoAnswer):
            row["closest"] = [citation_json(each) for each in turn.reply.closest]
        rows.append(row)
    return json.dumps({"title": title, "turns": rows}, ensure_ascii=False, indent=2) + "\n"


def to_markdown(title: str, turns: Sequence[Turn]) -> str:
    """The conversation with numbered references; article text is escaped, so it reads as it stands."""
    parts = [f"# {_plain(title) or 'Conversation'}"]
    references: list[Citation] = []
    for turn in turns:
        parts.append(f"## {_plain(turn.typed)}")
        if turn.asked != turn.typed:
            parts.append(f"Understood as: {_plain(turn.asked)}")
        if turn.filters:
            parts.append(f"Only {_plain(turn.filters)}")
        match turn.reply:
            case Answer() as answer:
                marks = " ".join(_mark(each, references) for each in answer.citations)
                parts.append(f"> {_bold(answer.citations[0])}\n\n{_sure(answer.confidence)}. {marks}")
                parts.extend(
                    f"- Also possible ({percent(each.confidence)}): {_bold(each.citation)} "
                    f"{_mark(each.citation, references)}"
                    for each in answer.alternatives
                )
            case NoAnswer() as refusal:
                parts.append(f"*The articles do not seem to answer this* ({_plain(refusal.reason)}).")
            case None:
                parts.append(f"*{_plain(turn.error or 'Failed')}*")
    if references:
        parts.append("## References")
        parts.append("\n".join(_reference(number, each) for number, each in enumerate(references, 1)))
    return "\n\n".join(parts) + "\n"


def _plain(words: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(words.split()))


def _bold(citation: Citation) -> str:
    at = citation.start - citation.sentence_start
    before, after = citation.sentence[:at], citation.sentence[at + len(citation.quote) :]
    return f"{_edge(before)}**{_plain(citation.quote)}**{_edge(after)}"


def _edge(words: str) -> str:
    """Markdown of one side of a bold span, its outer blanks folded and its inner one kept."""
    kept = _plain(words)
    return (" " if words[:1].isspace() and kept else "") + kept + (" " if words[-1:].isspace() and kept else "")


def _sure(confidence: float) -> str:
    return f"{confidence_words(confidence)}, {percent(confidence)}"


def _mark(citation: Citation, references: list[Citation]) -> str:
    known = next((at for at, each in enumerate(references) if each.id == citation.id), None)
    if known is None:
        references.append(citation)
        known = len(references) - 1
    return f"\\[{known + 1}\\]"


def _reference(number: int, citation: Citation) -> str:
    web = f", {_plain(citation.url)}" if citation.url else ""
    return (
        f"{number}. “{_plain(citation.quote)}” — {_plain(citation.title)}, {_plain(citation.source)}, "
        f"characters {citation.start}–{citation.end}, `{citation.id}`{web}"
    )
