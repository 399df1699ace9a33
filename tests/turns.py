"""Turns of conversations over the seeds, as tests of follow-ups use them."""

from __future__ import annotations

from qa.conversation import Turn

CEASEFIRE = Turn(
    "Who negotiated the ceasefire?",
    "Who negotiated the ceasefire?",
    "Turkey and Russia",
    "The ceasefire was negotiated by Turkey and Russia, without U.S. involvement.",
)
POWER = Turn("Who is Samantha Power?", "Who is Samantha Power?", "US Ambassador to the UN")
BAN = Turn("Who is the UN Secretary-General?", "Who is the UN Secretary-General?", "Ban Ki-moon")
KILLED = Turn(
    "How many civilians were killed?",
    "How many civilians were killed?",
    "eighty-two",
    "The United Nations has received reports of at least eighty-two civilians, including eleven women and thirteen "
    "children, being gunned down as they attempt to flee the city.",
)
COLVILLE = Turn(
    "Who said there could be many more?",
    "Who said there could be many more?",
    "Rupert Colville",
    '"There could be many more," UN spokesman Rupert Colville said.',
)
CITY = Turn("Which city did the rebels lose?", "Which city did the rebels lose?", "Aleppo")
LEAVE = Turn(
    "When will the rebels leave the city?", "When will the rebels leave the city?", "Wednesday morning on foot"
)
BORDER = Turn("What did Turkey close?", "What did Turkey close?", "its border")
REFUSED = Turn("Where was the ceasefire agreed?", "Where was the ceasefire agreed?")
