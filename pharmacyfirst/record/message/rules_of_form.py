"""The rules for the message as a whole: its envelope, ids, profiles, references, codes and times. Each is broken once by a test."""

import re

from pharmacyfirst.kernel.identifiers import WrongIdentifier, snomed_code
from pharmacyfirst.record import codes
from pharmacyfirst.record.fields import UUID_IN_SMALL
from pharmacyfirst.record.message.opened import (
    F,
    Found,
    GuideRule,
    OpenedMessage,
    all_at,
    at,
    kept_in,
    moment_in,
    name_of,
    pair,
)
from pharmacyfirst.record.message.profile_table import ALLOWED
from pharmacyfirst.xml_in import Element

RULES: list[GuideRule] = []
rule = kept_in(RULES)


MOST_BYTES = 5_000_000
_MARKUP = re.compile(r"</?[A-Za-z][^>]*>|&[a-z]+;|&#[0-9]+;")


@rule("UR-01", "a message bundle holds a header, the sender and one document, the header first")
def _three_entries(message: OpenedMessage) -> Found:
    names = [name_of(resource) for _, resource in message.envelope]
    if at(message.root, "type") != "message" or names != ["MessageHeader", "Organization", "Bundle"]:
        yield "Bundle", "is not a message of MessageHeader, Organization and Bundle, in that order"
    elif at(message.document, "type") != "document":
        yield "Bundle", "the bundle inside is not a document"


@rule("UR-02", "the event is ITK014M, ITK Update Record")
def _event(message: OpenedMessage) -> Found:
    event = message.header.find(f"{F}event") if message.header is not None else None
    if (at(event, "system"), at(event, "code"), at(event, "display")) != (codes.MESSAGE_EVENTS, *codes.EVENT):
        yield "MessageHeader.event", f"is not {codes.EVENT[0]} of its code system"


def _handling(message: OpenedMessage) -> dict[str, Element]:
    parts = all_at(message.header, "extension")
    handling = next((one for one in parts if one.get("url") == codes.MESSAGE_HANDLING), None)
    return {one.get("url"): one[0] for one in all_at(handling, "extension") if len(one)}


@rule("UR-03", "message handling has its six parts, and both acknowledgements are asked for")
def _six_parts(message: OpenedMessage) -> Found:
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
def _recipient(message: OpenedMessage) -> Found:
    parts = _handling(message)
    kind = parts.get("RecipientType")
    if kind is not None and (at(kind, "system"), at(kind, "code")) != pair(codes.FOR_INFORMATION):
        yield "MessageHeader.extension", "RecipientType is not FI of its code system"
    reference = parts.get("SenderReference")
    if reference is not None and not 0 < len(reference.get("value", "")) <= 255:
        yield "MessageHeader.extension", "SenderReference has not 1 to 255 characters"


@rule("UR-05", "the header names its sender, its mailbox and the document it brings")
def _header_points(message: OpenedMessage) -> Found:
    for name, wanted in (("sender", "Organization"), ("focus", "Bundle")):
        target = message.resources.get(at(message.header, f"{name}/reference"))
        if target is None or name_of(target) != wanted:
            yield f"MessageHeader.{name}", f"does not point to the {wanted} of the message"
    if not at(message.header, "source/endpoint"):
        yield "MessageHeader.source", "names no mailbox"


@rule("UR-06", "every id is a UUID in small letters, stands once, and is the end of its address")
def _ids(message: OpenedMessage) -> Found:
    entries = [*message.envelope, *message.payload]
    ids = [at(message.root, "id"), *(at(resource, "id") for _, resource in entries)]
    for id, (url, resource) in zip(ids[1:], entries, strict=True):
        if url != f"urn:uuid:{id}":
            yield name_of(resource), "its address is not urn:uuid: and its id"
    if any(not re.fullmatch(UUID_IN_SMALL, id) for id in ids):
        yield "Bundle", "an id is not a UUID in small letters"
    if len(set(ids)) != len(ids):
        yield "Bundle", "an id stands twice"


@rule("UR-07", "only the profiles of the guide, each on its own type and alone")
def _whitelist(message: OpenedMessage) -> Found:
    named = {"Organization": "sender", "Bundle": "document"}
    outer = [(named.get(name_of(resource), name_of(resource)), resource) for _, resource in message.envelope]
    inner = [(name_of(resource), resource) for _, resource in message.payload]
    for key, resource in (("message", message.root), *outer, *inner):
        profiles = [one.get("value") for one in all_at(resource, "meta/profile")]
        if key not in ALLOWED or profiles != [ALLOWED[key]]:
            yield name_of(resource), "has not the one profile that a message allows; the whole message would be refused"


ONCE = ("Encounter", "Organization", "Patient")


@rule("UR-08", "a document begins with its Composition and has what every consultation has")
def _contents(message: OpenedMessage) -> Found:
    names = [name_of(resource) for _, resource in message.payload]
    if names[:1] != ["Composition"]:
        yield "Bundle", "the Composition is not the first resource of the document"
    for name in (*ONCE, "Composition"):
        if names.count(name) != 1:
            yield "Bundle", f"has not exactly one {name}"
    for name in ("Practitioner", "ClinicalImpression"):
        if name not in names:
            yield "Bundle", f"has no {name}"


@rule("UR-09", "every reference is to something in the message, and one section names every resource")
def _references(message: OpenedMessage) -> Found:
    for one in message.root.iter(f"{F}reference"):
        value = one.get("value", "")
        if value != codes.MESSAGE_DEFINITION and value not in message.resources:
            yield name_of(one.getparent()), "points to nothing in the message"
    if len(all_at(message.composition, "section")) != 1:
        yield "Composition.section", "is not there exactly once"
    named = {at(one, "reference") for one in all_at(message.composition, "section/entry")}
    for url, resource in message.payload:
        if url not in named and resource is not message.composition:
            yield name_of(resource), "is not named by the section"


@rule("UR-10", "no text that is marked up: no section text, no narrative, no HTML in words")
def _no_markup(message: OpenedMessage) -> Found:
    if all_at(message.composition, "section/text"):
        yield "Composition.section.text", "may not be here"
    for _, resource in (*message.envelope, *message.payload):
        if next(resource.iter("{*}div"), None) is not None:
            yield name_of(resource), "has a narrative"
    for name in ("summary", "text", "patientInstruction", "display", "title"):
        if any(_MARKUP.search(one.get("value") or "") for one in message.root.iter(f"{F}{name}")):
            yield name, "holds HTML"


@rule("UR-11", "the Composition has its encounter, identifier, title, author and date")
def _composition(message: OpenedMessage) -> Found:
    for path in ("identifier/system", "identifier/value", "encounter/reference", "author/reference", "title", "date"):
        if not at(message.composition, path):
            yield f"Composition.{path.replace('/', '.')}", "is missing"
    if at(message.composition, "status") != "final":
        yield "Composition.status", "is not final"


@rule("UR-19", "every SNOMED CT and dm+d code has a right check digit")
def _check_digits(message: OpenedMessage) -> Found:
    for system in message.root.iter(f"{F}system"):
        parent = system.getparent()
        if system.get("value") in (codes.SNOMED, codes.DMD) and parent.find(f"{F}code") is not None:
            try:
                snomed_code(at(parent, "code"))
            except WrongIdentifier as wrong:
                yield name_of(parent.getparent()), str(wrong)


@rule("UR-20", "every code is shown with its words")
def _displays(message: OpenedMessage) -> Found:
    for name in ("coding", "valueCoding", "event", "tag"):
        for one in message.root.iter(f"{F}{name}"):
            if not (at(one, "system") and at(one, "code") and at(one, "display")):
                yield name_of(one.getparent()), "a code lacks its system, its code or its words"


@rule("UR-28", "a message is smaller than 5 MB")
def _small(message: OpenedMessage) -> Found:
    if message.size >= MOST_BYTES:
        yield "Bundle", "is 5 MB or more, which receivers refuse"


@rule(
    "UR-30",
    "a replacement names what it replaces, which is not itself, and has a later version; a first message neither",
)
def _replacement(message: OpenedMessage) -> Found:
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
def _no_labels(message: OpenedMessage) -> Found:
    if any(True for _ in message.root.iter(f"{F}security")):
        yield "meta.security", "may not be here"


TIMES = ("timestamp", "lastUpdated", "start", "end", "issued", "effectiveDateTime", "whenHandedOver")


@rule("UR-35", "every time says how far it is from UTC, and nothing happened after the message was written")
def _times(message: OpenedMessage) -> Found:
    written = moment_in(at(message.header, "timestamp"))
    for name in TIMES:
        for one in message.root.iter(f"{F}{name}"):
            moment = moment_in(one.get("value") or "")
            if moment is None:
                yield name, "is no time with its distance from UTC"
            elif written is not None and moment > written:
                yield name, "is later than the message"
