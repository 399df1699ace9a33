"""One command, one table: ``python -m eval.benchmarks.peers --model HF_FOLDER --python PEERS_PYTHON``."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.benchmarks.peers.judging import judge, table, verdict
from eval.benchmarks.peers.task import write_task
from qa.settings import load_settings

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def main() -> int:
    """Retrieve once, let each contender read in a process of its own, score both, print the table."""
    options = _options()
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    settings = load_settings(store=options.store, top_k=options.top_k, reader="baseline")
    task_file = out / "task.json"
    asked = write_task(task_file, Path(options.dataset), settings, options.limit)
    print(f"{asked} questions, {options.top_k} passages each, {options.threads} threads", file=sys.stderr)
    threads = str(options.threads)
    ours = [sys.executable, "-m", "eval.benchmarks.peers.citespan_side", str(task_file), options.reader]
    theirs = [options.python, str(HERE / "haystack_side.py"), str(task_file), options.model]
    contenders = {
        "Citespan": [*ours, "OUT", threads],
        "Citespan, reading all": [*ours, "OUT", threads, "all"],
        "Haystack": [*theirs, "OUT", threads],
        "Haystack, told token types": [*theirs, "OUT", threads, "types"],
    }
    task = json.loads(task_file.read_text(encoding="utf-8"))
    scores = []
    with TemporaryDirectory() as folder:
        for name, command in contenders.items():
            result = Path(folder) / "result.json"
            _run([str(result) if part == "OUT" else part for part in command], options.threads)
            loaded = json.loads(result.read_text(encoding="utf-8"))
            (out / f"{name.lower().replace(', ', '-').replace(' ', '-')}.json").write_text(json.dumps(loaded))
            scores.append(judge(name, task, loaded))
    (out / "peers.json").write_text(json.dumps([asdict(each) for each in scores], indent=2) + "\n", encoding="utf-8")
    print(table(scores))
    print(verdict(scores[0], scores[1:]))
    return 0


def _run(command: list[str], threads: int) -> None:
    environ = os.environ | {"OMP_NUM_THREADS": str(threads), "PYTHONPATH": str(ROOT)}
    subprocess.run(command, check=True, env=environ)  # noqa: S603 - the command is made above


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.peers", description=__doc__)
    parser.add_argument("--dataset", default="eval/questions/seeds.jsonl", help="any set `citespan eval` reads")
    parser.add_argument("--reader", default="qa/reader/weights", help="the reader as Citespan ships it")
    parser.add_argument("--model", required=True, help="the same weights as a Hugging Face folder")
    parser.add_argument("--python", required=True, help="python of the environment that has Haystack")
    parser.add_argument("--out", default="runs/peers", help="where task, results and table go")
    parser.add_argument("--store", help="the store, for a set about indexed articles")
    parser.add_argument("--top-k", type=int, default=8, help="passages for each question")
    parser.add_argument("--threads", type=int, default=2, help="threads of each contender")
    parser.add_argument("--limit", type=int, help="only the first questions")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
