"""Read no more passages than the answer needs. Pure, given a reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qa.protocols import Reader
from qa.records import Document, Hit, Passage, Reading

LOOK = 4
"""After so many passages it is considered whether to stop; if not, all the others are read at once."""


def read_until_settled(reader: Reader, question: str, passages: Sequence[Passage]) -> list[Reading]:
    """Readings of the best passages, in their order, until one holds an answer beyond doubt.

    Beyond doubt: its margin over the null score reaches ``reader.calibration.settled``, which is fitted on validation
    so that stopping costs less than half a point of F1.
    """
    readings: list[Reading] = []
    for part in (passages[:LOOK], passages[LOOK:]):
        if part and not _is_settled(readings, reader.calibration.settled):
            readings += reader.read(question, part)
    return readings


def read_before_settled(readings: Sequence[Reading], settled: float) -> int:
    """Of how many of these readings, which are of all passages, reading would have stopped at that margin."""
    return min(LOOK, len(readings)) if _is_settled(readings[:LOOK], settled) else len(readings)


def still_stored(hits: Sequence[Hit], documents: Mapping[str, Document]) -> list[Hit]:
    """The hits whose article still holds the passage: another process may have removed or changed it meanwhile."""

    def stands(passage: Passage) -> bool:
        document = documents.get(passage.document_id)
        return document is not None and document.text[passage.start : passage.end] == passage.text

    return [hit for hit in hits if stands(hit.passage)]


def _is_settled(readings: Sequence[Reading], settled: float) -> bool:
    return any(_margin(each) >= settled for each in readings)


def _margin(reading: Reading) -> float:
    return max((each.score for each in reading.candidates), default=float("-inf")) - reading.null_score
