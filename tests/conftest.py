"""What every test relies on: no network, no telemetry, a store of the seeds made once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parent.parent
OFFLINE = Path(__file__).parent / "offline"

# Before any library is imported: these are read at import time, and children inherit them.
os.environ |= {
    "PYTHONPATH": os.pathsep.join(filter(None, [str(OFFLINE), os.environ.get("PYTHONPATH")])),
    "HF_HUB_OFFLINE": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "ANONYMIZED_TELEMETRY": "False",
    "TOKENIZERS_PARALLELISM": "false",
}
import tests.offline.sitecustomize  # noqa: E402, F401 - refuses the network from here on

# The same examples at every run, however busy the machine; `pytest --hypothesis-profile=explore` looks for others.
_SLOW = (HealthCheck.too_slow,)
settings.register_profile("default", deadline=None, max_examples=60, derandomize=True, suppress_health_check=_SLOW)
settings.register_profile("explore", deadline=None, max_examples=2000, suppress_health_check=_SLOW)
settings.load_profile("default")

if TYPE_CHECKING:
    from qa.pipeline import Citespan


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own CITESPAN_ variables must not change what is tested."""
    for name in [name for name in os.environ if name.startswith("CITESPAN_") and name != "CITESPAN_SOAK"]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def seeds_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real store of the two seed articles, for reading only."""
    from qa.factory import open_citespan
    from qa.settings import Settings

    folder = tmp_path_factory.mktemp("seeds") / "store"
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        engine = open_citespan(Settings(store=str(folder)), create=True)
        report = engine.index(["seeds/"])
        engine.close()
    finally:
        os.chdir(before)
    if report.failed or report.documents != 2:
        raise RuntimeError(f"the seeds could not be indexed: {report}")
    return folder


@pytest.fixture(scope="session")
def seeds_engine(seeds_store: Path) -> Iterator[Citespan]:
    """The whole real pipeline over the seeds, with the packaged models."""
    from qa.factory import open_citespan
    from qa.settings import Settings

    engine = open_citespan(Settings(store=str(seeds_store)))
    yield engine
    engine.close()
