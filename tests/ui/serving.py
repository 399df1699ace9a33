"""The app on a free port of the loopback, in this process, and what is asked of it."""

from __future__ import annotations

import json
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx


@dataclass
class Site:
    """A served chat: where it listens, the engine behind it, and its folder."""

    url: str
    engine: Any
    folder: Path


@contextmanager
def served(engine: Any, folder: Path, **options: Any) -> Iterator[Site]:
    """The app on a free port of the loopback, in this process."""
    import uvicorn

    from ui.app import application

    app = application(engine, folder=folder, **options)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Site(f"http://127.0.0.1:{port}", engine, folder)
    finally:
        server.should_exit = True
        thread.join(10)


def basic(words: str) -> dict[str, str]:
    """The header that carries these credentials."""
    return {"Authorization": "Basic " + b64encode(words.encode()).decode()}


def call(url: str, name: str, *arguments: Any) -> tuple[str, Any]:
    """POST, then read the event stream, as the README does with curl; returns the last event and its data."""
    with httpx.Client(base_url=url, timeout=300) as client:
        begun = client.post(f"/gradio_api/call/{name}", json={"data": list(arguments)})
        stream = client.get(f"/gradio_api/call/{name}/{begun.json()['event_id']}")
    lines = [line for line in stream.text.splitlines() if line]
    return lines[-2].removeprefix("event: "), json.loads(lines[-1].removeprefix("data: "))
