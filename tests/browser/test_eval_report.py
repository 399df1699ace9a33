"""The evaluation's report in a real Chromium, opened from disk."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest
from playwright.sync_api import Browser, Page

from eval.outcome import Excerpt
from eval.report import write_report
from eval.summary import summarise
from tests.browser.driving import slowed_down
from tests.eval.test_report import MANIFEST, NASTY, outcome

pytestmark = pytest.mark.browser


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    yield page
    page.close()


def test_in_the_browser_text_stays_text_and_both_spans_are_marked(browser_page: Page, tmp_path: Path) -> None:
    text = f"😀 Jan Egeland of Norway, {NASTY}"
    marks = ((2, 13, "predicted"), (2, 5, "gold"))
    rows = [
        outcome(0, random.Random(1), question=NASTY, lost="right", excerpts=(Excerpt("a", NASTY, 0, text, marks),)),
        outcome(1, random.Random(2), question="Who else?", lost="refused", prediction=""),
    ]
    write_report(tmp_path / "r.html", NASTY, {"open": summarise(rows, "open")}, {"open": rows}, MANIFEST)
    errors: list[str] = []
    browser_page.on("pageerror", lambda error: errors.append(str(error)))
    browser_page.goto((tmp_path / "r.html").as_uri())
    browser_page.wait_for_selector("body[data-ready]")
    browser_page.click(".row >> nth=0")
    assert browser_page.inner_text("#detail h3") == NASTY
    assert browser_page.inner_text("#detail blockquote mark.both") == "Jan"
    assert browser_page.inner_text("#detail blockquote mark.predicted") == " Egeland"
    assert "owned" not in browser_page.title()[:5]
    browser_page.select_option("#lost", "refused")
    assert browser_page.inner_text("#count") == "1 of 2"
    browser_page.select_option("#lost", "")
    browser_page.fill("#search", "who ELSE")
    assert browser_page.inner_text("#count") == "1 of 2"
    assert not errors


def test_ten_thousand_questions_are_small_and_quick(browser_page: Page, tmp_path: Path) -> None:
    rng = random.Random(7)
    rows = [outcome(number, rng) for number in range(10_000)]
    file = tmp_path / "r.html"
    write_report(file, "large", {"open": summarise(rows[:300], "open")}, {"open": rows}, MANIFEST)
    assert file.stat().st_size < 15_000_000
    took, slack = [], slowed_down(browser_page)
    for _ in range(3):
        began = perf_counter()
        browser_page.goto(file.as_uri())
        browser_page.wait_for_selector("body[data-ready]")
        took.append(perf_counter() - began)
    slack = max(slack, slowed_down(browser_page))
    assert min(took) < 2 * slack
    browser_page.fill("#search", "number 77")
    assert float(browser_page.evaluate("document.body.dataset.filterMs")) < 200 * slack
    assert browser_page.inner_text("#count") == "111 of 10000"
    browser_page.fill("#search", "")
    browser_page.select_option("#order", "f")
    assert float(browser_page.evaluate("document.body.dataset.filterMs")) < 200 * slack
    browser_page.evaluate("document.getElementById('list').scrollTop = 400000")
    browser_page.wait_for_function("document.querySelectorAll('.row').length > 5")
    assert browser_page.evaluate("document.querySelectorAll('.row').length") < 60
