"""The outbox under any weather: a simulation of senders, MESH, disk and clock, and the proof that it finds what would lose a message.

``weather/world.py`` says what a step is, ``weather/must.py`` what has to hold after it. The large numbers: ``make thorough PART=sending``.
"""

from contextlib import suppress
from dataclasses import replace

import pytest
from shares import every_nth
from weather.must import Broken
from weather.world import run

from pharmacyfirst.ledger import Ledger, LedgerDamaged
from pharmacyfirst.sending import rounds, standing
from pharmacyfirst.sending.incoming import Understood
from pharmacyfirst.sending.outbox import Outbox
from pharmacyfirst.sending.outgoing import Post
from pharmacyfirst.sending.standing import Happened, MessageEvent, OutOfOrder
from pharmacyfirst.sending.steady import SteadyClock

STEPS = 20_000
SEED = 20261129


def test_nothing_is_lost_nothing_is_doubled_unseen_and_whatever_waits_is_shown():
    counted = run(SEED, STEPS)

    assert counted["steps"] >= STEPS
    for what in (
        "kills",
        "turns of another sender",
        "jumps of the clock",
        "poison",
        "damaged messages",
        "answers kept",
    ):
        assert counted[what] >= 5, what
    print(counted)


def test_the_same_seed_is_the_same_weather():
    assert run("again", 3000) == run("again", 3000)


# What would go wrong. Each takes the place of a piece of the real thing, and the simulation has to find it.


def sent_before_it_is_posted(monkeypatch):
    real = Outbox.begin_post

    def begin_post(self, bundle_id, at):
        post = real(self, bundle_id, at)
        self.record(bundle_id, MessageEvent(Happened.POSTED, at))
        return post

    monkeypatch.setattr(Outbox, "begin_post", begin_post)


def posted_before_the_intent_is_on_disk(monkeypatch):
    def begin_post(self, bundle_id, at):
        standing.after(self.standing(bundle_id), MessageEvent(Happened.POSTING, at))
        return Post(self.message(bundle_id), 0)

    monkeypatch.setattr(Outbox, "begin_post", begin_post)


def the_digest_is_not_compared(monkeypatch):
    monkeypatch.setattr(Ledger, "verify", lambda self, stream=None: 0)
    monkeypatch.setattr("pharmacyfirst.sending.outbox.must_be_what_was_checked", lambda stored: None)


def poison_is_swallowed(monkeypatch):
    real = Outbox.receive

    def receive(self, received, at):
        return Understood("", "thrown away") if received.fault else real(self, received, at)

    monkeypatch.setattr(Outbox, "receive", receive)


def poison_stops_the_round(monkeypatch):
    real = Outbox.receive

    def receive(self, received, at):
        if received.fault:
            raise rounds.MeshUnreachable("it cannot be read")
        return real(self, received, at)

    monkeypatch.setattr(Outbox, "receive", receive)


def overdue_only_as_the_last_round_saw_it(monkeypatch):
    monkeypatch.setattr("pharmacyfirst.sending.outbox.as_of", lambda now, steady, waits: now)


def waits_counted_by_the_clock_that_goes_back(monkeypatch):
    monkeypatch.setattr(SteadyClock, "look", lambda self, at: at)
    monkeypatch.setattr(SteadyClock, "steady", lambda self, at: at)
    monkeypatch.setattr(SteadyClock, "seen", lambda self: None)


def two_senders_without_the_claim(monkeypatch):
    def posting(now, event):
        return replace(now, posting_since=event.steadily, posts=now.posts + 1, tries=now.tries + 1)

    monkeypatch.setitem(standing._AFTER, Happened.POSTING, posting)


def mesh_is_told_before_it_is_kept(monkeypatch):
    def take_in(outbox, mailbox, mesh_id, clock, done):
        received = mailbox.read(mesh_id)
        mailbox.acknowledge(mesh_id)
        done.received.append(outbox.receive(received, clock()))

    monkeypatch.setattr(rounds, "_take_in", take_in)


def one_that_is_damaged_keeps_all_others_back(monkeypatch):
    real = rounds._send_one

    def send_one(outbox, mailbox, bundle_id, clock, done):
        try:
            real(outbox, mailbox, bundle_id, clock, done)
        except LedgerDamaged as why:
            raise rounds.MeshUnreachable(str(why)) from None

    monkeypatch.setattr(rounds, "_send_one", send_one)


def what_is_damaged_is_left_out_in_silence(monkeypatch):
    monkeypatch.setattr(Outbox, "show_damaged", lambda self, id: None)


def a_repeat_without_its_reason(monkeypatch):
    real = Outbox.record

    def record(self, bundle_id, event):
        return real(self, bundle_id, replace(event, says="") if event.what is Happened.POSTING else event)

    monkeypatch.setattr(Outbox, "record", record)


def a_lost_answer_is_taken_for_not_sent(monkeypatch):
    real = rounds._send_one

    def send_one(outbox, mailbox, bundle_id, clock, done):
        real(outbox, mailbox, bundle_id, clock, done)
        with suppress(OutOfOrder):
            outbox.record(bundle_id, MessageEvent(Happened.NOT_POSTED, clock()))

    monkeypatch.setattr(rounds, "_send_one", send_one)


def mesh_is_believed_while_a_post_is_under_way(monkeypatch):
    real = rounds._settle_one

    def settle_one(outbox, mailbox, bundle_id, clock, waits, done):
        real(outbox, mailbox, bundle_id, clock, replace(waits, settle=waits.settle * 0), done)

    monkeypatch.setattr(rounds, "_settle_one", settle_one)


PLANTED = {
    sent_before_it_is_posted: "counts as sent, and MESH never had it",
    posted_before_the_intent_is_on_disk: "copies of .* are on record",
    the_digest_is_not_compared: "what was posted is not what was put|nobody is shown it",
    poison_is_swallowed: "MESH was told that we have .*, and we have not",
    poison_stops_the_round: "neither MESH nor the disk was at fault",
    overdue_only_as_the_last_round_saw_it: "has waited for .*, and is not shown",
    waits_counted_by_the_clock_that_goes_back: "shown no more|has waited for .*, and is not shown",
    two_senders_without_the_claim: "two senders post|posted again, and no reason",
    mesh_is_told_before_it_is_kept: "MESH was told that we have",
    one_that_is_damaged_keeps_all_others_back: "neither MESH nor the disk was at fault",
    what_is_damaged_is_left_out_in_silence: "damaged, and nobody is shown it",
    a_repeat_without_its_reason: "does not say that it is one",
    a_lost_answer_is_taken_for_not_sent: "copies of .* are on record",
    mesh_is_believed_while_a_post_is_under_way: "two senders post",
}


@pytest.mark.parametrize("planted", every_nth(PLANTED, 3), ids=lambda one: one.__name__)
def test_what_would_go_wrong_is_found(planted, monkeypatch):
    planted(monkeypatch)
    with pytest.raises(Broken, match=PLANTED[planted]) as found:
        run(SEED, STEPS)
    print(found.value)
