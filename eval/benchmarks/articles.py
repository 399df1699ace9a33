"""News articles for benchmarks: JSON Lines of {"id", "text", "title"?, "url"?, "date"?}, gzip or not."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import IO, cast

from qa.corpus import Loaded, document_id
from qa.records import Document


def read(path: Path) -> Iterator[Loaded]:
    """The articles in the order of the file, as a stream."""
    opener = gzip.open if path.suffix == ".gz" else open
    with cast("IO[str]", opener(path, "rt", encoding="utf-8")) as lines:
        for line in lines:
            row = json.loads(line)
            text = str(row["text"])
            if text.strip():
                document = Document(
                    id=document_id(str(row["id"])),
                    source=str(row["id"]),
                    title=str(row.get("title") or row["id"]),
                    text=text,
                    url=row.get("url"),
                    published=_day(row.get("date")),
                    sha256=sha256(text.encode("utf-8", "replace")).hexdigest(),
                )
                yield Loaded(document, "")


def _day(written: object) -> date | None:
    try:
        return date.fromisoformat(str(written)[:10])
    except ValueError:
        return None
