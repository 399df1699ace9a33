"""Records as the JSON of the contract: what ``--json`` prints and the served endpoints return."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qa.records import Alternative, Answer, Citation, CitationView, CompactReport, IndexReport, Reply, SourceSummary


def reply_json(reply: Reply) -> dict[str, Any]:
    """An answer or a refusal, as ``citespan ask --json`` prints it."""
    answered = isinstance(reply, Answer)
    return {
        "question": reply.question,
        "answer": reply.text if isinstance(reply, Answer) else None,
        "confidence": round(reply.confidence, 4),
        "abstained": not answered,
        "reason": None if isinstance(reply, Answer) else reply.reason,
        "citations": [citation_json(each) for each in reply.citations] if isinstance(reply, Answer) else [],
        "alternatives": [alternative_json(each) for each in reply.alternatives] if isinstance(reply, Answer) else [],
        "timings_ms": {
            "retrieve": round(reply.timings.retrieve, 2),
            "read": round(reply.timings.read, 2),
            "total": round(reply.timings.total, 2),
        },
    }


def alternative_json(alternative: Alternative) -> dict[str, Any]:
    """Another answer; ``differs`` stands there only when the sources disagree."""
    shown: dict[str, Any] = {
        "answer": alternative.text,
        "confidence": round(alternative.confidence, 4),
        "citation": citation_json(alternative.citation),
    }
    return shown | {"differs": True} if alternative.differs else shown


def citation_json(citation: Citation) -> dict[str, Any]:
    """One citation inside a reply; ``duplicate_of`` stands there only when it repeats a source cited before it."""
    shown = {
        "id": citation.id,
        "source": citation.source,
        "title": citation.title,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "sentence": {"start": citation.sentence_start, "end": citation.sentence_end, "text": citation.sentence},
    }
    return shown if citation.duplicate_of is None else shown | {"duplicate_of": citation.duplicate_of}


def citation_view_json(view: CitationView) -> dict[str, Any]:
    """A citation looked up, as ``citespan cite --json`` prints it."""
    return {
        "id": view.id,
        "source": view.source,
        "title": view.title,
        "url": view.url,
        "start": view.start,
        "end": view.end,
        "quote": view.quote,
        "before": view.before,
        "after": view.after,
        "current": view.current,
    }


def sources_json(summaries: Sequence[SourceSummary]) -> list[dict[str, Any]]:
    """What is indexed, as the endpoint ``/sources`` returns it; ``duplicates`` only where an article has some."""
    return [
        {
            "source": each.source,
            "title": each.title,
            "url": each.url,
            "published": None if each.published is None else each.published.isoformat(),
            "passages": each.passages,
            "characters": each.characters,
        }
        | ({"duplicates": list(each.duplicates)} if each.duplicates else {})
        for each in summaries
    ]


def index_json(report: IndexReport) -> dict[str, Any]:
    """What indexing did, as ``citespan index --json`` prints it."""
    return {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "failed": [{"path": each.path, "error": each.error} for each in report.failed],
        "documents": report.documents,
        "passages": report.passages,
        "seconds": round(report.seconds, 3),
    }


def compact_json(report: CompactReport) -> dict[str, Any]:
    """What compacting did, as ``citespan compact --json`` prints it."""
    return {"bytes_before": report.before, "bytes_after": report.after, "seconds": round(report.seconds, 3)}
