"""The contract of every format, and what is particular to each."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.corpus import PARSERS, document_id, read_articles, read_bytes
from qa.records import Failure
from tests.corpus.files import PARAGRAPHS, documents, failures, page, pdf

TEXT = "Battle for Aleppo\n\n" + "\n\n".join(PARAGRAPHS) + "\n"
SOUND = {
    ".txt": TEXT.encode(),
    ".md": b"# Battle for Aleppo\n\n" + TEXT.encode(),
    ".html": page().encode(),
    ".htm": page().encode("utf-16"),
    ".pdf": pdf("Battle for Aleppo\n" + PARAGRAPHS[0], PARAGRAPHS[1]),
    ".jsonl": json.dumps({"text": TEXT, "title": "Battle for Aleppo"}).encode(),
    ".csv": b'title,text\nBattle for Aleppo,"' + TEXT.encode() + b'"\n',
}


def test_every_format_has_a_sound_example() -> None:
    assert set(SOUND) == set(PARSERS)


@pytest.mark.parametrize("suffix", SOUND)
class TestContract:
    """What holds for every format alike."""

    def test_a_sound_file_is_one_document(self, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / f"a{suffix.upper()}").write_bytes(SOUND[suffix])
        [loaded] = read_articles([f"a{suffix.upper()}"])
        assert not isinstance(loaded, Failure)
        document = loaded.document
        row = "#1" if suffix in {".jsonl", ".csv"} else ""
        assert document.source == f"a{suffix.upper()}{row}"
        assert loaded.origin == f"{tmp_path.resolve()}/a{suffix.upper()}{row}"
        assert document.id == document_id(document.source)
        assert document.title == "Battle for Aleppo"
        assert document.sha256 == hashlib.sha256(document.text.encode()).hexdigest()
        assert all(word in document.text for word in PARAGRAPHS[0].split())

    def test_an_upload_gives_the_same_document(
        self, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / f"a{suffix}").write_bytes(SOUND[suffix])
        assert documents(read_bytes(f"C:\\x\\a{suffix}", SOUND[suffix])) == documents(read_articles([f"a{suffix}"]))

    @pytest.mark.parametrize("data", [b"", b" \n", b"\0\1\2\3" * 40, bytes(range(256)) * 4])
    def test_what_is_no_such_file_is_one_failure(self, suffix: str, data: bytes) -> None:
        [failure] = read_bytes(f"a{suffix}", data)
        assert isinstance(failure, Failure)
        assert failure.path == f"a{suffix}"
        assert failure.error.startswith("expected")
        assert "found" in failure.error

    @given(data=st.data())
    def test_a_damaged_file_never_breaks_anything(self, suffix: str, data: st.DataObject) -> None:
        sound = SOUND[suffix]
        start = data.draw(st.integers(0, len(sound)))
        end = data.draw(st.integers(start, min(len(sound), start + 40)))
        damaged = sound[:start] + data.draw(st.binary(max_size=20)) + sound[end:]
        for each in read_bytes(f"a{suffix}", damaged):
            if isinstance(each, Failure):
                assert each.error
            else:
                assert each.document.text.strip()
                assert "\0" not in each.document.text
                assert each.document.sha256 == hashlib.sha256(each.document.text.encode()).hexdigest()
                assert each.document.title


def test_html_keeps_title_date_and_address_and_drops_the_page_around() -> None:
    head = (
        "<title>Battle | The Paper</title><meta property='og:title' content='Battle for Aleppo'>"
        "<meta property='article:published_time' content='2016-12-13T22:10:00Z'>"
        "<meta property='article:modified_time' content='2017-01-01T00:00:00Z'>"
        "<link rel='canonical' href='https://example.org/aleppo'>"
    )
    [document] = documents(read_bytes("a.html", page("<script>alert(1)</script>", head).encode()))
    assert document.title == "Battle for Aleppo"
    assert document.published == date(2016, 12, 13)
    assert document.url == "https://example.org/aleppo"
    assert "\n\n".join(PARAGRAPHS) in document.text
    assert "Imprint" not in document.text
    assert "Sport" not in document.text
    assert "alert" not in document.text


def test_html_guesses_no_date() -> None:
    [document] = documents(
        read_bytes("a.html", page("<p>Copyright 2020. On May 12, 2011 it all began in Syria.</p>").encode())
    )
    assert document.published is None
    assert document.url is None


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "utf-8", "shift_jis"])
def test_html_in_the_encoding_it_declares(charset: str) -> None:
    words = "アレッポの戦いは火曜日に終わった。" if charset == "shift_jis" else "A café in Zürich was open on Tuesday."
    html = f"<html><head><meta charset={charset}><title>T</title></head><body><p>{words}</p></body></html>"
    [document] = documents(read_bytes("a.html", html.encode(charset)))
    assert words in document.text


def test_small_pages_and_fragments_count_as_articles() -> None:
    for html in (b"<html><body><p>A short one.</p></body></html>", b"<p>The siege ended on Tuesday.</p>"):
        assert len(documents(read_bytes("a.html", html))) == 1


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        (
            "<html><body><nav><a href=/>Home</a><a href=/n>News</a></nav><footer>Imprint</footer></body></html>",
            "no running text",
        ),
        ("<html><head><title>T</title></head><body></body></html>", "no running text"),
        ("<div>" * 60_000 + "deep words are here." + "</div>" * 60_000, "elements"),
        ("<div>" * 9_000 + "<p>deep words are here. </p>" + "</div>" * 9_000, "no running text"),
        ("<html><body>" + "<p>one word after the other.</p>" * 200_000, "elements"),
        ("<p>" + "x" * 10_000_001, "at most 10,000,000 bytes"),
    ],
    ids=["boilerplate", "empty", "bomb", "deep", "many", "large"],
)
def test_pages_without_an_article_and_bombs_are_failures(html: str, complaint: str) -> None:
    [failure] = read_bytes("a.html", html.encode())
    assert isinstance(failure, Failure)
    assert complaint in failure.error


def test_pdf_pages_are_joined_by_a_blank_line_and_the_title_is_kept() -> None:
    [document] = documents(read_bytes("a.pdf", pdf("One line\nand another.", "Second page.", title="The true title")))
    assert document.text == "One line\nand another.\n\nSecond page."
    assert document.title == "The true title"


def rc4() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("Secret."))))
    writer.encrypt("password", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def aes() -> bytes:
    """Made once with pypdf and cryptography, which reading does without."""
    return (Path(__file__).parent.parent / "fixtures" / "encrypted_aes_256.pdf").read_bytes()


@pytest.mark.parametrize("make", [rc4, aes])
def test_an_encrypted_pdf_says_so(make: Callable[[], bytes]) -> None:
    [failure] = failures(read_bytes("a.pdf", make()))
    assert "found an encrypted one; save a copy without a password" in failure.error


def test_a_pdf_without_text_and_a_cut_one() -> None:
    [failure] = failures(read_bytes("a.pdf", pdf("")))
    assert "only pictures" in failure.error
    [failure] = failures(read_bytes("a.pdf", pdf("Some words.")[:60]))
    assert "damaged" in failure.error
    [failure] = failures(read_bytes("a.pdf", b"no pdf"))
    assert "does not begin like one" in failure.error


def test_a_pdf_bomb_is_refused() -> None:
    import zlib

    head, rest = pdf("Some words.").split(b"<< /Length ", 1)
    tail = rest.split(b"endstream", 1)[1]
    for packed, complaint in (
        (b"(word. ) Tj " * 500_000, "pages of at most 4,000,000 bytes"),
        (b" " * 200_000_000, "damaged"),
    ):
        body = zlib.compress(packed, 1)
        stream = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(body), body)
        [failure] = failures(read_bytes("a.pdf", head + stream + tail))
        assert complaint in failure.error


def test_rows_have_names_titles_dates_and_addresses() -> None:
    rows = [
        {
            "text": "The first. It is.",
            "id": "nyt-1",
            "date": "2024/12/09",
            "url": "https://example.org/1",
            "title": "A. B",
        },
        {"text": "The second.", "id": 7, "published": "2024-12-10", "url": "javascript:alert(1)", "extra": [1]},
        {"text": "The third has NUL \0 and half \ud83d.", "id": "nyt-1", "title": None, "date": None},
        {"text": "The fourth.", "id": ""},
    ]
    first, second, third, fourth = documents(read_bytes("n.jsonl", "\n".join(map(json.dumps, rows)).encode()))
    assert (first.source, first.title, first.published) == ("n.jsonl#nyt-1", "A. B", date(2024, 12, 9))
    assert (first.url, first.id) == ("https://example.org/1", document_id("n.jsonl#nyt-1"))
    assert (second.source, second.url, second.published) == ("n.jsonl#7", None, date(2024, 12, 10))
    assert (third.source, third.text) == ("n.jsonl#3", "The third has NUL \ufffd and half \ufffd.")
    assert (fourth.source, fourth.title) == ("n.jsonl#4", "The fourth.")


def test_broken_json_rows_are_named_and_the_rest_goes_on() -> None:
    lines = ['{"text": "One."}', '{"text": "Two"', "", "[1]",
             '{"title": "x"}', '{"text": 5}', '{"text": "T.", "date": "soon"}',
             '{"text": " "}', '{"text": "U.", "title": 3}', "[" * 100_000, '{"text": "Last."}']  # fmt: skip
    results = list(read_bytes("n.jsonl", "\n".join(lines).encode()))
    assert [document.source for document in documents(results)] == ["n.jsonl#1", "n.jsonl#11"]
    assert {failure.path for failure in failures(results)} == {"n.jsonl"}
    assert [failure.error.split(";")[0] for failure in failures(results)] == [
        "row 2: expected JSON, found that it ends too soon",
        "row 4: expected a JSON object, found list",
        "row 5: column text: expected the article as a string, found nothing",
        "row 6: column text: expected the article as a string, found int",
        "row 7: column date: expected a date such as 2024-12-09, found 'soon'",
        "row 8: column text: expected the article as a string, found white space",
        "row 9: column title: expected a string, found int",
        failures(results)[7].error.split(";")[0],
    ]
    assert failures(results)[7].error.startswith("row 10: expected JSON, found brackets nested too deeply")


def test_a_file_of_nothing_but_broken_rows_is_given_up() -> None:
    results = list(read_bytes("n.jsonl", b"nonsense\n" * 5000))
    assert len(results) == 100
    assert "100 broken rows and no other" in failures(results)[-1].error


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_with_quotes_line_breaks_and_any_separator(encoding: str, separator: str) -> None:
    rows = [
        ["ID", " Text ", "date"],
        ["a", '"He said ""no"";, café\r\n\r\nand left."', "2024-12-09"],
        ["", "Short."],
        [],
    ]
    data = "\r\n".join(separator.join(row) for row in rows).encode(encoding)
    first, second = documents(read_bytes("n.csv", data))
    assert (first.source, first.text) == ("n.csv#a", 'He said "no";, café\r\n\r\nand left.')
    assert (second.source, second.text, second.published) == ("n.csv#2", "Short.", None)


def test_a_csv_cell_may_be_long() -> None:
    text = "word " * 100_000 + "end."
    assert documents(read_bytes("n.csv", f"text\n{text}\n".encode()))[0].text == text


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"id,text\n\n", "found no row"),
        (b"title,body\na,b\n", "expected a header with a column 'text', found 'title,body'"),
        (b"text,text\na,b\n", "columns with different names"),
        (b"id,text\na,b,c\n", "row 1: expected 2 columns, found 3"),
        (b'text\n"open quote\n', "row 1: expected a CSV record"),
        (b'id,text\n"a"b,c\n', "row 1: expected a CSV record"),
        (b"id,text,date\na,b,12/13/14\n", "row 1: column date"),
    ],
)
def test_broken_csv(data: bytes, complaint: str) -> None:
    [failure] = failures(read_bytes("n.csv", data))
    assert failure.error.startswith(complaint) or complaint in failure.error
