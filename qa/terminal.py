"""What people see in a terminal: answers, citations, a progress bar. Control characters of articles never get out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO
from unicodedata import category

from qa.calibration import confidence_words
from qa.protocols import Progress
from qa.records import Answer, Citation, CitationView, NoAnswer, Reply

_OUTDATED = "This article has changed since, or the id was miscopied: other words stand there, so nothing is shown."


def printable(text: str) -> str:
    """``text`` without control characters other than newline and tab, so that an article cannot drive a terminal."""
    return "".join(
        letter if letter in "\n\t" or letter.isprintable() or category(letter) == "Zs" else "\ufffd" for letter in text
    )


def render_reply(reply: Reply) -> str:
    """An answer with its citations and alternatives, or the refusal with where to look."""
    return printable(_render_answer(reply) if isinstance(reply, Answer) else _render_refusal(reply))


def _render_answer(answer: Answer) -> str:
    lines = [answer.text, "", f"{confidence_words(answer.confidence)} ({answer.confidence:.0%})"]
    for number, citation in enumerate(answer.citations, 1):
        lines += [
            "",
            f"[{number}] {citation.title} ({citation.source}){_repeats(citation)}",
            f"    {_marked(citation)}",
            f"    {citation.id}",
        ]
    differing = [each for each in answer.alternatives if each.differs]
    if differing:
        lines += ["", "The sources differ:"]
    for each in differing or answer.alternatives:
        if each is answer.alternatives[0] and not differing:
            lines += ["", "Other possible answers:"]
        lines.append(f"  - {_one_line(each.text)} ({each.confidence:.0%}) {each.citation.id}")
    return "\n".join(lines)


def _render_refusal(refusal: NoAnswer) -> str:
    lines = [f"No answer: {refusal.reason}."]
    if refusal.closest:
        lines += ["", "The closest passages:"]
    for citation in refusal.closest:
        lines += [
            f"  - {citation.title} ({citation.source})",
            f"    {_one_line(citation.sentence)}",
            f"    {citation.id}",
        ]
    return "\n".join(lines)


def _repeats(citation: Citation) -> str:
    return "" if citation.duplicate_of is None else f", near-duplicate of {citation.duplicate_of}"


def _marked(citation: Citation) -> str:
    at = citation.start - citation.sentence_start
    sentence = citation.sentence
    return _one_line(f"{sentence[:at]}>>{citation.quote}<<{sentence[at + len(citation.quote) :]}")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def render_view(view: CitationView) -> str:
    """A citation looked up: the article around the span, the span marked with >> and <<."""
    head = f"{view.title}\n{view.source}, characters {view.start} to {view.end}" + (f"\n{view.url}" if view.url else "")
    if not view.current:
        return printable(f"{head}\n\n{_OUTDATED}")
    return printable(f"{head}\n\n{view.before}>>{view.quote}<<{view.after}")


@contextmanager
def progress_bar(stream: TextIO | None = None) -> Iterator[Progress | None]:
    """A progress bar on standard error; ``None``, and no output at all, when that is not a terminal."""
    stream = sys.stderr if stream is None else stream
    if not stream.isatty():
        yield None
        return
    from tqdm import tqdm

    with tqdm(file=stream, leave=False, dynamic_ncols=True) as bar:

        def show(stage: str, done: int, total: int | None) -> None:
            bar.total = total
            bar.update(done - bar.n)
            bar.set_description(stage)

        yield show
