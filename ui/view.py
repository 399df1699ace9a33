"""Turns of a conversation as escaped HTML. Pure: no Gradio here."""

from __future__ import annotations

from collections.abc import Sequence

from qa.calibration import LEVELS, confidence_words
from qa.records import Alternative, Answer, Citation, NoAnswer
from ui.markup import attributes, isolated, text
from ui.turns import Turn


def percent(confidence: float) -> str:
    """A probability as people write it."""
    return f"{round(100 * confidence)} %"


def transcript(turns: Sequence[Turn], *, feedback: bool = True) -> str:
    """A whole conversation; empty when there are no turns."""
    last = len(turns) - 1
    return "".join(_turn(each, at, at == last, feedback) for at, each in enumerate(turns))


def _turn(turn: Turn, at: int, newest: bool, feedback: bool) -> str:
    return (
        f'<section class="turn"{attributes(data_turn=at, data_newest=newest, aria_label=f"Question {at + 1}")}>'
        f'<h3 class="asked" dir="auto">{isolated(turn.typed)}</h3>{_understood(turn, newest)}{_filters(turn)}'
        f"{_reply(turn)}{_feedback(turn, at) if feedback and turn.reply is not None else ''}</section>"
    )


def _understood(turn: Turn, newest: bool) -> str:
    if turn.asked == turn.typed:
        return ""
    undo = '<button type="button" class="link" data-act="literal">Ask it as I typed it</button>' if newest else ""
    why = f' <span class="because">({isolated(turn.because)})</span>' if turn.because else ""
    return f'<p class="understood">Understood as: <q dir="auto">{isolated(turn.asked)}</q>{why} {undo}</p>'


def narrowed(words: str) -> str:
    """Which filters are on, and a way to clear them."""
    if not words:
        return ""
    clear = '<button type="button" class="link" data-act="clear">Clear</button>'
    return f'<p class="narrowed">Only {isolated(words)} {clear}</p>'


def _filters(turn: Turn) -> str:
    return f'<p class="narrowed">Only {isolated(turn.filters)}</p>' if turn.filters else ""


def _reply(turn: Turn) -> str:
    match turn.reply:
        case Answer():
            return _answer(turn.reply)
        case NoAnswer():
            return _refusal(turn.reply)
    return f'<p class="failed" role="alert">{text(turn.error or "Something went wrong.")}</p>'


def _answer(answer: Answer) -> str:
    own = answer.citations[0]
    chips = "".join(chip(each, number) for number, each in enumerate(answer.citations, 1))
    differing = any(each.differs for each in answer.alternatives)
    note = '<p class="differ">The sources differ: see the other answers below.</p>' if differing else ""
    many = _agreement(answer.citations)
    return (
        f'<div class="answer"><p class="sentence" dir="auto">{in_sentence(own)}'
        f'<span class="chips">&nbsp;{chips}</span></p>{note}'
        f'<p class="meta">{_meter(answer.confidence)}<span class="origin">{isolated(own.title)}{text(many)}</span></p>'
        f"{_alternatives(answer.alternatives, len(answer.citations), differing)}</div>"
    )


def _agreement(citations: Sequence[Citation]) -> str:
    """How many articles say the same; the same report in another paper is no further witness."""
    sources = {each.source for each in citations if each.duplicate_of is None}
    repeated = {each.source for each in citations if each.duplicate_of is not None} - sources
    agree = f" · {len(sources)} sources agree" if len(sources) > 1 else ""
    noun = "near-duplicate" if len(repeated) == 1 else "near-duplicates"
    return agree + (f" · also in {len(repeated)} {noun}" if repeated else "")


def in_sentence(citation: Citation) -> str:
    """The citation's sentence with its quote in bold."""
    at = citation.start - citation.sentence_start
    before, after = citation.sentence[:at], citation.sentence[at + len(citation.quote) :]
    return f"{text(before)}<strong>{text(citation.quote)}</strong>{text(after)}"


def chip(citation: Citation, number: int) -> str:
    """The link ``[number]``: opens the evidence here, or the permanent link in a new tab."""
    repeats = "" if citation.duplicate_of is None else f" (near-duplicate of {citation.duplicate_of})"
    marks = attributes(
        href=permalink(citation.id),
        data_cite=citation.id,
        data_hint=f"{citation.title}{repeats}: {citation.sentence}",
        aria_label=f"Source {number}: {citation.title}{repeats}",
    )
    return f'<a class="chip"{marks}>{number}</a>'


def permalink(citation_id: str) -> str:
    """The address that opens this citation."""
    from urllib.parse import quote

    return f"/?cite={quote(citation_id, safe=':~')}"


def _meter(confidence: float) -> str:
    level = next(level for level, (floor, _) in enumerate(LEVELS) if confidence >= floor)
    return (
        f'<span class="confidence level-{level}"><span class="bar" aria-hidden="true">'
        f'<i style="width:{round(100 * confidence)}%"></i></span>'
        f"{confidence_words(confidence)}, {percent(confidence)}</span>"
    )


def _alternatives(alternatives: Sequence[Alternative], shown: int, opened: bool) -> str:
    if not alternatives:
        return ""
    rows = "".join(
        f'<li><span class="sentence" dir="auto">{in_sentence(each.citation)}</span>&nbsp;{chip(each.citation, number)}'
        f'<span class="meta">{percent(each.confidence)}{_differs(each)}</span></li>'
        for number, each in enumerate(alternatives, shown + 1)
    )
    title = "Another possible answer" if len(alternatives) == 1 else f"{len(alternatives)} other possible answers"
    return f'<details class="others"{" open" if opened else ""}><summary>{title}</summary><ul>{rows}</ul></details>'


def _differs(alternative: Alternative) -> str:
    return " · differs from the answer" if alternative.differs else ""


def _refusal(refusal: NoAnswer) -> str:
    rows = "".join(
        f'<li><span class="sentence" dir="auto">{text(each.sentence)}</span>&nbsp;{chip(each, number)}'
        f'<span class="meta">{isolated(each.title)}</span></li>'
        for number, each in enumerate(refusal.closest, 1)
    )
    look = f'<p class="look">The closest passages, where you may look yourself:</p><ul>{rows}</ul>' if rows else ""
    return (
        '<div class="answer refusal"><p class="verdict">The articles do not seem to answer this.</p>'
        f'<p class="meta">{text(refusal.reason)}</p>{look}</div>'
    )


def _feedback(turn: Turn, at: int) -> str:
    if turn.feedback:
        return f'<p class="judged" role="status">Noted as {text(turn.feedback)}. Thank you.</p>'
    wanted = "The right answer, or a comment (optional)"
    return (
        f'<div class="judge"><button type="button" class="quiet" data-act="right" data-at="{at}">Right</button>'
        f'<button type="button" class="quiet" data-act="wrong" data-at="{at}">Wrong</button>'
        f'<span class="why" hidden><input type="text" maxlength="1000" aria-label="{wanted}" placeholder="{wanted}">'
        f'<button type="button" class="quiet" data-act="send" data-at="{at}">Send</button></span></div>'
    )


def working(question: str, stage: str) -> str:
    """The question just asked, and what is being done about it."""
    words = {"searching": "Searching the articles", "reading": "Reading the best passages"}.get(stage, "Working")
    return (
        f'<section class="turn pending"><h3 class="asked" dir="auto">{isolated(question)}</h3>'
        f'<p class="stage" role="status"><span class="pulse" aria-hidden="true"></span>{words}…</p></section>'
    )


def welcome(articles: int, examples: Sequence[str], *, read_only: bool, looking: bool = False) -> str:
    """What an empty conversation shows."""
    if articles == 0:
        how = "Nothing is indexed yet." if read_only else "Nothing is indexed yet. Add articles under “Articles” first."
        return f'<div class="welcome"><h2>Ask the articles</h2><p>{how}</p></div>'
    count = "one article" if articles == 1 else f"{articles:,} articles"
    buttons = "".join(
        f'<li><button type="button" class="example" data-act="example" dir="auto">{text(each)}</button></li>'
        for each in examples
    )
    tried = f'<p class="try">For example</p><ul class="examples">{buttons}</ul>' if buttons else ""
    return (
        f'<div class="welcome"{" data-looking" if looking else ""}><h2>Ask the articles</h2>'
        f"<p>Every answer is quoted word for word from {count} and "
        f"marked where it stands. When the articles do not say, Citespan says so.</p>{tried}</div>"
    )
