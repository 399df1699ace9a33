"""Hostile inputs by the thousand: files of every format through reading, splitting and chunking; questions through ask.

    python -m tests.corpus.fuzz --count 90000 --seed 1
    python -m tests.corpus.fuzz --what questions --count 10000 --seed 1

prints what it found, then the outcomes as JSON, and ends with 1 if there was a find: an error that is not one of
ours, an offset that does not hold, an input that takes over five seconds. Each find names the seed and number that
make it again: ``--seed 1 --only 4711``. ``tests/corpus/guided.py`` is the same, led by coverage.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from qa.chunking import chunk
from qa.corpus import read_bytes
from qa.records import Document, Failure
from qa.sentences import sentence_around, split_sentences
from tests.corpus.hostile import hostile_file
from tests.test_chunking import letters, words

SECONDS = 5
"""Of this process's own time: a busy machine is no hang."""
STUCK = 300
"""Seconds of real time after which even a library that listens to no signal is stopped, with a trace of where."""


def examine(document: Document) -> None:
    """Raises AssertionError where a promise is broken."""
    text = document.text
    text.encode()
    end = 0
    for span in split_sentences(text):
        assert end <= span.start < span.end
        assert not text[end : span.start].strip()
        end = span.end
    assert not text[end:].strip()
    middle = len(text) // 2
    around = sentence_around(text, middle, middle)
    assert around.start <= middle <= around.end
    passages = chunk(document, budget=40, overlap=1, count_tokens=words, embedder_tokens=letters, embedder_limit=400)
    for passage in passages:
        assert passage.text == text[passage.start : passage.end]
        assert passage.text.strip()
    assert passages


def read(suffix: str, data: bytes) -> str:
    """What came of a file: "document", "failure", "nothing"; raises what goes wrong."""
    outcome = "nothing"
    for each in read_bytes(f"a{suffix}", data):
        if isinstance(each, Failure):
            assert each.error
            each.error.encode()
            outcome = "failure" if outcome == "nothing" else outcome
        else:
            examine(each.document)
            outcome = "document"
    return outcome


def one_file(rng: random.Random) -> str:
    """What came of a random file."""
    suffix, data = hostile_file(rng)
    return f"{suffix} {read(suffix, data)}"


@contextmanager
def one_of(what: str) -> Iterator[Callable[[random.Random], str]]:
    """What does one input of that kind."""
    if what == "files":
        yield one_file
    else:
        from tests.corpus.questions import asker

        with asker() as ready:
            yield ready.one


def too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise BaseException(f"over {SECONDS} s")  # noqa: TRY002 - nothing that is examined may catch it


def timed(do: Callable[[random.Random], str], rng: random.Random) -> str:
    """The outcome of one input. Raises when it takes too long, also in a library that no signal can interrupt."""
    began = time.process_time()
    faulthandler.dump_traceback_later(STUCK, exit=True, file=2)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        outcome = do(rng)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        faulthandler.cancel_dump_traceback_later()
    if time.process_time() - began > SECONDS:
        raise TimeoutError(f"over {SECONDS} s")
    return outcome


def main() -> int:
    """Run; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--what", choices=("files", "questions"), default="files")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int)
    arguments = parser.parse_args()
    numbers = range(arguments.count) if arguments.only is None else [arguments.only]
    signal.signal(signal.SIGVTALRM, too_slow)
    outcomes: Counter[str] = Counter()
    finds = 0
    slowest = (0.0, 0)
    with one_of(arguments.what) as do:
        began = time.monotonic()
        for number in numbers:
            started = time.process_time()
            try:
                outcomes[timed(do, random.Random(f"{arguments.seed}:{number}"))] += 1
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is a find
                finds += 1
                again = f"--what {arguments.what} --seed {arguments.seed} --only {number}"
                print(f"{again}: {type(error).__name__}: {error}")
                traceback.print_exc(limit=-3)
            slowest = max(slowest, (time.process_time() - started, number))
            if number and number % 5000 == 0:
                print(f"{number} inputs, {finds} finds", file=sys.stderr, flush=True)
        seconds = time.monotonic() - began
    total = sum(outcomes.values()) + finds
    about = {
        "what": arguments.what,
        "seed": arguments.seed,
        "inputs": total,
        "finds": finds,
        "seconds": round(seconds, 1),
        "inputs_per_second": round(total / seconds, 1),
        "slowest": {"number": slowest[1], "cpu_seconds": round(slowest[0], 2)},
        "outcomes": dict(sorted(outcomes.items())),
    }
    print(json.dumps(about, indent=2))
    return 1 if finds else 0


if __name__ == "__main__":
    sys.exit(main())
