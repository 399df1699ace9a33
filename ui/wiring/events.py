"""What each event calls. Nothing of a visitor is held here: the conversation comes and goes with each request."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from qa.errors import CitespanError, InputError
from qa.uploads import forget
from ui import articles, chat, evidence, export, view
from ui.engine import Engine
from ui.examples import Examples
from ui.turns import Turn, turns_from_json, turns_to_json
from ui.wiring.parts import Parts

log = logging.getLogger("citespan.chat")
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
AT_ONCE = max(1, CORES // 2)
"""Questions answered at once; more wait in the queue. The reader runs on all cores: more at once would be slower."""
QUICK: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
SLOW: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


class Events:
    """The handlers of one page."""

    def __init__(self, engine: Engine, folder: Path | None) -> None:
        self.engine = engine
        self.folder = folder
        self.examples = Examples(engine)
        self.examples.now()  # starts looking, so that the first visitor finds them

    def wire(self, page: gr.Blocks, parts: Parts) -> None:
        """Connect every event of the page."""
        self._asking(parts)
        self._checking(parts)
        self._keeping(parts)
        self._narrowing(parts)
        self._shelf(parts)
        page.load(
            self.load,
            [parts.conversation, parts.wanted],
            [parts.transcript, parts.evidence, parts.listing, parts.where],
            js="() => citespan.boot()",
            **QUICK,
        )

    # ---- which event calls what ------------------------------------------------------------------------------------

    def _asking(self, parts: Parts) -> None:
        begun = gr.on(  # in the browser alone: the question shows at once
            [parts.question.submit, parts.send.click],
            None,
            [parts.question],
            [parts.question, parts.asked, parts.mode, parts.pending, parts.conversation],
            js="(words) => citespan.begin(words)",
            api_visibility="private",
            trigger_mode="multiple",
        )
        answered = begun.then(
            self.on_ask,
            [parts.asked, parts.mode, parts.conversation, parts.where, parts.since, parts.until],
            [parts.transcript, parts.pending, parts.conversation, parts.evidence],
            concurrency_id="ask",
            concurrency_limit=AT_ONCE,
            trigger_mode="multiple",
            **SLOW,
        )
        answered.then(
            None, [parts.conversation], [parts.pending], js="(c) => citespan.end(c)", api_visibility="private"
        )
        back = [parts.pending, parts.question]
        retold = "(asked, words) => citespan.failed(asked, words)"  # "then" does not follow a failure
        answered.failure(None, [parts.asked, parts.question], back, js=retold, api_visibility="private")

    def _checking(self, parts: Parts) -> None:
        # one at a time and the last click last: the browser sees to it. Gradio's own "always_last" repeats the first
        # click, "once" forgets the last.
        opened = parts.transcript.cite(self.on_cite, None, parts.evidence, trigger_mode="multiple", **QUICK)
        for ended in (opened.then, opened.failure):
            ended(None, None, None, js="() => citespan.opened()", api_visibility="private")
        looking = "(id) => citespan.lookUp(id)"
        parts.cited.submit(partial(chat.open_citation, self.engine), parts.cited, parts.evidence, js=looking, **QUICK)

    def _keeping(self, parts: Parts) -> None:
        present = "() => [citespan.present()]"
        opened = [parts.transcript, parts.evidence]
        last: dict[str, Any] = {"trigger_mode": "always_last", **QUICK}  # two quick clicks: the second counts
        parts.reopen.click(self.reopen, parts.conversation, opened, js=present, **last)
        parts.look.click(lambda: self._shown([]), None, parts.transcript, **QUICK)  # are there examples by now?
        exports = ((parts.export_md, "md", export.to_markdown), (parts.export_json, "json", export.to_json))
        for button, kind, made in exports:
            taken = button.click(partial(_exported, made), parts.conversation, parts.exported, js=present, **QUICK)
            saved = f"(words) => citespan.save('{kind}', words)"
            taken.then(None, parts.exported, None, js=saved, api_visibility="private")
        judged = parts.transcript.feedback(self.judge, None, [parts.transcript, parts.conversation], **QUICK)
        judged.then(None, parts.conversation, None, js="(c) => citespan.judged(c)", api_visibility="private")

    def _narrowing(self, parts: Parts) -> None:
        inputs: list[Any] = [parts.where, parts.since, parts.until]
        for each in inputs:
            each.change(narrow, inputs, parts.filters, **QUICK)
        parts.filters.clear(lambda: ([], "", "", ""), None, [*inputs, parts.filters], **QUICK)

    def _shelf(self, parts: Parts) -> None:
        changed = [parts.listing, parts.where]
        parts.refresh.click(self.shelf, None, changed, **QUICK)
        adding = parts.adding
        if adding is None:
            return
        # "multiple": files dropped while others are being read wait for their turn instead of being forgotten
        writing: dict[str, Any] = {
            "concurrency_id": "write",
            "concurrency_limit": 1,
            "trigger_mode": "multiple",
            **SLOW,
        }
        taken = [parts.told, adding.files, *changed]
        pasted = [adding.title, adding.body]
        at_once: dict[str, Any] = {"js": "() => citespan.taking()", "api_visibility": "private"}  # while others write
        adding.files.upload(None, None, parts.told, **at_once)
        adding.files.upload(self.upload, adding.files, taken, **writing)
        adding.add.click(None, None, parts.told, **at_once)
        adding.add.click(self.paste, pasted, [parts.told, *pasted, *changed], **writing)
        parts.listing.remove(self.remove, None, [parts.told, *changed], **writing)

    # ---- asking ------------------------------------------------------------------------------------------------------

    def on_ask(  # noqa: PLR0917 - Gradio passes one argument per component
        self,
        asked: str,
        mode: str,
        conversation: Any,
        where: list[str],
        since: str,
        until: str,
    ) -> Iterator[tuple[Any, ...]]:
        """Stages, then the conversation with the new turn, and its evidence."""
        skip = gr.skip()
        if not asked:
            yield skip, skip, skip, skip
            return
        history, turn = _turns(conversation), None
        try:
            wanted = chat.filter_of(where, since, until)
        except CitespanError as error:
            turn = Turn(asked, asked, None, chat.one_line(error))
        else:
            for step in chat.ask(self.engine, asked, history, wanted, literal=mode == "literal"):
                if isinstance(step, Turn):
                    turn = step
                else:
                    yield skip, view.working(asked, step.stage), skip, skip
        turns = history if turn is None else [*history, turn]
        shown = None if turn is None else chat.open_turn(self.engine, turn)
        yield self._shown(turns), "", _kept(conversation, turns), skip if shown is None else shown

    def _shown(self, turns: list[Turn]) -> str:
        if turns:
            return view.transcript(turns, feedback=self.folder is not None)
        found = self.examples.now()
        return view.welcome(len(self._summaries()), found, read_only=self.folder is None, looking=self.examples.looking)

    # ---- checking ----------------------------------------------------------------------------------------------------

    def on_cite(self, event: gr.EventData) -> str:
        """The evidence of the chip that was clicked."""
        data = event._data or {}
        around = [str(each) for each in data.get("around") or ()][:100]
        return chat.open_citation(self.engine, str(data.get("id", "")), around)

    # ---- keeping -----------------------------------------------------------------------------------------------------

    def load(self, conversation: Any, wanted: str) -> tuple[Any, ...]:
        """A page being opened: the conversation of this browser, or the citation of its address."""
        transcript, paper = self.reopen(conversation)
        if wanted:
            paper = chat.open_citation(self.engine, wanted)
        return transcript, paper, *self.shelf()

    def reopen(self, conversation: Any) -> tuple[str, str]:
        """Another conversation of this browser."""
        turns = _turns(conversation)
        shown = chat.open_turn(self.engine, turns[-1]) if turns else None
        return self._shown(turns), evidence.empty() if shown is None else shown

    def judge(self, event: gr.EventData) -> tuple[Any, ...]:
        """Feedback on a reply."""
        data = event._data or {}
        turns = _turns(data.get("conversation"))
        try:
            folder = self._writable()
            at = int(data.get("at", -1))
            if not 0 <= at < len(turns):
                raise InputError("expected a reply to judge, found none; reload the page")
            comment = str(data.get("comment") or "")
            turns[at] = chat.judge(self.engine, folder, turns[at], str(data.get("verdict")), comment)
        except CitespanError as error:
            return _warned(error), gr.skip()
        return self._shown(turns), _kept(data.get("conversation"), turns)

    # ---- articles ----------------------------------------------------------------------------------------------------

    def shelf(self) -> tuple[Any, ...]:
        """The list of articles, and the choices of the filter."""
        try:
            summaries = self.engine.sources()
        except CitespanError as error:
            return articles.failed(chat.one_line(error)), gr.skip()
        choices = [(f"{each.title} — {each.source}", each.source) for each in summaries]
        return articles.listing(summaries, read_only=self.folder is None), gr.Dropdown(choices=choices)

    def upload(self, files: list[str] | None) -> Iterator[tuple[Any, ...]]:
        """Files dropped: stages, then what came of it."""
        skip, told = gr.skip(), ""
        for told in self._taken(lambda folder: articles.take_files(self.engine, folder, files or [])):
            yield told, skip, skip, skip
        yield told, None, *self.shelf()

    def paste(self, title: str, body: str) -> Iterator[tuple[Any, ...]]:
        """Text pasted; it stays in the boxes when it could not be taken."""
        skip, told = gr.skip(), ""
        for told in self._taken(lambda folder: articles.take_text(self.engine, folder, title or "", body or "")):
            yield told, skip, skip, skip, skip
        refused = 'role="alert"' in told
        yield told, title if refused else "", body if refused else "", *self.shelf()

    def _taken(self, take: Callable[[Path], Iterator[str]]) -> Iterator[str]:
        try:
            yield from take(self._writable())
        except CitespanError as error:
            yield articles.failed(chat.one_line(error))
        except Exception:
            log.exception("taking articles in failed")
            yield articles.failed("something went wrong on the server; its log has the details; try again")

    def remove(self, event: gr.EventData) -> tuple[Any, ...]:
        """An article taken out, after the browser asked whether it is meant."""
        source = str((event._data or {}).get("source", ""))
        try:
            folder = self._writable()
            self.engine.remove(source)
        except CitespanError as error:
            return articles.failed(chat.one_line(error)), *self.shelf()
        forget(folder, source, [each.source for each in self._summaries()])
        return articles.done(f"Removed {source}."), *self.shelf()

    def _writable(self) -> Path:
        if self.folder is None:
            raise InputError("expected a server that takes changes, found a read-only one; drop --read-only")
        return self.folder

    def _summaries(self) -> list[Any]:
        try:
            return self.engine.sources()
        except CitespanError:
            return []


def narrow(where: list[str], since: str, until: str) -> str:
    """The line that says which filters are on."""
    try:
        words = chat.filter_words(chat.filter_of(where, since, until))
    except CitespanError as error:
        return articles.failed(chat.one_line(error))
    return view.narrowed(words)


def _turns(conversation: Any) -> list[Turn]:
    return turns_from_json(conversation.get("turns")) if isinstance(conversation, dict) else []


def _kept(conversation: Any, turns: list[Turn]) -> dict[str, Any]:
    return {"id": conversation.get("id") if isinstance(conversation, dict) else None, "turns": turns_to_json(turns)}


def _exported(made: Callable[[str, list[Turn]], str], conversation: Any) -> str:
    turns = _turns(conversation)
    return made(str(conversation.get("title") or ""), turns) if turns else ""


def _warned(error: CitespanError) -> Any:
    from ui.markup import text

    gr.Warning(text(chat.one_line(error)))
    return gr.skip()
