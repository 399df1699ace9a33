"""Follow-up questions: a question and the turns before it -> a question that stands alone. Without any model."""

from qa.conversation.standalone import stand_alone
from qa.conversation.turns import Turn, Understood, turn_of

__all__ = ["Turn", "Understood", "stand_alone", "turn_of"]
