"""The seam to follow-up questions: what a question means after the ones before it."""

from __future__ import annotations

from collections.abc import Sequence

from ui.turns import Turn


def understand(question: str, history: Sequence[Turn]) -> str:
    """The question as it stands alone; itself when nothing in it leans on the history."""
    del history
    return question
