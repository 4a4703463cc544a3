"""The record of one consultation: what was asked and answered, what the pathway said, and what the pharmacist in fact did.

``record_of`` makes one from a kernel assessment; ``write_record`` and ``read_record`` turn it into JSON and back. A record stands by
itself: it holds the words it was decided by, so that it reads the same when the content has long changed. It is never changed; a
correction is a new record that names the old one. Neither ``repr`` nor any error shows what a record holds.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import field_validator, model_validator

from pharmacyfirst import exact
from pharmacyfirst.authority.permit import Channel
from pharmacyfirst.errors import NOTHING_ASSESSED, Refused
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.outcome import Kind, Outcome
from pharmacyfirst.kernel.questions import AGE, BORN, read_day
from pharmacyfirst.kernel.trace import Assessment
from pharmacyfirst.record.fields import (
    PREGNANCY,
    ByChannel,
    Id,
    Measurement,
    Moment,
    Observation,
    Recorded,
    RecordRefused,
    Words,
    as_json_holds,
    read_back,
)
from pharmacyfirst.record.in_words import InWords, words_of
from pharmacyfirst.record.people import Consent, Patient, Pharmacy, PractitionerOnRecord, Referral
from pharmacyfirst.record.supply import Supply

Done = Literal["supplied", "advised", "referred", "declined", "ended early"]

# What a pharmacist does when following the assessment; anything else needs its reason.
FITS: Mapping[str, tuple[Done, ...]] = {
    Kind.EMERGENCY.key: ("referred",),
    Kind.REFER_URGENT.key: ("referred",),
    Kind.NOT_ELIGIBLE.key: ("referred", "advised"),
    Kind.REFER.key: ("referred",),
    Kind.ALTERNATIVE_DIAGNOSIS.key: ("advised", "referred"),
    Kind.DECLINED.key: ("declined",),
    Kind.SELF_CARE.key: ("advised",),
    Kind.SUPPLY.key: ("supplied",),
    Kind.NEED_FACTS.key: ("ended early", "referred"),
}


class Decision(Recorded):
    """What the pharmacist in fact did. ``because`` says why where it is not what the assessment said, or why it ended early.

    ``contacted`` is whom the pharmacist spoke to, and ``contacted_at`` when. ``otc`` are medicines sold or advised without a PGD.
    """

    done: Done
    because: Words | None = None
    out_of_stock: bool = False
    referred_to: Words | None = None
    contacted: Words | None = None
    contacted_at: Moment | None = None
    plan: Words | None = None
    otc: tuple[Words, ...] = ()
    leaflets: tuple[Words, ...] = ()
    notes: Words | None = None


class Consultation(Recorded):
    """One consultation, whole. ``assessment`` is the JSON contract's object; ``facts`` are the facts as they were given.

    ``pregnancy_confirmed`` is the pharmacist's word that the GP record shall be told; without it no code says anything about
    pregnancy, whatever the facts are. ``corrects`` names the record that this one takes the place of.
    """

    format: Literal[1] = 1
    id: Id
    started_at: Moment
    ended_at: Moment | None = None
    patient: Patient
    pharmacy: Pharmacy
    practitioner: PractitionerOnRecord
    channel: ByChannel
    consent: Consent
    referral: Referral = Referral(source="self-referred")
    facts: dict[str, Any]
    assessment: dict[str, Any]
    in_words: InWords
    decision: Decision
    supplies: tuple[Supply, ...] = ()
    observations: tuple[Observation, ...] = ()
    pregnancy_confirmed: Literal["pregnant", "not_pregnant"] | None = None
    corrects: Id | None = None
    corrects_because: Words | None = None

    @field_validator("facts", "assessment", mode="before")
    @classmethod
    def _as_json_holds_it(cls, value: Any) -> Any:
        return as_json_holds(value)

    @property
    def pathway(self) -> str:
        """The id of the pathway, which is that of the condition."""
        return str(self.assessment["pathway"])

    @property
    def version(self) -> str:
        """The version of the pathway."""
        return str(self.assessment["version"])

    @property
    def on(self) -> date:
        """The day of the consultation."""
        day = read_day(self.assessment["as_of"])
        assert day is not None  # checked when the record was made
        return day

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
        return self.decision.done not in FITS[self.kind.key] or self.decision.out_of_stock

    def as_dict(self) -> dict[str, Any]:
        """The record as JSON holds it, decimals exact; what is not known is left out."""
        return self.model_dump(exclude_none=True) | {"facts": self.facts, "assessment": self.assessment}

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for wrong in _disagreements(self):
            raise ValueError(wrong)
        return self


# What must agree within a record


def _disagreements(record: Consultation) -> Iterator[str]:
    yield from _of_assessment(record)
    yield from _of_times(record)
    yield from _of_decision(record)
    for supply in record.supplies:
        yield from _of_supply(record, supply)
    yield from _of_pregnancy(record)
    if (record.corrects is None) != (record.corrects_because is None):
        yield "corrects and corrects_because are given together"
    if record.corrects == record.id:
        yield "a record cannot correct itself: give the correction an id of its own"


def _of_assessment(record: Consultation) -> Iterator[str]:
    assessment = record.assessment
    outcome = assessment.get("outcome")
    texts = ("pathway", "version", "as_of", "content_digest")
    if not all(isinstance(assessment.get(key), str) for key in texts) or not isinstance(outcome, dict):
        yield "assessment: this is not the object of the JSON contract"
        return
    if outcome.get("kind") not in FITS or read_day(assessment["as_of"]) is None:
        yield "assessment: its outcome or its day is none that there is"
        return
    lists = ("offers", "decided_by", "missing", "gateways", "advice", "safety_netting", "trace")
    if not all(isinstance(assessment.get(key), list) for key in lists):
        yield "assessment: this is not the object of the JSON contract"


def _of_times(record: Consultation) -> Iterator[str]:
    if record.started_at.date() != record.on:
        yield "started_at is not on the day of the assessment; times are those of England's clock"
    if record.ended_at is not None and record.ended_at < record.started_at:
        yield "ended_at is before started_at"
    if record.patient.birth_date > record.on:
        yield "the patient is born after the consultation"
        return
    age, born = record.facts.get(AGE), record.facts.get(BORN)
    if age not in (None, record.patient.age_on(record.on)) or born not in (None, record.patient.birth_date.isoformat()):
        yield "the facts speak of another age or date of birth than the patient's: is this the right patient?"


def _of_decision(record: Consultation) -> Iterator[str]:
    decision = record.decision
    if (decision.done == "supplied") != bool(record.supplies):
        yield "the decision says supplied where there are supplies, and only there"
    if record.differs and decision.because is None:
        yield "what was done is not what the assessment said: because has to say why"
    if record.supplies and record.consent.to_treat is not True:
        yield "nothing is supplied without consent to treatment"


def _of_supply(record: Consultation, supply: Supply) -> Iterator[str]:
    if supply.practice != record.patient.practice_patient:
        yield "a practice supply is for a practice patient, and a practice patient's supply is a practice supply"
    offered = [offer for offer in record.assessment["offers"] if offer.get("pgd") == supply.pgd]
    if not any(offer.get("pgd_version") == supply.pgd_version for offer in offered):
        yield "a supply was not among the offers of the assessment"
        return
    if not _is_offered(supply, offered[0]) and record.decision.because is None:
        yield "the quantity supplied is not the quantity offered: because has to say why"
    if supply.handed_over_at < record.started_at:
        yield "a supply was handed over before the consultation"
    permit = supply.permit
    if permit is None:
        return
    if permit.content_digest != record.content_digest:
        yield "a permit is for other content than the assessment's"
    if (permit.ods_code, permit.gphc_number) != (record.pharmacy.ods, record.practitioner.gphc_number):
        yield "a permit is for another pharmacy or practitioner"
    if permit.channel is not record.channel:
        yield "a permit is for another channel"
    if not permit.at.startswith(record.on.isoformat()):
        yield "a permit is for another day"


def _is_offered(supply: Supply, offer: Mapping[str, Any]) -> bool:
    """Whether the quantity is one that the document gives; where it gives none, any is."""
    quantities = [one.get("quantity") for one in (offer, *offer.get("alternatives", ()))]
    return None in quantities or any(
        Decimal(str(one["amount"])) == supply.quantity.amount and one["unit"] == supply.quantity.unit
        for one in quantities
        if one is not None
    )


def _of_pregnancy(record: Consultation) -> Iterator[str]:
    confirmed = record.pregnancy_confirmed
    if confirmed is None:
        return
    if record.facts.get(PREGNANCY) != confirmed:
        yield "pregnancy_confirmed is not what was answered; not asked is not an answer"
    if record.patient.gender == "male" or not 10 <= record.patient.age_on(record.on) <= 60:
        yield "pregnancy_confirmed is not sent for a man, or for somebody under 10 or over 60"


# From the kernel


def record_of(
    assessment: Assessment,
    *,
    facts: Mapping[str, Any],
    id: str,
    started_at: datetime,
    patient: Patient,
    pharmacy: Pharmacy,
    practitioner: PractitionerOnRecord,
    channel: Channel,
    consent: Consent,
    decision: Decision,
    referral: Referral | None = None,
    supplies: Sequence[Supply] = (),
    observations: Sequence[Observation] | None = None,
    ended_at: datetime | None = None,
    pregnancy_confirmed: Literal["pregnant", "not_pregnant"] | None = None,
    corrects: str | None = None,
    corrects_because: str | None = None,
) -> Consultation:
    """The record of a consultation, from its assessment, the facts as they were given, and what was done.

    Without ``observations`` those are taken that the facts hold (temperature, weight). Raises ``RecordRefused`` where something does
    not agree, above all where the facts are not those that the assessment was made from.
    """
    if assess(assessment.pathway, facts, assessment.on) != assessment:
        raise RecordRefused("The facts are not those that the assessment was made from. Nothing was recorded.")
    held: dict[str, Any] = {
        "id": id,
        "started_at": started_at,
        "ended_at": ended_at,
        "patient": patient,
        "pharmacy": pharmacy,
        "practitioner": practitioner,
        "channel": channel,
        "consent": consent,
        "referral": referral or Referral(source="self-referred"),
        "facts": facts,
        "assessment": assessment.as_dict(),
        "in_words": words_of(assessment),
        "decision": decision,
        "supplies": tuple(supplies),
        "observations": tuple(observations if observations is not None else observed(assessment, started_at)),
        "pregnancy_confirmed": pregnancy_confirmed,
        "corrects": corrects,
        "corrects_because": corrects_because,
    }
    return Consultation(**held)


OBSERVED_FACTS: Mapping[str, Measurement] = {"temperature_c": "temperature", "weight_kg": "weight"}


def observed(assessment: Assessment, at: datetime) -> tuple[Observation, ...]:
    """The measurements that stand among the facts."""
    known = assessment.known
    return tuple(
        Observation(kind=kind, value=known[fact], at=at) for fact, kind in OBSERVED_FACTS.items() if fact in known
    )


# JSON


def write_record(record: Consultation, indent: int | None = None) -> str:
    """The record as JSON text, decimals exact; the same record always gives the same text. With ``indent``, an item a line."""
    return exact.write(record.as_dict(), indent, item_a_line=True)


def read_record(words: str | bytes) -> Consultation:
    """A record that was written. Raises ``RecordRefused`` with where and why, and nothing of what it holds."""
    try:
        held = exact.read(words)
    except Refused as refused:
        raise RecordRefused(f"{str(refused).removesuffix(NOTHING_ASSESSED)}Nothing was read.") from None
    if not isinstance(held, dict):
        raise RecordRefused("A record is one JSON object. Nothing was read.")
    return read_back(Consultation, held)
