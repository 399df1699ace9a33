"""Two articles and a passage of each, for tests of what is made of readings."""

from __future__ import annotations

from tests.examples import document, passage

ONE = document(
    "The ceasefire was signed on Monday. It was negotiated by Turkey and Russia. Soldiers shot 82 people.", "one.txt"
)
TWO = document("At least eighty-two were shot, the U.N. said. The evacuation starts on Wednesday.", "two.txt")
DOCUMENTS = {ONE.id: ONE, TWO.id: TWO}
FIRST = passage(ONE, "It was negotiated by Turkey and Russia. Soldiers shot 82 people.")
SECOND = passage(TWO, TWO.text)
