"""The shape of the code: imports point one way, heavy libraries stay inside adapters, the public surface is meant."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import qa

ROOT = Path(__file__).parent.parent
HEAVY = ("torch", "chromadb", "gradio", "sentence_transformers", "transformers", "onnxruntime", "numpy", "tiktoken")

LAYERS = (
    {"records", "errors", "version", "reasons"},
    {
        "abbreviations",
        "layout",
        "sentences",
        "cutting",
        "packing",
        "normalise",
        "consensus",
        "calibration",
        "citation",
        "settings",
        "protocols",
        "tokens",
        "stopwords",
        "framing",
    }
    | {"rows", "derived", "duplicates"},
    {"corpus", "chunking", "embedding", "store", "locks", "retrieval", "reader", "reading", "selection", "conversation"}
    | {"cutting", "packing", "bm25", "words", "fusion", "reprints", "snippets"},
    {"indexing", "lookup", "origins"},
    {"pipeline"},
    {"factory", "wire", "feedback", "uploads"},
    {"terminal", "commands", "cli"},
)
"""Of the package ``qa``, lowest first. A stage imports no other stage; the first two layers and the last may."""
SOCIABLE = (0, 1, 6)
ONE_STAGE = {
    "cutting": "chunking",
    "packing": "chunking",
    "bm25": "retrieval",
    "words": "retrieval",
    "fusion": "retrieval",
    "locks": "store",
    "reprints": "selection",
    "snippets": "selection",
} | {
    "origins": "indexing",
    "feedback": "wire",
}
"""Modules that are part of a stage without lying in a package of its name."""


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def layer_of(part: str) -> int:
    return next((number for number, layer in enumerate(LAYERS) if part in layer), -1)


def part_of(path: Path) -> str:
    return path.relative_to(ROOT / "qa").with_suffix("").parts[0]


@pytest.mark.parametrize("path", modules("qa"), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    part = part_of(path)
    if part in ("__init__", "training"):
        return  # the public surface, and the workshop where the reader is made, may use everything
    layer = layer_of(part)
    assert layer >= 0, f"qa/{part}: give it a place in LAYERS"
    for name in imported(path):
        assert not name.startswith(("ui", "eval")) or part in ("commands",), f"{path.name} imports {name}"
        if not name.startswith("qa."):
            continue
        other = name.split(".")[1]
        assert other != "training", f"{path.name} imports {name}"
        below = layer_of(other) < layer
        beside = layer_of(other) == layer and (
            layer in SOCIABLE or ONE_STAGE.get(other, other) == ONE_STAGE.get(part, part)
        )
        assert below or beside, f"{path.name} imports {name}"


@pytest.mark.parametrize("package", ["qa", "ui", "eval"])
def test_files_stay_small_enough_to_hold_one_idea(package: str) -> None:
    long = {str(path): lines for path in modules(package) if (lines := len(path.read_text("utf-8").splitlines())) > 300}
    assert not long


def test_the_pipeline_tells_the_story_briefly() -> None:
    assert len((ROOT / "qa" / "pipeline.py").read_text("utf-8").splitlines()) <= 100


@pytest.mark.parametrize("arguments", [["--help"], ["ask", "--help"], ["--version"], ["eval", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom qa.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stderr.strip() == "[]"
    assert "citespan" in done.stdout


RAW = {"OSError", "ValueError", "KeyError", "TypeError", "UnicodeDecodeError", "JSONDecodeError", "AttributeError"} | {
    "OverflowError",
    "RecursionError",
    "Error",
}
"""Errors of Python and of the system, whose texts are for programmers: ``qa.reasons`` has words for people."""
WORDED_BY_A_LIBRARY = {"qa/reader/torch_model.py"}
"""What transformers says of a model is made for those who use models."""


def names_in(node: ast.AST | None) -> set[str]:
    ends = (each.attr if isinstance(each, ast.Attribute) else each.id if isinstance(each, ast.Name) else ""
            for each in ([] if node is None else ast.walk(node)))  # fmt: skip
    return set(ends) - {""}


def shown_raw(handler: ast.ExceptHandler) -> bool:
    """Whether the error's own text is put into a string."""
    for node in ast.walk(handler):
        inside = node.value if isinstance(node, ast.FormattedValue) else None
        if isinstance(node, ast.Call) and names_in(node.func) == {"str"}:
            inside = node.args[0]
        if isinstance(inside, ast.Name) and inside.id == handler.name:
            return True
    return False


@pytest.mark.parametrize("package", ["qa", "ui", "eval"])
def test_no_raw_error_text_reaches_a_user(package: str) -> None:
    raw = [
        f"{name}:{node.lineno}"
        for path in modules(package)
        if (name := path.relative_to(ROOT).as_posix()) not in WORDED_BY_A_LIBRARY and "training" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler) and names_in(node.type) & RAW and shown_raw(node)
    ]
    assert raw == []


def test_the_public_surface_is_what_all_says() -> None:
    assert sorted(qa.__all__) == qa.__all__
    for name in qa.__all__:
        assert getattr(qa, name) is not None
    public = {name for name in vars(qa) if not name.startswith("_")} - set(qa.__all__)
    ours = {name for name in public if str(getattr(vars(qa)[name], "__module__", "")).startswith("qa.")}
    assert ours == set()


def test_the_seeds_are_the_articles_that_were_given() -> None:
    from hashlib import sha256

    digests = {path.name: sha256(path.read_bytes()).hexdigest() for path in (ROOT / "seeds").iterdir()}
    assert digests == {
        "000_973add20a1fe39af.txt": "8f96e410f7f62e35ac71ce6027fb52e84d2d8322f8dd07a7207ab19ac2596ead",
        "004_b8f2ff7c7e3e8278.txt": "2d2c33f6eb2bffb06d37651b9f80bf2412f0189fc39fb4238bfb19c307dba54d",
    }
