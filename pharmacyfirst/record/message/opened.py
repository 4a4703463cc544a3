"""A message opened for checking: its header, document and resources, and what is asked of an element.

Nothing here looks beyond the message. Paths are names of elements, ``meta/profile`` for instance; a value is the attribute ``value``.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from pharmacyfirst.record import codes
from pharmacyfirst.xml_in import Element

F = "{http://hl7.org/fhir}"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a message: the id of the rule, the place, and the words."""

    rule: str
    place: str
    says: str

    def __str__(self) -> str:
        return f"{self.rule} {self.place}: {self.says}"


class OpenedMessage:
    """A message as the rules read it: header, document, composition, and the resources by type and by address."""

    def __init__(self, root: Element, size: int, address: str | None = None):
        self.root, self.size, self.address = root, size, address
        self.envelope = list(entries_of(root))
        self.header = first_of(self.envelope, "MessageHeader")
        self.document = first_of(self.envelope, "Bundle")
        self.payload = list(entries_of(self.document)) if self.document is not None else []
        self.resources = {url: resource for url, resource in (*self.envelope, *self.payload) if url}
        self.composition = first_of(self.payload, "Composition")
        self.patient = first_of(self.payload, "Patient")
        self.encounter = first_of(self.payload, "Encounter")

    def of(self, *types: str) -> list[Element]:
        """The resources of the document that are of these types."""
        return [resource for _, resource in self.payload if name_of(resource) in types]


Found = Iterator[tuple[str, str]]
Check = Callable[[OpenedMessage], Found]


@dataclass(frozen=True, slots=True)
class GuideRule:
    """A rule of the guide: its id, which stays, what it asks, and the check."""

    id: str
    says: str
    found: Check


def kept_in(rules: list[GuideRule]) -> Callable[[str, str], Callable[[Check], Check]]:
    """A decorator that keeps a check in a list, under the id of its rule and what the rule asks."""

    def rule(id: str, says: str) -> Callable[[Check], Check]:
        def kept(check: Check) -> Check:
            rules.append(GuideRule(id, says, check))
            return check

        return kept

    return rule


# What is asked of an element


def name_of(element: Element) -> str:
    """The name of an element, without its namespace."""
    return str(element.tag).rpartition("}")[2]


def entries_of(bundle: Element) -> Iterator[tuple[str, Element]]:
    """The resources of a bundle, each with its full URL."""
    for entry in bundle.findall(f"{F}entry"):
        resource = entry.find(f"{F}resource")
        if resource is not None and len(resource):
            yield at(entry, "fullUrl"), resource[0]


def first_of(entries: Iterable[tuple[str, Element]], name: str) -> Element:
    """The first resource of this type, or None."""
    return next((resource for _, resource in entries if name_of(resource) == name), None)


def at(element: Element, path: str) -> str:
    """The value at a path of element names; nothing where there is none."""
    if element is None:
        return ""
    found = element.find(_in_full(path))
    return "" if found is None else str(found.get("value", ""))


def all_at(element: Element, path: str) -> list[Element]:
    """The elements at a path of element names."""
    return [] if element is None else list(element.findall(_in_full(path)))


@lru_cache(maxsize=1024)
def _in_full(path: str) -> str:
    """A path with the namespace of each of its names."""
    return "/".join(F + part for part in path.split("/"))


def codes_of(resource: Element, path: str) -> list[tuple[str, str]]:
    """The codes of the concepts at a path, each with its system."""
    return [(at(one, "system"), at(one, "code")) for one in all_at(resource, f"{path}/coding")]


def pair(code: codes.Code) -> tuple[str, str]:
    """A code of ours as ``codes_of`` gives those of a message."""
    return code.system, code.code


def headings_of(resource: Element) -> list[str]:
    """The headings that a resource stands under."""
    return [at(one, "code") for one in all_at(resource, "meta/tag") if at(one, "system") == codes.HEADINGS]


def day_in(text: str) -> date | None:
    """The day of a date or a time; None where it is neither."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def number_in(text: str) -> Decimal | None:
    """The number that a text is, or None."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def moment_in(text: str) -> datetime | None:
    """The moment that a text is, if it says how far it is from UTC; otherwise None."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.utcoffset() is not None else None
