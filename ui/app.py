"""The chat as a Gradio app, and the server that ``citespan serve`` starts.

build(engine, ...)  -> gr.Blocks          the page and the three endpoints
application(...)    -> ASGI application    the page behind its gate; for tests, and for other servers to mount
serve(engine, ...)                         runs until interrupted
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from qa.uploads import LARGEST
from ui.engine import Engine
from ui.server import Application, Gate, Names, is_loopback, parse_auth

if TYPE_CHECKING:
    import gradio as gr

Made = TypeVar("Made")
ASSETS = Path(__file__).parent / "assets"
# Set before Gradio is first imported: it phones home otherwise.
_QUIET = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}


def serve(
    engine: Engine,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    auth: str | None = None,
    folder: Path | str | None = None,
    read_only: bool = False,
    mcp: bool = False,
    allowed_hosts: str = "",
) -> None:
    """Serve the chat until interrupted.

    ``auth`` is ``USER:PASSWORD``. ``folder`` keeps uploads and feedback; without one both are switched off.
    ``allowed_hosts``: names of this server besides its address, with commas; see Names.
    Raises InputError for a malformed ``auth`` or a port that cannot be had.
    """
    import uvicorn

    names = Names.of(host, allowed_hosts)
    app = application(engine, auth=auth, folder=folder, read_only=read_only, mcp=mcp, names=names)
    if not is_loopback(host) and auth is None:
        print(
            f"citespan: warning: listening on {host} without --auth: anyone who reaches this machine can read"
            + (" the articles" if read_only else ", add and remove articles"),
            file=sys.stderr,
        )
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", ws="none", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    sock = _listen(host, port, config.backlog)
    shown = f"[{host}]" if ":" in host else host
    print(f"Citespan is listening on http://{shown}:{sock.getsockname()[1]}", file=sys.stderr)
    server.run(sockets=[sock])


def _listen(host: str, port: int, backlog: int) -> socket.socket:
    from qa.errors import InputError

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host.strip("[]"), port))
        # Before anyone is told of the address: whoever comes while the page still starts waits, and is not refused.
        sock.listen(backlog)
    except (OSError, OverflowError) as error:
        sock.close()
        raise InputError(
            f"expected to listen on {host} port {port}, found {_why_not(error)}; choose another --port or --host"
        ) from None
    sock.set_inheritable(True)
    return sock


def _why_not(error: OSError | OverflowError) -> str:
    from qa.reasons import in_words

    if isinstance(error, OverflowError):
        return "a number that is no port (0 to 65535)"
    if isinstance(error, socket.gaierror):
        return "no address by that name"
    if error.errno == errno.EADDRINUSE:
        return "another program that listens there"
    if error.errno == errno.EADDRNOTAVAIL:
        return "an address of another machine"
    if error.errno == errno.EACCES:
        return "that this port is for the administrator alone"
    return in_words(error)


def application(
    engine: Engine,
    *,
    auth: str | None = None,
    folder: Path | str | None = None,
    read_only: bool = False,
    mcp: bool = False,
    names: Names | None = None,
) -> Application:
    """The whole site as an ASGI application: Gradio behind the gate."""
    credentials = parse_auth(auth)
    site = _with_loop(lambda: _site(engine, folder=folder, read_only=read_only, mcp=mcp))
    return Gate(site, credentials, read_only=read_only or folder is None, names=names)


def _site(engine: Engine, *, folder: Path | str | None, read_only: bool, mcp: bool) -> Application:
    blocks = _page(engine, folder=folder, read_only=read_only)

    import gradio
    from fastapi import FastAPI

    script = "".join((ASSETS / name).read_text(encoding="utf-8") for name in ("page.js", "citespan.js"))
    site = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    mounted: Application = gradio.mount_gradio_app(
        site,
        blocks,
        path="/",
        footer_links=[],
        run_history=False,
        show_error=True,
        max_file_size=LARGEST,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=mcp,
        favicon_path=str(ASSETS / "favicon.png"),
        theme=theme(),
        css_paths=[ASSETS / "citespan.css"],
        head=f'<meta name="viewport" content="width=device-width, initial-scale=1"><script>{script}</script>',
    )
    # Only what was uploaded may be named as a file: Gradio checks that only where it launched the page itself.
    blocks.has_launched = True
    if mcp:
        from ui.api import speak_json

        speak_json(blocks)
    return mounted


def theme() -> gr.themes.Base:
    """Calm, and with fonts that come with Gradio: nothing is fetched."""
    import gradio as gr

    fonts = gr.themes.utils.fonts
    return gr.themes.Base(
        primary_hue="teal",
        neutral_hue="stone",
        radius_size="md",
        font=[
            fonts.LocalFont("IBM Plex Sans"),
            "system-ui",
            "sans-serif",
            fonts.LocalFont("Lora"),
        ],  # Lora: for articles
        font_mono=[fonts.LocalFont("IBM Plex Mono"), "ui-monospace", "monospace"],
    )


def build(engine: Engine, *, folder: Path | str | None = None, read_only: bool = False) -> gr.Blocks:
    """The page and the three public endpoints as Gradio Blocks."""
    return _with_loop(lambda: _page(engine, folder=folder, read_only=read_only))


def _page(engine: Engine, *, folder: Path | str | None, read_only: bool) -> gr.Blocks:
    os.environ.update(_QUIET)
    import gradio as gr

    from ui.api import add_endpoints, allow_left_out, fetch_nothing
    from ui.wiring.events import AT_ONCE, Events
    from ui.wiring.parts import lay_out

    kept = None if folder is None or read_only else Path(folder)
    with gr.Blocks(title="Citespan", analytics_enabled=False, delete_cache=(3600, 3600)) as page:
        Events(engine, kept).wire(page, lay_out(read_only=kept is None))
        add_endpoints(engine, at_once=AT_ONCE)
    page.queue(default_concurrency_limit=8, max_size=200)
    allow_left_out(page)
    fetch_nothing(page)
    made: gr.Blocks = page
    return made


def _with_loop(make: Callable[[], Made]) -> Made:
    """``make()`` inside a running event loop: where none runs, Gradio opens one and forgets to close it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:

        async def making() -> Made:
            return make()

        return asyncio.run(making())
    return make()
