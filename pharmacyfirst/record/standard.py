"""The record standard for community pharmacy (PRSB, information model 3.01.03, behind DAPB4008), element by element, beside our fields.

``standard.tsv`` has a line for each element, or for a group whose every element goes the same way: its mark (M mandatory, R required where
it is held), the field of a record that holds it, and which papers carry it. A line without a field says why there is none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("standard.tsv")
MANDATORY = "M"
NOT_OURS = "does not arise in a consultation of a clinical pathway"


@dataclass(frozen=True, slots=True)
class Element:
    """An element of the record standard: where our record has it, as a path of field names, and which papers carry that."""

    path: str
    mark: str
    field: str
    goes_to: str
    note: str

    @property
    def is_mandatory(self) -> bool:
        """Whether a record must have it, in a section that arises at all."""
        return self.mark == MANDATORY and self.note != NOT_OURS


def elements() -> Iterator[Element]:
    """Every line of the table, in the order of the standard."""
    for line in _FILE.read_text(encoding="utf-8").splitlines()[1:]:
        yield Element(*line.split("\t"))


def holds(schema: dict[str, Any], path: str) -> bool:
    """Whether the JSON Schema of a record has a field at this path, through lists and through what may be null."""
    found: list[dict[str, Any]] = [schema]
    for name in path.split("."):
        inside = [one for part in found for one in _parts(schema, part)]
        found = [one["properties"][name] for one in inside if name in one.get("properties", {})]
    return bool(found)


def _parts(schema: dict[str, Any], part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "$ref" in part:
        yield from _parts(schema, schema["$defs"][part["$ref"].rpartition("/")[2]])
        return
    yield part
    for one in (*part.get("anyOf", ()), *filter(None, [part.get("items")])):
        yield from _parts(schema, one)
