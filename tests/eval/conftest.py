"""The small engine over the two articles of ``tests.eval.questions``."""

from __future__ import annotations

import pytest

from qa.pipeline import Citespan
from tests.eval.questions import ALEPPO, FERRY, TOLD
from tests.eval.small import small_engine


@pytest.fixture
def engine() -> Citespan:
    return small_engine([ALEPPO, FERRY], TOLD)
