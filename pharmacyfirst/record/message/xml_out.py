"""XML as the message writer writes it: nodes with values or children, the data types of FHIR that recur, and lxml."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from pharmacyfirst.errors import ExtraMissing
from pharmacyfirst.record import codes
from pharmacyfirst.record.codes import Code

FHIR = "http://hl7.org/fhir"


def xml_library() -> Any:
    """lxml's etree, or ``ExtraMissing`` with what to install."""
    try:
        from lxml import etree
    except ImportError:
        raise ExtraMissing("record", "a GP message") from None
    return etree


# Text becomes a value, a list becomes children; an extension holds its address and its children.
Node = tuple[str, Any]


def bundle(nodes: Iterable[Node | None], pretty: bool = True) -> bytes:
    """A FHIR Bundle of these nodes as bytes of XML, in UTF-8. Raises ``ExtraMissing`` without lxml."""
    etree = xml_library()
    parts = [f'<Bundle xmlns="{FHIR}">']
    _write(nodes, parts)
    parts.append("</Bundle>")
    # lxml reads what was written before it leaves: text that is not XML stops here. To build the tree element by element takes four times as long.
    root = etree.fromstring("".join(parts))
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=pretty))


def _write(nodes: Iterable[Node | None], parts: list[str]) -> None:
    """Write nodes as XML: text becomes a value, a list becomes children, and None is left out."""
    for node in nodes:
        if node is None:
            continue
        name, held = node
        if held.__class__ is str:
            parts.append(f'<{name} value="{_escaped(held)}"/>')
            continue
        if name == "extension":
            url, held = held
            parts.append(f'<extension url="{url}">')
        else:
            parts.append(f"<{name}>")
        _write(held, parts)
        parts.append(f"</{name}>")


_NEEDS_CARE = re.compile(r'[&<>"\n\t\r]')
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}


def _escaped(text: str) -> str:
    return _NEEDS_CARE.sub(lambda found: _ESCAPED[found[0]], text)


# Pieces


def meta(profile: str, at: str | None = None, version: str | None = None, heading: str = "") -> Node:
    """Profile, version and heading of a resource."""
    url = profile if "/" in profile else codes.NHS_PROFILE + profile
    tag = Code(codes.HEADINGS, heading, codes.HEADING[heading]) if heading else None
    parts: list[Node | None] = [
        ("versionId", version) if version else None,
        ("lastUpdated", at) if at else None,
        ("profile", url),
        ("tag", coding(tag)) if tag else None,
    ]
    return "meta", parts


def entry(id: str, resource: str, nodes: Sequence[Node | None]) -> Node:
    """A resource in a bundle, under the address that its id gives."""
    return "entry", [("fullUrl", f"urn:uuid:{id}"), ("resource", [(resource, nodes)])]


def identifier(system: str, value: str) -> Node:
    """An identifier and its system."""
    return "identifier", [("system", system), ("value", value)]


def coding(code: Code) -> list[Node]:
    """A code with its system and its words."""
    return [("system", code.system), ("code", code.code), ("display", code.display)]


def concept(name: str, code: Code) -> Node:
    """An element that holds one code and says it in words too."""
    return name, [("coding", coding(code)), ("text", code.display)]


def quantity(value: str, unit: Code) -> list[Node]:
    """An amount and its coded unit."""
    return [("value", value), ("unit", unit.display), ("system", unit.system), ("code", unit.code)]


def measured(value: str, unit: Code) -> Node:
    """The value of an observation."""
    return "valueQuantity", quantity(value, unit)


def telephone(number: str | None) -> Node | None:
    """A telephone number; None where there is none."""
    return ("telecom", [("system", "phone"), ("value", number)]) if number else None


def address(lines: Sequence[str], postcode: str | None) -> Node | None:
    """An address; None where nothing of it is known."""
    parts: list[Node] = [("line", line) for line in lines]
    if postcode:
        parts.append(("postalCode", postcode))
    return ("address", parts) if parts else None


def instant(at: datetime | date) -> str:
    """A day or moment as FHIR writes it."""
    return at.isoformat()
