"""Hours counted from a moment that a patient or a parent can name, perhaps by the day alone."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from pharmacyfirst.errors import Refused

_HOUR = timedelta(hours=1)
_STEP = timedelta(microseconds=1)


def hours(moment: datetime | date, until: datetime, *, as_long_as_possible: bool) -> Decimal:
    """The hours from a moment until another, exactly.

    Of a day alone they count from 00:00 where they are to be as long as possible, and else from 24:00, and are never below 0. Both
    times are with a time zone or both without; with one, what counts is the time that really passed, when clocks change too.

    Raises ``Refused`` (``wrong_value``) for what is no moment, for one time with a zone beside one without, and for a moment or day
    that lies after ``until``: that is an answer about the future.
    """
    _refuse_other_types(moment, until)
    if isinstance(moment, datetime):
        if (moment.utcoffset() is None) is not (until.utcoffset() is None):
            raise Refused("wrong_value", "moment: give both times with a time zone, or both without.")
        since = moment
    elif moment > until.date():
        raise _lies_after()  # before anything is added to it: the calendar ends
    else:
        since = _of_a_day(moment, until, as_long_as_possible)
    if (
        until.utcoffset() is not None
    ):  # two times of one zone are subtracted by the clock on the wall, which jumps twice a year
        since, until = since.astimezone(UTC), until.astimezone(UTC)
    passed = until - since
    if passed < timedelta(0):
        raise _lies_after()
    return Decimal(passed // _STEP) / (_HOUR // _STEP)


def _lies_after() -> Refused:
    what = "moment: it lies after the time that hours are counted until. Ask again when it was."
    return Refused("wrong_value", what)


def _refuse_other_types(moment: object, until: object) -> None:
    if not isinstance(moment, date) or not isinstance(until, datetime):
        raise Refused(
            "wrong_value", "moment: give a datetime, or a date where only the day is known, and until a datetime."
        )


def _of_a_day(day: date, until: datetime, as_long_as_possible: bool) -> datetime:
    """The moment from which hours count where only the day is known."""
    if not as_long_as_possible and day == until.date():
        return until
    # A day is added on the clock on the wall, whether or not the clocks change in it.
    return datetime.combine(day, time.min, until.tzinfo) + timedelta(days=not as_long_as_possible)
