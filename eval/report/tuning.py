"""The trials of a search as text and as one HTML file with the trade of quality against time."""

from __future__ import annotations

from html import escape

from eval.report.page import asset, fill
from eval.report.plots import Dot, scatter_plot
from eval.tune import Trial, Tuning

_LISTED = 15


def as_text(tuning: Tuning) -> str:
    """The best trials and those on the front, and the settings to take."""
    best = tuning.best
    shown = [trial for at, trial in enumerate(tuning.trials) if at < _LISTED or trial.on_front]
    lines = [
        f"{len(tuning.trials)} combinations on {tuning.questions} questions of {tuning.dataset}; "
        "* nothing is both better and quicker",
        "",
        "     k  dense  tokens  threshold     F1     EM  recall  median ms",
        *(_line(trial) for trial in shown),
        "",
        f"the best as settings: {as_environment(best)}",
    ]
    return "\n".join(lines)


def as_page(tuning: Tuning) -> str:
    """The same as one self-contained HTML file, all trials listed."""
    dots = [
        Dot(trial.milliseconds, trial.f1, trial.on_front, f"F1 {100 * trial.f1:.1f}, {_settings(trial)}")
        for trial in tuning.trials
    ]
    rows = "".join(
        f"<tr><th scope='row'>{escape(_settings(trial))}</th><td class='value'>{100 * trial.f1:.1f}</td>"
        f"<td>{100 * trial.em:.1f}</td><td>{100 * trial.recall:.1f}</td><td>{trial.milliseconds:.0f} ms</td>"
        f"<td>{'*' if trial.on_front else ''}</td></tr>"
        for trial in tuning.trials
    )
    plot = scatter_plot(dots, ("median milliseconds", "F1"))
    return fill(
        "tuning.html",
        style=asset("report.css"),
        subtitle=escape(f"{len(tuning.trials)} combinations, {tuning.questions} questions of {tuning.dataset}"),
        plot=plot,
        rows=rows,
    )


def as_environment(trial: Trial) -> str:
    """The trial's settings as a shell sets them; another passage size needs the articles indexed anew."""
    return (
        f"CITESPAN_TOP_K={trial.top_k} CITESPAN_DENSE_WEIGHT={trial.dense_weight:g} "
        f"CITESPAN_PASSAGE_TOKENS={trial.passage_tokens} CITESPAN_THRESHOLD={trial.threshold:g}"
    )


def _line(trial: Trial) -> str:
    return (
        f"{'*' if trial.on_front else ' '}{trial.top_k:>5}{trial.dense_weight:>7.2f}{trial.passage_tokens:>8}"
        f"{trial.threshold:>11.2f}{100 * trial.f1:>7.1f}{100 * trial.em:>7.1f}{100 * trial.recall:>8.1f}"
        f"{trial.milliseconds:>11.0f}"
    )


def _settings(trial: Trial) -> str:
    return (
        f"k {trial.top_k}, dense weight {trial.dense_weight:g}, {trial.passage_tokens} tokens, "
        f"threshold {trial.threshold:g}"
    )
