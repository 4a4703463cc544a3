"""Consultations with practice patients, made from the cases of the content: what the docs, the tests and people who learn use.

Nobody in them is real, and every message says so. Their medicines have the codes of real products, because a GP system takes no other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from pharmacyfirst.authority.adoption import Adoption, Checked, Practitioner, documents_to_adopt
from pharmacyfirst.authority.authorise import authorise
from pharmacyfirst.authority.clauses import digest_of_item
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
from pharmacyfirst.record.consultation import FITS, Consultation, Decision, record_of
from pharmacyfirst.record.fields import Coded, Quantity
from pharmacyfirst.record.people import (
    PRACTICE_NHS_NUMBER,
    Consent,
    GPPractice,
    Patient,
    Pharmacy,
    PractitionerOnRecord,
    Referral,
)
from pharmacyfirst.record.supply import HandedOver, Supply, practised, supplied

EXAMPLES = UUID("5b0c5f2e-2f0e-5f0a-9d53-5a3c1c1a9f10")
MAILBOX = "X26OT000"
PHARMACY = Pharmacy(
    ods="FZZ99",
    name="Practice Pharmacy",
    address=("1 Example Street", "Exampleton"),
    postcode="ZZ99 3WZ",
    telephone="01632 960001",
)
PRACTITIONER = PractitionerOnRecord(gphc_number="2999999", family="Sample", given=("Robin",))
PRACTICE = GPPractice(ods="Y99999", name="Practice Surgery")

# One actual product for each virtual one that the content names: code and name, from a public list of dm+d (OpenSAFELY, October 2025).
PRODUCTS = {
    "35368711000001104": ("9042011000001104", "Clarithromycin 125mg/5ml oral suspension (Sun Pharma UK Ltd)"),
    "35901911000001104": ("13112511000001108", "Amoxicillin 125mg/5ml oral suspension sugar free (Dowelhurst Ltd)"),
    "36564711000001108": (
        "481911000001102",
        "Erythromycin ethyl succinate 125mg/5ml oral suspension sugar free (A A H Pharmaceuticals Ltd)",
    ),
    "37083211000001101": ("9042311000001101", "Clarithromycin 250mg/5ml oral suspension (Sun Pharma UK Ltd)"),
    "39021911000001105": ("13113311000001107", "Amoxicillin 250mg/5ml oral suspension sugar free (Dowelhurst Ltd)"),
    "39107311000001103": (
        "177211000001105",
        "Erythromycin ethyl succinate 250mg/5ml oral suspension sugar free (A A H Pharmaceuticals Ltd)",
    ),
    "39108511000001108": ("517311000001102", "Macrobid 100mg modified-release capsules (Advanz Pharma)"),
    "39109911000001109": ("39239111000001100", "Mometasone 50micrograms/dose nasal spray (Pilsco Ltd)"),
    "39150711000001109": ("39150411000001103", "Otigo 40mg/g / 10mg/g ear drops (Renascience Pharma Ltd)"),
    "39692111000001101": ("120711000001100", "Flucloxacillin 250mg capsules (A A H Pharmaceuticals Ltd)"),
    "39692211000001107": ("289411000001107", "Flucloxacillin 500mg capsules (A A H Pharmaceuticals Ltd)"),
    "39693711000001108": ("545711000001104", "Aciclovir 200mg dispersible tablets (A A H Pharmaceuticals Ltd)"),
    "39693811000001100": ("3070711000001100", "Aciclovir 400mg dispersible tablets (A A H Pharmaceuticals Ltd)"),
    "39693911000001105": ("307511000001108", "Aciclovir 800mg dispersible tablets (A A H Pharmaceuticals Ltd)"),
    "39732311000001104": ("558111000001107", "Amoxicillin 250mg capsules (A A H Pharmaceuticals Ltd)"),
    "39732411000001106": ("930411000001106", "Amoxicillin 500mg capsules (A A H Pharmaceuticals Ltd)"),
    "41485311000001102": ("280711000001108", "Aciclovir 200mg tablets (A A H Pharmaceuticals Ltd)"),
    "41485611000001107": ("918711000001108", "Aciclovir 400mg tablets (A A H Pharmaceuticals Ltd)"),
    "41485911000001101": ("4919311000001106", "Aciclovir 800mg tablets (A A H Pharmaceuticals Ltd)"),
    "41486911000001108": ("16649711000001105", "Valaciclovir 500mg tablets (A A H Pharmaceuticals Ltd)"),
    "41940811000001105": ("13112111000001104", "Amoxicillin 125mg/5ml oral suspension (Dowelhurst Ltd)"),
    "41941111000001109": ("13112811000001106", "Amoxicillin 250mg/5ml oral suspension (Dowelhurst Ltd)"),
    "41946311000001103": ("8927511000001103", "Clarithromycin 250mg tablets (A A H Pharmaceuticals Ltd)"),
    "41946511000001109": ("8928611000001100", "Clarithromycin 500mg tablets (A A H Pharmaceuticals Ltd)"),
    "41948811000001108": ("766711000001101", "Erythromycin 250mg gastro-resistant tablets (A A H Pharmaceuticals Ltd)"),
    "41948911000001103": (
        "682211000001102",
        "Erythromycin ethyl succinate 125mg/5ml oral suspension (A A H Pharmaceuticals Ltd)",
    ),
    "41949011000001107": (
        "563411000001101",
        "Erythromycin ethyl succinate 250mg/5ml oral suspension (A A H Pharmaceuticals Ltd)",
    ),
    "41949111000001108": ("580811000001109", "Erythroped A 500mg tablets (Advanz Pharma)"),
    "41949211000001102": (
        "348611000001104",
        "Erythromycin ethyl succinate 500mg/5ml oral suspension (A A H Pharmaceuticals Ltd)",
    ),
    "41949311000001105": ("274611000001103", "Erythrocin 250 tablets (Advanz Pharma)"),
    "41949411000001103": ("30611000001101", "Erythrocin 500 tablets (Advanz Pharma)"),
    "41949911000001106": ("513711000001108", "Flucloxacillin 125mg/5ml oral solution (A A H Pharmaceuticals Ltd)"),
    "41941311000001106": ("40346311000001103", "Amoxicillin 500mg/5ml oral suspension sugar free (A A H Pharmaceuticals Ltd)"),
    "41950011000001102": ("811111000001105", "Floxapen 125mg/5ml syrup (Actavis UK Ltd)"),
    "41950411000001106": ("442211000001107", "Floxapen 250mg/5ml syrup (Actavis UK Ltd)"),
    "16089611000001103": ("16443111000001108", "Flucloxacillin 125mg/5ml oral solution sugar free (A A H Pharmaceuticals Ltd)"),
    "41950311000001104": ("11268511000001102", "Flucloxacillin 250mg/5ml oral solution (A A H Pharmaceuticals Ltd)"),
    "16089711000001107": ("16443611000001100", "Flucloxacillin 250mg/5ml oral solution sugar free (A A H Pharmaceuticals Ltd)"),
    "41953111000001108": ("24549911000001107", "Nitrofurantoin 50mg capsules (A A H Pharmaceuticals Ltd)"),
    "41953211000001102": ("180911000001108", "Nitrofurantoin 50mg tablets (A A H Pharmaceuticals Ltd)"),
    "41953711000001109": ("392411000001109", "Phenoxymethylpenicillin 125mg/5ml oral solution (A A H Pharmaceuticals Ltd)"),
    "41953811000001101": ("765311000001105", "Phenoxymethylpenicillin 250mg tablets (A A H Pharmaceuticals Ltd)"),
    "41953911000001106": ("94811000001103", "Phenoxymethylpenicillin 250mg/5ml oral solution (A A H Pharmaceuticals Ltd)"),
    "9215111000001107": ("13236311000001105", "Phenoxymethylpenicillin 125mg/5ml oral solution sugar free (Dowelhurst Ltd)"),
    "9215211000001101": ("13236511000001104", "Phenoxymethylpenicillin 250mg/5ml oral solution sugar free (Dowelhurst Ltd)"),
    "41898711000001103": ("818211000001108", "Fucidin 20mg/g cream (LEO Pharma)"),
    "41901511000001106": ("4876911000001102", "Crystacide 1% cream (Reig Jofre UK Ltd)"),
    "42189811000001109": ("18051311000001109", "Avamys 27.5micrograms/dose nasal spray (Lexon (UK) Ltd)"),
}  # fmt: skip


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
    """The consultation of one case: what the pathway says was done, with a practice patient."""
    pathway = library.in_force(case.pathway, case.as_of)
    assessment = assess(pathway, case.facts, case.as_of)
    started = datetime.combine(case.as_of, time(10, 30), UTC)
    decision = decision_of(assessment)
    record = record_of(
        assessment,
        facts=case.facts,
        id=str(uuid5(EXAMPLES, case.id)),
        started_at=started,
        ended_at=started + timedelta(minutes=12),
        patient=practice_patient(case.id, case.facts, case.as_of),
        pharmacy=PHARMACY,
        practitioner=PRACTITIONER,
        channel=Channel.IN_PERSON,
        consent=Consent(to_treat=case.facts.get("consent_given") is not False, to_share=True, to_view_record=True),
        referral=Referral(source="self-referred"),
        decision=decision,
        supplies=(supply_of(assessment, case.facts, started + timedelta(minutes=10)),)
        if decision.done == "supplied"
        else (),
    )
    return Example(case, assessment.outcome.kind, record)


def practice_patient(name: str, facts: Mapping[str, Any], on: date) -> Patient:
    """An invented patient who fits the facts. The same name gives the same patient."""
    number = uuid5(EXAMPLES, name).int
    sexes = [answer for answer in facts.values() if answer in ("female", "male")]
    return Patient(
        family="Practice",
        given=(("Alex", "Bo", "Charlie", "Dana", "Eden", "Frankie", "Gale", "Harper")[number % 8],),
        birth_date=_born(facts, on),
        gender=sexes[0] if sexes else "female",
        nhs_number=practice_nhs_number(number),
        nhs_number_status="01",
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


def decision_of(assessment: Assessment) -> Decision:
    """What the pathway says, done."""
    kind = assessment.outcome.kind
    done = FITS[kind.key][0]
    where = [
        words for finding in assessment.deciding if finding.verdict is Verdict.MET and (words := finding.item.where_to)
    ]
    urgent = kind in (Kind.EMERGENCY, Kind.REFER_URGENT)
    return Decision(
        done=done,
        because=BECAUSE.get(done),
        referred_to=(where[0] if where else _usual(assessment)) if done == "referred" else None,
        contacted="the duty doctor of the practice, by telephone" if kind is Kind.REFER_URGENT else None,
        contacted_at=datetime.combine(assessment.on, time(10, 38), UTC) if kind is Kind.REFER_URGENT else None,
        plan="The patient was told to go at once." if urgent else None,
        leaflets=("the leaflet that the pathway names",) if kind in (Kind.SUPPLY, Kind.SELF_CARE) else (),
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


def supply_of(assessment: Assessment, facts: Mapping[str, Any], at: datetime) -> Supply:
    """A practice supply of the first offer; with a permit where the content is published, as it would be in earnest."""
    adoption = example_adoption(assessment.pathway)
    answer = authorise(assessment.pathway, facts, adoption, PRACTITIONER.gphc_number, Channel.IN_PERSON, at)
    offer = assessment.offers[0]
    quantity = None if offer.supplied[0].quantity else Quantity(amount=Decimal(50), unit="mL")
    held: HandedOver = {"quantity": quantity, "batch": "PRACTICE1", "expiry": f"{at.year + 1}-10"}
    if isinstance(answer, Permit):
        return supplied(answer, actual_product(offer), at, practice=True, **held)
    return practised(offer, actual_product(offer), at, **held)


def actual_product(offer: Offer, number: int = 0) -> Coded:
    """An actual product for a practice patient. Where none is on our list the code is invented, and the name says so."""
    product = offer.supplied[number].product
    for code in product.codes:
        if code in PRODUCTS:
            amp, name = PRODUCTS[code]
            return Coded(code=amp, display=name)
    start = f"99{uuid5(EXAMPLES, product.name).int % 10_000:04}100000110"
    code = next(start + check for check in "0123456789" if verhoeff(start + check) == 0)
    return Coded(code=code, display=f"{product.name} (practice product, code invented)")
