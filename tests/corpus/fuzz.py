"""Hostile inputs by the thousand: damaged files of every format through reading, splitting and chunking.

``python -m tests.corpus.fuzz --count 100000 --seed 1`` prints what it found and ends with 1 if that is anything: an
error that is no Failure, an offset that does not hold, an input that takes over five seconds. Each find names the seed
and number that make it again: ``--seed 1 --only 4711``.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import traceback
from collections import Counter
from types import FrameType

from qa.chunking import chunk
from qa.corpus import read_bytes
from qa.records import Document, Failure
from qa.sentences import sentence_around, split_sentences
from tests.corpus.test_formats import SOUND
from tests.test_chunking import letters, words

SECONDS = 5
TOKENS = [
    *b"<div> </div> <p> <!-- ]]> <![CDATA[ &amp; &#x0; &#xd800; <table> <script> <meta".split(),
    *b'" "" , ; { } [ ] : \\u0000 \\ud800 {"text": null 1e999 - NaN'.split(),
    *b"/Encrypt /Kids /Length stream endobj << >> 0 R xref /Filter /FlateDecode ( ) 999999999".split(),
    *"... ?! “ ” Mr. U.S. é 漢 e\u0301 .A ’s — •".encode().split(),
    *(b" " * 70, b"\t", b"\r", b"\n\n", b"\r\n\r\n", b"\x0c", "\u2029".encode()),
    *(b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xfe\xff", b"\xc3", b"\x85", b"\xe2\x80"),
]


def damaged(rng: random.Random, sound: bytes) -> bytes:
    """``sound`` after one to eight changes: bytes flipped, cut, doubled, moved, or a telling token put in."""
    data = bytearray(sound)
    for _ in range(rng.randint(1, 8)):
        start = rng.randint(0, len(data))
        end = min(len(data), start + rng.choice((1, 2, 8, 40, 400)))
        change = rng.randrange(6)
        if change == 0 and start < len(data):
            data[start] = rng.randrange(256)
        elif change == 1:
            del data[start:end]
        elif change == 2:
            data[start:start] = bytes(data[start:end]) * rng.choice((1, 3, 30))
        elif change == 3:
            data[start:start] = rng.choice(TOKENS) * rng.choice((1, 1, 2, 50, 1000))
        elif change == 4:
            data[start:end] = rng.randbytes(end - start)
        else:
            other = rng.randint(0, len(data))
            data[other:other] = data[start:end]
    return bytes(data)


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


def one(seed: int, number: int) -> str:
    """What came of an input: "document", "failure"; raises what goes wrong."""
    rng = random.Random(f"{seed}:{number}")
    suffix = rng.choice(sorted(SOUND))
    outcome = "nothing"
    for each in read_bytes(f"a{suffix}", damaged(rng, SOUND[suffix])):
        if isinstance(each, Failure):
            assert each.error
            outcome = "failure"
        else:
            examine(each.document)
            outcome = "document"
    return f"{suffix} {outcome}"


def too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise BaseException(f"over {SECONDS} s")  # noqa: TRY002 - nothing that is examined may catch it


def main() -> int:
    """Run; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int)
    arguments = parser.parse_args()
    numbers = range(arguments.count) if arguments.only is None else [arguments.only]
    signal.signal(signal.SIGVTALRM, too_slow)  # of this process's own time: a busy machine is no hang
    outcomes: Counter[str] = Counter()
    finds = 0
    for number in numbers:
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        try:
            outcomes[one(arguments.seed, number)] += 1
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is a find
            finds += 1
            print(f"--seed {arguments.seed} --only {number}: {type(error).__name__}: {error}")
            traceback.print_exc(limit=-3)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    for outcome, times in sorted(outcomes.items()):
        print(f"{times:8} {outcome}")
    print(f"{sum(outcomes.values()) + finds} inputs, {finds} finds")
    return 1 if finds else 0


if __name__ == "__main__":
    sys.exit(main())
