"""A table of fields as JSON Schema: every block a definition of its own, every field required but those that may be left out."""

from collections.abc import Iterator
from typing import Any

from pharmacyfirst.kernel.fields import BlockOf, FieldTable, JsonField, ListOf, OneWord, OrNone, Plain, What

DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}$"
ANSWER = {
    "anyOf": [
        {"type": "boolean"},
        {"type": "number"},
        {"type": "string"},
        {"type": "array", "items": {"type": "string"}},
        {"type": "null"},
    ]
}
_PLAIN: dict[Plain, dict[str, Any]] = {
    Plain.TEXT: {"type": "string"},
    Plain.WHOLE_NUMBER: {"type": "integer"},
    Plain.NUMBER: {"type": "number"},
    Plain.YES_NO: {"type": "boolean"},
    Plain.DAY: {"type": "string", "pattern": DAY},
    Plain.MOMENT: {"type": "string", "pattern": MOMENT},
    Plain.DIGEST: {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
    Plain.ANSWERS: {"type": "object", "additionalProperties": ANSWER},
}


def schema_of(table: FieldTable[Any], closed: bool = False) -> dict[str, Any]:
    """The schema of a table, with the definitions of the blocks in it. ``closed``: no key beside those of the table may stand in it."""
    return {**_block(table, closed), "$defs": _definitions([table], closed)}


def any_of(*tables: FieldTable[Any]) -> dict[str, Any]:
    """The schema of something that is one of several tables; more keys may be added to each, those named here stay."""
    return {"anyOf": [_block(table, False) for table in tables], "$defs": _definitions(tables, False)}


def _block(table: FieldTable[Any], closed: bool) -> dict[str, Any]:
    return {
        "title": table.name,
        "description": table.says,
        "type": "object",
        "properties": {field.key: {"description": field.says, **_type(field.what)} for field in table.fields},
        "required": [field.key for field in table.fields if not field.left_out],
        "additionalProperties": not closed,
    }


def _type(what: What) -> dict[str, Any]:
    match what:
        case OneWord(words):
            return {"enum": list(words)}
        case ListOf(each):
            return {"type": "array", "items": _type(each)}
        case BlockOf(table):
            return {"$ref": f"#/$defs/{table.name}"}
        case OrNone(inner):
            return {"anyOf": [_type(inner), {"type": "null"}]}
        case _:
            return dict(_PLAIN[what])


def _definitions(tables: Any, closed: bool) -> dict[str, Any]:
    found = {inner.name: _block(inner, closed) for table in tables for inner in _inside(table)}
    return dict(sorted(found.items()))


def _inside(table: FieldTable[Any]) -> Iterator[FieldTable[Any]]:
    for field in table.fields:
        for inner in _tables(field):
            yield inner
            yield from _inside(inner)


def _tables(field: JsonField[Any]) -> Iterator[FieldTable[Any]]:
    what: What = field.what
    while isinstance(what, ListOf | OrNone):
        what = what.each if isinstance(what, ListOf) else what.what
    if isinstance(what, BlockOf):
        yield what.table
