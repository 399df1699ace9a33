"""The list of articles, and taking new ones in. Pure but for the upload folder; no Gradio."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from queue import SimpleQueue

from qa.errors import CitespanError, InputError
from qa.protocols import Progress
from qa.records import SourceSummary
from ui.chat import one_line
from ui.engine import Engine
from ui.markup import attributes, isolated, text

SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf", ".jsonl", ".csv")
LARGEST = 20 * 1024 * 1024
"""Bytes of one uploaded file, or of pasted text."""
MOST_STEPS = 10
"""Parts in which many files are indexed: enough to see it go on, few enough not to slow it down."""
_OUTCOMES = ("added", "updated", "already there")
SHOWN = 300
"""Articles listed; the rest are counted."""


def listing(summaries: Sequence[SourceSummary], *, read_only: bool) -> str:
    """The articles as an HTML list with counts, and a way to remove each unless ``read_only``."""
    if not summaries:
        return '<p class="none">No articles yet.</p>'
    passages = sum(each.passages for each in summaries)
    rows = "".join(_row(each, read_only) for each in summaries[:SHOWN])
    more = len(summaries) - SHOWN
    rest = f'<li class="rest">and {more:,} more</li>' if more > 0 else ""
    noun = "article" if len(summaries) == 1 else "articles"
    return f'<p class="count">{len(summaries):,} {noun}, {passages:,} passages</p><ul class="rows">{rows}{rest}</ul>'


def _row(each: SourceSummary, read_only: bool) -> str:
    dated = "" if each.published is None else f"{each.published.isoformat()} · "
    marks = attributes(data_source=each.source, aria_label=f"Remove {each.title}", title="Remove")
    remove = "" if read_only else f'<button type="button" class="quiet" data-act="remove"{marks}>✕</button>'
    more = f" and {len(each.duplicates) - 1:,} more" if len(each.duplicates) > 1 else ""
    same = f" · near-duplicate of {isolated(each.duplicates[0])}{more}" if each.duplicates else ""
    return (
        f'<li><span class="what"><span class="title" dir="auto">{isolated(each.title)}</span>'
        f'<span class="meta">{isolated(each.source)} · {dated}{each.passages:,} passages, '
        f"{each.characters:,} characters{same}</span></span>{remove}</li>"
    )


def take_files(engine: Engine, folder: Path, files: Sequence[str]) -> Iterator[str]:
    """Copy uploaded files into the store's ``uploads`` folder and index them; stages, then what happened, as HTML."""
    kept, refused = dict[Path, str](), list[str]()
    for given in map(Path, files):
        try:
            kept[_keep(folder, given)] = given.name
        except CitespanError as error:
            refused.append(one_line(error))
        except OSError as error:
            refused.append(f"{given.name}: expected a file that can be copied, found: {error.strerror}; try again")
    yield from _Intake(engine, kept, refused).steps()


def take_text(engine: Engine, folder: Path, title: str, body: str) -> Iterator[str]:
    """Store pasted text as a file and index it; stages, then what happened, as HTML."""
    title, body = " ".join(title.split()), body.strip()
    if not body:
        yield failed("expected the text of an article, found none; paste it into the box")
        return
    whole = f"{title}\n\n{body}\n" if title else f"{body}\n"
    if len(whole.encode("utf-8", "surrogatepass")) > LARGEST:
        yield failed(f"expected at most {LARGEST // 2**20} MiB of text, found more; split it")
        return
    mark = sha256(whole.encode("utf-8", "replace")).hexdigest()[:8]
    path = _uploads(folder) / f"pasted-{_safe(title or body[:40])[:40].strip('-')}-{mark}.txt"
    path.write_bytes(whole.encode("utf-8", "replace"))
    yield from _Intake(engine, {path: title or "the text"}, []).steps()


def forget(folder: Path, source: str, left: Iterable[str]) -> None:
    """Delete the uploaded original of an article that was removed, unless it holds others that are ``left``.

    Files outside the ``uploads`` folder are never touched.
    """
    name = source.partition("#")[0]
    path, uploads = Path(name).resolve(), (folder / "uploads").resolve()
    if path.parent == uploads and path.is_file() and all(each.partition("#")[0] != name for each in left):
        path.unlink()


def failed(message: str) -> str:
    """One line about what did not work."""
    return f'<p class="failed" role="alert">{text(message)}</p>'


def done(message: str) -> str:
    """One line about what was done."""
    return f'<p class="done" role="status">{text(message)}</p>'


def taking(words: str, ready: int, total: int) -> str:
    """What is being done with new articles."""
    bar = f"<progress{attributes(max=total, value=ready, aria_label='Files added')}></progress>" if total > 1 else ""
    pulse = '<span class="pulse" aria-hidden="true"></span>'
    return f'<div class="taking"><p class="stage" role="status">{pulse}<span>{isolated(words)}…</span></p>{bar}</div>'


def _uploads(folder: Path) -> Path:
    uploads = folder / "uploads"
    uploads.mkdir(parents=True, exist_ok=True)
    return uploads


def _safe(name: str) -> str:
    """A file name without separators, control or direction signs; letters of any script stay."""
    return re.sub(r"[^\w.-]+", "-", name).strip(".-") or "article"


def _keep(folder: Path, given: Path) -> Path:
    suffix = given.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"{given.name}: expected one of {', '.join(SUFFIXES)}, found {suffix or 'no suffix'}; convert it"
        )
    size = given.stat().st_size
    if size > LARGEST:
        raise InputError(f"{given.name}: expected at most {LARGEST // 2**20} MiB, found {size / 2**20:.1f}; split it")
    stem = _safe(given.stem)[:80]
    data = given.read_bytes()
    target = _uploads(folder) / f"{stem}{suffix}"
    if target.exists() and target.read_bytes() != data:  # another article by the same name: keep both
        target = target.with_name(f"{stem}-{sha256(data).hexdigest()[:8]}{suffix}")
    shutil.copyfile(given, target)
    return target


@dataclass(frozen=True, slots=True)
class _Intake:
    """Files being taken in, with the names that people know them by, and what became of them so far."""

    engine: Engine
    names: Mapping[Path, str]
    refused: list[str]
    counts: Counter[str] = field(default_factory=Counter)

    def steps(self) -> Iterator[str]:
        """Index the files, a few at a time; stages, then what happened."""
        paths = list(self.names)
        size = max(1, -(-len(paths) // MOST_STEPS))
        for begin in range(0, len(paths), size):
            yield from self._stages(paths[begin : begin + size], begin)
        words = ", ".join(f"{self.counts[what]:,} {what}" for what in _OUTCOMES if self.counts[what])
        told = done(f"{words}. You can ask about it now.") if words else ""
        yield told + "".join(failed(each) for each in self.refused)

    def _stages(self, part: Sequence[Path], begin: int) -> Iterator[str]:
        """Index one part in a thread of its own and say what it is at: reading, then embedding."""
        heard: SimpleQueue[int | None] = SimpleQueue()
        total, last = len(self.names), begin + len(part)
        which = f"files {begin + 1} to {last} of {total}"
        if len(part) == 1:
            which = f"{self.names[part[0]]} ({last} of {total})"
        yield taking(f"Reading {which}", begin, total)
        with ThreadPoolExecutor(1, "index") as pool:
            future = pool.submit(self._index, part, lambda _stage, read, _of: heard.put(read))
            future.add_done_callback(lambda _: heard.put(None))
            for read in iter(heard.get, None):
                many = f": {read:,} articles" if read > len(part) else ""
                yield taking(f"Embedding {which}{many}", begin, total)
            future.result()

    def _index(self, part: Sequence[Path], progress: Progress) -> None:
        """Index some files. One that failed as a whole is not kept."""
        try:
            report = self.engine.index([str(each) for each in part], progress=progress)
        except CitespanError as error:
            self.refused.append(f"{', '.join(self.names[each] for each in part)}: {one_line(error)}")
            return
        self.counts.update(dict(zip(_OUTCOMES, (report.added, report.updated, report.unchanged), strict=True)))
        for each in report.failed:
            file, _, row = each.path.partition("#")
            path = next((path for path in part if path.name == Path(file).name), Path(file))
            name = self.names.get(path, path.name)
            self.refused.append(f"{name}{', row ' + row if row else ''}: {' '.join(each.error.split())}")
            if not row and path in self.names:
                path.unlink(missing_ok=True)
