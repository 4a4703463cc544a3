"""The rules for who, where and when: service, encounter, patient, practitioner, pharmacy, address. Each is broken once by a test."""

from collections.abc import Iterable

from pharmacyfirst.content.library import shipped_library
from pharmacyfirst.kernel.identifiers import WrongIdentifier, gphc_number, nhs_number, pharmacy_ods
from pharmacyfirst.record import codes
from pharmacyfirst.record.message.envelope import DAY_FIRST, YEAR_FIRST, CannotRoute, mesh_address
from pharmacyfirst.record.message.opened import (
    Found,
    GuideRule,
    OpenedMessage,
    all_at,
    at,
    codes_of,
    day_in,
    first_of,
    headings_of,
    kept_in,
    name_of,
    pair,
)
from pharmacyfirst.record.message_words import PRACTICE_MARK
from pharmacyfirst.xml_in import Element

RULES: list[GuideRule] = []
rule = kept_in(RULES)


@rule("UR-12", "the service code is the one of the day, in Composition and Encounter alike")
def _service(message: OpenedMessage) -> Found:
    day = day_in(at(message.encounter, "period/start"))
    services = shipped_library().services.values()
    known = {
        (codes.SNOMED, one.code) for each in services for one in each.codes if day is not None and day in one.in_force
    }
    for resource, path in ((message.composition, "type"), (message.encounter, "reason")):
        if resource is not None and not known.intersection(codes_of(resource, path)):
            yield f"{name_of(resource)}.{path}", "is not the service code that holds on the day"


@rule("UR-13", "the Encounter is finished and says when, by whom, where and how")
def _encounter(message: OpenedMessage) -> Found:
    encounter = message.encounter
    if at(encounter, "status") != "finished":
        yield "Encounter.status", "is not finished"
    for path in ("period/start", "participant/individual/reference", "serviceProvider/reference", "identifier/value"):
        if not at(encounter, path):
            yield f"Encounter.{path.replace('/', '.')}", "is missing"
    if pair(codes.RECORDER) not in codes_of(encounter, "participant/type"):
        yield "Encounter.participant.type", "is not REC of its code system"
    if not set(codes_of(encounter, "type")) & {pair(one) for one in codes.ENCOUNTER_TYPES.values()}:
        yield "Encounter.type", "is none of the types of a consultation"


def _numbers(patient: Element) -> list[Element]:
    return [one for one in all_at(patient, "identifier") if at(one, "system") == codes.NHS_NUMBER]


@rule("UR-17", "the patient has one NHS number, with a right check digit and its status; unverified, an address too")
def _nhs_number(message: OpenedMessage) -> Found:
    numbers = _numbers(message.patient)
    if len(numbers) != 1:
        yield "Patient.identifier", "has not exactly one NHS number"
        return
    try:
        nhs_number(at(numbers[0], "value"))
    except WrongIdentifier as wrong:
        yield "Patient.identifier", str(wrong)
    status = at(numbers[0], "extension/valueCodeableConcept/coding/code")
    if status not in codes.NUMBER_STATUS:
        yield "Patient.identifier", "the status of the NHS number is not 01 to 08"
    elif status != codes.VERIFIED and not (
        at(message.patient, "address/line") and at(message.patient, "address/postalCode")
    ):
        yield "Patient.address", "an NHS number that is not verified needs address and postcode"


@rule("UR-18", "the patient has an official name, a sex and a date of birth")
def _patient(message: OpenedMessage) -> Found:
    official = [one for one in all_at(message.patient, "name") if at(one, "use") == "official"]
    if len(official) != 1 or not (at(official[0], "family") and at(official[0], "given")):
        yield "Patient.name", "has not exactly one official name with family and given"
    for path in ("gender", "birthDate"):
        if not at(message.patient, path):
            yield f"Patient.{path}", "is missing"


@rule("UR-29", "the MESH address is that of the patient in the message")
def _address(message: OpenedMessage) -> Found:
    if message.address is None:
        return
    if message.address not in _addresses(message):
        yield "address", "is not made of the NHS number, date of birth and family name of the Patient"


def _addresses(message: OpenedMessage) -> list[str]:
    """The addresses that the Patient of the message has: one for each way of writing the date of birth, or none at all."""
    numbers = _numbers(message.patient)
    official = [one for one in all_at(message.patient, "name") if at(one, "use") == "official"]
    born = day_in(at(message.patient, "birthDate"))
    if not (numbers and official and born):
        return []
    try:
        number, family = at(numbers[0], "value"), at(official[0], "family")
        return [mesh_address(number, born, family, written) for written in (YEAR_FIRST, DAY_FIRST)]
    except CannotRoute:
        return []


@rule("UR-32", "the practitioner's role and GPhC number are those of a pharmacist or a pharmacy technician")
def _practitioner(message: OpenedMessage) -> Found:
    roles = {pair(code): profession for profession, code in codes.JOB_ROLE.items()}
    professions = []
    for one in message.of("PractitionerRole"):
        found = [roles[pair] for pair in codes_of(one, "code") if pair in roles]
        if not found:
            yield "PractitionerRole.code", "is neither R1290 nor R5220 of its code system"
        professions += found
    for one in message.of("Practitioner"):
        for identifier in all_at(one, "identifier"):
            if at(identifier, "system") == codes.GPHC:
                yield from _is_gphc(at(identifier, "value"), professions)


def _is_gphc(number: str, professions: Iterable[str]) -> Found:
    for profession in professions or codes.JOB_ROLE:
        try:
            gphc_number(number, profession)
            return
        except WrongIdentifier as wrong:
            why = str(wrong)
    yield "Practitioner.identifier", why


@rule("UR-33", "the pharmacy has a name and one ODS code, which is the sender's too")
def _pharmacy(message: OpenedMessage) -> Found:
    pharmacies = message.of("Organization")
    sender = first_of(message.envelope, "Organization")
    numbers = [at(one, "identifier/value") for one in (sender, *pharmacies) if one is not None]
    if len(set(numbers)) != 1:
        yield "Organization.identifier", "the pharmacy is not the sender"
    for number in set(numbers):
        try:
            pharmacy_ods(number)
        except WrongIdentifier as wrong:
            yield "Organization.identifier", str(wrong)
    if pharmacies and not at(pharmacies[0], "name"):
        yield "Organization.name", "is missing"


@rule("UR-36", "a training patient (NHS number 999...) is called so in the clinical summary, and nobody else is")
def _practice(message: OpenedMessage) -> Found:
    invented = any(at(one, "value").startswith("999") for one in _numbers(message.patient))
    marked = any(
        PRACTICE_MARK in at(one, "summary")
        for one in message.of("ClinicalImpression")
        if codes.CLINICAL_SUMMARY in headings_of(one)
    )
    if invented != marked:
        yield "ClinicalImpression.summary", "does not agree with the NHS number on whether the patient is invented"
