"""By when the GP practice has to be told: on the day of the consultation or the next working day, as England counts them.

The same day or the next working day is what the service asks (docs/mesh.md says which sources). Saturdays, Sundays and the bank holidays of
``bank_holidays.yaml`` are no working days. In a year that is not in that file a weekday counts as a working day: a notice is then called late
a day too early rather than never, and whoever asks is told that the list has ended.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pharmacyfirst.content.text import Block, ContentRefused, Mistakes, Quote, Text, read_file
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.ledger import as_text

FILE = Path(__file__).with_name("bank_holidays.yaml")
_SATURDAY = 5


class NoEnglishTime(PharmacyFirstError):
    """This machine does not know England's time, so no day can be told by which a practice has to hear; says how to mend it."""


@dataclass(frozen=True, slots=True)
class BankHolidays:
    """The bank holidays of England: each day with its name, the years that are complete, and what stands behind the list."""

    days: Mapping[date, str]
    first_year: int
    last_year: int
    evidence: str
    source: str

    def is_working_day(self, day: date) -> bool:
        """Whether practices are open by rule: neither weekend nor bank holiday, as far as the list knows."""
        return day.weekday() < _SATURDAY and day not in self.days

    def knows(self, day: date) -> bool:
        """Whether the list is complete for the year of this day."""
        return self.first_year <= day.year <= self.last_year

    def next_working_day(self, day: date) -> date:
        """The first working day after this one; the last day of the calendar has none, and is its own."""
        while day < date.max:
            day += timedelta(days=1)
            if self.is_working_day(day):
                break
        return day

    def not_known(self, day: date) -> str:
        """What to tell whoever counts with a day of a year that is not in the list; nothing where it is."""
        if self.knows(day):
            return ""
        return (
            f"The bank holidays of {day.year} are not known here: a weekday counts as a working day. "
            "Ask for a newer version of this program."
        )


@cache
def bank_holidays() -> BankHolidays:
    """The list that ships with the package, read once. Raises ``ContentRefused`` where it cannot be read."""
    mistakes = Mistakes()
    block = read_file(FILE, FILE.name, mistakes, Quote.ALL)
    if block is None:
        raise ContentRefused(mistakes)
    words = {name: one.words for name, one in block.items.items() if isinstance(one, Text)}
    listed = block.items["days"]
    assert isinstance(listed, Block)
    days = {date.fromisoformat(day): one.words for day, one in listed.items.items() if isinstance(one, Text)}
    return BankHolidays(
        days=MappingProxyType(days),
        first_year=int(words["first year"]),
        last_year=int(words["last year"]),
        evidence=words["evidence"],
        source=words["source"],
    )


@dataclass(frozen=True, slots=True)
class DueBy:
    """By when a practice has to be told: the last day for it, the moment in UTC when that day has ended in England, and a warning or nothing."""

    day: date
    ends: datetime
    warning: str = ""


def due_by(ended_at: datetime) -> DueBy:
    """By when the practice has to hear of a consultation that ended then. The time has an offset. Raises ``NoEnglishTime``."""
    known = bank_holidays()
    try:
        england = ZoneInfo("Europe/London")
    except ZoneInfoNotFoundError:
        raise NoEnglishTime("This machine does not know England's time. Install the package tzdata.") from None
    consulted_on = ended_at.astimezone(england).date()
    day = known.next_working_day(consulted_on)
    if day == date.max:
        return DueBy(day, datetime.max.replace(tzinfo=UTC), known.not_known(day))
    midnight = datetime.combine(day + timedelta(days=1), time(), england)
    return DueBy(day, midnight.astimezone(UTC), known.not_known(consulted_on) or known.not_known(day))


@dataclass(frozen=True, slots=True)
class Due:
    """A notice to the practice that is due: by which day, from which steady time on it is late, and a warning or nothing."""

    by: date
    late_from: datetime
    warning: str = ""

    def as_dict(self) -> dict[str, str]:
        """As JSON can hold it."""
        return {"by": self.by.isoformat(), "late_from": as_text(self.late_from), "warning": self.warning}


def due(ended_at: datetime, at: datetime, steady: datetime) -> Due:
    """When a notice is due whose consultation ended then, put down at ``at`` by the clock and at ``steady`` in steady time.

    However wrong the clock is, it is late no longer after it was put down than the notice of a consultation that has just ended would be.
    """
    by = due_by(ended_at)
    left = min(by.ends - at.astimezone(UTC), by.ends - ended_at.astimezone(UTC))
    try:
        late_from = steady + left
    except OverflowError:
        late_from = steady
    return Due(by.day, late_from, by.warning)


def due_in(told: Mapping[str, str]) -> Due:
    """A notice that is due, from its ``as_dict``. Raises ``KeyError`` or ``ValueError`` where it is none."""
    return Due(date.fromisoformat(told["by"]), datetime.fromisoformat(told["late_from"]), told["warning"])
