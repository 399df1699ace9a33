"""``citespan eval``: options in, exit code out."""

from __future__ import annotations

import sys
from argparse import Namespace
from contextlib import redirect_stdout
from pathlib import Path

from eval.measures import measure, ordered
from eval.run import Run, evaluate
from qa.commands import emit, settings_of
from qa.terminal import progress_bar


def run(options: Namespace) -> int:
    """Evaluate and say how it went; figures to standard output, the rest to standard error."""
    out = Path(options.out) if options.out is not None else Path("runs") / Path(options.dataset).name.partition(".")[0]
    with redirect_stdout(sys.stderr), progress_bar() as progress:
        done = evaluate(
            options.dataset,
            settings=settings_of(options),
            out=out,
            modes=[part for part in str(options.mode).split(",") if part],
            limit=options.limit,
            seed=getattr(options, "seed", 0),
            skip_bad=getattr(options, "skip_bad", False),
            progress=progress,
        )
    for trouble in done.troubles[:10]:
        kind = "skipped" if trouble.fatal else "note"
        print(f"citespan: {options.dataset}, row {trouble.row}, {kind}: {trouble.what}", file=sys.stderr)
    if options.json:
        emit(done.to_json())
    else:
        print(render(done))
    return 0


def render(done: Run) -> str:
    """The measures as a table for people, and where the files are."""
    lines = []
    for mode, summary in done.summaries.items():
        unanswerable = summary.questions - summary.answerable
        lines.append(f"{mode}: {summary.questions} questions, {unanswerable} of them unanswerable")
        for name in ordered(list(summary.measures)):
            about, estimate = measure(name), summary.measures[name]
            between = (
                "" if estimate.low == estimate.high else f"[{about.show(estimate.low)}, {about.show(estimate.high)}]"
            )
            lines.append(f"  {about.label:<24}{about.show(estimate.value):>9}  {between:<20} n {estimate.n}")
        lines.append("")
    return "\n".join([*lines, f"{done.out / 'report.html'}"])
