"""Hours counted from a moment: exactly, on both sides of each bound, by the day alone, and when clocks change."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from pharmacyfirst import Refused
from pharmacyfirst.contract.hours import hours

LONDON = ZoneInfo("Europe/London")
NOON = datetime(2026, 11, 21, 12)


@pytest.mark.parametrize(
    ("moment", "counted"),
    [
        (datetime(2026, 11, 18, 12), 72),
        (datetime(2026, 11, 18, 11, 59, 59, 999999), None),  # above 72
        (NOON, 0),
        (datetime(2026, 11, 21, 11, 30), Decimal("0.5")),
        (datetime(2026, 11, 21, 11, 54), Decimal("0.1")),
    ],
)
def test_a_moment_counts_exactly(moment, counted):
    found = hours(moment, NOON, as_long_as_possible=True)

    assert found == hours(moment, NOON, as_long_as_possible=False)
    assert isinstance(found, Decimal)
    assert found == counted if counted is not None else 72 < found < Decimal("72.000001")


@pytest.mark.parametrize("seconds", [1, 59, 60, 3599])
def test_a_moment_before_the_hour_never_reaches_it(seconds):
    since = NOON - timedelta(hours=72) + timedelta(seconds=seconds)

    assert 71 <= hours(since, NOON, as_long_as_possible=True) < 72


@pytest.mark.parametrize(
    ("day", "longest", "shortest"),
    [
        (date(2026, 11, 21), 12, 0),  # today: never below nought
        (date(2026, 11, 20), 36, 12),
        (date(2026, 11, 18), 84, 60),
    ],
)
def test_a_day_counts_from_its_first_moment_or_from_its_last(day, longest, shortest):
    assert hours(day, NOON, as_long_as_possible=True) == longest
    assert hours(day, NOON, as_long_as_possible=False) == shortest


def test_every_moment_of_a_day_lies_between_the_two():
    for hour in range(24):
        exactly = hours(datetime(2026, 11, 20, hour, 17), NOON, as_long_as_possible=True)
        assert hours(date(2026, 11, 20), NOON, as_long_as_possible=False) <= exactly
        assert exactly <= hours(date(2026, 11, 20), NOON, as_long_as_possible=True)


@pytest.mark.parametrize(
    ("until", "day_before"),
    [
        (datetime(2026, 10, 25, 12, tzinfo=LONDON), 37),  # clocks went back in the night
        (datetime(2026, 3, 29, 12, tzinfo=LONDON), 35),  # and forward
        (datetime(2026, 10, 26, 12, tzinfo=LONDON), 36 + 1),
    ],
)
def test_with_a_time_zone_the_time_that_really_passed_counts(until, day_before):
    day = date(2026, until.month, 28 if until.month == 3 else 24 if until.day == 25 else 25)

    assert hours(day, until, as_long_as_possible=True) == day_before
    assert hours(datetime(day.year, day.month, day.day, tzinfo=LONDON), until, as_long_as_possible=False) == day_before


def test_two_time_zones_are_one_time():
    in_london = datetime(2026, 7, 1, 13, tzinfo=LONDON)

    assert hours(datetime(2026, 7, 1, 10, tzinfo=UTC), in_london, as_long_as_possible=True) == 2
    assert (
        hours(datetime(2026, 7, 1, 10, tzinfo=timezone(timedelta(hours=1))), in_london, as_long_as_possible=True) == 3
    )


@pytest.mark.parametrize(
    ("moment", "until", "says"),
    [
        (NOON + timedelta(microseconds=1), NOON, "lies after"),
        (date(2026, 11, 22), NOON, "lies after"),
        (date.max, NOON, "lies after"),
        (NOON.replace(tzinfo=UTC), NOON, "both times with a time zone"),
        (NOON, NOON.replace(tzinfo=UTC), "both times with a time zone"),
        ("2026-11-20", NOON, "give a datetime"),
        (NOON, date(2026, 11, 21), "give a datetime"),
        (None, NOON, "give a datetime"),
    ],
)
@pytest.mark.parametrize("longest", [True, False])
def test_what_is_no_moment_before_is_refused(moment, until, says, longest):
    with pytest.raises(Refused, match=says) as refused:
        hours(moment, until, as_long_as_possible=longest)
    assert refused.value.code == "wrong_value"
