"""The same report in another paper: an answer also cites the near-duplicates in which its very words stand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from qa.citation import cite_span
from qa.protocols import PassageStore
from qa.records import Answer, Citation, Document, Filter, Reply, Span

MOST = 8
"""Near-duplicates cited beyond what retrieval found: an agency report stands in any number of papers."""


def with_reprints(reply: Reply, store: PassageStore, where: Filter) -> Reply:
    """The reply with the near-duplicates of its sources cited too, as far as they pass the filter. Refusals stay."""
    if not isinstance(reply, Answer):
        return reply
    duplicates = store.duplicates()
    wanted = {other for each in reply.citations for other in duplicates.get(each.document_id, ())}
    if wanted and not where.is_empty:
        wanted &= store.matching(where)
    return cite_reprints(reply, duplicates, store.documents(sorted(wanted))) if wanted else reply


def cite_reprints(answer: Answer, duplicates: Mapping[str, Sequence[str]], documents: Mapping[str, Document]) -> Answer:
    """Pure. ``duplicates``: document id -> its near-duplicates; ``documents``: those that may be cited, by id.

    A citation of a near-duplicate of an article cited before says so. The further ones come last, in the order of what
    they repeat, then by source.
    """
    citations: list[Citation] = []
    for each in answer.citations:
        alike = duplicates.get(each.document_id, ())
        first = next((other.source for other in citations if other.document_id in alike), None)
        citations.append(replace(each, duplicate_of=first))
    seen = {each.document_id for each in citations}
    further: list[Citation] = []
    for each in [one for one in citations if one.duplicate_of is None]:
        others = (documents[other] for other in duplicates.get(each.document_id, ()) if other in documents)
        for document in sorted(others, key=lambda other: (other.source, other.id)):
            place = None if document.id in seen else same_place(each, document.text)
            if place is not None:
                seen.add(document.id)
                further.append(replace(cite_span(document, place.start, place.end), duplicate_of=each.source))
    return replace(answer, citations=(*citations, *further[:MOST]))


def same_place(citation: Citation, text: str) -> Span | None:
    """Where the quote stands in another text inside the same sentence; line breaks and blanks may differ."""
    at = citation.start - citation.sentence_start
    sentence, quote = citation.sentence, citation.quote
    before, after = sentence[:at], sentence[at + len(quote) :]
    found = re.search(f"{_any_blanks(before)}({_any_blanks(quote)}){_any_blanks(after)}", text)
    return None if found is None else Span(found.start(1), found.end(1))


def _any_blanks(words: str) -> str:
    return r"\s+".join(re.escape(each) for each in re.split(r"\s+", words))
