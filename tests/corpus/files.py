"""Tiny hand-made files of every format, and what should come of them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from qa.corpus import Loaded
from qa.records import Document, Failure

PARAGRAPHS = (
    "The battle of Aleppo ended on Tuesday after years of fighting, said the U.N. envoy.",
    "Rebels agreed to leave the city under a ceasefire that Turkey and Russia had negotiated.",
    "“There could be many more,” a spokesman told reporters in Geneva on Wednesday morning.",
)


def page(body: str = "", head: str = "") -> str:
    article = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return (
        f"<!DOCTYPE html><html><head>{head}</head><body><nav><a href='/'>Home</a> <a href='/s'>Sport</a></nav>"
        f"<article><h1>Battle for Aleppo</h1>{article}{body}</article>"
        "<footer>Imprint <a href='/c'>Contact</a></footer></body></html>"
    )


def pdf(*pages: str, title: str = "") -> bytes:
    """A real PDF: one Helvetica line per line of each page."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, page_text in enumerate(pages):
        lines = " ".join(f"({line}) Tj 0 -14 Td" for line in page_text.splitlines())
        stream = f"BT /F1 12 Tf 72 720 Td {lines} ET"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {5 + 2 * number} 0 R >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    objects.append(f"<< /Title ({title}) >>")
    return pdf_of([each.encode("latin-1") for each in objects])


def pdf_of(objects: Sequence[bytes]) -> bytes:
    """The PDF file of numbered objects: the first is its catalog, the last what is known of it."""
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.write("".join(f"{place:010} 00000 n \n" for place in places).encode())
    out.write(f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\n".encode())
    out.write(f"startxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def documents(results: Iterable[Loaded | Failure]) -> list[Document]:
    return [each.document for each in results if isinstance(each, Loaded)]


def failures(results: Iterable[Loaded | Failure]) -> list[Failure]:
    return [each for each in results if isinstance(each, Failure)]
