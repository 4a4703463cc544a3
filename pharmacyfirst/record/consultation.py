"""The record of one consultation: what was asked and answered, what the pathway said, and what the pharmacist in fact did.

An ``Account`` is what only people know of it. ``record.make`` turns that into a ``Consultation``: it assesses the facts, words what
decided, and works out every supply from the record's own offer. ``write_record`` turns a record into JSON; ``record.judged.read_record``
reads it back and judges it again. A record holds the words it was decided by, so that it reads the same when the content has long
changed. It is never changed; a correction is a new record that names the old one. Neither ``repr`` nor any error shows what it holds.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from pharmacyfirst import exact
from pharmacyfirst.authority.digests import digest_of, digest_of_facts
from pharmacyfirst.errors import taking
from pharmacyfirst.kernel.outcome import Kind, Outcome
from pharmacyfirst.kernel.questions import read_day
from pharmacyfirst.record.decision import (
    FITS,
    Charge,
    Claimed,
    Decision,
    DutyAnswered,
    GatewayPassed,
    Hold,
    Incident,
    Late,
    Notice,
)
from pharmacyfirst.record.fields import ByChannel, Day, Id, JsonObject, Line, Moment, Recorded, Words
from pharmacyfirst.record.in_words import InWords
from pharmacyfirst.record.lists import listed
from pharmacyfirst.record.measured import Observation, PressureReading
from pharmacyfirst.record.people import (
    AnsweredAgainstOnRecord,
    Consent,
    Patient,
    Pharmacy,
    PractitionerOnRecord,
    Reaction,
    RecordViewed,
    Referral,
    Somebody,
    Typist,
)
from pharmacyfirst.record.sense import disagreements
from pharmacyfirst.record.supply import Handed, PermitOnRecord, Supply, Unpermitted

OF_ITS_ID = "The id of the record, a UUID in small letters. For a real supply it is the one that the permit was given for; a permit for another is refused."


class Account(Recorded):
    """What only people know of a consultation: who, when, what was answered, what was done. A record is made from it.

    ``service`` is the one that the pathway belongs to, which the program fills in. ``facts`` are those that ``assess`` takes; an answer that was asked for and is not known is null. ``as_of`` is the day, without it that
    of ``started_at``. ``complaint`` is what the patient came with, in their words; ``answered_against`` the answers that contradict
    what another record suggested. ``pregnancy_confirmed`` is the pharmacist's word that
    the GP record shall be told; without it no code says anything about pregnancy, whatever the facts are. ``corrects`` names the record
    that this one takes the place of, and ``first`` the one that the chain began with, where that is another: its permits hold on.
    ``visit`` is the id of the record that another consultation of the same visit began with, and ``continues`` that of the visit before it.
    ``measured_by`` took the measurements where that was somebody else; ``permit`` lets a service be provided that supplies nothing.
    """

    id: Annotated[Id, Field(description=OF_ITS_ID)]
    service: Line | None = None
    strand: listed("strand") = "clinical pathway"  # type: ignore[valid-type]
    strand_before: listed("strand") | None = None  # type: ignore[valid-type]
    pathway: Line
    as_of: Day | None = None
    facts: JsonObject
    started_at: Moment
    ended_at: Moment | None = None
    place: listed("place") | None = None  # type: ignore[valid-type]
    patient: Patient
    pharmacy: Pharmacy
    practitioner: PractitionerOnRecord
    entered_by: Typist | None = None
    measured_by: Typist | None = None
    visit: Id | None = None
    continues: Id | None = None
    late: Late | None = None
    channel: ByChannel
    consent: Consent
    identity_checked: Words | None = None
    records_viewed: tuple[RecordViewed, ...] = ()
    not_viewed_because: Words | None = None
    accompanied_by: tuple[Somebody, ...] = ()
    chaperone: listed("chaperone") | None = None  # type: ignore[valid-type]
    chaperone_name: Line | None = None
    referral: Referral = Referral(source="self-referred")
    complaint: Words | None = None
    answered_against: tuple[AnsweredAgainstOnRecord, ...] = ()
    decision: Decision
    supplies: tuple[Handed, ...] = ()
    permit: PermitOnRecord | None = None
    duties: tuple[DutyAnswered, ...] | None = None
    charge: Charge | None = None
    gateways_passed: tuple[GatewayPassed, ...] = ()
    observations: tuple[Observation, ...] | None = None
    readings: tuple[PressureReading, ...] | None = None
    reactions: tuple[Reaction, ...] = ()
    pregnancy_confirmed: Literal["pregnant", "not_pregnant"] | None = None
    notice: Notice | None = None
    claim: Claimed | None = None
    incident: Incident | None = None
    hold: Hold | None = None
    keep_until: Day | None = None
    corrects: Id | None = None
    corrects_because: Words | None = None
    first: Id | None = None

    @property
    def opened_by(self) -> str:
        """The id of the record that a chain of corrections began with; its own where it corrects none."""
        return self.first or self.corrects or self.id

    @property
    def on(self) -> date:
        """The day of the consultation, on England's clock."""
        return self.as_of or self.started_at.date()

    @property
    def facts_digest(self) -> str:
        """The digest of the facts, which a permit is bound to."""
        return digest_of_facts(self.facts)

    def as_dict(self) -> dict[str, Any]:
        """As JSON holds it, decimals exact; what is not known is left out."""
        return self.model_dump(exclude_none=True) | {"facts": self.facts}


class Consultation(Account):
    """One consultation, whole: the account of it, and what the program made of that.

    ``assessment`` is the JSON contract's object. ``recorded_at`` is when the program made the record. ``unpermitted`` was handed over
    without a permit. ``seal`` is the digest of all the rest: it shows that something was changed by hand, and proves nothing against
    whoever makes another one.
    """

    format: Literal[2] = 2
    recorded_at: Moment
    observations: tuple[Observation, ...] = ()
    assessment: JsonObject
    in_words: InWords
    supplies: tuple[Supply, ...] = ()  # type: ignore[assignment]  # what was handed over, with all that follows from it
    unpermitted: tuple[Unpermitted, ...] = ()
    seal: Line = ""

    @property
    def version(self) -> str:
        """The version of the pathway."""
        return str(self.assessment["version"])

    @property
    def kind(self) -> Kind:
        """The kind of outcome that the assessment came to."""
        return Kind[str(self.assessment["outcome"]["kind"]).upper()]

    @property
    def outcome(self) -> Outcome:
        """The outcome that the assessment came to."""
        return Outcome(self.kind, self.assessment["outcome"]["destination"])

    @property
    def content_digest(self) -> str:
        """The digest of the content it was decided by."""
        return str(self.assessment["content_digest"])

    @property
    def where_to(self) -> tuple[str, ...]:
        """To whom the assessment sends the patient, and by when: what decided says, else what holds of such an outcome."""
        says = self.assessment.get("where_to")
        return self.in_words.places or ((says,) if isinstance(says, str) else ())

    @property
    def practice(self) -> bool:
        """Whether the patient is invented, so that nothing of it may reach a live system."""
        return self.patient.practice_patient

    @property
    def differs(self) -> bool:
        """Whether what was done is not what the assessment said."""
        return self.decision.done not in FITS[self.kind.key] or self.decision.no_supply is not None

    @property
    def is_incident(self) -> bool:
        """Whether something went wrong that somebody has to look at."""
        return bool(self.unpermitted) or self.incident is not None

    def account(self) -> Account:
        """What people said of it, from which the rest was made."""
        made = Consultation.model_fields.keys() - Account.model_fields.keys()
        held = {name: getattr(self, name) for name in Consultation.model_fields if name not in made}
        handed = (*(one.handed() for one in self.supplies), *(one.handed() for one in self.unpermitted))
        return Account(**held | {"supplies": handed})

    def as_dict(self) -> dict[str, Any]:
        """The record as JSON holds it, decimals exact; what is not known is left out."""
        return super().as_dict() | {"assessment": self.assessment}

    def sealed(self) -> Self:
        """The same record with its seal."""
        return self.model_copy(update={"seal": self.right_seal})

    @property
    def right_seal(self) -> str:
        """The seal that a record which holds this has."""
        return digest_of({name: value for name, value in self.as_dict().items() if name != "seal"})

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for wrong in self._disagreements():
            raise ValueError(wrong)
        return self

    def _disagreements(self) -> Iterator[str]:
        wrong = list(_of_assessment(self.assessment, self.pathway, self.on))
        yield from wrong
        if not wrong:  # what follows reads the assessment
            yield from disagreements(self)


def _of_assessment(assessment: Mapping[str, Any], pathway: str, on: date) -> Iterator[str]:
    outcome = assessment.get("outcome")
    texts = ("pathway", "version", "as_of", "content_digest")
    if not all(isinstance(assessment.get(key), str) for key in texts) or not isinstance(outcome, Mapping):
        yield "assessment: this is not the object of the JSON contract"
        return
    if outcome.get("kind") not in FITS or read_day(assessment["as_of"]) is None:
        yield "assessment: its outcome or its day is none that there is"
        return
    if assessment["pathway"] != pathway or assessment["as_of"] != on.isoformat():
        yield "assessment: it is of another pathway or another day than the record"
    lists = ("offers", "decided_by", "missing", "gateways", "advice", "safety_netting", "trace")
    if not all(isinstance(assessment.get(key), tuple) for key in lists):
        yield "assessment: this is not the object of the JSON contract"


@taking(record=Account, indent=int | None)
def write_record(record: Account, indent: int | None = None) -> str:
    """A record, or an account, as JSON text, decimals exact; the same always gives the same text. With ``indent``, an item a line."""
    return exact.write(record.as_dict(), indent, item_a_line=True)
