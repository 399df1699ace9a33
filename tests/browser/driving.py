"""Serving the real app and driving it with a real Chromium."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page, Route, expect

from tests.ui.serving import Site, served

if TYPE_CHECKING:
    from qa.pipeline import Citespan

__all__ = ["Site", "served"]
ROOT = Path(__file__).parents[2]
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
DATED = "\n".join(
    json.dumps({"title": title, "text": text, "date": date, "url": url})
    for title, text, date, url in (
        (
            "Ferry service to Skerry Island resumes",
            "Ferry service to Skerry Island resumes\n\nThe ferry Northern Tern returned to service on Monday. "
            "Captain Ida Holm welcomed 214 passengers aboard. The crossing takes 55 minutes.",
            "2023-03-06",
            "https://news.example/ferry",
        ),
        (
            "Skerry Island ferry breaks down",
            "Skerry Island ferry breaks down\n\nThe ferry Northern Tern lost power on Friday. Captain Jonas Berg "
            "radioed for help. Tugboats brought 180 passengers ashore.",
            "2024-11-15",
            "https://news.example/breakdown",
        ),
    )
)
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

expect.set_options(timeout=60_000)  # generous: only a failing test waits


def engine_over(store: Path) -> Citespan:
    """The real pipeline: the packaged reader, or the baseline while there is none."""
    from qa.errors import ModelError
    from qa.factory import open_citespan
    from qa.settings import Settings

    try:
        return open_citespan(Settings(store=str(store)), create=True)
    except ModelError:
        return open_citespan(Settings(store=str(store), reader="baseline"), create=True)


class Watched:
    """Opens pages and collects what must not happen on them."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.contexts: list[BrowserContext] = []
        self.problems: list[str] = []

    def context(self, **options: Any) -> BrowserContext:
        wanted: dict[str, Any] = {"viewport": DESKTOP, "accept_downloads": True} | options
        context = self.browser.new_context(**wanted)
        context.on("request", lambda request: self._request(request.url))
        context.on("page", self._page)
        context.set_default_timeout(60_000)
        self.contexts.append(context)
        return context

    def page(self, **options: Any) -> Page:
        return self.context(**options).new_page()

    def _page(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("dialog", self._dialog)
        page.on("console", lambda said: self.problems.append(f"console: {said.text}") if said.type == "error" else None)

    def _dialog(self, dialog: Dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.hostname != "127.0.0.1":
            self.problems.append(f"request to {url}")


def enter(page: Page, url: str) -> None:
    """Open the chat and wait until it listens."""
    page.goto(url)
    page.locator("#transcript :is(.welcome, .turn)").first.wait_for()


def ask(page: Page, question: str) -> None:
    """Ask and wait until the reply is shown, and kept."""
    before = page.locator("#transcript .turn").count()
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    expect(page.locator("#transcript .turn")).to_have_count(before + 1)
    expect(page.locator("#pending .turn")).to_have_count(0)
    page.wait_for_function("turns => citespan.present().turns.length === turns", arg=before + 1)


def newest(page: Page) -> Any:
    """The newest turn."""
    return page.locator("#transcript .turn[data-newest]")


def open_chip(page: Page, chip: Locator) -> None:
    """Click the chip and wait until the evidence is its own: until then that of another citation stays."""
    chip.click()
    expect(page.locator("#evidence code")).to_have_text(chip.get_attribute("data-cite") or "")


class Held:
    """Requests to addresses like ``pattern``, held back from now on until ``release``."""

    def __init__(self, page: Page, pattern: str) -> None:
        self._page, self._routes, self._open = page, list[Route](), False
        page.route(pattern, self._take)

    def _take(self, route: Route) -> None:
        if self._open:
            route.continue_()
        else:
            self._routes.append(route)

    def wait(self) -> None:
        """Until one is held, however slow the machine; then a moment in which more may come."""
        for _ in range(600):
            if self._routes:
                break
            self._page.wait_for_timeout(100)
        assert self._routes, "the page sent no such request"
        self._page.wait_for_timeout(200)

    def release(self) -> None:
        """Let them go, the last one first, and hold no more."""
        self._open = True
        for route in reversed(self._routes):
            route.continue_()


def assert_marked(page: Page, site: Site) -> str:
    """The marked text on the page is the stored text at the offsets it names, and it is in view; returns it."""
    expect(page.locator("#cited-span")).to_be_in_viewport()
    shown = page.locator("#cited-span").evaluate(  # in one go: the evidence may be replaced between two looks
        "mark => { const body = mark.closest('.body'), range = document.createRange();"
        "range.selectNodeContents(body); range.setEndBefore(mark);"
        "return { source: mark.closest('article').dataset.source, start: +mark.dataset.start, end: +mark.dataset.end,"
        "text: mark.textContent, whole: body.textContent, before: range.toString() }; }"
    )
    stored = site.engine.show(shown["source"]).text
    assert shown["whole"] == stored
    assert shown["text"] == stored[shown["start"] : shown["end"]]
    assert len(shown["before"]) == shown["start"], "the mark does not stand where its offsets say"
    return str(shown["text"])


def watch_stages(page: Page, place: str) -> None:
    """Note every stage that is said inside ``place``, a selector, from now on, for ``stages_said``."""
    page.locator(place).wait_for(state="attached")  # a part of the page may be made only when it is unfolded
    page.evaluate(
        """(place) => {
            window.stages = [];
            const watched = document.querySelector(place), look = () => {
                const said = watched.querySelector('.stage')?.textContent;
                if (said && said !== window.stages.at(-1)) window.stages.push(said);
            };
            new MutationObserver(look).observe(watched, { childList: true, subtree: true, characterData: true });
        }""",
        place,
    )


def stages_said(page: Page) -> list[str]:
    """The stages noted since ``watch_stages``, in order."""
    said: list[str] = page.evaluate("window.stages")
    return said


WORK = """() => {
  const work = () => {
    const began = performance.now();
    let sum = 0;
    for (let i = 0; i < 2000000; i++) sum = (sum * 31 + i) | 0;
    return performance.now() - began + 0 * sum;
  };
  const began = performance.now();
  const best = Math.min(...Array.from({ length: 100 }, work));
  return [best, (performance.now() - began) / (100 * best)];
}"""
USUAL = 3.0
"""Milliseconds that this work takes on a core of a few years ago that has nothing else to do."""


def slowed_down(page: Page) -> float:
    """How many times slower than such a core this machine runs the page now: at least 1."""
    best, waiting = map(float, page.evaluate(WORK))
    shared = os.getloadavg()[0] / len(os.sched_getaffinity(0))
    return max(1.0, best / USUAL) * max(1.0, shared, waiting)
