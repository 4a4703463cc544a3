"""Where a message stands: a pure fold, in which nothing good is made of bad news and time alone is never good news."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice_system import NOON
from what_happens import GOOD_ENDS, ON_ITS_WAY, anything

from pharmacyfirst.sending.standing import (
    AWAITING,
    FAILED,
    MOST_LOST,
    UNSENT,
    Happened,
    MessageEvent,
    MessageState,
    OutOfOrder,
    Standing,
    Waits,
    after,
    as_of,
    folded,
    may_be_posted,
    overdue,
)

WAITS = Waits()


def stands(*events):
    """Where a message stands after what could happen of these; what could not is left out."""
    now = None
    for event in [*ON_ITS_WAY, *events]:
        try:
            now = after(now, event)
        except OutOfOrder:
            continue
    return now


SENT = stands(MessageEvent(Happened.POSTED, NOON, mesh_id="M1"))


@given(st.lists(anything, max_size=25))
def test_a_message_is_done_only_when_both_answers_were_good_and_none_was_bad(events):
    now, answered = None, []
    for event in [*ON_ITS_WAY, *events]:
        try:
            now = after(now, event)
        except OutOfOrder:
            assert event.what not in (Happened.ANSWERED, Happened.REPORTED)
            continue
        if event.what is Happened.ANSWERED:
            answered.append(event.code)
        if now.state in (MessageState.DONE, MessageState.INF_OK):
            assert "20013" in answered
            assert not {"30002", "30003", "10009", "20009", "20010", "20014"} & set(answered)
        if now.state is MessageState.DONE:
            assert {"30001", "30004"} & set(answered)


@given(st.permutations(["20013", "30001", "20013", "30001"]))
def test_every_order_of_good_answers_ends_the_same(codes):
    now = None
    for event in [*ON_ITS_WAY, *(MessageEvent(Happened.ANSWERED, NOON, code=code) for code in codes)]:
        now = after(now, event)
    assert isinstance(now, Standing)
    assert now.state is MessageState.DONE


@given(st.lists(anything, max_size=25))
def test_the_same_events_always_come_to_the_same(events):
    taken, now = [], None
    for event in [*ON_ITS_WAY, *events]:
        try:
            now = after(now, event)
        except OutOfOrder:
            continue
        taken.append(event)
    assert folded(taken) == now == folded(iter(taken))


def test_nothing_stands_nowhere_and_a_message_begins_as_a_draft():
    assert folded([]) is None
    with pytest.raises(OutOfOrder, match="begins as a draft"):
        folded([MessageEvent(Happened.QUEUED, NOON)])
    with pytest.raises(OutOfOrder, match="drafted before"):
        folded([MessageEvent(Happened.DRAFTED, NOON)] * 2)


# Time


@pytest.mark.parametrize(
    ("hours", "what"), [(-1, None), (0, None), (3.99, None), (4, Happened.OVERDUE), (23.99, Happened.OVERDUE), (24, Happened.OVERDUE)]
)  # fmt: skip
def test_what_is_sent_is_overdue_after_4_hours(hours, what):
    assert overdue(SENT, NOON + timedelta(hours=hours), WAITS) is what


@pytest.mark.parametrize(
    ("hours", "what"), [(5, None), (23.99, None), (24, Happened.ESCALATED), (1000, Happened.ESCALATED)]
)
def test_what_is_unconfirmed_is_urgent_a_day_after_it_was_sent(hours, what):
    unconfirmed = after(SENT, MessageEvent(Happened.OVERDUE, NOON + timedelta(hours=4)))
    assert overdue(unconfirmed, NOON + timedelta(hours=hours), WAITS) is what


def test_what_is_overdue_is_so_since_it_became_so_whether_or_not_a_round_was_there():
    now = as_of(SENT, NOON + timedelta(days=3), WAITS)
    assert (now.state, now.escalated, now.since) == (MessageState.UNCONFIRMED, True, NOON + timedelta(hours=4))
    assert as_of(SENT, NOON + timedelta(hours=1), WAITS) == SENT


@given(
    st.lists(anything, max_size=25),
    st.timedeltas(timedelta(0), timedelta(days=9)),
    st.timedeltas(timedelta(0), timedelta(days=9)),
)
def test_time_alone_is_never_good_news(events, wait, longer):
    now = stands(*events)
    later = as_of(now, NOON + wait, WAITS)
    assert overdue(later, NOON + wait, WAITS) is None  # nothing is left undone
    assert later.state is now.state or (now.state in AWAITING and later.state is MessageState.UNCONFIRMED)
    assert as_of(later, NOON + wait + longer, WAITS) == as_of(now, NOON + wait + longer, WAITS)
    if wait >= WAITS.warn:
        assert later.state not in AWAITING
    if later.state is MessageState.UNCONFIRMED and wait >= WAITS.escalate:
        assert later.escalated


# The next step


@given(st.lists(anything, max_size=25), st.sampled_from([None, *MessageState]))
def test_a_message_is_posted_only_in_its_turn(events, original):
    now = stands(*events)
    if may_be_posted(now, original):
        assert now.state is MessageState.QUEUED
        assert not now.posting
        assert now.lost < MOST_LOST
        assert original in (None, MessageState.INF_OK, MessageState.DONE)
        assert after(now, MessageEvent(Happened.POSTING, NOON)).posting
    elif original is None and now.state is MessageState.QUEUED:
        assert now.posting or now.lost >= MOST_LOST


def test_every_state_is_waited_for_somewhere_or_has_ended():
    assert {*UNSENT, *AWAITING, *FAILED, *GOOD_ENDS} == set(MessageState)
    assert isinstance(SENT, Standing)
