"""The record of one consultation: what was asked and answered, what the pathway said, and what the pharmacist in fact did.

``record_of`` makes one from a kernel assessment; ``write_record`` and ``read_record`` turn it into JSON and back. A record stands by
itself: it holds the words it was decided by, so that it reads the same when the content has long changed. It is never changed; a
correction is a new record that names the old one. Neither ``repr`` nor any error shows what a record holds.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from pharmacyfirst.content.identifier_types import NHSNumber, PharmacyODS, Postcode, PracticeODS, SnomedCode
from pharmacyfirst.errors import shown
from pharmacyfirst.kernel import authority
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.authority import Channel
from pharmacyfirst.kernel.conditions import Count, Verdict
from pharmacyfirst.kernel.dose import Amount, Product, Supplied, plain
from pharmacyfirst.kernel.identifiers import gphc_number
from pharmacyfirst.kernel.outcome import Kind, Outcome
from pharmacyfirst.kernel.pathway import Criterion, Pathway
from pharmacyfirst.kernel.questions import AGE, BORN, Answer, Question, completed_years, read_day
from pharmacyfirst.kernel.rule import Finding
from pharmacyfirst.kernel.trace import Assessment, Offer

PREGNANCY = "pregnancy"
PREGNANT = "pregnant"
NOT_PREGNANT = "not_pregnant"
PRACTICE_NHS_NUMBER = "999"
NOT_KNOWN = "not known"

MOST_BYTES = 1_000_000
MOST_DIGITS = 40


class RecordRefused(ValueError):
    """A record that cannot be read or made; the message says where and why, and never what the record holds."""


# What a record is made of


def _day(value: Any) -> Any:
    return read_day(value) or value if isinstance(value, str) else value


def _moment(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return datetime.fromisoformat(value) if "T" in value else value
    except ValueError:
        return value


def _aware(value: datetime) -> datetime:
    if value.utcoffset() is None:
        raise ValueError("a time says how far it is from UTC, for instance 2026-11-21T10:30:00+00:00")
    return value.replace(microsecond=0)


def _number(value: Any) -> Any:
    # A float is read as the decimal it prints as, as the kernel reads facts.
    return Decimal(str(value)) if type(value) in (int, float) else value


def _channel(value: Any) -> Any:
    return Channel(value) if value in {one.value for one in Channel} else value


# What neither XML nor a label can hold; a line break is let through.
_NO_TEXT = re.compile(r"[^\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _readable(text: str) -> str:
    if _NO_TEXT.search(text):
        raise ValueError("this holds a character that cannot be written in a message")
    if not text.strip():
        raise ValueError("this is blank; leave it out where there is nothing to say")
    return text


Words = Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(_readable)]
Day = Annotated[date, BeforeValidator(_day), PlainSerializer(date.isoformat)]
Moment = Annotated[datetime, BeforeValidator(_moment), PlainSerializer(datetime.isoformat)]
Number = Annotated[Decimal, BeforeValidator(_number), Field(allow_inf_nan=False, max_digits=20)]
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
ByChannel = Annotated[Channel, BeforeValidator(_channel), PlainSerializer(lambda channel: channel.value)]


def _tuple(value: Any) -> Any:
    """JSON has lists only."""
    return tuple(value) if isinstance(value, list) else value


class Recorded(BaseModel):
    """Base of everything on record: strict, closed, unchangeable, and silent about what it holds."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=False
    )

    @model_validator(mode="before")
    @classmethod
    def _lists_as_tuples(cls, given: Any) -> Any:
        return {name: _tuple(value) for name, value in given.items()} if isinstance(given, dict) else given

    @model_validator(mode="after")
    def _times_with_an_offset(self) -> Self:
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, datetime):
                object.__setattr__(self, name, _aware(value))
        return self

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Nothing: a log, a traceback or a failing test must not show a patient."""
        return iter(())


class Coded(Recorded):
    """A SNOMED CT or dm+d code with the words it stands for."""

    code: SnomedCode
    display: Words


class Quantity(Recorded):
    """How much, with its unit."""

    amount: Number
    unit: Words

    def in_words(self) -> str:
        """For instance ``6 capsules`` or ``100 mL``."""
        return f"{plain(self.amount)} {_plural(self.unit, self.amount)}"


class GPPractice(Recorded):
    """The practice that the patient is registered with. MESH finds it by itself; the code is for letter and claim."""

    ods: PracticeODS
    name: Words | None = None


NHSNumberStatus = Literal["01", "02", "03", "04", "05", "06", "07", "08"]
Sex = Literal["female", "male", "other", "unknown"]


class Patient(Recorded):
    """Who the consultation is with. ``practice_patient``: somebody invented, to learn and test with, which is never undone.

    ``nhs_number_status`` is 01 where the number was traced and verified (interop.md 1.6). ``sensitivity``: the address of somebody whose
    record is restricted is neither sent nor printed.
    """

    family: Words
    given: tuple[Words, ...] = Field(min_length=1)
    birth_date: Day
    gender: Sex
    nhs_number: NHSNumber | None = None
    nhs_number_status: NHSNumberStatus | None = None
    title: Words | None = None
    address: tuple[Words, ...] = ()
    postcode: Postcode | None = None
    telephone: Words | None = None
    gp_practice: GPPractice | None = None
    sensitivity: Literal["unrestricted", "restricted", "very restricted"] = "unrestricted"
    practice_patient: bool = False

    @property
    def name(self) -> str:
        """The name in the order it is spoken."""
        return " ".join((*self.given, self.family))

    @property
    def address_may_be_shown(self) -> bool:
        """False where the record is restricted: then nothing says where the patient lives."""
        return self.sensitivity == "unrestricted"

    def age_on(self, day: date) -> int:
        """Completed years on a day."""
        return completed_years(self.birth_date, day)

    @model_validator(mode="after")
    def _numbers_fit(self) -> Self:
        if (self.nhs_number is None) != (self.nhs_number_status is None):
            raise ValueError("nhs_number and nhs_number_status are given together or not at all")
        invented = self.nhs_number is not None and self.nhs_number.startswith(PRACTICE_NHS_NUMBER)
        if invented and not self.practice_patient:
            raise ValueError("an NHS number that begins with 999 is nobody's: mark the patient as a practice patient")
        if self.practice_patient and self.nhs_number is not None and not invented:
            raise ValueError("a practice patient's NHS number begins with 999, so that it is nobody's")
        return self


class Pharmacy(Recorded):
    """Where the consultation was held, or from where."""

    ods: PharmacyODS
    name: Words
    address: tuple[Words, ...] = ()
    postcode: Postcode | None = None
    telephone: Words | None = None


class PractitionerOnRecord(Recorded):
    """Who held the consultation, by GPhC number."""

    gphc_number: Words
    family: Words
    given: tuple[Words, ...] = ()
    profession: Literal["pharmacist", "pharmacy technician"] = "pharmacist"
    sds_user_id: Words | None = None

    @property
    def name(self) -> str:
        """The name in the order it is spoken."""
        return " ".join((*self.given, self.family))

    @model_validator(mode="after")
    def _number_fits_the_profession(self) -> Self:
        object.__setattr__(self, "gphc_number", gphc_number(self.gphc_number, self.profession))
        return self


class Referral(Recorded):
    """How the patient came. ``reference`` is the referrer's own, which no GP message may carry."""

    source: Literal["self-referred", "GP practice", "NHS 111", "urgent care", "other"]
    organisation: Words | None = None
    ods: PracticeODS | None = None
    reference: Words | None = None
    on: Day | None = None


class Consent(Recorded):
    """What was agreed to. None means that nobody asked, which is not a yes."""

    to_treat: bool | None = None
    to_share: bool | None = None
    to_view_record: bool | None = None
    by: Literal["patient", "parent or guardian", "other"] = "patient"
    how: Literal["verbal", "written"] = "verbal"


MEASURED = ("temperature", "heart rate", "height", "weight", "body mass index")
BLOOD_PRESSURE = "blood pressure"


class Observation(Recorded):
    """A measurement that a GP record takes as a number; everything else found goes into words.

    Temperature in degrees Celsius, heart rate in beats a minute, height in cm, weight in kg, blood pressure in mmHg.
    """

    kind: Literal["temperature", "heart rate", "height", "weight", "body mass index", "blood pressure"]
    value: Number | None = None
    systolic: Number | None = None
    diastolic: Number | None = None
    setting: Literal["not said", "sitting", "standing", "lying", "self-measured"] = "not said"
    self_reported: bool = False
    at: Moment | None = None

    @model_validator(mode="after")
    def _has_its_numbers(self) -> Self:
        pair = self.systolic is not None and self.diastolic is not None
        none = self.systolic is None and self.diastolic is None
        if not (self.value is None and pair if self.kind == BLOOD_PRESSURE else self.value is not None and none):
            raise ValueError("blood pressure has systolic and diastolic, everything else one value")
        if any(number is not None and number <= 0 for number in (self.value, self.systolic, self.diastolic)):
            raise ValueError("a measurement is above nought")
        return self


_READING = object()  # in the validation context only while a record that was written is read back


class DocumentOnRecord(Recorded):
    """A document behind a supply: condition, document, version, and the digest that was signed."""

    condition: Words
    document: Words
    version: Words
    digest: Words


class PermitOnRecord(Recorded):
    """The kernel's permit as it was given. It cannot be written by hand: ``of`` takes it from the kernel's."""

    documents: tuple[DocumentOnRecord, ...]
    content_digest: Words
    ods_code: PharmacyODS
    gphc_number: Words
    channel: ByChannel
    at: Words
    warnings: tuple[Words, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _only_from_the_kernel(cls, given: Any, info: ValidationInfo) -> Any:
        if isinstance(given, dict) and info.context is not _READING:
            raise ValueError("a permit on record is made from the kernel's Permit, never by hand")
        return given

    @classmethod
    def of(cls, permit: authority.Permit) -> "PermitOnRecord":
        """The kernel's permit, written down."""
        if not isinstance(permit, authority.Permit):
            raise RecordRefused("A supply needs the kernel's Permit; there is none, so there is nothing to record.")
        return cls.model_validate(
            {
                "documents": [
                    {"condition": d.condition, "document": d.document, "version": d.version, "digest": d.digest}
                    for d in permit.documents
                ],
                "content_digest": permit.content_digest,
                "ods_code": permit.ods_code,
                "gphc_number": permit.gphc_number,
                "channel": permit.channel,
                "at": permit.at.isoformat(),
                "warnings": permit.warnings,
            },
            context=_READING,
        )


class Supply(Recorded):
    """A medicine that was handed over: the actual product, how much, from which batch, under which document.

    Made by ``supplied`` from a permit, or by ``practised`` for a practice patient; ``practice`` then stays true for ever.
    """

    pgd: Words
    pgd_title: Words
    pgd_version: Words
    mechanism: Literal["pgd", "clinical_protocol"]
    medicine: Words
    legal_class: Words
    product: Words
    form: Words
    strength: Words
    route: Words
    amp: Coded
    quantity: Quantity
    dose: Quantity
    first_day_dose: Quantity | None = None
    times_per_day: int
    times_per_day_max: int | None = None
    duration_days: int
    dose_row: Words
    directions: Words
    handed_over_at: Moment
    batch: Words | None = None
    expiry: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$")] | None = None
    practice: bool = False
    permit: PermitOnRecord | None = None

    @model_validator(mode="after")
    def _is_permitted(self) -> Self:
        if self.permit is None and not self.practice:
            raise ValueError("no supply without a Permit")
        if self.quantity.amount <= 0 or self.dose.amount <= 0:
            raise ValueError("a supply has a quantity and a dose above nought")
        return self


Done = Literal["supplied", "advised", "referred", "declined", "ended early"]

# What a pharmacist does when following the assessment; anything else needs its reason.
FITS: Mapping[str, tuple[str, ...]] = {
    Kind.EMERGENCY.key: ("referred",),
    Kind.REFER_URGENT.key: ("referred",),
    Kind.NOT_ELIGIBLE.key: ("referred", "advised"),
    Kind.REFER.key: ("referred",),
    Kind.ALTERNATIVE_DIAGNOSIS.key: ("advised", "referred"),
    Kind.DECLINED.key: ("declined",),
    Kind.SELF_CARE.key: ("advised",),
    Kind.SUPPLY.key: ("supplied",),
    Kind.NEED_FACTS.key: ("ended early",),
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


class Reason(Recorded):
    """A criterion or row that decided, in words, and where it sends the patient."""

    id: Words
    stage: Words
    says: Words
    where_to: Words | None = None


class AnswerOnRecord(Recorded):
    """A question and its answer in words; ``judgement`` marks what only the clinician could answer."""

    fact: Words
    asks: Words
    answer: Words
    judgement: bool = False


class RedFlag(Recorded):
    """A criterion that would send the patient to hospital, or somewhere the same day, and how it was judged."""

    id: Words
    says: Words
    verdict: Literal["met", "not met", "not known"]


class Score(Recorded):
    """A score that the pathway counts, with its items as they were judged; ``fewest`` and ``most`` differ where one is not known."""

    name: Words
    fewest: int
    most: int
    out_of: int
    items: tuple[AnswerOnRecord, ...]

    def in_words(self) -> str:
        """For instance ``FeverPAIN 3 of 5``."""
        points = str(self.fewest) if self.fewest == self.most else f"{self.fewest} to {self.most}"
        return f"{self.name} {points} of {self.out_of}"


class InWords(Recorded):
    """The words the consultation was decided by, kept because the content they come from will change."""

    title: Words
    condition: Coded
    reasons: tuple[Reason, ...] = ()
    answers: tuple[AnswerOnRecord, ...] = ()
    not_known: tuple[Words, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    scores: tuple[Score, ...] = ()


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
        return _plain(value)

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
    held = {
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
    return _made(held, None)


def _made(held: Any, context: Any) -> Consultation:
    try:
        return Consultation.model_validate(held, context=context)
    except ValidationError as error:
        raise RecordRefused(_why(error)) from None


def _why(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ", ".join(str(part) if isinstance(part, int) else shown(part) for part in first["loc"])
    says = first["msg"].removeprefix("Choice error, ")
    return f"{where}: {says}. Nothing was recorded." if where else f"{says}. Nothing was recorded."


OBSERVED_FACTS = {"temperature_c": "temperature", "weight_kg": "weight"}


def observed(assessment: Assessment, at: datetime) -> tuple[Observation, ...]:
    """The measurements that stand among the facts."""
    known = assessment.known
    return tuple(
        Observation(kind=kind, value=known[fact], at=at) for fact, kind in OBSERVED_FACTS.items() if fact in known
    )


def supplied(
    permit: authority.Permit,
    amp: Coded,
    handed_over_at: datetime,
    *,
    product: int = 0,
    quantity: Quantity | None = None,
    batch: str | None = None,
    expiry: str | None = None,
    practice: bool = False,
) -> Supply:
    """A supply under the kernel's permit. ``product`` counts the products of the offer; the quantity is the offered one unless given."""
    written = PermitOnRecord.of(permit)
    return _supply(permit.offer, amp, handed_over_at, product, quantity, batch, expiry, practice, written)


def practised(
    offer: Offer,
    amp: Coded,
    handed_over_at: datetime,
    *,
    product: int = 0,
    quantity: Quantity | None = None,
    batch: str | None = None,
    expiry: str | None = None,
) -> Supply:
    """A supply to a practice patient, without a permit; it can stand in no record of anybody else."""
    return _supply(offer, amp, handed_over_at, product, quantity, batch, expiry, True, None)


def _supply(
    offer: Offer, amp: Coded, at: datetime, number: int, quantity: Quantity | None, batch: str | None, expiry: str | None,
    practice: bool, permit: PermitOnRecord | None,
) -> Supply:  # fmt: skip
    pgd, row, chosen = offer.pgd, offer.row, offer.supplied[number]
    if quantity is None and chosen.quantity is None:
        raise RecordRefused("The document gives no quantity, so the supply has to. Nothing was recorded.")
    first_day = row.dose.first_day if row.dose is not None else None
    held = {
        "pgd": pgd.id,
        "pgd_title": pgd.title,
        "pgd_version": pgd.edition.version,
        "mechanism": pgd.mechanism.key,
        "medicine": pgd.medicine,
        "legal_class": pgd.legal_class,
        "product": chosen.product.name,
        "form": chosen.product.form,
        "strength": chosen.product.strength.words,
        "route": pgd.route,
        "amp": amp,
        "quantity": quantity or _quantity(chosen.quantity),
        "dose": _quantity(offer.dose),
        "first_day_dose": Quantity(amount=first_day, unit=offer.dose.unit) if first_day is not None else None,
        "times_per_day": row.times_a_day,
        "times_per_day_max": row.times_a_day_most,
        "duration_days": row.days,
        "dose_row": row.id,
        "directions": directions(offer, chosen),
        "handed_over_at": at,
        "batch": batch,
        "expiry": expiry,
        "practice": practice,
        "permit": permit,
    }
    try:
        return Supply.model_validate(held)
    except ValidationError as error:
        raise RecordRefused(_why(error)) from None


def _quantity(amount: Amount | None) -> Quantity | None:
    return Quantity(amount=amount.amount, unit=amount.unit) if amount is not None else None


def directions(offer: Offer, chosen: Supplied) -> str:
    """The dose as the patient is told, exactly as the document's table gives it for this person.

    For instance ``Take 100 mg (1 modified-release capsule) by mouth twice a day for 3 days.``
    """
    row = offer.row
    start, where = ROUTES.get(offer.pgd.route, ("Use", offer.pgd.route))
    often = _often(row.times_a_day, row.times_a_day_most)
    each = _each(offer.dose, chosen.product)
    days = f"{row.days} day{'s' if row.days > 1 else ''}"
    first_day = row.dose.first_day if row.dose is not None else None
    if first_day is None:
        return f"{start} {each} {where} {often} for {days}."
    first = _each(Amount(first_day, offer.dose.unit), chosen.product)
    return f"{start} {first} {where} {often} on the first day, then {each} {often}, for {days} in all."


# How a route is told to a patient; any other is told in the document's own words.
ROUTES = {
    "oral": ("Take", "by mouth"),
    "nasal": ("Use", "in the nose"),
    "cutaneous": ("Apply", "to the skin"),
}


def _each(dose: Amount, product: Product) -> str:
    content, per = product.strength.content, product.strength.per
    told = f"{plain(dose.amount)} {_plural(dose.unit, dose.amount)}"
    if content is None or per is None or content.unit != dose.unit:
        return told
    count = dose.amount * per.amount / content.amount
    # A number that does not come out even (a third of a tablet) would be read wrongly: then the amount alone is told.
    if count != count.quantize(Decimal("0.01")):
        return told
    unit = product.form if per.unit in product.form else per.unit
    return f"{told} ({plain(count)} {_plural(unit, count)})"


def _plural(unit: str, amount: Decimal) -> str:
    """Words in the plural; abbreviations such as mg and mL have none."""
    if amount == 1 or len(unit) < 3:
        return unit
    head, _, rest = unit.partition(" per ")
    return " or ".join(f"{one}s" for one in head.split(" or ")) + (f" per {rest}" if rest else "")


def _often(times: int, most: int | None) -> str:
    if most is not None:
        return f"{times} to {most} times a day"
    return {1: "once a day", 2: "twice a day"}.get(times, f"{times} times a day")


# Words


def words_of(assessment: Assessment) -> InWords:
    """The words that the consultation was decided by."""
    pathway = assessment.pathway
    answers = tuple(
        _answer(pathway.questions[name], assessment.known[name])
        for name in pathway.questions
        if name in assessment.known
    )
    return InWords(
        title=pathway.title,
        condition=condition_code(pathway),
        reasons=_reasons(assessment),
        answers=answers,
        not_known=tuple(pathway.questions[name].ask for name in assessment.missing),
        red_flags=tuple(_red_flags(assessment)),
        scores=tuple(_scores(assessment)),
    )


def condition_code(pathway: Pathway) -> Coded:
    """The code of the condition: the first that the pathway says is for that. Raises ``RecordRefused`` where it names none."""
    for code in pathway.codes:
        if code.of_the_condition:
            return Coded(code=code.code, display=code.says.partition(",")[0])
    raise RecordRefused(f"{pathway.id} names no code for its condition. Nothing was recorded.")


def _reasons(assessment: Assessment) -> tuple[Reason, ...]:
    """Why it came out so, from what is known alone.

    A row that is not known decides where every way it could turn out leads to one outcome. Its words ("the patient is not pregnant, so...")
    would tell as an answer what nobody asked.
    """
    met = [finding for finding in assessment.deciding if finding.verdict is Verdict.MET]
    if not met and assessment.deciding:
        first = assessment.deciding[0]
        return (
            Reason(
                id=first.id, stage=first.item.stage, says="whatever the missing answers are, the outcome is the same"
            ),
        )
    return tuple(_reason(finding) for finding in met)


def _reason(finding: Finding[Any]) -> Reason:
    item = finding.item
    says = item.reason or (item.sentence.in_words() if item.sentence else item.id)
    return Reason(id=item.id, stage=item.stage, says=says, where_to=item.where_to or None)


def _answer(fact: Question, value: Any) -> AnswerOnRecord:
    return AnswerOnRecord(fact=fact.name, asks=fact.ask, answer=answer_in_words(fact, value), judgement=fact.judgement)


def answer_in_words(fact: Question, value: Any) -> str:
    """An answer as a person reads it: yes, no, 36.8 degrees Celsius, or the words of the choice."""
    match fact.answer:
        case Answer.YES_NO:
            return "yes" if value else "no"
        case Answer.WHOLE_NUMBER | Answer.NUMBER:
            number = plain(value) if isinstance(value, Decimal) else str(value)
            return f"{number} {fact.unit}".strip()
        case Answer.ONE_OF | Answer.ANY_OF:
            names = value if isinstance(value, tuple) else (value,)
            return ", ".join(_choice(fact, name) for name in names) or "none"
        case _:
            return str(value)


def _choice(fact: Question, name: str) -> str:
    says = next((value.says for value in fact.choices if value.name == name), "")
    return says or name.replace("_", " ")


def _red_flags(assessment: Assessment) -> Iterator[RedFlag]:
    for finding in assessment.findings:
        item = finding.item
        if isinstance(item, Criterion) and item.kind in (Kind.EMERGENCY, Kind.REFER_URGENT):
            yield RedFlag(id=item.id, says=item.because or item.sentence.in_words(), verdict=finding.verdict.value)


def _scores(assessment: Assessment) -> Iterator[Score]:
    pathway, known = assessment.pathway, assessment.known
    for named in pathway.named:
        counted = named.sentence
        if not (named.points and isinstance(counted, Count)) or not known.keys() & set(counted.facts()):
            continue
        fewest, most = counted.reach(known)
        items = tuple(
            AnswerOnRecord(fact=item.facts()[0], asks=item.in_words(), answer=item.verdict(known).value)
            for item in counted.items
        )
        yield Score(name=named.says or named.name, fewest=fewest, most=most, out_of=len(items), items=items)


# JSON


def write_record(record: Consultation, indent: int | None = None) -> str:
    """The record as JSON text, decimals exact; the same record always gives the same text."""
    return exact_json(record.as_dict(), indent)


def read_record(words: str | bytes) -> Consultation:
    """A record that was written. Raises ``RecordRefused`` with where and why, and nothing of what it holds."""
    if len(words) > MOST_BYTES:
        raise RecordRefused("This holds more than 1 MB, which no consultation does.")
    try:
        text = words.decode("utf-8-sig") if isinstance(words, bytes) else words
        held = json.loads(text, parse_float=Decimal, parse_constant=_not_a_number, object_pairs_hook=_each_key_once)
    except RecordRefused:
        raise
    except (ValueError, ArithmeticError, RecursionError):
        raise RecordRefused("This cannot be read as JSON.") from None
    if not isinstance(held, dict):
        raise RecordRefused("A record is one JSON object.")
    return _made(held, _READING)


def _not_a_number(_: str) -> None:
    raise RecordRefused("NaN and Infinity are not JSON.")


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = dict(pairs)
    if len(keys) != len(pairs):
        raise RecordRefused("A key stands twice in one object, so it is not known which value is meant.")
    return keys


def _plain(value: Any) -> Any:
    """A value as JSON holds it: dates as text, tuples and sets as lists, floats as the decimals they print as."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(inner) for inner in value)
    if isinstance(value, float):
        value = Decimal(str(value))
    if isinstance(value, Decimal) and not (value.is_finite() and abs(value.adjusted()) <= MOST_DIGITS):
        raise ValueError("a number is larger or smaller than any that is asked for")
    return value.isoformat() if isinstance(value, date) else value


def exact_json(value: Any, indent: int | None = None) -> str:
    """JSON text with decimals written as they are: no exponent, and no float on the way."""
    return _written(value, indent, 0)


def _written(value: Any, indent: int | None, level: int) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Mapping):
        pairs = [
            f"{json.dumps(key, ensure_ascii=False)}: {_written(one, indent, level + 1)}" for key, one in value.items()
        ]
        return _bracketed("{", pairs, "}", indent, level)
    if isinstance(value, list | tuple):
        return _bracketed("[", [_written(one, indent, level + 1) for one in value], "]", indent, level)
    return json.dumps(value, ensure_ascii=False)


def _bracketed(opening: str, items: list[str], closing: str, indent: int | None, level: int) -> str:
    if indent is None or not items:
        return opening + ", ".join(items) + closing
    inner = "\n" + " " * indent * (level + 1)
    return opening + inner + f",{inner}".join(items) + "\n" + " " * indent * level + closing
