"""What a conversation is to this stage: past exchanges in, a question that stands alone out."""

from __future__ import annotations

from dataclasses import dataclass

from qa.records import Answer, Reply


@dataclass(frozen=True, slots=True)
class Turn:
    """One past exchange.

    ``question`` is what was typed, ``understood`` what was asked of the articles; ``answer``, the cited ``sentence``
    around it and the article's ``title`` are ``None`` when the question was refused.
    """

    question: str
    understood: str
    answer: str | None = None
    sentence: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it stands alone. ``because`` says in plain words what was filled in; empty when unchanged."""

    text: str
    changed: bool
    because: str


def turn_of(reply: Reply, asked: str, understood: str) -> Turn:
    """The exchange that ended in ``reply``: ``asked`` was typed, ``understood`` was answered."""
    if isinstance(reply, Answer):
        citation = reply.citations[0]
        return Turn(asked, understood, reply.text, citation.sentence, citation.title)
    return Turn(asked, understood)
