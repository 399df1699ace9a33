"""``citespan serve --mcp``: the three endpoints as tools, and nothing else."""

from __future__ import annotations

import asyncio
import gc
import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.ui.serving import served

if TYPE_CHECKING:
    from tests.ui.tiny_engine import TinyEngine

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")


@pytest.fixture
def url(engine: TinyEngine, tmp_path: Path) -> Iterator[str]:
    with served(engine, tmp_path, mcp=True, auth="bob:secret") as site:
        yield f"{site.url}/gradio_api/mcp/"


async def talk(url: str) -> tuple[list[Any], Any, Any]:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    headers = {"Authorization": "Basic " + b64encode(b"bob:secret").decode()}
    async with streamablehttp_client(url, headers=headers) as (read, write, _), ClientSession(read, write) as session:
        await session.initialize()
        tools = (await session.list_tools()).tools
        asked = await session.call_tool("ask", {"question": "Who negotiated the ceasefire?"})
        wrong = await session.call_tool("cite", {"id": "nonsense"})
    return tools, asked, wrong


@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
def test_an_agent_sees_three_tools_and_asks(url: str) -> None:
    tools, asked, wrong = asyncio.run(talk(url))
    gc.collect()  # what the client left open complains here, and in no other test
    assert sorted(tool.name for tool in tools) == ["ask", "cite", "sources"]
    assert all(tool.description for tool in tools)
    (ask,) = [tool for tool in tools if tool.name == "ask"]
    assert set(ask.inputSchema["properties"]) == {"question", "sources", "since", "until"}
    reply = json.loads(asked.content[0].text)
    assert reply["answer"] == "Turkey and Russia"
    assert "expected a citation id" in wrong.content[0].text
