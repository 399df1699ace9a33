"""PDF by pypdf: the text layer, pages apart by a blank line. Offsets hold in that text."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from qa.corpus.article import MAX_TEXT, Article
from qa.corpus.limits import read_whole
from qa.errors import CorpusError
from qa.records import Failure

if TYPE_CHECKING:
    from pypdf import PdfReader

_MAX_BYTES = 200_000_000
_MAX_PAGES = 5_000
_MAX_DRAWING = 4_000_000
"""Drawing instructions of a page, in bytes unpacked; a newspaper's has some 100,000. pypdf reads a million a second."""


def parse_pdf(stream: BinaryIO, _source: str) -> Iterator[Article | Failure]:
    """One article. Its file dates are not its date of publication, so it has none."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    data = read_whole(stream, _MAX_BYTES)
    if b"%PDF-" not in data[:1024]:
        raise CorpusError("expected a PDF, found a file that does not begin like one; check its name")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = PdfReader(io.BytesIO(data))
            if reader.is_encrypted:
                raise _encrypted()
            pages = list(_pages(reader))
            title = None if reader.metadata is None else reader.metadata.title
    except DependencyError:  # of encryption, whose library is not needed for any other PDF
        raise _encrypted() from None
    except PyPdfError as error:
        raise CorpusError(f"expected a PDF, found a damaged one ({error}); save it anew") from error
    text = "\n\n".join(page for page in pages if page)
    if not text:
        raise CorpusError("expected a PDF with a text layer, found only pictures; run text recognition (OCR) on it")
    yield Article(text, title=title if isinstance(title, str) and " " in title.strip() else None)


def _encrypted() -> CorpusError:
    return CorpusError("expected an open PDF, found an encrypted one; save a copy without a password")


def _pages(reader: PdfReader) -> Iterator[str]:
    pages = reader.pages
    if len(pages) > _MAX_PAGES:
        raise CorpusError(f"expected at most {_MAX_PAGES:,} pages, found {len(pages):,}; split the file")
    total = 0
    for page in pages:
        drawing = page.get_contents()
        if drawing is not None and len(drawing.get_data()) > _MAX_DRAWING:
            raise CorpusError(
                f"expected pages of at most {_MAX_DRAWING:,} bytes, found a larger one; save them as text"
            )
        text = page.extract_text().strip()
        total += len(text)
        if total > MAX_TEXT:
            raise CorpusError(f"expected at most {MAX_TEXT:,} characters, found more; split the file")
        yield text
