"""A store for the tests: a clock that is set by hand, people, and consultations that come to the sound records."""

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

import sound_records
from sound_records import account_for, case_of, library

from pharmacyfirst import Kind
from pharmacyfirst.record import Account, make_record, write_record
from pharmacyfirst.record.examples import account_of
from pharmacyfirst.sending.on_paper import NoticeKind
from pharmacyfirst.store import Actor, StoreSettings, open_store

sys.path.append(str(Path(__file__).resolve().parents[1] / "sending"))
from practice_system import a_message, prepared

ROBIN = Actor("Robin Sample", "pharmacist", "2999999")
SAM = Actor("Sam Other", "pharmacist", "2999998")
SECRET = sound_records.SECRET


class Clock:
    """A clock that goes on by a second with every look, and as the test sets it."""

    def __init__(self, at=datetime(2026, 11, 21, 14, 21, tzinfo=UTC)):
        self.at = at

    def __call__(self):
        self.at += timedelta(seconds=1)
        return self.at


def opened(folder, clock=None, **settings):
    return open_store(folder, clock or Clock(), StoreSettings(**settings))


def an_account(condition="uncomplicated-uti", kind=Kind.SUPPLY, practice=False, number=0, **changes):
    """The account of a consultation that comes out so; each number is a consultation of its own."""
    case = case_of(condition, kind)
    if practice:
        held = account_of(library(), case)
        held = Account(**{name: getattr(held, name) for name in Account.model_fields} | changes)
        return held if not number else renumbered(held, number)
    return account_for(case, **changes)


def renumbered(account, number):
    """The same consultation of a training patient under another id; its permit is named to the record, so it has none."""
    id = str(uuid5(UUID(account.id), str(number)))
    supplies = tuple(one.model_copy(update={"permit": None}) for one in account.supplies)
    held = {name: getattr(account, name) for name in Account.model_fields}
    return Account(**held | {"id": id, "supplies": supplies})


def begun(store, account, actor=ROBIN, **given):
    """A consultation under way, of whom it is about and with its answers on two pages."""
    pathway = library().in_force(account.pathway, account.on)
    practice = account.patient.practice_patient
    now = store.drafts.begin(pathway, actor, practice=practice, id=account.id, as_of=account.on, **given)
    patient = json.loads(write_record(account))["patient"]
    now = store.drafts.who(now.id, actor, now.revision, now.patient_mark, patient)
    facts = list(account.facts.items())
    for page, some in (("First", facts[: len(facts) // 2]), ("Second", facts[len(facts) // 2 :])):
        now = store.drafts.post(now.id, actor, now.revision, now.patient_mark, page, dict(some))
    return now


def made(store, account):
    """The record that the program makes of an account now."""
    return make_record(account, library(), recorded_at=store.now())


def finished(store, account, actor=ROBIN, **given):
    """A consultation that is finished: the practice is told by letter, nobody of a training patient."""
    now = begun(store, account, actor)
    news = {} if account.patient.practice_patient else {"notice": NoticeKind.LETTER}
    return store.drafts.finish(now.id, actor, now.revision, made(store, account), **news | given)


def a_queued_message(record, **changes):
    """A message of a record as far as the outbox looks into one: our records have no NHS number, because each is somebody's."""
    message = a_message(record.id, recipient="X26OT001", practice_patient=False)
    return prepared(replace(message, **{"sender_reference": f"urn:uuid:{record.id}"} | changes))
