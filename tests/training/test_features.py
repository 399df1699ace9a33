from __future__ import annotations

import random
from dataclasses import asdict, replace
from itertools import islice

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from qa.training import sampling
from qa.training.config import Phase
from qa.training.encoders import FeatureDropout
from qa.training.features import Encoder, Pieces, piece_span, sentence_spans
from qa.training.load import Row, read_rows
from qa.training.sampling import Batch, Draw, Position, Progress, Stream, batches_of, collate
from qa.training.train import hide
from tests.training.small import write_base, write_data

FORKED = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")  # from Python 3.12 on


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return Tokenizer.from_file(str(write_base(tmp_path_factory.mktemp("base")) / "tokenizer.json"))


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    return read_rows(write_data(tmp_path_factory.mktemp("data")) / "towns.jsonl.gz")


def test_pieces_of_an_answer_are_the_answer(tokenizer: Tokenizer, rows: list[Row]) -> None:
    for row, encoded in zip(rows, Encoder(tokenizer).encode(rows), strict=True):
        (start, end), (first, last) = row.answers[0], encoded.answers[0]
        offsets = encoded.context.offsets
        assert (int(offsets[first, 0]), int(offsets[last - 1, 1])) == (start, end)


@given(most=st.integers(20, 90), seed=st.integers(0, 50), at=st.integers(0, 35))
def test_windows_hold_the_answer_and_fit(tokenizer: Tokenizer, rows: list[Row], most: int, seed: int, at: int) -> None:
    row = Encoder(tokenizer).encode([rows[at]])[0]
    window = Encoder(tokenizer).window(row, most, random.Random(seed))
    assert len(window.ids) == len(window.segments) <= most
    first, last = row.answers[0]
    assert window.ids[window.start : window.end + 1].tolist() == row.context.ids[first:last].tolist()
    assert set(window.segments[window.start : window.end + 1].tolist()) == {1}


def test_masking_takes_about_its_share_and_never_what_parts_the_texts() -> None:
    torch.manual_seed(3)
    ids = torch.randint(5, 50, (60, 40))
    ids[:, 0], ids[:, 9], ids[:, -1] = 2, 3, 3
    hidden = hide(ids, 0.25, Pieces(4, (2, 3)))
    masked = hidden == 4
    assert torch.equal(hidden[~masked], ids[~masked])
    assert not masked[:, [0, 9, -1]].any()
    assert 0.2 < float(masked.float().mean()) * 40 / 37 < 0.3
    assert hide(ids, 0.0, Pieces(4, (2, 3))) is ids


def test_feature_dropout_takes_the_same_features_from_all_pieces_of_a_row() -> None:
    torch.manual_seed(5)
    dropout = FeatureDropout(0.25)
    hidden = torch.ones(40, 3, 100)
    found = dropout.train()(hidden)
    assert torch.equal(found[:, 0], found[:, 1]) and torch.equal(found[:, 0], found[:, 2])
    assert not torch.equal(found[0, 0], found[1, 0])
    assert torch.allclose(found.unique(), torch.tensor([0.0, 1 / 0.75]))
    assert 0.2 < float((found == 0).float().mean()) < 0.3
    assert dropout.eval()(hidden) is hidden


def test_an_unanswerable_row_has_a_window_without_answer(tokenizer: Tokenizer, rows: list[Row]) -> None:
    row = Encoder(tokenizer).encode([Row("x", "Which house ?", rows[0].context, (), "towns", "g")])[0]
    window = Encoder(tokenizer).window(row, 30, random.Random(1))
    assert (window.start, window.end) == (-1, -1) and len(window.ids) <= 30


def test_an_answer_without_pieces_is_left_out() -> None:
    import numpy as np

    assert piece_span(np.array([[0, 3], [4, 7]]), (3, 4)) is None
    assert piece_span(np.array([[0, 3], [4, 7]]), (2, 5)) == (0, 2)


def test_sentences_end_at_stops_and_line_breaks() -> None:
    text = "He left. “Why?” she asked.\nNo one knew."
    assert [text[start:end].strip() for start, end in sentence_spans(text)] == [
        "He left.", "“Why?” she asked.", "No one knew.",
    ]  # fmt: skip


def test_a_stream_goes_on_where_it_stood(tokenizer: Tokenizer, rows: list[Row]) -> None:
    encoder = Encoder(tokenizer)
    encoded = {"towns": encoder.encode([replace(row, rivals=(rows[-1].context,)) for row in rows])}
    phases = [Phase(1.0, (40, 64), {"towns": 1.0, "nothing of this name": 5.0})]

    def stream(position: Position | None = None) -> Stream:
        return Stream(encoded, phases, encoder, seed=1, tokens_per_batch=2048, rival_share=0.5, position=position)

    one = stream()
    batches = one.batches(Progress())
    seen = [next(batches) for _ in range(40)]
    halfway = stream()
    other = halfway.batches(Progress())
    for _ in range(25):
        next(other)
    rest = stream(Position(halfway.position.pool, halfway.position.used, 0.0, dict(halfway.position.drawn))).batches(
        Progress()
    )
    for wanted in seen[25:]:
        found = next(rest)
        assert found.input_ids.equal(wanted.input_ids) and found.start.equal(wanted.start)
        assert found.question.equal(wanted.question)
    assert one.position.pool >= 1  # the comparison ran over the edge of a pool


def test_batches_are_padded_and_masked(tokenizer: Tokenizer, rows: list[Row]) -> None:
    encoder = Encoder(tokenizer)
    windows = [
        encoder.window(row, most, random.Random(2))
        for row, most in zip(encoder.encode(rows[:2]), (30, 50), strict=True)
    ]
    batch = collate([Draw((windows[0],)), Draw((windows[1],), taught=False)])
    assert batch.input_ids.shape[1] % 8 == 0
    assert batch.taught.tolist() == [True, False]
    for at, window in enumerate(windows):
        assert batch.attention_mask[at].sum() == len(window.ids)
        assert batch.input_ids[at, : len(window.ids)].tolist() == window.ids.tolist()
        assert batch.input_ids[at, len(window.ids) :].sum() == 0


def test_a_rival_stands_beside_its_question_and_has_no_answer(tokenizer: Tokenizer, rows: list[Row]) -> None:
    encoder = Encoder(tokenizer)
    encoded = {"towns": encoder.encode([replace(row, rivals=(rows[-1].context,)) for row in rows])}
    stream = Stream(
        encoded, [Phase(1.0, (64,), {"towns": 1.0})], encoder, seed=1, tokens_per_batch=2048, rival_share=1.0
    )
    batch = next(stream.batches(Progress()))
    assert batch.question.tolist() == [number // 2 for number in range(len(batch.input_ids))]
    for at in range(0, len(batch.input_ids), 2):
        asked = int((batch.token_type_ids[at] == 1).int().argmax())
        assert batch.input_ids[at, :asked].tolist() == batch.input_ids[at + 1, :asked].tolist()
        assert batch.start[at] > 0 and batch.start[at + 1] == -1


def test_no_teacher_is_asked_about_untaught_sources_nor_about_their_rivals(
    tokenizer: Tokenizer, rows: list[Row]
) -> None:
    encoder = Encoder(tokenizer)
    encoded = encoder.encode([replace(row, rivals=(rows[-1].context,)) for row in rows])
    mixture = {"towns": 1.0, "ours": 1.0}
    stream = Stream(
        {"towns": encoder.encode(rows), "ours": encoded},
        [Phase(1.0, (64,), mixture)],
        encoder,
        seed=1,
        tokens_per_batch=2048,
        rival_share=1.0,
        untaught=("ours",),
    )
    batch = next(stream.batches(Progress()))
    beside = [batch.question.tolist().count(number) for number in batch.question.tolist()]
    assert set(beside) == {1, 2} and batch.taught.tolist() == [count == 1 for count in beside]


def streams(tokenizer: Tokenizer, rows: list[Row], phases: list[Phase]) -> list[Stream]:
    """Two streams that differ by their seeds."""
    encoder = Encoder(tokenizer)
    encoded = {"towns": encoder.encode(rows)}
    return [Stream(encoded, phases, encoder, seed=seed, tokens_per_batch=256) for seed in (1, 2)]


@FORKED
def test_streams_take_turns_and_go_on_where_they_stood(
    tokenizer: Tokenizer, rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "_POOL", 24)  # about ten batches: the cut lies in one pool, the end in others
    phases = [Phase(1.0, (40, 64), {"towns": 1.0})]
    wanted = [list(islice(stream.batches(Progress()), 30)) for stream in streams(tokenizer, rows, phases)]
    assert not wanted[0][0].input_ids.equal(wanted[1][0].input_ids)

    cut = streams(tokenizer, rows, phases)
    found: list[list[Batch]] = [[], []]
    for turn, batch in enumerate(islice(batches_of(cut, Progress()), 15)):
        found[turn % 2].append(batch)
        first, second = (stream.position.pool * 1000 + stream.position.used for stream in cut)
        assert (first > 0, second > 0) == (True, turn > 0)  # a position moves with its own batches only
    assert [len(part) for part in found] == [8, 7]

    resumed = streams(tokenizer, rows, phases)
    for stream, left in zip(resumed, cut, strict=True):
        stream.position = Position(**asdict(left.position))
    for turn, batch in enumerate(islice(batches_of(resumed, Progress()), 44)):
        found[turn % 2].append(batch)
    assert all(stream.position.pool >= 1 for stream in resumed)  # it ran over the edge of a pool
    for part, whole in zip(found, wanted, strict=True):
        assert len(part) >= 29
        for one, other in zip(part, whole, strict=False):
            assert one.input_ids.equal(other.input_ids) and one.start.equal(other.start)


@FORKED
def test_those_that_draw_ahead_see_how_far_the_run_is(
    tokenizer: Tokenizer, rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "_POOL", 8)
    progress = Progress()
    batches = batches_of(
        streams(tokenizer, rows, [Phase(0.5, (24,), {"towns": 1.0}), Phase(1.0, (64,), {"towns": 1.0})]), progress
    )
    assert {next(batches).input_ids.shape[1] for _ in range(10)} == {24}
    progress.move(0.5)
    assert max(next(batches).input_ids.shape[1] for _ in range(30)) == 64
