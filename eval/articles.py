"""Where the gold answers stand among the stored articles, which the question set may name differently."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from eval.dataset.checks import misplaced
from eval.dataset.records import Gold, Question, Trouble
from eval.metrics.citations import Place
from qa.protocols import PassageStore
from qa.records import Document

_KEPT = 500
_SEARCHED = 2000


@dataclass(frozen=True, slots=True)
class Located:
    """A question and where its golds stand. No ``places``: the set does not tell, so wording alone decides."""

    question: Question
    places: tuple[Place, ...]


class Articles:
    """The stored articles, read straight from the store so that what the pipeline claims can be checked against it."""

    def __init__(self, store: PassageStore) -> None:
        self._store = store
        self._ids: dict[str, str] = {}
        self._names: dict[str, list[str]] = {}
        self._kept: OrderedDict[str, Document] = OrderedDict()
        for summary in store.summaries():
            self._ids[summary.source] = summary.document_id
            for name in {_name(summary.source), _stem(summary.source)}:
                self._names.setdefault(name, []).append(summary.document_id)

    def __len__(self) -> int:
        return len(self._ids)

    def find(self, source: str) -> list[str]:
        """Ids of the articles that ``source`` means: by its full name, else by its file name, else by its stem."""
        exact = self._ids.get(source.removeprefix("./"), self._ids.get(source))
        if exact is not None:
            return [exact]
        return self._names.get(_name(source)) or self._names.get(_stem(source)) or []

    def get(self, document_id: str) -> Document | None:
        """The article as it is stored."""
        if document_id not in self._kept:
            found = self._store.documents([document_id])
            if document_id not in found:
                return None
            self._kept[document_id] = found[document_id]
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[document_id]

    def all(self) -> Iterator[Document]:
        """Every stored article."""
        ids = list(self._ids.values())
        for start in range(0, len(ids), _KEPT):
            yield from self._store.documents(ids[start : start + _KEPT]).values()


def locate(questions: Iterable[Question], articles: Articles) -> tuple[list[Located], list[Trouble]]:
    """Each question with the places of its golds, and the rows whose golds stand in no article or elsewhere in it."""
    tried = [_tried(question, articles) for question in questions]
    missing = _unheard({text for each in tried for text in each.sought}, articles)
    located: list[Located] = []
    troubles: list[Trouble] = []
    for each in tried:
        wrong, question = each.wrong, each.question
        if wrong is None and (text := next((text for text in each.sought if text in missing), None)) is not None:
            wrong = f"the answer {text[:60]!r} stands in no indexed article"
        if wrong is None:
            located.append(Located(question, each.places))
        else:
            troubles.append(Trouble(question.row, f"{wrong} ({question.id})"))
    return located, sorted(troubles, key=lambda trouble: trouble.row)


@dataclass(frozen=True, slots=True)
class _Tried:
    """A question, the places that its golds name, and the golds that name none and are still to be ``sought``."""

    question: Question
    places: tuple[Place, ...]
    sought: tuple[str, ...]
    wrong: str | None


def _tried(question: Question, articles: Articles) -> _Tried:
    places: list[Place] = []
    sought: list[str] = []
    wrong: str | None = None
    placed = [gold for gold in question.answers if gold.start is not None]
    for gold in placed or question.answers:  # beside golds with offsets, those without are mere further wordings
        if gold.source is None:
            sought.append(gold.text)
            continue
        found = _places(gold, articles)
        if isinstance(found, str):
            wrong = wrong or found
        else:
            places.extend(found)
    return _Tried(question, tuple(dict.fromkeys(places)), tuple(sought), wrong)


def _places(gold: Gold, articles: Articles) -> list[Place] | str:
    source = "" if gold.source is None else gold.source
    ids = articles.find(source)
    if not ids:
        return f"expected an indexed article {source!r}, found none; index it first"
    problem = ""
    for document_id in ids:
        document = articles.get(document_id)
        text = "" if document is None else document.text
        wrong = misplaced(gold, text, source)
        if wrong is None:
            if gold.start is not None and gold.end is not None:
                return [Place(document_id, gold.start, gold.end)]
            return [Place(document_id, at, at + len(gold.text)) for at in _occurrences(text, gold.text)]
        problem = problem or wrong
    return problem


def _occurrences(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _unheard(golds: Iterable[str], articles: Articles) -> set[str]:
    """The sourceless answers that no article holds, case and spacing aside; not sought in very large stores."""
    left: dict[str, set[str]] = {}
    for text in golds:
        left.setdefault(" ".join(text.casefold().split()), set()).add(text)
    if not left or len(articles) > _SEARCHED:
        return set()
    for document in articles.all():
        body = " ".join(document.text.casefold().split())
        for wanted in [wanted for wanted in left if wanted in body]:
            del left[wanted]
        if not left:
            break
    return {text for texts in left.values() for text in texts}


def _name(source: str) -> str:
    return PurePosixPath(source.replace("\\", "/")).name


def _stem(source: str) -> str:
    name = PurePosixPath(_name(source))
    return name.name if "#" in name.name else name.stem
