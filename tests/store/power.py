"""A morning in a pharmacy, killed and cut off anywhere: what was acknowledged is there, and of what was not, all or nothing.

Each step of the morning is one call of the store, and its acknowledgement is that it returned. The morning is the same every time, to the last
digest, so that after whatever happened the ledger has to be the one after the last step acknowledged, or after the one that was under way.

A power cut is made of the files as they stood after two steps, one after the other. What the first acknowledged was synced; of what the second
wrote since, any part may be on disk: up to any byte, or any sectors of it. SQLite writes the log and syncs it, then at a checkpoint the database
and syncs that (https://www.sqlite.org/wal.html); this order is SQLite's word, and was not recorded from the kernel.
"""

import json
import os
import random
import signal
import sqlite3
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from a_store import ROBIN, SAM, Clock, a_queued_message, an_account, made, opened
from sound_records import library

from pharmacyfirst import Kind
from pharmacyfirst.record import write_record
from pharmacyfirst.sending.on_paper import NoticeKind

COUNTED = ("BEGIN", "SAVEPOINT", "INSERT", "DELETE", "COMMIT")
CHECKPOINT = 40  # pages of the log, so that a morning has several checkpoints
SECTOR = 512
FILES = ("store.sqlite", "store.sqlite-wal")


@cache
def accounts():
    """Whom the morning sees; each account is made once, because that takes longer than all the rest."""
    seen = [("uncomplicated-uti", Kind.SUPPLY), ("shingles", Kind.SELF_CARE), ("acute-sore-throat", Kind.EMERGENCY)]
    return (*(an_account(*one) for one in seen), an_account(practice=True))


def consultation(account, number):
    """The steps of one consultation; the first is told by a message, a training patient's to nobody, the others by letter."""
    id, facts = account.id, list(account.facts.items())
    patient = json.loads(write_record(account))["patient"]

    def begin(store):
        pathway = library().in_force(account.pathway, account.on)
        store.drafts.begin(pathway, ROBIN, practice=account.patient.practice_patient, id=id, as_of=account.on)

    def who(store):
        now = store.drafts.get(id)
        store.drafts.who(id, ROBIN, now.revision, now.patient_mark, patient)

    def post(page, some):
        def posted(store):
            now = store.drafts.get(id)
            store.drafts.post(id, ROBIN, now.revision, now.patient_mark, page, dict(some))

        return posted

    def finish(store):
        now = store.drafts.get(id)
        record = made(store, account)
        news = {"message": a_queued_message(record)} if number == 0 else {"notice": NoticeKind.LETTER}
        store.drafts.finish(id, ROBIN, now.revision, record, **({} if now.practice else news))

    half = len(facts) // 2
    return (begin, who, post("First", facts[:half]), post("Second", facts[half:]), finish)


def morning():
    """Every step, in order."""
    steps = [step for number, account in enumerate(accounts()) for step in consultation(account, number)]
    first, second = accounts()[:2]
    paper = "0b1f5c1e-7d3c-4f7e-9a53-2f2b0c7d1a11"
    steps += [
        lambda store: store.records.claimed(first.id, SAM, "k1", "submitted", "ref"),
        lambda store: store.records.printed(first.id, SAM, "label"),
        lambda store: store.inbound.keep(b"<one/>" * 2000, "referral", SAM, request="r1", journey="j1"),
        lambda store: store.records.incident(second.id, SAM, "something"),
        lambda store: store.paper.held("shingles", date(2026, 11, 20), SAM, paper),
        lambda store: store.records.read(second.id, SAM),
    ]
    return steps


@contextmanager
def connected(seen):
    """Every connection that is made inside is given to ``seen`` at once."""
    connect = sqlite3.connect

    def connected(*given, **more):
        database = connect(*given, **more)
        seen(database)
        return database

    sqlite3.connect = connected
    try:
        yield
    finally:
        sqlite3.connect = connect


def small_log(database):
    database.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT}")


@cache
def unharmed():
    """The files and anchors after the store was opened and after each step, with the number of events and the digest of the last."""
    found = []
    with TemporaryDirectory() as folder, connected(small_log):
        folder = Path(folder)
        store = opened(folder, Clock())
        found.append(state(folder, store))
        for step in morning():
            step(store)
            found.append(state(folder, store))
        store.ledger.close()
    return found


def state(folder, store):
    files = [(folder / name).read_bytes() if (folder / name).exists() else b"" for name in FILES]
    anchors = (folder / "anchors.txt").read_bytes() if (folder / "anchors.txt").exists() else b""
    return (*files, anchors, store.ledger.length, store.ledger.head)


def must_be_all_or_nothing(folder, acknowledged):
    """The store that was left behind, after so many acknowledged steps; None where not even its opening was."""
    states = unharmed()
    with opened(folder, Clock()) as store:
        found = (store.ledger.length, store.ledger.head)
        if acknowledged is None:
            assert store.ledger.length <= states[1][3], "more is there than was ever under way"
        else:
            allowed = [one[3:] for one in states[acknowledged : acknowledged + 2]]
            assert found in allowed, (
                f"after {acknowledged} steps: {found[0]} events, and not {[one[0] for one in allowed]}"
            )
        checked = store.verify()
        assert checked.mended == 0, "what is found by marks is not what happened"
        for now in store.records.finished():
            told = now.practice or now.summary.get("bundle_id") or store.outbox.notices.knows(now.id)
            assert told, "a finished record whose message was not queued with it"
            if now.summary.get("bundle_id"):
                assert store.outbox.standing(now.summary["bundle_id"])


# Killed


def steps_to_kill():
    """How many statements that change something a whole morning takes."""
    counted = []

    def count(database):
        database.set_trace_callback(lambda said: counted.append(said) if said.split()[0] in COUNTED else None)

    with TemporaryDirectory() as folder, connected(count):
        store = opened(Path(folder), Clock())
        for step in morning():
            step(store)
        store.ledger.close()
    return len(counted)


def killed(number):
    """A morning in a process of its own that kills itself (SIGKILL) before its statement of this number."""
    unharmed(), accounts()
    with TemporaryDirectory() as outside:
        folder, said = Path(outside) / "data", Path(outside) / "acknowledged"
        said.touch()
        child = os.fork()
        if not child:
            _die_at(number, folder, said)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, f"statement {number}: not killed"
        acknowledged = said.stat().st_size
        must_be_all_or_nothing(folder, acknowledged - 1 if acknowledged else None)


def _die_at(number, folder, said):
    left = [number]

    def count(statement):
        if statement.split()[0] in COUNTED:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    try:
        with connected(lambda database: (small_log(database), database.set_trace_callback(count))):
            out = os.open(said, os.O_WRONLY | os.O_APPEND)
            store = opened(folder, Clock())
            os.write(out, b"a")
            for step in morning():
                step(store)
                os.write(out, b"a")
    finally:
        os._exit(1)


# Cut off


def cut(chance):
    """A power cut at a moment that chance picks."""
    states = unharmed()
    before = chance.randrange(len(states) - 1)
    database, log, anchors, *_ = states[before]
    newer, longer, *_ = states[before + 1]
    checkpoint = newer != database
    if checkpoint and chance.random() < 0.5:  # the log was synced whole, and the database is being written
        files = (sectors(database, newer, 4096, chance), longer)
    elif chance.random() < 0.5:
        at = chance.randrange(len(longer) + 1)
        files = (database, longer[:at] + log[at:])
    else:
        files = (database, sectors(log, longer, SECTOR, chance))
    with TemporaryDirectory() as folder:
        for name, held in zip(FILES, files, strict=True):
            (Path(folder) / name).write_bytes(held)
        (Path(folder) / "anchors.txt").write_bytes(anchors)
        must_be_all_or_nothing(Path(folder), before)
    return "in a checkpoint" if checkpoint else "in the log"


def sectors(old, new, size, chance):
    """Some sectors as they were, some as they would have been; beyond the end of the old, what never got there is noughts."""
    held, share = bytearray(old.ljust(len(new), b"\0")), chance.random()
    for at in range(0, len(new), size):
        if chance.random() < share:
            held[at : at + size] = new[at : at + size]
    return bytes(held)


def cuts(number, seed):
    chance = random.Random(f"power {seed}")
    return [cut(chance) for _ in range(number)]
