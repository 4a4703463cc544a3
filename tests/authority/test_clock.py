"""England's clock: what is converted, and which times no clock in England shows, or shows twice."""

import pickle
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from pharmacyfirst import Refused
from pharmacyfirst.authority import clock
from pharmacyfirst.authority.clock import in_england


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (datetime(2026, 11, 21, 10, 30), "2026-11-21T10:30:00+00:00"),
        (datetime(2026, 7, 1, 10, 30), "2026-07-01T10:30:00+01:00"),
        (datetime(2026, 7, 1, 23, 30, tzinfo=UTC), "2026-07-02T00:30:00+01:00"),
        (datetime(2026, 11, 21, 10, 30, tzinfo=timezone(timedelta(hours=5))), "2026-11-21T05:30:00+00:00"),
        (datetime(2026, 11, 21, 10, 30, 59, 999_999), "2026-11-21T10:30:59+00:00"),
        # The last minutes before and the first after the clocks change, in March and in October.
        (datetime(2026, 3, 29, 0, 59, 59), "2026-03-29T00:59:59+00:00"),
        (datetime(2026, 3, 29, 2, 0), "2026-03-29T02:00:00+01:00"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "2026-03-29T02:00:00+01:00"),
        (datetime(2026, 10, 25, 0, 59, 59), "2026-10-25T00:59:59+01:00"),
        (datetime(2026, 10, 25, 2, 0), "2026-10-25T02:00:00+00:00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25T01:30:00+01:00"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25T01:30:00+00:00"),
    ],
)
def test_a_moment_is_told_as_a_clock_in_england_shows_it(given, shown):
    assert in_england(given).isoformat() == shown


@pytest.mark.parametrize("minute", [0, 30, 59])
def test_the_hour_left_out_in_march_does_not_exist(minute):
    with pytest.raises(Refused, match="opened: this time does not exist in England"):
        in_england(datetime(2026, 3, 29, 1, minute), "opened")


@pytest.mark.parametrize("fold", [0, 1])
@pytest.mark.parametrize("minute", [0, 30, 59])
def test_the_hour_gone_through_twice_in_october_has_to_say_which(minute, fold):
    with pytest.raises(Refused, match="happens twice in England") as refused:
        in_england(datetime(2026, 10, 25, 1, minute, fold=fold))
    assert "distance from UTC" in str(refused.value)


def test_two_moments_are_compared_as_they_passed_and_not_as_the_clock_showed_them():
    first, second = (in_england(datetime(2026, 10, 25, hour, 30, tzinfo=UTC)) for hour in (0, 1))
    assert first.replace(tzinfo=None) == second.replace(tzinfo=None)
    assert second - first == timedelta(hours=1)
    assert first < second


def test_a_moment_is_told_once():
    moment = in_england(datetime(2026, 7, 1, 10, 30))
    assert in_england(moment) == moment
    assert in_england(moment).isoformat() == moment.isoformat() == pickle.loads(pickle.dumps(moment)).isoformat()


@pytest.mark.parametrize("given", [date(2026, 11, 21), "2026-11-21T10:00:00+00:00", None, 0])
def test_what_is_no_moment_is_refused(given):
    with pytest.raises(Refused, match="at: give datetime"):
        in_england(given)


@pytest.mark.parametrize(
    "given", [datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), datetime.max.replace(tzinfo=timezone(timedelta(hours=-12)))]
)  # fmt: skip
def test_a_moment_outside_every_calendar_is_refused(given):
    with pytest.raises(Refused, match="outside the years"):
        in_england(given)


def test_a_machine_that_does_not_know_englands_time_says_what_to_install(monkeypatch):
    monkeypatch.setattr(clock, "ENGLAND", "Europe/Nowhere")
    with pytest.raises(Refused, match="Install the package tzdata"):
        in_england(datetime(2026, 11, 21))
