"""The rules for what was found and done: headings, measurements, conditions, medicines. Each is broken once by a test."""

import re
from decimal import Decimal
from functools import cache

from pharmacyfirst.content.library import shipped_library
from pharmacyfirst.record import codes
from pharmacyfirst.record.message.opened import (
    Found,
    GuideRule,
    OpenedMessage,
    all_at,
    at,
    codes_of,
    day_in,
    headings_of,
    kept_in,
    name_of,
    number_in,
    pair,
)
from pharmacyfirst.xml_in import Element

RULES: list[GuideRule] = []
rule = kept_in(RULES)


@rule("UR-14", "there is exactly one clinical summary, and it says something")
def _one_summary(message: OpenedMessage) -> Found:
    found = [one for one in message.of("ClinicalImpression") if codes.CLINICAL_SUMMARY in headings_of(one)]
    if len(found) != 1:
        yield "ClinicalImpression", "a clinical summary is not there exactly once"
    elif len(at(found[0], "summary")) < 10:
        yield "ClinicalImpression.summary", "the clinical summary says nothing"


_ON_OBSERVATION = {codes.PREGNANCY_STATUS, "social-context", "procedures-and-therapies"}
_MAY_HAVE = {
    "ClinicalImpression": set(codes.HEADING) - _ON_OBSERVATION - {codes.PRESENTING},
    "Condition": {codes.PRESENTING},
    "Observation": _ON_OBSERVATION,
}


@rule("UR-15", "headings are those the guide still has, each on its own type and once on an impression")
def _heading_codes(message: OpenedMessage) -> Found:
    seen: list[str] = []
    for _, resource in message.payload:
        name, found = name_of(resource), headings_of(resource)
        if set(found) - _MAY_HAVE.get(name, set()):
            yield f"{name}.meta.tag", "is a heading that may not stand here"
        if name in ("ClinicalImpression", "Condition") and len(found) != 1:
            yield f"{name}.meta.tag", "has not exactly one heading"
        seen += found if name == "ClinicalImpression" else []
    if len(seen) != len(set(seen)):
        yield "ClinicalImpression.meta.tag", "a heading stands twice"


@rule("UR-16", "what was found and done has an id, the patient and the encounter")
def _about_the_patient(message: OpenedMessage) -> Found:
    for resource in message.of("ClinicalImpression", "Condition", "Observation", "MedicationDispense"):
        name = name_of(resource)
        for path, wanted in (("subject", message.patient), ("context", message.encounter)):
            if wanted is None or message.resources.get(at(resource, f"{path}/reference")) is not wanted:
                yield f"{name}.{path}", f"does not point to the {'patient' if path == 'subject' else 'encounter'}"
        if not (at(resource, "identifier/system") and at(resource, "identifier/value")):
            yield f"{name}.identifier", "is missing"


_MEASURED = {pair(code): one for one in codes.MEASUREMENTS.values() for code in (one.code, one.reported) if code}
_MEASURED[(codes.SNOMED, "364075005")] = codes.MEASUREMENTS["heart rate"]  # used by the official examples
_MEASURED[(codes.SNOMED, "248333004")] = codes.MEASUREMENTS["height"]
_PRESSURES = {pair(one.header): one for one in codes.BLOOD_PRESSURES.values()}
_PREGNANCIES = {pair(one) for one in codes.PREGNANCY.values()}


def _code_of(observation: Element) -> tuple[str, str]:
    return next(iter(codes_of(observation, "code")), ("", ""))


@rule("UR-21", "only the observations that GP systems take, each with its category and the time it was issued")
def _observations(message: OpenedMessage) -> Found:
    for one in message.of("Observation"):
        code = _code_of(one)
        vital = code in _MEASURED or code in _PRESSURES
        if not vital and code not in _PREGNANCIES:
            yield "Observation.code", "is none that GP systems take; write it under examination findings"
        wanted = codes.VITAL_SIGNS if vital else codes.SOCIAL_HISTORY
        if pair(wanted) not in codes_of(one, "category"):
            yield "Observation.category", f"is not {wanted.code}"
        if not at(one, "issued"):
            yield "Observation.issued", "is missing"


@rule("UR-22", "a blood pressure has two parts, and its three codes are one of the sets")
def _blood_pressures(message: OpenedMessage) -> Found:
    for one in message.of("Observation"):
        pressure = _PRESSURES.get(_code_of(one))
        if pressure is None:
            continue
        parts = [_code_of(part) for part in all_at(one, "component")]
        diastolic = {pair(pressure.diastolic)}
        if pressure is codes.BLOOD_PRESSURES["not said"]:
            diastolic.add((codes.SNOMED, "271650006"))
        if len(parts) != 2 or parts[0] != pair(pressure.systolic) or parts[1] not in diastolic:
            yield "Observation.component", "is not the systolic and diastolic pressure that go with the code"
        if all_at(one, "valueQuantity"):
            yield "Observation.valueQuantity", "may not stand beside the two parts"
        for part in all_at(one, "component/valueQuantity"):
            yield from _unit_is(part, codes.UCUM, "mm[Hg]")


@rule("UR-23", "a measurement has a value above nought in its unit")
def _measurements(message: OpenedMessage) -> Found:
    for one in message.of("Observation"):
        measured = _MEASURED.get(_code_of(one))
        if measured is None:
            continue
        values = all_at(one, "valueQuantity")
        if len(values) != 1:
            yield "Observation.valueQuantity", "is missing"
        for value in values:
            yield from _unit_is(value, codes.UCUM, measured.ucum)


def _unit_is(quantity: Element, system: str, code: str) -> Found:
    amount = number_in(at(quantity, "value"))
    if amount is None or amount <= 0:
        yield name_of(quantity), "is not above nought"
    if (at(quantity, "system"), at(quantity, "code")) != (system, code) or not at(quantity, "unit"):
        yield name_of(quantity), f"is not in {code}"


@rule("UR-24", "pregnancy is said once, as a code alone, under its heading, and of nobody of whom it cannot be true")
def _pregnancy(message: OpenedMessage) -> Found:
    found = [one for one in message.of("Observation") if _code_of(one) in _PREGNANCIES]
    if len(found) > 1:
        yield "Observation", "pregnancy is said twice"
    for one in found:
        if any(name_of(child).startswith("value") for child in one):
            yield "Observation.value", "pregnancy has no value: the code says it"
        if headings_of(one) != [codes.PREGNANCY_STATUS]:
            yield "Observation.meta.tag", "pregnancy does not stand under pregnancy-status"
        born, day = day_in(at(message.patient, "birthDate")), day_in(at(message.encounter, "period/start"))
        age = day.year - born.year if born and day else 30
        if at(message.patient, "gender") == "male" or not 10 <= age <= 61:
            yield "Observation", "pregnancy is said of a man, or of somebody too young or too old for it"


@rule("UR-25", "a dispense is completed, in the community, under a PGD, and says when and how to take it")
def _dispenses(message: OpenedMessage) -> Found:
    for one in message.of("MedicationDispense"):
        if at(one, "status") != "completed":
            yield "MedicationDispense.status", "is not completed"
        if pair(codes.COMMUNITY) not in codes_of(one, "category"):
            yield "MedicationDispense.category", "is not community"
        if pair(codes.SUPPLIED_UNDER_PGD) not in codes_of(one, "type"):
            yield "MedicationDispense.type", "is not patient-group-direction"
        for path in (
            "whenHandedOver",
            "performer/actor/reference",
            "dosageInstruction/text",
            "dosageInstruction/patientInstruction",
            "quantity/value",
            "quantity/code",
        ):
            if not at(one, path):
                yield f"MedicationDispense.{path.replace('/', '.')}", "is missing"


@cache
def virtual_products() -> frozenset[str]:
    """The dm+d codes of the virtual products that the content names. None of them is what was handed over."""
    pathways = shipped_library().newest_all()
    return frozenset(
        code
        for pathway in pathways
        for pgd in pathway.pgds.values()
        for product in pgd.products
        for code in product.codes
    )


@rule("UR-26", "the medicine is the actual product handed over (AMP), in dm+d")
def _actual_products(message: OpenedMessage) -> Found:
    for one in message.of("MedicationDispense"):
        found = codes_of(one, "medicationCodeableConcept")
        if [system for system, _ in found] != [codes.DMD]:
            yield "MedicationDispense.medicationCodeableConcept", "is not one code of dm+d"
        elif found[0][1] in virtual_products():
            yield "MedicationDispense.medicationCodeableConcept", "is a virtual product (VMP), not what was handed over"


_TOLD = re.compile(r"\((\d+(?:\.\d+)?) [^)]*\) .*?(once|twice|(\d+) times) a day for (\d+) days?")


@rule("UR-27", "quantity, days and directions agree")
def _quantities(message: OpenedMessage) -> Found:
    for one in message.of("MedicationDispense"):
        quantity, days = number_in(at(one, "quantity/value")), number_in(at(one, "daysSupply/value"))
        if quantity is None or quantity <= 0:
            yield "MedicationDispense.quantity", "is not above nought"
            continue
        told = _TOLD.search(at(one, "dosageInstruction/text"))
        if told is None:
            continue
        times = {"once": 1, "twice": 2}.get(told[2]) or int(told[3])
        needed = Decimal(told[1]) * times * int(told[4])
        counted = at(one, "quantity/code") in (codes.UNITS["tablet"].code, codes.UNITS["capsule"].code)
        if quantity < needed or (counted and quantity != needed):
            yield "MedicationDispense.quantity", "is not what the directions come to"
        if days is not None and days != int(told[4]):
            yield "MedicationDispense.daysSupply", "is not the number of days in the directions"


@rule("UR-34", "a condition is active, in SNOMED CT, with the day and whoever asserted it; there is one at most")
def _conditions(message: OpenedMessage) -> Found:
    found = message.of("Condition")
    if len(found) > 1:
        yield "Condition", "stands more than once"
    for one in found:
        if at(one, "clinicalStatus") != "active":
            yield "Condition.clinicalStatus", "is not active"
        if [system for system, _ in codes_of(one, "code")] != [codes.SNOMED]:
            yield "Condition.code", "is not one code of SNOMED CT"
        for path in ("assertedDate", "asserter/reference"):
            if not at(one, path):
                yield f"Condition.{path.replace('/', '.')}", "is missing"
