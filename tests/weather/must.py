"""What has to hold whatever the weather: nothing lost, nothing sent twice without a trace, and whatever waits too long in front of a person.

It watches from outside: what was acknowledged to a caller, what MESH has taken, what really happened and when, by a clock that nobody puts
back. It reads the ledger only to compare.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

from weather.mesh import CANARY, LEFT, NOBODY

from pharmacyfirst.ledger import LedgerDamaged
from pharmacyfirst.sending.for_person import CLOCK_BACK
from pharmacyfirst.sending.incoming import unpacked
from pharmacyfirst.sending.standing import Waits

WAITS = Waits()
ENDED = ("done", "fallback_sent", "replaced", "void")
ON_ITS_WAY = ("sent", "inf_ok")
UNSENT = ("drafted", "validated", "queued")
REASONS = ("not posted", "not arrived", "to be sent again")
SLACK = timedelta(minutes=3)


class Broken(BaseException):
    """Something that must hold does not; says what and at which step, so that the run can be repeated.

    No ``Exception``, as a round puts those aside that are about one thing alone.
    """


@dataclass(slots=True)
class Watched:
    """A message whose storing was acknowledged to the caller."""

    message: object
    state: str = ""
    since: timedelta = timedelta(0)  # when it was first seen in this state, or on its way
    unseen: timedelta = timedelta(0)  # how much of the time the clock had swallowed by then
    events: int = 0
    shown: bool = False


@dataclass(slots=True)
class Must:
    """Watches a world. Each of its methods raises ``Broken``."""

    world: object
    messages: dict = field(default_factory=dict)
    notices: dict = field(default_factory=dict)  # by record id: when it was put down, and whether it was resolved
    copies: Counter = field(default_factory=Counter)
    kept: dict = field(default_factory=dict)  # what MESH need not keep any more, because we said that we have it
    seen: set = field(default_factory=set)
    posting: dict = field(default_factory=dict)
    damaged: set = field(default_factory=set)
    damaged_in: set = field(default_factory=set)
    unseen: timedelta = timedelta(0)
    gone_back: timedelta = timedelta(0)
    last_look: timedelta = timedelta(0)
    last_row: int = 0
    shown: frozenset = frozenset()

    def broken(self, what):
        raise Broken(f"step {self.world.steps} of seed {self.world.seed}: {what}")

    def rows(self, statement, *given):
        return self.world.database.execute(statement, given).fetchall()

    # What happens in the world

    def stored(self, message):
        self.messages.setdefault(message.bundle_id, Watched(message))

    def looked(self):
        """A round has begun, which looks at the clock: only what lies before it may have been swallowed."""
        self.unseen = self.swallowed()
        self.gone_back, self.last_look = timedelta(0), self.world.true

    def swallowed(self):
        return self.unseen + min(self.gone_back, self.world.true - self.last_look)

    def post_begins(self, sender, message):
        """Two senders never post one message at once, save where the first may be taken for dead, or the clock jumped."""
        for other, (what, at) in self.posting.items():
            jumped = self.world.true - self.world.jumped < 2 * WAITS.settle
            dead = self.world.true - at >= WAITS.settle - SLACK
            if other is not sender and what.bundle_id == message.bundle_id and not dead and not jumped:
                self.broken(f"two senders post {message.bundle_id} beside each other")
        self.posting[sender] = (message, self.world.true)

    def post_ends(self, sender):
        self.posting.pop(sender, None)

    def taken(self, message):
        """MESH took a copy: only of what was acknowledged, just as it was, and each with its intent and, after the first, its reason."""
        id = message.bundle_id
        self.copies[id] += 1
        first = self.messages.get(id)
        if first is None or first.message.xml != message.xml or first.message.recipient != message.recipient:
            self.broken(f"what was posted is not what was put: {id}")
        self.intents(id)

    def intents(self, id):
        events = self.rows(
            "SELECT kind, body FROM ledger_event WHERE stream = ? ORDER BY number", f"outbox/message/{id}"
        )
        posts = [number for number, (kind, _) in enumerate(events) if kind == "posting"]
        never = sum(kind in ("not posted", "refused") for kind, _ in events)
        if len(posts) - never < self.copies[id]:
            self.broken(f"MESH has {self.copies[id]} copies of {id}, and {len(posts) - never} POSTs are on record")
        for before, post in pairwise(posts):
            if not {kind for kind, _ in events[before:post]} & {*REASONS}:
                self.broken(f"{id} was posted again, and no reason is on record")
            if id not in self.damaged and not json.loads(events[post][1]).get("says", "").startswith("again: "):
                self.broken(f"a repeat of {id} does not say that it is one")

    def acknowledged(self, mesh_id, held):
        """MESH was told that it need not keep something: then we have it, byte for byte, or a person said that it may go."""
        if mesh_id in self.damaged_in:
            return
        kept = dict(self.rows("SELECT kind, attached FROM ledger_event WHERE stream = ?", f"outbox/received/{mesh_id}"))
        if held.poison in LEFT:
            if "seen" not in kept:
                self.broken(f"{mesh_id} ({held.poison}) was given up, and no person has said so")
            return
        raw, _ = unpacked(held.wire) if held.headers.get("Content-Encoding") == "gzip" else (held.wire, "")
        if kept.get("received") != raw:
            self.broken(f"MESH was told that we have {mesh_id} ({held.poison or 'an answer'}), and we have not")
        self.kept[mesh_id] = raw

    # What is true after each step

    def states(self):
        found = self.rows("SELECT stream, value FROM ledger_mark WHERE name = 'outbox: state'")
        return {stream.removeprefix("outbox/message/"): state for stream, state in found}

    def after_step(self):
        """What is committed is there; what waits too long is shown. What was shown for waiting is shown until something happens to it."""
        last, rows = self.rows("SELECT max(position), count(*) FROM ledger_event")[0]
        if (last or 0) < self.last_row or (last or 0) != rows:
            self.broken("what was committed is gone")
        self.last_row = last or 0
        people = self.world.status()
        shown = {one.id for one in people}
        # Where nothing could be written, nobody remembers that it was shown; and what is shown for doubt alone may prove to be young.
        sure = shown if self.world.can_write else set()
        # A replacement may be shown because of what it replaces, to which something happened.
        sure = sure - {one.id for one in people if CLOCK_BACK in one.says or "it replaces" in one.says}
        states = self.states()
        for id, one in self.messages.items():
            self.one_waits(id, one, states.get(id, "gone"), shown, sure)
        for record_id, (at, open_still) in self.notices.items():
            if open_still and record_id not in shown:
                self.broken(f"the notice of {record_id}, put down at {at}, is not shown")
        self.shown = frozenset(shown)

    def one_waits(self, id, one, state, shown, sure):
        if state == "gone":
            self.broken(f"{id} was acknowledged, and is not in the outbox")
        both_on_its_way = state in ON_ITS_WAY and one.state in ON_ITS_WAY
        if state != one.state and not both_on_its_way:
            one.since, one.unseen, one.shown = self.world.true, self.swallowed(), False
            if state in ("sent", "inf_ok", "done"):
                self.arrived(id)
        one.state = state
        if state in ENDED:
            return
        waited = self.world.true - one.since - (self.swallowed() - one.unseen)
        if id not in shown:
            if one.shown and state in (*UNSENT, *ON_ITS_WAY) and self.world.same(id, one.events):
                self.broken(f"{id} ({state}) was shown, nothing happened to it, and it is shown no more")
            if state not in (*UNSENT, *ON_ITS_WAY):
                self.broken(f"{id} ({state}) wants a person, and is not shown")
            if waited >= WAITS.warn + SLACK:
                self.broken(f"{id} ({state}) has waited for {waited}, and is not shown")
        one.shown = id in sure
        one.events = self.world.events_of(id) if one.shown else 0

    def arrived(self, id):
        """What counts as sent was taken by MESH, or it is on record that nobody knows."""
        if self.copies[id] or id in self.damaged:
            return
        bodies = self.rows("SELECT body FROM ledger_event WHERE stream = ?", f"outbox/message/{id}")
        if not any("not known whether it arrived" in body for (body,) in bodies):
            self.broken(f"{id} counts as sent, and MESH never had it")

    def after_round(self, done, waited_before, damaged_before, undisturbed):
        """A round that MESH and the ledger allowed has collected all that it could, and what it could not is shown."""
        if done.failed:
            self.broken(f"a round could not deal with {done.failed}")
        if not done.to_the_end:
            return
        self.shown = frozenset(one.id for one in self.world.status())
        for mesh_id in waited_before:
            held = self.world.mesh.inbox.get(mesh_id)
            if held is not None and held.poison not in LEFT and undisturbed and mesh_id not in self.damaged_in:
                self.broken(f"{mesh_id} ({held.poison or 'an answer'}) was left in the mailbox")
            self.poison_shown(mesh_id, held)
        for id in damaged_before:
            if self.messages[id].state == "queued" and id not in self.shown and self.world.to_send(id):
                self.broken(f"{id} is damaged, and nobody is shown it")

    def poison_shown(self, mesh_id, held):
        what = held.poison if held is not None else self.world.poisons.get(mesh_id, "")
        damaged = held is not None and mesh_id in self.damaged_in
        if (what or damaged) and mesh_id not in self.seen and mesh_id not in self.shown:
            self.broken(f"{mesh_id} ({what}) is not shown to anybody")

    def all_there(self, outbox):
        """Every message and every answer that was acknowledged, byte for byte."""
        for id, one in self.messages.items():
            if id in self.damaged:
                continue
            if outbox.message(id) != one.message:
                self.broken(f"{id} is not what was put")
            self.intents(id)
        for mesh_id, raw in self.kept.items():
            if mesh_id not in self.damaged_in and outbox.raw(mesh_id) != raw:
                self.broken(f"{mesh_id} is not what came in")
        for record_id, (_, open_still) in self.notices.items():
            if len(outbox.notices.history(record_id)) != (1 if open_still else 2):
                self.broken(f"what was put down of {record_id} is gone")

    def nobody_named(self, *said):
        for words in map(repr, said):
            if CANARY in words or NOBODY in words:
                self.broken("a patient is named")

    def at_the_end(self, outbox):
        """In calm weather all comes to an end, or stands in front of a person; and what was not damaged is whole."""
        self.all_there(outbox)
        shown = {one.id for one in self.world.status()}
        for id, state in self.states().items():
            if state not in ENDED and id not in shown:
                self.broken(f"{id} is {state} in the end, and nobody is shown it")
        try:
            if outbox.verify():
                self.broken("a message is not found by what its events say")
        except LedgerDamaged:
            if not (self.damaged or self.damaged_in):
                self.broken("the ledger is damaged, and nobody damaged it")
