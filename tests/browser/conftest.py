"""A real Chromium on the real app over a real store; what leaves this machine or fails on the page fails the test."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.driving import DATED, FLAGS, ROOT, Site, Watched, engine_over, enter, served


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The chat over the seeds and two dated articles, in a store that tests may add to and remove from."""
    folder = tmp_path_factory.mktemp("chat")
    engine = engine_over(folder / "store")
    (folder / "dated.jsonl").write_text(DATED, encoding="utf-8")
    with contextlib.chdir(ROOT):
        report = engine.index(["seeds/", str(folder / "dated.jsonl")])
    assert (report.documents, report.failed) == (4, ())
    with served(engine, folder / "store") as site:
        yield site
    engine.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("the browser tests need Chromium: run `apt-get install chromium`, or `make test`, which does")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    watched = Watched(browser)
    yield watched
    for context in watched.contexts:
        context.close()
    assert watched.problems == []


@pytest.fixture
def page(watched: Watched, site: Site) -> Page:
    """The chat, open on a desktop."""
    page = watched.page()
    enter(page, site.url)
    return page
