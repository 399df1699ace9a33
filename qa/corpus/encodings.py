"""Bytes to text: UTF-8, UTF-16 or Windows-1252 (of which Latin-1 text is a part); anything else is refused.

A statistical detector (charset-normalizer) was left out on purpose: on short Latin-1 files it names exotic code pages,
and wrong letters in an article would be quoted as the article's own.
"""

from __future__ import annotations

import codecs
import io
import re
from typing import BinaryIO

from qa.errors import CorpusError

_SAMPLE = 1 << 20
_CONTROL = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
_PLAUSIBLE = frozenset("‚ƒ„…†‡‰Š‹ŒŽ‘’“”•–—™š›œžŸ€ ¡¢£¥§©«®°±´·º»½¿\x85\xa0\xad")
_CONVERT = "convert it to UTF-8"


def decode(data: bytes) -> str:
    """The text of ``data``, without a byte order mark, otherwise unchanged. Raises CorpusError for what is no text."""
    try:
        return checked(data.decode(sniff(io.BytesIO(data))))
    except UnicodeDecodeError as error:
        raise CorpusError(f"expected Latin-1, found another byte at {error.start:,}; {_CONVERT}") from None


def sniff(stream: BinaryIO) -> str:
    """The encoding that decodes all of ``stream``, which is read once, in parts, and rewound. Raises CorpusError."""
    head = stream.read(_SAMPLE)
    if not head:
        raise CorpusError("expected text, found an empty file; leave it out")
    name = _by_mark(head) or (_utf_16(head) if b"\0" in head else None)
    if name is None:
        name = "utf-8"
    if _is_binary(head.decode(name, "replace")):
        raise _binary("control characters")
    decoder = codecs.getincrementaldecoder(name)()
    chunk, offset = head, 0
    try:
        while following := stream.read(_SAMPLE):
            decoder.decode(chunk)
            chunk, offset = following, offset + len(chunk)
        decoder.decode(chunk, final=True)
    except UnicodeDecodeError as error:
        name = _single_byte(name, chunk, offset + error.start)
    stream.seek(0)
    return name


def checked(text: str) -> str:
    """``text`` itself. Raises CorpusError when it is blank or holds NUL, which no text does."""
    if not text.strip():
        raise CorpusError("expected text, found only white space; leave it out")
    if "\0" in text:
        raise _binary("NUL characters")
    return text


def _is_binary(text: str) -> bool:
    return len(_CONTROL.findall(text)) > 0.02 * len(text)


def _binary(what: str) -> CorpusError:
    return CorpusError(f"expected text, found {what} as in a binary file; {_CONVERT} or leave it out")


def _by_mark(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise CorpusError(f"expected UTF-8, UTF-16 or Latin-1, found UTF-32; {_CONVERT}")
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return None


def _utf_16(head: bytes) -> str:
    """UTF-16 without a mark: in news text nearly every second byte is NUL."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) / 2
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    raise _binary("NUL bytes")


def _single_byte(tried: str, chunk: bytes, position: int) -> str:
    """Windows-1252, if what is not UTF-8 reads plausibly as that."""
    if tried != "utf-8":
        raise CorpusError(f"expected {tried.upper()}, found bytes that are not, near byte {position:,}; {_CONVERT}")
    lenient = chunk.decode("utf-8", "replace")
    bad = lenient.count("\ufffd")
    if sum(letter > "\x7f" for letter in lenient) - bad > bad:
        raise CorpusError(f"expected UTF-8, found a damaged character at byte {position:,}; repair the file")
    high = bytes(byte for byte in chunk if byte > 0x7F)
    try:
        letters = high.decode("cp1252")
    except UnicodeDecodeError:
        letters = ""
    good = sum(letter.isalpha() or letter in _PLAUSIBLE for letter in letters)
    if good < 0.9 * len(high) or len(high) > 0.3 * len(chunk):
        raise CorpusError(f"expected UTF-8, UTF-16 or Latin-1, found another encoding or a binary file; {_CONVERT}")
    return "cp1252"
