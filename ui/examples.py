"""Example questions, made from the articles by rule and kept only if the engine answers them."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator

from qa.errors import CitespanError
from qa.records import Answer, Document
from ui.engine import Engine

log = logging.getLogger("citespan.examples")
WANTED = 4
_READ = 12
"""Articles looked at."""
_TRIED = 16
"""Questions tried in all: each costs one answer."""
_NAME = r"(?:[A-Z][\w’'-]+ (?:al-|de |van |von |bin )?){1,3}[A-Z][\w’'-]+"
_QUOTED = re.compile(rf"[,.?!]?[”\"],? (?:the )?(?:[\w.-]+ ){{0,5}}?(?P<name>{_NAME}),? (?:said|told)\b")
_SAID = re.compile(rf"[”\"] said (?P<name>{_NAME})\b")
_ROLE = re.compile(
    r"\b(?:Ambassador|Minister|President|Secretary-General|[Ss]pokes(?:man|woman|person)|adviser|director|[Mm]ayor|"
    rf"Senator) (?P<name>{_NAME})"
)
_TITLES = re.compile(
    r"^(?:The |(?:United )?Nations |U\.?N\.? |U\.?S\.? |British |Russian |French )*"
    r"(?:Ambassador|Minister|President|Secretary-General|High Commissioner for Human Rights|Commissioner|Rights) "
)


def candidates(document: Document) -> Iterator[str]:
    """Questions that the article may answer, most promising first; the same for the same text."""
    seen = set()
    for pattern, form in (
        (_ROLE, "Who is {name}?"),
        (_SAID, "What did {name} say?"),
        (_QUOTED, "What did {name} say?"),
    ):
        for match in pattern.finditer(document.text):
            parts = {key: _TITLES.sub("", value).strip(" ,") for key, value in match.groupdict().items()}
            question = form.format(**parts)
            if question not in seen:
                seen.add(question)
                yield question


def verified(engine: Engine) -> tuple[str, ...]:
    """Up to four questions that the engine answers, from different articles and of different kinds where it can."""
    found: list[str] = []
    tried = 0
    queues = []
    for summary in engine.sources()[:_READ]:
        document = engine.show(summary.source)
        queues.append((document, _mixed(candidates(document))))
    while queues and len(found) < WANTED and tried < _TRIED:
        document, questions = queues.pop(0)
        question = next((each for each in questions if each not in found), None)
        if question is None:
            continue
        tried += 1
        reply = engine.answer(question)
        if isinstance(reply, Answer):
            found.append(question)
        queues.append((document, questions))
    return tuple(found)


def _mixed(questions: Iterator[str]) -> Iterator[str]:
    """One of each kind in turn, the kind being the first two words."""
    kinds: dict[str, list[str]] = {}
    for each in questions:
        kinds.setdefault(" ".join(each.split()[:2]), []).append(each)
    while any(kinds.values()):
        for waiting in kinds.values():
            if waiting:
                yield waiting.pop(0)


class Examples:
    """The verified examples of the present set of articles, found in the background so that no page waits for them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._key: tuple[str, ...] | None = None
        self._found: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self.looking = False

    def now(self) -> tuple[str, ...]:
        """What is known; starts looking again when the articles have changed."""
        try:
            key = tuple(each.source for each in self._engine.sources())
        except CitespanError:
            return ()
        with self._lock:
            if key != self._key:
                self._key, self._found, self.looking = key, (), True
                threading.Thread(target=self._look, args=(key,), daemon=True, name="examples").start()
            return self._found

    def _look(self, key: tuple[str, ...]) -> None:
        try:
            found = verified(self._engine)
        except Exception:  # an article went meanwhile, say: the page does without examples, the next look finds them
            log.exception("looking for example questions failed")
            found = ()
        with self._lock:
            if key == self._key:
                self._found, self.looking = found, False
