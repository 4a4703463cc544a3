"""A pharmacy's outbox in any weather: one or two senders, callers and persons, each of which may be killed at any step.

The outbox, the rounds and the ledger are the real ones; the disk is SQLite in memory, and MESH is ``mesh.Mesh``. All chance comes from one
seed, and only one of them runs at a time, so a run can be repeated step by step. A step is every point at which something outside a
process changes or is asked: each question to MESH and its answer, each BEGIN, each event written, each COMMIT and what comes after it.
"""

import random
import sqlite3
import threading
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from weather.mesh import Line, Mesh, a_message, named
from weather.must import WAITS, Must

from pharmacyfirst.ledger import Ledger, LedgerDamaged, LedgerUnusable
from pharmacyfirst.sending import rounds
from pharmacyfirst.sending.on_paper import AddressKind, NoticeKind, NoticeRefused, OnPaper
from pharmacyfirst.sending.outbox import Outbox
from pharmacyfirst.sending.outgoing import RefusedByOutbox, _checked
from pharmacyfirst.sending.standing import OutOfOrder

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
BY = "A Pharmacist"
JUMPS = (timedelta(seconds=20), timedelta(minutes=10), timedelta(hours=3), timedelta(days=2), timedelta(days=400))


class Killed(BaseException):
    """The process is gone; nothing of it runs any more."""


class Disk(sqlite3.Connection):
    """A disk that tells the world of each step, and may be full."""

    world = None

    def cursor(self):
        return super().cursor(Told)


class Told(sqlite3.Cursor):
    """A cursor that tells the world of what it writes."""

    def execute(self, statement, given=()):
        word, world = statement[:6], self.connection.world
        if world is None or word not in ("BEGIN ", "INSERT", "COMMIT") or "ledger_mark" in statement:
            return super().execute(statement, given)
        if word != "BEGIN " and not world.can_write:
            world.faults += 1
            raise sqlite3.OperationalError("database or disk is full")
        world.step(world.running)
        done = super().execute(statement, given)
        if word == "COMMIT":
            world.step(world.running)
        return done


class World:
    """A world from a seed. ``run`` goes so many steps, and raises ``Broken`` where something does not hold."""

    def __init__(self, seed, most_messages=7, damaged=0.0):
        self.seed, self.chance = seed, random.Random(seed)
        self.true, self.off, self.jumped = timedelta(0), timedelta(0), timedelta(-1)
        self.steps, self.counted, self.most, self.damaged = 0, Counter(), most_messages, damaged
        self.calm, self.mesh_down, self.disk_full = False, False, False
        self.running, self.turns, self.crew, self.faults = None, {}, [], 0
        self.poisons, self.checked, self.made = {}, None, 0
        self.must = Must(self)
        self.mesh = Mesh(self)
        self.database = self.opened()
        self.watching = Outbox(Ledger(self.database))
        self.database.world = self

    def opened(self, held=None):
        database = sqlite3.connect(":memory:", factory=Disk, isolation_level=None, check_same_thread=False)
        if held is not None:
            database.deserialize(held)
        database.execute("PRAGMA synchronous=FULL")
        return database

    def reopened(self):
        """What was committed is all that is left, read by another process."""
        self.database.world = None
        held = self.database.serialize()
        self.database.close()
        self.database = self.opened(held)
        self.watching = Outbox(Ledger(self.database))
        self.database.world = self
        self.must.all_there(self.watching)

    @property
    def can_write(self):
        return self.calm or not self.disk_full

    def clock(self):
        return START + self.true + self.off

    def status(self):
        """What ``record status`` shows: it looks at the clock, where it can write, and asks."""
        with _quietly(self):
            if self.can_write:
                self.watching.look(self.clock())
            return self.watching.for_person(self.clock(), WAITS)

    def events_of(self, id):
        return self.database.execute(
            "SELECT max(number) FROM ledger_event WHERE stream = ?", (f"outbox/message/{id}",)
        ).fetchone()[0]

    def same(self, id, events):
        return self.events_of(id) == events

    def to_send(self, id):
        with _quietly(self):
            return id in self.watching.to_send()

    # Steps

    def step(self, who):
        """One step of whoever runs: the world may change, another may have its turn, and the process may be gone."""
        self.steps += 1
        if self.database.in_transaction:
            if not self.calm and self.chance.random() < 0.004:
                raise self.killed(who)
            return
        self.true += timedelta(milliseconds=self.chance.randrange(1, 3000))
        if self.mesh.under_way:
            self.mesh.arrive()
        self.check()
        if self.calm:
            return
        dice = self.chance.random()
        if dice < 0.008:
            raise self.killed(who)
        if dice < 0.012:
            self.jump()
        elif dice < 0.016 and who is not None:
            self.somebody()
        elif dice < 0.2 and who is not None:
            self.hand_over(who)

    def check(self):
        """All that must hold, where anything changed since it was last looked at."""
        now = (self.database.total_changes, self.clock().replace(second=0, microsecond=0), len(self.must.messages))
        if now != self.checked:
            self.must.after_step()
            self.checked = (self.database.total_changes, *now[1:])

    def killed(self, who):
        self.counted["kills"] += 1
        return Killed(who)

    def jump(self):
        by = self.chance.choice(JUMPS) * self.chance.choice((-1, 1))
        self.counted["jumps of the clock"] += 1
        self.off += by
        self.jumped = self.true
        self.must.gone_back += max(-by, timedelta(0))
        self.check()

    # Who runs

    def hand_over(self, who):
        """Another sender goes on from where it stands, or a second one begins; ``who`` waits for its turn."""
        others = [one for one in self.turns if one is not who]
        if not others and len(self.turns) == 1 and self.chance.random() < 0.25:
            others = [self.second()]
        if others:
            self.counted["turns of another sender"] += 1
            self.give(others[0], who)

    def second(self):
        other = object()
        self.turns[other] = threading.Semaphore(0)
        thread = threading.Thread(target=self.in_turn, args=(other,), daemon=True)
        self.crew.append(thread)
        thread.start()
        return other

    def in_turn(self, who):
        self.turns[who].acquire()
        self.running = who
        try:
            self.round(who)
        except BaseException as wrong:
            self.wrong = wrong
        self.turns.pop(who)
        for waits in list(self.turns.values()):  # who is released goes on at once, and may end its own turn
            waits.release()

    def give(self, other, who):
        self.turns[other].release()
        self.turns[who].acquire()
        self.running = who
        if (wrong := getattr(self, "wrong", None)) is not None:
            self.wrong = None
            raise wrong

    def a_round(self):
        """One sender's round, and whatever others do meanwhile."""
        who = object()
        self.turns[who] = threading.Semaphore(0)
        self.running = who
        try:
            self.round(who)
            while len(self.turns) > 1:
                self.give(next(one for one in self.turns if one is not who), who)
        finally:
            self.turns.pop(who, None)
            self.running = None
        self.crew.clear()

    def round(self, who):
        self.counted["rounds"] += 1
        waited, faults, damaged = self.mesh.there(), self.faults, set(self.must.damaged)
        self.poisons |= {one: self.mesh.inbox[one].poison for one in waited}
        try:
            outbox = Outbox(Ledger(self.database))
            done = rounds.send_round(outbox, Line(self, who), self.clock, WAITS)
        except Killed:
            self.counted["rounds that were killed"] += 1
            return
        if self.database.in_transaction:
            self.must.broken("a round left a transaction open")
        self.must.nobody_named(done, self.status())
        if not done.to_the_end and faults == self.faults:
            self.must.broken(
                f"a round did not come to its end, and neither MESH nor the disk was at fault: {done.trouble}"
            )
        if not self.must.posting and len(self.turns) == 1:
            self.must.after_round(done, waited, damaged, faults == self.faults)

    # What callers and persons do

    def somebody(self):
        """A caller or a person, in a process of their own, which may be killed too."""
        before, self.running = self.running, None
        try:
            self.act()
        except Killed:
            self.counted["callers that were killed"] += 1
        except LedgerUnusable as why:
            self.must.nobody_named(str(why))
        finally:
            self.running = before

    def act(self):
        if len(self.must.messages) + len(self.must.notices) < self.most and self.chance.random() < 0.5:
            self.put_down() if self.chance.random() < 0.2 else self.put()
        else:
            self.resolve()

    def put(self):
        self.made += 1
        replaces = ""
        if self.must.messages and self.chance.random() < 0.2:
            replaces = self.chance.choice(list(self.must.messages.values())).message.document_id
        message = a_message(self.seed, self.made, replaces=replaces)
        try:
            Outbox(Ledger(self.database)).put(_checked(message), self.clock())
        except (RefusedByOutbox, LedgerDamaged):
            return
        finally:
            # Killed after the commit, it is there though nobody was told: it has to be followed all the same.
            if self.events_of(message.bundle_id):
                self.must.stored(message)
        if self.chance.random() < self.damaged:
            self.damage(message.bundle_id)
        self.check()

    def put_down(self):
        self.made += 1
        record_id = named(self.seed, self.made, "record")
        outbox = Outbox(Ledger(self.database))
        outbox.notices.due(record_id, NoticeKind.LETTER, self.clock(), self.clock())
        self.must.notices[record_id] = (self.true, True)

    def resolve(self):
        """A person looks at the list and does something about one thing in it."""
        people = [one for one in self.status() if one.id]
        if not people:
            return
        one, outbox, at = self.chance.choice(people), Outbox(Ledger(self.database)), self.clock()
        try:
            if one.record_id:
                self.must.notices.pop(one.record_id, None)  # while it is put down, it may be due or not
                outbox.notices.sent(one.record_id, OnPaper(NoticeKind.LETTER, AddressKind.POST, BY, at), at)
                self.must.notices[one.record_id] = (self.true, False)
            elif not one.bundle_id:
                self.must.seen.add(one.mesh_id)
                outbox.seen_received(one.mesh_id, at, BY)
            else:
                self.about(one.bundle_id, outbox, at)
        except (OutOfOrder, LedgerDamaged, NoticeRefused, RefusedByOutbox) as why:
            self.must.nobody_named(str(why))
        self.check()

    def about(self, id, outbox, at):
        dice = self.chance.random()
        if dice < 0.4:
            outbox.send_again(id, at, BY)
        elif dice < 0.6:
            outbox.fallback_sent(id, at, OnPaper(NoticeKind.PDF, AddressKind.NHSMAIL, BY, at))
        elif dice < 0.7:
            outbox.void(id, at, BY, "a slip")
        else:
            outbox.seen(id, at, BY)

    def damage(self, id):
        """Somebody edits a row of the ledger by hand, or a disk does."""
        what = self.chance.choice(
            (
                "attached = attached || x'20'",
                "body = replace(body, 'GPPROVIDER_', 'GPPROVIDER_1')",
                "at = 'noon'",
                "body = '[]'",
                "digest = 'x'",
            )
        )
        number = self.chance.choice((1, self.events_of(id)))
        self.database.execute("DROP TRIGGER IF EXISTS ledger_event_no_update")
        self.database.execute(
            f"UPDATE ledger_event SET {what} WHERE stream = ? AND number = ?", (f"outbox/message/{id}", number)
        )
        self.counted["damaged messages"] += 1
        self.must.damaged.add(id)

    def damage_what_came_in(self):
        """The same of something received, and of an answer that is still at MESH and was put down as one that could not be taken."""
        streams = [one for one in self.watching._ledger.streams("outbox/received/")]
        if streams:
            stream = self.chance.choice(streams)
            self.database.execute("DROP TRIGGER IF EXISTS ledger_event_no_update")
            what = self.chance.choice(("at = 'noon'", "body = '[]'", "body = 'x'"))
            self.database.execute(f"UPDATE ledger_event SET {what} WHERE stream = ?", (stream,))
            self.counted["damaged answers"] += 1
            self.must.damaged_in.add(stream.removeprefix("outbox/received/"))

    # A whole run

    def run(self, steps):
        """So many steps in any weather, then calm weather until all has come to rest; what was counted."""
        while self.steps < steps:
            self.weather()
            self.somebody()
            if self.chance.random() < 0.85:
                self.one_round()
        self.rest()
        self.counted["messages"] = len(self.must.messages)
        self.counted["copies that MESH took"] = len(self.mesh.taken)
        self.counted["answers kept"] = len(self.must.kept)
        return Counter(steps=self.steps) + self.counted

    def weather(self):
        chance = self.chance
        self.mesh_down = chance.random() < 0.1
        self.disk_full = chance.random() < 0.05
        minutes = chance.choice((1, 5, 5, 5, 5, 30, 300, 1500)) if chance.random() < 0.3 else 5
        self.pause(timedelta(minutes=minutes))
        if chance.random() < 0.1:
            self.counted["poison"] += 1
            self.mesh.poison()
        if self.must.messages and chance.random() < self.damaged / 10:
            self.damage(chance.choice(list(self.must.messages)))
        if chance.random() < self.damaged / 10:
            self.damage_what_came_in()
        if chance.random() < 0.05:
            self.jump()

    def pause(self, wait):
        """Time passes, and nobody does anything; somebody looks at the list on the way."""
        half = wait / 2
        for _ in range(2):
            self.true += half
            self.steps += 1
            self.check()

    def one_round(self):
        with suppress(Killed):
            self.a_round()
        if self.chance.random() < 0.2 and not self.turns:
            self.counted["times it was opened again"] += 1
            self.reopened()

    def rest(self):
        self.calm, self.mesh_down, self.disk_full = True, False, False
        for _ in range(5):
            self.pause(timedelta(minutes=10))
            self.one_round()
        self.pause(timedelta(hours=30))
        self.one_round()
        self.must.at_the_end(self.watching)


class _quietly:
    """Who only looks is no step of the world."""

    def __init__(self, world):
        self.world = world

    def __enter__(self):
        self.before, self.world.database.world = self.world.database.world, None

    def __exit__(self, *wrong):
        self.world.database.world = self.before


def run(seed, steps, each=1500):
    """Worlds one after the other until so many steps are gone; what was counted in all of them. Raises ``Broken``."""
    counted, number = Counter(), 0
    while counted["steps"] < steps:
        world = World(f"{seed}-{number}", damaged=0.2 if number % 4 == 3 else 0.0)
        counted += world.run(min(each, steps - counted["steps"]))
        counted["worlds"] += 1
        number += 1
    return dict(counted)
