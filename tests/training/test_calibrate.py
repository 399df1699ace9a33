"""Calibration on made-up readings, where the truth is known."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qa.calibration import NEVER, Calibration
from qa.records import Candidate, Hit, Passage, Reading, Span
from qa.training.evaluate import Limits
from qa.training.export import describe, write_reader
from qa.training.load import TrainingDataError
from qa.training.probability import Asked, _fit, _settled, _weights, fit


def asked(count: int, *, told: float) -> list[Asked]:
    """Questions whose margin tells (``told``: how well) whether the first of two passages answers them."""
    rng = random.Random(5)
    made = []
    for number in range(count):
        answerable = number % 2 == 0
        hits, readings = [], []
        for rank in (1, 2):
            passage = Passage(f"{number}-{rank}", f"d{number}-{rank}", 0, 13, f"right wrong {rank}")
            margin = rng.gauss(told if answerable and rank == 1 else -told, 1.0)
            span = Span(0, 5) if rank == 1 else Span(6, 11)
            hits.append(Hit(passage, 1.0 / rank, rank, rank, rank))
            readings.append(Reading(passage, (Candidate(passage, span, margin),), 0.0))
        made.append(Asked("who?", tuple(hits), tuple(readings), ("right",) if answerable else ()))
    return made


def no_news(question: str, candidate: Candidate) -> float:
    """What is read alone says what was known."""
    return candidate.score


def test_probabilities_mean_what_they_say() -> None:
    calibration, report = fit(asked(400, told=2.0), no_news)
    assert report.questions == 400 and report.answerable == 200
    assert report.auroc > 0.9 and report.expected_calibration_error < 0.1
    assert report.refused_unanswerable > 0.8 > 0.2 > report.refused_answerable
    assert calibration.margin > 0 and 0 < calibration.threshold < 1
    assert sum(count for _, _, count in report.reliability) == 400


@pytest.mark.parametrize("share", [0.5, 0.25, 0.05])
def test_probabilities_are_those_of_the_share_that_questions_count_for(share: float) -> None:
    """By counting the wrong half as a smaller share, the mean probability falls to what is right then; the order of
    the answers is that of the unweighted fit."""
    rng = np.random.default_rng(3)
    right = np.arange(400) % 2 == 0
    features = rng.normal(size=(400, 1)) + np.where(right, 1.0, -1.0)[:, None]
    counted = np.where(right, 1.0, share / (1 - share))
    plain, moved = _fit(features, right, np.ones(400)), _fit(features, right, counted)
    assert moved.coef_ == pytest.approx(plain.coef_)
    mean = np.average(moved.predict_proba(features)[:, 1], weights=counted)
    assert mean == pytest.approx(1 - share, abs=1e-6)


def test_questions_without_an_answer_count_for_a_quarter_of_all() -> None:
    assert _weights(np.array([True] * 3 + [False] * 6)) == pytest.approx([1.0] * 3 + [1 / 6] * 6)
    assert _weights(np.array([True, True])) == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("kept", [True, False])
def test_questions_of_one_kind_alone_cannot_be_fitted(kept: bool) -> None:
    alike = [one for one in asked(40, told=3.0) if bool(one.wanted) is kept]
    with pytest.raises(TrainingDataError, match=r"expected questions answered rightly, .* of 20; add rows"):
        fit(alike, no_news)


def test_margins_that_tell_nothing_never_settle_anything() -> None:
    calibration, report = fit(asked(200, told=0.0), no_news)
    assert abs(report.auroc - 0.5) < 0.15
    assert calibration.settled == NEVER and report.settled_share == 0.0


def test_what_is_read_alone_counts_where_it_tells_more_than_the_first_reading() -> None:
    """Margins that tell nothing, and a second look that knows."""
    rows = asked(200, told=0.0)
    right = {(one.question, one.hits[0].passage.id): bool(one.wanted) for one in rows}
    calls: list[tuple[str, str]] = []

    def look(question: str, candidate: Candidate) -> float:
        calls.append((question, candidate.passage.id))
        known = right.get((question, candidate.passage.id), False)  # only the first passage ever holds the answer
        return 3.0 if known else -9.0

    calibration, report = fit(rows, look)
    assert len(calls) == len(set(calls)) == 200
    blind = fit(asked(200, told=0.0), no_news)[1]
    assert report.auroc > blind.auroc + 0.2
    assert calibration.alone > 5 * abs(calibration.margin)


def known(margins: list[float], right: int) -> Asked:
    """A question whose passages have these margins, the answer in one of them."""
    hits, readings = [], []
    for rank, margin in enumerate(margins, 1):
        passage = Passage(f"p{rank}", f"d{rank}", 0, 11, "right wrong")
        span = Span(0, 5) if rank == right else Span(6, 11)
        hits.append(Hit(passage, 1.0 / rank, rank, rank, rank))
        readings.append(Reading(passage, (Candidate(passage, span, margin),), 0.0))
    return Asked("who?", tuple(hits), tuple(readings), ("right",))


def test_reading_may_stop_where_no_better_answer_comes_later() -> None:
    """Early margins of 9 are overtaken later on, those of 13 never: 10 is the least margin on the list that loses
    nothing. A margin that only the last passages reach stops nothing."""
    overtaken = [known([9.0, 0, 0, 0, 0, 11.0], right=6) for _ in range(20)]
    sure = [known([0, 13.0, 0, 0, 0, 0], right=2) for _ in range(60)]
    late = [known([0, 0, 0, 0, 0, 19.0], right=6) for _ in range(20)]
    margin, loss, share = _settled([*overtaken, *sure, *late], Calibration())
    assert (margin, loss, share) == (10.0, 0.0, 0.6)


def test_a_margin_is_not_taken_when_a_greater_one_fails() -> None:
    misleading = [known([19.0, 0, 0, 0, 0, 25.0], right=6) for _ in range(5)]
    sure = [known([13.0, 0, 0, 0, 0, 0], right=1) for _ in range(95)]
    assert _settled([*misleading, *sure], Calibration()) == (NEVER, 0.0, 0.0)


def test_the_fit_sees_no_more_than_is_read_until_reading_stops() -> None:
    """A sixth passage that would win is never read where the first four settle it."""
    sure = [known([13.0, 0, 0, 0, 0, 0], right=1) for _ in range(50)]
    later = [replace(known([13.0, 0, 0, 0, 0, 25.0], right=6), wanted=()) for _ in range(50)]
    looked: list[str] = []

    def look(question: str, candidate: Candidate) -> float:
        looked.append(candidate.passage.id)
        return candidate.score

    calibration, _ = fit([*sure, *later], look)
    assert calibration.settled <= 13
    assert looked == ["p1"] * 100


def test_a_calibration_is_written_beside_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "int8").write_bytes(b"weights")
    (tmp_path / "words").write_text("{}")
    write_reader(tmp_path / "reader", tmp_path / "int8", tmp_path / "words", name="small", limits=Limits())
    before = json.loads((tmp_path / "reader" / "reader.json").read_text())
    calibration, _ = fit(asked(100, told=2.0), no_news)
    describe(tmp_path / "reader", calibration=calibration)
    after = json.loads((tmp_path / "reader" / "reader.json").read_text())
    assert after.pop("calibration")["margin"] == calibration.margin
    before.pop("calibration")
    assert after == before
