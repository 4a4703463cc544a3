"""A CDS Client as the tests of CDS Hooks play one."""

from calling import CONDITION, DAY

from pharmacyfirst.api.hooks.asked import ANSWERED, OPENED
from pharmacyfirst.api.hooks.cards import OWN
from pharmacyfirst.exact import write

INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
PATIENT_ID = "1288992"
SERVICE = f"/cds-services/{CONDITION}"
FEEDBACK = f"{SERVICE}/feedback"


def patient(born="1990-12-23", **more):
    """The patient of the specification's own example, of another age."""
    return {"resourceType": "Patient", "gender": "male", "birthDate": born, "id": PATIENT_ID, "active": True, **more}


def opened(record=None, **more):
    """A record was opened."""
    context = {"userId": "Practitioner/example", "patientId": PATIENT_ID, "encounterId": "89284"}
    prefetch = {"prefetch": {"patient": record}} if record is not None else {}
    return {"hook": OPENED, "hookInstance": INSTANCE, "context": context, **prefetch, **more}


def answered(facts, as_of=DAY, **more):
    """The answers of a consultation so far."""
    given = opened(**more)
    return given | {"hook": ANSWERED, "context": given["context"] | {"as_of": as_of, "facts": facts}}


def card_of_call(caller, given, condition=CONDITION):
    """The one card that a service gives."""
    reply = caller.post(f"/cds-services/{condition}", write(given))
    assert reply.status_code == 200, reply.text
    (card,) = reply.json()["cards"]
    return card


def outcome_of(card):
    return card["extension"][OWN]["outcome"]["kind"]
