"""One process indexes, two read, one tries to write beside it, for a given time; then the store is checked.

    python -m tests.soak.stress --minutes 10 --seed 1

Prints one JSON document: what each process did, and every fault; exit 1 if there is any: a reader met an error, a
passage that is not its article's, or nothing new, a process did not end in time, or the store fails ``check``.
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
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from threading import Timer

from qa.bm25 import Bm25
from qa.errors import StoreLockedError
from qa.records import Filter
from qa.retrieval import HybridRetriever
from tests.fakes import FakeEmbedder
from tests.soak.archive import Archive, faults, index, opened, text_of
from tests.soak.kill import in_child, result_of
from tests.store.articles import indexed

EVERYTHING = Filter()
Start = Callable[[], float]
GRACE = 300.0
"""Seconds beyond its time in which a process must have begun and come to its end, however busy the machine."""


def is_whole(text: str) -> bool:
    """Whether this is one version of one article, as ``text_of`` makes them."""
    words = text.split()
    return words[2:4] == ["came", "in"] or text == text_of(words[1], int(words[4]))


def write(store: Path, archive: Archive, start: Start) -> dict[str, object]:
    """Index a changing folder for so long; how many runs."""
    runs = 0
    opened(store).close()
    until = start()
    while time.monotonic() < until or runs < 2:
        archive.change(changed=10, removed=2, added=2)
        held = opened(store)
        index(held, archive.folder)
        held.close()
        runs += 1
    return {"runs": runs, "wrong": []}


def read(store: Path, seed: int, start: Start) -> dict[str, object]:
    """Ask for so long, as the chat does: one process, opened once. Counts, and what went wrong."""
    pick = random.Random(seed)
    held = opened(store)
    retriever = HybridRetriever(held, FakeEmbedder(), Bm25(held))
    asked, generations, wrong = 0, set(), []
    until = start()
    while time.monotonic() < until or not asked:
        try:
            generations.add(held.generation)
            hits = retriever.retrieve(f"version {pick.randrange(9)} line {pick.randrange(9)}", 5, EVERYTHING)
            documents = held.documents({hit.passage.document_id for hit in hits})
            asked += 1
            wrong += [f"{each.source}: not whole" for each in documents.values() if not is_whole(each.text)]
            wrong += [f"{hit.passage.id}: no sentence" for hit in hits if not hit.passage.text.endswith(".")]
        except Exception as error:  # noqa: BLE001 - any error is a finding
            wrong.append(f"{type(error).__name__}: {error}")
            break
    held.close()
    return {"asked": asked, "generations": len(generations), "wrong": wrong[:20]}


def intrude(store: Path, start: Start) -> dict[str, object]:
    """Try to write beside the indexer; each time it works or the other writer is named."""
    held = opened(store, wait=0.1)
    written, refused, wrong = 0, 0, []
    until = start()
    while time.monotonic() < until:
        try:
            held.put([indexed("/intruder.txt", f"Article /intruder.txt came in {written}.")])
            written += 1
        except StoreLockedError:
            refused += 1
        except Exception as error:  # noqa: BLE001
            wrong.append(f"{type(error).__name__}: {error}")
        time.sleep(0.05)
    held.close()
    held = opened(store, wait=GRACE)
    held.delete([each.document_id for each in held.summaries() if each.source == "/intruder.txt"])
    held.close()
    return {"written": written, "refused": refused, "wrong": wrong[:20]}


def finish(store: Path, archive: Archive) -> list[str]:
    """Complete the store undisturbed and check it."""
    held = opened(store)
    index(held, archive.folder)
    found = faults(held, lambda name: range(1000))
    held.close()
    return found


def stop(children: dict[str, tuple[int, int]]) -> None:
    """Kill those that still run; waiting for them then fails, which names them."""
    for child, _ in children.values():
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def main() -> int:
    """Run; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--articles", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    seconds: float = 60 * options.minutes
    wrong: list[str] = []
    did: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as place:
        store, folder = Path(place) / "store", Path(place) / "articles"
        archive = Archive(folder, options.articles, options.seed)
        wrong += [f"at the beginning: {each}" for each in result_of(*in_child(lambda: finish(store, archive)))]
        ready = get_context("fork").Barrier(4)

        def start() -> float:
            """Wait until each has opened the store; when to end."""
            ready.wait(GRACE)
            return time.monotonic() + seconds

        children = {
            "writer": in_child(lambda: write(store, archive, start)),
            "reader 1": in_child(lambda: read(store, options.seed, start)),
            "reader 2": in_child(lambda: read(store, options.seed + 1, start)),
            "intruder": in_child(lambda: intrude(store, start)),
        }
        limit = Timer(seconds + GRACE, stop, [children])
        limit.start()
        for name, child in children.items():
            try:
                result = result_of(*child)
            except RuntimeError as error:
                wrong.append(f"{name}: {error}")
                continue
            did[name] = result
            wrong += [f"{name}: {each}" for each in result["wrong"]]
            if result.get("asked", 1) == 0:
                wrong.append(f"{name}: could ask nothing")
        limit.cancel()
        # The writer changed its own copy of the list of files: read it again from the folder.
        wrong += [f"at the end: {each}" for each in result_of(*in_child(lambda: finish(store, archive)))]
    about = {"seed": options.seed, "minutes": options.minutes, **did, "faults": wrong}
    print(json.dumps(about, indent=2))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
