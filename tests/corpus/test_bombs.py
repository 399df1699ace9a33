"""Little files that unpack to much, and much that is no article: refused or read in no time, the next one read."""

from __future__ import annotations

import gzip
import io
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.corpus import PARSERS, read_articles, read_bytes
from qa.records import Failure
from tests.corpus.files import PARAGRAPHS, documents, failures, pdf_of

MUCH = 200_000_000
SECONDS = 30
"""Of this process's own time. The slowest takes two here, and other machines are several times slower."""


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    """Nothing here may take minutes, as a bomb that goes off does."""
    began = time.process_time()
    yield
    assert time.process_time() - began < SECONDS


@pytest.fixture(scope="module")
def packed() -> dict[str, bytes]:
    """200 MB of one word, packed by each packer."""
    words = b"bomb " * (MUCH // 5)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr("bomb.txt", words)
    return {"zip": archive.getvalue(), "gzip": gzip.compress(words, 1), "zlib": zlib.compress(words, 1)}


@pytest.mark.parametrize("packer", ["zip", "gzip", "zlib"])
@pytest.mark.parametrize("suffix", sorted(PARSERS))
def test_an_archive_by_another_name_is_never_unpacked(packed: dict[str, bytes], packer: str, suffix: str) -> None:
    [failure] = read_bytes(f"a{suffix}", packed[packer])
    assert isinstance(failure, Failure)
    assert failure.error.startswith("expected")


@pytest.mark.parametrize("suffix", [".zip", ".gz", ".docx", ".epub"])
def test_archives_are_not_read(packed: dict[str, bytes], suffix: str) -> None:
    [failure] = read_bytes(f"a{suffix}", packed["zip"])
    assert isinstance(failure, Failure)
    assert f"found {suffix}; convert it" in failure.error


def page_of(stream: bytes, *, resources: str = "") -> bytes:
    return pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R "
            b"/Resources << /Font << /F1 3 0 R >> %s >> >>" % resources.encode(),
            stream,
            b"<< >>",
        ]
    )


def stream(data: bytes, *filters: str) -> bytes:
    listed = " ".join(f"/{each}" for each in filters).encode()
    return b"<< /Length %d /Filter [%s] >>\nstream\n%s\nendstream" % (len(data), listed, data)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_pdf_packed_over_and_over(packed: dict[str, bytes], layers: int) -> None:
    data = packed["zlib"]
    for _ in range(layers - 1):
        data = zlib.compress(data)
    [failure] = failures(read_bytes("a.pdf", page_of(stream(data, *["FlateDecode"] * layers))))
    assert failure.error.startswith("expected")


def test_a_pdf_of_long_runs() -> None:
    """Run-length coding: two bytes stand for 128."""
    data = zlib.compress(b"\x81 " * (MUCH // 128) + b"\x80")
    [failure] = failures(read_bytes("a.pdf", page_of(stream(data, "FlateDecode", "RunLengthDecode"))))
    assert failure.error.startswith("expected")


def test_a_pdf_whose_pages_go_round_in_circles() -> None:
    for kids in (b"[2 0 R]", b"[4 0 R 2 0 R]", b"[" + b"4 0 R " * 20_000 + b"]"):
        data = page_of(stream(b"BT /F1 12 Tf (Words.) Tj ET")).replace(b"[4 0 R]", kids)
        assert all(isinstance(each, Failure) or each.document.text for each in read_bytes("a.pdf", data))


def test_a_page_of_a_billion_laughs() -> None:
    entities = "".join(
        f'<!ENTITY lol{level} "{f"&lol{level - 1};" * 10}">' if level else '<!ENTITY lol0 "lol">' for level in range(10)
    )
    words = "".join(f"<p>{each}</p>" for each in PARAGRAPHS)
    page = f"<!DOCTYPE html [{entities}]><html><body><article>{words}<p>&lol9;</p></article></body></html>"
    for each in read_bytes("a.html", page.encode()):
        assert isinstance(each, Failure) or len(each.document.text) < 10_000


def test_a_row_of_200_megabytes_is_refused_and_the_next_one_read(tmp_path: Path) -> None:
    for name, head, tail in (
        ("a.jsonl", b'{"text": "', b'"}\n{"text": "Small."}\n'),
        ("b.csv", b"text\n", b"\nSmall.\n"),
    ):
        with (tmp_path / name).open("wb") as file:
            file.write(head)
            for _ in range(200):
                file.write(b"word " * (MUCH // 1000))
            file.write(tail)
        results = list(read_articles([str(tmp_path / name)]))
        assert [each.text for each in documents(results)] == ["Small."]
        [failure] = failures(results)
        assert "row 1: expected at most 50,000,000 characters in a row, found more" in failure.error
        (tmp_path / name).unlink()
