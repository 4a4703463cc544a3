"""The one table of consultations that is audited, made from the pathways: a row for each, the same columns for every condition.

First which consultation it is, then every fact that any pathway asks for, then what was recorded. A fact that is null, or has no column,
is not known and never "no"; a set that is known to be empty is an empty list. There is no column for anything that tells who somebody is.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pharmacyfirst.content.library import Library
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.questions import BORN, Answer, Question

RECORDED = "recorded_"  # how the columns begin that say what was recorded; no fact does
NONE = "none"  # in a CSV file, a set that is known to be empty


class Holds(Enum):
    """What a column holds. ``value`` is how docs/audit.md calls it."""

    TEXT = "text"
    DAY = "day"
    YES_NO = "yes or no"
    WHOLE_NUMBER = "whole number"
    NUMBER = "number"
    ONE_OF = "one of"
    ANY_OF = "any of"

    __hash__ = object.__hash__


_OF_ANSWER = {
    Answer.YES_NO: Holds.YES_NO,
    Answer.WHOLE_NUMBER: Holds.WHOLE_NUMBER,
    Answer.NUMBER: Holds.NUMBER,
    Answer.ONE_OF: Holds.ONE_OF,
    Answer.ANY_OF: Holds.ANY_OF,
}


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: its name, what it holds, what it is about, and of a choice or a set the answers that there are.

    ``required``: a row without it cannot be judged, and a file without the column not be read.
    """

    name: str
    holds: Holds
    says: str
    choices: tuple[str, ...] = ()
    required: bool = False


WHICH = (
    TableColumn("row", Holds.TEXT, "An id of the row, by which whoever made the table finds the consultation again; of no person.", required=True),
    TableColumn("pathway", Holds.TEXT, "The id of the pathway, for instance uncomplicated-uti.", required=True),
    TableColumn("as_of", Holds.DAY, "The day of the consultation: it is judged by the version in force then.", required=True),
    TableColumn("pharmacy", Holds.TEXT, "The ODS code of the pharmacy, or any other name by which findings are told apart."),
)  # fmt: skip

WHAT_WAS_RECORDED = (
    TableColumn("recorded_outcome", Holds.ONE_OF, "How the consultation came out, by the words of the JSON contract: supply where a medicine was handed over.",
                tuple(kind.key for kind in Kind)),
    TableColumn("recorded_pgd", Holds.TEXT, "The id of the PGD that a medicine was supplied under, for instance nitrofurantoin; null where none was supplied."),
    TableColumn("recorded_dose", Holds.NUMBER, "What is taken each time; where the first day has its own dose, from the second day on."),
    TableColumn("recorded_dose_unit", Holds.TEXT, "Of what, as the PGD spells it: mg, drop, thin layer."),
    TableColumn("recorded_times_a_day", Holds.WHOLE_NUMBER, "How often a day."),
    TableColumn("recorded_days", Holds.WHOLE_NUMBER, "For how many days; null where the document says none."),
    TableColumn("recorded_quantity", Holds.NUMBER, "How much was handed over."),
    TableColumn("recorded_quantity_unit", Holds.TEXT, "Of what, as the PGD spells it: mL, capsule, tablet."),
    TableColumn("recorded_version", Holds.TEXT, "The version of the pathway that was used, for instance 2026.2."),
    TableColumn("recorded_pgd_version", Holds.TEXT, "The version of the PGD that it was supplied under."),
    TableColumn("recorded_digest", Holds.TEXT, "The digest of the content that was used (content_digest of the JSON contract)."),
)  # fmt: skip

SUPPLIED = tuple(one.name for one in WHAT_WAS_RECORDED if one.name.startswith(
    ("recorded_pgd", "recorded_dose", "recorded_times", "recorded_days", "recorded_quantity")
))  # fmt: skip
"""The columns that say something of a supply alone."""


def how_written(column: TableColumn) -> str:
    """How what a column holds is written, for whoever wrote it otherwise."""
    return _WRITTEN[column.holds]


_WRITTEN: Mapping[Holds, str] = {
    Holds.TEXT: "text",
    Holds.DAY: "a day that there is, as YYYY-MM-DD",
    Holds.YES_NO: "yes or no: true or false",
    Holds.WHOLE_NUMBER: "a whole number without a point (30, not 30.0), in the range of its question",
    Holds.NUMBER: "a number such as 36.8, in the range of its question",
    Holds.ONE_OF: "one of its answers, as --schema prints them",
    Holds.ANY_OF: "any of its answers, as --schema prints them, with a blank between two in CSV",
}


class NotOneTable(PharmacyFirstError):
    """The pathways cannot be put into one table: two ask for the same fact in two ways, or a fact bears the name of another column."""


@dataclass(frozen=True, slots=True)
class AuditTable:
    """The columns of the table, in order; ``facts`` are those that the pathways ask for."""

    facts: tuple[TableColumn, ...]

    @property
    def columns(self) -> tuple[TableColumn, ...]:
        """Every column."""
        return (*WHICH, *self.facts, *WHAT_WAS_RECORDED)

    def json_schema(self) -> dict[str, Any]:
        """What a line of a JSON Lines file has to hold, as a JSON Schema: the facts as the contract has them, under ``facts``."""
        facts = {one.name: _schema_of(one) for one in self.facts}
        properties = {one.name: _schema_of(one) for one in WHICH}
        properties["facts"] = {
            "type": "object",
            "description": "The answers by their names; null or absent is not known.",
            "properties": facts,
            "additionalProperties": False,
        }
        properties |= {one.name: _schema_of(one) for one in WHAT_WAS_RECORDED}
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "A consultation to audit",
            "description": "One line of a JSON Lines file. In Parquet and CSV the facts are columns beside the others.",
            "type": "object",
            "properties": properties,
            "required": [*(one.name for one in WHICH if one.required), "facts"],
            "additionalProperties": False,
        }


def table_of(library: Library) -> AuditTable:
    """The table of all pathways of a library, of every version that it has. The day of birth is no column. Raises ``NotOneTable``."""
    found: dict[str, tuple[Holds, Question, dict[str, None]]] = {}
    for question in _questions(library):
        holds = _OF_ANSWER.get(question.answer)
        if question.name == BORN:
            continue
        if holds is None or question.name.startswith(RECORDED) or question.name in (*_NAMES, "facts"):
            raise NotOneTable(f"The fact {question.name} cannot be a column of the audit: rename it.")
        kept = found.setdefault(question.name, (holds, question, {}))
        if kept[0] is not holds:
            raise NotOneTable(
                f"{question.name} is {kept[0].value} in one pathway and {holds.value} in another. Give one of them another name."
            )
        kept[2].update(dict.fromkeys(question.choice_names()))
    return AuditTable(
        tuple(TableColumn(name, holds, one.in_short, tuple(choices)) for name, (holds, one, choices) in found.items())
    )


_NAMES = tuple(one.name for one in WHICH)


def _questions(library: Library) -> Iterable[Question]:
    for condition in library.conditions:
        for stretch in library.stretches[condition]:
            yield from stretch.pathway.questions.values()


def _schema_of(column: TableColumn) -> dict[str, Any]:
    one = _JSON[column.holds](column)
    if not column.required:
        one["type"] = [one["type"], "null"]
        if "enum" in one:
            one["enum"].append(None)
    return {"description": column.says, **one}


_JSON: Mapping[Holds, Any] = {
    Holds.TEXT: lambda _: {"type": "string"},
    Holds.DAY: lambda _: {"type": "string", "format": "date"},
    Holds.YES_NO: lambda _: {"type": "boolean"},
    Holds.WHOLE_NUMBER: lambda _: {"type": "integer"},
    Holds.NUMBER: lambda _: {"type": "number"},
    Holds.ONE_OF: lambda column: {"type": "string", "enum": [*column.choices]},
    Holds.ANY_OF: lambda column: {
        "type": "array",
        "items": {"type": "string", "enum": [*column.choices]},
        "uniqueItems": True,
    },
}

# What tells who somebody is, or may. Looked for in the words of a column's name, whatever stands between them.
_IDENTIFYING: Mapping[str, tuple[str, ...]] = {
    "a name": ("name", "surname", "forename", "firstname", "lastname", "initials"),
    "an NHS number": ("nhs", "nhsnumber", "nhsno"),
    "a day of birth": ("birth", "born", "dob", "birthdate", "dateofbirth"),
    "an address": ("address", "postcode", "street", "uprn"),
    "a way to reach somebody": ("email", "phone", "telephone", "mobile", "tel"),
    "a number of a person": ("patient", "patientid", "person", "chi", "hospital", "passport", "insurance"),
}


def identifies(name: str) -> str:
    """What the name of a column that is not ours says of a person, for instance ``a day of birth``; nothing where it does not.

    Told by the words of the name alone: nobody has looked at what stands below it.
    """
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
    joined = "".join(words)
    for says, marks in _IDENTIFYING.items():
        if any(mark in words or joined == mark for mark in marks):
            return says
    return ""
