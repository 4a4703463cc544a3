"""What the NHS profiles add to FHIR, checked on a message by our own table of their facts.

Present, absent, how many, fixed values, codes of required lists, slices, what a reference may point to. The XML schema has seen to the
rest before. Nothing that is said of a problem repeats a value of the message.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pharmacyfirst import exact
from pharmacyfirst.record.codes import COMPOSITION_PROFILE, MESSAGE_HANDLING, NHS_PROFILE, NUMBER_VERIFICATION
from pharmacyfirst.record.message.opened import F, at, name_of
from pharmacyfirst.xml_in import Element

TABLE = Path(__file__).parent / "schema" / "profiles.json"
SCHEMA = Path(__file__).parent / "schema" / "fhir-single.xsd"

# Each type of resource in a message with the only profile it may have; one other profile and the whole message is refused (20009).
ALLOWED = {
    "message": f"{NHS_PROFILE}ITK-Message-Bundle-1",
    "document": f"{NHS_PROFILE}ITK-Document-Bundle-1",
    "sender": f"{NHS_PROFILE}CareConnect-ITK-Header-Organization-1",
    "MessageHeader": f"{NHS_PROFILE}ITK-MessageHeader-2",
    "Composition": COMPOSITION_PROFILE,
    **{
        name: f"{NHS_PROFILE}CareConnect-GPC-{name}-1"
        for name in (
            "Encounter", "Organization", "Practitioner", "PractitionerRole", "Patient", "ClinicalImpression", "Condition",
            "Observation", "MedicationDispense",
        )
    },
}  # fmt: skip
EXTENSIONS = (MESSAGE_HANDLING, NUMBER_VERIFICATION)

# The place, and what is wrong there.
Wrong = tuple[str, str]


@cache
def table() -> dict[str, Any]:
    """The facts of every profile, by its address."""
    found: dict[str, Any] = exact.read(TABLE.read_bytes())
    return found


def against_profile(resource: Element, resources: dict[str, Element]) -> Iterator[Wrong]:
    """Where a resource is not what its profile says: the place, and what is wrong. ``resources`` maps full URLs to resources."""
    for profile in resource.findall(f"{F}meta/{F}profile"):
        known = table().get(profile.get("value"))
        if known is not None and resource.tag == F + known["type"]:
            yield from _element(resource, known["root"], name_of(resource), resources)


def _element(element: Element, node: dict[str, Any], where: str, resources: dict[str, Element]) -> Iterator[Wrong]:
    value = element.get("value")
    if "fixed" in node and value is not None and value != node["fixed"]:
        yield where, f"is always {node['fixed']}"
    if "codes" in node and not _is_listed(element, node["codes"]):
        yield where, "has a code that its list does not hold"
    if "targets" in node:
        yield from _target(element, node["targets"], where, resources)
    there: dict[Any, list[Element]] = {}
    for one in element:
        there.setdefault(one.tag, []).append(one)
    for kind in _kinds_of(node):
        found = there.get(kind.tag, []) if kind.tag else _of_any_type(element, kind.name)
        if found or kind.needed:  # of most that may stand in an element nothing does
            yield from _children(found, kind, where, resources)


@dataclass(frozen=True, slots=True)
class _Kind:
    """The children of one name in a node of the table: without a slice, and by slices. ``tag`` is empty for a name such as ``value[x]``.

    ``needed``: where there are none of them, something is missing.
    """

    name: str
    tag: str
    base: dict[str, Any] | None
    slices: tuple[dict[str, Any], ...]
    needed: bool


# What was sorted, by the id of the node, which is kept beside it.
_SORTED: dict[int, tuple[dict[str, Any], tuple[_Kind, ...]]] = {}


def _kinds_of(node: dict[str, Any]) -> tuple[_Kind, ...]:
    """The children of a node by name, sorted once, as many elements of many messages are judged by it."""
    kept = _SORTED.get(id(node))
    if kept is None:
        kept = _SORTED[id(node)] = node, tuple(_sorted(node))
    return kept[1]


def _sorted(node: dict[str, Any]) -> Iterator[_Kind]:
    names: dict[str, list[dict[str, Any]]] = {}
    for kid in node.get("kids", ()):
        names.setdefault(kid["name"], []).append(kid)
    for name, kids in names.items():
        slices = tuple(kid for kid in kids if "slice" in kid)
        if name not in ("id", "url") and (name != "extension" or any(kid["slice"] for kid in slices)):
            base = next((kid for kid in kids if "slice" not in kid), None)
            tag = "" if name.endswith("[x]") else F + name
            needed = any(kid.get("min", 0) > 0 for kid in (*slices, base or {}))
            yield _Kind(name, tag, base, slices, needed)


def _children(found: list[Element], kind: _Kind, where: str, resources: dict[str, Element]) -> Iterator[Wrong]:
    base, slices, place = kind.base, kind.slices, f"{where}.{kind.name}"
    if base is not None:
        yield from _count(len(found), base, place)
    counted = dict.fromkeys((kid["slice"] for kid in slices), 0)
    for one in found:
        # NHS profiles write value[x] as one slice without a base.
        kid = slices[0] if base is None and slices else next((s for s in slices if _fits(one, s, base)), None)
        if kid is not None:
            counted[kid["slice"]] += 1
            yield from _element(one, kid, f"{place}:{kid['slice']}", resources)
            if kid.get("urls"):
                yield from _extension(one, kid["urls"], place, resources)
        elif base is not None:
            if base.get("closed"):
                yield place, "is none of those that may stand here"
            yield from _element(one, base, place, resources)
    for kid in slices:
        yield from _count(counted[kid["slice"]], kid, f"{place}:{kid['slice']}")


def _of_any_type(element: Element, name: str) -> list[Element]:
    start = F + name.removesuffix("[x]")
    return [
        one for one in element if str(one.tag).startswith(start) and str(one.tag)[len(start) : len(start) + 1].isupper()
    ]


def _count(found: int, node: dict[str, Any], place: str) -> Iterator[Wrong]:
    least, most = node.get("min", 0), node.get("max", "*")
    if found < least:
        yield place, "is missing" if least == 1 else f"is needed {least} times"
    if most != "*" and found > int(most):
        yield place, "may not be here" if most == "0" else f"may be here {most} times at most"


def _fits(element: Element, kid: dict[str, Any], base: dict[str, Any] | None) -> bool:
    """Whether an element belongs to a slice: by the address of an extension, or by the fixed value of what tells slices apart."""
    if element.get("url") is not None:
        fixed = next((one["fixed"] for one in kid.get("kids", ()) if one["name"] == "url" and "fixed" in one), None)
        return element.get("url") in (*kid.get("urls", ()), fixed)
    told = False
    for path in (base or {}).get("by") or ["system"]:
        node: dict[str, Any] | None = kid
        found = element
        for part in path.replace("resolve()", "").split("."):
            node = next((one for one in (node or {}).get("kids", ()) if one["name"] == part), None)
            found = found.find(F + part) if found is not None else None
        if node is None or "fixed" not in node:
            continue
        if found is None or found.get("value") != node["fixed"]:
            return False
        told = True
    return told


def _extension(element: Element, urls: list[str], place: str, resources: dict[str, Element]) -> Iterator[Wrong]:
    for url in urls:
        if url in table():
            yield from _element(element, table()[url]["root"], place, resources)


def _is_listed(element: Element, pairs: list[list[str]]) -> bool:
    if element.get("value") is not None:
        return any(code == element.get("value") for _, code in pairs)
    codings = element.findall(F + "coding") or ([element] if element.find(F + "code") is not None else [])
    given = [[at(one, "system"), at(one, "code")] for one in codings]
    return not given or any(pair in pairs for pair in given)


def _target(element: Element, targets: list[str], where: str, resources: dict[str, Element]) -> Iterator[Wrong]:
    target = resources.get(at(element, "reference"))
    if target is not None and name_of(target) not in targets:
        yield where, f"points to {name_of(target)}, and may point to {' or '.join(targets)}"
