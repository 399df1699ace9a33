"""Narrow, add and remove: an answer outside the filters is never shown, a new article answers at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import Site, Watched, ask, assert_marked, enter, newest, served, stages_said, watch_stages

pytestmark = pytest.mark.browser
FERRY = "How many passengers did the ferry Northern Tern carry?"
BRIDGE = (
    "Old stone bridge closes for repairs\n\n"
    "The council closed the Tamsin Bridge on Thursday. Engineer Pia Lund found 17 cracks in the arch. "
    "Repairs will cost two million crowns.\n"
)


def unfold(page: Page, section: str) -> None:
    page.locator(f"#{section} button.label-wrap").click()


def sources(page: Page) -> Any:
    """The sources cited anywhere in the newest turn."""
    return newest(page).locator(".chip").evaluate_all("all => all.map((each) => each.dataset.cite)")


def test_a_date_filter_shows_and_holds(page: Page, site: Site) -> None:
    unfold(page, "narrow")
    page.get_by_label("Published from").fill("2024-01-01")
    page.get_by_label("Published from").press("Tab")
    expect(page.locator("#filters")).to_contain_text("Only from 2024-01-01")
    ask(page, FERRY)
    expect(newest(page).locator(".narrowed")).to_have_text("Only from 2024-01-01")
    dates = {site.engine.show(site.engine.cite(each).source).published.year for each in sources(page)}
    assert dates == {2024}
    page.get_by_role("button", name="Clear").first.click()
    expect(page.locator("#filters .narrowed")).to_have_count(0)
    expect(page.get_by_label("Published from")).to_have_value("")
    ask(page, "Who negotiated the ceasefire?")
    expect(newest(page).locator("strong").first).to_have_text("Turkey and Russia")


def test_a_source_filter_holds(page: Page, site: Site) -> None:
    wanted = next(each for each in site.engine.sources() if "000_973" in each.source)
    unfold(page, "narrow")
    page.locator("#where input").click()
    page.get_by_role("option", name="000_973").click()
    page.keyboard.press("Escape")
    expect(page.locator("#filters")).to_contain_text("000_973")
    ask(page, "Who is Rupert Colville?")
    assert {site.engine.cite(each).source for each in sources(page)} == {wanted.source}


def test_dates_are_the_browsers_own_fields_and_an_empty_range_is_said(page: Page) -> None:
    unfold(page, "narrow")
    for label in ("Published from", "Published up to"):
        assert page.get_by_label(label).get_attribute("type") == "date"
    page.get_by_label("Published up to").fill("2023-12-31")
    page.get_by_label("Published from").press_sequentially("02292024")  # by keyboard alone, in the browser's own order
    expect(page.get_by_label("Published from")).to_have_value("2024-02-29")
    expect(page.locator("#filters [role=alert]")).to_contain_text("since 2024-02-29 after until 2023-12-31")
    ask(page, FERRY)
    expect(newest(page).locator("[role=alert]")).to_contain_text("expected a date range")


def test_an_uploaded_article_answers_at_once_in_every_tab_and_goes_when_removed(
    watched: Watched, site: Site, tmp_path: Path
) -> None:
    page, other = watched.page(), watched.page()
    enter(page, site.url)
    enter(other, site.url)
    (tmp_path / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    unfold(page, "articles")
    page.locator("#files input[type=file]").set_input_files(str(tmp_path / "bridge.txt"))
    expect(page.locator("#told")).to_contain_text("1 added")
    expect(page.locator("#listing")).to_contain_text("Old stone bridge closes for repairs")
    for each in (page, other):
        ask(each, "What did engineer Pia Lund find in the arch?")
        assert "17" in newest(each).locator("strong").first.inner_text()
        assert_marked(each, site)
    assert (site.folder / "uploads" / "bridge.txt").read_text(encoding="utf-8") == BRIDGE

    page.get_by_role("button", name="Remove Old stone bridge").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Remove Old stone bridge").click()
    page.get_by_role("button", name="Yes, delete").click()
    expect(page.locator("#told")).to_contain_text("Removed")
    expect(page.locator("#listing")).not_to_contain_text("Old stone bridge")
    assert not (site.folder / "uploads" / "bridge.txt").exists()
    for each in (page, other):
        ask(each, "Which engineer found cracks in the arch of the Tamsin Bridge?")
        assert "Lund" not in newest(each).inner_text()


def test_pasted_text_answers_at_once(page: Page, site: Site) -> None:
    unfold(page, "articles")
    page.locator("#paste").click()
    expect(page.locator("#told [role=alert]")).to_contain_text("expected the text of an article")
    page.locator("#paste-title input, #paste-title textarea").fill("Lighthouse keeper retires")
    page.locator("#paste-text textarea").fill(
        "Keeper Olga Strand retired on Sunday after 41 years at Gull Rock lighthouse."
    )
    page.locator("#paste").click()
    expect(page.locator("#told")).to_contain_text("1 added")
    ask(page, "Who retired after 41 years at Gull Rock lighthouse?")
    expect(newest(page).locator("strong").first).to_contain_text("Olga Strand")
    assert_marked(page, site)


def test_what_cannot_be_taken_is_said_and_the_rest_goes_in(page: Page, site: Site, tmp_path: Path) -> None:
    (tmp_path / "broken.txt").write_bytes(b"\x00\x01\x02\xff\xfe" * 200)
    (tmp_path / "program.exe").write_bytes(b"MZ")
    (tmp_path / "harbour.txt").write_text(
        "Harbour wall rebuilt\n\nMason Nils Brandt rebuilt the harbour wall.\n", "utf-8"
    )
    unfold(page, "articles")
    watch_stages(page, "#told")
    files = [str(tmp_path / name) for name in ("broken.txt", "program.exe", "harbour.txt")]
    page.locator("#files input[type=file]").set_input_files(files)
    expect(page.locator("#told .done")).to_contain_text("1 added")
    expect(page.locator("#told .failed")).to_have_count(2)
    expect(page.locator("#told .failed").first).to_contain_text("program.exe: expected one of .txt, .md")
    expect(page.locator("#told .failed").last).to_contain_text("broken.txt: ")
    said = stages_said(page)
    assert "Reading broken.txt (1 of 2)…" in said
    assert said[-2:] == ["Reading harbour.txt (2 of 2)…", "Embedding harbour.txt (2 of 2)…"]


HOSTILE = (
    'Mayor <script>window.hacked = 1</script> speaks ${window.hacked = 2} {{constructor}} "quoted"\n\n'
    'The mayor <img src="http://evil.example/x.png" onerror="window.hacked = 3"> opened the Velo Hall on Monday. '
    "See ![pixel](http://evil.example/pixel.png) and [a link](javascript:window.hacked=4) for the Velo Hall programme. "
    "Architect \u202eAda\u202c\u200bVoss</mark></div> designed the Velo Hall & its `roof`.\r\n"
    "<svg onload=window.hacked=5><style>*{display:none}</style><iframe src=http://evil.example></iframe>\n"
)


def test_hostile_articles_and_names_stay_text(page: Page, site: Site, tmp_path: Path) -> None:
    path = tmp_path / "<img src=x onerror=window.hacked=6> \u202egnp.txt"
    path.write_bytes(HOSTILE.encode("utf-8"))
    report = site.engine.index([str(path)])
    assert report.added == 1
    page.reload()
    page.locator("#transcript :is(.welcome, .turn)").first.wait_for()
    unfold(page, "articles")
    expect(page.locator("#listing")).to_contain_text("<script>")
    try:
        for question in (
            "Who designed the Velo Hall?",
            "When did the mayor open the Velo Hall?",
            "<img src=x onerror=window.hacked=7>",
        ):
            ask(page, question)
            for at in range(newest(page).locator(".chip").count()):
                newest(page).locator(".chip").nth(at).dispatch_event("click")
                cited = newest(page).locator(".chip").nth(at).get_attribute("data-cite")
                expect(page.locator("#evidence code")).to_have_text(cited or "")
                assert_marked(page, site)
            newest(page).locator(".chip").first.hover()
        enter(page, site.url)
        assert page.evaluate("window.hacked") is None
        assert (
            page.locator(
                "#transcript :is(script, img, svg, iframe, style), #evidence :is(script, img, svg, iframe)"
            ).count()
            == 0
        )
    finally:
        site.engine.remove(next(each.source for each in site.engine.sources() if "onerror" in each.source))


def test_a_read_only_page_offers_no_way_to_change_anything(watched: Watched, site: Site) -> None:
    with served(site.engine, site.folder, read_only=True) as closed:
        page = watched.page()
        enter(page, closed.url)
        unfold(page, "articles")
        expect(page.locator("#listing .count")).to_be_visible()
        assert page.locator("#files, #paste, [data-act=remove], .judge").count() == 0


def test_credentials_are_asked_for_and_open_the_page(watched: Watched, site: Site) -> None:
    with served(site.engine, site.folder, auth="bob:secret") as guarded:
        page = watched.page(http_credentials={"username": "bob", "password": "secret"})
        enter(page, guarded.url)
        ask(page, "Who negotiated the ceasefire?")
        expect(newest(page).locator("strong").first).to_have_text("Turkey and Russia")
        stranger = watched.context().request.get(guarded.url + "/config")
        assert stranger.status == 401
