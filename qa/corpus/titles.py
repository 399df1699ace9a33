"""A title for a text that comes without one. Pure."""

from __future__ import annotations

import re

from qa.sentences import split_sentences

LONGEST = 100
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*\r?$", re.MULTILINE)
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
    found = _HEADING.search(_FENCE.sub("", text[:100_000]))
    return None if found is None else _MARKUP.sub(r"\1", found.group(1)).strip() or None


def one_line(text: str, longest: int) -> str:
    """``text`` without line breaks and control characters, cut at a word to ``longest`` characters."""
    title = _UNSEEN.sub(" ", text).strip()
    if len(title) <= longest:
        return title
    head = title[: longest - 1]
    if not title[longest - 1].isspace() and " " in head:
        head = head.rsplit(" ", 1)[0]
    return head.rstrip(" ,;:–—-(") + "…"
