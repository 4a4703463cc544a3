"""Writes ``profiles.json`` from the profiles' snapshots: ``python -m pharmacyfirst.record.message.schema.derive FHIR_FOLDER``.

Only what a profile adds to the base is kept: the schema sees to the rest. FHIR_FOLDER holds ``profiles/stu3`` and ``valuesets``; a test
compares what comes out with what is shipped.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pharmacyfirst.record.message.opened import F, at, name_of
from pharmacyfirst.record.message.profile_table import ALLOWED, EXTENSIONS, TABLE
from pharmacyfirst.xml_in import Element, read_xml

MOST_CODES = 60


def derived(fhir: Path) -> dict[str, Any]:
    """The table: for each profile of a message its type, and the tree of what it adds."""
    definitions = [_root(path) for path in sorted((fhir / "profiles" / "stu3").glob("*.xml"))]
    wanted = {*ALLOWED.values(), *EXTENSIONS}
    types = {at(one, "url"): at(one, "type") for one in definitions}
    codes = dict(_code_systems(fhir))
    sets = dict(_value_sets(fhir, codes))
    return {
        at(one, "url"): {"type": at(one, "type"), "root": _tree(one, types, sets)}
        for one in definitions
        if at(one, "url") in wanted
    }


def _root(path: Path) -> Element:
    return read_xml(path.read_bytes(), most_bytes=100_000_000)


def _code_systems(fhir: Path) -> Iterator[tuple[str, list[str]]]:
    for folder in ("stu3", "stu3-core"):
        for path in sorted((fhir / "valuesets" / folder).glob("*.xml")):
            root = _root(path)
            if root.tag == F + "CodeSystem" and (at(root, "content") or "complete") == "complete":
                yield (
                    at(root, "url"),
                    [one.get("value") for one in root.iter(F + "code") if one.getparent().tag == F + "concept"],
                )
        for path in sorted((fhir / "valuesets" / folder).glob("*.json")):
            held = json.loads(path.read_text(encoding="utf-8"))
            if held.get("resourceType") == "CodeSystem" and held.get("content", "complete") == "complete":
                yield held["url"], list(_concepts(held.get("concept", [])))


def _concepts(concepts: list[dict[str, Any]]) -> Iterator[str]:
    for one in concepts:
        yield one["code"]
        yield from _concepts(one.get("concept", []))


def _value_sets(fhir: Path, systems: dict[str, list[str]]) -> Iterator[tuple[str, list[list[str]]]]:
    for folder in ("stu3", "stu3-core"):
        for path in sorted((fhir / "valuesets" / folder).glob("*.xml")):
            root = _root(path)
            if root.tag == F + "ValueSet":
                includes = [
                    (
                        at(one, "system"),
                        [code.get("value") for code in one.findall(f"{F}concept/{F}code")],
                        one.find(F + "filter") is not None or one.find(F + "valueSet") is not None,
                    )
                    for one in root.findall(f"{F}compose/{F}include")
                ]
                excludes = root.find(f"{F}compose/{F}exclude") is not None
                yield from _expanded(at(root, "url"), includes, excludes, systems)
        for path in sorted((fhir / "valuesets" / folder).glob("*.json")):
            held = json.loads(path.read_text(encoding="utf-8"))
            if held.get("resourceType") == "ValueSet":
                compose = held.get("compose", {})
                includes = [
                    (
                        one.get("system", ""),
                        [code["code"] for code in one.get("concept", [])],
                        bool(one.get("filter") or one.get("valueSet")),
                    )
                    for one in compose.get("include", [])
                ]
                yield from _expanded(held["url"], includes, bool(compose.get("exclude")), systems)


def _expanded(
    url: str, includes: list[tuple[str, list[str], bool]], excludes: bool, systems: dict[str, list[str]]
) -> Iterator[tuple[str, list[list[str]]]]:
    """The codes of a value set, where they can be told without a terminology server."""
    pairs: list[list[str]] = []
    for system, listed, more in includes:
        if excludes or more or not (listed or system in systems):
            return
        pairs.extend([system, code] for code in listed or systems[system])
    if pairs:
        yield url, sorted(pairs)


def _tree(definition: Element, types: dict[str, str], sets: dict[str, list[list[str]]]) -> dict[str, Any]:
    stack: list[tuple[str, dict[str, Any]]] = []
    root: dict[str, Any] = {}
    for element in definition.findall(f"{F}snapshot/{F}element"):
        path = at(element, "path")
        node = _node(element, path, types, sets)
        while stack and not (path.startswith(stack[-1][0] + ".") and path.count(".") == stack[-1][0].count(".") + 1):
            stack.pop()
        if stack:
            stack[-1][1].setdefault("kids", []).append(node)
        else:
            root = node
        stack.append((path, node))
    _prune(root)
    return root


def _node(element: Element, path: str, types: dict[str, str], sets: dict[str, list[list[str]]]) -> dict[str, Any]:
    node: dict[str, Any] = {"name": path.rsplit(".", 1)[-1]}
    least, most = int(at(element, "min") or "0"), (at(element, "max") or "*")
    if name := at(element, "sliceName"):
        node["slice"] = name
        node["min"], node["max"] = least, most
    else:
        if least > int(at(element, "base/min") or "0"):
            node["min"] = least
        if most != (at(element, "base/max") or "*"):
            node["max"] = most
    for child in element:
        tag = name_of(child)
        if tag.startswith(("fixed", "pattern")) and child.get("value") is not None:
            node["fixed"] = child.get("value")
    binding = element.find(F + "binding")
    if binding is not None and at(binding, "strength") == "required":
        url = (at(binding, "valueSetReference/reference") or at(binding, "valueSetUri")).split("|")[0]
        if 0 < len(sets.get(url, [])) <= MOST_CODES:
            node["codes"] = sets[url]
    profiles, targets = [], set()
    for one in element.findall(F + "type"):
        profiles += [p.get("value") for p in one.findall(F + "profile")]
        if at(one, "code") == "Reference":
            targets |= {
                _type_of(p.get("value"), types)
                for p in (*one.findall(F + "targetProfile"), *one.findall(F + "profile"))
            }
    if node["name"] in ("extension", "modifierExtension") and profiles:
        node["urls"] = profiles
    if targets and "Resource" not in targets:
        node["targets"] = sorted(targets)
    slicing = element.find(F + "slicing")
    if slicing is not None:
        node["by"] = [at(d, "path") for d in slicing.findall(F + "discriminator") if at(d, "type") == "value"]
        if at(slicing, "rules") == "closed":
            node["closed"] = True
    return node


def _type_of(url: str, types: dict[str, str]) -> str:
    if url in types:
        return types[url]
    return next(
        (part for part in reversed(url.rsplit("/", 1)[-1].split("-")) if part.isalpha() and len(part) > 3), "Resource"
    )


def _prune(node: dict[str, Any]) -> bool:
    """Drop what adds nothing; whether anything is left that does."""
    kids = [kid for kid in node.get("kids", []) if _prune(kid)]
    if kids:
        node["kids"] = kids
    else:
        node.pop("kids", None)
    facts = node.keys() - {"name"}  # what is sliced is kept: its slices cannot be told apart without it
    return bool(facts)


if __name__ == "__main__":
    TABLE.write_text(json.dumps(derived(Path(sys.argv[1])), indent=None, separators=(",", ":"), sort_keys=True) + "\n")
