"""What is done to a consultation, as the store writes it down: the deed, who did it, and when the server's clock said it was.

An event has two halves. ``told`` tells what was done and holds no identity and no answer, so that lists and audits read it alone. ``held``
is about the patient, and is kept as the attachment of the event; neither ``repr`` nor any error shows it.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from pharmacyfirst import exact
from pharmacyfirst.errors import PharmacyFirstError, Refused, must_be
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.ledger import LedgerDamaged, LedgerEvent

MOST_BYTES = 20_000_000  # of what one event holds: a record has some hundred thousand


class StoreRefused(PharmacyFirstError, ValueError):
    """The store does not do this, and nothing was written; says why and what to do, and names no patient."""


class Deed(Enum):
    """What was done. Those of the first block change a consultation under way, those of the second what is known of it."""

    BEGUN = "begun"
    BEGUN_FROM = "begun from a finished record"
    WHO = "who the patient is"
    POSTED = "page posted"
    TAKEN_OVER = "taken over"
    CONTENT_CHANGED = "content changed"
    DETAILS_FOLLOW = "details to follow"
    EXPIRED = "expired"
    ABANDONED = "abandoned"
    FINISHED = "finished"

    TYPED = "typed, not continued"
    CORRECTED = "corrected"
    PRINTED = "printed"
    READ = "read"
    TOLD_ON_PAPER = "practice told on paper"
    CLAIMED = "claimed"
    INCIDENT = "incident"
    LOOKED_AT = "incident looked at"
    NOTED = "restricted note"
    HELD = "held"
    HOLD_ENDED = "hold ended"
    ANSWERED_FOR = "answered for"

    CAME_IN = "came in"
    UNDERSTOOD = "what was understood of it"
    DEALT_WITH = "dealt with"
    ON_PAPER = "held on paper"
    ENTERED = "entered"
    SEARCHED = "searched"
    CLAUSE_FOUND = "clause found in the signed document"
    SHEET_CONFIRMED = "what was found confirmed"
    SIGNED_KEPT = "signed document kept"
    ADOPTED = "adopted"
    PEOPLE_SIGN_IN = "people sign in from now on"
    FORMAT = "format"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a named person, never the pharmacy alone. ``gphc_number`` is empty for who has none.

    Raises ``StoreRefused`` where nobody is named.
    """

    name: str
    role: str = "pharmacist"
    gphc_number: str = ""

    def __post_init__(self) -> None:
        must_be(str, name=self.name, role=self.role, gphc_number=self.gphc_number)
        if not self.name.strip() or not self.role.strip():
            raise StoreRefused("Say who does it, by name and role: a record without one could not be answered for.")

    def is_(self, other: "Actor") -> bool:
        """Whether both are one person: by the GPhC number, and by the name where either has none."""
        if self.gphc_number and other.gphc_number:
            return self.gphc_number == other.gphc_number
        return (self.name, self.role, self.gphc_number) == (other.name, other.role, other.gphc_number)

    def as_dict(self) -> dict[str, str]:
        """As JSON holds it."""
        number = {"gphc_number": self.gphc_number} if self.gphc_number else {}
        return {"name": self.name, "role": self.role, **number}


PROGRAM = Actor("pharmacyfirst", "program")


@dataclass(frozen=True, slots=True)
class StoreEvent:
    """One deed as it stands in the ledger. ``at`` is the server's time in UTC; ``number`` counts through the stream from 1.

    ``told`` has no identity. ``attached`` are the bytes that are about the patient, empty where there are none.
    """

    deed: Deed
    at: datetime
    actor: Actor
    number: int
    digest: str
    told: Mapping[str, Any] = field(repr=False)
    attached: bytes = field(repr=False)

    @property
    def held(self) -> dict[str, Any]:
        """What the event holds of the patient, where that is a JSON object. Raises ``LedgerDamaged``."""
        with as_written(self.number):
            held = exact.read(self.attached, MOST_BYTES) if self.attached else {}
            if not isinstance(held, dict):
                raise ValueError
            return held


def body_of(actor: Actor, told: Mapping[str, Any]) -> str:
    """The text of an event."""
    return exact.write({"actor": actor.as_dict(), "told": dict(told)})


def attachment_of(held: Mapping[str, Any] | bytes) -> bytes:
    """What an event holds of a patient, as bytes."""
    return held if isinstance(held, bytes) else exact.write(held).encode()


def read_event(stored: LedgerEvent) -> StoreEvent:
    """An event of the ledger as the store wrote it. Raises ``LedgerDamaged``."""
    with as_written(stored.position):
        body = exact.read(stored.body, MOST_BYTES)
        actor, told = Actor(**body["actor"]), Frozen(body["told"])
        return StoreEvent(Deed(stored.kind), stored.at, actor, stored.number, stored.digest, told, stored.attached)


@contextmanager
def as_written(number: int) -> Iterator[None]:
    """What we wrote can be read; what cannot was written by somebody else."""
    try:
        yield
        return
    except (AttributeError, KeyError, TypeError, ValueError, json.JSONDecodeError, Refused):
        pass
    raise LedgerDamaged(f"Event {number} of the store is not what was written. Put a copy back, and find out why.")
