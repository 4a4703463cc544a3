"""Activity: what was done here in a month, in numbers that name nobody."""

from dataclasses import dataclass
from datetime import date, timedelta

from starlette.responses import Response

from pharmacyfirst.paper.words import month
from pharmacyfirst.store.activity import activity
from pharmacyfirst.store.activity_in_words import (
    WHAT_IS_COUNTED,
    ActivityTable,
    practice_in_words,
    tables,
    titles_of,
)
from pharmacyfirst.web.desk import Visit
from pharmacyfirst.web.frame import drawn, frame
from pharmacyfirst.web.opened import said
from pharmacyfirst.web.pages.start import ToDo
from pharmacyfirst.web.replies import html

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """What the page shows. ``unread`` says what could not be read, and is in no number."""

    month: str
    nothing: bool
    unread: str
    practice: str
    tables: tuple[ActivityTable, ...]
    notes: tuple[str, ...]
    ways: tuple[ToDo, ...]


def activity_of_month(visit: Visit) -> Response:
    """``GET /activity``, and ``/activity/YYYY-MM``: this month, or another that has begun."""
    first = _first_of(visit.names.get("month", f"{visit.today:%Y-%m}"))
    if first is None or first > visit.today:
        return said(visit, "There is no such month", "Nothing was counted for it.", status=404)
    before, after = first - _ONE_DAY, (first + 31 * _ONE_DAY).replace(day=1)
    found = activity(visit.desk.store, first, after - _ONE_DAY)
    ways = [ToDo(month(before), f"/activity/{before:%Y-%m}")]
    if after <= visit.today:
        ways.append(ToDo(month(after), f"/activity/{after:%Y-%m}"))
    view = ActivityPage(
        month=month(first),
        nothing=not found.by_condition,
        unread=f"{found.unread} consultations cannot be read, and are in no number: pharmacyfirst store verify says more."
        if found.unread
        else "",
        practice=practice_in_words(found),
        tables=tuple(tables(found, titles_of(visit.desk.library))) if found.by_condition else (),
        notes=WHAT_IS_COUNTED,
        ways=tuple(ways),
    )
    return html(drawn("activity.html", f=frame(visit, f"Activity, {month(first)}"), v=view))


def _first_of(words: str) -> date | None:
    """The first day of a month written as YYYY-MM, in a year that the form can have been used in."""
    try:
        first = date.fromisoformat(f"{words}-01")
    except ValueError:
        return None
    return first if len(words) == len("YYYY-MM") and first.year >= 2024 else None
