"""Small SVG plots as text; colours come from the page's style sheet. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 360, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 10, 34
_ROW = 24
_LABEL = 156

Scale = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Bar:
    """A labelled value with its interval and a note shown behind it."""

    label: str
    value: float
    low: float
    high: float
    note: str = ""


def _svg(width: float, height: float, label: str, body: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img" '
        f'aria-label="{escape(label, quote=True)}">{"".join(body)}</svg>'
    )


def _scale(low: float, high: float, start: float, end: float) -> Scale:
    span = (high - low) or 1.0
    return lambda value: round(start + (value - low) / span * (end - start), 2)


_FIFTHS = (0, 0.25, 0.5, 0.75, 1)


def _text(x: float, y: float, anchor: str, text: str, *, extra: str = "", style: str = "tick") -> str:
    return f'<text class="{style}" x="{x:g}" y="{y:g}" text-anchor="{anchor}"{extra}>{text}</text>'


def _axes(x: Scale, y: Scale, xs: Sequence[float], names: tuple[str, str]) -> list[str]:
    parts = []
    for tick in _FIFTHS:
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y(tick)}" y2="{y(tick)}"/>')
        parts.append(_text(_LEFT - 6, y(tick) + 4, "end", f"{tick:g}"))
    parts += [_text(x(tick), HEIGHT - _BOTTOM + 15, "middle", f"{tick:g}") for tick in xs]
    middle, across = (_LEFT + WIDTH - _RIGHT) / 2, (HEIGHT - _BOTTOM) / 2
    parts.append(_text(middle, HEIGHT - 3, "middle", escape(names[0]), style="axis"))
    turned = f' transform="rotate(-90 11 {across:g})"'
    parts.append(_text(11, across, "middle", escape(names[1]), extra=turned, style="axis"))
    return parts


Point = tuple[float, float, float, float]
"""x, y, and the interval of y."""


def line_plot(points: Sequence[Point], names: tuple[str, str], *, dots: bool = False) -> str:
    """A line through points with x and y in 0..1, its intervals as a band; with ``dots`` the xs are categories, drawn
    evenly spaced, the intervals as whiskers.

    ``names`` are those of the x and the y axis.
    """
    xs = [point[0] for point in points]
    y = _scale(0, 1, HEIGHT - _BOTTOM, _TOP)
    if dots:
        place = _scale(0, max(len(points) - 1, 1), _LEFT + 14, WIDTH - _RIGHT - 14)
        where = {value: place(index) for index, value in enumerate(xs)}
        x: Scale = where.__getitem__
        body = _axes(x, y, xs, names)
    else:
        x = _scale(0, 1, _LEFT, WIDTH - _RIGHT)
        body = _axes(x, y, _FIFTHS, names)
    if not dots:
        edge = [(a, high) for a, _, _, high in points] + [(a, low) for a, _, low, _ in reversed(points)]
        body.append(f'<polygon class="band" points="{" ".join(f"{x(a)},{y(b)}" for a, b in edge)}"/>')
    path = " ".join(f"{x(a)},{y(b)}" for a, b, _, _ in points)
    body.append(f'<polyline class="line" points="{path}"/>')
    for a, b, low, high in points if dots else ():
        body.append(_whisker(x(a), y(low), y(high)))
        tip = f"<title>{a:g}: {b:.3f} [{low:.3f}, {high:.3f}]</title>"
        body.append(f'<circle class="dot" cx="{x(a)}" cy="{y(b)}" r="3.5">{tip}</circle>')
    return _svg(WIDTH, HEIGHT, f"{names[1]} by {names[0]}", body)


def _whisker(x: float, low: float, high: float) -> str:
    return f'<line class="whisker" x1="{x}" x2="{x}" y1="{low}" y2="{high}"/>'


def reliability_plot(bins: Sequence[dict[str, float]]) -> str:
    """Accuracy by confidence with its interval: a dot a bin, its area by the number of questions; the diagonal is
    perfect calibration."""
    x, y = _scale(0, 1, _LEFT, WIDTH - _RIGHT), _scale(0, 1, HEIGHT - _BOTTOM, _TOP)
    body = _axes(x, y, _FIFTHS, ("confidence", "share right"))
    body.append(f'<line class="ideal" x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}"/>')
    most = max((each["count"] for each in bins), default=1)
    for each in bins:
        size = 3 + 8 * (each["count"] / most) ** 0.5
        tip = f"{each['count']:g} questions, confidence {each['confidence']:.2f}, right {each['accuracy']:.2f}"
        at = f'cx="{x(each["confidence"])}" cy="{y(each["accuracy"])}"'
        body.append(_whisker(x(each["confidence"]), y(each["low_accuracy"]), y(each["high_accuracy"])))
        body.append(f'<circle class="bubble" {at} r="{size:.1f}"><title>{tip}</title></circle>')
    return _svg(WIDTH, HEIGHT, "reliability", body)


def bar_plot(bars: Sequence[Bar], most: float | None = None) -> str:
    """Horizontal bars with intervals, values from 0 to ``most`` (the greatest upper end when not given)."""
    top = max((each.high for each in bars), default=1.0) if most is None else most
    x = _scale(0, top, _LABEL, WIDTH - 84)
    body = []
    for index, each in enumerate(bars):
        middle = index * _ROW + _ROW / 2
        shown = each.label if len(each.label) <= 25 else each.label[:24] + "…"
        label = f"{escape(shown)}<title>{escape(each.label)}</title>"
        body.append(_text(_LABEL - 6, middle + 4, "end", label))
        width = max(0.0, x(each.value) - _LABEL)
        body.append(f'<rect class="bar" x="{_LABEL}" y="{middle - 7}" width="{width:.2f}" height="14"/>')
        if each.high > each.low:
            ends = f'x1="{x(max(each.low, 0))}" x2="{x(min(each.high, top))}"'
            body.append(f'<line class="whisker" {ends} y1="{middle}" y2="{middle}"/>')
        body.append(_text(WIDTH - 78, middle + 4, "start", escape(each.note)))
    return _svg(WIDTH, max(1, len(bars)) * _ROW, "bars", body)


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of a scatter plot, its tip, and whether it stands out."""

    x: float
    y: float
    strong: bool
    tip: str


def scatter_plot(dots: Sequence[Dot], names: tuple[str, str]) -> str:
    """Dots with x from 0 and y in 0..1; the strong ones are joined by a line."""
    most = max((each.x for each in dots), default=1.0)
    x, y = _scale(0, most, _LEFT, WIDTH - _RIGHT), _scale(0, 1, HEIGHT - _BOTTOM, _TOP)
    body = _axes(x, y, [0, round(most / 2), round(most)], names)
    strong = sorted((each for each in dots if each.strong), key=lambda each: each.x)
    path = " ".join(f"{x(each.x)},{y(each.y)}" for each in strong)
    body.append(f'<polyline class="line" points="{path}"/>')
    for each in dots:
        style = "dot" if each.strong else "bubble"
        tip = f"<title>{escape(each.tip)}</title>"
        body.append(f'<circle class="{style}" cx="{x(each.x)}" cy="{y(each.y)}" r="4">{tip}</circle>')
    return _svg(WIDTH, HEIGHT, f"{names[1]} by {names[0]}", body)
