"""Reading stops when the answer is settled, and not before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from qa.calibration import Calibration
from qa.reading import read_before_settled, read_until_settled, still_stored
from qa.records import Hit, Passage, Reading
from tests.examples import document, passage, reading

DOCUMENT = document("alpha beta gamma delta epsilon zeta eta theta")
PASSAGES = [passage(DOCUMENT, word) for word in DOCUMENT.text.split()]


@dataclass
class ScriptedReader:
    """Scores each passage as told, with a null score of 1, and remembers what it was given."""

    scores: dict[str, float]
    calibration: Calibration = field(default_factory=lambda: Calibration(settled=4))
    name: str = "scripted"
    batches: list[int] = field(default_factory=list)

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        self.batches.append(len(passages))
        return [reading(each, {each.text: self.scores.get(each.text, 0)}, null_score=1) for each in passages]


def test_everything_is_read_when_nothing_settles_it() -> None:
    reader = ScriptedReader({"beta": 4.9})
    readings = read_until_settled(reader, "?", PASSAGES)
    assert [each.passage.text for each in readings] == DOCUMENT.text.split()
    assert reader.batches == [4, 4]


def test_reading_stops_at_a_look_that_settles_it() -> None:
    reader = ScriptedReader({"delta": 5})
    assert len(read_until_settled(reader, "?", PASSAGES)) == 4
    too_late = ScriptedReader({"epsilon": 5})
    assert len(read_until_settled(too_late, "?", PASSAGES)) == 8


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("best", ["alpha", "gamma", "zeta"])
def test_calibration_reckons_with_the_very_rule_that_stops_reading(count: int, best: str) -> None:
    """What would have been read of all passages, had reading been allowed to stop, is what is read."""
    scores = {best: 5.0}
    everything = read_until_settled(ScriptedReader(scores, Calibration()), "?", PASSAGES[:count])
    assert len(everything) == count
    stopped = read_until_settled(ScriptedReader(scores), "?", PASSAGES[:count])
    assert everything[: read_before_settled(everything, 4)] == stopped


def test_a_reader_that_is_never_sure_reads_all() -> None:
    reader = ScriptedReader({"alpha": 1000}, Calibration())
    assert len(read_until_settled(reader, "?", PASSAGES)) == 8


def test_nothing_to_read() -> None:
    reader = ScriptedReader({})
    assert read_until_settled(reader, "?", []) == []
    assert reader.batches == []


def test_a_hit_whose_article_went_or_changed_meanwhile_is_left_out() -> None:
    kept, gone, changed = (
        document(f"{name} one. {name} two.", source=f"{name}.txt") for name in ("kept", "gone", "other")
    )
    hits = [
        Hit(Passage(f"{each.id}:0", each.id, 0, 5, each.text[:5]), 1.0, rank, rank, rank)
        for rank, each in enumerate((kept, gone, changed), 1)
    ]
    now = {kept.id: kept, changed.id: document("Words other than before.", source="other.txt")}
    assert still_stored(hits, now) == hits[:1]
