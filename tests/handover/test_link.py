"""A link opens once, for one pharmacist, for ten minutes, and tells nobody anything."""

import contextlib
import traceback
from datetime import timedelta
from threading import Thread

import pytest
from handovers import NOW, NUMBER, SECRET, as_sent
from hypothesis import given
from hypothesis import strategies as st

from pharmacyfirst.handover.handed import read_handover
from pharmacyfirst.handover.link import LIVES, MOST_WAITING, NO_LINK, LinkRefused, Links

SAM, ROBIN = "2012345", "2999999"
HANDED = read_handover(as_sent(), NOW)


def refused(links, link, by=SAM, at=NOW):
    with pytest.raises(LinkRefused) as found:
        links.open(link, by, at)
    return str(found.value)


def test_a_link_opens_once_and_for_the_pharmacist_who_opened_it():
    links = Links()
    link = links.give(HANDED, NOW)
    opened = links.open(link, SAM, NOW + timedelta(minutes=1))

    assert opened.of(SAM) is HANDED
    with pytest.raises(LinkRefused):
        opened.of(ROBIN)
    assert refused(links, link) == refused(links, link, ROBIN) == NO_LINK


def test_a_link_lives_for_less_than_ten_minutes_and_a_clock_that_goes_back_opens_nothing():
    for at, opens in ((LIVES - timedelta(microseconds=1), True), (LIVES, False), (timedelta(seconds=-1), False)):
        links = Links()
        link = links.give(HANDED, NOW)
        if opens:
            assert links.open(link, SAM, NOW + at).of(SAM) is HANDED
        else:
            assert refused(links, link, at=NOW + at) == NO_LINK
            assert refused(links, link) == NO_LINK  # nor does it come to life again


def test_a_handover_for_one_pharmacist_is_not_opened_by_another_and_goes_on_waiting():
    sent = as_sent(asked_by={"system": "Example PMR", "pharmacy": "FZZ99", "for_practitioner": SAM})
    handed = read_handover(sent, NOW)
    links = Links()
    link = links.give(handed, NOW)
    assert refused(links, link, ROBIN) == NO_LINK
    assert links.open(link, SAM, NOW).of(SAM) is handed


def test_a_link_that_never_was_and_one_that_was_opened_are_refused_in_the_same_words():
    links = Links()
    link = links.give(HANDED, NOW)
    for other in ("", "x" * 43, link[:-1], f"{link} ", link.swapcase(), "\ud800", "\N{SNOWMAN}"):
        assert refused(links, other) == NO_LINK
    assert links.open(link, SAM, NOW)


def test_no_memory_is_filled_and_what_is_dead_makes_room():
    links = Links()
    for _ in range(MOST_WAITING):
        links.give(HANDED, NOW)
    with pytest.raises(LinkRefused, match="Too many"):
        links.give(HANDED, NOW)
    assert links.give(HANDED, NOW + LIVES)


def test_of_many_who_open_one_link_at_once_one_does():
    links, opened = Links(), []
    link = links.give(HANDED, NOW)

    def tries():
        with contextlib.suppress(LinkRefused):
            opened.append(links.open(link, SAM, NOW))

    threads = [Thread(target=tries) for _ in range(12)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(opened) == 1


@given(st.lists(st.tuples(st.sampled_from(["give", "open"]), st.integers(0, 9), st.integers(0, 700)), max_size=30))
def test_whatever_is_given_and_opened_each_link_opens_at_most_once_within_its_time(steps):
    links, given_at, opened, now = Links(), {}, set(), NOW
    for what, number, seconds in steps:
        now += timedelta(seconds=seconds)
        if what == "give":
            given_at[links.give(HANDED, now)] = now
        elif given_at:
            link = sorted(given_at)[number % len(given_at)]
            try:
                links.open(link, SAM, now)
                assert link not in opened
                assert now - given_at[link] < LIVES
                opened.add(link)
            except LinkRefused:
                assert link in opened or now - given_at[link] >= LIVES


def test_neither_link_nor_patient_is_shown():
    links = Links()
    link = links.give(HANDED, NOW)
    shown = f"{links!r} {links._waiting!r}"
    opened = links.open(link, SAM, NOW)
    shown += repr(opened)
    with pytest.raises(LinkRefused) as found:
        links.open(link, SAM, NOW)
    shown += "".join(traceback.format_exception(found.value))
    assert not [one for one in (SECRET, NUMBER) if one in shown]
    assert link not in f"{links!r}{opened!r}"
