"""The article beside the chat, with the cited span marked, as escaped HTML. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from qa.records import CitationView, Document, Span
from ui.markup import attributes, isolated, text
from ui.view import permalink

WINDOW = 60_000
"""Characters shown on each side of the span: a browser lays out no more than this with ease."""


def evidence(document: Document, view: CitationView, sentence: Span, around: Sequence[str]) -> str:
    """The article with ``view`` marked and its sentence shaded.

    ``around`` lists the citation ids of the same reply, for previous and next.
    """
    return (
        f'<article class="evidence" aria-label="Cited article"{attributes(data_source=document.source)}>'
        f"{_head(document, view)}{_tools(document, view, around)}"
        f'<div class="body" tabindex="0" role="region" aria-label="Article text" dir="auto">'
        f"{marked(document.text, Span(view.start, view.end), sentence)}</div></article>"
    )


def marked(whole: str, span: Span, sentence: Span) -> str:
    """The text with the span in a ``mark`` that holds exactly the quote, inside its shaded ``sentence``.

    Of a sentence too long to lay out (a base64 blob has no full stops) only what is near the span is shaded.
    """
    first, last = max(0, span.start - WINDOW), min(len(whole), span.end + WINDOW)
    outer = Span(max(first, sentence.start), min(last, sentence.end))
    place = attributes(id="cited-span", data_start=span.start, data_end=span.end)
    return (
        f"{'<span class=cut>… </span>' if first else ''}{text(whole[first : outer.start])}"
        f'<span class="shaded">{text(whole[outer.start : span.start])}'
        f"<mark{place}>{text(whole[span.start : span.end])}</mark>"
        f"{text(whole[span.end : outer.end])}</span>{text(whole[outer.end : last])}"
        f"{'<span class=cut> …</span>' if last < len(whole) else ''}"
    )


def _head(document: Document, view: CitationView) -> str:
    published = "" if document.published is None else f"<dt>Published</dt><dd>{document.published:%-d %B %Y}</dd>"
    url = document.url
    web = url is not None and url.startswith(("https://", "http://"))
    link = (
        f"<dt>Web</dt><dd><a{attributes(href=url, rel='noopener noreferrer', target='_blank')}>{isolated(url)}</a></dd>"
    )
    return (
        f'<header><h2 dir="auto">{isolated(document.title)}</h2><dl>{published}<dt>Source</dt>'
        f"<dd>{isolated(document.source)}</dd>{link if web else ''}"
        f"<dt>Characters</dt><dd>{view.start:,}–{view.end:,}</dd>"
        f"<dt>Citation</dt><dd><code>{text(view.id)}</code></dd></dl></header>"
    )


def _tools(document: Document, view: CitationView, around: Sequence[str]) -> str:
    at = around.index(view.id) if view.id in around else 0
    total = max(1, len(around))
    before = around[at - 1] if at > 0 else None
    after = around[at + 1] if at + 1 < len(around) else None
    reference = f"“{view.quote}” — {document.title}" + (
        "" if document.published is None else f", {document.published.isoformat()}"
    )
    copied = f"{reference}, {document.source}, characters {view.start}–{view.end} [{view.id}]"
    return (
        '<div class="tools" role="toolbar" aria-label="Citation tools">'
        f"{_step('Previous citation', '‹', before)}<span class=place>{at + 1} of {total}</span>"
        f"{_step('Next citation', '›', after)}"
        f'<button type="button" class="quiet" data-act="copy"{attributes(data_text=copied)}>Copy quote</button>'
        f'<a class="quiet" data-act="permalink"{attributes(href=permalink(view.id))}>Permanent link</a>'
        '<button type="button" class="quiet back" data-act="back">Back to the answer</button></div>'
    )


def _step(label: str, sign: str, target: str | None) -> str:
    marks = attributes(aria_label=label, data_act="step", data_to=target, disabled=target is None)
    return f'<button type="button" class="quiet step"{marks}>{sign}</button>'


def empty() -> str:
    """Before anything is cited."""
    return (
        '<div class="evidence blank"><h2>Evidence</h2><p>The cited article opens here, with the answer marked in it. '
        "Choose a number such as <span class=chip aria-hidden=true>1</span> beside an answer.</p></div>"
    )


def outdated(view: CitationView) -> str:
    """The article changed since it was cited."""
    return (
        f'<div class="evidence blank" role="alert"><h2>This citation no longer fits</h2><p>{isolated(view.title)} '
        f"({isolated(view.source)}) has changed since, and other words now stand at characters "
        f"{view.start:,}–{view.end:,}. Ask again to cite the present text.</p></div>"
    )


def failed(message: str) -> str:
    """One clear line instead of an article."""
    return f'<div class="evidence blank" role="alert"><h2>Nothing to show</h2><p>{text(message)}</p></div>'
