"""The components of the page and where they stand. What they look like is in ``assets/citespan.css``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from qa.uploads import LARGEST, SUFFIXES
from ui import evidence

HIDDEN: dict[str, Any] = {"visible": "hidden", "container": False, "show_label": False}

# Custom events need their names, in quotes, in the script: that is how gr.HTML knows them.
_TRANSCRIPT = "citespan.onTranscript(element, trigger, ['cite', 'feedback']); watch('value', () => citespan.shown())"
_EVIDENCE = "citespan.onEvidence(element); watch('value', () => requestAnimationFrame(citespan.showSpan))"
_LISTING = "citespan.onSources(element, trigger, ['remove'])"
_FILTERS = "citespan.onFilters(element, trigger, ['clear'])"

_HEADER = (
    '<header id="top"><button type="button" class="quiet" data-page="side" aria-expanded="false" '
    'aria-controls="side" id="menu">Menu</button><h1>Citespan</h1><p>Answers in the articles’ own words</p>'
    '<span class="space"></span><button type="button" class="quiet" data-page="dark" '
    'aria-label="Switch between light and dark">◐</button></header>'
)
_CONVERSATIONS = (
    '<section aria-label="Conversations"><h2>Conversations</h2>'
    '<button type="button" class="strong" data-page="new">New conversation</button>'
    '<p class="none">None yet: ask something.</p><ul class="rows"></ul>'
    '<p class="export">Export this one: <button type="button" class="link" data-page="md">Markdown</button> '
    '<button type="button" class="link" data-page="json">JSON</button></p></section>'
)


@dataclass(frozen=True, slots=True)
class Adding:
    """What takes new articles in; not there on a read-only page."""

    files: gr.File
    title: gr.Textbox
    body: gr.Textbox
    add: gr.Button


@dataclass(frozen=True, slots=True)
class Parts:
    """Every component that some event reads or writes."""

    transcript: gr.HTML
    pending: gr.HTML
    evidence: gr.HTML
    filters: gr.HTML
    question: gr.Textbox
    send: gr.Button
    where: gr.Dropdown
    since: gr.Textbox
    until: gr.Textbox
    listing: gr.HTML
    told: gr.HTML
    adding: Adding | None
    cited: gr.Textbox
    # never seen: what the script and the server hand each other
    asked: gr.Textbox
    mode: gr.Textbox
    wanted: gr.Textbox
    conversation: gr.JSON
    exported: gr.Textbox
    reopen: gr.Button
    look: gr.Button
    refresh: gr.Button
    export_md: gr.Button
    export_json: gr.Button


def lay_out(*, read_only: bool) -> Parts:
    """Create the components inside the Blocks being built."""
    gr.HTML(_HEADER, elem_id="header")
    with gr.Row(elem_id="layout", equal_height=False):
        with gr.Column(elem_id="side"):
            gr.HTML(_CONVERSATIONS, elem_id="conversations")
            with gr.Accordion("Narrow", open=False, elem_id="narrow"):
                where = gr.Dropdown(  # any value goes: what is not an article (any more) is said in one line
                    [],
                    value=[],
                    multiselect=True,
                    allow_custom_value=True,
                    label="Only these articles",
                    elem_id="where",
                )
                since = gr.Textbox(label="Published from", placeholder="2016-12-01", max_lines=1, elem_id="since")
                until = gr.Textbox(label="Published up to", placeholder="2016-12-31", max_lines=1, elem_id="until")
            with gr.Accordion("Articles", open=False, elem_id="articles"):
                listing = gr.HTML("", elem_id="listing", js_on_load=_LISTING)
                told = gr.HTML("", elem_id="told")
                adding = None if read_only else _adding()
            with gr.Accordion("Look a citation up", open=False, elem_id="lookup"):
                cited = gr.Textbox(
                    label="Citation id", placeholder="004_b8f2.k3q:4121-4138~x7ab", max_lines=1, elem_id="cited"
                )
        with gr.Column(elem_id="chat"):
            with gr.Column(elem_id="thread"):
                transcript = gr.HTML("", elem_id="transcript", js_on_load=_TRANSCRIPT)
                pending = gr.HTML("", elem_id="pending")
            with gr.Column(elem_id="ask"):
                filters = gr.HTML("", elem_id="filters", js_on_load=_FILTERS)
                with gr.Row(elem_id="asking"):
                    question = gr.Textbox(
                        label="Your question",
                        placeholder="Ask the articles…",
                        lines=1,
                        max_lines=5,
                        autofocus=True,
                        container=False,
                        scale=1,
                        elem_id="question",
                    )
                    send = gr.Button("Ask", variant="primary", scale=0, min_width=72, elem_id="send")
        with gr.Column(elem_id="paper"):
            paper = gr.HTML(evidence.empty(), elem_id="evidence", js_on_load=_EVIDENCE)
    return Parts(
        transcript=transcript,
        pending=pending,
        evidence=paper,
        filters=filters,
        question=question,
        send=send,
        where=where,
        since=since,
        until=until,
        listing=listing,
        told=told,
        adding=adding,
        cited=cited,
        asked=gr.Textbox(elem_id="asked", **HIDDEN),
        mode=gr.Textbox(elem_id="mode", **HIDDEN),
        wanted=gr.Textbox(elem_id="wanted", **HIDDEN),
        conversation=gr.JSON(visible=False),
        exported=gr.Textbox(elem_id="exported", **HIDDEN),
        reopen=gr.Button(elem_id="reopen", visible="hidden"),
        look=gr.Button(elem_id="look", visible="hidden"),
        refresh=gr.Button(elem_id="refresh", visible="hidden"),
        export_md=gr.Button(elem_id="export-md", visible="hidden"),
        export_json=gr.Button(elem_id="export-json", visible="hidden"),
    )


def _adding() -> Adding:
    files = gr.File(
        label="Add files",
        file_count="multiple",  # no file_types: the server refuses by name what it cannot take, and takes the rest
        height=120,
        elem_id="files",
    )
    kinds = ", ".join(SUFFIXES)
    gr.HTML(f"<p>{kinds}; up to {LARGEST // 2**20} MiB each</p>", elem_id="kinds")
    return Adding(
        files=files,
        title=gr.Textbox(label="Or paste: title", max_lines=1, elem_id="paste-title"),
        body=gr.Textbox(label="Text of the article", lines=4, max_lines=8, elem_id="paste-text"),
        add=gr.Button("Add this text", elem_id="paste", size="sm"),
    )
