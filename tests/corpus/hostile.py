"""Hostile files: sound ones damaged byte by byte, and others grown from each format's own grammar, gone wrong."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable

from tests.corpus.files import pdf_of
from tests.corpus.test_formats import SOUND

TOKENS = [
    *b"<div> </div> <p> <!-- ]]> <![CDATA[ &amp; &#x0; &#xd800; <table> <script> <meta".split(),
    *b'" "" , ; { } [ ] : \\u0000 \\ud800 {"text": null 1e999 - NaN'.split(),
    *b"/Encrypt /Kids /Length stream endobj << >> 0 R xref /Filter /FlateDecode ( ) 999999999".split(),
    *"... ?! “ ” Mr. U.S. é 漢 e\u0301 .A ’s — •".encode().split(),
    *(b" " * 70, b"\t", b"\r", b"\n\n", b"\r\n\r\n", b"\x0c", "\u2029".encode()),
    *(b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xfe\xff", b"\xc3", b"\x85", b"\xe2\x80"),
]
PLAIN = "the siege of Aleppo ended on Tuesday when rebels and troops agreed to a truce he said in Geneva".split()
WORDS = [
    *"U.N. envoy Mr. Egeland said “no” 8 % 1,200 $3.5m km/h e.g. a.m. ’s — … naïve 東京。 Москва עברית العربية".split(),
    *"🙂 👩‍👩‍👧 e\u0301\u0323 \u202eevil\u202c \u200b \ufeff \u00ad \U0010ffff ﷽ ． ？ ¿que? ! ?! ... ( ) [1]".split(),
    *"“ ” ‘ ’ « » • * # > | --- http://a.b/?c=d&e#f <b> &amp; \x1b[31m".split(),
]
BREAKS = ("\n", "\n\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\n \n", "\t", "    ")
DATES = (
    "2024-12-09",
    "2024-13-45",
    "20241209T08",
    "Mon, 09 Dec 2024 08:30:00 +9999",
    "December 99, 2024",
    "0000-00-00",
)
ENCODINGS = (*["utf-8"] * 8, "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32", "koi8-r")


def damaged(rng: random.Random, sound: bytes) -> bytes:
    """``sound`` after one to eight changes: bytes flipped, cut, doubled, moved, or a telling token put in."""
    data = bytearray(sound)
    for _ in range(rng.randint(1, 8)):
        start = rng.randint(0, len(data))
        end = min(len(data), start + rng.choice((1, 2, 8, 40, 400)))
        change = rng.randrange(6)
        if change == 0 and start < len(data):
            data[start] = rng.randrange(256)
        elif change == 1:
            del data[start:end]
        elif change == 2:
            data[start:start] = bytes(data[start:end]) * rng.choice((1, 3, 30))
        elif change == 3:
            data[start:start] = rng.choice(TOKENS) * rng.choice((1, 1, 2, 50, 1000))
        elif change == 4:
            data[start:end] = rng.randbytes(end - start)
        else:
            other = rng.randint(0, len(data))
            data[other:other] = data[start:end]
    return bytes(data)


def hostile_file(rng: random.Random) -> tuple[str, bytes]:
    """A suffix and the bytes of such a file."""
    suffix = rng.choice(sorted(SOUND))
    if rng.random() < 0.5:
        return suffix, damaged(rng, SOUND[suffix])
    data = GROWN[suffix](rng)
    return suffix, damaged(rng, data) if rng.random() < 0.2 else data


def prose(rng: random.Random, longest: int = 120) -> str:
    """Words of every kind and script with line breaks of every kind; sometimes one of them without end."""
    parts: list[str] = []
    for _ in range(rng.randint(1, longest)):
        kind = rng.random()
        odd = chr(rng.randrange(0x110000)) if kind > 0.995 else rng.choice(WORDS)
        parts.append(rng.choice(PLAIN) if kind < 0.85 else odd)
        parts.append(rng.choice(BREAKS) if rng.random() < 0.15 else rng.choice((" ", " ", " ", ". ", "")))
    if rng.random() < 0.05:
        parts.insert(rng.randrange(len(parts)), rng.choice(WORDS) * rng.choice((500, 5000)))
    return "".join(parts)


def encoded(rng: random.Random, text: str) -> bytes:
    """In some encoding; what that cannot say is swallowed, and now and then a half of a pair is let through."""
    if rng.random() < 0.02:
        return text.encode("utf-8", "surrogatepass")
    return text.encode(rng.choice(ENCODINGS), "replace")


def _text(rng: random.Random) -> bytes:
    return encoded(rng, prose(rng, 400))


def _markdown(rng: random.Random) -> bytes:
    lines = [
        rng.choice(("# ", "## ", "- ", "1. ", "> ", "```\n", "~~~", "| a | b |\n|---|---|\n", "    ", "![x](y) ", ""))
        + prose(rng, 12)
        for _ in range(rng.randint(1, 30))
    ]
    return encoded(rng, rng.choice(("\n", "\n\n")).join(lines))


def _html(rng: random.Random) -> bytes:
    head = "".join(
        rng.choice(
            (
                f"<title>{prose(rng, 8)}</title>",
                f'<meta property="og:title" content="{prose(rng, 8)}">',
                f'<meta property="article:published_time" content="{rng.choice(DATES)}">',
                f'<link rel="canonical" href="{prose(rng, 3)}">',
                f'<meta charset="{rng.choice(ENCODINGS)}">',
                f'<script type="application/ld+json">{{"datePublished": "{rng.choice(DATES)}", "x": [</script>',
                f"<base href='{prose(rng, 2)}'>",
            )
        )
        for _ in range(rng.randint(0, 5))
    )
    return encoded(rng, f"<html><head>{head}</head><body>{_element(rng, rng.choice((2, 4, 60)))}</body></html>")


def _element(rng: random.Random, depth: int) -> str:
    name = rng.choice("p p p div article section table tr td ul li h1 blockquote a b pre br img svg form x-y".split())
    inside = "".join(
        _element(rng, depth - 1) if depth > 0 and rng.random() < 0.4 else prose(rng, 15)
        for _ in range(rng.randint(1, 3))
    )
    more = rng.choice(("", "", "", f' class="{prose(rng, 2)}"', " hidden", " style='display:none'", " a=b a=c =d '"))
    return f"<{name}{more}>{inside}" + (
        f"</{name}>" if rng.random() < 0.9 else rng.choice(("", "</b>", "<!-- ", "&#x110000;"))
    )


def _value(rng: random.Random, depth: int = 2) -> object:
    kind = rng.randrange(9)
    if kind < 4:
        return prose(rng, 20)
    if kind == 4:
        return rng.choice((None, True, False, 0, -1, 10**400, 1.5, float("nan"), float("inf")))
    if kind == 5:
        return rng.choice(DATES)
    if kind == 6 or depth == 0:
        return rng.choice(("", " ", "\0", "\ud800", "a" * 300, "javascript:alert(1)", "https://example.org/a"))
    if kind == 7:
        return [_value(rng, depth - 1) for _ in range(rng.randrange(3))]
    return {prose(rng, 1): _value(rng, depth - 1) for _ in range(rng.randrange(3))}


def _cell(rng: random.Random, column: str) -> str:
    """Mostly what belongs there."""
    if column in {"date", "published"} and rng.random() < 0.9:
        return rng.choice(("2024-12-09", "9 Dec 2024", ""))
    return prose(rng, 15 if column.strip().lower() == "text" else 4)


def _columns(rng: random.Random) -> list[str]:
    columns = rng.sample(("title", "url", "date", "published", "id", "x"), rng.randint(0, 4))
    columns.insert(rng.randint(0, len(columns)), rng.choice(("text", "text", "text", "text", "Text ", "body")))
    return columns


def _jsonl(rng: random.Random) -> bytes:
    ascii_only = rng.random() < 0.5
    rows = [
        {column: _cell(rng, column) if rng.random() < 0.9 else _value(rng) for column in _columns(rng)}
        for _ in range(rng.randint(1, 8))
    ]
    lines = [json.dumps(row, ensure_ascii=ascii_only) for row in rows]
    return encoded(rng, rng.choice(("\n", "\n", "\n", "\r\n", "\r", "\n\n")).join(lines))


def _csv(rng: random.Random) -> bytes:
    columns = _columns(rng)
    separator = rng.choice(",,,;\t|")

    def cell(column: str) -> str:
        text = _cell(rng, column)
        return text if rng.random() < 0.1 else '"' + text.replace('"', '""' if rng.random() < 0.98 else '"') + '"'

    rows = [separator.join(columns)]
    for _ in range(rng.randint(1, 6)):
        filled = columns if rng.random() < 0.9 else [*columns, "x"][: rng.randint(0, len(columns) + 1)]
        rows.append(separator.join(cell(column) for column in filled))
    return encoded(rng, rng.choice(("\n", "\r\n", "\r")).join(rows))


def _pdf(rng: random.Random) -> bytes:
    pages = rng.randint(1, 3)
    kids = [
        rng.choice(("4 0 R", "6 0 R", "2 0 R", "99 0 R")) if rng.random() < 0.05 else f"{4 + 2 * n} 0 R"
        for n in range(pages)
    ]
    count = rng.choice((pages, pages, pages, 0, -1, 10**9))
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {count} >>".encode(),
        _font(rng),
    ]
    for number in range(pages):
        own = f"{5 + 2 * number} 0 R"
        contents = rng.choice((own, own, own, f"[{own} 5 0 R]", "3 0 R", "null"))
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> /XObject << "
            f"/X {own} >> >> /Contents {contents} >>".encode(),
            _stream(rng, _drawing(rng)),
        ]
    objects.append(b"<< /Title (" + _string(rng) + b") >>")
    return pdf_of(objects)


def _font(rng: random.Random) -> bytes:
    more = rng.choice(
        ("", " /Encoding /WinAnsiEncoding", " /ToUnicode 5 0 R", " /Encoding << /Differences [0 /a /b 999 /c] >>")
    )
    kind = rng.choice(("Type1", "Type1", "Type1", "TrueType", "Type0", "Type3", ""))
    return f"<< /Type /Font /Subtype /{kind} /BaseFont /Helvetica{more} /DescendantFonts [3 0 R] >>".encode()


_OPERATORS = (
    *[(b"Tj", "s"), (b"Tj", "s"), (b"Tj", "s"), (b"'", "s"), (b'"', "nns"), (b"TJ", "a"), (b"Td", "nn"), (b"TD", "nn")],
    *[(b"Tm", "nnnnnn"), (b"T*", ""), (b"TL", "n"), (b"Tf", "fn"), (b"cm", "nnnnnn"), (b"Do", "x"), (b"Tc", "n")],
    *[(b"Tw", "n"), (b"Tz", "n"), (b"Ts", "n"), (b"q", ""), (b"Q", ""), (b"BT", ""), (b"ET", ""), (b"Tr", "n")],
)
"""Of a page's text, with what each takes: string, number, array, font, object."""


def _drawing(rng: random.Random) -> bytes:
    numbers = (b"0", b"1", b"12", b"-14", b"72", b".5", b"-0.0", b"99999999999999999999", b"1" + b"0" * 60)

    def operand(kind: str) -> bytes:
        if kind == "n":
            return rng.choice(numbers)
        if kind == "a":
            return b"[(" + _string(rng) + b") -250 (x) " + rng.choice(numbers) + b" <7A7A>]"
        return {"f": b"/F1", "x": b"/X"}.get(kind, b"(" + _string(rng) + b")")

    drawn = [b"BT /F1 12 Tf 72 720 Td (" + _string(rng) + b") Tj"]
    for _ in range(rng.randint(1, 25)):
        name, takes = rng.choice(_OPERATORS)
        if rng.random() < 0.02:
            takes = rng.choice(("", "n", "s", "nnnnnnnnnn"))
        drawn.append(b" ".join([*map(operand, takes), name]))
    return b"\n".join([*drawn, b"ET"])


def _string(rng: random.Random) -> bytes:
    data = prose(rng, 6).encode(rng.choice(("latin-1", "latin-1", "utf-16", "utf-8")), "replace")
    return data if rng.random() < 0.1 else data.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _stream(rng: random.Random, data: bytes) -> bytes:
    flate = ("FlateDecode",)
    names: tuple[str, ...] = rng.choice(((), (), flate, flate, flate * 2, ("ASCIIHexDecode",), ("LZWDecode",)))
    for name in names:
        data = zlib.compress(data) if name == "FlateDecode" else data.hex().encode() + b">" if "Hex" in name else data
    listed = "".join(f"/{name} " for name in names)
    length = len(data) if rng.random() < 0.95 else rng.choice((0, -1, 10**9))
    return f"<< /Length {length} /Filter [{listed}] >>\nstream\n".encode() + data + b"\nendstream"


GROWN: dict[str, Callable[[random.Random], bytes]] = {
    ".txt": _text,
    ".md": _markdown,
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
    ".jsonl": _jsonl,
    ".csv": _csv,
}
