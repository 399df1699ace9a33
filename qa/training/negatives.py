"""Negatives: questions that their passage does not answer, made from questions that it does.

Four kinds, beside the human-written ones:
- removed: the passage without the sentences that hold the answer;
- elsewhere: the passage that BM25 finds most like the question, among those that lack the answer;
- altered: the question with a name, number or word changed, so that it only looks answerable.
And rivals: passages, of the same document where there are any, that are read beside the one that answers.
All are guesses: a share of them can be answered all the same. That is the noise one pays for their number.
"""

import random
import string
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import bm25s

from qa.training.alterations import Surroundings, alter
from qa.training.features import sentence_spans
from qa.training.load import Row

REMOVED, ELSEWHERE, ALTERED = "removed", "elsewhere", "altered"
_NEAREST, _CHOICES = 60, 4
_PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation, " "))


def make_negatives(rows: Sequence[Row], rng: random.Random) -> list[Row]:
    """All three kinds for the answerable `rows`, where they can be made."""
    rows = _worthwhile(rows)
    return [*remove_answer(rows), *look_elsewhere(rows, rng), *alter_questions(rows, rng)]


def add_rivals(rows: Sequence[Row]) -> list[Row]:
    """The rows, those fit for it with their rivals: the nearest of their own document before those of others."""
    rivals = {}
    for near in _nearest(_worthwhile(rows)):
        own = [context for context, at_home in near.found if at_home]
        others = [context for context, at_home in near.found if not at_home]
        rivals[near.row.source, near.row.id] = tuple([*own[: _CHOICES - 1], *others][:_CHOICES])
    return [replace(row, rivals=rivals.get((row.source, row.id), ())) for row in rows]


def remove_answer(rows: Sequence[Row]) -> list[Row]:
    """The passage without every sentence that has an answer's words; rows of which too little is left are skipped."""
    negatives = []
    for row in rows:
        wanted = [_normal(row.context[start:end]) for start, end in row.answers]
        sentences = [row.context[start:end].strip() for start, end in sentence_spans(row.context)]
        kept = [sentence for sentence in sentences if not any(words in _normal(sentence) for words in wanted)]
        if len(kept) >= 2 and len(kept) < len(sentences):
            negatives.append(replace(row, context=" ".join(kept), answers=(), source=REMOVED))
    return negatives


def look_elsewhere(rows: Sequence[Row], rng: random.Random) -> list[Row]:
    """One of the passages that BM25 ranks highest for the question and that lack all its answers' words."""
    return [
        replace(near.row, context=rng.choice(near.found[:_CHOICES])[0], answers=(), source=ELSEWHERE)
        for near in _nearest(rows)
        if near.found
    ]


@dataclass(frozen=True, slots=True)
class _Near:
    """A row and the contexts most like its question that lack its answers' words, and whether each is of its group."""

    row: Row
    found: list[tuple[str, bool]]


def _nearest(rows: Sequence[Row]) -> Iterator[_Near]:
    group_of = {row.context: row.group for row in rows}
    contexts = sorted(group_of)
    if len(contexts) < 2:
        return
    normal = [_normal(context) for context in contexts]
    engine = bm25s.BM25()
    engine.index(bm25s.tokenize(contexts, stopwords="en", show_progress=False), show_progress=False)
    questions = bm25s.tokenize([row.question for row in rows], stopwords="en", show_progress=False)
    ranked, _ = engine.retrieve(questions, k=min(_NEAREST, len(contexts)), show_progress=False)
    for row, nearest in zip(rows, ranked, strict=True):
        wanted = [_normal(row.context[start:end]) for start, end in row.answers]
        fit = [at for at in nearest if contexts[at] != row.context and not any(words in normal[at] for words in wanted)]
        yield _Near(row, [(contexts[at], group_of[contexts[at]] == row.group) for at in fit])


def alter_questions(rows: Sequence[Row], rng: random.Random) -> list[Row]:
    """The question with one thing changed; the words put in come from the same passage or the same article."""
    surroundings: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if len(surroundings[row.group]) < 40 and row.context not in surroundings[row.group]:
            surroundings[row.group].append(row.context)
    known = {group: Surroundings.of(contexts) for group, contexts in surroundings.items()}
    negatives = []
    for row in rows:
        answers = [row.context[start:end] for start, end in row.answers]
        question = alter(row.question, row.context, answers, known[row.group], rng)
        if question is not None:
            negatives.append(replace(row, question=question, answers=(), source=ALTERED))
    return negatives


def _worthwhile(rows: Sequence[Row]) -> list[Row]:
    """Answerable, and asked in enough words to be looked for."""
    return [row for row in rows if row.answers and len(row.question.split()) >= 5]


def _normal(text: str) -> str:
    """Lower-cased words between spaces, so that `in` compares whole words."""
    return f" {' '.join(text.lower().translate(_PUNCTUATION).split())} "
