"""The three public endpoints, for programs and (with ``--mcp``) for agents. Stateless; JSON of the contract."""

from __future__ import annotations

from collections.abc import Callable
from json import dumps
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, TypeVar

from qa.errors import CitespanError, InputError
from qa.wire import citation_view_json, reply_json, sources_json
from ui.chat import filter_of, one_line
from ui.engine import Engine

if TYPE_CHECKING:
    import gradio as gr

Result = TypeVar("Result")


def add_endpoints(engine: Engine, *, at_once: int) -> None:
    """Add /ask, /cite and /sources to the Gradio Blocks being built."""
    import gradio as gr
    from gradio.events import api

    turn = BoundedSemaphore(at_once)

    def guarded(work: Callable[[], Result]) -> Result:
        try:
            return work()
        except CitespanError as error:
            raise gr.Error(one_line(error), print_exception=False) from None

    def answered(question: Any, sources: Any, since: Any, until: Any) -> dict[str, Any]:
        wanted = [sources] if isinstance(sources, str) else sources
        if not isinstance(wanted, list | tuple | None):
            raise InputError(f"sources: expected a list of source names, found {wanted!r:.40}; send a list")
        names = [text_of("sources", each) for each in wanted or ()]
        where = filter_of(names, text_of("since", since), text_of("until", until))
        return reply_json(engine.answer(text_of("question", question), where=where))

    def ask(
        question: str, sources: list[str] | None = None, since: str | None = None, until: str | None = None
    ) -> dict[str, Any]:
        """Answer a question in the articles' own words, with exact citations, or say that they do not answer it.

        Args:
            question: A question in plain English.
            sources: Only these articles may answer (their source names); all of them when left out.
            since: Only articles published on or after this date, YYYY-MM-DD.
            until: Only articles published on or before this date, YYYY-MM-DD.
        """
        with turn:
            return guarded(lambda: answered(question, sources, since, until))

    def cite(id: str) -> dict[str, Any]:  # noqa: A002 - the contract's name
        """Look a citation up again: the quote, where it stands, and the text around it.

        Args:
            id: A citation id from an answer, such as 004_b8f2:4121-4138~k3x7.
        """
        return guarded(lambda: citation_view_json(engine.cite(text_of("id", id))))

    def sources() -> list[dict[str, Any]]:
        """List the indexed articles: source, title, url, date, and how many passages and characters each has."""
        return guarded(lambda: sources_json(engine.sources()))

    # Unqueued, so that an agent's call needs no second connection to this server (which would lack the credentials).
    api(ask, api_name="ask", queue=False, concurrency_limit=at_once, concurrency_id="ask")
    api(cite, api_name="cite", queue=False, concurrency_limit=None)
    api(sources, api_name="sources", queue=False, concurrency_limit=None)


def text_of(name: str, value: Any) -> str:
    """What a caller sent as ``name``, which JSON lets be anything. Nothing is the empty string.

    Raises InputError for what is no string.
    """
    if value is not None and not isinstance(value, str):
        raise InputError(f"{name}: expected a string, found {value!r:.40}; put it in quotes")
    return "" if value is None else value


def allow_left_out(blocks: gr.Blocks) -> None:
    """Let callers leave arguments out at the end, as the contract has it; Gradio wants every one from curl."""
    from gradio.components.api_component import Api

    page: Any = blocks
    preprocess = page.preprocess_data

    async def padded(block_fn: Any, inputs: list[Any], *rest: Any, **named: Any) -> Any:
        missing = block_fn.inputs[len(inputs) :]
        if all(isinstance(each, Api) for each in missing):
            inputs = [*inputs, *(None for _ in missing)]
        return await preprocess(block_fn, inputs, *rest, **named)

    page.preprocess_data = padded


def fetch_nothing(blocks: gr.Blocks) -> None:
    """Refuse files that are named by a web address: Gradio would fetch them."""
    import gradio as gr

    page: Any = blocks
    preprocess = page.preprocess_data

    async def local(block_fn: Any, inputs: list[Any], *rest: Any, **named: Any) -> Any:
        if _names_an_address(inputs):
            raise gr.Error("expected an uploaded file, found a web address; upload it", print_exception=False)
        return await preprocess(block_fn, inputs, *rest, **named)

    page.preprocess_data = local


def _names_an_address(value: Any) -> bool:
    """Whether something in ``value`` has Gradio's form of a file, and an address for its path."""
    if isinstance(value, dict):
        path = value.get("path")
        named = "meta" in value and isinstance(path, str) and "://" in path
        return named or any(_names_an_address(each) for each in value.values())
    return isinstance(value, (list, tuple)) and any(_names_an_address(each) for each in value)


def speak_json(blocks: gr.Blocks) -> None:
    """Let the MCP tools answer in JSON; Gradio would print dictionaries as Python does."""
    server: Any = blocks.mcp_server_obj

    def as_json(data: list[Any], _root: str) -> list[Any]:
        return [server.types.TextContent(type="text", text=dumps(each, ensure_ascii=False)) for each in data]

    if server is not None:
        server.postprocess_output_data = as_json
