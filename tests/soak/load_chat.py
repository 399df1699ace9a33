"""Twenty people at once: each asks through the served chat, and each gets their own answer, exactly cited.

    python tests/soak/load_chat.py [--users 20] [--seconds 60] [--url http://127.0.0.1:7860]

Without --url it serves the seeds from a temporary store. Exits 1 on any error, foreign answer or inexact citation, or
when the median under load is over 3 times the single user's per core (fair share: users / cores).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
CORES = len(os.sched_getaffinity(0))


@dataclass
class Tally:
    """What the users saw."""

    seconds: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def questions() -> list[str]:
    lines = (ROOT / "eval/questions/seeds.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines if line.strip()]


@contextmanager
def served(store: Path, reader: str) -> Iterator[str]:
    """``citespan serve`` over the seeds on a free port."""
    command = [sys.executable, "-m", "qa.cli"]
    options = ["--store", str(store)]
    subprocess.run([*command, "index", "seeds/", *options], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    process = subprocess.Popen(
        [*command, "serve", "--port", "0", "--reader", reader, *options], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    try:
        said = next((line for line in process.stderr or () if "listening on" in line), "the server did not start")
        yield said.split()[-1]
    finally:
        process.terminate()
        process.wait(20)


async def ask(client: httpx.AsyncClient, question: str, texts: dict[str, str], tally: Tally) -> None:
    began = time.perf_counter()
    try:
        begun = await client.post("/gradio_api/call/ask", json={"data": [question, None, None, None]})
        stream = await client.get(f"/gradio_api/call/ask/{begun.raise_for_status().json()['event_id']}")
        lines = [line for line in stream.raise_for_status().text.splitlines() if line]
        (reply,) = json.loads(lines[-1].removeprefix("data: "))
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        tally.problems.append(f"{question}: {type(error).__name__} {error}")
        return
    tally.seconds.append(time.perf_counter() - began)
    if reply["question"] != " ".join(question.split()):
        tally.problems.append(f"asked {question!r}, answered {reply['question']!r}")
    for each in reply["citations"]:
        if texts[each["source"]][each["start"] : each["end"]] != each["quote"]:
            tally.problems.append(f"{question}: inexact citation {each['id']}")


async def user(url: str, number: int, until: float, texts: dict[str, str], tally: Tally, least: int = 1) -> None:
    """One person with a browser of their own, asking one question after the other."""
    pool = questions()
    async with httpx.AsyncClient(base_url=url, timeout=300) as client:
        at = number * 7
        while time.perf_counter() < until or least > 0:
            await ask(client, pool[at % len(pool)], texts, tally)
            at, least = at + 1, least - 1


def run(url: str, users: int, seconds: float, texts: dict[str, str], least: int = 1) -> Tally:
    tally = Tally()

    async def together() -> None:
        until = time.perf_counter() + seconds
        await asyncio.gather(*(user(url, number, until, texts, tally, least) for number in range(users)))

    asyncio.run(together())
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--url")
    parser.add_argument("--reader", default="packaged")
    options = parser.parse_args()
    texts = {f"seeds/{path.name}": path.read_bytes().decode("utf-8") for path in (ROOT / "seeds").iterdir()}
    if options.url:
        return report(options.url, options, texts)
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "store", options.reader) as url:
        return report(url, options, texts)


def report(url: str, options: Any, texts: dict[str, str]) -> int:
    run(url, 1, 0, texts, least=3)  # warm up
    alone = run(url, 1, min(20.0, options.seconds), texts, least=10)
    crowd = run(url, options.users, options.seconds, texts)
    single, median = statistics.median(alone.seconds), statistics.median(crowd.seconds)
    fair = single * options.users / CORES
    print(
        json.dumps(
            {
                "users": options.users,
                "cores": CORES,
                "single_median_ms": round(1000 * single, 1),
                "crowd_median_ms": round(1000 * median, 1),
                "crowd_p95_ms": round(1000 * statistics.quantiles(crowd.seconds, n=20)[-1], 1),
                "answers": len(crowd.seconds),
                "times_fair_share": round(median / fair, 2),
                "problems": (alone.problems + crowd.problems)[:20],
            },
            indent=2,
        )
    )
    return 1 if alone.problems or crowd.problems or median > 3 * fair else 0


if __name__ == "__main__":
    raise SystemExit(main())
