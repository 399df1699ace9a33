"""Read no more passages than the answer needs, and its own sentences twice. Pure, given a reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qa.calibration import LEAST, LOOK
from qa.protocols import Reader
from qa.records import Candidate, Document, Hit, Passage, Reading
from qa.sentences import split_sentences


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


def read_alone(reader: Reader, question: str, candidate: Candidate) -> float:
    """The margin of the best span when the candidate's sentence and its neighbours are read without what is around.

    Names that are missing there count for nothing: the first reading has counted them. At least ``LEAST``.
    """
    passage, span = candidate.passage, candidate.span
    sentences = split_sentences(passage.text)
    within = [at for at, one in enumerate(sentences) if one.start < span.end and span.start < one.end]
    first, last = sentences[max(0, within[0] - 1)], sentences[min(len(sentences), within[-1] + 2) - 1]
    text = passage.text[first.start : last.end]
    excerpt = Passage(passage.id, passage.document_id, passage.start + first.start, passage.start + last.end, text)
    [reading] = reader.read(question, [excerpt])
    return max(LEAST, _margin(reading) + reading.lacking)


def look_again(reader: Reader, question: str, candidate: Candidate | None) -> float | None:
    """The candidate's margin read alone; None if there is none, or the reader's calibration makes nothing of it."""
    return None if candidate is None or not reader.calibration.alone else read_alone(reader, question, candidate)


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
