"""The evaluation: question set -> asked in each mode -> rows, measures, report. The story of this package."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval.articles import Articles, Located, locate
from eval.asking import Ask, open_asker, reader_asker, retrieval_asker
from eval.dataset.load import bad_rows_first, read_dataset, refuse
from eval.dataset.records import Dataset, Question, Trouble
from eval.engine import Opener, engine_for, open_by_settings
from eval.manifest import describe, fingerprint
from eval.metrics.citations import Place
from eval.predictions import append_to, file_of, finish, may_resume, read_predictions, stream_predictions, write
from eval.report import write_report
from eval.scoring import GetArticle, score
from eval.summary import Summary, summarise, summary_json
from qa.errors import DatasetError, InputError
from qa.pipeline import Citespan
from qa.protocols import Progress
from qa.settings import Settings

MODES = ("open", "reader", "retrieval", "conversation")


@dataclass(frozen=True, slots=True)
class Run:
    """What an evaluation gave, mode by mode; ``out`` holds the same as files."""

    out: Path
    manifest: dict[str, Any]
    summaries: dict[str, Summary]
    troubles: tuple[Trouble, ...]

    def to_json(self) -> dict[str, Any]:
        """``metrics.json``: the first mode's measures flat, each mode's under ``modes``, then how it was made."""
        modes = {mode: summary_json(summary) for mode, summary in self.summaries.items()}
        first = next(iter(modes.values()))
        return {
            **first,
            "modes": modes,
            "skipped": [{"row": each.row, "what": each.what} for each in self.troubles if each.fatal],
            "warnings": [{"row": each.row, "what": each.what} for each in self.troubles if not each.fatal],
            "manifest": self.manifest,
        }


def evaluate(
    dataset_path: str | Path,
    *,
    settings: Settings,
    out: Path,
    modes: Sequence[str] = ("open",),
    engine: Citespan | None = None,
    limit: int | None = None,
    seed: int = 0,
    skip_bad: bool = False,
    progress: Progress | None = None,
    opener: Opener = open_by_settings,
) -> Run:
    """Ask every question in every mode; write ``predictions.jsonl``, ``metrics.json``, ``report.html`` to ``out``.

    ``engine``: asked instead of the store of ``settings`` (a set that brings its own texts always gets a temporary
    store from ``opener``). ``limit``: the first so many questions; with a ``seed`` other than 0 a random sample of
    that size at most, conversations whole. A run cut off in ``out`` is gone on with when all is as it was. Raises
    DatasetError for a bad set, InputError for bad arguments.
    """
    modes = _checked(modes, limit)
    dataset = read_dataset(dataset_path, skip_bad=skip_bad)
    dataset = replace(dataset, questions=_sample(dataset.questions, limit, seed))
    with ExitStack() as opened:
        with bad_rows_first(dataset, skip_bad=skip_bad):
            asked = opened.enter_context(
                engine_for(dataset, settings, modes, engine=engine, opener=opener, progress=progress)
            )
            articles = Articles(asked.store)
            if not len(articles) and set(modes) != {"reader"}:
                raise InputError(
                    f"--store {settings.store}: expected indexed articles, found none; run `citespan index`"
                )
            located = {mode: _located(dataset, articles, mode, asked.max_question) for mode in modes}
        manifest = describe(dataset, asked, settings, modes=modes, limit=limit, seed=seed)
        wrong = [each for _, some in located.values() for each in some]
        troubles = sorted(dict.fromkeys([*dataset.troubles, *wrong]), key=lambda trouble: trouble.row)
        refuse(dataset.path, troubles, skip_bad=skip_bad, good=min(len(good) for good, _ in located.values()))
        resume = may_resume(out, fingerprint(manifest))
        for mode in modes:
            path, (questions, _) = file_of(out, mode, modes), located[mode]
            ask, article = _asker(mode, asked, dataset), _lookup(articles, dataset)
            with append_to(path, resume=resume, questions=[each.question for each in questions]) as (file, done):
                for position, each in enumerate(questions[done:], done + 1):
                    write(file, score(each, ask(each), mode, article))
                    if progress is not None:
                        progress(f"asking ({mode})", position, len(questions))
    # From the files: while questions are asked, nothing is kept of those before.
    files = {mode: file_of(out, mode, modes) for mode in modes}
    summaries = {mode: summarise(read_predictions(file), mode, seed) for mode, file in files.items()}
    rows = {mode: stream_predictions(file) for mode, file in files.items()}
    run = Run(out, manifest, summaries, tuple(troubles))
    text = json.dumps(run.to_json(), ensure_ascii=False, indent=2)
    (out / "metrics.json").write_text(text + "\n", encoding="utf-8")
    write_report(out / "report.html", Path(dataset.path).name, summaries, rows, manifest)
    finish(out)
    return run


def _checked(modes: Sequence[str], limit: int | None) -> list[str]:
    wrong = [mode for mode in modes if mode not in MODES]
    if wrong or not modes:
        raise InputError(f"--mode: expected some of {', '.join(MODES)}, found {', '.join(wrong) or 'none'}")
    if limit is not None and limit < 1:
        raise InputError(f"--limit: expected a number of questions from 1, found {limit}")
    return list(dict.fromkeys(modes))


def _sample(questions: Sequence[Question], limit: int | None, seed: int) -> tuple[Question, ...]:
    if limit is None or limit >= len(questions):
        return tuple(questions)
    if seed == 0:
        return tuple(questions[:limit])
    starts = [index for index, question in enumerate(questions) if not question.earlier]
    whole = [range(start, end) for start, end in zip(starts, [*starts[1:], len(questions)], strict=True)]
    random.Random(seed).shuffle(whole)  # noqa: S311 - not a secret
    picked: list[int] = []
    for conversation in whole:
        if len(picked) + len(conversation) <= limit:
            picked.extend(conversation)
    return tuple(questions[index] for index in sorted(picked))


def _located(dataset: Dataset, articles: Articles, mode: str, longest: int) -> tuple[list[Located], list[Trouble]]:
    """The questions with the places of their golds: in the store, or in the set's own texts for the reader. In mode
    conversation those of conversations alone."""
    asked = [question for question in dataset.questions if question.turn or mode != "conversation"]
    if not asked:
        raise DatasetError(f"{dataset.path}: expected conversations (rows with 'turns'), found none; use --mode open")
    short = [question for question in asked if len(question.text) <= longest]
    long = [
        Trouble(question.row, f"expected a question of at most {longest} characters, found {len(question.text)}")
        for question in asked
        if len(question.text) > longest
    ]
    if mode != "reader" or not dataset.brings_text:
        found, wrong = locate(short, articles)
        return found, long + wrong
    return [Located(question, _own_places(question, dataset)) for question in short], long


def _own_places(question: Question, dataset: Dataset) -> tuple[Place, ...]:
    if question.paragraph is None:
        return ()
    document = dataset.paragraphs[question.paragraph]
    places = [
        Place(document.id, gold.start, gold.end)
        for gold in question.answers
        if gold.start is not None and gold.end is not None
    ]
    return tuple(dict.fromkeys(places))


def _asker(mode: str, engine: Citespan, dataset: Dataset) -> Ask:
    if mode in ("open", "conversation"):
        return open_asker(engine)
    if mode == "retrieval":
        return retrieval_asker(engine)
    return reader_asker(engine, dataset.paragraphs)


def _lookup(articles: Articles, dataset: Dataset) -> GetArticle:
    own = {document.id: document for document in dataset.paragraphs.values()}
    return lambda document_id: own[document_id] if document_id in own else articles.get(document_id)
