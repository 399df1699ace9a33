"""Bytes to text: what is taken, what is refused, and that nothing crashes."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.corpus.encodings import decode, sniff
from qa.errors import CorpusError

NEWS = "The Aleppo ceasefire cost 5 € a café — “so it is,” said Zeid Ra’ad.\r\nSecond line.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_usual_encodings_give_the_same_text(encoding: str) -> None:
    assert decode(NEWS.encode(encoding)) == NEWS


def test_latin_1_is_detected_in_a_long_mostly_plain_file() -> None:
    text = "Plain words and more of them. " * 100_000 + "Ein Café in Zürich"
    assert decode(text.encode("latin-1")) == text


def test_a_mark_in_front_goes_and_one_inside_stays() -> None:
    assert decode("\ufeffa\ufeffb".encode()) == "a\ufeffb"


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "empty file"),
        (b" \n\t ", "only white space"),
        (b"\xef\xbb\xbf\n", "only white space"),
        (b"abc\0def", "NUL"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "NUL"),
        (bytes(range(1, 32)) * 10, "control characters"),
        ("Привет, мир, это новости".encode("cp1251"), "another encoding"),
        ("アレッポの戦い".encode("shift_jis"), "another encoding"),
        (NEWS.encode("utf-32"), "UTF-32"),
        ("caf\u00e9 na\u00efve \u201cquoted\u201d".encode() + b"\xff" + b" end", "damaged character at byte 25"),
        (NEWS.encode("utf-16")[:-1], "expected UTF-16"),
        ("\ud800".encode("utf-8", "surrogatepass"), "another encoding"),
    ],
)
def test_anything_else_is_refused_with_the_reason(data: bytes, complaint: str) -> None:
    with pytest.raises(CorpusError, match=complaint):
        decode(data)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_utf_8_comes_back_as_it_was(text: str) -> None:
    if text.strip() and not text.startswith("\ufeff"):
        assert decode(text.encode()) == text


@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=60).map(lambda text: text.encode("utf-16", "surrogatepass")))
)
def test_any_bytes_are_text_or_an_error_and_the_text_can_be_stored(data: bytes) -> None:
    try:
        text = decode(data)
    except CorpusError:
        return
    assert "\0" not in text
    assert text.encode().decode() == text


def test_sniffing_rewinds() -> None:
    stream = io.BytesIO("Zürich".encode("latin-1"))
    assert sniff(stream) == "cp1252"
    assert stream.tell() == 0
