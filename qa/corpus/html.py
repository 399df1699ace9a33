"""Web pages: the article without the page around it, by trafilatura. Never touches the network.

The stored text is the extracted one, a blank line between paragraphs; offsets hold there.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from qa.corpus.article import Article
from qa.corpus.encodings import checked, decode
from qa.corpus.limits import read_whole
from qa.errors import CorpusError
from qa.records import Failure

_MAX_BYTES = 10_000_000
_MAX_ELEMENTS = 50_000
"""A long news page has some 5,000; extraction takes seconds from about 100,000 on."""
_CHARSET = re.compile(rb"<meta[^>]{1,200}?charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.IGNORECASE)
_DECLARABLE = re.compile(
    r"utf-?8|us-ascii|latin-?1|iso-8859-\d{1,2}|(?:windows-|cp)125\d|koi8-[ru]|shift_jis|euc-(?:jp|kr)|gb2312|gbk|gb18030|big5"
)
_SENTENCE = re.compile(r"(?:\S+\s+\S.*[.!?…]|.{5,}[。！？])[\"'”’»)]*\Z")


def parse_html(stream: BinaryIO, _source: str) -> Iterator[Article | Failure]:
    """One article with the title, date and canonical address that the page states."""
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    page = checked(_decoded(read_whole(stream, _MAX_BYTES)))
    if page.count("<") > 2 * _MAX_ELEMENTS:
        raise CorpusError(
            f"expected a page of at most {_MAX_ELEMENTS:,} elements, found more; save the article as text"
        )
    if not re.search(r"<(?:html|body)\b", page, re.IGNORECASE):
        page = f"<html><body>{page}</body></html>"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = bare_extraction(
            page,
            with_metadata=True,
            include_comments=False,
            # A date that the page states, not one guessed from its prose or its copyright line.
            date_extraction_params={"original_date": True, "extensive_search": False, "max_date": "9999-12-31"},
        )
    lines = (
        []
        if found is None or isinstance(found, dict) or not found.text
        else [" ".join(line.split()) for line in found.text.splitlines()]
    )
    if (
        found is None
        or isinstance(found, dict)
        or not any(_SENTENCE.match(line) or len(line.split()) >= 12 for line in lines)
    ):
        raise CorpusError("expected a page with an article, found no running text in it; save the article as text")
    yield Article(
        text="\n\n".join(line for line in lines if line),
        title=found.title,
        url=found.url,
        published=_day(found.date),
    )


def _decoded(data: bytes) -> str:
    """By byte order mark or what the page declares, else as any text. On the web Latin-1 means Windows-1252."""
    declared = _CHARSET.search(data[:4096])
    if declared is not None and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        name = declared.group(1).decode("ascii").lower()
        name = "cp1252" if name in {"latin1", "latin-1", "iso-8859-1", "us-ascii"} else name
        if _DECLARABLE.fullmatch(name):
            try:
                return data.decode(name)
            except (UnicodeDecodeError, LookupError):
                pass  # declared wrongly
    return decode(data)


def _day(text: str | None) -> date | None:
    try:
        return None if not text else date.fromisoformat(text[:10])
    except ValueError:
        return None
