"""Is this an Update Record message that a GP system can take? XML schema, profile table, and the guide's own rules.

``check`` gives every problem with the id of its rule and the place. Nothing it says repeats a value of the message, so that it can be
logged. It reads only what ships with the package, and is not NHS England's validator: that is for assurance.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from pharmacyfirst.errors import PharmacyFirstError, taking
from pharmacyfirst.record.message import rules_of_findings, rules_of_form, rules_of_people
from pharmacyfirst.record.message.opened import F, GuideRule, OpenedMessage, Problem, name_of
from pharmacyfirst.record.message.profile_table import SCHEMA, against_profile
from pharmacyfirst.record.message.xml_out import xml_library
from pharmacyfirst.xml_in import Element, XMLRefused
from pharmacyfirst.xml_in import read_xml as read_any_xml

XSD, PROFILE = "XSD", "PROFILE"
# Four times what a receiver takes is still read, so that the rule on the size can say so.
MOST_READ = 4 * rules_of_form.MOST_BYTES

RULES: Mapping[str, GuideRule] = MappingProxyType(
    {
        one.id: one
        for one in sorted(
            (*rules_of_form.RULES, *rules_of_people.RULES, *rules_of_findings.RULES), key=lambda rule: rule.id
        )
    }
)


class NotAMessage(PharmacyFirstError, ValueError):
    """This cannot be read as XML at all, or is not one message; nothing was checked."""


@taking(message=bytes, address=str | None)
def check(message: bytes, address: str | None = None) -> list[Problem]:
    """Every problem of a message, all layers; none where it passes. ``address`` is the MESH address it would be sent to.

    Raises ``NotAMessage`` where it cannot be read, and ``ExtraMissing`` without lxml.
    """
    return check_tree(read_xml(message), len(message), address)


def read_xml(message: bytes) -> Element:
    """The tree of a message, read with no network and no entities. Raises ``NotAMessage``, and ``ExtraMissing`` without lxml."""
    try:
        root = read_any_xml(message, MOST_READ)
    except XMLRefused as refused:
        raise NotAMessage(f"This cannot be read as a message: {refused}. Nothing was checked.") from None
    if root.tag != f"{F}Bundle":
        raise NotAMessage("This is not a FHIR Bundle. Nothing was checked.")
    return root


def check_tree(root: Element, size: int, address: str | None = None) -> list[Problem]:
    """``check`` for what is already read; ``size`` is its length in bytes."""
    message = OpenedMessage(root, size, address)
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


def _against_schema(root: Element) -> Iterator[Problem]:
    schema = _schema()
    if not schema.validate(root):
        for error in schema.error_log:  # its own words quote values, which may tell who the patient is
            yield Problem(XSD, _where(root, error.line), f"does not fit the FHIR schema ({error.type_name})")


def _where(root: Element, line: int) -> str:
    found = next((one for one in root.iter() if one.sourceline == line), None)
    return f"line {line}" if found is None else f"line {line}, {name_of(found)}"
