"""The fuzzing of files led by coverage (atheris, libFuzzer), which finds its way into branches that chance does not.

    pip install 'citespan[fuzz]'
    python -m tests.corpus.guided CORPUS_FOLDER -max_total_time=600 -timeout=5 -rss_limit_mb=2048

It starts from the sound example of each format, keeps in CORPUS_FOLDER what reaches new code, and writes an input that
breaks a promise (see ``fuzz.examine``) to a file ``crash-…`` or ``timeout-…``, which it takes as its argument again.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["qa"]):
    from qa.corpus import PARSERS
    from tests.corpus.fuzz import read
    from tests.corpus.test_formats import SOUND

SUFFIXES = sorted(PARSERS)


def one_input(data: bytes) -> None:
    """The first byte chooses the format, the rest is the file."""
    if data:
        read(SUFFIXES[data[0] % len(SUFFIXES)], data[1:])


def main() -> None:
    """Put the examples into the first folder named, then hand over to libFuzzer, which ends the process."""
    folders = [Path(each) for each in sys.argv[1:] if not each.startswith("-")]
    if folders and not folders[0].is_file():
        folders[0].mkdir(parents=True, exist_ok=True)
        for number, suffix in enumerate(SUFFIXES):
            (folders[0] / f"sound{suffix}").write_bytes(bytes([number]) + SOUND[suffix])
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
