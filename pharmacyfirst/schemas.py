"""JSON Schemas of everything that crosses an edge: input, output, cases, adoption, and the content files.

They are made from what really checks: the pathways' own facts, the pydantic models, and, for content, the table of headings that the
loader reads by. ``docs/regenerate.py`` writes them to ``docs/schema/``, and a test keeps them true.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from pharmacyfirst.conformance import CaseFileModel
from pharmacyfirst.content.adoption import AdoptionRecord
from pharmacyfirst.content.library import Library
from pharmacyfirst.content.schema import content_schema
from pharmacyfirst.kernel.conditions import Verdict
from pharmacyfirst.kernel.outcome import EMERGENCY_999, EMERGENCY_DEPARTMENT, Kind
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import Mechanism
from pharmacyfirst.kernel.questions import Answer, Question

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

Day = Annotated[str, Field(pattern=DAY)]
KindKey = Literal[tuple(kind.key for kind in Kind)]  # type: ignore[valid-type]
VerdictWord = Literal[tuple(verdict.value for verdict in Verdict)]  # type: ignore[valid-type]
Destination = Literal[EMERGENCY_999, EMERGENCY_DEPARTMENT]  # type: ignore[valid-type]
MechanismKey = Literal[tuple(mechanism.key for mechanism in Mechanism)]  # type: ignore[valid-type]


class _Model(BaseModel):
    model_config = ConfigDict(extra="allow")  # more keys may be added to the output; those named here stay


class AmountOut(_Model):
    """A number with its unit."""

    amount: float
    unit: str


class DoseOut(AmountOut):
    """What is taken each time; on the first day perhaps another amount."""

    first_day_amount: float | None = None


class CautionOut(_Model):
    """Something to weigh or to tell the patient."""

    id: str
    says: str
    action: str


class AlternativeOut(_Model):
    """Another product of the same dose row."""

    product: str
    form: str
    strength: str
    quantity: AmountOut | None
    bottles: int | None = None


class OfferOut(AlternativeOut):
    """A medicine that may be offered."""

    pgd: str
    medicine: str
    route: str
    dose: DoseOut
    times_per_day: int
    times_per_day_max: int | None = None
    duration_days: int
    mechanism: MechanismKey
    open_items: list[str]
    pgd_version: str
    dose_row: str
    alternatives: list[AlternativeOut]
    cautions: list[CautionOut]


class OutcomeOut(_Model):
    """How the consultation comes out; the destination is that of an emergency, else null."""

    kind: KindKey
    destination: Destination | None


class FindingOut(_Model):
    """One criterion as it was judged, and the facts it read; null is not known."""

    id: str
    stage: str
    verdict: VerdictWord
    read: dict[str, Any]


class AssessmentOut(_Model):
    """The answer to one consultation."""

    pathway: str
    version: str
    as_of: Day
    outcome: OutcomeOut
    offers: list[OfferOut]
    decided_by: list[str]
    missing: list[str]
    gateways: list[str]
    advice: list[str]
    safety_netting: list[str]
    trace: list[FindingOut]
    content_digest: Annotated[str, Field(pattern="^sha256:[0-9a-f]{64}$")]
    draft: bool
    authority: str


class ErrorOut(_Model):
    """Why nothing was assessed; the message says so too."""

    code: Literal[
        "not_json", "missing_key", "unknown_pathway", "not_in_force", "unknown_fact", "wrong_value", "facts_disagree"
    ]
    fact: str | None
    message: str


class RefusedOut(_Model):
    """What stands in place of an assessment."""

    error: ErrorOut


def schemas(library: Library) -> dict[str, dict[str, Any]]:
    """Every schema by the name of its file."""
    found: dict[str, dict[str, Any]] = {
        "output.schema.json": {"anyOf": [AssessmentOut.model_json_schema(), RefusedOut.model_json_schema()]},
        "cases.schema.json": CaseFileModel.model_json_schema(),
        "adoption.schema.json": AdoptionRecord.model_json_schema(),
        "content.schema.json": content_schema(),
    }
    for pathway in library.newest_all():
        found[f"input-{pathway.id}.schema.json"] = input_model(pathway).model_json_schema()
    return {name: {"$schema": DIALECT, **_lifted(schema)} for name, schema in sorted(found.items())}


def _lifted(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Definitions of the parts of an ``anyOf`` moved to the top, where ``$ref`` looks for them."""
    definitions: dict[str, Any] = dict(schema.get("$defs", {}))
    parts = []
    for part in schema.get("anyOf", ()):
        definitions.update(part.get("$defs", {}))
        parts.append({key: value for key, value in part.items() if key != "$defs"})
    body = {**schema, "anyOf": parts} if parts else dict(schema)
    return {**body, "$defs": definitions} if definitions else body


def input_model(pathway: Pathway) -> type[BaseModel]:
    """The input object of one pathway as a pydantic model, its facts made from the pathway's own declarations."""
    config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)
    fields: dict[str, Any] = {
        fact.name: (_type_of(fact) | None, Field(default=None, description=fact.ask))
        for fact in pathway.questions.values()
    }
    facts = create_model(
        "Facts",
        __config__=config,
        __doc__="What is known of the person; absent and null both mean not known.",
        **fields,
    )
    return create_model(
        "Input",
        __config__=config,
        __doc__=f"One consultation for {pathway.title}.",
        pathway=(Literal[pathway.id], ...),  # type: ignore[valid-type]
        as_of=(Day, ...),
        facts=(facts, ...),
    )


def _type_of(fact: Question) -> Any:
    names = fact.choice_names()
    match fact.answer:
        case Answer.YES_NO:
            return bool
        case Answer.WHOLE_NUMBER:
            return Annotated[int, Field(ge=int(fact.low or 0), le=int(fact.high or 0))]
        case Answer.NUMBER:
            return Annotated[float, Field(ge=float(fact.low or 0), le=float(fact.high or Decimal(0)))]
        case Answer.ONE_OF:
            return Literal[names]  # type: ignore[valid-type]
        case Answer.ANY_OF:
            return list[Literal[names]]  # type: ignore[valid-type]
        case _:
            return Day
