"""Ask, see the evidence, check it: the chat's first purpose, end to end."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import (
    PHONE,
    Held,
    Site,
    Watched,
    ask,
    assert_marked,
    enter,
    newest,
    open_chip,
    slowed_down,
    stages_said,
    watch_stages,
)

pytestmark = pytest.mark.browser
QUESTION = "Who negotiated the ceasefire?"


def test_an_answer_is_bold_in_its_sentence_and_marked_in_the_article(page: Page, site: Site) -> None:
    ask(page, QUESTION)
    turn = newest(page)
    expect(turn.locator(".asked")).to_have_text(QUESTION)
    quote = assert_marked(page, site)
    assert quote == "Turkey and Russia"
    assert turn.locator(".answer > .sentence strong").evaluate("each => each.textContent") == quote
    expect(turn.locator(".confidence").first).to_have_text(
        re.compile(r"^(Very likely|Likely|Uncertain|Doubtful).*\d %$")
    )
    expect(page.locator("#evidence .shaded")).to_have_text(
        "The ceasefire was negotiated by Turkey and Russia, without U.S. involvement."
    )


def test_each_chip_opens_its_own_span(page: Page, site: Site) -> None:
    ask(page, "Who is Rupert Colville?")
    turn = newest(page)
    if turn.locator("details").count():
        turn.locator("details").evaluate("each => { each.open = true; }")
    chips = turn.locator(".chip")
    for at in range(chips.count()):
        chip = chips.nth(at)
        open_chip(page, chip)
        quote = assert_marked(page, site)
        assert quote == site.engine.cite(chip.get_attribute("data-cite") or "").quote
        expect(chip).to_have_attribute("aria-current", "true")


def test_previous_and_next_walk_through_the_citations(page: Page, site: Site) -> None:
    ask(page, "What is the boiling point of tungsten in kelvin?")  # refused: the closest passages are several
    chips = newest(page).locator(".chip")
    assert chips.count() > 1
    open_chip(page, chips.first)
    expect(page.locator("#evidence .place")).to_have_text(f"1 of {chips.count()}")
    page.get_by_role("button", name="Next citation").click()
    expect(page.locator("#evidence .place")).to_have_text(f"2 of {chips.count()}")
    expect(page.locator("#evidence code")).to_have_text(chips.nth(1).get_attribute("data-cite") or "")
    assert_marked(page, site)
    page.get_by_role("button", name="Previous citation").click()
    expect(page.locator("#evidence .place")).to_have_text(f"1 of {chips.count()}")


def test_a_refusal_says_so_and_offers_the_closest_passages(page: Page, site: Site) -> None:
    ask(page, "What is the boiling point of tungsten in kelvin?")
    expect(newest(page).locator(".verdict")).to_have_text("The articles do not seem to answer this.")
    closest = newest(page).locator(".chip")
    expect(closest.first).to_be_visible()
    open_chip(page, closest.first)
    assert_marked(page, site)


def test_the_question_shows_within_a_tenth_of_a_second(page: Page) -> None:
    slack = slowed_down(page)
    elapsed = [_reaction(page, count) for count in (1, 2, 3)]
    assert min(elapsed) < 100 * max(slack, slowed_down(page)), elapsed


def test_the_question_shows_before_the_server_hears_of_it(page: Page) -> None:
    held = Held(page, "**/gradio_api/queue/join**")
    page.locator("#question textarea").fill(QUESTION)
    page.locator("#question textarea").press("Enter")
    expect(page.locator("#pending .asked")).to_have_text(QUESTION)
    expect(page.locator("#pending .stage")).to_have_text("Searching the articles…")
    expect(page.locator("#transcript .turn")).to_have_count(0)
    held.wait()
    held.release()
    expect(newest(page).locator(".answer")).to_be_visible()


def _reaction(page: Page, count: int) -> float:
    """Milliseconds from the click until the question and its stage are on the page."""
    page.locator("#question textarea").fill(QUESTION)
    elapsed = page.evaluate(
        """() => new Promise((done) => {
            const began = performance.now(), place = document.querySelector('#pending');
            new MutationObserver(() => {
                if (place.textContent.includes('Searching')) done(performance.now() - began);
            }).observe(place, { childList: true, subtree: true, characterData: true });
            document.querySelector('#send').click();
        })"""
    )
    expect(page.locator("#transcript .turn")).to_have_count(count)
    expect(page.locator("#pending .turn")).to_have_count(0)
    return float(elapsed)


def test_searching_and_reading_are_said_while_they_happen(page: Page) -> None:
    watch_stages(page, "#pending")
    ask(page, QUESTION)
    assert stages_said(page) == ["Searching the articles…", "Reading the best passages…"]


def test_a_screen_reader_hears_the_answer(page: Page) -> None:
    ask(page, QUESTION)
    expect(page.locator("#heard[role=status]")).to_contain_text("negotiated by Turkey and Russia")


def evidence_of(page: Page) -> list[str]:
    """What the evidence shows: title, date, source, offsets, id; the text with its mark and its shaded sentence."""
    shown: list[str] = page.locator("#evidence :is(header, .body)").evaluate_all("all => all.map((e) => e.innerHTML)")
    assert len(shown) == 2
    return shown


def test_a_permanent_link_and_the_look_up_open_the_same_view_as_a_chip(
    page: Page, site: Site, watched: Watched
) -> None:
    ask(page, QUESTION)
    chip = newest(page).locator(".chip").first
    open_chip(page, chip)
    assert_marked(page, site)
    expected = evidence_of(page)
    assert 'class="shaded"' in expected[1]
    other = watched.page()
    enter(other, site.url + (chip.get_attribute("href") or ""))
    assert assert_marked(other, site) == "Turkey and Russia"
    assert evidence_of(other) == expected
    other.locator(".example").first.wait_for()  # found meanwhile; the evidence stays
    assert evidence_of(other) == expected
    enter(other, site.url)
    other.locator("#lookup button.label-wrap").click()
    other.locator("#cited input, #cited textarea").fill(chip.get_attribute("data-cite") or "")
    other.locator("#cited input, #cited textarea").press("Enter")
    assert assert_marked(other, site) == "Turkey and Russia"
    assert evidence_of(other) == expected


def test_on_a_phone_a_permanent_link_and_the_look_up_bring_the_span_into_view(
    watched: Watched, page: Page, site: Site
) -> None:
    ask(page, QUESTION)
    chip = newest(page).locator(".chip").first
    phone = watched.page(viewport=PHONE, has_touch=True, is_mobile=True)
    enter(phone, site.url + (chip.get_attribute("href") or ""))
    assert assert_marked(phone, site) == "Turkey and Russia"
    enter(phone, site.url)
    phone.locator("#menu").tap()
    phone.locator("#lookup button.label-wrap").tap()
    phone.locator("#cited input, #cited textarea").fill(chip.get_attribute("data-cite") or "")
    phone.locator("#cited input, #cited textarea").press("Enter")
    expect(phone.locator("#side")).to_be_hidden()
    assert assert_marked(phone, site) == "Turkey and Russia"


def test_a_citation_can_be_looked_up_and_a_wrong_id_says_what_is_wrong(page: Page, site: Site) -> None:
    ask(page, QUESTION)
    cited = newest(page).locator(".chip").first.get_attribute("data-cite") or ""
    page.locator("#lookup button.label-wrap").click()
    page.locator("#cited input, #cited textarea").fill("nonsense")
    page.locator("#cited input, #cited textarea").press("Enter")
    expect(page.locator("#evidence [role=alert]")).to_contain_text("expected a citation id")
    page.locator("#cited input, #cited textarea").fill(f"[{cited}]")
    page.locator("#cited input, #cited textarea").press("Enter")
    assert assert_marked(page, site) == "Turkey and Russia"


def test_hovering_or_focusing_a_chip_shows_the_sentence(page: Page) -> None:
    ask(page, QUESTION)
    chip = newest(page).locator(".chip").first
    for _ in range(100):  # the page may still be laying the answer out, and move the chip from under the mouse
        page.mouse.move(0, 0)
        chip.hover()
        if page.locator("#hint").is_visible():
            break
        page.wait_for_timeout(300)
    expect(page.locator("#hint")).to_be_visible()
    expect(page.locator("#hint")).to_contain_text("The ceasefire was negotiated by Turkey and Russia")
    page.keyboard.press("Escape")
    expect(page.locator("#hint")).to_be_hidden()


def test_the_quote_is_copied_with_its_reference(watched: Watched, site: Site) -> None:
    context = watched.context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    enter(page, site.url)
    ask(page, QUESTION)
    page.get_by_role("button", name="Copy quote").click()
    expect(page.locator("#toast")).to_contain_text("copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("“Turkey and Russia” — Battle for Aleppo has ended")
    assert "004_b8f2ff7c7e3e8278.txt, characters 2617–2634 [" in copied


def test_the_keyboard_is_enough(page: Page, site: Site) -> None:
    page.keyboard.press("Escape")
    page.locator("#question textarea").focus()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(newest(page).locator(".chip").first).to_be_visible()
    chip = newest(page).locator(".chip").first
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        if chip.evaluate("each => each === document.activeElement"):
            break
    else:
        pytest.fail("no way to the chip by keyboard")
    assert chip.evaluate("each => getComputedStyle(each).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert assert_marked(page, site) == "Turkey and Russia"
    page.locator("#evidence .body").focus()
    page.keyboard.press("/")
    expect(page.locator("#question textarea")).to_be_focused()


def test_an_empty_question_asks_for_one_and_a_long_one_is_refused_in_one_line(page: Page) -> None:
    page.locator("#send").click()
    expect(page.locator("#toast")).to_have_text("Type a question first.")
    ask(page, "why " * 2500)
    expect(newest(page).locator("[role=alert]")).to_contain_text("expected a question of at most")


def test_a_phone_has_the_evidence_below_and_no_sideways_scrolling(watched: Watched, site: Site) -> None:
    page = watched.page(viewport=PHONE, has_touch=True, is_mobile=True)
    enter(page, site.url)
    ask(page, QUESTION)
    newest(page).locator(".chip").first.tap()
    assert assert_marked(page, site) == "Turkey and Russia"
    top = page.locator("#paper").bounding_box()
    chat = page.locator("#chat").bounding_box()
    assert top and chat and top["y"] >= chat["y"] + chat["height"] - 1
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator("#menu").tap()
    expect(page.locator("#side")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_an_example_question_is_answered(page: Page) -> None:
    example = page.locator(".example").first
    example.wait_for(timeout=300_000)
    question = example.inner_text()
    example.click()
    expect(newest(page).locator(".asked")).to_have_text(question)
    expect(newest(page).locator(".answer:not(.refusal)")).to_be_visible()
