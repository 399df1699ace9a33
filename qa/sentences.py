"""Sentences of news English as exact offsets. Pure; standard library only.

Why own rules: ``pysbd`` (last release 2021), ``syntok`` (2022) and ``blingfire`` (2021) are no longer kept, and none
of them knows headlines, captions and bylines, which end without a full stop, from hard-wrapped lines, which do not
end at all.

Three steps, each local, so that part of a text can be split with the same result as the whole:
paragraphs (blank lines) -> blocks (line breaks that are not mere wrapping, ``qa.layout``) -> sentences (marks).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.abbreviations import ATTRIBUTION, CALENDAR, MAY_END, NEVER_END, STARTERS
from qa.layout import blocks, paragraph_around, paragraphs
from qa.records import Span

_CLOSERS = r"[\"'”’»›)\]}」』】）*_]*(?:\[\w{1,3}\])*"
_MARK = re.compile(
    r"(?P<mark>\.(?:[ \u00a0]\.(?!\.))+|[.!?…‽]+|[。！？｡]+)(?P<closers>" + _CLOSERS + r")|(?<=\s)[•▪‣◦](?=\s)"
)
_NEXT = re.compile(r"(?P<gap>\s*)(?P<openers>[\"'“”‘«‹(\[{„¿¡*_]{0,4})(?P<word>[^\W_]{0,30})")
_WORD = re.compile(r"[^\W_]")
_TOKEN = re.compile(r"[^\s(\[{\"“‘«'—–/]*\Z")
_ENUMERATOR = re.compile(r"[(\[]?(?:\d{1,3}|[A-Za-z]|[ivxlc]{1,5})[)\]]?\Z")
_ATTRIBUTION = re.compile(r"(?:[A-Z][\w.’'-]{0,30}[ \u00a0]){1,4}(?:" + "|".join(ATTRIBUTION) + r")\b")
_ACRONYM = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}\Z")
_NAME_LIKE = re.compile(r"[a-z]{1,2}[A-Z]|al-[A-Z]")
_ADDRESS = re.compile(r"://|www\.|@|\.(?:com|org|net|gov|edu)\b", re.IGNORECASE)
_LEADING_ELLIPSIS = re.compile(r"(?:\.{2,}|…)[^\W\d_a-z]")
_LOOK = 200
"""Characters looked at around a mark; bounds the work on text without spaces."""


def split_sentences(text: str) -> list[Span]:
    """The sentences of ``text``: ordered, disjoint, no white space at their edges, all other characters covered.

    Takes time linear in the length of the text.
    """
    return [span for start, end in paragraphs(text) for span in _paragraph_sentences(text, start, end)]


def sentence_around(text: str, start: int, end: int) -> Span:
    """The smallest run of whole sentences that holds ``[start, end)``, as ``split_sentences(text)`` would cut them.

    Looks only at the paragraphs touched. Raises ValueError for offsets outside the text.
    """
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"expected 0 <= start <= end <= {len(text)}, found {start} and {end}")
    low, high = paragraph_around(text, start, end)
    low_edge, high_edge = start, end
    for first, last in paragraphs(text, low, high):
        for span in _paragraph_sentences(text, first, last):
            if span.start < max(end, start + 1) and span.end > start:
                low_edge, high_edge = min(low_edge, span.start), max(high_edge, span.end)
    return Span(low_edge, high_edge)


def _paragraph_sentences(text: str, start: int, end: int) -> Iterator[Span]:
    for first, last in blocks(text, start, end):
        yield from _block_sentences(text, first, last)


def _block_sentences(text: str, start: int, end: int) -> Iterator[Span]:
    while end > start and text[end - 1].isspace():
        end -= 1
    begin, word = start, -1  # start of the sentence, its first letter or digit
    for mark in _MARK.finditer(text, start, end):
        if word < begin:
            found = _WORD.search(text, begin, end)
            if found is None:
                break
            word = found.start()
        if mark.end() <= word:
            continue
        cut = mark.start() if mark["mark"] is None else mark.end()
        if cut < end and (mark["mark"] is None or _ends(text, begin, end, mark)):
            yield from _trimmed(text, begin, cut)
            begin = cut
    yield from _trimmed(text, begin, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield Span(start, end)


def _ends(text: str, begin: int, end: int, mark: re.Match[str]) -> bool:  # noqa: PLR0911 - one rule a line
    """Whether the mark closes the sentence that starts at ``begin``, inside a block that ends at ``end``."""
    kind = mark["mark"]
    if kind[0] in "。！？｡":
        return True
    following = _NEXT.match(text, mark.end(), end)
    if following is None:  # cannot happen: every part of the pattern may be empty
        return True
    token = _token_before(text, begin, mark.start())
    if not following["gap"]:
        return _glued(text, end, mark, following, token)
    if mark.start() - begin <= 7 and _ENUMERATOR.match(text[begin : mark.start()].strip()):
        return False
    word = following["word"]
    if not word:  # the end of the block is not here, so a symbol follows: "$5 was", an emoji, a dash
        if _LEADING_ELLIPSIS.match(text, following.end(), end):
            return True
        return bool(following["openers"]) or text[following.end()] not in "-–—.,;:)]}/&%…"
    ordinary = kind == "." and not _is_abbreviation(token)
    if word[0].islower():
        return ordinary and not mark["closers"] and bool(_NAME_LIKE.match(text, following.start("word"), end))
    if "." in kind[1:] or "…" in kind:
        return not word[0].isdigit() and word != "I" and bool(token or following["openers"])
    if kind != ".":
        return not (mark["closers"] and _ATTRIBUTION.match(text, following.start("word"), end))
    if mark["closers"].strip(")]}*_") and not word[0].isdigit() and token.lower() not in NEVER_END:
        return True
    return _full_stop_ends(token, word, bool(set(following["openers"]) & set("\"'“‘«")))


def _token_before(text: str, begin: int, position: int) -> str:
    found = _TOKEN.search(text[max(begin, position - 40) : position])
    return "" if found is None else found.group()


def _is_abbreviation(token: str) -> bool:
    return token.lower() in NEVER_END or token in MAY_END or bool(_ACRONYM.match(token)) or len(token) == 1


def _full_stop_ends(token: str, word: str, quoted: bool) -> bool:
    """A single full stop after ``token`` and before ``word``, which does not start with a small letter."""
    starter = word in STARTERS
    if token.lower() in NEVER_END:
        return False
    if token in {"No", "Nos", "pp", "p", "Art", "Fig", "Vol"}:
        return not word[0].isdigit()
    if token.lower() in {"a.m", "p.m"}:
        return not word[0].isdigit() and word not in CALENDAR
    if len(token) == 1 and token.isalpha() and token.isupper():  # an initial, or "vitamin C."
        return starter and word not in {"A", "I"}
    if _is_abbreviation(token) and not token.isdigit():
        return starter or quoted
    return True


def _glued(text: str, end: int, mark: re.Match[str], following: re.Match[str], token: str) -> bool:
    """No space after the mark, as in ``the end.Next``: a boundary only between a plain word and a capitalised one."""
    word = following["word"]
    if not word or not word[0].isupper() or not (word[1:2].islower() or word in {"A", "I"}):
        return False
    plain = len(token) > 1 and (token[-2:].islower() or (token.isdigit() and word in STARTERS))
    if mark["mark"] == "." and (not plain or _is_abbreviation(token)):
        return False
    if not token and not mark["closers"]:  # "...And" opens a sentence
        return False
    low, high = mark.start(), mark.end()
    before = text[max(0, low - _LOOK) : low].split()[-1:]
    after = text[high : min(end, high + _LOOK)].split()[:1]
    return not _ADDRESS.search(f"{''.join(before)}.{''.join(after)}")
