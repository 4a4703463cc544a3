"""What the pharmacist in fact did: what was done and why, where the patient was sent, what was told, charged and found."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Self

from pydantic import Field, model_validator

from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.service import Service
from pharmacyfirst.record.fields import Day, Line, Moment, Recorded, Words
from pharmacyfirst.record.lists import listed

Done = Literal[
    "supplied", "advised", "referred", "to be measured", "declined", "ended early", "did not attend", "could not be reached"
]  # fmt: skip

# What a pharmacist does when following the assessment; anything else needs its reason.
FITS: Mapping[str, tuple[Done, ...]] = {
    Kind.EMERGENCY.key: ("referred",),
    Kind.REFER_URGENT.key: ("referred",),
    Kind.NOT_ELIGIBLE.key: ("referred", "advised"),
    Kind.REFER.key: ("referred",),
    Kind.ALTERNATIVE_DIAGNOSIS.key: ("advised", "referred"),
    Kind.DECLINED.key: ("declined",),
    Kind.MEASURE_NEXT.key: ("to be measured",),
    Kind.SELF_CARE.key: ("advised",),
    Kind.SUPPLY.key: ("supplied",),
    Kind.NEED_FACTS.key: ("ended early", "referred", "did not attend", "could not be reached"),
}
NOBODY_CAME: tuple[Done, ...] = ("did not attend", "could not be reached")
UNFINISHED: tuple[Done, ...] = ("ended early", *NOBODY_CAME)

OUT_OF_STOCK = "out of stock"
NOT_REACHED = "not reached"
SPOKEN_TO = "spoken to"


class Onward(Recorded):
    """Where the patient was sent: to whom, how soon, how they were handed on, and who there took them over.

    ``how`` the patient was handed on; *spoken to* says to whom (``accepted_by``) and when (``at``).
    """

    to: Line
    ods: Line | None = None
    urgency: listed("urgency") | None = None  # type: ignore[valid-type]
    how: listed("handed over") | None = None  # type: ignore[valid-type]
    accepted_by: Line | None = None
    at: Moment | None = None

    @model_validator(mode="after")
    def _says_who_and_when(self) -> Self:
        if self.how == SPOKEN_TO and (self.accepted_by is None or self.at is None):
            raise ValueError("where somebody was spoken to, accepted_by says who and at says when")
        if self.at is not None and self.how is None:
            raise ValueError("at says when the patient was handed on, so how has to say how")
        return self


class ToldAndGiven(Recorded):
    """What the patient was told and given: about the medicine, when to get help, and in writing. None: nobody said."""

    about_the_medicine: bool | None = None
    safety_netting: bool | None = None
    leaflet: bool | None = None


class Decision(Recorded):
    """What was done. ``because`` says why where it is not what the assessment said, or why it ended early.

    ``no_supply`` is why a medicine that was offered was not supplied. ``otc`` are medicines sold or advised without a PGD. The plan is
    told apart: for the practice and other professionals, and for the patient.
    """

    done: Done
    because: Words | None = None
    no_supply: listed("no supply") | None = None  # type: ignore[valid-type]
    onward: tuple[Onward, ...] = ()
    plan_for_professionals: Words | None = None
    plan_for_patient: Words | None = None
    otc: tuple[Words, ...] = ()
    leaflets: tuple[Words, ...] = ()
    told: ToldAndGiven | None = None
    notes: Words | None = None

    @property
    def out_of_stock(self) -> bool:
        """Whether nothing was supplied because there was none."""
        return self.no_supply == OUT_OF_STOCK

    @property
    def referred_to(self) -> str | None:
        """Where the patient was sent, in the order of the record; None where nowhere."""
        return "; ".join(one.to for one in self.onward) or None

    @property
    def contacted(self) -> str | None:
        """Who there was spoken to; None where nobody was."""
        return "; ".join(one.accepted_by for one in self.onward if one.accepted_by) or None

    @property
    def contacted_at(self) -> datetime | None:
        """When somebody was first spoken to."""
        return next((one.at for one in self.onward if one.accepted_by), None)

    @property
    def plan(self) -> str | None:
        """The plan for everybody, as the GP practice is told it."""
        parts = (self.plan_for_professionals, self.plan_for_patient)
        return " ".join(one for one in parts if one) or None


# Three exemptions are an age by their own words (the coded list *exemption*): from which to which completed year. The others hold at any age.
_AGES_OF_EXEMPTIONS: Mapping[str, tuple[int, int | None]] = {"0002": (0, 15), "0003": (16, 18), "0004": (60, None)}


def is_charged(service: Service | None) -> bool:
    """Whether a medicine has a prescription charge: unless its service says that it is free. What belongs to no service has one."""
    return service is None or service.charged


def exemption_fits(code: str, age: int) -> bool:
    """Whether somebody of this age (completed years) may be exempt from the charge for this reason, as far as age alone can tell."""
    youngest, oldest = _AGES_OF_EXEMPTIONS.get(code, (0, None))
    return youngest <= age and (oldest is None or age <= oldest)


class Charge(Recorded):
    """The prescription charge: why none was due (or that it was paid), whether evidence was seen, how many charges were taken."""

    exemption: listed("exemption")  # type: ignore[valid-type]
    evidence_seen: bool | None = None
    taken: int = Field(default=0, ge=0, le=99)
    token_printed: bool | None = None

    def for_items(self, many: int) -> Self:
        """The same for so many items, of which each has a charge of its own where one was paid."""
        return self.model_copy(update={"taken": many if self.taken else 0})


class DutyAnswered(Recorded):
    """What became of something that had to be done whatever the outcome: that it was done, or why it was not."""

    id: Line
    done: bool
    note: Words | None = None

    @model_validator(mode="after")
    def _says_why_not(self) -> Self:
        if not self.done and self.note is None:
            raise ValueError("a duty that was not done says why: note")
        return self


class GatewayPassed(Recorded):
    """A payment point of the pathway that was passed, and when."""

    id: Line
    at: Moment


class Notice(Recorded):
    """How the GP practice was, or is to be, told, and what of that was done already. What becomes of a message stands in the outbox."""

    route: listed("notice")  # type: ignore[valid-type]
    to: Line | None = None
    by: Line | None = None
    at: Moment | None = None


class Claimed(Recorded):
    """Where the claim stands, with the reference of the system that took it."""

    state: listed("claim")  # type: ignore[valid-type]
    reference: Line | None = None
    at: Moment | None = None


class Incident(Recorded):
    """Something that went wrong and was put down; ``lfpse`` is its reference in Learn from Patient Safety Events."""

    what: Words
    at: Moment | None = None
    lfpse: Line | None = None


class Hold(Recorded):
    """The record may not be deleted, whatever its age: why, and until when where that is known."""

    because: Words
    until: Day | None = None


class Late(Recorded):
    """Why the record was entered on a later day than the consultation's, and when the paper was written."""

    because: Words
    paper_at: Moment | None = None
