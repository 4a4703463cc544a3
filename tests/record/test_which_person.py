"""Which person a permit is for: one digest however the name is typed, another for any other person, and no name in it."""

from datetime import UTC, date, datetime
from unicodedata import normalize

import pytest

from pharmacyfirst.authority.digests import is_digest
from pharmacyfirst.record import GPPractice, Patient
from pharmacyfirst.record.people import Trace

TRACED = Trace(status="01", at=datetime(2026, 11, 21, 10, tzinfo=UTC), by="PDS")
HELD = {
    "family": "O'Brien-Müller", "given": ("Zoë", "Ann"), "birth_date": date(1991, 4, 5), "gender": "female", "nhs_number": "9990000018",
    "trace": TRACED, "practice_patient": True, "address": ("2 Example Street",), "gp_practice": GPPractice(ods="Y99998"),
}  # fmt: skip
PERSON = Patient(**HELD)


def somebody(**changes):
    return Patient(**HELD | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"family": "O'BRIEN-MÜLLER"},
        {"family": normalize("NFD", "O'Brien-Müller")},
        {"given": ("zoë", "ann")},
        {"given": ("Zoë ", " Ann")},
        {"gender": "unknown"},
        {"title": "Dr"},
        {"address": ("1 Example Street",), "postcode": "ZZ99 3WZ", "telephone": "01632 960001"},
        {"gp_practice": GPPractice(ods="Y99999")},
        {"trace": Trace(status="02")},
        {"sensitivity": "restricted"},
    ],
)
def test_one_person_has_one_digest_whatever_else_is_known(changes):
    assert somebody(**changes).digest == PERSON.digest


@pytest.mark.parametrize(
    "changes",
    [
        {"family": "O'Brien"},
        {"given": ("Zoë",)},
        {"given": ("Ann", "Zoë")},
        {"given": ("Zoë Ann",)},
        {"birth_date": date(1991, 5, 4)},
        {"nhs_number": "9990000026"},
        {"nhs_number": None, "trace": None},
    ],
)
def test_another_person_has_another(changes):
    assert somebody(**changes).digest != PERSON.digest


def test_a_digest_shows_no_name():
    assert is_digest(PERSON.digest)
    assert PERSON.digest == somebody().digest
