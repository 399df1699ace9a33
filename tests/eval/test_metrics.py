"""Every measure against hand-worked examples (its own docstring), and against a reference implementation."""

from __future__ import annotations

import doctest
import importlib
import math
import random

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score

from eval.metrics import intervals
from eval.metrics.answers import best_threshold, exact_match, f1, normalise
from eval.metrics.calibration import accuracy_by_bin, expected_calibration_error, reliability
from eval.metrics.citations import Place, citation_recall, is_correct, is_exact
from eval.metrics.ranking import ndcg_at, recall_at, reciprocal_rank, success_at
from eval.metrics.refusal import auroc, risk_coverage
from eval.summary import summarise, summary_json
from tests.eval import official_squad
from tests.eval.test_report import outcome

PIECES = [
    "the", "a", "An", "Aleppo", "aleppo's", "82", "50,000", "U.N.", "U.S.", "—", "“quoted”", "it’s", "...", "-",
    "naïve", "İstanbul", "ÇA", "３", "the-end", "a.", "  ", "\n", "\u00a0", "città", "東京", "ß", "theatre", "an_other",
]  # fmt: skip


@pytest.mark.parametrize("module", ["answers", "ranking", "refusal", "calibration", "citations", "intervals"])
def test_hand_worked_examples_in_the_docstrings(module: str) -> None:
    found = doctest.testmod(importlib.import_module(f"eval.metrics.{module}"))
    assert found.attempted > 0
    assert found.failed == 0


def test_em_and_f1_equal_the_official_rules_to_the_last_digit() -> None:
    rng = random.Random(20161213)

    def text() -> str:
        return " ".join(rng.choice(PIECES) for _ in range(rng.randint(0, 6)))

    for _ in range(10_000):
        golds = [text() for _ in range(rng.randint(0, 3))]
        prediction = rng.choice([*golds, text(), text()])
        assert (exact_match(prediction, golds), f1(prediction, golds)) == official_squad.get_raw_scores(
            golds, prediction
        )


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=3))
def test_any_text_scores_as_the_official_rules_say(prediction: str, golds: list[str]) -> None:
    assert normalise(prediction) == official_squad.normalize_answer(prediction)
    assert (exact_match(prediction, golds), f1(prediction, golds)) == official_squad.get_raw_scores(golds, prediction)


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(0, 1), st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_best_threshold_is_the_official_one(rows: list[tuple[float, float, bool, bool]]) -> None:
    scores = {str(i): row[1] for i, row in enumerate(rows)}
    no_answer = {str(i): row[0] for i, row in enumerate(rows)}
    preds = {str(i): "x" if row[3] else "" for i, row in enumerate(rows)}
    expected = official_squad.find_best_thresh(preds, scores, no_answer, {str(i): row[2] for i, row in enumerate(rows)})
    best = best_threshold([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], [r[3] for r in rows])
    assert best.score * 100 == pytest.approx(expected[0])
    assert best.threshold == expected[1]


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.integers(0, 4), st.sampled_from([1, 3, 5, 10]))
def test_ranking_agrees_with_trec_eval(relevant_at: list[bool], missed: int, k: int) -> None:
    ranked = [f"d{i}" for i in range(len(relevant_at))]
    relevant = [name for name, is_relevant in zip(ranked, relevant_at, strict=True) if is_relevant]
    relevant += [f"missed{i}" for i in range(missed)]
    if not relevant:
        return
    qrels = [ir_measures.Qrel("q", name, 1) for name in relevant]
    run = [ir_measures.ScoredDoc("q", name, float(-i)) for i, name in enumerate(ranked)]
    wanted = [ir_measures.R @ k, ir_measures.RR, ir_measures.nDCG @ k, ir_measures.Success @ k]
    reference = ir_measures.calc_aggregate(wanted, qrels, run)
    gains = [int(each) for each in relevant_at]
    ours = [
        recall_at(gains, len(relevant), k),
        reciprocal_rank(gains),
        ndcg_at(gains, [1] * len(relevant), k),
        success_at(gains, k),
    ]
    assert ours == pytest.approx([reference[each] for each in wanted])


def test_nothing_relevant_ranks_zero() -> None:
    assert (recall_at([], 0, 5), reciprocal_rank([]), ndcg_at([], [], 5), success_at([], 5)) == (0, 0, 0, 0)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40))
def test_auroc_agrees_with_scikit_learn_ties_included(rows: list[tuple[int, bool]]) -> None:
    scores, positive = np.array([row[0] for row in rows], dtype=float), np.array([row[1] for row in rows])
    if positive.all() or not positive.any():
        assert math.isnan(auroc(scores, positive))
    else:
        assert auroc(scores, positive) == pytest.approx(roc_auc_score(positive, scores))


def test_calibration_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    confidence = rng.uniform(0.001, 0.999, 500)
    correct = rng.uniform(size=500) < confidence**2
    accuracy, mean_confidence = calibration_curve(correct, confidence, n_bins=10)
    bins = reliability(confidence, correct)
    assert [each.accuracy for each in bins] == pytest.approx(list(accuracy))
    assert [each.confidence for each in bins] == pytest.approx(list(mean_confidence))
    gap = sum(each.count * abs(each.accuracy - each.confidence) for each in bins) / 500
    assert expected_calibration_error(confidence, correct) == pytest.approx(gap)


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.9]), st.booleans()), min_size=1, max_size=20), st.randoms())
def test_risk_coverage_does_not_depend_on_the_order_of_ties(rows: list[tuple[float, bool]], rng: random.Random) -> None:
    shuffled = rng.sample(rows, len(rows))
    areas = [
        risk_coverage(np.array([c for c, _ in some]), np.array([float(e) for _, e in some])).area
        for some in (rows, shuffled)
    ]
    assert areas[0] == pytest.approx(areas[1])
    last = risk_coverage(np.array([c for c, _ in rows]), np.array([float(e) for _, e in rows])).risk[-1]
    assert last == pytest.approx(sum(e for _, e in rows) / len(rows))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30, unique_by=lambda row: row[0]))
def test_risk_coverage_is_what_its_definition_says(rows: list[tuple[float, bool]]) -> None:
    """Geifman & El-Yaniv, word by word: at each confidence as threshold, the mean error of what is answered."""
    found = risk_coverage(np.array([c for c, _ in rows]), np.array([float(e) for _, e in rows]))
    expected = []
    for threshold in sorted((c for c, _ in rows), reverse=True):
        answered = [float(wrong) for confidence, wrong in rows if confidence >= threshold]
        expected.append((len(answered) / len(rows), sum(answered) / len(answered)))
    assert list(found.coverage) == pytest.approx([coverage for coverage, _ in expected])
    assert list(found.risk) == pytest.approx([risk for _, risk in expected])
    assert found.area == pytest.approx(sum(risk for _, risk in expected) / len(expected))


def test_citations() -> None:
    assert is_exact("ab", 0, 2, "ab")
    assert not is_exact("ab", 0, 3, "ab")
    assert not is_exact("ab", -2, 2, "ab")
    assert not is_exact(None, 0, 2, "ab")
    assert not is_correct(Place("a", 0, 4), [Place("a", 4, 8), Place("b", 0, 4)])
    assert citation_recall([Place("a", 0, 4)], []) == 0


def test_interval_of_a_mean_is_about_two_standard_errors() -> None:
    values = [1.0] * 60 + [0.0] * 40
    found = intervals.mean(values, seed=3)
    error = math.sqrt(0.6 * 0.4 / 100)
    assert found.value == 0.6
    assert found.n == 100
    assert found.low == pytest.approx(0.6 - 1.96 * error, abs=0.02)
    assert found.high == pytest.approx(0.6 + 1.96 * error, abs=0.02)
    assert found == intervals.mean(values, seed=3)
    assert found != intervals.mean(values, seed=4)


def test_interval_of_any_statistic_and_of_nothing() -> None:
    scores, positive = np.arange(40.0), np.arange(40) >= 20
    found = intervals.statistic(auroc, scores, positive, seed=0)
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)
    assert intervals.mean([], seed=0).n == 0
    assert math.isnan(intervals.ratio([1.0], [0.0], seed=0).value)
    middle = intervals.percentile(list(range(101)), 50, seed=0)
    assert middle.value == 50
    assert middle.low < 50 < middle.high


@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_is_the_exact_binomial_test(only_first: int, only_second: int) -> None:
    pairs = only_first + only_second
    expected = 1.0 if pairs == 0 else pytest.importorskip("scipy.stats").binomtest(only_first, pairs).pvalue
    assert intervals.mcnemar(only_first, only_second) == pytest.approx(expected)


def test_interval_agrees_with_scipy() -> None:
    values = np.random.default_rng(4).beta(2, 1, 200)
    found = intervals.mean(values, seed=0)
    reference = pytest.importorskip("scipy.stats").bootstrap(
        (values,), np.mean, n_resamples=4000, method="percentile", random_state=0
    )
    low, high = reference.confidence_interval
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.15 * (high - low))


def test_band_of_a_curve_is_the_interval_at_each_of_its_points() -> None:
    confidence = np.array([0.9] * 60 + [0.3] * 40)
    correct = np.array([True] * 45 + [False] * 15 + [True] * 10 + [False] * 30)
    found = intervals.band(accuracy_by_bin, confidence, correct, seed=1)
    assert len(found.low) == len(found.high) == 10
    for index, share, count in ((8, 0.75, 60), (2, 0.25, 40)):
        error = math.sqrt(share * (1 - share) / count)
        assert found.low[index] == pytest.approx(share - 1.96 * error, abs=0.03)
        assert found.high[index] == pytest.approx(share + 1.96 * error, abs=0.03)
    assert accuracy_by_bin(confidence, correct)[8] == reliability(confidence, correct)[1].accuracy


def test_curves_of_a_summary_carry_their_intervals() -> None:
    rows = [outcome(number, random.Random(number)) for number in range(450)]
    found = summarise(rows, "open")
    assert found.risk_coverage[-1][0] == 1.0
    assert len(found.risk_coverage) <= 230
    assert all(low <= risk <= high for _, risk, low, high in found.risk_coverage)
    assert [x for x, *_ in found.risk_coverage] == sorted(x for x, *_ in found.risk_coverage)
    assert all(each["low_accuracy"] <= each["accuracy"] <= each["high_accuracy"] for each in found.reliability)
    assert sum(each["count"] for each in found.reliability) == 450


def test_every_measure_has_an_interval() -> None:
    summary = summary_json(summarise([outcome(number, random.Random(number)) for number in range(60)], "open"))
    measures = [name for name, value in summary.items() if isinstance(value, float) and "threshold" not in name]
    assert {"f1", "em", "mrr", "ndcg@10", "recall@1", "refusal_auroc", "aurc", "total_ms_p95"} <= set(measures)
    for name in measures:
        low, high = summary["intervals"][name]
        assert low <= summary[name] <= high, name


def test_paired_tests_see_a_difference_and_none() -> None:
    better = intervals.paired_bootstrap([0.0] * 30, [1.0] * 20 + [0.0] * 10, seed=0)
    assert better.significant
    assert better.value == pytest.approx(2 / 3)
    assert better.low > 0
    mixed = intervals.paired_bootstrap([1.0, 0.0] * 20, [0.0, 1.0] * 20, seed=0)
    assert not mixed.significant
    assert mixed.value == 0
    assert intervals.mcnemar(10, 10) == 1.0
    assert intervals.mcnemar(600, 800) < 0.001
