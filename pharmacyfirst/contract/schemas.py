"""JSON Schemas of everything that crosses an edge: input, output, cases, adoption, permit, sign-offs, readings, and the content files.

They are made from what really checks and really writes: the pathways' own questions, the tables of fields, the pydantic model of an adoption
record, and, for content, the table of headings that the loader reads by. ``docs/regenerate.py`` writes them to ``docs/schema/``, and a test keeps
them true.
"""

from decimal import Decimal
from typing import Any

from pharmacyfirst.authority.permit import NO_PERMIT, PERMIT
from pharmacyfirst.content.adoption import AdoptionRecord
from pharmacyfirst.content.library import Library
from pharmacyfirst.content.readings import BlindReading
from pharmacyfirst.content.schema import content_schema, hazards_schema
from pharmacyfirst.content.sign_offs import SignOff
from pharmacyfirst.contract.answers import REFUSED
from pharmacyfirst.contract.conformance import case_file_schema
from pharmacyfirst.contract.questions import QUESTIONS
from pharmacyfirst.contract.table_schema import DAY, any_of, schema_of
from pharmacyfirst.contract.what_next import NEXT
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import Answer, Question
from pharmacyfirst.kernel.tables import ASSESSMENT

WITHOUT_A_POINT = "Written without a point: 60, not 60.0, which is refused. To a JSON Schema the two are the same."
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas(library: Library) -> dict[str, dict[str, Any]]:
    """Every schema by the name of its file."""
    found: dict[str, dict[str, Any]] = {
        "output.schema.json": any_of(ASSESSMENT, REFUSED),
        "questions.schema.json": schema_of(QUESTIONS),
        "next.schema.json": schema_of(NEXT),
        "cases.schema.json": case_file_schema(),
        "adoption.schema.json": AdoptionRecord.model_json_schema(),
        "permit.schema.json": any_of(PERMIT, NO_PERMIT),
        "content.schema.json": content_schema(),
        "hazards.schema.json": hazards_schema(),
        "reading.schema.json": BlindReading.model_json_schema(),
        "sign-off.schema.json": SignOff.model_json_schema(),
    }
    for pathway in library.newest_all():
        found[f"input-{pathway.id}.schema.json"] = input_schema(pathway)
    return {name: {"$schema": DIALECT, **schema} for name, schema in sorted(found.items())}


def input_schema(pathway: Pathway) -> dict[str, Any]:
    """The schema of an input object for one pathway, its facts made from the pathway's own questions."""
    facts = {
        question.name: {"description": question.ask, "anyOf": [_answer(question), {"type": "null"}]}
        for question in pathway.questions.values()
    }
    return {
        "title": "Input",
        "description": f"One consultation for {pathway.title}.",
        "type": "object",
        "properties": {
            "pathway": {"const": pathway.id},
            "as_of": {"type": "string", "pattern": DAY},
            "facts": {
                "description": "What is known of the person; absent and null both mean not known.",
                "type": "object",
                "properties": facts,
                "additionalProperties": False,
            },
        },
        "required": ["pathway", "as_of", "facts"],
        "additionalProperties": False,
    }


def _answer(question: Question) -> dict[str, Any]:
    names = {"type": "string", "enum": list(question.choice_names())}
    match question.answer:
        case Answer.YES_NO:
            return {"type": "boolean"}
        case Answer.WHOLE_NUMBER:
            return {"description": WITHOUT_A_POINT, "type": "integer", **_range(question)}
        case Answer.NUMBER:
            return {"type": "number", **_range(question)}
        case Answer.ONE_OF:
            return names
        case Answer.ANY_OF:
            return {"type": "array", "items": names}
        case _:
            return {"type": "string", "pattern": DAY}


def _range(question: Question) -> dict[str, int | float]:
    ends = {"minimum": question.low, "maximum": question.high}
    return {end: _number(bound) for end, bound in ends.items() if bound is not None}


def _number(bound: Decimal) -> int | float:
    return int(bound) if bound == int(bound) else float(bound)
