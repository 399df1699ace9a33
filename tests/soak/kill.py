"""Kill the indexer at random moments and hold the store to its promises after each.

    python -m tests.soak.kill --kills 30 --seed 1

After each kill the store opens, passes ``check``, holds each article in a whole version, and has lost none. After the
last, one undisturbed run completes it: every file once, in its present version. Prints one JSON document: the seed,
the moments, and every fault; exit 1 if there is any, or if too few of the kills hit a running index.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.soak.archive import Archive, faults, index, opened


def in_child(work: Callable[[], object]) -> tuple[int, int]:
    """Do ``work`` in a forked process that prints its result as JSON; (process id, file to read from).

    This process never opens the store, so that a fork is safe and costs no imports.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code = 1
        try:
            with os.fdopen(writing, "w") as out:
                json.dump(work(), out)
            code = 0
        except BaseException:  # noqa: BLE001 - this process ends here
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(writing)
    return child, reading


def result_of(child: int, reading: int) -> Any:
    """What a child printed. Raises RuntimeError when it failed."""
    with os.fdopen(reading) as stream:
        said = stream.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise RuntimeError(f"a child ended with status {status}")
    return json.loads(said)


def run_index(store: Path, folder: Path) -> float:
    """One run; its seconds."""
    began = time.monotonic()
    held = opened(store)
    index(held, folder)
    held.close()
    return time.monotonic() - began


def inspect(store: Path, archive: Archive, before: list[str]) -> tuple[list[str], list[str]]:
    """(what is wrong, which articles are stored) after a kill; ``before``: those stored before it."""
    held = opened(store)
    found = faults(held, lambda name: range(archive.versions.get(name, 50) + 1))
    stored = sorted(Path(each.source).name for each in held.summaries())
    held.close()
    found += [f"{name}: lost" for name in before if name in archive.versions and name not in stored]
    found += [f"{name}: doubled" for name in set(stored) if stored.count(name) > 1]
    return found, stored


def main() -> int:
    """Run; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--articles", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    when = random.Random(options.seed)
    began = time.monotonic()
    wrong: list[str] = []
    moments: list[float] = []
    in_time = 0
    with tempfile.TemporaryDirectory() as place:
        store, folder = Path(place) / "store", Path(place) / "articles"
        archive = Archive(folder, options.articles, options.seed)
        seconds = float(result_of(*in_child(lambda: run_index(Path(place) / "trial", folder))))
        before: list[str] = []
        for number in range(options.kills):
            moments.append(round(when.uniform(0, seconds), 3))
            child, reading = in_child(lambda: run_index(store, folder))
            time.sleep(moments[-1])
            os.kill(child, signal.SIGKILL)
            os.close(reading)
            in_time += os.waitpid(child, 0)[1] == signal.SIGKILL
            found, before = result_of(*in_child(partial(inspect, store, archive, before)))
            wrong += [f"after kill {number + 1}: {each}" for each in found]
            archive.change(changed=options.articles // 3, removed=3, added=3)
        result_of(*in_child(lambda: run_index(store, folder)))
        found, stored = result_of(*in_child(lambda: inspect(store, archive, before)))
        wrong += [f"at the end: {each}" for each in found]
        if stored != sorted(archive.versions):
            wrong.append(f"at the end: {len(stored)} articles stored, {len(archive.versions)} files")
    about = {
        "seed": options.seed,
        "kills": options.kills,
        "hit_a_running_index": in_time,
        "undisturbed_run_seconds": round(seconds, 2),
        "killed_after_seconds": moments,
        "articles_at_the_end": len(stored),
        "faults": wrong,
        "seconds": round(time.monotonic() - began, 1),
    }
    print(json.dumps(about, indent=2))
    return 1 if wrong or in_time < options.kills // 3 else 0


if __name__ == "__main__":
    sys.exit(main())
