"""What is written down of a consultation: the record itself, the message to the GP practice, the papers, and what comes in.

::

    from pharmacyfirst.record import Consent, Decision, envelope_of, practised, record_of, update_record

    supply = practised(assessment.offers[0], amp=product, handed_over_at=at)      # in earnest: supplied(permit, ...)
    record = record_of(
        assessment, facts=facts, id=new_id, started_at=at, patient=patient, pharmacy=pharmacy, practitioner=pharmacist,
        channel=Channel.IN_PERSON, consent=Consent(to_treat=True, to_share=True), decision=Decision(done="supplied"),
        supplies=[supply],
    )
    message = update_record(record, envelope_of(record, mailbox, sent_at))

A record is made whole or refused with ``RecordRefused``; it is never changed, and neither ``repr`` nor any error shows what it holds.
Letter, label, sheet, claim row and page are made by the modules of ``record.papers``; ``record.examples`` has records to learn with.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pharmacyfirst.record.consultation import Consultation, Decision, read_record, record_of, write_record
    from pharmacyfirst.record.fields import Coded, Observation, Quantity, RecordRefused
    from pharmacyfirst.record.inbound.sources import read_gp_record, read_referral
    from pharmacyfirst.record.inbound.suggestions import confirm
    from pharmacyfirst.record.message.envelope import correcting, envelope_of
    from pharmacyfirst.record.message.rules import check
    from pharmacyfirst.record.message.update_record import update_record
    from pharmacyfirst.record.people import Consent, GPPractice, Patient, Pharmacy, PractitionerOnRecord, Referral
    from pharmacyfirst.record.supply import practised, supplied

__all__ = [
    "Coded",
    "Consent",
    "Consultation",
    "Decision",
    "GPPractice",
    "Observation",
    "Patient",
    "Pharmacy",
    "PractitionerOnRecord",
    "Quantity",
    "RecordRefused",
    "Referral",
    "check",
    "confirm",
    "correcting",
    "envelope_of",
    "practised",
    "read_gp_record",
    "read_record",
    "read_referral",
    "record_of",
    "supplied",
    "update_record",
    "write_record",
]

# Each public name is looked up where it lives when it is first asked for (PEP 562): a record needs no XML, a letter no outbox.
_HOMES = {
    "consultation": ("Consultation", "Decision", "read_record", "record_of", "write_record"),
    "fields": ("Coded", "Observation", "Quantity", "RecordRefused"),
    "inbound.sources": ("read_gp_record", "read_referral"),
    "inbound.suggestions": ("confirm",),
    "message.envelope": ("correcting", "envelope_of"),
    "message.rules": ("check",),
    "message.update_record": ("update_record",),
    "people": ("Consent", "GPPractice", "Patient", "Pharmacy", "PractitionerOnRecord", "Referral"),
    "supply": ("practised", "supplied"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(_import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
