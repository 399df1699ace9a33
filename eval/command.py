"""``citespan eval``: options in, exit code out. ``compare``, ``tune``, ``new`` in place of a question set are tasks."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path

from eval.measures import measure, ordered
from qa.commands import emit, engine_of, settings_of
from qa.errors import InputError
from qa.reasons import in_words
from qa.terminal import printable, progress_bar


def run(options: Namespace) -> int:
    """Do what is asked and return the exit code."""
    tasks = {"compare": run_compare, "tune": run_tune, "new": run_new}
    more = getattr(options, "more", [])
    if options.dataset in tasks and not Path(options.dataset).exists():
        return tasks[options.dataset](options, [str(each) for each in more])
    if more:
        raise InputError(f"eval: expected one question set, found also {' '.join(more)}; run one after the other")
    return run_evaluation(options)


def run_evaluation(options: Namespace) -> int:
    """Evaluate and say how it went: figures to standard output, the rest to standard error."""
    from eval.run import evaluate

    out = _out(options, Path(options.dataset).name.partition(".")[0])
    with redirect_stdout(sys.stderr), progress_bar() as progress:
        done = evaluate(
            options.dataset,
            settings=settings_of(options),
            out=out,
            modes=[part.strip() for part in str(options.mode).split(",") if part.strip()],
            limit=options.limit,
            seed=getattr(options, "seed", 0),
            skip_bad=getattr(options, "skip_bad", False),
            progress=progress,
        )
    for trouble in done.troubles[:10]:
        kind = "skipped" if trouble.fatal else "note"
        print(printable(f"citespan: {options.dataset}, row {trouble.row}, {kind}: {trouble.what}"), file=sys.stderr)
    if options.json:
        emit(done.to_json())
        return 0
    for mode, summary in done.summaries.items():
        asked = f"{summary.questions} question{'' if summary.questions == 1 else 's'}"
        print(f"{mode}: {asked}, {summary.questions - summary.answerable} of them unanswerable")
        for name in ordered(list(summary.measures)):
            about, value = measure(name), summary.measures[name]
            between = "" if value.low == value.high else f"[{about.show(value.low)}, {about.show(value.high)}]"
            print(f"  {about.label:<22}{about.show(value.value):>9}  {between:<20} n {value.n}")
        print()
    print(done.out / "report.html")
    return 0


def run_compare(options: Namespace, runs: list[str]) -> int:
    """``citespan eval compare RUN RUN...``: 1 when something is worse than it may be."""
    from eval.compare import compare, parse_floors
    from eval.report.comparison import as_page, as_text

    floors = parse_floors(getattr(options, "fail_under", None) or [])
    comparison = compare([Path(each) for each in runs], fail_under=floors, seed=getattr(options, "seed", 0))
    if options.out is not None:
        _write(Path(options.out) / "comparison.html", as_page(comparison))
    if options.json:
        emit(comparison.to_json())
    else:
        print(printable(as_text(comparison)))
    return comparison.exit_code


def run_tune(options: Namespace, more: list[str]) -> int:
    """``citespan eval tune DATASET``: the trade of quality against time."""
    from eval.report.tuning import as_page, as_text
    from eval.tune import parse_grid, tune

    if len(more) != 1:
        raise InputError(f"eval tune: expected one validation set, found {len(more)}; name its file")
    with redirect_stdout(sys.stderr), progress_bar() as progress:
        tuning = tune(
            more[0],
            settings=settings_of(options),
            grid=parse_grid(getattr(options, "grid", None) or []),
            limit=options.limit,
            skip_bad=getattr(options, "skip_bad", False),
            progress=progress,
        )
    out = _out(options, "tuning")
    _write(out / "tuning.html", as_page(tuning))
    _write(out / "tuning.json", json.dumps(asdict(tuning), indent=2) + "\n")
    if options.json:
        emit(asdict(tuning))
    else:
        print(f"{as_text(tuning)}\n{out / 'tuning.html'}")
    return 0


def run_new(options: Namespace, more: list[str]) -> int:
    """``citespan eval new SOURCE --out FILE``: draft a question set in the terminal."""
    from eval.new import draft

    if len(more) != 1 or options.out is None:
        raise InputError("eval new: expected a list of questions or a feedback folder, and --out FILE; name both")
    console = sys.stdout
    with engine_of(options) as engine:
        drafted = draft(Path(more[0]), Path(options.out), engine, input, lambda text: print(text, file=console))
    print(f"{drafted.written} questions written to {options.out}, {drafted.skipped} left out", file=sys.stderr)
    return 0


def _out(options: Namespace, name: str) -> Path:
    return Path("runs") / name if options.out is None else Path(options.out)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"--out {path.parent}: expected a folder that can be written, found {in_words(error)}; name another"
        ) from None
