"""A comparison as text for a terminal and as one HTML file."""

from __future__ import annotations

from html import escape

from eval.compare import Change, Comparison, Pair
from eval.measures import measure
from eval.outcome import Outcome
from eval.report.page import asset, fill

_LISTED = 10


def as_text(comparison: Comparison) -> str:
    """Measures side by side, the questions won and lost with both answers, and the verdict."""
    lines: list[str] = []
    for pair in comparison.pairs:
        lines += [f"{pair.first.name}  ->  {pair.second.name}", ""]
        lines += [_change_line(change) for change in pair.changes]
        lines.append("")
        for title, ids in (("won", pair.won), ("lost", pair.lost)):
            lines.append(f"{len(ids)} {title}" + (f", the first {_LISTED}:" if len(ids) > _LISTED else ":"))
            lines += [f"  {_told(pair, each)}" for each in ids[:_LISTED]]
        if pair.unshared:
            lines.append(f"{pair.unshared} questions stand in one of the runs only and were left out")
        lines.append("")
    verdict = [f"FAIL {each}" for each in comparison.failures] or ["no measure is worse than it may be"]
    return "\n".join(lines + verdict)


def as_page(comparison: Comparison) -> str:
    """The same as one self-contained HTML file; every question won or lost is listed."""
    sections = "".join(_section(pair) for pair in comparison.pairs)
    verdict = "".join(f'<p class="bad">{escape(each)}</p>' for each in comparison.failures)
    return fill(
        "comparison.html",
        style=asset("report.css"),
        verdict=verdict or '<p class="good">No measure is worse than it may be.</p>',
        sections=sections,
    )


def _change_line(change: Change) -> str:
    label = measure(change.measure).label if change.measure != "total_ms" else "Mean time"
    first, second = _shown(change, change.first), _shown(change, change.second)
    mark = " *" if change.p < 0.05 else ""
    between = f"[{_signed(change, change.difference.low)}, {_signed(change, change.difference.high)}]"
    difference = _signed(change, change.difference.value)
    return f"  {label:<22}{first:>9} {second:>9} {difference:>8}  {between:<18} p {change.p:.3f}{mark}"


def _shown(change: Change, value: float) -> str:
    return f"{value:.1f} ms" if change.measure == "total_ms" else f"{100 * value:.1f}"


def _signed(change: Change, value: float) -> str:
    return f"{value if change.measure == 'total_ms' else 100 * value:+.1f}"


def _told(pair: Pair, identity: str) -> str:
    one, two = pair.first.outcomes[identity], pair.second.outcomes[identity]
    return f"{identity}: {one.question}  [{_said(one)}]  ->  [{_said(two)}]  gold: {_gold(one)}"


def _said(outcome: Outcome) -> str:
    return outcome.prediction or "refused"


def _gold(outcome: Outcome) -> str:
    return " | ".join(dict.fromkeys(gold.text for gold in outcome.answers)) or "no answer"


def _section(pair: Pair) -> str:
    rows = "".join(
        f"<tr><th scope='row'>{escape(measure(each.measure).label)}</th><td>{_shown(each, each.first)}</td>"
        f"<td>{_shown(each, each.second)}</td>"
        f"<td class='value {_tone(each)}'>{_signed(each, each.difference.value)}</td>"
        f"<td class='between'>{_signed(each, each.difference.low)} – {_signed(each, each.difference.high)}</td>"
        f"<td>p {each.p:.3f}</td></tr>"
        for each in pair.changes
    )
    lists = "".join(
        f"<h2>{len(ids)} {title}</h2><table><tbody>{''.join(_question_row(pair, each) for each in ids)}</tbody></table>"
        for title, ids in (("won", pair.won), ("lost", pair.lost))
    )
    heading = f"{escape(pair.first.name)} → {escape(pair.second.name)}"
    return f"<section><h2>{heading}</h2><table><tbody>{rows}</tbody></table>{lists}</section>"


def _tone(change: Change) -> str:
    return "" if change.p >= 0.05 else "bad" if change.is_loss else "good"


def _question_row(pair: Pair, identity: str) -> str:
    one, two = pair.first.outcomes[identity], pair.second.outcomes[identity]
    below = escape(f"{identity}, gold: {_gold(one)}")
    cells = [f"<th scope='row'>{escape(one.question)}<small>{below}</small></th>"]
    for each in (one, two):
        cells.append(f"<td class='said'>{escape(_said(each))}<small> F1 {100 * (each.f1 or 0):.0f}</small></td>")
    return f"<tr>{''.join(cells)}</tr>"
