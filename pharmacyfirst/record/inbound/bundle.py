"""A FHIR bundle that may not be quite FHIR: read from JSON or XML into dicts and lists, and asked without assuming a shape.

Where one thing stands in place of a list, text in place of a number, or nothing at all, asking gives what there is. Nothing outside the
message is ever loaded.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pharmacyfirst import exact, xml_in
from pharmacyfirst.errors import PharmacyFirstError, Refused
from pharmacyfirst.kernel.questions import read_day
from pharmacyfirst.xml_in import MOST_BYTES, Element

NOTHING_TAKEN = "Nothing was taken from it, and what it may hold is not known."


class InboundRefused(PharmacyFirstError, ValueError):
    """A message that is not taken: ``code`` stays, the words say why. ``about`` is the referrer's own id, so that it can be closed.

    Codes: ``not_readable``, ``not_a_referral``, ``not_a_record``, ``withdrawn_use_case``, ``other_use_case``, ``revoked``,
    ``not_active``, ``no_performer``, ``no_patient``, ``other_patient``.
    """

    def __init__(self, code: str, why: str, about: str | None = None):
        super().__init__(f"{why} {NOTHING_TAKEN}")
        self.code = code
        self.about = about

    # Exceptions are copied and pickled by calling the class with ``args``, which is the finished message alone.
    def __reduce__(self) -> "tuple[type[InboundRefused], tuple[str, str, str | None]]":
        return type(self), (self.code, str(self).removesuffix(f" {NOTHING_TAKEN}"), self.about)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in the source that was not read, or that does not fit, and why. Never what it says of the patient."""

    entry: str
    why: str


# The bundle itself, as dicts and lists, whatever it was written in.


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
        return shown_id(self.id or self.url.removeprefix("urn:uuid:").rpartition("/")[2])

    @property
    def entry(self) -> str:
        """Its type and id, for instance ``AllergyIntolerance/5eb0f76a``."""
        return f"{self.type}/{self.name or 'without an id'}"


class Bundle:
    """The resources of a bundle, contained ones included, and what refers to what."""

    def __init__(self, body: Mapping[str, Any]):
        self.body = body
        self.id = next(texts(body, "id"), None)
        self.skipped: list[Skipped] = []
        self.resources: list[Resource] = []
        for number, entry in enumerate(everything(body, "entry"), 1):
            inner = first(entry, "resource")
            if not isinstance(inner, Mapping) or not isinstance(inner.get("resourceType"), str):
                self.skipped.append(Skipped(f"entry {number}", "it holds no resource"))
                continue
            self._add(inner, next(texts(entry, "fullUrl"), ""), None)
        self._by_name: dict[str, Resource | None] = {}
        for one in self.resources:
            for name in dict.fromkeys(_names(one)):
                if name in self._by_name:
                    self.skipped.append(
                        Skipped(one.entry, "two entries have one name, so what refers to it leads nowhere")
                    )
                self._by_name[name] = None if name in self._by_name else one

    def _add(self, body: Mapping[str, Any], url: str, within: Resource | None) -> None:
        one = Resource(body["resourceType"], next(texts(body, "id"), None), url, body, within)
        self.resources.append(one)
        for inner in everything(body, "contained"):
            if isinstance(inner, Mapping) and isinstance(inner.get("resourceType"), str):
                self._add(inner, "", one)

    def of_type(self, kind: str) -> Iterator[Resource]:
        """The resources of a type, in the bundle's order."""
        return (one for one in self.resources if one.type == kind)

    def resolve(self, reference: str, place: Resource) -> Resource | None:
        """What a reference at a place leads to; None where it leads nowhere."""
        if reference.startswith("#"):
            outer = place.within or place
            inside = (one for one in self.resources if one.within is outer and one.id == reference[1:])
            return next(inside, None)
        found = self._by_name.get(reference)
        if found is None and "/" in reference:
            kind, _, id_ = reference.partition("/_history/")[0].rpartition("/")
            found = self._by_name.get(f"{kind.rpartition('/')[2]}/{id_}")
        return found


def _names(one: Resource) -> Iterator[str]:
    if one.within is not None:
        return
    if one.url:
        yield one.url
    if one.id:
        yield f"{one.type}/{one.id}"
        yield f"urn:uuid:{one.id}"


def read_bundle(raw: bytes, refusal: str) -> Bundle:
    """The bundle in a message, as JSON or XML. Raises ``InboundRefused``: ``refusal`` is the code for FHIR that is no bundle.

    Without lxml, XML raises ``ExtraMissing``: nothing is wrong with the message.
    """
    if len(raw) > MOST_BYTES:
        raise InboundRefused("not_readable", f"This holds more than {MOST_BYTES // 1_000_000} MB.")
    text = raw.removeprefix(b"\xef\xbb\xbf").lstrip()
    body = _from_xml(text) if text.startswith(b"<") else _from_json(text)
    kind = body.get("resourceType")
    if kind == "OperationOutcome":
        raise InboundRefused(refusal, "The system that was asked answered with an error, not with a record.")
    if kind != "Bundle":
        raise InboundRefused(refusal, f"This is no FHIR bundle: it is {shown_id(str(kind)) or 'something else'}.")
    return Bundle(body)


def _from_json(raw: bytes) -> Mapping[str, Any]:
    try:
        body = exact.read(raw, most_bytes=MOST_BYTES)
    except Refused:
        raise InboundRefused("not_readable", "This can be read neither as JSON nor as XML.") from None
    if not isinstance(body, dict):
        raise InboundRefused("not_readable", "This is no FHIR: it is not one JSON object.")
    return body


FHIR = "http://hl7.org/fhir"
XHTML = "http://www.w3.org/1999/xhtml"


def _from_xml(raw: bytes) -> Mapping[str, Any]:
    root = read_xml(raw)
    if not root.tag.startswith(f"{{{FHIR}}}"):
        raise InboundRefused(
            "not_readable",
            "This is XML, but no FHIR. A message of NHS 111 in CDA is for reading, not for taking anything from.",
        )
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
    parts: dict[str, Any] = {name: value for name, value in element.attrib.items() if name in ("url", "id")}
    for child in element:
        parts.setdefault(_local(child), []).append(_part(child))
    return parts


def _part(element: Element) -> Any:
    if element.tag == f"{{{XHTML}}}div":
        return element  # a narrative: its tables are read from the tree
    if _local(element) in ("resource", "contained") and len(element) == 1:
        return _resource(element[0])
    value = element.get("value")
    return value if value is not None else _parts(element)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


# Asking a tree that may hold one thing where many are due, text where a number is due, or nothing.


def everything(node: Any, *path: str) -> Iterator[Any]:
    """Everything a path of names leads to; lists on the way are gone through, and what does not fit is passed over."""
    if isinstance(node, list):
        for one in node:
            yield from everything(one, *path)
    elif not path:
        if node is not None:
            yield node
    elif isinstance(node, Mapping):
        yield from everything(node.get(path[0]), *path[1:])


def first(node: Any, *path: str) -> Any:
    """The first thing a path leads to, or None."""
    return next(everything(node, *path), None)


def texts(node: Any, *path: str) -> Iterator[str]:
    """The texts at the end of a path; numbers and truth values as they are written."""
    for one in everything(node, *path):
        if isinstance(one, bool):
            yield "true" if one else "false"
        elif isinstance(one, str | int | Decimal) and str(one).strip():
            yield str(one).strip()


def codes_of(body: Mapping[str, Any], name: str) -> Iterator[str]:
    """The codes of a status, which is a code in STU3 and a concept in R4."""
    yield from (text.lower() for text in texts(body, name))
    yield from (text.lower() for text in texts(body, name, "coding", "code"))


def words_of(concept: Any) -> tuple[str, tuple[str, ...]]:
    """A concept's words, each once, and its codes."""
    words = [*texts(concept, "coding", "display"), *texts(concept, "text")]
    for extension in everything(concept, "coding", "extension", "extension"):
        if next(texts(extension, "url"), "") == "DescriptionDisplay":
            words += texts(extension, "valueString")
    return tidy("; ".join(dict.fromkeys(words))), tuple(dict.fromkeys(texts(concept, "coding", "code")))


def tidy(text: str) -> str:
    """Text without empty lines and needless blanks; some senders write a line break as a backslash and an n."""
    lines = [" ".join(line.split()) for line in text.replace("\\n", "\n").splitlines()]
    return "\n".join(line for line in lines if line)


def shown_id(name: str) -> str:
    """An id or code that is safe to repeat; anything else is not shown, for it could tell who the patient is."""
    plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9./#_-]{0,80}", name) is not None
    return name if plain and not re.search(r"(?<![0-9a-f])[0-9]{10}(?![0-9a-f-])", name) else ""


def day_of(text: str) -> date | None:
    """The day of a date or a time; None for a month or a year alone."""
    return read_day(text[:10]) if len(text) == 10 or text[10:11] == "T" else None


def moment_of(text: str) -> datetime | date | None:
    """The moment of a date and time, the day of a date, or None. Fractions finer than a microsecond are cut off."""
    if len(text) > 10:
        try:
            return datetime.fromisoformat(re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text))
        except ValueError:
            return day_of(text)
    return day_of(text)


def as_day(when: datetime | date) -> date:
    """The day of a moment."""
    return when.date() if isinstance(when, datetime) else when
