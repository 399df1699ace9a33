"""A question set in memory, whatever form its file had."""

from __future__ import annotations

from dataclasses import dataclass, field

from qa.records import Document


@dataclass(frozen=True, slots=True)
class Gold:
    """One right answer. ``source`` names the article it stands in, ``[start, end)`` where; ``None``: not told."""

    text: str
    source: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question to ask. No ``answers``: it must be refused.

    ``row`` is where it stands in the file (from 1), ``paragraph`` the source of the text that the set itself brings for
    it, ``earlier`` the questions of its conversation before it, oldest first, ``turn`` its place in it (from 1; 0: it
    stands by itself). ``kind`` and ``tags`` only group results.
    """

    id: str
    text: str
    answers: tuple[Gold, ...]
    row: int
    paragraph: str | None = None
    earlier: tuple[str, ...] = ()
    turn: int = 0
    kind: str = ""
    tags: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        return bool(self.answers)

    @property
    def gold_texts(self) -> list[str]:
        """The right answers' wordings, in order, each once."""
        return list(dict.fromkeys(gold.text for gold in self.answers))


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a row. ``fatal`` rows cannot be scored; the others only deserve a look."""

    row: int
    what: str
    fatal: bool = True


@dataclass(frozen=True, slots=True)
class Dataset:
    """The questions that can be asked. ``paragraphs``: the texts the set brings itself, by source; empty when it
    speaks of the indexed articles."""

    path: str
    format: str
    sha256: str
    questions: tuple[Question, ...]
    paragraphs: dict[str, Document] = field(default_factory=dict)
    troubles: tuple[Trouble, ...] = ()

    @property
    def brings_text(self) -> bool:
        return bool(self.paragraphs)
