"""The list of articles, and what is said while new ones are taken in. No Gradio."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from qa.errors import CitespanError
from qa.protocols import Progress
from qa.records import SourceSummary
from qa.uploads import keep_file, keep_text
from ui.chat import one_line
from ui.engine import Engine
from ui.markup import attributes, isolated, text

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
    """Keep uploaded files in the store's folder of uploads and index them; stages, then what happened, as HTML."""
    kept, refused = dict[Path, str](), list[str]()
    for given in map(Path, files):
        try:
            kept[keep_file(folder, given)] = given.name
        except CitespanError as error:
            refused.append(one_line(error))
    yield from _Intake(engine, kept, refused).steps()


def take_text(engine: Engine, folder: Path, title: str, body: str) -> Iterator[str]:
    """Keep pasted text as a file and index it; stages, then what happened, as HTML."""
    try:
        path = keep_text(folder, title, body)
    except CitespanError as error:
        yield failed(one_line(error))
        return
    yield from _Intake(engine, {path: " ".join(title.split()) or "the text"}, []).steps()


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
