"""A question set's file -> ``Dataset``, checked row by row before anything is asked."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from eval.dataset.checks import check_rows
from eval.dataset.formats import PARSERS
from eval.dataset.records import Dataset, Trouble
from qa.errors import CitespanError, DatasetError
from qa.reasons import in_words

_SHOWN = 20
"""Bad rows that are named one by one."""
_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


def load_dataset(path: str | Path, *, skip_bad: bool = False) -> Dataset:
    """The question set in ``path``: our JSON Lines, SQuAD v1.1 or v2.0, MRQA, or CSV; gzip is opened as needed.

    Raises DatasetError naming the bad rows; with ``skip_bad`` only when no good row is left. What was skipped, and what
    only deserves a look (the same question twice), stands in ``troubles``.
    """
    dataset = _read_dataset(path)
    refuse(dataset.path, dataset.troubles, skip_bad=skip_bad, good=len(dataset.questions))
    return dataset


def read_dataset(path: str | Path, *, skip_bad: bool) -> Dataset:
    """The same, for those who seek its golds in a store, may find more bad rows, and ``refuse`` all of them at once.

    Raises DatasetError where nothing is left to be sought: the set brings its own texts, or no good row is left.
    """
    dataset = _read_dataset(path)
    if dataset.brings_text or not dataset.questions:  # in the set's own texts its golds have been sought already
        refuse(dataset.path, dataset.troubles, skip_bad=skip_bad, good=len(dataset.questions))
    return dataset


def _read_dataset(path: str | Path) -> Dataset:
    path = Path(path)
    raw = _read(path)
    if not raw.strip():
        raise DatasetError(f"{path}: expected questions, found an empty file; see the README for the formats")
    text = _decode(raw, path)
    form = _recognise(text, path)
    checked = check_rows(PARSERS[form](text), stem=path.name.partition(".")[0])
    return Dataset(
        path=str(path),
        format=form,
        sha256=sha256(raw).hexdigest(),
        questions=checked.questions,
        paragraphs=checked.paragraphs,
        troubles=checked.troubles,
    )


def refuse(path: Path | str, troubles: Iterable[Trouble], *, skip_bad: bool, good: int) -> None:
    """Raises DatasetError when rows are bad and may not be skipped, or when no good one is left."""
    bad = [each for each in troubles if each.fatal]
    if good and (skip_bad or not bad):
        return
    if not bad:
        raise DatasetError(f"{path}: expected questions, found none; see the README for the formats")
    listed = "; ".join(f"row {each.row}: {each.what}" for each in bad[:_SHOWN])
    more = f"; and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
    hint = "mend them, or pass --skip-bad to run the good ones" if good else "mend them: no good row is left"
    rows = f"{len(bad)} bad row{'s' if len(bad) > 1 else ''} and {good} good"
    raise DatasetError(f"{path}: expected a sound question set, found {rows} ({hint}): {listed}{more}")


@contextmanager
def bad_rows_first(dataset: Dataset, *, skip_bad: bool) -> Iterator[None]:
    """Around the search for golds in a store: what is wrong with the store is told after the rows bad without it."""
    try:
        yield
    except CitespanError:
        refuse(dataset.path, dataset.troubles, skip_bad=skip_bad, good=len(dataset.questions))
        raise


def _read(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    except IsADirectoryError:
        raise DatasetError(f"{path}: expected a question file, found a folder; name the file in it") from None
    except FileNotFoundError:
        raise DatasetError(f"{path}: expected a question file, found nothing there; check the path") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise DatasetError(f"{path}: expected a readable question file, found damaged gzip; fetch it anew") from None
    except OSError as error:
        raise DatasetError(
            f"{path}: expected a readable question file, found {in_words(error)}; check its permissions"
        ) from None


def _decode(raw: bytes, path: Path) -> str:
    """UTF-8, or UTF-16 with its mark. Bytes that do not fit become lone surrogates, which tell the row."""
    codec = next((codec for mark, codec in _BOMS.items() if raw.startswith(mark)), "utf-8")
    if b"\x00" in raw[:1000] and codec != "utf-16":
        raise DatasetError(f"{path}: expected text, found a binary file; see the README for the formats")
    try:
        return raw.decode(codec, "strict" if codec == "utf-16" else "surrogateescape").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{path}: expected UTF-16 after its mark, found {in_words(error)}; save it as UTF-8"
        ) from None


def _recognise(text: str, path: Path) -> str:
    """The name of the parser, from the content; the suffix only tells CSV."""
    if not text.lstrip().startswith(("{", "[")):
        if ".csv" in path.suffixes:
            return "csv"
        raise DatasetError(f"{path}: expected JSON Lines, SQuAD JSON or a .csv file, found text that is none of them")
    first = text.lstrip().split("\n", 1)[0]
    try:
        row = json.loads(first)
    except (ValueError, RecursionError):
        row = None
    if isinstance(row, dict) and "data" not in row:
        return "mrqa" if "header" in row or "qas" in row else "jsonl"
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        if "\n{" in text.strip():
            return "jsonl"
        raise DatasetError(f"{path}: expected JSON, found {in_words(error)}; mend the file there") from None
    if isinstance(whole, dict) and isinstance(whole.get("data"), list):
        return "squad"
    found = f"keys {', '.join(map(repr, whole))}" if isinstance(whole, dict) else f"a {type(whole).__name__}"
    raise DatasetError(f"{path}: expected SQuAD JSON with a list 'data', or an object a line, found {found}")
