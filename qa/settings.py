"""Every setting once: its environment variable, default and meaning. The command's flags set the same names."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from qa.errors import SettingsError

PREFIX = "CITESPAN_"
_SWITCHES = ("CITESPAN_DEBUG", "CITESPAN_SOAK")
"""Variables of ours that are for developers and set nothing here."""
_KINDS: dict[str, Callable[[str], str | int | float]] = {"str": str, "int": int, "float": float}
_WORDS = {"int": "a whole number", "float": "a number"}
_FLAGS = ("top_k", "threshold", "passage_tokens")
"""The numbers that can be given on the command line too."""


def _setting(default: Any, meaning: str, low: float | None = None, high: float | None = None, *, or_: str = "") -> Any:
    """``or_``: what the default stands for, where it lies outside of the range."""
    return field(default=default, metadata={"meaning": meaning, "low": low, "high": high, "or": or_})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that can be set. ``store`` reads the environment variable CITESPAN_STORE, and so on for each name."""

    store: str = _setting(".citespan", "folder of the store, or the URL of a Chroma server")
    embedder: str = _setting(
        "packaged", "'packaged' (all-MiniLM-L6-v2) or a sentence-transformers model folder or name"
    )
    reader: str = _setting("packaged", "'packaged', 'baseline', or a folder or ONNX file of an extractive reader")
    top_k: int = _setting(8, "passages that the reader may read for a question", 1, 100)
    candidates: int = _setting(50, "passages that each retriever hands to the fusion", 1, 1000)
    dense_weight: float = _setting(
        0.5, "weight of the ranking by meaning (dense) in the fusion; BM25, the ranking by words, has the rest", 0, 1
    )
    threshold: float = _setting(
        -1.0,
        "refuse below this confidence; -1: the one the reader was calibrated with",
        0,
        1,
        or_="-1 for the one the reader was calibrated with",
    )
    passage_tokens: int = _setting(160, "budget of a passage in tiktoken tokens", 16, 512)
    overlap_sentences: int = _setting(1, "sentences that neighbouring passages share", 0, 5)
    threads: int = _setting(0, "threads for models; 0: one per core", 0, 256)
    max_question: int = _setting(2000, "longest question taken, in characters", 1, 100_000)
    allowed_hosts: str = _setting(
        "", "names that the chat answers to besides its address, with commas (a proxy's); '*': any"
    )
    tenant: str = _setting("default_tenant", "tenant on a Chroma server")
    database: str = _setting("default_database", "database on a Chroma server")
    token: str = _setting("", "bearer token sent to a Chroma server")
    headers: str = _setting("", "further HTTP headers sent to a Chroma server, one 'Name: value' a line")

    def __post_init__(self) -> None:
        for each in fields(self):
            low, high = each.metadata["low"], each.metadata["high"]
            value = getattr(self, each.name)
            also = each.metadata["or"]
            if low is not None and not (low <= value <= high or (also and value == each.default)):
                wanted = f"a number from {low} to {high}" + (f", or {also}" if also else "")
                flag = f"--{each.name.replace('_', '-')} or " if each.name in _FLAGS else ""
                raise SettingsError(
                    f"{each.name}: expected {wanted}, found {value}; change {flag}{PREFIX}{each.name.upper()}"
                )


def load_settings(environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Settings from the environment, then from ``overrides``; an override of ``None`` counts as not given.

    Raises SettingsError for a value of the wrong type or an unknown CITESPAN_ variable.
    """
    environ = os.environ if environ is None else environ
    known = {each.name: each for each in fields(Settings)}
    values: dict[str, Any] = {}
    for key, text in environ.items():
        if not key.startswith(PREFIX) or key in _SWITCHES:
            continue
        name = key.removeprefix(PREFIX).lower()
        if name not in known:
            raise SettingsError(f"{key}: expected one of {', '.join(PREFIX + n.upper() for n in known)}; unset it")
        kind = _KINDS[str(known[name].type)]
        try:
            values[name] = kind(text)
        except ValueError:
            wanted = _WORDS[str(known[name].type)]
            raise SettingsError(f"{key}: expected {wanted}, found {text!r}; change or unset it") from None
    values |= {name: value for name, value in overrides.items() if value is not None}
    return Settings(**values)
