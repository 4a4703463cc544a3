"""Days and moments as messages write them: a day is England's, a month or a year alone is the days that it may have been.

A time with its distance from UTC is of the day that it was in London, so that what was issued at half past eleven at night by UTC in summer
counts as of the next day, as the practice's calendar has it.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pharmacyfirst.kernel.questions import read_day
from pharmacyfirst.record.inbound.refusal import InboundRefused


@dataclass(frozen=True, slots=True)
class Span:
    """The days of which one is meant: the same twice for a whole day; ``words`` as the source writes it."""

    first: date
    last: date
    words: str

    @property
    def day(self) -> date | None:
        """The day, where it is one; None for a month or a year."""
        return self.first if self.first == self.last else None


@cache
def london() -> ZoneInfo:
    """England's clock. Raises ``InboundRefused`` (``no_clock``) where this machine does not have it."""
    try:
        return ZoneInfo("Europe/London")
    except ZoneInfoNotFoundError:
        why = (
            "This machine does not know London's time, so the days in a message cannot be told. Install its time zones."
        )
    raise InboundRefused("no_clock", why)


def moment_of(text: str) -> datetime | date | None:
    """The moment of a date and time, the day of a date, or None. Fractions finer than a microsecond are cut off.

    A moment with its distance from UTC is given as London's clock showed it.
    """
    if len(text) <= len("YYYY-MM-DD"):
        return read_day(text)
    if text[10] != "T" or read_day(text[:10]) is None:
        return None
    try:
        at = datetime.fromisoformat(re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text))
        return at if at.utcoffset() is None else at.astimezone(london())
    except (ValueError, OverflowError):
        return read_day(text[:10])


def as_day(when: datetime | date) -> date:
    """The day of a moment."""
    return when.date() if isinstance(when, datetime) else when


def span_of(text: str) -> Span | None:
    """The days that a date, a time, a month (``2026-10``) or a year may mean; None where it is none of these."""
    when = moment_of(text)
    if when is not None:
        return Span(as_day(when), as_day(when), text)
    found = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2}))?", text)
    if found is None:
        return None
    year, month = int(found[1]), int(found[2] or 0)
    if year < 1 or month > 12 or found[2] == "00":
        return None
    if not month:
        return Span(date(year, 1, 1), date(year, 12, 31), text)
    return Span(date(year, month, 1), date(year, month, monthrange(year, month)[1]), text)


def day_of(text: str) -> date | None:
    """The day of a date or a time; None for a month or a year alone."""
    span = span_of(text)
    return span.day if span is not None else None


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = r"(?:(?P<day>[0-9]{1,2})[- ])?"
_WRITTEN = re.compile(
    rf"(?<![\w-]){_DAY}(?P<month>[A-Za-z]{{3}})[a-z]{{0,6}}[- ](?P<year>[0-9]{{4}}|[0-9]{{2}})(?![\w-])"
)


def written_span(text: str, written: date | None) -> Span | None:
    """The last day or month in words such as ``Start 03-Jan-92 End 02-Feb-06`` or ``Last Issued: Oct-2026``; None where there is none.

    Two figures of a year are not after ``written``, the day of the summary that they stand in.
    """
    found: Span | None = None
    for match in _WRITTEN.finditer(text):
        if match["month"].lower() not in _MONTHS:
            continue
        number = int(match["year"])
        if len(match["year"]) == 2:
            number += 2000 if written is not None and 2000 + number <= written.year else 1900
        month = f"{number:04}-{_MONTHS.index(match['month'].lower()) + 1:02}"
        span = span_of(f"{month}-{int(match['day']):02}" if match["day"] else month)
        found = Span(span.first, span.last, match[0]) if span is not None else None
    return found
