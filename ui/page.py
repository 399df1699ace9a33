"""The page: Gradio components, and which event calls what. The thinking is in ``ui.chat`` and the views."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from qa.errors import CitespanError
from qa.records import Span
from ui import articles, chat, evidence, view
from ui.api import add_endpoints
from ui.engine import Engine
from ui.turns import Turn, turns_from_json, turns_to_json

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
HIDDEN: dict[str, Any] = {"visible": "hidden", "container": False, "show_label": False}
QUICK: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
SLOW: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

_TRANSCRIPT = "citespan.onTranscript(element, trigger, ['cite', 'feedback']); watch('value', () => citespan.scrollDown())"
_EVIDENCE = "citespan.onEvidence(element); watch('value', () => requestAnimationFrame(citespan.showSpan))"
_SOURCES = "citespan.onSources(element, trigger, ['remove'])"
_FILTERS = "citespan.onFilters(element, trigger, ['clear'])"


class Page:
    """Components of one page. Holds the engine and settings, never anything of a visitor."""

    def __init__(self, engine: Engine, folder: Path | None, *, read_only: bool) -> None:
        self.engine = engine
        self.folder = folder
        self.read_only = read_only

    def blocks(self) -> gr.Blocks:
        """The page, wired."""
        with gr.Blocks(title="Citespan", analytics_enabled=False, delete_cache=(3600, 3600)) as page:
            self._header()
            with gr.Row(elem_id="layout", equal_height=False):
                with gr.Column(elem_id="side"):
                    self._side()
                with gr.Column(elem_id="chat"):
                    self._chat()
                with gr.Column(elem_id="paper"):
                    self.evidence = gr.HTML(evidence.empty(), elem_id="evidence", js_on_load=_EVIDENCE)
            self._hidden()
            self._wire_asking()
            self._wire_articles()
            page.load(
                self._load,
                [self.conversation, self.wanted],
                [self.transcript, self.evidence, self.listing, self.where],
                js="() => citespan.boot()",
                **QUICK,
            )
            add_endpoints(self.engine, at_once=CORES)
        page.queue(default_concurrency_limit=8, max_size=200)
        return page

    # ---- layout ------------------------------------------------------------------------------------------------------

    def _header(self) -> None:
        gr.HTML(
            '<header id="top"><button type="button" class="quiet" data-page="side" aria-expanded="false" '
            'aria-controls="side" id="menu">Menu</button><h1>Citespan</h1>'
            "<p>Answers in the articles’ own words</p>"
            '<span class="space"></span><button type="button" class="quiet" data-page="dark" '
            'aria-label="Switch between light and dark">◐</button></header>',
            elem_id="header",
        )

    def _side(self) -> None:
        gr.HTML(
            '<section aria-label="Conversations"><h2>Conversations</h2>'
            '<button type="button" class="strong" data-page="new">New conversation</button>'
            '<p class="none">None yet: ask something.</p><ul class="rows"></ul>'
            '<p class="export">Export this one: <button type="button" class="link" data-page="md">Markdown</button> '
            '<button type="button" class="link" data-page="json">JSON</button></p></section>',
            elem_id="conversations",
        )
        with gr.Accordion("Narrow", open=False, elem_id="narrow"):
            self.where = gr.Dropdown([], value=[], multiselect=True, label="Only these articles", elem_id="where")
            self.since = gr.Textbox(label="Published from", placeholder="2016-12-01", max_lines=1, elem_id="since")
            self.until = gr.Textbox(label="Published up to", placeholder="2016-12-31", max_lines=1, elem_id="until")
        with gr.Accordion("Articles", open=False, elem_id="articles"):
            self.listing = gr.HTML("", elem_id="listing", js_on_load=_SOURCES)
            self.told = gr.HTML("", elem_id="told")
            if not self.read_only:
                self.files = gr.File(
                    label="Add files", file_count="multiple", file_types=list(articles.SUFFIXES), elem_id="files", height=120
                )
                self.title = gr.Textbox(label="Or paste: title", max_lines=1, elem_id="paste-title")
                self.body = gr.Textbox(label="Text of the article", lines=4, max_lines=8, elem_id="paste-text")
                self.add = gr.Button("Add this text", elem_id="paste", size="sm")
        with gr.Accordion("Look a citation up", open=False, elem_id="lookup"):
            self.cited = gr.Textbox(label="Citation id", placeholder="004_b8f2:4121-4138~k3x7", max_lines=1, elem_id="cited")

    def _chat(self) -> None:
        with gr.Column(elem_id="thread"):
            self.transcript = gr.HTML("", elem_id="transcript", js_on_load=_TRANSCRIPT)
            self.pending = gr.HTML("", elem_id="pending")
        with gr.Column(elem_id="ask"):
            self.filters = gr.HTML("", elem_id="filters", js_on_load=_FILTERS)
            with gr.Row(elem_id="asking"):
                self.question = gr.Textbox(
                    label="Your question", placeholder="Ask the articles…", lines=1, max_lines=5, autofocus=True,
                    elem_id="question", container=False, scale=1,
                )
                self.send = gr.Button("Ask", variant="primary", elem_id="send", scale=0, min_width=72)

    def _hidden(self) -> None:
        self.asked = gr.Textbox(elem_id="asked", **HIDDEN)
        self.mode = gr.Textbox(elem_id="mode", **HIDDEN)
        self.wanted = gr.Textbox(elem_id="wanted", **HIDDEN)
        self.conversation = gr.JSON(visible=False)
        self.reopen = gr.Button(elem_id="reopen", visible="hidden")
        self.refresh = gr.Button(elem_id="refresh", visible="hidden")

    # ---- asking and checking ---------------------------------------------------------------------------------------------

    def _wire_asking(self) -> None:
        begun = gr.on(
            [self.question.submit, self.send.click],
            None,
            [self.question],
            [self.question, self.asked, self.mode, self.pending, self.conversation],
            js="(words) => citespan.begin(words)",
            api_visibility="private",
        )
        answered = begun.then(
            self._ask,
            [self.asked, self.mode, self.conversation, self.where, self.since, self.until],
            [self.transcript, self.pending, self.conversation, self.evidence],
            concurrency_id="ask",
            concurrency_limit=CORES,
            **SLOW,
        )
        answered.then(None, [self.conversation], None, js="(c) => citespan.end(c)", api_visibility="private")
        self.transcript.cite(self._cite, None, self.evidence, **QUICK)
        self.cited.submit(self._lookup, self.cited, self.evidence, **QUICK)
        self.reopen.click(
            self._reopen, self.conversation, [self.transcript, self.evidence], js="() => [citespan.present()]", **QUICK
        )
        narrowed = [self.where, self.since, self.until]
        for each in narrowed:
            each.change(self._narrow, narrowed, self.filters, **QUICK)
        self.filters.clear(lambda: ([], "", "", ""), None, [*narrowed, self.filters], **QUICK)

    def _ask(
        self, asked: str, mode: str, conversation: Any, where: list[str], since: str, until: str
    ) -> Iterator[tuple[Any, ...]]:
        skip = gr.skip()
        if not asked:
            yield skip, skip, skip, skip
            return
        history = turns_from_json((conversation or {}).get("turns"))
        try:
            wanted = chat.filter_of(where, since, until)
        except CitespanError as error:
            turn = Turn(asked, asked, None, chat.one_line(error))
        else:
            for step in chat.ask(self.engine, asked, history, wanted, literal=mode == "literal"):
                if isinstance(step, chat.Working):
                    yield skip, view.working(asked, step.stage), skip, skip
                else:
                    turn = step
        turns = [*history, turn]
        kept = {"id": (conversation or {}).get("id"), "turns": turns_to_json(turns)}
        shown = chat.open_turn(self.engine, turn)
        yield self._shown(turns), "", kept, skip if shown is None else shown

    def _shown(self, turns: list[Turn]) -> str:
        if turns:
            return view.transcript(turns, feedback=self.folder is not None)
        return view.welcome(len(self._summaries()), (), read_only=self.read_only)

    def _cite(self, event: gr.EventData) -> str:
        data = event._data or {}
        return chat.open_citation(
            self.engine, str(data.get("id", "")), _span(data), [str(each) for each in data.get("around", [])][:100]
        )

    def _lookup(self, citation_id: str) -> str:
        return chat.open_citation(self.engine, citation_id)

    def _reopen(self, conversation: Any) -> tuple[str, str]:
        turns = turns_from_json((conversation or {}).get("turns"))
        shown = chat.open_turn(self.engine, turns[-1]) if turns else None
        return self._shown(turns), evidence.empty() if shown is None else shown

    def _load(self, conversation: Any, wanted: str) -> tuple[Any, ...]:
        transcript, paper = self._reopen(conversation)
        if wanted:
            paper = chat.open_citation(self.engine, wanted)
        return transcript, paper, *self._articles()

    def _narrow(self, where: list[str], since: str, until: str) -> str:
        try:
            words = chat.filter_words(chat.filter_of(where, since, until))
        except CitespanError as error:
            return articles.failed(chat.one_line(error))
        return "" if not words else (
            f'<p class="narrowed">Only {view.isolated(words)} '
            '<button type="button" class="link" data-act="clear">Clear</button></p>'
        )

    # ---- articles ----------------------------------------------------------------------------------------------------------

    def _wire_articles(self) -> None:
        changed = [self.listing, self.where]
        self.refresh.click(self._articles, None, changed, **QUICK)
        if self.read_only:
            return
        writing = {"concurrency_id": "write", "concurrency_limit": 1, **SLOW}
        self.files.upload(self._upload, self.files, [self.told, self.files, *changed], **writing)
        self.add.click(self._paste, [self.title, self.body], [self.told, self.title, self.body, *changed], **writing)
        self.listing.remove(self._remove, None, [self.told, *changed], **writing)

    def _summaries(self) -> list[Any]:
        try:
            return self.engine.sources()
        except CitespanError:
            return []

    def _articles(self) -> tuple[Any, ...]:
        try:
            summaries = self.engine.sources()
        except CitespanError as error:
            return articles.failed(chat.one_line(error)), gr.skip()
        choices = [(f"{each.title} — {each.source}", each.source) for each in summaries]
        return articles.listing(summaries, read_only=self.read_only), gr.Dropdown(choices=choices)

    def _upload(self, files: list[str] | None) -> tuple[Any, ...]:
        assert self.folder is not None  # noqa: S101 - the component is not there without a folder
        return articles.take_files(self.engine, self.folder, files or []), None, *self._articles()

    def _paste(self, title: str, body: str) -> tuple[Any, ...]:
        assert self.folder is not None  # noqa: S101
        told = articles.take_text(self.engine, self.folder, title or "", body or "")
        kept = 'role="alert"' in told
        return told, title if kept else "", body if kept else "", *self._articles()

    def _remove(self, event: gr.EventData) -> tuple[Any, ...]:
        source = str((event._data or {}).get("source", ""))
        try:
            self.engine.remove(source)
            if self.folder is not None:
                articles.forget(self.folder, source)
            told = articles.done(f"Removed {source}.")
        except CitespanError as error:
            told = articles.failed(chat.one_line(error))
        return told, *self._articles()


def _span(data: dict[str, Any]) -> Span | None:
    try:
        return Span(int(data["start"]), int(data["end"]))
    except (KeyError, TypeError, ValueError):
        return None
