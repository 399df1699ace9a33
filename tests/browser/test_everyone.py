"""For everyone: an automated accessibility check in light and dark, on a desktop and on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

from tests.browser.driving import DESKTOP, PHONE, Site, Watched, ask, enter

pytestmark = pytest.mark.browser
SERIOUS = {"serious", "critical"}


def serious(page: Page) -> list[str]:
    """axe's findings that are serious or worse, one line each."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node.get('failureSummary', '')[:300]}"
        for each in found
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_serious(watched: Watched, site: Site, scheme: str, viewport: dict[str, int]) -> None:
    page = watched.page(viewport=viewport, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    enter(page, site.url)
    assert serious(page) == []
    ask(page, "Who is Rupert Colville?")
    ask(page, "What is the boiling point of tungsten in kelvin?")
    if viewport == PHONE:
        page.locator("#menu").click()
    for section in ("narrow", "articles", "lookup"):
        page.locator(f"#{section} button.label-wrap").click()
    page.locator("#cited").wait_for()
    assert serious(page) == []
