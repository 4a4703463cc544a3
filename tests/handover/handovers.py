"""Handovers of invented patients, for the tests of the room."""

import json
from datetime import UTC, datetime

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
SECRET = "Featherstonehaugh"
NUMBER = "9990000018"

PATIENT = {
    "family": SECRET, "given": ["Ann"], "birth_date": "1991-04-05", "gender": "female", "nhs_number": NUMBER,
    "trace": {"status": "01", "at": "2026-11-21T10:00:00+00:00", "by": "PDS by Example PMR"}, "practice_patient": True,
    "address": ["7 Nowhere Lane", "Leeds"], "postcode": "LS1 6AE", "gp_practice": {"ods": "Y99999", "name": "Example Surgery"},
}  # fmt: skip
HANDOVER = {
    "format": 1, "at": "2026-11-21T10:29:30+00:00", "asked_by": {"system": "Example PMR", "pharmacy": "FZZ99"}, "patient": PATIENT,
    "pathway": "uncomplicated-uti",
}  # fmt: skip


def as_sent(**changes):
    """A handover as the pharmacy's system sends it."""
    return json.dumps(HANDOVER | changes).encode()


def patient(**changes):
    """The patient of a handover with other details; None takes one away."""
    held = PATIENT | changes
    return {name: value for name, value in held.items() if value is not None}
