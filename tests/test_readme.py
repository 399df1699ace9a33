"""Every command that the README gives, run in order in a fresh copy of the project."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("$ ")
]
CHAT = "http://127.0.0.1:7860"
"""Where ``make chat`` answers."""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What git would give a newcomer, with this environment in place of a new one."""
    folder = tmp_path_factory.mktemp("readme") / "citespan"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def environment() -> dict[str, str]:
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.parametrize("command", COMMANDS)
def test_command(clone: Path, command: str) -> None:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=clone,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout or ">" in command or "--out" in command


@pytest.fixture
def chat(clone: Path) -> Iterator[subprocess.Popen[str]]:
    """``make chat``, as the README says, skipping only the installation."""
    environ = environment()
    subprocess.run(
        ["bash", "-c", f"mkdir -p .venv && ln -sfn {Path(sys.executable).parent} .venv/bin"], cwd=clone, check=True
    )
    (clone / ".venv" / ".installed").touch()
    server = subprocess.Popen(
        ["make", "chat", "--assume-old=.venv/bin/python"],
        cwd=clone,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    yield server
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGTERM)
    server.communicate(timeout=120)


def test_make_chat_serves_the_chat_where_the_readme_says(chat: subprocess.Popen[str]) -> None:
    assert CHAT in README
    until = time.monotonic() + 300
    while True:
        if chat.poll() is not None:  # whoever answers there now is somebody else
            pytest.fail(f"the chat ended: {chat.stdout.read() if chat.stdout else ''}")
        try:
            with urllib.request.urlopen(CHAT, timeout=60) as page:
                assert "Citespan" in page.read().decode("utf-8")
                return
        except OSError:  # nobody there yet, or too busy to answer
            assert time.monotonic() < until, "the chat did not come up"
            time.sleep(0.5)


def test_the_readme_names_only_files_that_exist() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if "://" not in target:
            assert (ROOT / target).exists(), target
