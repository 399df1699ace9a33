"""The snippet that stands for a passage: its sentence that is closest to the question. Pure.

A refusal shows where its reader may look. A passage is too long for that and its beginning says little; the sentence
that shares most words with the question is a query-biased summary of it (Tombros and Sanderson, SIGIR 1998).
"""

from __future__ import annotations

import re

from qa.citation import cite_span
from qa.layout import paragraph_around
from qa.normalise import answer_tokens
from qa.records import Citation, Document, Hit, Span
from qa.sentences import sentence_around
from qa.stopwords import STOPWORDS

_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*\Z")
_CREDIT = re.compile(r"\([^()]*(?:/|\b(?:AFP|AP|EPA|Getty|Reuters)\b)[^()]*\)\Z")
"""(Omar Sanadiki/Reuters)"""


def closest_sentence(question: str, hit: Hit, document: Document) -> Citation:
    """The sentence of the passage that shares most words with the question; on a tie prose, then the first one."""
    wanted = set(answer_tokens(question)) - STOPWORDS
    best, best_worth = None, (-1, False)
    position = hit.passage.start
    while position < hit.passage.end:
        while position < hit.passage.end and document.text[position].isspace():
            position += 1
        if position >= hit.passage.end:
            break
        sentence = sentence_around(document.text, position, position + 1)
        shared = len(wanted & set(answer_tokens(document.text[sentence.start : sentence.end])))
        worth = (shared, _is_prose(document.text, sentence))
        if worth > best_worth:
            best, best_worth = sentence, worth
        position = max(sentence.end, position + 1)
    if best is None:
        return cite_span(document, hit.passage.start, hit.passage.end)
    return cite_span(document, best.start, best.end)


def _is_prose(text: str, sentence: Span) -> bool:
    """Whether it is no headline or byline, which end without a stop, and not of a caption, which ends in a credit."""
    start, end = paragraph_around(text, sentence.start, sentence.end)
    tail = text[max(start, end - 200) : end].rstrip()
    return bool(_END.search(text[sentence.start : sentence.end])) and not _CREDIT.search(tail)
