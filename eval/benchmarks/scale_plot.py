"""The figures of the retrieval benchmark as a picture: ``python -m eval.benchmarks.scale_plot scale.json [scale.svg]``.

One SVG file without fonts, scripts or links of its own; readable on light and on dark pages.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

WIDTH, HEIGHT = 400, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 96, 34, 40
_COLOURS = ("#2f6fbd", "#c2571a", "#2a8a57")
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#5b6675}.title{font-weight:600;fill:#1c2430}"
    "line{stroke:#dde3ea}polyline{fill:none;stroke-width:2}.ground{fill:#fff}"
    "@media(prefers-color-scheme:dark){text{fill:#9aa6b5}.title{fill:#e4e9f0}line{stroke:#2d3642}.ground{fill:#11161d}}"
)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Panel:
    """One small plot. ``lines``: (label, name of the figure); ``most``: the top of the axis, else the data's own."""

    title: str
    lines: tuple[tuple[str, str], ...]
    most: float | None = None


PANELS = (
    Panel(
        "Retrieval, median ms",
        (("no filter", "plain_median"), ("by source", "source_median"), ("by date", "date_median")),
    ),
    Panel(
        "Retrieval, 95th percentile, ms",
        (("no filter", "plain_p95"), ("by source", "source_p95"), ("by date", "date_p95")),
    ),
    Panel("recall@8", (("fused", "recall_fused"), ("dense", "recall_dense"), ("BM25", "recall_bm25")), most=1.0),
    Panel("Opening to the first ranking, s", (("seconds", "open_seconds"),)),
    Panel("Memory of a process that asks, MiB", (("memory", "memory_mib"),)),
    Panel("Store on disk, MiB", (("disk", "store_mib"),)),
)


def plot(scales: Sequence[Row]) -> str:
    """The whole picture: two panels in a row, passages on a logarithmic axis."""
    rows = sorted(scales, key=lambda row: row["passages"])
    panels = [
        f'<g transform="translate({index % 2 * WIDTH} {index // 2 * HEIGHT})">{_panel(panel, rows)}</g>'
        for index, panel in enumerate(PANELS)
    ]
    width, height = 2 * WIDTH, math.ceil(len(PANELS) / 2) * HEIGHT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="Retrieval by number of passages"><style>{_STYLE}</style>'
        f'<rect class="ground" width="{width}" height="{height}"/>{"".join(panels)}</svg>\n'
    )


def _panel(panel: Panel, rows: Sequence[Row]) -> str:
    highest = max((float(row[name]) for row in rows for _, name in panel.lines), default=1.0)
    most = round_up(highest) if panel.most is None else panel.most
    sizes = [math.log10(max(row["passages"], 1)) for row in rows]
    low, high = (sizes[0], sizes[-1]) if sizes else (0.0, 1.0)

    def x(size: float) -> float:
        return round(_LEFT + (0.5 if high == low else (size - low) / (high - low)) * (WIDTH - _LEFT - _RIGHT), 1)

    def y(value: float) -> float:
        return round(HEIGHT - _BOTTOM - value / most * (HEIGHT - _TOP - _BOTTOM), 1)

    parts = [f'<text class="title" x="{_LEFT}" y="20">{escape(panel.title)}</text>']
    for part in range(5):
        value = most * part / 4
        parts.append(f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y(value)}" y2="{y(value)}"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y(value) + 4}" text-anchor="end">{value:g}</text>')
    for row, size in zip(rows, sizes, strict=True):
        shown = f"{row['passages']:,}"
        parts.append(f'<text x="{x(size)}" y="{HEIGHT - _BOTTOM + 17}" text-anchor="middle">{shown}</text>')
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    parts.append(f'<text x="{middle:g}" y="{HEIGHT - 7}" text-anchor="middle">passages</text>')
    labels = _apart([y(float(rows[-1][name])) for _, name in panel.lines] if rows else [])
    for (label, name), colour, place in zip(panel.lines, _COLOURS, labels, strict=False):
        points = [(x(size), y(float(row[name])), float(row[name])) for row, size in zip(rows, sizes, strict=True)]
        parts.append(f'<polyline stroke="{colour}" points="{" ".join(f"{a},{b}" for a, b, _ in points)}"/>')
        parts += [
            f'<circle cx="{a}" cy="{b}" r="3.5" fill="{colour}"><title>{escape(label)}: {value:.3g}</title></circle>'
            for a, b, value in points
        ]
        last = points[-1][2]
        told = f"{escape(label)} {f'{last:,.0f}' if last >= 100 else f'{last:.3g}'}"
        parts.append(f'<text x="{WIDTH - _RIGHT + 8}" y="{place + 4}" style="fill:{colour}">{told}</text>')
    return "".join(parts)


def round_up(value: float) -> float:
    """The next of 1, 2, 4, 8 times a power of ten that is not below.

    >>> round_up(23.0), round_up(0.9), round_up(8.0), round_up(850)
    (40.0, 1.0, 8.0, 1000.0)
    """
    if value <= 0:
        return 1.0
    scale = 10.0 ** math.floor(math.log10(value))
    return next(step * scale for step in (1, 2, 4, 8, 10) if step * scale >= value * (1 - 1e-9))


def _apart(places: Sequence[float], least: float = 14) -> list[float]:
    """The heights moved apart so that labels do not cover each other, their order kept."""
    order = sorted(range(len(places)), key=lambda at: places[at])
    moved = list(places)
    for before, at in pairwise(order):
        moved[at] = max(moved[at], moved[before] + least)
    overshoot = max([*moved, 0.0]) - (HEIGHT - _BOTTOM)
    return [each - max(0.0, overshoot) for each in moved]


def main(arguments: Sequence[str]) -> int:
    if not 1 <= len(arguments) <= 2:
        print("usage: python -m eval.benchmarks.scale_plot scale.json [scale.svg]", file=sys.stderr)
        return 2
    source = Path(arguments[0])
    target = Path(arguments[1]) if len(arguments) == 2 else source.with_suffix(".svg")
    target.write_text(plot(json.loads(source.read_text("utf-8"))), "utf-8")
    print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
