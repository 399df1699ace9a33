"""Cost: how long a reader takes for eight passages, and how much memory. In a process of its own, nothing else loaded:

python -m qa.training.cost --reader DIR
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from qa.reader.model import OnnxReader
from qa.records import Passage

_PASSAGES, _RUNS = 8, 20
_QUESTION = "When did the last fighters leave the eastern districts of the city?"
_SENTENCES = (
    "The evacuation began shortly after dawn when the first buses crossed the line between the two sides.",
    "Officials from four countries said that the agreement would hold, although shelling was heard at noon.",
    "A spokeswoman for the agency, Maria Keller, told reporters that 2,300 people had registered by Thursday.",
    "Prices of bread and fuel in the northern districts have tripled since the road was closed in July.",
)


def cost(folder: Path) -> dict[str, float]:
    """Median milliseconds of eight passages of about 190 word pieces, and peak MiB, measured in a fresh process."""
    command = [sys.executable, "-m", "qa.training.cost", "--reader", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    told: dict[str, float] = json.loads(done.stdout)
    return told


def _peak_mib() -> float:
    status = Path("/proc/self/status")
    if not status.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    # The resource usage counts what the parent had when it started this process.
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))


def main() -> int:
    """Measure here and print as JSON."""
    parser = argparse.ArgumentParser(prog="python -m qa.training.cost", description=__doc__)
    parser.add_argument("--reader", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    reader = OnnxReader(options.reader, threads=options.threads)
    texts = [" ".join((_SENTENCES * 3)[shift : shift + 8]) for shift in range(4)] * 2
    passages = [Passage(str(at), "d", 0, len(text), text) for at, text in enumerate(texts[:_PASSAGES])]
    timings = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        reader.read(_QUESTION, passages)
        timings.append(1000 * (time.perf_counter() - began))
    print(json.dumps({"eight_passages_ms": round(statistics.median(timings), 1), "peak_mib": round(_peak_mib(), 1)}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
