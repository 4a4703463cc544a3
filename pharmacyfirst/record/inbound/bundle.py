"""A FHIR bundle that may not be quite FHIR: read from JSON or XML, in UTF-8 or UTF-16, into dicts and lists, and what refers to what in it.

Nothing outside the message is ever loaded. What a message may hold is bounded before anybody walks it: its length, its depth, its entries.
"""

import codecs
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pharmacyfirst import exact, xml_in
from pharmacyfirst.errors import Refused
from pharmacyfirst.record.inbound.asking import everything, first, shown_id, text_of, texts
from pharmacyfirst.record.inbound.refusal import NOTHING_TAKEN, InboundRefused, Skipped
from pharmacyfirst.xml_in import MOST_BYTES, Element

__all__ = [
    "MOST_BYTES",
    "MOST_ENTRIES",
    "NOTHING_TAKEN",
    "Bundle",
    "InboundRefused",
    "Resource",
    "Skipped",
    "read_bundle",
]

# A whole GP record of 5 MB has some 5,000 entries of 1,000 bytes; one with more than this is made to take long.
MOST_ENTRIES = 20_000
WITHOUT_ID = "without an id"
# The kinds of FHIR STU3 and R4 that speak of care, or of who and where; any other word in their place could be a name.
_KINDS = frozenset(
    [
        "Account",
        "AdverseEvent",
        "AllergyIntolerance",
        "Appointment",
        "AppointmentResponse",
        "AuditEvent",
        "Basic",
        "Binary",
        "BodyStructure",
        "Bundle",
        "CarePlan",
        "CareTeam",
        "ChargeItem",
        "Claim",
        "ClinicalImpression",
        "Communication",
        "CommunicationRequest",
        "Composition",
        "Condition",
        "Consent",
        "Contract",
        "Coverage",
        "DetectedIssue",
        "Device",
        "DeviceRequest",
        "DeviceUseStatement",
        "DiagnosticReport",
        "DocumentManifest",
        "DocumentReference",
        "Encounter",
        "Endpoint",
        "EpisodeOfCare",
        "FamilyMemberHistory",
        "Flag",
        "Goal",
        "Group",
        "GuidanceResponse",
        "HealthcareService",
        "ImagingStudy",
        "Immunization",
        "ImmunizationRecommendation",
        "Library",
        "List",
        "Location",
        "Media",
        "Medication",
        "MedicationAdministration",
        "MedicationDispense",
        "MedicationRequest",
        "MedicationStatement",
        "MessageHeader",
        "NutritionOrder",
        "Observation",
        "OperationOutcome",
        "Organization",
        "Parameters",
        "Patient",
        "Person",
        "PlanDefinition",
        "Practitioner",
        "PractitionerRole",
        "Procedure",
        "ProcedureRequest",
        "Provenance",
        "Questionnaire",
        "QuestionnaireResponse",
        "ReferralRequest",
        "RelatedPerson",
        "RequestGroup",
        "RiskAssessment",
        "Schedule",
        "ServiceRequest",
        "Slot",
        "Specimen",
        "Substance",
        "SupplyDelivery",
        "SupplyRequest",
        "Task",
        "VisionPrescription",
        "entry",
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """One resource of a bundle. ``entry`` is how it is called here: its type and id."""

    type: str
    id: str | None
    url: str
    body: Mapping[str, Any] = field(repr=False)
    within: "Resource | None" = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """Its id, or what its fullUrl gives for one; empty where it has neither, or one that is not safe to repeat."""
        return shown_id(self.id or _tail(self.url))

    @property
    def entry(self) -> str:
        """Its type and id, for instance ``AllergyIntolerance/5eb0f76a``."""
        return (
            f"{self.type if self.type in _KINDS else 'an entry of a kind that is not known'}/{self.name or WITHOUT_ID}"
        )


class Bundle:
    """The resources of a bundle, contained ones included, and what refers to what. The same entry twice is one.

    ``read`` holds what a reader has taken or followed a reference to; the rest is named as not read. ``shapeless`` holds what stands
    beside resources, or is none. ``digest`` is of the bytes as they came.
    """

    def __init__(self, body: Mapping[str, Any], digest: str = ""):
        self.body = body
        self.digest = digest
        self.id = next(texts(body, "id"), None)
        self.skipped: list[Skipped] = []
        self.resources: list[Resource] = []
        self.read: set[Resource] = set()
        self.shapeless: list[Resource] = []
        self._inside: dict[tuple[Resource, str], Resource] = {}
        self._by_name: dict[str, Resource | None] = {}
        for number, entry in enumerate(everything(body, "entry"), 1):
            inner = first(entry, "resource")
            beside = (
                {name: part for name, part in entry.items() if name != "resource"} if isinstance(entry, Mapping) else {}
            )
            if not isinstance(inner, Mapping) or not isinstance(inner.get("resourceType"), str):
                self.skipped.append(Skipped(f"entry {number}", "it holds no resource"))
                beside = {"entry": entry}
            else:
                self._add(inner, text_of(entry, "fullUrl"))
            self.shapeless.append(Resource("entry", str(number), "", {"beside it": beside}))
        beside = {name: part for name, part in body.items() if name != "entry"}
        self.shapeless.append(Resource("Bundle", self.id, "", {"beside its entries": beside}))

    def _add(self, body: Mapping[str, Any], url: str) -> None:
        one = Resource(body["resourceType"], next(texts(body, "id"), None), url, body)
        names = tuple(dict.fromkeys(_names(one)))
        known = [self._by_name[name] for name in names if name in self._by_name]
        if any(other is not None and other.type == one.type and other.body == body for other in known):
            self.skipped.append(Skipped(one.entry, "the same entry stands there twice; it was read once"))
            return
        if known:
            self.skipped.append(Skipped(one.entry, "two entries have one name, so what refers to it leads nowhere"))
        for name in names:
            self._by_name[name] = None if name in self._by_name else one
        self.resources.append(one)
        self._add_contained(one, one)

    def _add_contained(self, place: Resource, outer: Resource) -> None:
        for inner in everything(place.body, "contained"):
            if isinstance(inner, Mapping) and isinstance(inner.get("resourceType"), str):
                one = Resource(inner["resourceType"], next(texts(inner, "id"), None), "", inner, outer)
                self.resources.append(one)
                if one.id:
                    self._inside.setdefault((outer, one.id), one)
                self._add_contained(one, outer)
            else:
                self.shapeless.append(Resource(place.type, place.id, place.url, {"contained in it": inner}))

    def of_type(self, kind: str) -> Iterator[Resource]:
        """The resources of a type, in the bundle's order."""
        return (one for one in self.resources if one.type == kind)

    def resolve(self, reference: str, place: Resource) -> Resource | None:
        """What a reference at a place leads to; None where it leads nowhere. Looking does not count as reading it."""
        if reference.startswith("#"):
            outer = place.within or place
            return outer if reference == "#" else self._inside.get((outer, reference[1:]))
        found = self._by_name.get(_lower_uuid(reference))
        if found is None and "/" in reference:
            kind, _, id_ = reference.partition("/_history/")[0].rpartition("/")
            found = self._by_name.get(f"{kind.rpartition('/')[2]}/{id_}")
        return found

    def follow(self, place: Resource, *path: str) -> Iterator[Resource]:
        """What the references at the end of a path lead to, which counts as read."""
        for reference in texts(place.body, *path, "reference"):
            found = self.resolve(reference, place)
            if found is not None:
                self.read.add(found)
                yield found


def _names(one: Resource) -> Iterator[str]:
    """What may refer to an entry: its fullUrl, and its type with its id or with what its fullUrl gives for one."""
    if one.url:
        yield _lower_uuid(one.url)
    for id_ in (one.id, _tail(one.url)):
        if id_:
            yield f"{one.type}/{id_}"
        if id_ and len(id_) == len("00000000-0000-0000-0000-000000000000"):
            yield f"urn:uuid:{id_.lower()}"


def _tail(url: str) -> str:
    return url.removeprefix("urn:uuid:").rpartition("/")[2]


def _lower_uuid(reference: str) -> str:
    return reference.lower() if reference[:9].lower() == "urn:uuid:" else reference


def read_bundle(raw: bytes, refusal: str) -> Bundle:
    """The bundle in a message, as JSON or XML. Raises ``InboundRefused``: ``refusal`` is the code for FHIR that is no bundle.

    Without lxml, XML raises ``ExtraMissing``: nothing is wrong with the message.
    """
    if len(raw) > MOST_BYTES:
        raise InboundRefused("not_readable", f"This holds more than {MOST_BYTES // 1_000_000} MB.")
    body = _from_xml(raw) if _is_xml(raw) else _from_json(raw)
    kind = body.get("resourceType")
    if kind == "OperationOutcome":
        raise InboundRefused(refusal, "The system that was asked answered with an error, not with a record.")
    if kind != "Bundle":
        raise InboundRefused(refusal, "This is no FHIR bundle, but something else.")
    if _more_than(MOST_ENTRIES, everything(body, "entry")):
        raise InboundRefused("not_readable", f"This holds more than {MOST_ENTRIES:,} entries. Ask for fewer at a time.")
    bundle = Bundle(body, f"sha256:{hashlib.sha256(raw).hexdigest()}")
    if len(bundle.resources) > MOST_ENTRIES:
        raise InboundRefused("not_readable", f"This holds more than {MOST_ENTRIES:,} entries. Ask for fewer at a time.")
    return bundle


def _more_than(most: int, entries: Iterable[Any]) -> bool:
    return any(number > most for number, _ in enumerate(entries, 1))


_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"<\x00", b"\x00<", b"{\x00", b"\x00{")


def _is_xml(raw: bytes) -> bool:
    if raw.startswith(_UTF_16):
        return raw[:64].lstrip(codecs.BOM_UTF16_LE).replace(b"\x00", b"").lstrip().startswith(b"<")
    return raw.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<")


def _from_json(raw: bytes) -> Mapping[str, Any]:
    try:
        body = exact.read(_in_text(raw), most_bytes=2 * MOST_BYTES)
    except (Refused, UnicodeError):
        body = None
    if body is None:
        raise InboundRefused("not_readable", "This can be read neither as JSON nor as XML.")
    if not isinstance(body, dict):
        raise InboundRefused("not_readable", "This is no FHIR: it is not one JSON object.")
    return body


def _in_text(raw: bytes) -> bytes | str:
    """JSON is UTF-8; some systems write UTF-16, which its first bytes tell."""
    if not raw.startswith(_UTF_16):
        return raw.removeprefix(codecs.BOM_UTF8)
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16")
    return raw.decode("utf-16-le" if raw[1] == 0 else "utf-16-be")


FHIR = "http://hl7.org/fhir"
XHTML = "http://www.w3.org/1999/xhtml"
# What NHS 111 sends: an ITK envelope round a document in CDA, or the document alone.
_CDA = ("{urn:hl7-org:v3}", "{urn:nhs-itk:ns:201005}", "{http://schemas.xmlsoap.org/soap/envelope/}")


def _from_xml(raw: bytes) -> Mapping[str, Any]:
    root = read_xml(raw if raw.startswith(_UTF_16) else raw.removeprefix(codecs.BOM_UTF8).lstrip())
    if root.tag.startswith(_CDA):
        raise InboundRefused(
            "open_by_hand",
            "This is a message in CDA, as NHS 111 sends referrals. It is not read here: open it by hand, now, in the system that it came to, "
            "and key what it says. It may be urgent.",
        )
    if not root.tag.startswith(f"{{{FHIR}}}"):
        raise InboundRefused("not_readable", "This is XML, but no FHIR.")
    return _resource(root)


def read_xml(raw: bytes) -> Element:
    """XML with nothing loaded from outside it. Raises ``InboundRefused``, and ``ExtraMissing`` without lxml."""
    try:
        return xml_in.read_xml(raw)
    except xml_in.XMLRefused as refused:
        raise InboundRefused("not_readable", f"This cannot be read as XML: {refused}.") from None


def _resource(element: Element) -> dict[str, Any]:
    return {"resourceType": _local(element), **_parts(element)}


def _parts(element: Element) -> dict[str, Any]:
    """What an element holds, as JSON holds it: of a text with extensions of its own these stand beside it, under its name and ``_``.

    Words that stand where FHIR has none (between elements, in attributes of no meaning) are kept too, so that none are passed over.
    """
    parts: dict[str, Any] = {}
    loose = [element.text]
    for child in element:
        name = _local(child)
        value = child.get("value")
        parts.setdefault(name, []).append(_part(child, value))
        if value is not None and (len(child) or child.text or len(child.attrib) > 1):
            parts.setdefault(f"_{name}", []).append(_parts(child))
        loose.append(child.tail)
    for name, value in element.attrib.items():
        if name != "value":
            parts.setdefault(name, value)
    words = [text for text in loose if text and not text.isspace()]
    return parts | {"between elements": words} if words else parts


def _part(element: Element, value: str | None) -> Any:
    if element.tag == f"{{{XHTML}}}div":
        return xml_in.as_text(element)  # a narrative, which is text in JSON as well
    if _local(element) in ("resource", "contained") and len(element) == 1:
        return _resource(element[0])
    return value if value is not None else _parts(element)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
