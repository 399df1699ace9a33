"""Writes the sample of today's schema that the tests keep for ever: ``tests/fixtures/stores/schema_N.zip``.

    python -m tests.store.make_sample

To be run once for each schema before it is released. It goes through the command, as a user does: articles are
indexed, one is changed and one removed, so that the store has a past.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import zipfile
from pathlib import Path

from qa.cli import main as citespan
from qa.store.layout import SCHEMA

STORES = Path(__file__).parents[1] / "fixtures" / "stores"
FLOOD = (
    "Flood in Norwich\n\nThe river Yare burst its banks on Monday. Forty homes were emptied. Mayor Ada Holt opened "
    "the town hall to those who had to leave.\n"
)
BRIDGE = (
    "# A bridge for Oulu\n\nThe new bridge over the Oulujoki opens on 3 June, said the engineer Matti Lind. "
    "It cost 41 million euros.\r\n\r\nCyclists had waited nine years for it.\n"
)
ROWS = (
    {
        "id": "comet",
        "title": "A comet over 東京",
        "text": "“It was as bright as the moon,” 🙂 said the astronomer Keiko Mori of the comet that passed on Friday.",
        "date": "2024-12-06",
        "url": "https://example.org/comet",
    },
    {"id": "strike", "title": "Strike", "text": "Tram drivers in Łódź went on strike. They ask for 8 % more pay."},
)
EARLIER = {"flood.txt": "The river Yare may flood, it was feared.\n", "gone.txt": "This one was taken back later.\n"}
TEXTS = {"flood.txt": FLOOD, "bridge.md": BRIDGE, **{f"wire.jsonl#{row['id']}": row["text"] for row in ROWS}}
"""What the store holds in the end, by source."""


def write(folder: Path) -> None:
    """Make the sample in ``folder``. Raises RuntimeError when a command fails."""
    os.chdir(folder)
    _index(EARLIER | {"bridge.md": BRIDGE})
    _index({"flood.txt": FLOOD, "wire.jsonl": "".join(json.dumps(row) + "\n" for row in ROWS)})
    _run("remove", "gone.txt")
    _run("check")


def _index(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).write_bytes(text.encode())
    _run("index", *files)


def _run(*arguments: str) -> None:
    if citespan([*arguments, "--store", "store"]) != 0:
        raise RuntimeError(f"`citespan {' '.join(arguments)}` failed")


def main() -> int:
    """Write the file, unless it is there."""
    target = STORES / f"schema_{SCHEMA}.zip"
    if target.exists():
        print(f"{target}: is there already, and a released store never changes", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="citespan-") as folder:
        write(Path(folder))
        paths = sorted(path for path in Path(folder, "store").rglob("*") if path.is_file())
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
            for path in paths:
                packed.write(path, path.relative_to(Path(folder, "store")))
    print(f"{target}: {target.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
