from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.errors import ModelError
from qa.reader.inputs import Window, Windowing, batches, pad
from tests.reader.tiny import tiny_tokenizer

LONG = " ".join(f"word{number % 7}" for number in range(60)) + "."


def windowing(most: int = 24, stride: int = 6) -> Windowing:
    return Windowing(tiny_tokenizer(), most_tokens=most, stride=stride, most_question=8)


def test_a_short_passage_is_one_window_with_exact_offsets() -> None:
    text = "Alice met Bob."
    (window,) = windowing().windows("who met Bob?", text)
    pieces = [text[start:end] for start, end in window.offsets]
    assert pieces == ["Alice", "met", "Bob", "."]
    assert window.segments[window.first] == 1 and window.segments[window.first - 1] == 0


@given(st.integers(15, 40), st.integers(0, 3), st.text(alphabet="ab ?", max_size=40))
def test_windows_cover_every_piece_and_fit(most: int, stride: int, question: str) -> None:
    windows = windowing(most, stride).windows(question, LONG)
    covered: set[int] = set()
    for window in windows:
        assert len(window.ids) == len(window.segments) <= most
        assert window.first + len(window.offsets) <= len(window.ids)
        covered |= {int(start) for start, _ in window.offsets}
    whole = windowing(4000, 0).windows("a", LONG)[0]
    assert covered == {int(start) for start, _ in whole.offsets}


def test_limits_that_leave_no_room_are_refused() -> None:
    windowing(15, 3)  # 8 for the question, 3 special tokens, 4 for the passage
    with pytest.raises(ModelError, match="3 are left"):
        windowing(14, 3)


def test_an_endless_question_loses_its_end() -> None:
    (window,) = windowing(40).windows("why " * 500, "Alice met Bob.")
    assert window.first == 8 + 2  # [CLS], eight pieces, [SEP]


def test_nothing_to_read_gives_no_window() -> None:
    assert windowing().windows("who?", "") == []
    assert windowing().windows("who?", " \n ") == []


def _window(length: int) -> Window:
    return Window(np.arange(1, length + 1), np.ones(length, np.int64), 0, np.zeros((length, 2), np.int64))


@given(st.lists(st.integers(1, 50), max_size=12), st.integers(1, 120))
def test_batches_hold_every_window_once_and_keep_to_their_size(lengths: list[int], most: int) -> None:
    windows = [_window(length) for length in lengths]
    found = list(batches(windows, most))
    assert sorted(at for batch in found for at in batch) == list(range(len(windows)))
    for batch in found:
        assert len(batch) == 1 or len(batch) * max(lengths[at] for at in batch) <= most


def test_padding_is_masked() -> None:
    batch = pad([_window(2), _window(4)], pad_id=9)
    assert batch.ids.tolist() == [[1, 2, 9, 9], [1, 2, 3, 4]]
    assert batch.mask.tolist() == [[1, 1, 0, 0], [1, 1, 1, 1]]
    with pytest.raises(ValueError):
        pad([])
