"""Arrays that can always be made again from the store, kept beside it so that opening is quick.

Each set belongs to one generation of the store. It is written aside and renamed, so it is there whole or not at all; a
set that does not load is as good as none.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[Any]]
    Named = tuple[str, NDArray[Any] | Iterator[NDArray[Any]]]

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

    def save(self, generation: str, arrays: Iterable[Named], size: int) -> bool:
        """Keep a set of ``size`` passages in place of all others; whether that was done: failing only costs time later.

        ``arrays``: by name, one after the other; instead of an array, its parts, so that it need never be held whole.
        """
        if self._folder is None:
            return False
        old = self._kept()
        done = size >= self._worth and self._saved(self._folder, generation, arrays)
        for path in old:
            shutil.rmtree(path, ignore_errors=True)
        return done

    def _saved(self, folder: Path, generation: str, arrays: Iterable[Named]) -> bool:
        aside = folder / f"new-{self._name}-{os.getpid()}"
        done = False
        try:
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir(parents=True)
            names = []
            for name, array in arrays:
                names.append(name)
                _write(aside / f"{name}.npy", array)
            (aside / "about.json").write_text(json.dumps({"format": FORMAT, "arrays": names}), "utf-8")
            aside.rename(folder / f"{self._name}-{generation}")
            done = True
        except OSError:
            """Another time."""
        finally:
            if not done:
                shutil.rmtree(aside, ignore_errors=True)
        return done

    def _kept(self) -> list[Path]:
        try:
            return [] if self._folder is None else list(self._folder.glob(f"{self._name}-*"))
        except OSError:
            return []


def _write(path: Path, array: NDArray[Any] | Iterator[NDArray[Any]]) -> None:
    """In NumPy's format, whose header has room for more rows than it says at first."""
    if isinstance(array, np.ndarray):
        np.save(path, array)
        return
    with path.open("wb") as stream:
        rows = 0
        for part in array:
            if not rows:
                _write_header(stream, part, rows)
            stream.write(np.ascontiguousarray(part).data)
            rows += len(part)
        if rows:
            stream.seek(0)
            _write_header(stream, part, rows)


def _write_header(stream: BinaryIO, like: NDArray[Any], rows: int) -> None:
    form = {"descr": np.lib.format.dtype_to_descr(like.dtype), "fortran_order": False, "shape": (rows, *like.shape[1:])}
    np.lib.format.write_array_header_1_0(stream, form)


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
