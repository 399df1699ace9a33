"""Retrieval at scale: rate of indexing, size, memory, time to open, latency with and without a filter, recall.

    python -m eval.benchmarks.retrieval ARTICLES.jsonl[.gz] QUESTIONS.jsonl[.gz] [--sizes 1000 10000 100000] [--out DIR]
                                        [--keep DIR]

Each size is a store of its own, filled from the start of the file. ``--keep``: leave the stores there, and use those
that are there already. Opening is timed in a fresh process: from the import to the first ranking, BM25 included. Writes
``scale.json``, ``scale.md`` (a table) and ``scale.svg`` (a plot, by ``eval.benchmarks.scale_plot`` from the JSON).

recall@8: the share of questions, of those with an answer in a stored article that is named as theirs, whose answer's
words stand in one of the first 8 passages of such an article.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from eval.benchmarks.articles import read
from eval.benchmarks.peak import peak_mib
from eval.benchmarks.scale_plot import plot
from qa.bm25 import Bm25
from qa.corpus import Loaded
from qa.factory import open_citespan
from qa.protocols import PassageKey
from qa.records import Filter, Passage
from qa.retrieval import HybridRetriever
from qa.settings import Settings
from qa.store import ChromaStore

EVERYTHING = Filter()
TOP = 8


@dataclass(frozen=True, slots=True)
class Scale:
    """What was measured of one store. Times in milliseconds unless named otherwise."""

    passages: int
    articles: int
    index_passages_per_second: float | None
    store_mib: float
    open_seconds: float
    memory_mib: float
    plain_median: float
    plain_p95: float
    source_median: float
    source_p95: float
    date_median: float
    date_p95: float
    recall_dense: float
    recall_bm25: float
    recall_fused: float
    questions: int


def articles_for(path: Path, passages: int, cut: Callable[[Any], Sequence[Any]]) -> list[Loaded]:
    """As many articles from the start of the file as make up so many passages."""
    chosen: list[Loaded] = []
    for each in read(path):
        if passages <= 0:
            break
        chosen.append(each)
        passages -= len(cut(each.document))
    return chosen


def latencies(ask: Callable[[str], object], questions: Sequence[str]) -> tuple[float, float]:
    """(median, p95) of one call each."""
    ask(questions[0])
    taken = []
    for question in questions:
        began = perf_counter()
        ask(question)
        taken.append(1000 * (perf_counter() - began))
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1]


def recall(
    store: ChromaStore, rank: Callable[[str], Sequence[PassageKey]], questions: Sequence[dict[str, Any]]
) -> float:
    """See the module."""
    names = {each: state.source for each, state in store.states().items()}
    found = 0
    for question in questions:
        passages = store.fetch(rank(question["question"])).values()
        wanted, gold = [each.lower() for each in question["answers_text"]], set(question["article_ids"])
        found += any(
            names[each.document_id] in gold and any(answer in each.text.lower() for answer in wanted)
            for each in passages
        )
    return found / max(len(questions), 1)


OPENING = """
import sys, time
from eval.benchmarks.peak import peak_mib
began = time.perf_counter()
from qa.factory import open_citespan
from qa.records import Filter
from qa.settings import Settings
engine = open_citespan(Settings(store=sys.argv[1]))
hits = engine.retriever.retrieve(sys.argv[2], 8, Filter())
seconds = time.perf_counter() - began
print(seconds, peak_mib(), len(hits))
"""


def opening(store: Path, question: str) -> tuple[float, float]:
    """(seconds to the first ranking, peak MiB) of a fresh process."""
    said = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", OPENING, str(store), question], capture_output=True, text=True, check=True
    ).stdout.split()
    return float(said[0]), float(said[1])


def measure(path: Path, articles: Path, size: int, asked: Sequence[dict[str, Any]]) -> Scale:
    """Fill a store of that size, if it is not there, and measure it."""
    settings = Settings(store=str(path))
    fresh = not path.exists()
    engine = open_citespan(settings, create=True)
    rate = None
    if fresh:
        chosen = articles_for(articles, size, engine.indexer.chunk)
        report = engine.indexer.index_articles(chosen)
        rate = report.passages / report.seconds
    store, embedder = engine.store, engine.indexer.embedder
    if not isinstance(store, ChromaStore):
        raise TypeError("expected a store on Chroma")
    bm25 = Bm25(store)
    hybrid = HybridRetriever(store, embedder, bm25)
    summaries = store.summaries()
    stored = {each.source for each in summaries}
    answerable = [each for each in asked if stored & set(each["article_ids"])]
    questions = [each["question"] for each in asked][:200]
    days = sorted(each.published for each in summaries if each.published is not None)
    some = tuple(each.source for each in summaries[:: max(len(summaries) // 20, 1)])
    by_date = Filter(since=days[len(days) // 3]) if days else EVERYTHING
    timed = [
        latencies(lambda q, where=where: hybrid.retrieve(q, TOP, where), questions)  # type: ignore[misc]
        for where in (EVERYTHING, Filter(sources=some), by_date)
    ]
    rankings: list[Callable[[str], list[PassageKey]]] = [
        lambda q: [each.key for each in store.query(embedder.embed_query(q), TOP, EVERYTHING)],
        lambda q: [each.key for each in bm25.rank(q, TOP, EVERYTHING)],
        lambda q: [key_of(hit.passage) for hit in hybrid.retrieve(q, TOP, EVERYTHING)],
    ]
    recalls = [recall(store, rank, answerable) for rank in rankings]
    engine.close()
    seconds, memory = opening(path, questions[0])
    return Scale(
        passages=sum(each.passages for each in summaries),
        articles=len(summaries),
        index_passages_per_second=rate,
        store_mib=sum(each.stat().st_size for each in path.rglob("*") if each.is_file()) / 2**20,
        open_seconds=seconds,
        memory_mib=memory,
        plain_median=timed[0][0],
        plain_p95=timed[0][1],
        source_median=timed[1][0],
        source_p95=timed[1][1],
        date_median=timed[2][0],
        date_p95=timed[2][1],
        recall_dense=recalls[0],
        recall_bm25=recalls[1],
        recall_fused=recalls[2],
        questions=len(answerable),
    )


def key_of(passage: Passage) -> PassageKey:
    """Which passage it is."""
    return PassageKey(passage.document_id, passage.start, passage.end)


def table(scales: Sequence[Scale]) -> str:
    """The figures as a Markdown table, a column for each size."""
    rows = [asdict(each) for each in scales]
    head = "| | " + " | ".join(f"{each.passages:,}" for each in scales) + " |\n|---|" + "---|" * len(scales)
    lines = [
        f"| {name.replace('_', ' ')} | " + " | ".join(_shown(row[name]) for row in rows) + " |" for name in rows[0]
    ]
    return "\n".join([head, *lines]) + "\n"


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.3g}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--out", type=Path, default=Path())
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    opener: Any = gzip.open if options.questions.suffix == ".gz" else open
    with opener(options.questions, "rt", encoding="utf-8") as lines:
        asked = [json.loads(line) for line in lines]
    with tempfile.TemporaryDirectory() as place:
        keep = Path(place) if options.keep is None else options.keep
        scales = [measure(keep / f"scale-{size}", options.articles, size, asked) for size in options.sizes]
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "scale.json").write_text(json.dumps([asdict(each) for each in scales], indent=2) + "\n", "utf-8")
    (options.out / "scale.md").write_text(table(scales), "utf-8")
    (options.out / "scale.svg").write_text(plot([asdict(each) for each in scales]), "utf-8")
    print(table(scales), end="")
    print(f"peak memory of this process: {peak_mib():.0f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
