"""Training consultations for the tests of papers: one for every case of every condition, and what may be changed about one."""

import os
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from uuid import NAMESPACE_URL, uuid5

from shipped import cases_of_each

from pharmacyfirst import Kind, assess, load
from pharmacyfirst.authority.permit import Channel
from pharmacyfirst.record import (
    Account,
    Coded,
    Decision,
    GPPractice,
    Handed,
    Onward,
    Patient,
    Pharmacy,
    PractitionerOnRecord,
    Quantity,
    make_record,
)
from pharmacyfirst.record.decision import FITS
from pharmacyfirst.record.examples import consent_of, duties_of, example_of, quantity_of
from pharmacyfirst.record.people import RecordViewed, Trace

PHARMACY = Pharmacy(
    ods="FPF01",
    name="Training Pharmacy & Sons",
    address=("1 Practice Street", "Leeds"),
    postcode="LS1 6AE",
    telephone="0113 496 0000",
)
PHARMACIST = PractitionerOnRecord(gphc_number="2099999", family="Practice", given=("Pat",))
EVERY = os.environ.get("PHARMACYFIRST_EXAMPLES")  # set by `make thorough`
ANY_PRODUCT = "39108511000001108"


@cache
def library():
    return load()


@cache
def every_one():
    """The example that ships with the package for each way a case comes out, made once for all tests; in `make thorough` for every case."""
    return tuple(example_of(library(), case) for case, _ in (cases() if EVERY else ways()))


@cache
def cases():
    """Every case with its assessment."""
    found = cases_of_each(library(), library().conditions)
    return [
        (case, assess(library().in_force(condition, case.as_of), case.facts, case.as_of))
        for condition, some in found.items()
        for case in some
    ]


def patient(on, facts, **changes):
    age = facts.get("age_years", 34)
    held = {
        "family": "Practice-<O'Neil>", "given": ("Penny", "Anne"), "birth_date": date(on.year - age, 1, 2), "gender": "female",
        "nhs_number": "9990000018", "trace": Trace(status="01", at=datetime(on.year, on.month, on.day, 10, tzinfo=UTC), by="PDS"), "address": ("2 Practice Road", "Leeds"), "postcode": "LS2 9JT",
        "gp_practice": GPPractice(ods="B86999", name="Example Surgery"), "practice_patient": True,
    }  # fmt: skip
    if facts.get("date_of_birth"):
        held["birth_date"] = facts["date_of_birth"]
    if changes.get("gp_practice", held) is None:
        held["no_practice_because"] = "is not registered"
    return Patient(**{**held, **changes})


def amp_of(product):
    name = product.name.replace("tablets or capsules", "capsules")  # what is handed over is one or the other
    return Coded(code=(product.codes or (ANY_PRODUCT,))[0], display=f"{name} (Practice Maker Ltd)")


def with_changes(of, changes):
    """A part of a record with some of its fields changed, checked again."""
    return type(of)(**{name: getattr(of, name) for name in type(of).model_fields} | changes)


def account_for(case, assessment, *, done=None, who=None, agreed=None, **changes):
    """The account of a case; what was done is what the assessment said, unless told otherwise. ``agreed`` changes the consent."""
    at = datetime(case.as_of.year, case.as_of.month, case.as_of.day, 10, 5, tzinfo=UTC)
    kind = assessment.outcome.kind
    done = done or FITS[kind.key][0]
    supplies = ()
    if done == "supplied":
        offered = assessment.offers[0].supplied[0]
        how_much = quantity_of(assessment.offers[0]) if offered.quantity else Quantity(amount=Decimal(1), unit="bottle")
        supplies = (
            Handed(
                pgd=assessment.offers[0].pgd.id, amp=amp_of(offered.product), handed_over_at=at.replace(minute=25),
                quantity=how_much, batch="B<1>&2", expiry="2028-04",
            ),
        )  # fmt: skip
    because = "the patient had to leave" if kind is Kind.NEED_FACTS else None
    person = patient(case.as_of, case.facts, **(who or {}))
    held = {
        "id": str(uuid5(NAMESPACE_URL, case.id)), "pathway": case.pathway, "facts": case.facts, "started_at": at,
        "ended_at": at.replace(minute=30), "patient": person, "pharmacy": PHARMACY, "practitioner": PHARMACIST,
        "channel": Channel.IN_PERSON, "consent": with_changes(consent_of(person.age_on(case.as_of), case.facts), agreed or {}),
        "records_viewed": (RecordViewed(source="GP record"),), "supplies": supplies,
        "duties": duties_of(assessment),
        "decision": Decision(done=done, because=because, onward=(onward_for(assessment),) if done == "referred" else ()),
    }  # fmt: skip
    return Account(**{**held, **changes})


def onward_for(assessment):
    """Where the patient is sent, as the assessment says, and how, which an urgent referral has to say."""
    own = dict.fromkeys(one.where_to for one in assessment.reasons if one.where_to)
    to = "; ".join(own) or assessment.where_to or "hospital"
    return Onward(to=to, how="told to go" if assessment.outcome.kind is Kind.EMERGENCY else "NHSmail")


def record_for(case, assessment, **changes):
    """The record of a case, made when it ended."""
    account = account_for(case, assessment, **changes)
    return make_record(account, library(), recorded_at=account.ended_at or account.started_at)


def remade_with(record, *, agreed=None, **changes):
    """The record made of the same account with some of it changed, ``agreed`` in its consent.

    Permits are left out: they are for what stood there before.
    """
    account = record.account()
    held = {name: getattr(account, name) for name in Account.model_fields}
    held["supplies"] = tuple(one.model_copy(update={"permit": None}) for one in account.supplies)
    held["consent"] = with_changes(account.consent, agreed or {})
    return make_record(Account(**held | changes), library(), recorded_at=record.recorded_at)


@cache
def records():
    """A record for each way a case comes out: what decided, what is offered and told. In `make thorough` one of every case."""
    made = [(record_for(case, assessment), assessment.pathway) for case, assessment in (cases() if EVERY else ways())]
    assert len(made) > 600
    return made


@cache
def ways():
    """The first case of each way to come out."""
    found = {}
    for case, one in cases():
        offered = tuple((offer.pgd.id, offer.row.id, offer.supplied[0].product.name) for offer in one.offers)
        told = (one.advice, one.safety_netting, one.gateways, one.diagnosis_established, bool(one.missing))
        found.setdefault((one.pathway.id, one.outcome, one.if_not_answered, one.decided_by, offered, told), (case, one))
    return list(found.values())


@cache
def one_of_each():
    """A record for every condition and every kind of outcome that its cases reach."""
    found = {}
    for record, pathway in records():
        found.setdefault((record.pathway, record.kind), (record, pathway))
    return found


def a_supply():
    """Some record with a supply, and its content."""
    return next((record, pathway) for record, pathway in records() if record.supplies)


def case_of(kind):
    """Some case that comes out so, with its assessment."""
    return next((case, found) for case, found in cases() if found.outcome.kind is kind)
