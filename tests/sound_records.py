"""Sound records of people who are not training patients, with the permit that each supply had; for the tests that spoil them.

Their names are nobody's, and they have no NHS number, because every real one is somebody's.
"""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import NAMESPACE_URL, uuid5

from shipped import cases_of

from pharmacyfirst import Kind, assess, load
from pharmacyfirst.authority.authorise import authorise
from pharmacyfirst.authority.permit import Channel, Permit
from pharmacyfirst.record import (
    Account,
    Decision,
    GPPractice,
    Handed,
    Onward,
    Patient,
    make_record,
    write_record,
)
from pharmacyfirst.record.examples import (
    PHARMACY,
    PRACTITIONER,
    TYPIST,
    account_of,
    actual_product,
    example_adoption,
)
from pharmacyfirst.record.make import permit_on_record

SECRET = "Featherstonehaugh"
ADDRESS = "7 Nowhere Lane"


@cache
def library():
    return load()


def case_of(condition, kind, **facts):
    """The first case of a condition that comes out so and has these facts."""
    return next(
        case
        for case in cases_of(library(), condition)
        if case.expected.kind is kind and facts.items() <= dict(case.facts).items()
    )


def case_named(condition, name):
    return next(case for case in cases_of(library(), condition) if case.id == name)


def real_patient(case):
    """Somebody who is not a training patient, of the age that the case has."""
    born = account_of(library(), case).patient.birth_date
    return Patient(
        family=SECRET, given=("Ann",), birth_date=born, gender="female", address=(ADDRESS, "Leeds"), postcode="LS1 6AE",
        gp_practice=GPPractice(ods="B86999", name="A Surgery"),
    )  # fmt: skip


def permit_for(case, patient, record, at, pgd=None, **asked):
    """The permit that the example's adoption gives for a record of this patient at a moment."""
    pathway = library().in_force(case.pathway, case.as_of)
    answer = authorise(
        pathway, case.facts, example_adoption(pathway), PRACTITIONER.gphc_number, Channel.IN_PERSON, at, record=record,
        person=patient.digest, pgd=pgd, **asked,
    )  # fmt: skip
    assert isinstance(answer, Permit), answer
    return permit_on_record(answer)


def account_for(case, **changes):
    """The account of a real patient's consultation that goes as the case says; a supply has its permit."""
    example = account_of(library(), case)
    patient = changes.get("patient") or real_patient(case)
    name = str(uuid5(NAMESPACE_URL, f"sound {case.id}"))
    started = datetime(case.as_of.year, case.as_of.month, case.as_of.day, 14, 5, tzinfo=UTC)
    held = {field: getattr(example, field) for field in Account.model_fields} | {
        "id": name, "patient": patient, "started_at": started, "ended_at": started + timedelta(minutes=15),
        "records_viewed": (), "not_viewed_because": "it could not be reached", "pharmacy": PHARMACY, "entered_by": TYPIST,
        "supplies": tuple(handed(case, patient, name, started) for _ in example.supplies),
    }  # fmt: skip
    if example.decision.onward:
        held["decision"] = Decision(done="referred", onward=(Onward(to="A&E", urgency="at once", how="told to go"),))
    return Account(**held | changes)


def handed(case, patient, record, started, **changes):
    """What was handed over of the first offer, five minutes after it was permitted."""
    offer = assess(library().in_force(case.pathway, case.as_of), case.facts, case.as_of).offers[0]
    held = {
        "pgd": offer.pgd.id, "amp": actual_product(offer), "handed_over_at": started + timedelta(minutes=10), "batch": "L1",
        "expiry": f"{started.year + 1}-10",
        "permit": permit_for(case, patient, record, started + timedelta(minutes=5), offer.pgd.id),
    }  # fmt: skip
    return Handed(**held | changes)


def record_for(case, **changes):
    """The sound record of a case, made when the consultation ended."""
    account = account_for(case, **changes)
    return make_record(account, library(), recorded_at=account.ended_at)


@cache
def sound(condition="uncomplicated-uti", kind=Kind.SUPPLY):
    """The first sound record of a condition that came out so, and as the JSON object that a file of it holds."""
    record = record_for(case_of(condition, kind))
    return record, write_record(record)


def as_json(record):
    """A record as a text editor sees it: an object of JSON, to be changed."""
    return json.loads(write_record(record))
