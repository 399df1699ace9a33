"""One question and its reply as kept in the browser: records to JSON and back.

The browser's copy is not to be trusted: whatever does not fit the records is refused, and everything shown from it goes
through ``ui.markup`` like any other text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from qa.records import Alternative, Answer, Citation, NoAnswer, Reply

LONGEST = 200
"""Turns of a conversation that are kept."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What was typed, what was asked (the same unless a follow-up was resolved), and the reply or the error."""

    typed: str
    asked: str
    reply: Reply | None
    error: str | None = None
    filters: str = ""
    """The filters that were on, in words."""
    because: str = ""
    """What was filled in to make a follow-up stand alone, in plain words."""
    feedback: str = ""
    """"right", "wrong" or nothing."""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Everything in the turn that can be opened, in the order shown."""
        match self.reply:
            case Answer(citations=own, alternatives=others):
                return (*own, *(each.citation for each in others))
            case NoAnswer(closest=closest):
                return closest
        return ()


def turns_to_json(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """The turns as plain JSON values."""
    return [_turn_to_json(each) for each in turns[-LONGEST:]]


def turns_from_json(value: object) -> list[Turn]:
    """The turns that fit; a damaged one is left out rather than losing the conversation."""
    if not isinstance(value, list):
        return []
    found = []
    for each in value[-LONGEST:]:
        try:
            found.append(_turn_from_json(each))
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
    return found


def _turn_to_json(turn: Turn) -> dict[str, Any]:
    reply: dict[str, Any] | None = None
    if turn.reply is not None:
        reply = asdict(turn.reply) | {"kind": "answer" if isinstance(turn.reply, Answer) else "none"}
        reply.pop("timings")
    return {
        "typed": turn.typed,
        "asked": turn.asked,
        "reply": reply,
        "error": turn.error,
        "filters": turn.filters,
        "because": turn.because,
        "feedback": turn.feedback,
    }


def _turn_from_json(value: Any) -> Turn:
    reply = value["reply"]
    return Turn(
        typed=_string(value["typed"]),
        asked=_string(value["asked"]),
        reply=None if reply is None else _reply(reply),
        error=None if value.get("error") is None else _string(value["error"]),
        filters=_string(value.get("filters", "")),
        because=_string(value.get("because", "")),
        feedback=_string(value.get("feedback", "")),
    )


def _reply(value: Any) -> Reply:
    question, confidence = _string(value["question"]), float(value["confidence"])
    if value["kind"] == "none":
        closest = tuple(_citation(each) for each in value["closest"])
        return NoAnswer(question, _string(value["reason"]), confidence, closest)
    citations = tuple(_citation(each) for each in value["citations"])
    if not citations:
        raise ValueError("an answer without a citation")
    alternatives = tuple(
        Alternative(
            _string(each["text"]), float(each["confidence"]), _citation(each["citation"]), bool(each.get("differs"))
        )
        for each in value["alternatives"]
    )
    return Answer(question, _string(value["text"]), confidence, citations, alternatives)


def _citation(value: Any) -> Citation:
    url = value["url"]
    citation = Citation(
        id=_string(value["id"]),
        document_id=_string(value["document_id"]),
        source=_string(value["source"]),
        title=_string(value["title"]),
        url=None if url is None else _string(url),
        start=int(value["start"]),
        end=int(value["end"]),
        quote=_string(value["quote"]),
        sentence_start=int(value["sentence_start"]),
        sentence_end=int(value["sentence_end"]),
        sentence=_string(value["sentence"]),
        duplicate_of=None if value.get("duplicate_of") is None else _string(value["duplicate_of"]),
    )
    at = citation.start - citation.sentence_start
    if at < 0 or citation.sentence[at : at + len(citation.quote)] != citation.quote:
        raise ValueError("a quote that is not in its sentence")
    return citation


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, found {type(value).__name__}")
    return value
