"""Dates as rows of news data write them. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime
from email.utils import parsedate_to_datetime

from qa.errors import CorpusError

_NUMBERS = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:[ T].*)?\Z")
_WORDS = ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y")


def parse_date(value: object) -> date | None:
    """The calendar day of ``value`` as it is written there, in its own time zone; None where nothing is given.

    Takes 2024-12-09, 2024-12-09T08:30:00Z, 2024/12/09, RFC 2822 and "December 9, 2024". Raises CorpusError otherwise:
    an article that silently lost its date would silently fail every date filter.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        for parse in (_iso, _numbers, _words, _rfc_2822):
            try:
                return parse(text)
            except (ValueError, IndexError, OverflowError):
                continue
    raise CorpusError(f"expected a date such as 2024-12-09, found {str(value)[:40]!r}; correct it or leave it empty")


def _iso(text: str) -> date:
    return datetime.fromisoformat(text).date()


def _numbers(text: str) -> date:
    found = _NUMBERS.match(text)
    if found is None:
        raise ValueError
    return date(int(found[1]), int(found[2]), int(found[3]))


def _words(text: str) -> date:
    for form in _WORDS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise ValueError


def _rfc_2822(text: str) -> date:
    return parsedate_to_datetime(text).date()
