"""The JSON Schema of content files, made from the table of shapes. Every scalar is text, as the loader reads it.

It tells an editor which headings there are, how they nest, and which words a closed list holds. Whether a sentence makes sense, a name
is declared or a sum comes out, only ``pharmacyfirst check`` knows.
"""

from itertools import combinations
from typing import Any

from pharmacyfirst.content.every_shape import FILES, every_shape, shapes_within
from pharmacyfirst.content.shape import Shape
from pharmacyfirst.content.shapes_of_hazards import FILE_OF_HAZARDS
from pharmacyfirst.content.shapes_of_pgds import DOSE_GAP, DOSE_ROW, EACH_DOSE, PGD_FILE, PROTOCOL_FILE
from pharmacyfirst.content.spellings import NO_DOSE


def content_schema() -> dict[str, Any]:
    """The schema of every kind of content file; ``$defs`` has one part for each shape, by its key."""
    definitions = {shape.key: _of_shape(shape) for shape in every_shape()}
    rules = _of_dose_rows(definitions)
    for file in (PGD_FILE, PROTOCOL_FILE):
        definitions[file.key].setdefault("allOf", []).extend(rules)
    files = [{"$ref": f"#/$defs/{file.key}"} for file in FILES]
    return {"title": "Content files", "anyOf": files, "$defs": dict(sorted(definitions.items()))}


def hazards_schema() -> dict[str, Any]:
    """The schema of the hazard log alone, for an editor that is told of one file."""
    definitions = {shape.key: _of_shape(shape) for shape in shapes_within(FILE_OF_HAZARDS)}
    return {"title": "Hazard log", "$ref": f"#/$defs/{FILE_OF_HAZARDS.key}", "$defs": dict(sorted(definitions.items()))}


def _of_shape(shape: Shape) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "required": list(shape.required),
        "properties": {heading: under.schema for heading, under in shape.headings.items()},
        "additionalProperties": False,
    }
    together = _together(shape)
    return {**schema, "allOf": together} if together else schema


def _together(shape: Shape) -> list[dict[str, Any]]:
    """Which headings stand beside which."""
    rules: list[dict[str, Any]] = []
    if shape.one_of:
        rules.append({"oneOf": [{"required": [heading]} for heading in shape.one_of]})
    if shape.some_of:
        rules.append({"anyOf": [{"required": [heading]} for heading in shape.some_of]})
    first, rest = shape.apart[:1], shape.apart[1:]
    pairs = [*combinations(shape.most_one, 2), *((one, other) for one in first for other in rest)]
    rules += [{"not": {"required": list(pair)}} for pair in pairs]
    if shape.with_evidence:
        rules.append({"dependentRequired": {heading: ["evidence"] for heading in shape.with_evidence}})
    return rules


def _of_dose_rows(definitions: dict[str, Any]) -> list[dict[str, Any]]:
    """What a dose row need not say where ``each dose`` says it for all of them."""
    rules: list[dict[str, Any]] = []
    gap = {"properties": {"dose": {"const": NO_DOSE}}, "required": ["dose"]}
    for heading in EACH_DOSE.headings:
        of_a_gap, of_a_row = heading in DOSE_GAP.required, heading in DOSE_ROW.required
        for shape in (DOSE_GAP, DOSE_ROW):
            definitions[shape.key]["required"] = [h for h in definitions[shape.key]["required"] if h != heading]
        if of_a_row:
            row = {"required": [heading]} if of_a_gap else {"anyOf": [gap, {"required": [heading]}]}
            said_for_all = {"required": ["each dose"], "properties": {"each dose": {"required": [heading]}}}
            rules.append({"if": said_for_all, "else": {"properties": {"doses": {"additionalProperties": row}}}})
    return rules
