"""Makes the README's pictures from the real app: ``python tests/browser/screenshots.py``. Needs Chromium.

Writes ui/assets/screenshot.png (light), screenshot-dark.png and screenshot-phone.png.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from playwright.sync_api import sync_playwright

from tests.browser.driving import (
    DESKTOP,
    FLAGS,
    PHONE,
    ROOT,
    ask,
    engine_over,
    enter,
    newest,
    served,
)

QUESTIONS = ("Who negotiated the ceasefire?", "How many civilians were gunned down?", "How many of them were women?")
PICTURES = (
    ("screenshot", "light", DESKTOP),
    ("screenshot-dark", "dark", DESKTOP),
    ("screenshot-phone", "light", PHONE),
)


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or "google-chrome"
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        engine = engine_over(Path(folder) / "store")
        with contextlib.chdir(ROOT):
            engine.index(["seeds/"])
        site = stack.enter_context(served(engine, Path(folder) / "store"))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, scheme, viewport in PICTURES:
            page = browser.new_page(viewport=viewport, color_scheme=scheme, device_scale_factor=1.5)  # type: ignore[arg-type]
            enter(page, site.url)
            for question in QUESTIONS:
                ask(page, question)
            page.locator("#question textarea").blur()
            newest(page).scroll_into_view_if_needed()
            page.wait_for_timeout(500)
            page.screenshot(path=str(ROOT / "ui" / "assets" / f"{name}.png"))
            page.close()
        browser.close()
        engine.close()


if __name__ == "__main__":
    main()
