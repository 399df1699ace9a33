"""Builds ``report.html``: tables and plots as static HTML, the questions as data for the page's own script.

Text of articles and questions reaches the page only as escaped HTML or inside JSON that cannot end its element, and
the script shows it only as text nodes.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Mapping
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from eval.measures import measure, ordered
from eval.outcome import Excerpt, Outcome
from eval.report.plots import Bar, bar_plot, line_plot, reliability_plot
from eval.summary import DEPTHS, STAGES, Summary

HEADLINE = ("f1", "em", "refusal_auroc", "citation_exactness", "recall@8", "mrr", "calibration_error", "total_ms_p50")
_PLAIN = 4_000_000
"""Data beyond this many bytes is packed with gzip, which every current browser unpacks by itself."""


def write_report(
    path: Path,
    name: str,
    summaries: Mapping[str, Summary],
    rows: Mapping[str, Iterable[Outcome]],
    manifest: Mapping[str, Any],
) -> None:
    """Write the report of a run, all its modes in one file. Of ``rows`` one is held at a time."""
    path.write_text(report_page(name, summaries, rows, manifest), encoding="utf-8")


def report_page(
    name: str, summaries: Mapping[str, Summary], rows: Mapping[str, Iterable[Outcome]], manifest: Mapping[str, Any]
) -> str:
    """The whole page. Opens from disk and asks nothing of any network."""
    sections = "".join(_section(summary) for summary in summaries.values())
    tabs = "".join(
        f'<button type="button" role="tab" data-mode="{escape(mode, quote=True)}">{escape(mode)}</button>'
        for mode in summaries
    )
    return fill(
        "report.html",
        title=escape(name),
        style=asset("report.css"),
        subtitle=escape(_subtitle(summaries, manifest)),
        tabs=tabs,
        sections=sections,
        manifest=escape(json.dumps(manifest, ensure_ascii=False, indent=2)),
        data=embed({mode: (_row(each) for each in outcomes) for mode, outcomes in rows.items()}),
        script=asset("report.js"),
    )


def asset(name: str) -> str:
    """The text of a file in ``eval/assets``."""
    return files("eval").joinpath("assets", name).read_text(encoding="utf-8")


def fill(template: str, **parts: str) -> str:
    """The template with each ``{{name}}`` replaced once, so that no part is itself taken for a template."""
    pieces = asset(template).split("{{")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("}}")
        filled += [parts[name], rest]
    return "".join(filled)


def embed(lists: Mapping[str, Iterable[Any]]) -> str:
    """A script element with the lists as data: JSON with every ``<`` escaped, or packed when it is large."""
    parts = (f"{_json(name)}:[{','.join(map(_json, values))}]" for name, values in lists.items())
    text = f"{{{','.join(parts)}}}"
    if len(text.encode("utf-8")) > _PLAIN:
        packed = base64.b64encode(gzip.compress(text.encode("utf-8"), 6, mtime=0)).decode("ascii")
        return f'<script type="application/gzip" id="data">{packed}</script>'
    safe = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f'<script type="application/json" id="data">{safe}</script>'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _subtitle(summaries: Mapping[str, Summary], manifest: Mapping[str, Any]) -> str:
    first = next(iter(summaries.values()))
    asked = f"{first.questions} questions, {first.questions - first.answerable} of them unanswerable"
    models = manifest.get("models", {})
    return f"{asked} · reader {models.get('reader', 'unknown')} · Citespan {manifest.get('citespan', '')}"


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.id,
        "q": outcome.question,
        "u": outcome.understood,
        "p": outcome.prediction,
        "b": outcome.best_span,
        "g": list(dict.fromkeys(gold.text for gold in outcome.answers)),
        "em": outcome.em,
        "f": None if outcome.f1 is None else round(outcome.f1, 4),
        "c": None if outcome.confidence is None else round(outcome.confidence, 4),
        "l": outcome.lost,
        "t": round(outcome.latency_ms, 1),
        "r": outcome.reason,
        "cites": [f"{each['source']}:{each['start']}-{each['end']}" for each in outcome.citations],
        "x": [_excerpt(each) for each in outcome.excerpts],
    }


def _excerpt(excerpt: Excerpt) -> list[Any]:
    return [excerpt.source, excerpt.title, excerpt.start, excerpt.text, [list(mark) for mark in excerpt.marks]]


def _section(summary: Summary) -> str:
    plots = "".join(
        f"<figure><figcaption>{escape(caption)}</figcaption>{svg}</figure>" for caption, svg in _plots(summary)
    )
    return (
        f'<section data-mode="{escape(summary.mode, quote=True)}">{_cards(summary)}'
        f'<div class="measures">{_tables(summary)}</div><div class="plots">{plots}</div></section>'
    )


def _cards(summary: Summary) -> str:
    """The figures that matter most, large."""
    cards = [
        f"<div class='card'><b>{about.show(summary.measures[name].value)}</b>"
        f"<span>{escape(about.label)}, {about.show(summary.measures[name].low)} – "
        f"{about.show(summary.measures[name].high)}</span></div>"
        for name in HEADLINE
        if name in summary.measures
        for about in [measure(name)]
    ]
    return f"<div class='cards'>{''.join(cards)}</div>"


def _tables(summary: Summary) -> str:
    groups: dict[str, list[str]] = {}
    for name in ordered(list(summary.measures)):
        groups.setdefault(measure(name).group, []).append(_measure_row(summary, name))
    return "".join(
        f"<table><caption>{escape(group)}</caption><tbody>{''.join(lines)}</tbody></table>"
        for group, lines in groups.items()
    )


def _measure_row(summary: Summary, name: str) -> str:
    about, estimate = measure(name), summary.measures[name]
    between = "" if estimate.low == estimate.high else f"{about.show(estimate.low)} – {about.show(estimate.high)}"
    return (
        f'<tr><th scope="row">{escape(about.label)}<small>{escape(about.meaning)}</small></th>'
        f'<td class="value">{about.show(estimate.value)}</td><td class="between">{between}</td>'
        f'<td class="n">{estimate.n}</td></tr>'
    )


def _plots(summary: Summary) -> list[tuple[str, str]]:
    plots: list[tuple[str, str]] = []
    lost = [Bar(name, count, count, count, str(count)) for name, count in summary.lost.items()]
    plots.append(("What became of the questions", bar_plot(lost)))
    if summary.risk_coverage:
        plots.append(
            (
                "Risk–coverage: errors when only the most confident are answered",
                line_plot(summary.risk_coverage, ("coverage", "risk")),
            )
        )
    if summary.reliability:
        plots.append(("Reliability: is the confidence true?", reliability_plot(summary.reliability)))
    recalls = [
        (float(k), each.value, each.low, each.high)
        for k in DEPTHS
        if (each := summary.measures.get(f"recall@{k}")) is not None
    ]
    if recalls:
        plots.append(
            ("Recall@k: a gold span is among the first k passages", line_plot(recalls, ("k", "recall"), dots=True))
        )
    for kind, slices in summary.slices.items():
        bars = [
            Bar(each.name, each.f1.value, each.f1.low, each.f1.high, f"{100 * each.f1.value:.0f} (n {each.f1.n})")
            for each in slices
        ]
        plots.append((f"F1 by {kind}", bar_plot(bars, most=1.0)))
    bars = [
        Bar(f"{stage} p{percent}", each.value, each.low, each.high, f"{each.value:.0f} ms")
        for stage in STAGES
        for percent in (50, 95, 99)
        if (each := summary.measures.get(f"{stage}_ms_p{percent}")) is not None
    ]
    return [*plots, ("Latency", bar_plot(bars))] if bars else plots
