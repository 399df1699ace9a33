"""The seam to follow-up questions: what a question means after the ones before it."""

from __future__ import annotations

from collections.abc import Sequence

from qa.conversation import Understood, stand_alone, turn_of
from ui.turns import Turn


def understand(question: str, history: Sequence[Turn]) -> Understood:
    """The question as it stands alone; unchanged when nothing in it leans on the turns before."""
    past = [turn_of(each.reply, each.typed, each.asked) for each in history if each.reply is not None]
    return stand_alone(question, past)
