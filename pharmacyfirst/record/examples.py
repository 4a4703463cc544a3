"""Consultations with training patients, made from the cases of the content: what the docs, the tests and people who learn use.

Nobody in them is real, and every message says so. Their medicines have the codes of real products, because a GP system takes no other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from pharmacyfirst.authority.adoption import Adoption, Checked, Practitioner, documents_to_adopt
from pharmacyfirst.authority.authorise import authorise
from pharmacyfirst.authority.clauses import digest_of_item
from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.authority.permit import Channel, Permit
from pharmacyfirst.content.cases import Case, cases_of
from pharmacyfirst.content.library import Library
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.conditions import Verdict
from pharmacyfirst.kernel.identifiers import WrongIdentifier, nhs_number, verhoeff
from pharmacyfirst.kernel.offer import Offer
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import Period
from pharmacyfirst.kernel.questions import AGE, BORN
from pharmacyfirst.kernel.trace import Assessment
from pharmacyfirst.record.codes import name_of
from pharmacyfirst.record.consultation import Account, Consultation
from pharmacyfirst.record.decision import FITS, Charge, Decision, DutyAnswered, Onward, ToldAndGiven, is_charged
from pharmacyfirst.record.fields import Coded, Quantity
from pharmacyfirst.record.make import make_record, permit_on_record
from pharmacyfirst.record.people import (
    CONSENTS_FROM,
    PRACTICE_NHS_NUMBER,
    Consent,
    GPPractice,
    Patient,
    Pharmacy,
    PractitionerOnRecord,
    RecordViewed,
    Somebody,
    Trace,
    Typist,
)
from pharmacyfirst.record.products import actual_products
from pharmacyfirst.record.supply import Handed

EXAMPLES = UUID("5b0c5f2e-2f0e-5f0a-9d53-5a3c1c1a9f10")
MAILBOX = "X26OT000"
PHARMACY = Pharmacy(
    ods="FZZ99",
    name="Training Pharmacy",
    address=("1 Example Street", "Exampleton"),
    postcode="ZZ99 3WZ",
    telephone="01632 960001",
)
PRACTITIONER = PractitionerOnRecord(gphc_number="2999999", family="Sample", given=("Robin",))
PRACTICE = GPPractice(ods="Y99999", name="Example Surgery")


@dataclass(frozen=True, slots=True)
class Example:
    """A consultation made from a case: the condition, how it came out, and the record."""

    case: Case
    kind: Kind
    record: Consultation

    @property
    def name(self) -> str:
        """For instance ``uncomplicated-uti/refer_urgent``."""
        return f"{self.case.pathway}/{self.kind.key}"


def examples(library: Library) -> Iterator[Example]:
    """One consultation for each condition and each kind of outcome that its cases reach, the first case of each."""
    for condition in library.conditions:
        seen: set[Kind] = set()
        for case in cases_of(library, condition):
            kind = case.expected.kind
            if kind not in seen:
                seen.add(kind)
                yield example_of(library, case)


def every_example(library: Library) -> Iterator[Example]:
    """A consultation for every case of every condition."""
    for condition in library.conditions:
        yield from (example_of(library, case) for case in cases_of(library, condition))


def example_of(library: Library, case: Case) -> Example:
    """The consultation of one case: what the pathway says was done, with a training patient."""
    account = account_of(library, case)
    record = make_record(account, library, recorded_at=account.ended_at or account.started_at)
    return Example(case, record.kind, record)


def account_of(library: Library, case: Case) -> Account:
    """The account of a case: a training patient's consultation, in which was done what the pathway says."""
    pathway = library.in_force(case.pathway, case.as_of)
    assessment = assess(pathway, case.facts, case.as_of)
    started = in_england(datetime.combine(case.as_of, time(10, 30)))
    patient = practice_patient(case.id, case.facts, case.as_of)
    decision = decision_of(assessment)
    name = str(uuid5(EXAMPLES, case.id))
    supplied = decision.done == "supplied"
    return Account(
        id=name,
        service=name_of(pathway.service) if pathway.service is not None else None,
        pathway=case.pathway,
        as_of=case.as_of,
        facts=case.facts,
        started_at=started,
        ended_at=started + timedelta(minutes=12),
        place="consultation room",
        patient=patient,
        pharmacy=PHARMACY,
        practitioner=PRACTITIONER,
        entered_by=TYPIST,
        channel=Channel.IN_PERSON,
        consent=consent_of(patient.age_on(case.as_of), case.facts),
        records_viewed=(RecordViewed(source="GP record", at=started + timedelta(minutes=2)),),
        complaint=pathway.title_for_patients,
        decision=decision,
        supplies=(handed_of(assessment, case.facts, name, patient, started),) if supplied else (),
        charge=Charge(exemption=_exempt(patient.age_on(case.as_of)), evidence_seen=True)
        if supplied and is_charged(pathway.service)
        else None,
        duties=duties_of(assessment),
    )


def duties_of(assessment: Assessment) -> tuple[DutyAnswered, ...] | None:
    """Everything that has to be done whatever the outcome, done; None where there is nothing."""
    return tuple(DutyAnswered(id=one.id, done=True) for one in assessment.duties) or None


def quantity_of(offer: Offer) -> Quantity | None:
    """How much is handed over, where the document gives a range or nothing: the most, or a bottle of 50 mL; None where it gives the quantity."""
    first = offer.supplied[0]
    if first.quantity is None:
        return Quantity(amount=Decimal(50), unit="mL")
    return Quantity(amount=first.quantity.amount, unit=first.quantity.unit) if first.pack is not None else None


def _exempt(age: int) -> str:
    """Why somebody of this age pays no charge, as the examples have it: by age, or by a certificate paid for before."""
    return "0002" if age < 16 else "0004" if age >= 60 else "0007"


TYPIST = Typist(name="Robin Sample", role="pharmacist", gphc_number=PRACTITIONER.gphc_number)


def consent_of(age: int, facts: Mapping[str, Any]) -> Consent:
    """Consent as somebody of this age gives it, or a parent for them."""
    agreed = facts.get("consent_given") is not False
    if age >= CONSENTS_FROM:
        return Consent(to_treat=agreed, to_share=True, to_view_record=True, told_about_sharing=True)
    return Consent(
        to_treat=agreed,
        to_share=True,
        to_view_record=True,
        by="parent or guardian",
        person=Somebody(relationship="parent", name="Sam Training"),
        competence="parental responsibility",
        told_about_sharing=True,
    )


def practice_patient(name: str, facts: Mapping[str, Any], on: date) -> Patient:
    """An invented patient who fits the facts. The same name gives the same patient."""
    number = uuid5(EXAMPLES, name).int
    sexes = [answer for answer in facts.values() if answer in ("female", "male")]
    return Patient(
        family="Training",
        given=(("Alex", "Bo", "Charlie", "Dana", "Eden", "Frankie", "Gale", "Harper")[number % 8],),
        birth_date=_born(facts, on),
        gender=sexes[0] if sexes else "female",
        nhs_number=practice_nhs_number(number),
        trace=Trace(status="01", at=in_england(datetime.combine(on, time(10, 25))), by="the practice system"),
        address=("2 Example Street", "Exampleton"),
        postcode="ZZ99 3WZ",
        telephone="01632 960002",
        gp_practice=PRACTICE,
        practice_patient=True,
    )


def _born(facts: Mapping[str, Any], on: date) -> date:
    if isinstance(born := facts.get(BORN), date):
        return born
    return date(on.year - facts.get(AGE, 34), 1, 2) if (on.month, on.day) >= (1, 2) else date(on.year - 1, 1, 1)


def practice_nhs_number(seed: int) -> str:
    """A number with a right check digit in the range that is nobody's."""
    while True:
        digits = f"{PRACTICE_NHS_NUMBER}{seed % 1_000_000:06}"
        for check in "0123456789":
            try:
                return nhs_number(digits + check)
            except WrongIdentifier:
                continue
        seed += 1  # a remainder of 10 has no check digit


BECAUSE: dict[str, str] = {
    "ended early": "the patient had to leave before every question was answered",
}
HOW = {Kind.EMERGENCY: "told to go", Kind.REFER_URGENT: "spoken to"}


def decision_of(assessment: Assessment) -> Decision:
    """What the pathway says, done."""
    kind = assessment.outcome.kind
    done = FITS[kind.key][0]
    urgent = kind in HOW
    return Decision(
        done=done,
        because=BECAUSE.get(done),
        onward=(_onward(assessment),) if done == "referred" else (),
        plan_for_patient="Go at once." if urgent else None,
        leaflets=_first_leaflet(assessment.pathway) if kind in (Kind.SUPPLY, Kind.SELF_CARE) else (),
        told=ToldAndGiven(about_the_medicine=True if kind is Kind.SUPPLY else None, safety_netting=True),
    )


def _first_leaflet(pathway: Pathway) -> tuple[str, ...]:
    """The first leaflet that the pathway names, by its title; none where it names none."""
    return tuple(one.says for one in pathway.leaflets[:1])


def _onward(assessment: Assessment) -> Onward:
    kind = assessment.outcome.kind
    where = [
        words for finding in assessment.deciding if finding.verdict is Verdict.MET and (words := finding.item.where_to)
    ]
    spoken_to = kind is Kind.REFER_URGENT
    return Onward(
        to=where[0] if where else _usual(assessment),
        urgency={Kind.EMERGENCY: "at once", Kind.REFER_URGENT: "same day"}.get(kind, "routine"),
        how=HOW.get(kind),
        accepted_by="the duty doctor of the practice, by telephone" if spoken_to else None,
        at=in_england(datetime.combine(assessment.on, time(10, 38))) if spoken_to else None,
    )


def _usual(assessment: Assessment) -> str:
    if assessment.outcome.kind is Kind.EMERGENCY:
        return (
            "the ambulance service, by 999" if assessment.outcome.destination == "999" else "the emergency department"
        )
    return "the GP practice"


def example_adoption(pathway: Pathway) -> Adoption:
    """An organisation that adopted every document of a pathway as it stands and cleared every open item. No real one did."""
    documents = documents_to_adopt(pathway)
    return Adoption(
        ods_code=PHARMACY.ods,
        distance_selling=False,
        documents=documents,
        period=Period(date(2025, 10, 1)),
        checked=tuple(
            Checked(
                item.id, digest_of_item(item), True, "an example: nobody read anything", "Example", date(2025, 10, 1)
            )
            for item in pathway.open_items.values()
        ),
        signed_by="Example",
        role="example",
        signed_on=date(2025, 10, 1),
        practitioners=(Practitioner(PRACTITIONER.gphc_number, PRACTITIONER.profession, documents),),
    )


def handed_of(
    assessment: Assessment, facts: Mapping[str, Any], record: str, patient: Patient, started: datetime
) -> Handed:  # fmt: skip
    """What was handed over of the first offer; with a permit where the content is published, as it would be in earnest."""
    pathway, offer = assessment.pathway, assessment.offers[0]
    answer = authorise(
        pathway,
        facts,
        example_adoption(pathway),
        PRACTITIONER.gphc_number,
        Channel.IN_PERSON,
        started + timedelta(minutes=8),
        record=record,
        person=patient.digest,
        pgd=offer.pgd.id,
    )
    return Handed(
        pgd=offer.pgd.id,
        amp=actual_product(offer),
        quantity=quantity_of(offer),
        handed_over_at=started + timedelta(minutes=10),
        batch="PRACTICE1",
        expiry=f"{started.year + 1}-10",
        permit=permit_on_record(answer) if isinstance(answer, Permit) else None,
    )


def actual_product(offer: Offer, number: int = 0) -> Coded:
    """An actual product for a training patient. Where none is on our list the code is invented, and the name says so."""
    product = offer.supplied[number].product
    for code in product.codes:
        if code in actual_products():
            return actual_products()[code]
    start = f"99{uuid5(EXAMPLES, product.name).int % 10_000:04}100000110"
    code = next(start + check for check in "0123456789" if verhoeff(start + check) == 0)
    return Coded(code=code, display=f"{product.name} (training product, code invented)")
