"""What must agree within a record, whoever made it: times, people, what was done, what was handed over, what was measured.

Nothing here needs the content; what only the content can tell is in ``record.judged``. Each line names fields and no one's answers.
"""

import calendar
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.questions import AGE, BORN
from pharmacyfirst.record.decision import NOBODY_CAME, NOT_REACHED, UNFINISHED
from pharmacyfirst.record.fields import PREGNANCY
from pharmacyfirst.record.measured import BLOOD_PRESSURE
from pharmacyfirst.record.pressure import recorded_pressure

if TYPE_CHECKING:
    from pharmacyfirst.record.consultation import Account, Consultation
    from pharmacyfirst.record.supply import PermitOnRecord, Supply

# The facts that are measurements, with the kind each is.
OBSERVED_FACTS: Frozen[str, str] = Frozen({"temperature_c": "temperature", "weight_kg": "weight"})
POM = "prescription-only medicine"


def disagreements(record: "Consultation") -> Iterator[str]:
    """Everything in a record that does not agree, each in one line that shows nothing of the patient."""
    yield from _of_times(record)
    yield from _of_the_patient(record)
    yield from _of_decision(record)
    yield from _of_onward(record)
    yield from _of_duties(record)
    yield from _of_records_viewed(record)
    yield from _of_answers_against(record)
    for supply in record.supplies:
        yield from _of_supply(record, supply)
    yield from _of_the_permit(record)
    yield from _of_unpermitted(record)
    yield from _of_measurements(record)
    yield from _of_readings(record)
    yield from _of_pregnancy(record)
    yield from _of_corrections(record)


def _of_times(record: "Consultation") -> Iterator[str]:
    if record.started_at.date() != record.on:
        yield "started_at is not on the day of the assessment; times are those of England's clock"
    if record.ended_at is not None and record.ended_at < record.started_at:
        yield "ended_at is before started_at"
    if record.recorded_at < record.started_at:
        yield "recorded_at is before the consultation"
    elif record.ended_at is not None and record.ended_at > record.recorded_at:
        yield "ended_at is after the record was made: nobody knows that yet"
    same_day = record.recorded_at.date() == record.on
    if not same_day and record.late is None and record.corrects is None:
        yield "the record was not entered on the day of the consultation: late has to say why"
    if record.late is not None and record.entered_by is None:
        yield "a late entry names who entered it: entered_by"
    if record.late is not None and record.late.paper_at is not None and record.late.paper_at > record.recorded_at:
        yield "late, paper_at is after the record was made"
    for passed in record.gateways_passed:
        if passed.id not in record.assessment["gateways"]:
            yield "gateways_passed: the assessment passed no such point"
        if not record.started_at <= passed.at <= record.recorded_at:
            yield "gateways_passed: at is not within the consultation"


def _of_the_patient(record: "Consultation") -> Iterator[str]:
    patient = record.patient
    yield from patient.gaps()
    if patient.birth_date > record.on:
        yield "the patient is born after the consultation"
        return
    age, born = record.facts.get(AGE), record.facts.get(BORN)
    if age not in (None, patient.age_on(record.on)) or born not in (None, patient.birth_date.isoformat()):
        yield "the facts speak of another age or date of birth than the patient's: is this the right patient?"
    yield from record.consent.disagreements(patient.age_on(record.on))
    if record.chaperone_name is not None and record.chaperone != "present":
        yield "chaperone_name is for where a chaperone was present"


def _of_decision(record: "Consultation") -> Iterator[str]:
    decision = record.decision
    handed = bool(record.supplies or record.unpermitted)
    if (decision.done == "supplied") != handed:
        yield "the decision says supplied where there are supplies, and only there"
    if (record.differs or decision.done in UNFINISHED) and decision.because is None:
        yield "what was done is not what the assessment said, or nothing was finished: because has to say why"
    if decision.no_supply is not None and (handed or record.kind is not Kind.SUPPLY):
        yield "decision, no_supply says why a medicine that was offered was not supplied, and stands nowhere else"
    if handed and record.consent.to_treat is not True:
        yield "nothing is supplied without consent to treatment"
    if decision.done in NOBODY_CAME and record.facts.keys() - {AGE, BORN}:  # which a referral says too
        yield "nobody came or could be reached, so nothing was asked: the facts are somebody's answers"
    used = [*(one.pgd for one in record.supplies), *(one.pgd for one in record.unpermitted)]
    if len(set(used)) != len(used):
        yield "supplies: one PGD stands twice, and a permit is used once"
    if record.charge is not None and not handed:
        yield "charge is for where a medicine was handed over"
    if record.strand != "clinical pathway" or record.strand_before == record.strand:
        yield "strand: this record is of a clinical pathway; strand_before is the one it came from"


def _of_duties(record: "Consultation") -> Iterator[str]:
    """A record does not close while a duty is open; an emergency and what was not finished wait for none."""
    duties = {one["id"]: one["says"] for one in record.assessment.get("duties", ())}
    answered = [one.id for one in record.duties or ()]
    if len(set(answered)) != len(answered) or not duties.keys() >= set(answered):
        yield "duties: one is answered twice, or is none of this consultation"
    if record.decision.done not in UNFINISHED and record.kind is not Kind.EMERGENCY:
        yield from (
            f"duties: {says} ({id}): say that it was done, or why not"
            for id, says in duties.items()
            if id not in answered
        )


# How the outcome of a referral has to be handed on (standards.md 2.2, G1-d): the message to the GP practice is no task and is never urgent.
def _of_onward(record: "Consultation") -> Iterator[str]:
    decision = record.decision
    if decision.done != "referred":
        if decision.onward:
            yield "decision, onward is for where the patient was referred"
        return
    if not decision.onward:
        yield "the patient was referred: decision, onward has to say where to"
    urgent = record.kind in (Kind.EMERGENCY, Kind.REFER_URGENT)
    if urgent and not any(one.how is not None for one in decision.onward):
        yield f"an urgent referral is handed on by the pharmacist: decision, onward, how has to say how, or {NOT_REACHED!r}"
    for one in decision.onward:
        if one.at is not None and not record.started_at <= one.at <= record.recorded_at:
            yield "decision, onward, at is before the consultation or after the record"


def _of_answers_against(record: "Consultation") -> Iterator[str]:
    for one in record.answered_against:
        answer = list(one.answer) if isinstance(one.answer, tuple) else one.answer
        held = record.facts.get(one.fact)
        if (list(held) if isinstance(held, tuple) else held) != answer:
            yield "answered_against: the answer is not the one that was assessed"


def _of_records_viewed(record: "Consultation") -> Iterator[str]:
    if record.decision.done in UNFINISHED or record.kind is Kind.EMERGENCY or record.kind is Kind.DECLINED:
        return
    if bool(record.records_viewed) == (record.not_viewed_because is not None):
        yield "records_viewed says which record of the patient was read, or not_viewed_because why none was"
    if record.records_viewed and record.consent.to_view_record is False:
        yield "a record of the patient was read without their consent to that"


def _of_supply(record: "Consultation", supply: "Supply") -> Iterator[str]:
    if supply.practice != record.patient.practice_patient:
        yield "a training supply is for a training patient, and a training patient's supply is a training supply"
    if supply.permit is None and not supply.practice:
        yield "no supply without a permit"
    offered = [offer for offer in record.assessment["offers"] if offer.get("pgd") == supply.pgd]
    if not any(offer.get("pgd_version") == supply.pgd_version for offer in offered):
        yield "a supply was not among the offers of the assessment"
        return
    yield from _of_what_was_handed(record, supply)
    if supply.permit is not None:
        yield from permit_disagreements(record, supply.permit, supply.pgd, supply.handed_over_at)


def _of_what_was_handed(record: "Consultation", supply: "Supply") -> Iterator[str]:
    if supply.quantity.amount <= 0 or supply.dose.amount <= 0:
        yield "a supply has a quantity and a dose above nought"
    offered, least = supply.quantity_offered, supply.quantity_at_least
    between = least is not None and offered is not None and least.amount <= supply.quantity.amount <= offered.amount
    if (supply.quantity != offered and offered is not None and not between) != (supply.quantity_because is not None):
        yield "the quantity supplied is not the quantity offered: quantity_because has to say why, and only then"
    if supply.handed_over_at < record.started_at:
        yield "a supply was handed over before the consultation"
    if supply.handed_over_at > record.recorded_at:
        yield "a supply was handed over after the record was made: nobody knows that yet"
    if supply.handed_over_at.date() != record.on:
        yield "a supply was handed over on another day than it was assessed for: assess again"
    last = supply.handed_over_at.date() + timedelta(days=(supply.duration_days or 1) - 1)
    if supply.expiry is not None and last_day_of(supply.expiry) < last:
        yield "a supply expires before its last dose"


def last_day_of(expiry: str) -> date:
    """The last day on which a medicine may be used: of a month, its last; of a day, that. A day that there is not counts as none left."""
    year, month, *day = map(int, expiry.split("-"))
    days = calendar.monthrange(year, month)[1] if 1 <= year <= date.max.year else 0
    if not days or (day and not 1 <= day[0] <= days):
        return date.min
    return date(year, month, day[0] if day else days)


def _of_the_permit(record: "Consultation") -> Iterator[str]:
    permit = record.permit
    if permit is not None and not record.in_words.nothing_to_supply:
        yield "permit is for a service that supplies nothing; that of a medicine stands with the supply"
    elif permit is not None:
        yield from permit_disagreements(record, permit, None, record.recorded_at)


def permit_disagreements(
    record: "Consultation", permit: "PermitOnRecord", pgd: str | None, used_at: datetime
) -> Iterator[str]:
    """What a permit is bound to and the record is not: pathway, PGD, content, person, record, practitioner, channel and time."""
    yield from bound_otherwise(record, permit, pgd, record.content_digest)
    if permit.at.date() != record.on:
        yield "a permit is for another day than the record's"
    if permit.at > used_at:
        yield "a permit was given after the medicine was handed over"
    if permit.as_if and not record.practice:
        yield "a permit asked as if it were another time holds for training patients alone"
    yield from _of_afterwards(record, permit)


def bound_otherwise(
    account: "Account", permit: "PermitOnRecord", pgd: str | None, content_digest: str
) -> Iterator[str]:
    """What a permit was given for that is not what it is used for. ``pgd`` and ``content_digest`` are of what is to be supplied."""
    bound: tuple[tuple[str, Any, Any], ...] = (
        ("another pathway than the record's", permit.pathway, account.pathway),
        ("another PGD than what was handed over", permit.pgd, pgd),
        ("other content than was assessed by", permit.content_digest, content_digest),
        ("other facts than the record's", permit.facts, account.facts_digest),
        (_OTHER_RECORD, permit.record in (account.id, account.opened_by), True),
        ("another person than the patient", permit.person, account.patient.digest),
        ("another pharmacy than the record's", permit.ods_code, account.pharmacy.ods),
        ("another practitioner than the record's", permit.gphc_number, account.practitioner.gphc_number),
        ("another channel than the record's", permit.channel, account.channel),
    )
    return (f"a permit is for {what}" for what, of_permit, of_record in bound if of_permit != of_record)


_OTHER_RECORD = "another record than this: the id that it was asked for (authorise --record) is not this record's id"


def _of_afterwards(record: "Consultation", permit: "PermitOnRecord") -> Iterator[str]:
    entered = permit.afterwards
    if entered is None:
        return
    if record.late is None:
        yield "a supply was permitted afterwards: that is a late entry, and late has to say why"
    # A correction keeps the permit of the record that it takes the place of, which was made before.
    if entered.entered_at > record.recorded_at or (
        record.corrects is None and entered.entered_at != record.recorded_at
    ):
        yield "a supply was permitted afterwards at another time than the record was made"


def _of_unpermitted(record: "Consultation") -> Iterator[str]:
    for one in record.unpermitted:
        if record.late is None:
            yield "what was handed over without a permit is entered late, or not at all: late has to say why"
        if not one.reasons:
            yield "unpermitted says why there was no permit"
        if not record.started_at <= one.handed_over_at <= record.recorded_at:
            yield "what was handed over without a permit was handed over before the consultation or after the record"


def _of_measurements(record: "Consultation") -> Iterator[str]:
    seen = set()
    for one in record.observations:
        at = one.at or record.started_at
        if at > record.recorded_at:
            yield "observations: one was measured after the record was made"
        if (one.kind, one.setting, one.self_reported, at) in seen:
            yield f"observations: {one.kind} stands twice at the same time: which of them is right"
        seen.add((one.kind, one.setting, one.self_reported, at))
    for fact, kind in OBSERVED_FACTS.items():
        measured = [one.value for one in record.observations if one.kind == kind]
        known = record.facts.get(fact)
        if measured and known is not None and Decimal(str(known)) not in measured:
            yield f"observations: the {kind} is not the one that was assessed"


def _of_readings(record: "Consultation") -> Iterator[str]:
    """Whether the sitting pressure is the one that the readings come to, which is worked out and never typed (NG136 1.2.1 to 1.2.2)."""
    pairs = {(one.systolic, one.diastolic) for one in record.observations if one.kind == BLOOD_PRESSURE}
    if record.readings and not pairs:
        yield "readings: no blood pressure was recorded of them"
    elif record.readings and recorded_pressure(record.readings) not in pairs:
        yield "readings: the blood pressure that was assessed is not the one they come to, or more has to be measured"


def _of_pregnancy(record: "Consultation") -> Iterator[str]:
    confirmed = record.pregnancy_confirmed
    if confirmed is None:
        return
    if record.facts.get(PREGNANCY) != confirmed:
        yield "pregnancy_confirmed is not what was answered; not asked is not an answer"
    if not pregnancy_may_be_sent(record.patient.gender, record.patient.age_on(record.on)):
        yield "pregnancy_confirmed is not sent for a man, or for somebody under 10 or over 60"


def pregnancy_may_be_sent(gender: str, age: int) -> bool:
    """Whether the GP record may be told of pregnancy: never of a man, or of somebody under 10 or over 60."""
    return gender != "male" and 10 <= age <= 60


def _of_corrections(record: "Consultation") -> Iterator[str]:
    if record.id in (record.visit, record.continues):
        yield "visit and continues name another record than this one"
    if (record.corrects is None) != (record.corrects_because is None):
        yield "corrects and corrects_because are given together"
    if record.id in (record.corrects, record.first):
        yield "a record cannot correct itself: give the correction an id of its own"
    if record.first is not None and record.corrects is None:
        yield "first names the record that a chain of corrections began with: corrects has to name the one before"
