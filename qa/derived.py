"""Arrays that can always be made again from the store, kept beside it so that opening is quick.

Each set belongs to one generation of the store. It is written aside and renamed, so it is there whole or not at all; a
set that does not load is as good as none.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[Any]]

FORMAT = 1
WORTH = 2000
"""Fewer passages than this are derived again in no time: nothing is kept."""


class Derived:
    """The sets called ``name`` in ``folder``; ``None``: nothing is kept."""

    def __init__(self, folder: Path | None, name: str, worth: int = WORTH) -> None:
        self._folder = folder
        self._name = name
        self._worth = worth

    def load(self, generation: str) -> tuple[str, Arrays] | None:
        """The set of that generation, else the newest other one to start from; with the generation it is of."""
        if self._folder is None:
            return None
        exact = self._folder / f"{self._name}-{generation}"
        for path in [exact, *sorted(self._kept(), key=_age)]:
            try:
                about = json.loads((path / "about.json").read_text("utf-8"))
                if about["format"] == FORMAT:
                    arrays = {each: np.load(path / f"{each}.npy", mmap_mode="r") for each in about["arrays"]}
                    return path.name.removeprefix(f"{self._name}-"), arrays
            except (OSError, EOFError, ValueError, KeyError, TypeError):
                continue
        return None

    def save(self, generation: str, arrays: Arrays, size: int) -> None:
        """Keep a set of ``size`` passages in place of all others. Failing only costs time at the next opening."""
        if self._folder is None:
            return
        old = self._kept()
        if size >= self._worth:
            aside = self._folder / f"new-{self._name}-{os.getpid()}"
            try:
                shutil.rmtree(aside, ignore_errors=True)
                aside.mkdir(parents=True)
                for name, array in arrays.items():
                    np.save(aside / f"{name}.npy", array)
                (aside / "about.json").write_text(json.dumps({"format": FORMAT, "arrays": list(arrays)}), "utf-8")
                aside.rename(self._folder / f"{self._name}-{generation}")
            except OSError:
                shutil.rmtree(aside, ignore_errors=True)
        for path in old:
            shutil.rmtree(path, ignore_errors=True)

    def _kept(self) -> list[Path]:
        try:
            return [] if self._folder is None else list(self._folder.glob(f"{self._name}-*"))
        except OSError:
            return []


def _age(path: Path) -> float:
    try:
        return -path.stat().st_mtime
    except OSError:
        return 0.0


def pack_strings(strings: Sequence[str]) -> NDArray[np.uint8]:
    """Strings as one array of bytes."""
    return np.frombuffer(json.dumps(list(strings), ensure_ascii=True).encode("ascii"), np.uint8)


def unpack_strings(packed: NDArray[np.uint8]) -> list[str]:
    """The inverse of ``pack_strings``."""
    return [str(each) for each in json.loads(packed.tobytes())]
