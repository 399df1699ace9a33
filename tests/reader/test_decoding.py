from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reader.decoding import WindowScores, decode, from_null_head, from_null_span


def offsets_of(text: str) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    found = [(one.start(), one.end()) for one in re.finditer(r"\w+|[^\w\s]", text)]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def scores(
    text: str, start: dict[int, float], end: dict[int, float], null: float = 0.0, weight: float = 1.0
) -> WindowScores:
    offsets = offsets_of(text)
    one, two = np.zeros(len(offsets), np.float32), np.zeros(len(offsets), np.float32)
    for at, value in start.items():
        one[at] = value
    for at, value in end.items():
        two[at] = value
    return from_null_head(offsets, one, two, null, weight)


def answers(text: str, *windows: WindowScores, most_pieces: int = 10, candidates: int = 3) -> list[str]:
    spans, _ = decode(text, windows, most_pieces=most_pieces, candidates=candidates)
    return [text[one.span.start : one.span.end] for one in spans]


def test_start_and_end_are_searched_together() -> None:
    text = "Alice met Bob in Paris"
    # Apart, the best start is Paris (9) and the best end is Alice (9): no span. Together, Alice alone is best.
    assert answers(text, scores(text, {0: 8, 4: 9}, {0: 9, 4: 2}))[0] == "Alice"


def test_spans_have_a_longest_length() -> None:
    text = "one two three four five"
    window = scores(text, {0: 9}, {4: 9})
    assert answers(text, window, most_pieces=5)[0] == text
    assert text not in answers(text, window, most_pieces=4)


def test_spans_never_leave_a_caption() -> None:
    text = "Supporters celebrate in Aleppo. (Omar Sanadiki/Reuters)\n\nRebel resistance ended on Tuesday"
    offsets = offsets_of(text)
    reuters, rebel = (
        next(at for at, (a, b) in enumerate(offsets) if text[a:b] == "Reuters"),
        next(at for at, (a, b) in enumerate(offsets) if text[a:b] == "Rebel"),
    )
    found = answers(text, scores(text, {reuters: 9}, {rebel: 9}), candidates=5)
    assert found and all("\n" not in one for one in found)


def test_spans_may_follow_a_wrapped_line() -> None:
    text = (
        "The delegates agreed after a long night to meet the new\nprime minister in the old town hall of the capital\n"
        "before the week was over."
    )
    start, end = text.split().index("new"), text.split().index("minister")
    assert answers(text, scores(text, {start: 9}, {end: 9}))[0] == "new\nprime minister"


def test_candidates_do_not_overlap_and_come_best_first() -> None:
    text = "Alice Smith met Bob Jones"
    window = scores(text, {0: 9, 1: 7, 3: 8}, {1: 9, 0: 6, 4: 8})
    spans, _ = decode(text, [window], most_pieces=5, candidates=5)
    assert [text[one.span.start : one.span.end] for one in spans][:2] == ["Alice Smith", "Bob Jones"]
    assert [one.score for one in spans] == sorted((one.score for one in spans), reverse=True)


def test_windows_that_overlap_are_merged() -> None:
    text = "Alice met Bob in Paris"
    offsets = offsets_of(text)
    left = from_null_head(offsets[:3], np.array([0, 0, 4], np.float32), np.array([0, 0, 4], np.float32), 2.0, 1.0)
    right = from_null_head(offsets[2:], np.array([4, 0, 0], np.float32), np.array([4, 0, 0], np.float32), -2.0, 1.0)
    spans, null = decode(text, [left, right], most_pieces=3, candidates=5)
    assert text[spans[0].span.start : spans[0].span.end] == "Bob"
    assert sum(text[one.span.start : one.span.end] == "Bob" for one in spans) == 1
    assert null == pytest.approx(-math.log1p(math.exp(2.0)))  # of the window that more likely answers


def test_the_margin_weighs_the_null_head_beside_the_logits() -> None:
    text = "Alice met Bob"
    window = scores(text, {0: 1.0, 2: 3.0}, {0: 2.0, 2: 4.0}, null=math.log(3.0), weight=2.0)
    spans, null = decode(text, [window], most_pieces=3, candidates=1)
    assert spans[0].score == pytest.approx(3 + 4 + 2 * math.log(0.25)) and null == pytest.approx(2 * math.log(0.75))
    assert spans[0].score - null == pytest.approx(7 - 2 * math.log(3.0))


def test_a_null_span_is_weighed_as_it_comes() -> None:
    offsets = offsets_of("Alice met Bob")
    window = from_null_span(offsets, np.array([1, 2, 3], np.float32), np.array([3, 1, 0], np.float32), 2.0, 1.5)
    spans, null = decode("Alice met Bob", [window], most_pieces=1, candidates=1)
    assert spans[0].score - null == pytest.approx((1 + 3) - (2.0 + 1.5))


def test_the_top_of_a_story_comes_first_where_all_else_is_equal() -> None:
    text = "Alice met Bob"
    first, second = scores(text, {0: 5.0}, {0: 5.0}), scores(text, {2: 5.0}, {2: 5.5})
    assert answers(text, first, second)[0] == "Bob"
    spans, _ = decode(text, [first, second], most_pieces=3, candidates=2, lead=1.0)
    assert [text[one.span.start : one.span.end] for one in spans] == ["Alice", "Bob"]
    assert spans[1].score == pytest.approx(spans[0].score + 0.5 - math.log(2))


def test_nothing_to_read_gives_nothing() -> None:
    assert decode("", [], most_pieces=5, candidates=3) == ([], 0.0)
    empty = np.zeros(0, np.float32)
    assert decode("", [from_null_span(offsets_of(""), empty, empty, 1.0, 1.0)], most_pieces=5, candidates=3)[0] == []


@given(st.data())
def test_candidates_hold_what_is_promised(data: st.DataObject) -> None:
    text = data.draw(st.text(alphabet=st.sampled_from("ab 1.,\n(“"), min_size=1, max_size=40))
    offsets = offsets_of(text)
    values = st.lists(st.floats(-20, 20, width=32), min_size=len(offsets), max_size=len(offsets))
    window = from_null_head(
        offsets,
        np.array(data.draw(values), np.float32),
        np.array(data.draw(values), np.float32),
        data.draw(st.floats(-20, 20)),
        1.0,
    )
    most, wanted = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 4))
    spans, null = decode(text, [window] if len(offsets) else [], most_pieces=most, candidates=wanted)
    assert len(spans) <= wanted and null <= 0
    for at, one in enumerate(spans):
        assert 0 <= one.span.start < one.span.end <= len(text)
        assert "\n\n" not in text[one.span.start : one.span.end]
        for other in spans[at + 1 :]:
            assert one.score >= other.score
            assert one.span.end <= other.span.start or other.span.end <= one.span.start
    # The best candidate is the best of all allowed spans, found by trying each.
    if spans:
        best = max(
            float(window.start[i] + window.end[j]) + window.answers
            for i in range(len(offsets))
            for j in range(i, min(i + most, len(offsets)))
            if "\n" not in text[offsets[i, 0] : offsets[j, 1]]
        )
        assert spans[0].score <= best + 1e-3 or "\n" in text


def test_windows_of_a_long_passage_vote_for_what_they_share() -> None:
    text = "Ann won. The old town of Oslo voted on a very cold day in May."
    lone = scores(text, {0: 5.0}, {0: 5.0})  # "Ann" has the best single score
    first, second = scores(text, {6: 4.5}, {7: 4.5}), scores(text, {5: 4.5}, {6: 4.5})  # "Oslo voted", "of Oslo"
    windows = [lone, first, second]

    def best(consensus: float) -> str:
        spans, _ = decode(text, windows, most_pieces=3, candidates=3, consensus=consensus)
        return text[spans[0].span.start : spans[0].span.end]

    assert best(0.0) == "Ann"
    assert "Oslo" in best(2.0)
    # A passage of one window keeps to its best span.
    one, _ = decode(text, [lone], most_pieces=3, candidates=3, consensus=2.0)
    assert text[one[0].span.start : one[0].span.end] == "Ann" and one[0].score == pytest.approx(10.0 - math.log(2))
