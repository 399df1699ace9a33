"""Memory while indexing, as folders grow: ``citespan index`` into an empty store, a fresh process for each size.

    python -m eval.benchmarks.memory ARTICLES.jsonl[.gz] [--sizes 75 300 1200] [--out FILE]

Prints JSON: of each number of articles, from the start of the file, the passages, the peak in MiB and passages per
second; then what each further passage took, from the smallest to the largest, in kB.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

INDEXING = """
import contextlib, io, json, sys
from eval.benchmarks.peak import peak_mib
from qa.cli import main
with contextlib.redirect_stdout(io.StringIO()) as said:
    code = main(["index", sys.argv[1], "--store", sys.argv[2], "--json"])
print(json.dumps({"code": code, "peak_mib": peak_mib(), "report": json.loads(said.getvalue())}))
"""


def measured(articles: Path, count: int) -> dict[str, Any]:
    """Index the first ``count`` articles in a process of their own."""
    with tempfile.TemporaryDirectory() as place:
        rows = Path(place) / "articles.jsonl"
        opener: Any = gzip.open if articles.suffix == ".gz" else open
        with opener(articles, "rb") as lines, rows.open("wb") as chosen:
            chosen.writelines(islice(lines, count))
        command = [sys.executable, "-c", INDEXING, str(rows), str(Path(place) / "store")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own code
    if done.returncode:
        raise RuntimeError(f"indexing {count} articles failed: {done.stderr[-2000:]}")
    told = json.loads(done.stdout)
    report = told["report"]
    return {
        "articles": report["documents"],
        "passages": report["passages"],
        "failed": len(report["failed"]),
        "peak_mib": round(told["peak_mib"], 1),
        "passages_per_second": round(report["passages"] / report["seconds"], 1),
    }


def kb_per_passage(sizes: Sequence[dict[str, Any]]) -> float:
    """What each passage beyond those of the smallest took, in kB (1000 bytes)."""
    least, most = sizes[0], sizes[-1]
    more = most["passages"] - least["passages"]
    return float((most["peak_mib"] - least["peak_mib"]) * 2**20 / 1000 / more) if more else float("nan")


def main() -> int:
    """Measure, and print as JSON."""
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.memory", description=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[75, 300, 1200])
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    sizes = [measured(options.articles, count) for count in sorted(options.sizes)]
    text = json.dumps({"sizes": sizes, "kb_per_passage": round(kb_per_passage(sizes), 2)}, indent=2)
    print(text)
    if options.out is not None:
        options.out.write_text(text + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
