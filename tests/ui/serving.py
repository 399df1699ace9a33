"""The app on a free port of the loopback, in this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


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
    yield Site(f"http://127.0.0.1:{port}", engine, folder)
    server.should_exit = True
    thread.join(10)
