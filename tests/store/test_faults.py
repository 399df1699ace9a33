"""A full disk and a folder that may not be written: one clear error, and what was stored before stays usable."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.cli import main
from tests.bound import bound
from tests.store.articles import three
from tests.store.test_folder import ROOT, opened

CITESPAN = str(Path(sys.executable).parent / "citespan")
FILLING = """
import json, resource, sys
from pathlib import Path
from qa.errors import StoreError
from tests.store.articles import EMBEDDER, indexed
from tests.store.test_folder import EVERYTHING, opened

folder, room = Path(sys.argv[1]), int(sys.argv[2])
store = opened(folder)
before = len(store.summaries())
if room:  # bytes by which any one file may still grow
    largest = max(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + room, largest + room))
said, written = "", 0
try:
    for batch in range(1000):
        store.put([indexed(f"{batch}-{n}.txt", f"Report {batch} of {n} is long. " * 8) for n in range(5)])
        written += 5
except StoreError as error:
    said = str(error)
hits = store.query(EMBEDDER.embed_query("The mayor of Paris resigned."), 1, EVERYTHING)
passage = store.fetch([hits[0].key])[hits[0].key].text
store.close()
try:
    again = opened(folder)  # while there is still no room
    reopened = len(again.summaries())
    again.close()
except StoreError as error:
    reopened = str(error)
print(json.dumps({"said": said, "written": written, "before": before, "reopened": reopened, "passage": passage}))
"""


def put_until_full(folder: Path, room: int) -> dict[str, object]:
    """Fill the store in a process of its own until an error; what it saw."""
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    done = subprocess.run(
        [sys.executable, "-c", FILLING, str(folder), str(room)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, object] = json.loads(done.stdout)
    return seen


def assert_sound_after(folder: Path, seen: dict[str, object]) -> None:
    """The error is one clear line; nothing that was stored is lost, and what was asked for next works."""
    assert_clear(str(seen["said"]))
    assert seen["passage"] == "The mayor of Paris resigned."
    store = opened(folder)
    assert store.check() == []
    assert len(store.summaries()) >= int(str(seen["before"])) + int(str(seen["written"]))
    store.put(three())
    assert store.check() == []
    store.close()


def assert_clear(said: str) -> None:
    """One line that says what is wrong and what to do."""
    assert "the disk is full" in said
    assert "make room and run the command again, nothing is lost" in said
    assert "\n" not in said


def made(folder: Path) -> Path:
    store = opened(folder, create=True)
    store.put(three())
    store.close()
    return folder


@pytest.mark.parametrize("room", [1, 20_000, 400_000])
def test_no_file_may_grow(tmp_path: Path, room: int) -> None:
    """Works everywhere: the system refuses to let any file of the process grow beyond a limit, without a warning."""
    folder = made(tmp_path / "store")
    seen = put_until_full(folder, room)
    assert_sound_after(folder, seen)
    if isinstance(seen["reopened"], str):
        assert_clear(seen["reopened"])


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 12 MB, where the tests may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"expected to mount a small disk, found: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    folder = made(small_disk / "store")
    seen = put_until_full(folder, 0)
    assert seen["reopened"] == int(str(seen["before"])) + int(str(seen["written"])), "not usable while the disk is full"
    assert int(str(seen["written"])) > 0
    shutil.move(folder, small_disk.parent / "store")  # to where there is room
    assert_sound_after(small_disk.parent / "store", seen)


def test_a_full_disk_for_the_command(
    small_disk: Path, seeds_store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(seeds_store, small_disk / "store"))
    article = tmp_path / "late.txt"
    article.write_text("The lake rose again on that day. It was the third time.")
    for left in (0, 100_000, 1_900_000):
        (small_disk / "other").write_bytes(b"")
        (small_disk / "other").write_bytes(bytes(shutil.disk_usage(small_disk).free - left))
        assert main(["index", str(article), "--store", str(folder)]) == 3
        said = capsys.readouterr()
        assert said.out == ""
        assert "disk is full" in said.err or "No space left on device" in said.err
        assert len(said.err.splitlines()) == 1
        answered = main(["ask", "Who negotiated the ceasefire?", "--store", str(folder)])
        said = capsys.readouterr()
        if left:
            assert answered == 0
            assert "Turkey and Russia" in said.out
        else:  # Chroma cannot even be opened without some kilobytes
            assert answered == 3
            assert "the disk is full" in said.err
            assert len(said.err.splitlines()) == 1
    (small_disk / "other").unlink()
    assert main(["check", "--store", str(folder)]) == 0
    assert main(["index", str(article), "--store", str(folder)]) == 0
    assert main(["sources", "--store", str(folder), "--json"]) == 0
    assert capsys.readouterr().out.count('"source"') == 3


def citespan(*arguments: str | Path, output: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command as somebody whom the permission bits bind."""
    with Path(os.devnull if output is None else output).open("w") as stream:
        return subprocess.run(
            bound([CITESPAN, *map(str, arguments)]),
            cwd=ROOT,
            stdout=subprocess.PIPE if output is None else stream,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )


def only_reading(folder: Path, *, yes: bool) -> None:
    """Take everybody's right to write in the store away, or give it back."""
    for path in [*folder.rglob("*"), folder]:
        path.chmod((0o500 if path.is_dir() else 0o400) if yes else (0o700 if path.is_dir() else 0o600))


@pytest.mark.parametrize(
    "command", [["index", "seeds/"], ["remove", "000_973add20a1fe39af.txt"], ["check"], ["sources"]]
)
def test_a_store_that_may_not_be_written(seeds_store: Path, tmp_path: Path, command: list[str]) -> None:
    folder = Path(shutil.copytree(seeds_store, tmp_path / "store"))
    only_reading(folder, yes=True)
    try:
        refused = citespan(*command, "--store", folder)
    finally:
        only_reading(folder, yes=False)
    assert refused.returncode == 3
    assert refused.stdout == ""
    [said] = refused.stderr.splitlines()
    assert str(folder) in said
    assert "permission" in said.lower()
    store = opened(folder, manifest=None)
    assert len(store.summaries()) == 2
    assert store.check() == []
    store.close()


def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    refused = citespan("index", "seeds/", "--store", closed / "store")
    assert refused.returncode == 3
    [said] = refused.stderr.splitlines()
    assert "cannot create it: Permission denied; name another --store" in said
    assert not (closed / "store").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", [["sources"], ["sources", "--json"], ["show", "004_b8f2ff7c7e3e8278.txt"]])
def test_output_that_cannot_be_written(seeds_store: Path, command: list[str]) -> None:
    failed = citespan(*command, "--store", seeds_store, output=Path("/dev/full"))
    assert failed.returncode == 2
    assert failed.stderr == (
        "citespan: the output cannot be written: No space left on device; make room or send it elsewhere\n"
    )
