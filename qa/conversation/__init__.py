"""Follow-up questions: question + turns before -> a question that stands alone. No model, no guess that cannot be shown."""

from qa.conversation.standalone import stand_alone
from qa.conversation.turns import Turn, Understood, turn_of

__all__ = ["Turn", "Understood", "stand_alone", "turn_of"]
