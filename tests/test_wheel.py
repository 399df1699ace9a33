"""The built wheel, in an environment that has its dependencies and nothing of this checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from qa.training.config import read_config
from qa.training.questions import question_files

ROOT = Path(__file__).parent.parent


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(each) for each in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of what git would ship, so that nothing left over in the checkout gets in."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in run("git", "ls-files", "-co", "--exclude-standard", cwd=ROOT).splitlines():
        if (ROOT / name).is_file():
            (folder / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / "source" / name)
    options = ("--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", folder)
    run(sys.executable, "-m", "pip", "wheel", *options, folder / "source", cwd=folder)
    return next(folder.glob("citespan-*.whl"))


def test_the_wheel_brings_all_it_needs_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"qa/py.typed", "qa/reader/MODEL_CARD.md", "qa/reader/weights/model.onnx"} <= names
    assert "eval/questions/seeds.jsonl" in names
    assert any(name.startswith("ui/assets/") for name in names)
    assert not any(name.startswith(("tests", "seeds")) for name in names)


def test_of_our_own_questions_the_wheel_brings_those_that_a_recipe_names(wheel: Path) -> None:
    training = ROOT / "qa" / "training"
    recipes = [read_config(path) for path in training.glob("*.toml")]
    named = {path for each in recipes for path in question_files([*each.questions, *each.watch_questions])}
    brought = {ROOT / name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".jsonl.gz")}
    assert brought == named


def test_the_installed_wheel_answers_a_question(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "env"
    venv.create(home, with_pip=False)
    scripts, packages = home / "bin", next((home / "lib").glob("python*")) / "site-packages"
    options = ("--no-deps", "--no-index", "--quiet")
    run(sys.executable, "-m", "pip", "--python", scripts / "python", "install", *options, wheel, cwd=tmp_path)
    # The dependencies by path alone: .pth files are not read from there, so this checkout stays invisible.
    (packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + os.linesep)
    place = run(scripts / "python", "-c", "import qa; print(qa.__file__)", cwd=tmp_path)
    assert Path(place.strip()).is_relative_to(home)
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    run(scripts / "citespan", "index", cwd=tmp_path)
    reply = json.loads(run(scripts / "citespan", "ask", "--json", "Who negotiated the ceasefire?", cwd=tmp_path))
    assert reply["answer"] == "Turkey and Russia"
    citation = reply["citations"][0]
    text = (tmp_path / citation["source"]).read_bytes().decode()
    assert text[citation["start"] : citation["end"]] == citation["quote"] == reply["answer"]
