"""Time that only moves forward: however the clock is put, what has waited too long is shown, and stays shown."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice_system import NOON, a_message, put

from pharmacyfirst.ledger import open_ledger
from pharmacyfirst.sending.outbox import Outbox
from pharmacyfirst.sending.standing import Happened, MessageEvent, MessageState, Waits
from pharmacyfirst.sending.steady import LITTLE, MOST_AT_ONCE, Look, SteadyClock

WAITS = Waits()
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def ledger():
    return open_ledger()


@pytest.fixture
def outbox(ledger):
    return Outbox(ledger)


def sent(outbox, at=NOON):
    message = a_message()
    put(outbox, message, at)
    outbox.begin_post(message.bundle_id, at)
    outbox.record(message.bundle_id, MessageEvent(Happened.POSTED, at, mesh_id="MESH1"))
    return message.bundle_id


def shown(outbox, at):
    return {one.id: one for one in outbox.for_person(at, WAITS) if one.id}


def stopped(outbox, at):
    return [one for one in outbox.for_person(at, WAITS) if one.state == "no rounds"]


# The clock


@given(st.lists(st.timedeltas(-timedelta(days=500), timedelta(days=500)), min_size=1, max_size=20))
def test_steady_time_never_goes_back_and_goes_no_further_than_the_clock_did(jumps):
    clock = SteadyClock(ledger := open_ledger(), ledger.reserve("outbox/"))
    at, before, forward = NOON, clock.look(NOON), timedelta(0)
    for by in jumps:
        at += by
        forward += max(by, timedelta(0))
        now = clock.look(at)
        assert before <= now <= NOON + forward + LITTLE
        assert now - before <= MOST_AT_ONCE
        assert clock.steady(at) == now
        before = now


def test_where_the_clock_never_went_back_steady_time_is_what_it_said(outbox):
    id = sent(outbox)
    outbox.look(NOON + 3 * HOUR)
    assert outbox.steady(NOON + 4 * HOUR) == NOON + 4 * HOUR
    assert [event.steady for event, _ in outbox.history(id)] == [event.at for event, _ in outbox.history(id)]


def test_that_the_clock_went_back_is_an_event(outbox, ledger):
    sent(outbox)
    outbox.look(NOON - 2 * HOUR)
    outbox.look(NOON - 2 * HOUR - MINUTE / 2)  # so little is another process that wrote a moment later
    (event,) = ledger.events("outbox/clock")
    assert (event.kind, event.at) == ("went back", NOON - 2 * HOUR)
    assert NOON.isoformat(timespec="microseconds") in event.body


def test_what_was_looked_at_is_known_from_the_events_where_the_mark_is_gone_or_means_nothing(outbox, ledger):
    sent(outbox)
    outbox.look(NOON - 2 * HOUR)
    assert outbox.steady(NOON - HOUR) == NOON + HOUR
    for marks in ((), {("outbox: clock", "yesterday")}, {("outbox: clock", "2026-11-20 2026-11-20")}):
        ledger.mark("outbox/clock", marks)
        assert outbox.steady(NOON - HOUR) == NOON + HOUR


def test_the_end_of_the_calendar_is_not_passed():
    last = datetime.max.replace(tzinfo=UTC)
    assert Look(last, last).steadily(last) == last
    assert Look(NOON, last - HOUR).steadily(NOON + 5 * HOUR) == last


def test_a_clock_that_is_at_the_end_of_the_calendar_stops_nothing(outbox):
    last = datetime.max.replace(tzinfo=UTC)
    id = sent(outbox, last)
    assert id in shown(outbox, last) or outbox.standing(id).state is MessageState.SENT
    outbox.look(NOON)
    outbox.look(NOON + 5 * HOUR)
    assert id in shown(outbox, NOON + 5 * HOUR)


# What waits


@pytest.mark.parametrize("back", [10 * MINUTE, 3 * HOUR, timedelta(days=400)])
def test_what_is_overdue_stays_so_when_the_clock_goes_back(outbox, back):
    id = sent(outbox)
    outbox.look(NOON + 5 * HOUR)
    assert id in shown(outbox, NOON + 5 * HOUR)
    for later in (timedelta(0), MINUTE, HOUR):
        at = NOON + 5 * HOUR - back + later
        assert id in shown(outbox, at)  # before anybody has noticed
        outbox.look(at)
        assert id in shown(outbox, at)


def test_what_was_sent_while_the_clock_was_ahead_is_overdue_4_hours_later(outbox):
    """It was never overdue: its time lay a year ahead."""
    ahead = NOON + timedelta(days=365)
    id = sent(outbox, ahead)
    outbox.look(NOON)
    assert id not in shown(outbox, NOON + 3 * HOUR)
    assert id in shown(outbox, NOON + 4 * HOUR)
    assert shown(outbox, NOON + 25 * HOUR)[id].urgent
    assert outbox.overdue(NOON + 4 * HOUR, WAITS) == (id,)


def test_while_the_clock_is_behind_all_that_waits_is_shown(outbox):
    put(outbox, a_message("two"))
    id = sent(outbox)
    found = shown(outbox, NOON - timedelta(days=2))
    assert set(found) == {id, a_message("two").bundle_id}
    assert all("has gone back, so nobody can tell for how long" in one.says for one in found.values())
    outbox.look(NOON - timedelta(days=2))
    assert shown(outbox, NOON - timedelta(days=2)) == {}


def test_a_post_is_not_taken_for_lost_because_the_clock_went_back(outbox):
    message = a_message()
    put(outbox, message)
    outbox.begin_post(message.bundle_id, NOON)
    outbox.look(NOON - HOUR)
    began = outbox.standing(message.bundle_id).posting_since
    assert outbox.steady(NOON - HOUR) - began == timedelta(0)
    assert outbox.steady(NOON - HOUR + WAITS.settle) - began == WAITS.settle


# Rounds that stopped


def test_that_rounds_have_stopped_is_shown_where_something_waits_for_one(outbox):
    assert stopped(outbox, NOON) == []
    id = sent(outbox)
    assert stopped(outbox, NOON + 59 * MINUTE) == []
    (one,) = stopped(outbox, NOON + HOUR)
    assert (one.says, one.urgent, one.id) == ("no round of the sender has come to its end yet", False, "")
    outbox.end_round(NOON + HOUR)
    assert stopped(outbox, NOON + HOUR + 59 * MINUTE) == []
    (one,) = stopped(outbox, NOON + 30 * HOUR)
    assert one.says == "no round of the sender has come to its end since 2026-11-20 13:00 UTC"
    assert one.urgent
    for code in ("20013", "30001"):
        outbox.record(id, MessageEvent(Happened.ANSWERED, NOON + 30 * HOUR, code=code))
    assert stopped(outbox, NOON + 30 * HOUR) == []  # nothing waits
