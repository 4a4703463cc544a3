"""What is written down of a consultation: the record itself, the message to the GP practice, the papers, and what comes in.

::

    from pharmacyfirst.record import make_record, read_account, read_record, write_record

    account = read_account(what_the_pharmacist_did)                  # JSON: who, when, the answers, what was done, the permit
    record = make_record(account, library, recorded_at=now)          # the program assesses, words and works out all the rest
    again = read_record(write_record(record), library)               # and judges it again whenever it is read

A record is made whole or refused with ``RecordRefused``; it is never changed, and neither ``repr`` nor any error shows what it holds.
Letter, label, sheet, claim row and page are made by the modules of ``record.papers``; ``record.examples`` has records to learn with.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pharmacyfirst.record.consultation import Account, Consultation, write_record
    from pharmacyfirst.record.decision import Decision, Onward
    from pharmacyfirst.record.fields import Coded, Quantity, RecordRefused
    from pharmacyfirst.record.inbound.sources import read_gp_record, read_referral
    from pharmacyfirst.record.inbound.suggestions import confirm
    from pharmacyfirst.record.judged import read_account, read_record
    from pharmacyfirst.record.make import make_record
    from pharmacyfirst.record.measured import Observation
    from pharmacyfirst.record.message.envelope import correcting, envelope_of
    from pharmacyfirst.record.message.rules import check
    from pharmacyfirst.record.message.update_record import update_record
    from pharmacyfirst.record.people import Consent, GPPractice, Patient, Pharmacy, PractitionerOnRecord
    from pharmacyfirst.record.supply import Handed

__all__ = [
    "Account",
    "Coded",
    "Consent",
    "Consultation",
    "Decision",
    "GPPractice",
    "Handed",
    "Observation",
    "Onward",
    "Patient",
    "Pharmacy",
    "PractitionerOnRecord",
    "Quantity",
    "RecordRefused",
    "check",
    "confirm",
    "correcting",
    "envelope_of",
    "make_record",
    "read_account",
    "read_gp_record",
    "read_record",
    "read_referral",
    "update_record",
    "write_record",
]

# Each public name is looked up where it lives when it is first asked for (PEP 562): a record needs no XML, a letter no outbox.
_HOMES = {
    "consultation": ("Account", "Consultation", "write_record"),
    "decision": ("Decision", "Onward"),
    "fields": ("Coded", "Quantity", "RecordRefused"),
    "inbound.sources": ("read_gp_record", "read_referral"),
    "inbound.suggestions": ("confirm",),
    "judged": ("read_account", "read_record"),
    "make": ("make_record",),
    "measured": ("Observation",),
    "message.envelope": ("correcting", "envelope_of"),
    "message.rules": ("check",),
    "message.update_record": ("update_record",),
    "people": ("Consent", "GPPractice", "Patient", "Pharmacy", "PractitionerOnRecord"),
    "supply": ("Handed",),
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
