"""Paths: what is found, what it is called, what is refused; large, changing and odd files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pytest

from qa.corpus import Loaded, read_articles, read_bytes
from qa.records import Failure
from tests.bound import bound
from tests.corpus.files import documents, failures

ROOT = Path(__file__).parents[2]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def write(path: Path, text: str = "Some words. More words.") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def sources(*paths: str) -> list[str]:
    return [document.source for document in documents(read_articles(paths))]


def test_a_folder_is_read_in_order_without_hidden_and_unknown_files(here: Path) -> None:
    for name in ("n/b.txt", "n/a/z.md", "n/c.TXT", "n/.hidden.txt", "n/.git/x.txt", "n/d.jpg", "n/noext"):
        write(here / name)
    assert sources("n") == sources("n/") == sources("./n", "n/b.txt", "n/*.txt") == ["n/a/z.md", "n/b.txt", "n/c.TXT"]
    assert failures(read_articles(["n"])) == []


def test_globs(here: Path) -> None:
    for name in ("a1.txt", "a2.txt", "b/a3.txt", "a4.jpg", "odd[1].txt"):
        write(here / name)
    assert sources("a*.txt") == ["a1.txt", "a2.txt"]
    assert sources("a*") == ["a1.txt", "a2.txt"]
    assert sources("**/a*.txt") == ["a1.txt", "a2.txt", "b/a3.txt"]
    assert sources(str(here / "a?.txt")) == ["a1.txt", "a2.txt"]
    assert sources("odd[1].txt") == ["odd[1].txt"]


def test_names_are_relative_here_and_absolute_elsewhere(here: Path) -> None:
    write(here / "a.txt")
    write(here.parent / "there" / "b.txt")
    assert sources(str(here / "a.txt"), "../there/b.txt", "x/../a.txt") == [
        "a.txt",
        str(here.parent / "there" / "b.txt"),
    ]


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("nothing.txt", "found nothing of that name"),
        ("*.txt", "expected a glob with .csv, .htm, .html, .jsonl, .md, .pdf, .txt files, found none"),
        ("empty", "expected a folder with"),
        ("picture.jpg", "expected a .csv, .htm, .html, .jsonl, .md, .pdf, .txt file, found .jpg"),
        ("", "expected a path"),
        ("a\0b.txt", "expected a path"),
        ("/dev/null", "found no suffix"),
        ("pipe.txt", "found a device, pipe or socket"),
        ("broken.txt", "found nothing there"),
        ("loop.txt", "found"),
    ],
)
def test_what_cannot_be_read_is_one_failure_and_the_rest_goes_on(here: Path, path: str, complaint: str) -> None:
    (here / "empty").mkdir()
    write(here / "picture.jpg")
    write(here / "other" / "good.txt")
    os.mkfifo(here / "pipe.txt")
    if "*" in path:
        (here / "pipe.txt").unlink()
    else:
        (here / "broken.txt").symlink_to("gone.txt")
        (here / "loop.txt").symlink_to("loop.txt")
    results = list(read_articles([path, "other"]))
    assert [document.source for document in documents(results)] == ["other/good.txt"]
    [failure] = failures(results)
    assert complaint in failure.error
    assert "\n" not in failure.error


def test_links_are_not_followed_out_of_a_folder(here: Path) -> None:
    outside = write(here.parent / "outside" / "secret.txt").parent
    write(here / "n" / "a.txt")
    (here / "n" / "out.txt").symlink_to(outside / "secret.txt")
    (here / "n" / "folder").symlink_to(outside)
    (here / "n" / "again.txt").symlink_to("a.txt")
    (here / "n" / "round").symlink_to(".")
    for path, links in (("n", 2), ("n/**/*.txt", 1)):  # "**" does not look into linked folders
        results = list(read_articles([path]))
        assert [document.source for document in documents(results)][:1] == ["n/a.txt"]
        assert len(documents(results)) == 1
        assert all("leads outside" in failure.error for failure in failures(results))
        assert len(failures(results)) == links
    assert sources("n/out.txt") == ["n/out.txt"]  # named itself, it is meant
    [loaded] = read_articles(["n/out.txt"])
    assert isinstance(loaded, Loaded)
    assert loaded.origin == str((outside / "secret.txt").resolve())


def test_a_file_name_that_is_not_utf_8(here: Path) -> None:
    Path(os.fsdecode(os.fsencode(here) + b"/caf\xe9.txt")).write_text("Words.")
    [failure] = read_articles(["."])
    assert isinstance(failure, Failure)
    assert failure.path == "caf?.txt"
    assert "rename the file" in failure.error


def test_unknown_uploads() -> None:
    [failure] = read_bytes("../../x.exe", b"MZ")
    assert isinstance(failure, Failure)
    assert (failure.path, failure.error.split(";")[0].split(", found ")[1]) == ("x.exe", ".exe")


def test_files_over_the_limit_are_refused_without_being_read(here: Path) -> None:
    for name in ("big.txt", "big.md", "big.html", "big.pdf"):
        with (here / name).open("wb") as file:
            file.truncate(201_000_000)  # sparse: takes no room on the disk
    tracemalloc.start()
    results = list(read_articles(["."]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(results) == len(failures(results)) == 4
    assert all("found 201,000,000; split the file" in failure.error for failure in failures(results))
    assert peak < 50_000_000


def test_a_line_of_ten_megabytes(here: Path) -> None:
    write(here / "a.txt", "word " * 2_000_000)
    write(here / "b.jsonl", '{"text": "' + "word " * 2_000_000 + '"}\n{"text": "Small."}\n')
    began = time.process_time()
    assert [len(document.text) for document in documents(read_articles(["."]))] == [10_000_000, 10_000_000, 6]
    assert time.process_time() - began < 5


def test_a_row_over_the_limit_is_a_failure_and_the_next_is_read(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.corpus.rows.MAX_TEXT", 5_000)
    write(here / "b.jsonl", '{"text": "' + "word " * 5_000 + '"}\n{"text": "Small."}\n')
    results = list(read_articles(["b.jsonl"]))
    assert [document.source for document in documents(results)] == ["b.jsonl#2"]
    assert failures(results)[0].error.startswith("row 1: expected at most 5,000 characters in a row, found more")
    write(
        here / "c.csv", "text,title\n" + "word " * 5_000 + ",Long\nSmall.,Short\n" + "word " * 5_000 + '\n"Last.",End\n'
    )
    results = list(read_articles(["c.csv"]))
    assert [(document.source, document.text) for document in documents(results)] == [
        ("c.csv#2", "Small."),
        ("c.csv#4", "Last."),
    ]
    assert [failure.error[:6] for failure in failures(results)] == ["row 1:", "row 3:"]


def test_rows_stream(here: Path) -> None:
    write(here / "b.jsonl", ('{"text": "' + "word " * 100_000 + '"}\n') * 40)
    tracemalloc.start()
    assert sum(isinstance(each, Loaded) for each in read_articles(["b.jsonl"])) == 40
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000  # of 20 MB


def test_a_file_that_changes_or_goes_while_it_is_read(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from qa.corpus import PARSERS

    path = write(here / "a.txt")

    def meddling(act: str) -> None:
        def parse(stream, source):  # type: ignore[no-untyped-def]
            yield from real(stream, source)
            if act == "grow":
                write(path, "Other words, and more of them.")
            else:
                path.unlink()

        real = PARSERS[".txt"]
        monkeypatch.setattr("qa.corpus.PARSERS", {**PARSERS, ".txt": parse})

    for act in ("grow", "vanish"):
        meddling(act)
        [failure] = read_articles(["a.txt"])
        assert isinstance(failure, Failure)
        assert "changed while it was read; index it again" in failure.error
        monkeypatch.undo()
        monkeypatch.chdir(here)


def test_a_file_that_goes_before_it_is_read(here: Path) -> None:
    write(here / "a.txt")
    second = write(here / "b.txt")
    reading = read_articles(["."])
    next(reading)
    second.unlink()
    [failure] = reading
    assert isinstance(failure, Failure)
    assert "expected a file to read, found nothing there" in failure.error


def test_an_error_inside_a_parser_is_a_failure_but_not_an_interrupt(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here / "a.txt")
    monkeypatch.delenv("CITESPAN_DEBUG", raising=False)

    def raising(error: BaseException):  # type: ignore[no-untyped-def]
        def parse(stream, source):  # type: ignore[no-untyped-def]
            raise error
            yield

        return parse

    monkeypatch.setattr("qa.corpus.PARSERS", {".txt": raising(RecursionError("too deep"))})
    [failure] = read_articles(["a.txt"])
    assert isinstance(failure, Failure)
    assert failure.error == "expected a sound .txt file, found a broken one; save it anew, or its text as .txt"
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("CITESPAN_DEBUG", "1")
    list(read_articles(["a.txt"]))
    assert "RecursionError: too deep" in capsys.readouterr().err
    for error in (KeyboardInterrupt(), MemoryError()):
        monkeypatch.setattr("qa.corpus.PARSERS", {".txt": raising(error)})
        with pytest.raises(type(error)):
            list(read_articles(["a.txt"]))


READING = """
import json, sys
from qa.corpus import read_articles
from qa.records import Failure
found = list(read_articles(sys.argv[1:]))
print(json.dumps([[each.path, each.error] for each in found if isinstance(each, Failure)]))
"""


def test_a_folder_and_a_file_without_permission(here: Path) -> None:
    closed = write(here / "n" / "closed" / "a.txt").parent
    write(here / "n" / "b.txt").chmod(0)
    closed.chmod(0)
    command = bound([sys.executable, "-c", READING, "n"])
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    finally:
        closed.chmod(0o700)
    assert done.returncode == 0, done.stderr
    assert [(path, error.split("found ")[1].split(";")[0]) for path, error in json.loads(done.stdout)] == [
        ("n/b.txt", "that permission is denied"),
        ("n/closed", "that permission is denied"),
    ]
