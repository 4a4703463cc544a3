"""Is this an Update Record message that a GP system can take? XML schema, profile table, and the guide's own rules.

``check`` gives every problem with the id of its rule and the place. Nothing it says repeats a value of the message, so that it can be
logged. It reads only what ships with the package, and is not NHS England's validator: that is for assurance.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from pharmacyfirst.content.library import shipped_library
from pharmacyfirst.kernel.identifiers import (
    WrongIdentifier,
    gphc_number,
    nhs_number,
    pharmacy_ods,
    snomed_code,
)
from pharmacyfirst.record import codes
from pharmacyfirst.record.profile_table import ALLOWED, SCHEMA, F, against_profile
from pharmacyfirst.record.routing import DAY_FIRST, YEAR_FIRST, CannotRoute, mesh_address
from pharmacyfirst.record.update_record import xml_library

MOST_BYTES = 5_000_000
PRACTICE_MARK = "PRACTICE PATIENT"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MARKUP = re.compile(r"</?[A-Za-z][^>]*>|&[a-z]+;|&#[0-9]+;")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a message: the id of the rule, the place, and the words."""

    rule: str
    place: str
    says: str

    def __str__(self) -> str:
        return f"{self.rule} {self.place}: {self.says}"


class NotAMessage(ValueError):
    """This cannot be read as XML at all, or is not one message; nothing was checked."""


class Message:
    """A message as the rules read it: header, document, composition, and the resources by type and by address."""

    def __init__(self, root: Any, size: int, address: str | None = None):
        self.root, self.size, self.address = root, size, address
        self.envelope = list(_entries(root))
        self.header = _first(self.envelope, "MessageHeader")
        self.document = _first(self.envelope, "Bundle")
        self.payload = list(_entries(self.document)) if self.document is not None else []
        self.resources = {url: resource for url, resource in (*self.envelope, *self.payload) if url}
        self.composition = _first(self.payload, "Composition")
        self.patient = _first(self.payload, "Patient")
        self.encounter = _first(self.payload, "Encounter")

    def of(self, *types: str) -> list[Any]:
        """The resources of the document that are of these types."""
        return [resource for _, resource in self.payload if _name(resource) in types]


Found = Iterator[tuple[str, str]]
Check = Callable[[Message], Found]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the guide: its id, which stays, what it asks, and the check."""

    id: str
    says: str
    found: Check


RULES: dict[str, Rule] = {}


def rule(id: str, says: str) -> Callable[[Check], Check]:
    """Keep a check under the id of its rule."""

    def kept(check: Check) -> Check:
        RULES[id] = Rule(id, says, check)
        return check

    return kept


XSD, PROFILE = "XSD", "PROFILE"


def check(message: bytes, address: str | None = None) -> list[Problem]:
    """Every problem of a message, all layers; none where it passes. ``address`` is the MESH address it would be sent to.

    Raises ``NotAMessage`` where it cannot be read, and ``NoExtra`` without lxml.
    """
    return check_tree(read_xml(message), len(message), address)


def read_xml(message: bytes) -> Any:
    """The tree of a message, read with no network and no entities. Raises ``NotAMessage``."""
    etree = xml_library()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(message, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise NotAMessage("This cannot be read as XML. Nothing was checked.") from None
    if root.getroottree().docinfo.doctype:
        raise NotAMessage("A message has no document type declaration. Nothing was checked.")
    if root.tag != f"{F}Bundle":
        raise NotAMessage("This is not a FHIR Bundle. Nothing was checked.")
    return root


def check_tree(root: Any, size: int, address: str | None = None) -> list[Problem]:
    """``check`` for what is already read; ``size`` is its length in bytes."""
    message = Message(root, size, address)
    problems = list(_against_schema(root))
    for resource in (root, *message.resources.values()):
        problems += [Problem(PROFILE, *problem) for problem in against_profile(resource, message.resources)]
    for one in RULES.values():
        problems += [Problem(one.id, place, says) for place, says in one.found(message)]
    return list(dict.fromkeys(problems))


@cache
def _schema() -> Any:
    etree = xml_library()
    return etree.XMLSchema(etree.parse(str(SCHEMA)))


def _against_schema(root: Any) -> Iterator[Problem]:
    schema = _schema()
    if not schema.validate(root):
        for error in schema.error_log:  # its own words quote values, which may tell who the patient is
            yield Problem(XSD, _where(root, error.line), f"does not fit the FHIR schema ({error.type_name})")


def _where(root: Any, line: int) -> str:
    found = next((one for one in root.iter() if one.sourceline == line and isinstance(one.tag, str)), None)
    return f"line {line}" if found is None else f"line {line}, {_name(found)}"


# Reading


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _entries(bundle: Any) -> Iterator[tuple[str, Any]]:
    for entry in bundle.findall(f"{F}entry"):
        resource = entry.find(f"{F}resource")
        if resource is not None and len(resource):
            yield at(entry, "fullUrl"), resource[0]


def _first(entries: Iterable[tuple[str, Any]], name: str) -> Any:
    return next((resource for _, resource in entries if _name(resource) == name), None)


def at(element: Any, path: str) -> str:
    """The value at a path of element names; nothing where there is none."""
    if element is None:
        return ""
    found = element.find("/".join(F + part for part in path.split("/")))
    return "" if found is None else str(found.get("value", ""))


def all_at(element: Any, path: str) -> list[Any]:
    """The elements at a path of element names."""
    return [] if element is None else list(element.findall("/".join(F + part for part in path.split("/"))))


def _codes_of(resource: Any, path: str) -> list[tuple[str, str]]:
    return [(at(one, "system"), at(one, "code")) for one in all_at(resource, f"{path}/coding")]


def _pair(code: codes.Code) -> tuple[str, str]:
    return code.system, code.code


def _headings_of(resource: Any) -> list[str]:
    return [at(one, "code") for one in all_at(resource, "meta/tag") if at(one, "system") == codes.HEADINGS]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


# The rules. Each is broken once by a test.


@rule("UR-01", "a message bundle holds a header, the sender and one document, the header first")
def _three_entries(message: Message) -> Found:
    names = [_name(resource) for _, resource in message.envelope]
    if at(message.root, "type") != "message" or names != ["MessageHeader", "Organization", "Bundle"]:
        yield "Bundle", "is not a message of MessageHeader, Organization and Bundle, in that order"
    elif at(message.document, "type") != "document":
        yield "Bundle", "the bundle inside is not a document"


@rule("UR-02", "the event is ITK014M, ITK Update Record")
def _event(message: Message) -> Found:
    event = message.header.find(f"{F}event") if message.header is not None else None
    if (at(event, "system"), at(event, "code"), at(event, "display")) != (codes.MESSAGE_EVENTS, *codes.EVENT):
        yield "MessageHeader.event", f"is not {codes.EVENT[0]} of its code system"


def _handling(message: Message) -> dict[str, Any]:
    parts = all_at(message.header, "extension")
    handling = next((one for one in parts if one.get("url") == codes.MESSAGE_HANDLING), None)
    return {one.get("url"): one[0] for one in all_at(handling, "extension") if len(one)}


@rule("UR-03", "message handling has its six parts, and both acknowledgements are asked for")
def _six_parts(message: Message) -> Found:
    parts = _handling(message)
    for name in (
        "BusAckRequested",
        "InfAckRequested",
        "RecipientType",
        "MessageDefinition",
        "SenderReference",
        "LocalExtension",
    ):
        if name not in parts:
            yield "MessageHeader.extension", f"{name} is missing"
        elif name.endswith("Requested") and parts[name].get("value") != "true":
            yield "MessageHeader.extension", f"{name} is not true"


@rule("UR-04", "the recipient type is FI, and the sender's reference has 1 to 255 characters")
def _recipient(message: Message) -> Found:
    parts = _handling(message)
    kind = parts.get("RecipientType")
    if kind is not None and (at(kind, "system"), at(kind, "code")) != _pair(codes.FOR_INFORMATION):
        yield "MessageHeader.extension", "RecipientType is not FI of its code system"
    reference = parts.get("SenderReference")
    if reference is not None and not 0 < len(reference.get("value", "")) <= 255:
        yield "MessageHeader.extension", "SenderReference has not 1 to 255 characters"


@rule("UR-05", "the header names its sender, its mailbox and the document it brings")
def _header_points(message: Message) -> Found:
    for name, wanted in (("sender", "Organization"), ("focus", "Bundle")):
        target = message.resources.get(at(message.header, f"{name}/reference"))
        if target is None or _name(target) != wanted:
            yield f"MessageHeader.{name}", f"does not point to the {wanted} of the message"
    if not at(message.header, "source/endpoint"):
        yield "MessageHeader.source", "names no mailbox"


@rule("UR-06", "every id is a UUID in small letters, stands once, and is the end of its address")
def _ids(message: Message) -> Found:
    entries = [*message.envelope, *message.payload]
    ids = [at(message.root, "id"), *(at(resource, "id") for _, resource in entries)]
    for id, (url, resource) in zip(ids[1:], entries, strict=True):
        if url != f"urn:uuid:{id}":
            yield _name(resource), "its address is not urn:uuid: and its id"
    if any(not _UUID.fullmatch(id) for id in ids):
        yield "Bundle", "an id is not a UUID in small letters"
    if len(set(ids)) != len(ids):
        yield "Bundle", "an id stands twice"


@rule("UR-07", "only the profiles of the guide, each on its own type and alone")
def _whitelist(message: Message) -> Found:
    named = {"Organization": "sender", "Bundle": "document"}
    outer = [(named.get(_name(resource), _name(resource)), resource) for _, resource in message.envelope]
    inner = [(_name(resource), resource) for _, resource in message.payload]
    for key, resource in (("message", message.root), *outer, *inner):
        profiles = [one.get("value") for one in all_at(resource, "meta/profile")]
        if key not in ALLOWED or profiles != [ALLOWED[key]]:
            yield _name(resource), "has not the one profile that a message allows; the whole message would be refused"


ONCE = ("Encounter", "Organization", "Patient")


@rule("UR-08", "a document begins with its Composition and has what every consultation has")
def _contents(message: Message) -> Found:
    names = [_name(resource) for _, resource in message.payload]
    if names[:1] != ["Composition"]:
        yield "Bundle", "the Composition is not the first resource of the document"
    for name in (*ONCE, "Composition"):
        if names.count(name) != 1:
            yield "Bundle", f"has not exactly one {name}"
    for name in ("Practitioner", "ClinicalImpression"):
        if name not in names:
            yield "Bundle", f"has no {name}"


@rule("UR-09", "every reference is to something in the message, and one section names every resource")
def _references(message: Message) -> Found:
    for one in message.root.iter(f"{F}reference"):
        value = one.get("value", "")
        if value != codes.MESSAGE_DEFINITION and value not in message.resources:
            yield _name(one.getparent()), "points to nothing in the message"
    if len(all_at(message.composition, "section")) != 1:
        yield "Composition.section", "is not there exactly once"
    named = {at(one, "reference") for one in all_at(message.composition, "section/entry")}
    for url, resource in message.payload:
        if url not in named and resource is not message.composition:
            yield _name(resource), "is not named by the section"


@rule("UR-10", "no text that is marked up: no section text, no narrative, no HTML in words")
def _no_markup(message: Message) -> Found:
    if all_at(message.composition, "section/text"):
        yield "Composition.section.text", "may not be here"
    for _, resource in (*message.envelope, *message.payload):
        if any(_name(one) == "div" for one in resource.iter() if isinstance(one.tag, str)):
            yield _name(resource), "has a narrative"
    for name in ("summary", "text", "patientInstruction", "display", "title"):
        if any(_MARKUP.search(one.get("value") or "") for one in message.root.iter(f"{F}{name}")):
            yield name, "holds HTML"


@rule("UR-11", "the Composition has its encounter, identifier, title, author and date")
def _composition(message: Message) -> Found:
    for path in ("identifier/system", "identifier/value", "encounter/reference", "author/reference", "title", "date"):
        if not at(message.composition, path):
            yield f"Composition.{path.replace('/', '.')}", "is missing"
    if at(message.composition, "status") != "final":
        yield "Composition.status", "is not final"


@rule("UR-12", "the service code is the one of the day, in Composition and Encounter alike")
def _service(message: Message) -> Found:
    day = _day(at(message.encounter, "period/start"))
    known = {_pair(one.code) for one in codes.SERVICE_CODES if day is not None and day in one}
    for resource, path in ((message.composition, "type"), (message.encounter, "reason")):
        if resource is not None and not known.intersection(_codes_of(resource, path)):
            yield f"{_name(resource)}.{path}", "is not the service code that holds on the day"


@rule("UR-13", "the Encounter is finished and says when, by whom, where and how")
def _encounter(message: Message) -> Found:
    encounter = message.encounter
    if at(encounter, "status") != "finished":
        yield "Encounter.status", "is not finished"
    for path in ("period/start", "participant/individual/reference", "serviceProvider/reference", "identifier/value"):
        if not at(encounter, path):
            yield f"Encounter.{path.replace('/', '.')}", "is missing"
    if _pair(codes.RECORDER) not in _codes_of(encounter, "participant/type"):
        yield "Encounter.participant.type", "is not REC of its code system"
    if not set(_codes_of(encounter, "type")) & {_pair(one) for one in codes.ENCOUNTER_TYPES.values()}:
        yield "Encounter.type", "is none of the types of a consultation"


@rule("UR-14", "there is exactly one clinical summary, and it says something")
def _one_summary(message: Message) -> Found:
    found = [one for one in message.of("ClinicalImpression") if codes.CLINICAL_SUMMARY in _headings_of(one)]
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
def _heading_codes(message: Message) -> Found:
    seen: list[str] = []
    for _, resource in message.payload:
        name, found = _name(resource), _headings_of(resource)
        if set(found) - _MAY_HAVE.get(name, set()):
            yield f"{name}.meta.tag", "is a heading that may not stand here"
        if name in ("ClinicalImpression", "Condition") and len(found) != 1:
            yield f"{name}.meta.tag", "has not exactly one heading"
        seen += found if name == "ClinicalImpression" else []
    if len(seen) != len(set(seen)):
        yield "ClinicalImpression.meta.tag", "a heading stands twice"


@rule("UR-16", "what was found and done has an id, the patient and the encounter")
def _about_the_patient(message: Message) -> Found:
    for resource in message.of("ClinicalImpression", "Condition", "Observation", "MedicationDispense"):
        name = _name(resource)
        for path, wanted in (("subject", message.patient), ("context", message.encounter)):
            if wanted is None or message.resources.get(at(resource, f"{path}/reference")) is not wanted:
                yield f"{name}.{path}", f"does not point to the {'patient' if path == 'subject' else 'encounter'}"
        if not (at(resource, "identifier/system") and at(resource, "identifier/value")):
            yield f"{name}.identifier", "is missing"


def _numbers(patient: Any) -> list[Any]:
    return [one for one in all_at(patient, "identifier") if at(one, "system") == codes.NHS_NUMBER]


@rule("UR-17", "the patient has one NHS number, with a right check digit and its status; unverified, an address too")
def _nhs_number(message: Message) -> Found:
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
def _patient(message: Message) -> Found:
    official = [one for one in all_at(message.patient, "name") if at(one, "use") == "official"]
    if len(official) != 1 or not (at(official[0], "family") and at(official[0], "given")):
        yield "Patient.name", "has not exactly one official name with family and given"
    for path in ("gender", "birthDate"):
        if not at(message.patient, path):
            yield f"Patient.{path}", "is missing"


@rule("UR-19", "every SNOMED CT and dm+d code has a right check digit")
def _check_digits(message: Message) -> Found:
    for system in message.root.iter(f"{F}system"):
        parent = system.getparent()
        if system.get("value") in (codes.SNOMED, codes.DMD) and parent.find(f"{F}code") is not None:
            try:
                snomed_code(at(parent, "code"))
            except WrongIdentifier as wrong:
                yield _name(parent.getparent()), str(wrong)


@rule("UR-20", "every code is shown with its words")
def _displays(message: Message) -> Found:
    for name in ("coding", "valueCoding", "event", "tag"):
        for one in message.root.iter(f"{F}{name}"):
            if not (at(one, "system") and at(one, "code") and at(one, "display")):
                yield _name(one.getparent()), "a code lacks its system, its code or its words"


_MEASURED = {_pair(code): one for one in codes.MEASUREMENTS.values() for code in (one.code, one.reported) if code}
_MEASURED[(codes.SNOMED, "364075005")] = codes.MEASUREMENTS["heart rate"]  # used by the official examples
_MEASURED[(codes.SNOMED, "248333004")] = codes.MEASUREMENTS["height"]
_PRESSURES = {_pair(one.header): one for one in codes.BLOOD_PRESSURES.values()}
_PREGNANCIES = {_pair(one) for one in codes.PREGNANCY.values()}


def _code_of(observation: Any) -> tuple[str, str]:
    return next(iter(_codes_of(observation, "code")), ("", ""))


@rule("UR-21", "only the observations that GP systems take, each with its category and the time it was issued")
def _observations(message: Message) -> Found:
    for one in message.of("Observation"):
        code = _code_of(one)
        vital = code in _MEASURED or code in _PRESSURES
        if not vital and code not in _PREGNANCIES:
            yield "Observation.code", "is none that GP systems take; write it under examination findings"
        wanted = codes.VITAL_SIGNS if vital else codes.SOCIAL_HISTORY
        if _pair(wanted) not in _codes_of(one, "category"):
            yield "Observation.category", f"is not {wanted.code}"
        if not at(one, "issued"):
            yield "Observation.issued", "is missing"


@rule("UR-22", "a blood pressure has two parts, and its three codes are one of the sets")
def _blood_pressures(message: Message) -> Found:
    for one in message.of("Observation"):
        pressure = _PRESSURES.get(_code_of(one))
        if pressure is None:
            continue
        parts = [_code_of(part) for part in all_at(one, "component")]
        diastolic = {_pair(pressure.diastolic)}
        if pressure is codes.BLOOD_PRESSURES["not said"]:
            diastolic.add((codes.SNOMED, "271650006"))
        if len(parts) != 2 or parts[0] != _pair(pressure.systolic) or parts[1] not in diastolic:
            yield "Observation.component", "is not the systolic and diastolic pressure that go with the code"
        if all_at(one, "valueQuantity"):
            yield "Observation.valueQuantity", "may not stand beside the two parts"
        for part in all_at(one, "component/valueQuantity"):
            yield from _unit_is(part, codes.UCUM, "mm[Hg]")


@rule("UR-23", "a measurement has a value above nought in its unit")
def _measurements(message: Message) -> Found:
    for one in message.of("Observation"):
        measured = _MEASURED.get(_code_of(one))
        if measured is None:
            continue
        values = all_at(one, "valueQuantity")
        if len(values) != 1:
            yield "Observation.valueQuantity", "is missing"
        for value in values:
            yield from _unit_is(value, codes.UCUM, measured.ucum)


def _unit_is(quantity: Any, system: str, code: str) -> Found:
    amount = _number(at(quantity, "value"))
    if amount is None or amount <= 0:
        yield _name(quantity), "is not above nought"
    if (at(quantity, "system"), at(quantity, "code")) != (system, code) or not at(quantity, "unit"):
        yield _name(quantity), f"is not in {code}"


@rule("UR-24", "pregnancy is said once, as a code alone, under its heading, and of nobody of whom it cannot be true")
def _pregnancy(message: Message) -> Found:
    found = [one for one in message.of("Observation") if _code_of(one) in _PREGNANCIES]
    if len(found) > 1:
        yield "Observation", "pregnancy is said twice"
    for one in found:
        if any(_name(child).startswith("value") for child in one):
            yield "Observation.value", "pregnancy has no value: the code says it"
        if _headings_of(one) != [codes.PREGNANCY_STATUS]:
            yield "Observation.meta.tag", "pregnancy does not stand under pregnancy-status"
        born, day = _day(at(message.patient, "birthDate")), _day(at(message.encounter, "period/start"))
        age = day.year - born.year if born and day else 30
        if at(message.patient, "gender") == "male" or not 10 <= age <= 61:
            yield "Observation", "pregnancy is said of a man, or of somebody too young or too old for it"


@rule("UR-25", "a dispense is completed, in the community, under a PGD, and says when and how to take it")
def _dispenses(message: Message) -> Found:
    for one in message.of("MedicationDispense"):
        if at(one, "status") != "completed":
            yield "MedicationDispense.status", "is not completed"
        if _pair(codes.COMMUNITY) not in _codes_of(one, "category"):
            yield "MedicationDispense.category", "is not community"
        if _pair(codes.SUPPLIED_UNDER_PGD) not in _codes_of(one, "type"):
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
def _actual_products(message: Message) -> Found:
    for one in message.of("MedicationDispense"):
        found = _codes_of(one, "medicationCodeableConcept")
        if [system for system, _ in found] != [codes.DMD]:
            yield "MedicationDispense.medicationCodeableConcept", "is not one code of dm+d"
        elif found[0][1] in virtual_products():
            yield "MedicationDispense.medicationCodeableConcept", "is a virtual product (VMP), not what was handed over"


_TOLD = re.compile(r"\((\d+(?:\.\d+)?) [^)]*\) .*?(once|twice|(\d+) times) a day for (\d+) days?")


@rule("UR-27", "quantity, days and directions agree")
def _quantities(message: Message) -> Found:
    for one in message.of("MedicationDispense"):
        quantity, days = _number(at(one, "quantity/value")), _number(at(one, "daysSupply/value"))
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


@rule("UR-28", "a message is smaller than 5 MB")
def _small(message: Message) -> Found:
    if message.size >= MOST_BYTES:
        yield "Bundle", "is 5 MB or more, which receivers refuse"


@rule("UR-29", "the MESH address is that of the patient in the message")
def _address(message: Message) -> Found:
    if message.address is None:
        return
    if message.address not in _addresses(message):
        yield "address", "is not made of the NHS number, date of birth and family name of the Patient"


def _addresses(message: Message) -> list[str]:
    """The addresses that the Patient of the message has: one for each way of writing the date of birth, or none at all."""
    numbers = _numbers(message.patient)
    official = [one for one in all_at(message.patient, "name") if at(one, "use") == "official"]
    born = _day(at(message.patient, "birthDate"))
    if not (numbers and official and born):
        return []
    try:
        number, family = at(numbers[0], "value"), at(official[0], "family")
        return [mesh_address(number, born, family, written) for written in (YEAR_FIRST, DAY_FIRST)]
    except CannotRoute:
        return []


@rule(
    "UR-30",
    "a replacement names what it replaces, which is not itself, and has a later version; a first message neither",
)
def _replacement(message: Message) -> Found:
    version = at(message.composition, "meta/versionId") or "1"
    replaced = all_at(message.composition, "relatesTo")
    if not version.isdigit() or (int(version) > 1) != bool(replaced):
        yield "Composition.relatesTo", "a later version replaces something, and the first one nothing"
    for one in replaced:
        target = at(one, "targetIdentifier/value")
        own = {at(message.root, "id"), at(message.document, "id"), at(message.composition, "id")}
        if at(one, "code") != "replaces" or not target or target in own:
            yield "Composition.relatesTo", "does not say that it replaces another document"


@rule("UR-31", "no security labels: NOPAT was withdrawn")
def _no_labels(message: Message) -> Found:
    if any(True for _ in message.root.iter(f"{F}security")):
        yield "meta.security", "may not be here"


@rule("UR-32", "the practitioner's role and GPhC number are those of a pharmacist or a pharmacy technician")
def _practitioner(message: Message) -> Found:
    roles = {_pair(code): profession for profession, code in codes.JOB_ROLE.items()}
    professions = []
    for one in message.of("PractitionerRole"):
        found = [roles[pair] for pair in _codes_of(one, "code") if pair in roles]
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
def _pharmacy(message: Message) -> Found:
    pharmacies = message.of("Organization")
    sender = _first(message.envelope, "Organization")
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


@rule("UR-34", "a condition is active, in SNOMED CT, with the day and whoever asserted it; there is one at most")
def _conditions(message: Message) -> Found:
    found = message.of("Condition")
    if len(found) > 1:
        yield "Condition", "stands more than once"
    for one in found:
        if at(one, "clinicalStatus") != "active":
            yield "Condition.clinicalStatus", "is not active"
        if [system for system, _ in _codes_of(one, "code")] != [codes.SNOMED]:
            yield "Condition.code", "is not one code of SNOMED CT"
        for path in ("assertedDate", "asserter/reference"):
            if not at(one, path):
                yield f"Condition.{path.replace('/', '.')}", "is missing"


TIMES = ("timestamp", "lastUpdated", "start", "end", "issued", "effectiveDateTime", "whenHandedOver")


@rule("UR-35", "every time says how far it is from UTC, and nothing happened after the message was written")
def _times(message: Message) -> Found:
    written = _moment(at(message.header, "timestamp"))
    for name in TIMES:
        for one in message.root.iter(f"{F}{name}"):
            moment = _moment(one.get("value") or "")
            if moment is None:
                yield name, "is no time with its distance from UTC"
            elif written is not None and moment > written:
                yield name, "is later than the message"


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.utcoffset() is not None else None


@rule("UR-36", "a practice patient (NHS number 999...) is called so in the clinical summary, and nobody else is")
def _practice(message: Message) -> Found:
    invented = any(at(one, "value").startswith("999") for one in _numbers(message.patient))
    marked = any(
        PRACTICE_MARK in at(one, "summary")
        for one in message.of("ClinicalImpression")
        if codes.CLINICAL_SUMMARY in _headings_of(one)
    )
    if invented != marked:
        yield "ClinicalImpression.summary", "does not agree with the NHS number on whether the patient is invented"


def rules_by_id() -> Mapping[str, Rule]:
    """The rules of the guide, in order."""
    return RULES
