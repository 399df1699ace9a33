"""The list of articles, and taking new ones in. Pure but for the upload folder; no Gradio."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from qa.errors import CitespanError, InputError
from qa.records import IndexReport, SourceSummary
from ui.chat import one_line
from ui.engine import Engine
from ui.markup import attributes, isolated, text

SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf", ".jsonl", ".csv")
LARGEST = 20 * 1024 * 1024
"""Bytes of one uploaded file, or of pasted text."""
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
    return (
        f'<li><span class="what"><span class="title" dir="auto">{isolated(each.title)}</span>'
        f'<span class="meta">{isolated(each.source)} · {dated}{each.passages:,} passages, '
        f"{each.characters:,} characters</span></span>{remove}</li>"
    )


def take_files(engine: Engine, folder: Path, files: Sequence[str]) -> str:
    """Copy uploaded files into the store's ``uploads`` folder and index them; returns what happened, as HTML."""
    kept, refused = [], []
    for name in files:
        try:
            kept.append(_keep(folder, Path(name)))
        except CitespanError as error:
            refused.append(one_line(error))
    return _indexed(engine, kept, refused)


def take_text(engine: Engine, folder: Path, title: str, body: str) -> str:
    """Store pasted text as a file and index it; returns what happened, as HTML."""
    title, body = " ".join(title.split()), body.strip()
    if not body:
        return failed("expected the text of an article, found none; paste it into the box")
    whole = f"{title}\n\n{body}\n" if title else f"{body}\n"
    if len(whole.encode("utf-8", "surrogatepass")) > LARGEST:
        return failed(f"expected at most {LARGEST // 2**20} MiB of text, found more; split it")
    mark = sha256(whole.encode("utf-8", "replace")).hexdigest()[:8]
    path = _uploads(folder) / f"pasted-{_safe(title or body[:40])[:40].strip('-')}-{mark}.txt"
    path.write_bytes(whole.encode("utf-8", "replace"))
    return _indexed(engine, [path], [])


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


def _indexed(engine: Engine, paths: Sequence[Path], refused: list[str]) -> str:
    report: IndexReport | None = None
    if paths:
        try:
            report = engine.index([str(each) for each in paths])
        except CitespanError as error:
            refused.append(one_line(error))
        else:
            refused.extend(f"{Path(each.path).name}: {each.error}" for each in report.failed)
            failing = {Path(each.path.partition("#")[0]).name for each in report.failed}
            taken = report.added + report.updated + report.unchanged
            for path in paths:
                if path.name in failing and taken == 0:
                    path.unlink(missing_ok=True)
    said = "".join(failed(each) for each in refused)
    if report is None:
        return said
    parts = [(report.added, "added"), (report.updated, "updated"), (report.unchanged, "already there")]
    words = ", ".join(f"{number} {what}" for number, what in parts if number)
    return (done(f"{words[0].upper()}{words[1:]}. You can ask about it now.") if words else "") + said
