"""A tiny engine over the real seeds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.ui.tiny_engine import TinyEngine, document

SEEDS = Path(__file__).parents[2] / "seeds"
A, B = "seeds/000_973add20a1fe39af.txt", "seeds/004_b8f2ff7c7e3e8278.txt"
CEASEFIRE = "The ceasefire was negotiated by Turkey and Russia, without U.S. involvement."
REPORTS = "The reports we had are of people being shot in the street trying to flee and shot in their homes"

Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture
def engine() -> TinyEngine:
    """See seeds_engine."""
    return seeds_engine()


def seeds_engine() -> TinyEngine:
    """Two articles and three questions that it can answer."""
    documents = [
        document(source, (SEEDS.parent / source).read_bytes().decode("utf-8"), date(2016, 12, 13)) for source in (A, B)
    ]
    return TinyEngine(
        documents,
        {
            "Who negotiated the ceasefire?": ((B, "Turkey and Russia", CEASEFIRE),),
            "Who is Rupert Colville?": (
                (A, "a UN Spokesman", f"“{REPORTS},” said Rupert Colville, a UN Spokesman."),
                (B, "UN spokesman", f'"{REPORTS}," UN spokesman Rupert Colville said.'),
            ),
            "What did people say?": ((A, REPORTS, REPORTS), (B, REPORTS, REPORTS)),
        },
    )


@pytest.fixture
def run() -> Iterator[Run]:
    """Runs coroutines on a loop that is closed again; Gradio would make one of its own and leave it open."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop.run_until_complete
    asyncio.set_event_loop(None)
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
