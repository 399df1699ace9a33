"""The folder of uploads: names made safe, limits held to, nothing outside it touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa import uploads
from qa.errors import InputError
from qa.uploads import forget, keep_file, keep_text


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def given(tmp_path: Path, name: str, data: bytes = b"One.\n") -> Path:
    path = tmp_path / "given" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def names(store: Path) -> list[str]:
    return sorted(path.name for path in (store / "uploads").iterdir())


def test_a_file_is_kept_as_it_is_and_once(tmp_path: Path, store: Path) -> None:
    kept = keep_file(store, given(tmp_path, "A b.TXT", b"\xff\x00"))
    assert kept == store / "uploads" / "A-b.txt"
    assert kept.read_bytes() == b"\xff\x00"
    assert keep_file(store, given(tmp_path, "A b.TXT", b"\xff\x00")) == kept
    assert names(store) == ["A-b.txt"]


def test_the_same_name_with_other_words_keeps_both(tmp_path: Path, store: Path) -> None:
    for words in (b"One.\n", b"Two.\n", b"One.\n"):
        keep_file(store, given(tmp_path, "a.txt", words))
    assert sorted(path.read_bytes() for path in (store / "uploads").iterdir()) == [b"One.\n", b"Two.\n"]


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>.txt", "\u202egnp.txt", "-rf.txt", "...txt", "a*[b]#1.txt"]
)
def test_names_are_made_safe(tmp_path: Path, store: Path, name: str) -> None:
    kept = keep_file(store, given(tmp_path, name))
    assert kept.parent == store / "uploads"
    assert kept.suffix == ".txt"
    assert not set(kept.name) & set("<>()\u202e*[]#/ ")
    assert not kept.name.startswith(("-", "."))


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("a.exe", 1, "expected one of .*, found .exe"),
        ("a", 1, "found no suffix"),
        ("a.txt", 11, "a.txt: expected at most"),
    ],
)
def test_other_formats_and_large_files_are_refused(
    tmp_path: Path, store: Path, name: str, size: int, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LARGEST", 10)
    keep_file(store, given(tmp_path, "b.txt", b"x" * 10))
    with pytest.raises(InputError, match=message):
        keep_file(store, given(tmp_path, name, b"x" * size))
    assert names(store) == ["b.txt"]


def test_a_file_that_is_gone_is_said(tmp_path: Path, store: Path) -> None:
    with pytest.raises(InputError, match=r"a\.txt: expected a file that can be copied, found nothing there; try again"):
        keep_file(store, tmp_path / "a.txt")


def test_pasted_text_is_kept_under_its_title(tmp_path: Path, store: Path) -> None:
    kept = keep_text(store, " ../../etc/passwd\n", " Words.\n\nMore. \n")
    assert kept.parent == store / "uploads"
    assert kept.name.startswith("pasted-etc-passwd-")
    assert kept.read_text("utf-8") == "../../etc/passwd\n\nWords.\n\nMore.\n"
    assert keep_text(store, "", "Only words.").read_text("utf-8") == "Only words.\n"
    assert keep_text(store, "", "Half a pair: \ud83d").read_text("utf-8") == "Half a pair: ?\n"


def test_pasted_text_needs_words_and_not_too_many(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "LARGEST", 10)
    with pytest.raises(InputError, match="expected the text of an article, found none"):
        keep_text(store, "Title", " \n ")
    with pytest.raises(InputError, match="expected at most"):
        keep_text(store, "", "ééééé")  # ten bytes and a line break
    assert not store.exists()


def test_forgetting_deletes_only_an_uploaded_original(tmp_path: Path, store: Path) -> None:
    outside = given(tmp_path, "a.txt")
    inside = keep_file(store, outside)
    forget(store, str(outside), [])
    assert outside.exists()
    forget(store, "../../a.txt", [])
    forget(store, f"{inside}#2", [f"{inside}#1"])
    assert inside.exists()
    forget(store, str(inside), [])
    assert not inside.exists()
