"""A message as people read it: taken from its very bytes, so that what is shown is what the practice is sent, and no second wording of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pharmacyfirst.errors import taking
from pharmacyfirst.paper.words import day
from pharmacyfirst.record import codes
from pharmacyfirst.record.message.opened import OpenedMessage, all_at, at, day_in, first_of, moment_in, name_of
from pharmacyfirst.record.message.rules import read_xml
from pharmacyfirst.record.message_words import moment
from pharmacyfirst.xml_in import Element


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A line of a message: what it is, and what it says."""

    name: str
    says: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MessagePart:
    """What stands in a message under one heading."""

    title: str
    lines: tuple[MessageLine, ...]


@dataclass(frozen=True, slots=True)
class MessageForPeople:
    """A message in words: its title, its parts in the order of the message, and how many bytes of XML they are taken from."""

    title: str
    parts: tuple[MessagePart, ...]
    size: int


@taking(xml=bytes)
def for_people(xml: bytes) -> MessageForPeople:
    """A message in words. Raises ``NotAMessage``, and ``ExtraMissing`` without lxml."""
    message = OpenedMessage(read_xml(xml), len(xml))
    parts = (
        MessagePart("To whom", tuple(_addressed(message))),
        MessagePart("Patient", tuple(_patient(message))),
        MessagePart("From", tuple(_sender(message))),
        MessagePart("What the practice reads", tuple(_written(message))),
        MessagePart("What goes into the record as codes", tuple(_coded(message))),
    )
    return MessageForPeople(at(message.composition, "title"), tuple(one for one in parts if one.lines), len(xml))


def _addressed(message: OpenedMessage) -> Iterator[MessageLine]:
    who = "the GP practice where the patient is registered; MESH finds it by NHS number, date of birth and family name"
    yield MessageLine("To", who)
    yield MessageLine("For", at(_handling(message, "RecipientType"), "display").lower())
    yield MessageLine("Written", _moment(at(message.header, "timestamp")))
    version = at(message.composition, "meta/versionId") or "1"
    replaced = bool(all_at(message.composition, "relatesTo"))
    yield MessageLine("Version", f"{version}, in place of the message before it" if replaced else version)
    yield MessageLine("Service", _words(message.composition, "type"))


def _handling(message: OpenedMessage, name: str) -> Element:
    for outer in all_at(message.header, "extension"):
        for one in all_at(outer, "extension"):
            if one.get("url") == name and len(one):
                return one[0]
    return None


def _patient(message: OpenedMessage) -> Iterator[MessageLine]:
    patient = message.patient
    yield MessageLine(
        "Name", " ".join((*_texts(patient, "name/prefix"), *_texts(patient, "name/given"), at(patient, "name/family")))
    )
    yield MessageLine("Date of birth", _day(at(patient, "birthDate")))
    number = at(patient, "identifier/value")
    status = _words(patient, "identifier/extension/valueCodeableConcept")
    yield MessageLine("NHS number", f"{number[:3]} {number[3:6]} {number[6:]} ({status[:1].lower()}{status[1:]})")
    yield MessageLine("Sex", at(patient, "gender"))
    yield from _filled("Address", ", ".join((*_texts(patient, "address/line"), *_texts(patient, "address/postalCode"))))
    yield from _filled("Telephone", at(patient, "telecom/value"))


def _sender(message: OpenedMessage) -> Iterator[MessageLine]:
    place = first_of(message.payload, "Organization")
    lines = (*_texts(place, "address/line"), *_texts(place, "address/postalCode"))
    yield MessageLine("Pharmacy", f"{at(place, 'name')}, ODS {at(place, 'identifier/value')}")
    yield from _filled("Address", ", ".join(lines))
    yield from _filled("Telephone", at(place, "telecom/value"))
    for who in message.of("Practitioner"):
        numbers = ", ".join(_texts(who, "identifier/value"))
        job = ", ".join(_words(one, "code") for one in message.of("PractitionerRole"))
        yield MessageLine("By", f"{' '.join((*_texts(who, 'name/given'), at(who, 'name/family')))}, {job}, {numbers}")
    for visit in message.of("Encounter"):
        ended = f" to {_moment(at(visit, 'period/end'))}" if at(visit, "period/end") else ""
        yield MessageLine("Held", f"{_moment(at(visit, 'period/start'))}{ended}; {_words(visit, 'type')}")
    yield MessageLine("Mailbox", at(message.header, "source/endpoint"))


def _written(message: OpenedMessage) -> Iterator[MessageLine]:
    for one in message.of("ClinicalImpression"):
        yield MessageLine(_heading(one), at(one, "summary"))


def _coded(message: OpenedMessage) -> Iterator[MessageLine]:
    for _, resource in message.payload:
        name = name_of(resource)
        if name == "Condition":
            yield MessageLine(
                _heading(resource) or "Condition",
                f"{_words(resource, 'code')} ({at(resource, 'code/coding/code')}), {at(resource, 'clinicalStatus')}",
            )
        elif name == "Observation":
            yield MessageLine(_heading(resource) or "Finding", _finding(resource))
        elif name == "MedicationDispense":
            yield MessageLine("Medicine", _medicine(resource))
        elif name not in _ELSEWHERE:  # whatever else a later writer puts in is at least named
            yield MessageLine("Also in the message", name)


_ELSEWHERE = (
    "Composition",
    "Encounter",
    "Organization",
    "Practitioner",
    "PractitionerRole",
    "Patient",
    "ClinicalImpression",
)


def _finding(resource: Element) -> str:
    values = [_amount(one, "valueQuantity") for one in (resource, *all_at(resource, "component"))]
    parts = [f"{_words(one, 'code')} {_amount(one, 'valueQuantity')}" for one in all_at(resource, "component")]
    said = "; ".join(parts) or next(filter(None, values), "")
    return f"{_words(resource, 'code')} {said}".strip()


def _medicine(resource: Element) -> str:
    parts = (
        f"{_words(resource, 'medicationCodeableConcept')} ({at(resource, 'medicationCodeableConcept/coding/code')})",
        f"{_amount(resource, 'quantity')} for {_amount(resource, 'daysSupply')}",
        at(resource, "dosageInstruction/text"),
        at(resource, "note/text"),
        f"{_words(resource, 'type')}, {_words(resource, 'category').lower()}, handed over {_moment(at(resource, 'whenHandedOver'))}",
    )
    return "; ".join(filter(None, parts))


def _heading(resource: Element) -> str:
    tags = all_at(resource, "meta/tag")
    return next((at(one, "display") for one in tags if at(one, "system") == codes.HEADINGS), "")


def _words(element: Element, path: str) -> str:
    """A concept in its own words."""
    return at(element, f"{path}/coding/display") or at(element, f"{path}/text")


def _amount(element: Element, path: str) -> str:
    return " ".join(filter(None, (at(element, f"{path}/value"), at(element, f"{path}/unit"))))


def _texts(element: Element, path: str) -> tuple[str, ...]:
    return tuple(one.get("value", "") for one in all_at(element, path))


def _filled(name: str, says: str) -> Iterator[MessageLine]:
    if says:
        yield MessageLine(name, says)


def _day(text: str) -> str:
    found = day_in(text)
    return day(found) if found is not None else text


def _moment(text: str) -> str:
    found = moment_in(text)
    return moment(found) if found is not None else text
