"""Reading stops when the answer is settled, and not before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.calibration import LEAST, Calibration
from qa.reading import look_again, read_alone, read_before_settled, read_until_settled, still_stored
from qa.records import Candidate, Hit, Passage, Reading, Span
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
    seen: list[Passage] = field(default_factory=list)

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        self.batches.append(len(passages))
        self.seen += passages
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


STORY = document("Nobody came. The bridge fell on Monday. Two were hurt.\n\nA caption\n\nIt was old. It had been shut.")


@pytest.mark.parametrize(
    ("words", "excerpt"),
    [
        ("Monday", "Nobody came. The bridge fell on Monday. Two were hurt."),
        ("Nobody", "Nobody came. The bridge fell on Monday."),
        ("shut", "It was old. It had been shut."),
        ("old", "A caption\n\nIt was old. It had been shut."),
        ("Monday. Two", "Nobody came. The bridge fell on Monday. Two were hurt.\n\nA caption"),
    ],
)
def test_an_answer_is_read_again_with_a_sentence_on_either_side(words: str, excerpt: str) -> None:
    reader = ScriptedReader({excerpt: 6})
    held = passage(STORY, STORY.text)
    candidate = Candidate(held, Span(STORY.text.index(words), STORY.text.index(words) + len(words)), 0.0)
    assert read_alone(reader, "?", candidate) == 5  # 6 less the null score of 1
    [seen] = reader.seen
    assert seen.text == excerpt
    assert STORY.text[seen.start : seen.end] == excerpt


def test_what_is_read_again_lies_where_it_says_in_a_later_passage() -> None:
    later = passage(STORY, "It was old. It had been shut.")
    reader = ScriptedReader({})
    read_alone(reader, "?", Candidate(later, Span(0, 2), 0.0))
    assert STORY.text[reader.seen[0].start : reader.seen[0].end] == reader.seen[0].text == later.text


@given(text=st.text(alphabet="ab. \n“”A?", max_size=60), data=st.data())
def test_every_span_with_a_word_can_be_read_again_and_stands_in_what_is_read(text: str, data: st.DataObject) -> None:
    whole = document("x " + text)
    start = data.draw(st.integers(0, len(whole.text) - 1).filter(lambda at: not whole.text[at].isspace()))
    end = data.draw(st.integers(start + 1, len(whole.text)))
    held = passage(whole, whole.text)
    reader = ScriptedReader({})
    read_alone(reader, "?", Candidate(held, Span(start, end), 0.0))
    [seen] = reader.seen
    assert whole.text[seen.start : seen.end] == seen.text
    assert seen.start <= start
    assert start + len(whole.text[start:end].rstrip()) <= seen.end


def test_names_that_are_missing_among_the_sentences_count_for_nothing() -> None:
    class Lacking(ScriptedReader):
        def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
            return [Reading(each.passage, each.candidates, 4.0, 3.0) for each in super().read(question, passages)]

    held = passage(DOCUMENT, DOCUMENT.text)
    reader = Lacking({DOCUMENT.text: 6})
    assert read_alone(reader, "?", Candidate(held, Span(0, 5), 0.0)) == 5  # 6 - (4 - 3)


def test_sentences_in_which_nothing_is_found_have_the_least_margin() -> None:
    class Empty(ScriptedReader):
        def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
            return [Reading(each, (), 1.0) for each in passages]

    held = passage(DOCUMENT, DOCUMENT.text)
    assert read_alone(Empty({}), "?", Candidate(held, Span(0, 5), 0.0)) == LEAST


def test_only_a_reader_whose_calibration_asks_for_it_looks_again() -> None:
    held = passage(DOCUMENT, DOCUMENT.text)
    candidate = Candidate(held, Span(0, 5), 0.0)
    plain = ScriptedReader({DOCUMENT.text: 6})
    assert look_again(plain, "?", candidate) is None
    assert plain.batches == []
    asking = ScriptedReader({DOCUMENT.text: 6}, Calibration(alone=0.1))
    assert look_again(asking, "?", candidate) == 5
    assert look_again(asking, "?", None) is None
    assert asking.batches == [1]
