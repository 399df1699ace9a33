"""Conversations that last: follow-ups, reload, new, rename, delete, export, feedback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from qa.feedback import export
from tests.browser.driving import Site, Watched, ask, assert_marked, enter, newest, open_chip

pytestmark = pytest.mark.browser
QUESTION = "Who negotiated the ceasefire?"


def rows(page: Page) -> list[str]:
    return page.locator("#conversations .rows .go").all_inner_texts()


def test_a_reload_keeps_the_conversation_and_its_evidence(page: Page, site: Site) -> None:
    ask(page, QUESTION)
    ask(page, "Who is Samantha Power?")
    before = page.locator("#transcript strong").all_text_contents()
    enter(page, site.url)
    expect(page.locator("#transcript .turn")).to_have_count(2)
    assert page.locator("#transcript .asked").all_inner_texts() == [QUESTION, "Who is Samantha Power?"]
    assert page.locator("#transcript strong").all_text_contents() == before
    open_chip(page, page.locator("#transcript .turn").first.locator(".chip").first)
    assert assert_marked(page, site) == "Turkey and Russia"
    ask(page, "What did Matthew Rycroft say?")
    expect(page.locator("#transcript .turn")).to_have_count(3)


def test_new_rename_and_delete(page: Page) -> None:
    ask(page, QUESTION)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#transcript .welcome")).to_be_visible()
    ask(page, "Who is Samantha Power?")
    assert sorted(rows(page)) == sorted([QUESTION, "Who is Samantha Power?"])

    page.get_by_role("button", name=f"Rename {QUESTION}").click()
    page.get_by_label("New name").fill("Aleppo <b>talks</b>")
    page.get_by_label("New name").press("Enter")
    assert "Aleppo <b>talks</b>" in rows(page)
    page.get_by_role("button", name="Aleppo <b>talks</b>", exact=True).click()
    expect(page.locator("#transcript .asked")).to_have_text(QUESTION)

    page.get_by_role("button", name="Delete Aleppo <b>talks</b>").click()
    page.get_by_role("button", name="Cancel").click()
    assert len(rows(page)) == 2
    page.get_by_role("button", name="Delete Aleppo <b>talks</b>").click()
    page.get_by_role("button", name="Yes, delete").click()
    expect(page.locator("#transcript .asked")).to_have_text("Who is Samantha Power?")
    assert rows(page) == ["Who is Samantha Power?"]


def test_two_tabs_do_not_lose_each_others_conversations(watched: Watched, site: Site) -> None:
    context = watched.context()
    one, two = context.new_page(), context.new_page()
    enter(one, site.url)
    enter(two, site.url)
    ask(one, QUESTION)
    two.get_by_role("button", name="New conversation").click()
    ask(two, "Who is Samantha Power?")
    for page in (one, two):
        expect(page.locator("#conversations .rows .go")).to_have_count(2)
    enter(one, site.url)
    expect(one.locator("#transcript .asked")).to_have_text(QUESTION)


def test_a_follow_up_is_understood_and_can_be_undone(page: Page, site: Site) -> None:
    ask(page, "Who is Rupert Colville?")
    ask(page, "What did he say to the New York Times?")
    shown = newest(page).locator(".understood q")
    expect(shown).to_contain_text("Rupert Colville")
    page.get_by_role("button", name="Ask it as I typed it").click()
    expect(newest(page).locator(".understood")).to_have_count(0)
    expect(page.locator("#transcript .turn")).to_have_count(2)
    expect(newest(page).locator(".asked")).to_have_text("What did he say to the New York Times?")


def test_export_as_json_and_markdown(page: Page, site: Site) -> None:
    ask(page, QUESTION)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="JSON").click()
    assert waiting.value.suggested_filename == "Who-negotiated-the-ceasefire.json"
    exported = json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))
    (citation, *_) = exported["turns"][0]["reply"]["citations"]
    text = site.engine.show(citation["source"]).text
    assert text[citation["start"] : citation["end"]] == citation["quote"] == "Turkey and Russia"
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Markdown").click()
    markdown = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert "**Turkey and Russia**" in markdown
    assert citation["id"] in markdown


def test_feedback_is_kept_where_the_next_evaluation_finds_it(page: Page, site: Site) -> None:
    ask(page, QUESTION)
    newest(page).get_by_role("button", name="Right").click()
    newest(page).get_by_role("textbox").fill("Yes")
    newest(page).get_by_role("button", name="Send").click()
    expect(newest(page).locator(".judged")).to_have_text("Noted as right. Thank you.")
    (row,) = [row for row in export(site.folder) if row["question"] == QUESTION]
    assert row["answers"][0]["text"] == "Turkey and Russia"
    enter(page, site.url)
    expect(newest(page).locator(".judged")).to_have_text("Noted as right. Thank you.")
