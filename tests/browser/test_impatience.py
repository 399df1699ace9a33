"""People do not wait: quick clicks, conversations left or deleted while a question waits, a server that fails one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import Held, Site, Watched, ask, enter, newest, open_chip

pytestmark = pytest.mark.browser
QUESTION = "Who negotiated the ceasefire?"


def test_of_two_quick_clicks_the_last_one_is_shown(page: Page) -> None:
    ask(page, "What is the boiling point of tungsten in kelvin?")  # refused: the closest passages are several
    chips = newest(page).locator(".chip")
    open_chip(page, chips.nth(2))
    held = Held(page, "**/gradio_api/run/**")
    chips.nth(0).click()
    chips.nth(1).click()
    held.wait()
    held.release()
    expect(page.locator("#evidence code")).to_have_text(chips.nth(1).get_attribute("data-cite") or "")
    page.wait_for_timeout(500)
    expect(page.locator("#evidence code")).to_have_text(chips.nth(1).get_attribute("data-cite") or "")
    expect(chips.nth(1)).to_have_attribute("aria-current", "true")


def test_of_two_conversations_opened_quickly_the_last_one_is_shown(page: Page) -> None:
    asked = [QUESTION, "Who is Samantha Power?", "Who is Rupert Colville?"]
    for question in asked:
        ask(page, question)
        page.get_by_role("button", name="New conversation").click()
        expect(page.locator("#transcript .welcome")).to_be_visible()
    held = Held(page, "**/gradio_api/run/**")
    for question in asked[:2]:
        page.get_by_role("button", name=question, exact=True).click()
    held.wait()
    held.release()
    expect(page.locator("#conversations [aria-current]")).to_have_text(asked[1])
    expect(page.locator("#transcript .asked")).to_have_text(asked[1])
    page.wait_for_timeout(500)
    expect(page.locator("#transcript .asked")).to_have_text(asked[1])


def test_a_conversation_left_while_it_waits_keeps_its_answer(page: Page) -> None:
    held = Held(page, "**/gradio_api/queue/join**")
    page.locator("#question textarea").fill(QUESTION)
    page.locator("#question textarea").press("Enter")
    expect(page.locator("#pending .asked")).to_have_text(QUESTION)
    page.get_by_role("button", name="New conversation").click()
    held.wait()
    held.release()
    expect(page.locator("#conversations .rows .go")).to_have_text([QUESTION])
    expect(page.locator("#transcript .welcome")).to_be_visible()
    expect(page.locator("#transcript .turn")).to_have_count(0)
    ask(page, "Who is Samantha Power?")
    expect(page.locator("#transcript .asked")).to_have_text("Who is Samantha Power?")
    page.get_by_role("button", name=QUESTION, exact=True).click()
    expect(page.locator("#transcript .asked")).to_have_text(QUESTION)
    expect(newest(page).locator(".answer")).to_be_visible()


def test_a_question_typed_before_its_conversation_was_left_is_asked_there(page: Page) -> None:
    held = Held(page, "**/gradio_api/queue/join**")
    for question in (QUESTION, "Who is Samantha Power?"):  # the second one waits for the first
        page.locator("#question textarea").fill(question)
        page.locator("#question textarea").press("Enter")
        expect(page.locator("#pending .asked")).to_have_text(QUESTION)
    held.wait()
    page.get_by_role("button", name="New conversation").click()
    held.release()
    page.wait_for_function(
        "() => Object.entries(localStorage).some(([key, kept]) => key.startsWith('citespan.conversation.')"
        " && JSON.parse(kept).turns.length === 2)"
    )
    expect(page.locator("#conversations .rows .go")).to_have_text([QUESTION])
    page.get_by_role("button", name=QUESTION, exact=True).click()
    expect(page.locator("#transcript .asked")).to_have_text([QUESTION, "Who is Samantha Power?"])


def test_a_conversation_deleted_while_it_waits_does_not_come_back(watched: Watched, site: Site) -> None:
    context = watched.context()
    one, two = context.new_page(), context.new_page()
    enter(one, site.url)
    ask(one, QUESTION)
    enter(two, site.url)
    held = Held(one, "**/gradio_api/queue/join**")
    one.locator("#question textarea").fill("Who is Samantha Power?")
    one.locator("#question textarea").press("Enter")
    held.wait()
    one.get_by_role("button", name="New conversation").click()
    expect(one.locator("#conversations [aria-current]")).to_have_count(0)
    two.get_by_role("button", name=f"Delete {QUESTION}").click()
    two.get_by_role("button", name="Yes, delete").click()
    expect(one.locator("#conversations .rows .go")).to_have_count(0)
    held.release()
    one.locator("#question textarea").fill("Who is Rupert Colville?")
    one.locator("#question textarea").press("Enter")  # one at a time: when this is answered, the other one was
    expect(one.locator("#conversations .rows .go")).to_have_text(["Who is Rupert Colville?"])
    expect(one.locator("#transcript .asked")).to_have_text(["Who is Rupert Colville?"])


def test_after_a_click_that_the_server_failed_the_next_one_counts(page: Page, watched: Watched) -> None:
    ask(page, "What is the boiling point of tungsten in kelvin?")
    chips = newest(page).locator(".chip")
    open_chip(page, chips.nth(2))
    page.route("**/gradio_api/run/**", lambda route: route.fulfill(status=500, json={"error": None}), times=1)
    with page.expect_response(lambda response: response.status == 500):
        chips.nth(0).click()
    open_chip(page, chips.nth(1))
    _only_of_status_500(watched)


def test_a_question_that_the_server_failed_can_be_sent_again(page: Page, watched: Watched) -> None:
    page.route("**/gradio_api/queue/join**", lambda route: route.fulfill(status=500, json={"detail": None}), times=1)
    page.locator("#question textarea").fill(QUESTION)
    with page.expect_response(lambda response: response.status == 500):  # by then the box is empty
        page.locator("#question textarea").press("Enter")
    expect(page.locator("#question textarea")).to_have_value(QUESTION)
    expect(page.locator("#pending .turn")).to_have_count(0)
    page.locator("#question textarea").press("Enter")
    expect(newest(page).locator(".answer")).to_be_visible(timeout=30_000)  # less than a waiting question waits
    _only_of_status_500(watched)


def _only_of_status_500(watched: Watched) -> None:
    assert all("status of 500" in each for each in watched.problems), watched.problems
    watched.problems.clear()
