"""Twenty people at once: each asks through the served chat, and each gets their own answer, exactly cited.

    python -m tests.soak.load_chat [--users 20] [--minutes 10] [--url http://127.0.0.1:7860] [--reader R]

Every other question takes the page's own way (the queue, stages, the conversation sent along), the rest the endpoint
/ask. Without --url it serves the seeds from a temporary store. Prints one JSON document. Exits 1 on any error, foreign
answer or inexact citation, or when the median under load is over 3 times the single user's per core (users / cores of
it is everyone's fair share).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
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
from uuid import uuid4

import httpx

ROOT = Path(__file__).parents[2]
CORES = len(os.sched_getaffinity(0))
SEEDS = {f"seeds/{path.name}": path.read_bytes().decode("utf-8") for path in (ROOT / "seeds").iterdir()}
QUESTIONS = [json.loads(line)["question"] for line in (ROOT / "eval/questions/seeds.jsonl").open(encoding="utf-8")]
MOST = 3.0
"""Times the fair share that the median may be."""


@dataclass
class Tally:
    """What the users saw."""

    seconds: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Chat:
    """A served chat, and which of its functions the page calls to ask."""

    url: str
    ask: int

    @staticmethod
    def at(url: str) -> Chat:
        """Finds the function by its inputs: the question asked comes first, then the mode."""
        config = httpx.get(f"{url}/config", timeout=300).raise_for_status().json()
        named = {each["props"].get("elem_id"): each["id"] for each in config["components"]}
        begins = [named["asked"], named["mode"]]
        return Chat(url, next(each["id"] for each in config["dependencies"] if each["inputs"][:2] == begins))


@contextmanager
def served(folder: Path, reader: str, logged: list[str]) -> Iterator[str]:
    """``citespan serve`` over the seeds on a free port; ``logged`` takes what it logs."""
    command = [sys.executable, "-m", "qa.cli"]
    options = ["--store", str(folder / "store")]
    subprocess.run([*command, "index", "seeds/", *options], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    log = folder / "server.log"
    with log.open("w", encoding="utf-8") as out:
        serve = [*command, "serve", "--port", "0", "--reader", reader, *options]
        process = subprocess.Popen(serve, cwd=ROOT, stderr=out, stdout=out)
    try:
        yield _listening(process, log)
    finally:
        process.terminate()
        process.wait(120)
        logged += [line for line in log.read_text("utf-8").splitlines() if "listening on" not in line]


def _listening(process: subprocess.Popen[bytes], log: Path) -> str:
    while process.poll() is None:
        said = [line for line in log.read_text("utf-8").splitlines() if "listening on" in line]
        if said:
            return said[0].split()[-1]
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start: {log.read_text('utf-8')}")


async def through_the_endpoint(client: httpx.AsyncClient, question: str) -> tuple[Any, str]:
    """(reply, "") or (None, what went wrong)."""
    begun = await client.post("/gradio_api/call/ask", json={"data": [question]})
    stream = await client.get(f"/gradio_api/call/ask/{begun.raise_for_status().json()['event_id']}")
    lines = [line for line in stream.raise_for_status().text.splitlines() if line]
    if lines[-2] != "event: complete":
        return None, " ".join(lines[-2:])
    (reply,) = json.loads(lines[-1].removeprefix("data: "))
    return reply, ""


async def through_the_page(client: httpx.AsyncClient, ask: int, question: str) -> tuple[Any, str]:
    """The same, as the page does it."""
    session, conversation = uuid4().hex, {"id": uuid4().hex, "turns": []}
    data = [question, "", conversation, [], "", ""]
    joined = {"data": data, "event_data": None, "fn_index": ask, "trigger_id": None, "session_hash": session}
    (await client.post("/gradio_api/queue/join", json=joined)).raise_for_status()
    async with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        async for line in stream.aiter_lines():
            message = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
            if message.get("msg") == "process_completed":
                return _turn(message, conversation["id"], question)
    return None, "the stream ended without an answer"


def _turn(message: Any, conversation: Any, question: str) -> tuple[Any, str]:
    if not message["success"]:
        return None, json.dumps(message["output"])[:300]
    kept = message["output"]["data"][2]
    (turn,) = kept["turns"]
    if kept["id"] != conversation or turn["typed"] != question:
        return None, f"asked {question!r}, was given {turn['typed']!r}"
    return turn["reply"], turn["error"] or ""


async def ask(client: httpx.AsyncClient, chat: Chat, question: str, by_page: bool, tally: Tally) -> None:
    """One question, timed and checked."""
    began = time.perf_counter()
    try:
        way = through_the_page(client, chat.ask, question) if by_page else through_the_endpoint(client, question)
        reply, wrong = await way
    except (httpx.HTTPError, ValueError, KeyError, TypeError, IndexError) as error:
        reply, wrong = None, f"{type(error).__name__} {error}"
    tally.seconds.append(time.perf_counter() - began)
    if reply is None:
        tally.problems.append(f"{question}: {wrong}")
        return
    if reply["question"] != question.strip():
        tally.problems.append(f"asked {question!r}, answered {reply['question']!r}")
    for each in reply.get("citations", ()):
        if SEEDS[each["source"]][each["start"] : each["end"]] != each["quote"]:
            tally.problems.append(f"{question}: inexact citation {each['id']}")


def run(chat: Chat, users: int, seconds: float, least: int = 1) -> Tally:
    """So many people, each with a browser of their own, asking one question after the other for so long."""
    tally = Tally()

    async def user(number: int, until: float) -> None:
        async with httpx.AsyncClient(base_url=chat.url, timeout=300) as client:
            asked = 0
            while time.perf_counter() < until or asked < least:
                question = QUESTIONS[(number * 7 + asked) % len(QUESTIONS)]
                await ask(client, chat, question, (number + asked) % 2 == 0, tally)
                asked += 1

    async def together() -> None:
        until = time.perf_counter() + seconds
        await asyncio.gather(*(user(number, until) for number in range(users)))

    asyncio.run(together())
    return tally


def measured(url: str, users: int, seconds: float) -> dict[str, Any]:
    """One user alone, then all of them."""
    chat = Chat.at(url)
    run(chat, 1, 0, least=4)  # warm up
    alone = run(chat, 1, min(30.0, seconds), least=10)
    crowd = run(chat, users, seconds)
    single, median = statistics.median(alone.seconds), statistics.median(crowd.seconds)
    return {
        "users": users,
        "cores": CORES,
        "seconds": round(seconds),
        "single_median_ms": round(1000 * single, 1),
        "crowd_median_ms": round(1000 * median, 1),
        "crowd_p95_ms": round(1000 * statistics.quantiles(crowd.seconds, n=20)[-1], 1),
        "answers": len(crowd.seconds),
        "times_fair_share": round(median / (single * max(users / CORES, 1)), 2),
        "problems": [*alone.problems, *crowd.problems],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--url")
    parser.add_argument("--reader", default="packaged")
    options = parser.parse_args()
    logged: list[str] = []
    if options.url:
        about = measured(options.url, options.users, 60 * options.minutes)
    else:
        with tempfile.TemporaryDirectory() as folder, served(Path(folder), options.reader, logged) as url:
            about = measured(url, options.users, 60 * options.minutes)
    problems = about["problems"] + [line for line in logged if re.search("traceback|error|exception", line, re.I)]
    shown = {"problem_count": len(problems), "problems": problems[:20], "server_log": logged[:20]}
    print(json.dumps(about | shown, indent=2))
    return 1 if problems or about["times_fair_share"] > MOST else 0


if __name__ == "__main__":
    raise SystemExit(main())
