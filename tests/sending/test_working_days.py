"""By which day a practice has to be told: England's working days, and what is said when the list of bank holidays has ended."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacyfirst.kernel.evidence import Grade
from pharmacyfirst.sending.working_days import bank_holidays, due, due_by, due_in

SATURDAY, SUNDAY = 5, 6


def easter(year):
    """Easter Sunday, by the anonymous Gregorian algorithm."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def by_the_rules(year):
    """The bank holidays of a year without a proclamation: the days of the Act of 1971, and substitutes for those on a weekend."""

    def monday(month, last):
        days = [date(year, month, day) for day in range(1, 32) if date(year, month, day).weekday() == 0]
        return days[-1 if last else 0]

    found = {easter(year) - timedelta(days=2), easter(year) + timedelta(days=1)}
    found |= {monday(5, last=False), monday(5, last=True), monday(8, last=True)}
    for fixed in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        while fixed.weekday() >= SATURDAY or fixed in found:
            fixed += timedelta(days=1)
        found.add(fixed)
    return found


def test_the_list_is_what_the_rules_give_for_every_year_that_it_says_it_knows():
    known = bank_holidays()
    for year in range(known.first_year, known.last_year + 1):
        assert {day for day in known.days if day.year == year} == by_the_rules(year), year
    assert {day.year for day in known.days} == {*range(known.first_year, known.last_year + 1)}


def test_the_list_says_what_stands_behind_it():
    known = bank_holidays()
    assert known.evidence in {grade.word for grade in Grade}
    assert "GOV.UK" in known.source
    assert known.days[date(2026, 12, 28)] == "Boxing Day (substitute day)"


@pytest.mark.parametrize(
    ("ended", "day"),
    [
        ("2026-11-19T10:00:00+00:00", "2026-11-20"),  # Thursday, Friday
        ("2026-11-20T10:00:00+00:00", "2026-11-23"),  # Friday, Monday
        ("2026-11-21T10:00:00+00:00", "2026-11-23"),  # Saturday
        ("2026-12-24T10:00:00+00:00", "2026-12-29"),  # Christmas Eve: Friday, the weekend, and Monday for Boxing Day
        ("2027-12-24T16:00:00+00:00", "2027-12-29"),
        ("2026-04-02T10:00:00+01:00", "2026-04-07"),  # before Good Friday
        ("2026-07-16T23:30:00+00:00", "2026-07-20"),  # half past midnight on Friday in England
        ("2026-07-16T22:30:00+00:00", "2026-07-17"),
    ],
)
def test_the_practice_has_to_know_by_the_next_working_day(ended, day):
    by = due_by(datetime.fromisoformat(ended))
    assert (by.day, by.warning) == (date.fromisoformat(day), "")


@pytest.mark.parametrize(
    ("ended", "ends"),
    [
        ("2026-10-23T10:00:00+01:00", "2026-10-27T00:00:00+00:00"),  # the clocks went back in between
        ("2026-03-27T10:00:00+00:00", "2026-03-30T23:00:00+00:00"),  # and forward
        ("2026-07-01T10:00:00+01:00", "2026-07-02T23:00:00+00:00"),
    ],
)
def test_a_day_ends_when_it_ends_in_england(ended, ends):
    assert due_by(datetime.fromisoformat(ended)).ends == datetime.fromisoformat(ends)


def test_after_the_last_known_year_a_weekday_counts_and_it_is_said():
    last = bank_holidays().last_year
    by = due_by(datetime(last + 1, 12, 24, 10, tzinfo=UTC))
    assert by.day.weekday() < SATURDAY
    assert by.day - date(last + 1, 12, 24) <= timedelta(days=3)
    assert f"The bank holidays of {last + 1} are not known here: a weekday counts as a working day." in by.warning
    over_new_year = due_by(datetime(last, 12, 29, 10, tzinfo=UTC))
    assert str(last + 1) in over_new_year.warning


@given(st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 20), timezones=st.just(UTC)))
def test_what_is_due_is_due_on_a_working_day_after_the_consultation_and_within_six_days(ended):
    by = due_by(ended)
    assert bank_holidays().is_working_day(by.day)
    assert timedelta(0) < by.ends - ended <= timedelta(days=7)
    between = (by.day - timedelta(days=one) for one in range(1, 7))
    assert all(day <= ended.date() or not bank_holidays().is_working_day(day) for day in between)


def test_the_last_day_of_the_calendar_is_due_on_itself():
    assert due_by(datetime.max.replace(tzinfo=UTC)).day == date.max


@given(st.timedeltas(-timedelta(days=999), timedelta(days=999)))
def test_however_wrong_the_clock_is_a_notice_is_late_no_later_than_after_its_own_time(off):
    ended = datetime(2026, 11, 20, 10, tzinfo=UTC)
    one = due(ended, ended + off, ended + off)
    assert one.late_from - (ended + off) <= due_by(ended).ends - ended
    assert due_in(one.as_dict()) == one
