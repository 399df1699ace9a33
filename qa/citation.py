"""Citations, cut from the stored text, and their ids: short, readable, permanent for the same article text. Pure.

``004_b8f2.k3q:4121-4138~x7ab`` is the source's stem (shortened, with a mark that tells shortened stems apart), the
half-open offsets, and a check on the quote. The check is what makes a look-up safe: if the article changed so that
other words stand there, the id no longer fits and the wrong words are never shown.
"""

from __future__ import annotations

import re
from base64 import b32encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath

from qa.errors import InputError
from qa.records import Citation, Document
from qa.sentences import sentence_around

_LONGEST_STEM = 12
_SHORT_STEM = 8
_FORM = re.compile(r"(?P<stem>[\w.-]+):(?P<start>\d{1,9})-(?P<end>\d{1,9})~(?P<check>[a-z2-7]{4})")


@dataclass(frozen=True, slots=True)
class CitationId:
    """The parts of an id."""

    stem: str
    start: int
    end: int
    check: str

    def __str__(self) -> str:
        return f"{self.stem}:{self.start}-{self.end}~{self.check}"

    def fits(self, text: str) -> bool:
        """Whether the quote still stands at the offsets in ``text``."""
        return self.end <= len(text) and self.check == _digest(text[self.start : self.end], 4)


def cite_span(document: Document, start: int, end: int) -> Citation:
    """A citation of ``document.text[start:end]``: the quote is cut from the stored text, so it cannot be wrong."""
    sentence = sentence_around(document.text, start, end)
    quote = document.text[start:end]
    return Citation(
        id=make_citation_id(document.source, start, end, quote),
        document_id=document.id,
        source=document.source,
        title=document.title,
        url=document.url,
        start=start,
        end=end,
        quote=quote,
        sentence_start=sentence.start,
        sentence_end=sentence.end,
        sentence=document.text[sentence.start : sentence.end],
    )


def make_citation_id(source: str, start: int, end: int, quote: str) -> str:
    """The id of ``quote``, which stands at ``[start, end)`` of the article ``source``."""
    return str(CitationId(source_stem(source), start, end, _digest(quote, 4)))


def parse_citation_id(text: str) -> CitationId:
    """The parts of an id. Raises InputError when ``text`` does not have the form of one."""
    match = _FORM.fullmatch(text.strip().strip("[]"))
    if match is None or int(match["start"]) >= int(match["end"]):
        raise InputError(
            f"expected a citation id such as 004_b8f2.k3q:4121-4138~x7ab, found {text[:80]!r}; copy it from an answer"
        )
    return CitationId(match["stem"], int(match["start"]), int(match["end"]), match["check"])


def source_stem(source: str) -> str:
    """The part of an id that names the article: its file's stem, and the row of a ``file.jsonl#row`` source."""
    path, _, row = source.partition("#")
    name = PurePosixPath(path.replace("\\", "/")).stem
    stem = re.sub(r"[^\w-]+", "-", f"{name}-{row}" if row else name, flags=re.ASCII).strip("-") or "article"
    whole = f"{name}#{row}" if row else name
    if len(stem) <= _LONGEST_STEM and stem == whole:
        return stem
    return f"{stem[:_SHORT_STEM]}.{_digest(whole, 3)}"


def _digest(text: str, length: int) -> str:
    return b32encode(sha256(text.encode("utf-8", "surrogatepass")).digest()).decode("ascii").lower()[:length]
