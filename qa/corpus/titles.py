"""A title for a text that comes without one. Pure."""

from __future__ import annotations

import re

from qa.sentences import split_sentences

LONGEST = 100
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_MARKUP = re.compile(r"[*_`]+|!?\[([^\]]*)\]\([^)]*\)")
_UNSEEN = re.compile(r"[\0-\x1f\x7f-\x9f\ufeff\u200b-\u200f\u2028-\u202e\u2066-\u2069\s]+")


def title_of(text: str) -> str:
    """A short first line that stands alone and does not end like a sentence, else the first sentence cut at a word.

    One line of at most ``LONGEST`` characters; empty only if the text shows nothing.
    """
    opening = text.lstrip()[: 20 * LONGEST]
    sentences = split_sentences(opening)
    if not sentences:
        return ""
    first = opening[sentences[0].start : sentences[0].end]
    # What reads as one sentence over a line break is wrapped text; what ends at the break is a headline.
    line = opening.splitlines()[0]
    if len(first) < len(line.strip()) <= LONGEST and not line.rstrip().endswith((".", "…", ".”", '."', ".’", ".'")):
        first = line
    return one_line(first, LONGEST)


def markdown_title(text: str) -> str | None:
    """The first heading of a Markdown text, without its markup; None where there is none."""
    for line in _FENCE.sub("", text[:100_000]).split("\n"):
        words = _heading(line)
        if words:
            return _MARKUP.sub(r"\1", words[: 10 * LONGEST]).strip() or None
    return None


def _heading(line: str) -> str:
    """The words of a line like "## Words ##", else nothing. No pattern: one took minutes to backtrack a long line."""
    marked = line.lstrip(" ")
    after = marked.lstrip("#")
    level = len(marked) - len(after)
    if len(line) - len(marked) > 3 or not 1 <= level <= 6 or after[:1] not in {" ", "\t"}:
        return ""
    words = after.strip()
    closed = words.rstrip("#")
    return closed.rstrip() if not closed or closed[-1] in " \t" else words


def one_line(text: str, longest: int) -> str:
    """``text`` without line breaks and control characters, cut at a word to ``longest`` characters."""
    title = _UNSEEN.sub(" ", text).strip()
    if len(title) <= longest:
        return title
    head = title[: longest - 1]
    if not title[longest - 1].isspace() and " " in head:
        head = head.rsplit(" ", 1)[0]
    return head.rstrip(" ,;:–—-(") + "…"
