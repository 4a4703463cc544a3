"""The OpenAPI 3.1 description, made of the table of calls and of what really reads and writes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.responses import Response

from pharmacyfirst.api import of_inbound, of_itself, of_kept, of_records
from pharmacyfirst.api.calls import JSON, PDF, Call, Query
from pharmacyfirst.api.hooks import messages
from pharmacyfirst.api.of_content import CONDITION, CONDITIONS, CONTENT_SCHEMA
from pharmacyfirst.api.of_kept import ACCOUNT_TO_KEEP
from pharmacyfirst.api.once import IDEMPOTENCY_KEY
from pharmacyfirst.api.problems import MEDIA_TYPE, PROBLEM_SCHEMA
from pharmacyfirst.authority.permit import PERMIT, Channel
from pharmacyfirst.content.library import Library
from pharmacyfirst.contract.questions import QUESTIONS
from pharmacyfirst.contract.schemas import input_schema
from pharmacyfirst.contract.table_schema import DAY, schema_of
from pharmacyfirst.contract.what_next import NEXT
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.tables import ASSESSMENT
from pharmacyfirst.record.consultation import OF_ITS_ID, Account, Consultation

TITLE = "pharmacyfirst"
SAYS = (
    "Decision support for NHS Pharmacy First, over HTTP. It supports a pharmacist's decision and replaces neither the pharmacist nor the signed "
    "PGD. An answer that is absent or null is not known, and never no. A problem is never an all-clear. A whole number is written without a point: "
    "60 is read and 60.0 is refused, which no schema can say."
)
ONE_NAME = "^[A-Za-z0-9_.-]{1,200}$"
_REF = "#/components/schemas/"
_BINARY = (PDF,)


def description(calls: Iterable[Call], library: Library, version: str) -> dict[str, Any]:
    """The description of these calls."""
    found = get_openapi(title=TITLE, version=version, description=SAYS, routes=[*map(_route, calls)])
    found["components"] = {
        "schemas": dict(sorted(components(library).items())),
        "securitySchemes": {
            "key": {"type": "http", "scheme": "bearer", "description": "An API key: pharmacyfirst api-key make."},
            "token": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "What a CDS Client signs: docs/cds-hooks.md.",
            },
        },
    }
    return found


def _route(call: Call) -> APIRoute:
    """A call as the framework describes one. It answers nothing: the plain routes of ``app`` do."""
    return APIRoute(
        call.path, _not_called, methods=[call.method], name=call.name, operation_id=call.name, summary=call.says, description=call.answer.__doc__,
        response_class=Response, response_model=None, status_code=call.gives.status, openapi_extra=operation(call), tags=[_subject(call)],
    )  # fmt: skip


def _not_called() -> None: ...


def _subject(call: Call) -> str:
    return call.answer.__module__.rpartition(".")[2].removeprefix("of_")


def operation(call: Call) -> dict[str, Any]:
    """What the description says of one call beside its name and path."""
    found: dict[str, Any] = {"parameters": [*_parameters(call)], "responses": _responses(call)}
    if call.has_body:
        found["requestBody"] = {"required": True, "content": {one: _body(call, one) for one in call.media_types}}
    if call.scope is not None:
        ways = ("key", "token") if call.for_cds_clients else ("key",)
        found |= {"security": [{way: []} for way in ways], "x-scope": call.scope.value}
    return found


def _parameters(call: Call) -> Iterator[dict[str, Any]]:
    for part in call.path.split("/"):
        if part.startswith("{"):
            yield {
                "name": part[1:-1],
                "in": "path",
                "required": True,
                "schema": {"type": "string", "pattern": ONE_NAME},
            }
    for one in call.query:
        schema: dict[str, Any] = {"type": "string"}
        match one.what:
            case Query.DAY:
                schema |= {"format": "date", "pattern": DAY}
            case Query.MOMENT:
                schema |= {"format": "date-time"}
            case Query.WORD:
                schema |= {"enum": [*one.words]}
        yield {"name": one.name, "in": "query", "required": one.needed, "description": one.says, "schema": schema}
    if call.writes:
        says = (
            "A key of your own for this one thing to write. The same key and, byte for byte, the same body again get the same answer, and nothing "
            "is written twice; with a body of other bytes the key is refused."
        )
        yield {
            "name": "Idempotency-Key", "in": "header", "required": True, "description": says, "schema": {"type": "string", "pattern": f"^{IDEMPOTENCY_KEY}$"},
        }  # fmt: skip


def _body(call: Call, media_type: str) -> dict[str, Any]:
    if call.takes and media_type == JSON:
        return {"schema": {"$ref": _REF + call.takes}}
    return {"schema": {"type": "object"} if media_type.endswith("json") else {"type": "string"}}


def _responses(call: Call) -> dict[str, Any]:
    content = {one: _given(call, one) for one in call.gives.media_types}
    return {
        str(call.gives.status): {"description": call.gives.says, "content": content},
        "default": {"description": "Refused.", "content": {MEDIA_TYPE: {"schema": {"$ref": _REF + "Problem"}}}},
    }


def _given(call: Call, media_type: str) -> dict[str, Any]:
    if media_type == JSON:
        return {"schema": {"$ref": _REF + call.gives.schema} if call.gives.schema else {"type": "object"}}
    return {"schema": {"type": "string", **({"contentEncoding": "binary"} if media_type in _BINARY else {})}}


def components(library: Library) -> dict[str, Any]:
    """Every schema of the description by its name."""
    found: dict[str, Any] = {"Problem": PROBLEM_SCHEMA, "Content": CONTENT_SCHEMA}
    for schema in (
        of_itself.HEALTH_SCHEMA, of_itself.READY_SCHEMA, of_records.JUDGED_SCHEMA, of_records.CHECKED_SCHEMA, of_kept.KEPT_SCHEMA,
        of_kept.MESSAGE_SCHEMA, of_kept.MESSAGES_SCHEMA, of_inbound.CAME_IN_SCHEMA, of_inbound.WAITING_SCHEMA, of_inbound.DEALT_WITH_SCHEMA,
        messages.CDS_SERVICES, messages.CDS_REQUEST, messages.CDS_CARDS, messages.CDS_FEEDBACK,
    ):  # fmt: skip
        found[schema["title"]] = schema
    for table in (ASSESSMENT, NEXT, QUESTIONS, PERMIT, CONDITION, CONDITIONS):
        found |= hoisted(table.name, schema_of(table))
    found |= hoisted("Account", Account.model_json_schema())
    found |= {ACCOUNT_TO_KEEP: _without_its_id(found["Account"])}
    found |= hoisted("Record", Consultation.model_json_schema(mode="validation"))
    pathways = library.newest_all()
    found |= _inputs("Input", {one.id: input_schema(one) for one in pathways})
    found |= _inputs("PermitAsked", {one.id: _permit_asked(one) for one in pathways})
    return found


def _without_its_id(account: Mapping[str, Any]) -> dict[str, Any]:
    """The account as it may be sent to be kept: without an id it gets one."""
    needed = [name for name in account["required"] if name != "id"]
    says = f"An account to keep. Without an id it gets one. {OF_ITS_ID} {account['description']}"
    return {**account, "title": ACCOUNT_TO_KEEP, "description": says, "required": needed}


def _inputs(name: str, each: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    one_of = {
        "anyOf": [{"$ref": f"{_REF}{name}.{id}"} for id in each],
        "description": "One input object: of one of the pathways.",
    }
    return {name: one_of} | {f"{name}.{id}": schema for id, schema in each.items()}


def _permit_asked(pathway: Pathway) -> dict[str, Any]:
    """What a permit is asked by: the input object, who would supply and how; and, for a record, its id and its patient."""
    whole = input_schema(pathway)
    beside = {
        "practitioner": {"description": "GPhC number of whoever would supply.", "type": "string"},
        "channel": {"description": "How the consultation is held.", "enum": [one.value for one in Channel]},
        "pgd": {
            "description": "Which offer, where there are several; without it, the first.",
            "anyOf": [{"enum": [*pathway.pgds]}, {"type": "null"}],
        },
        "record": {
            "description": "The id of the record that the permit is for; with patient.",
            "anyOf": [{"type": "string"}, {"type": "null"}],
        },
        "patient": {
            "description": "Who it is for; with record.",
            "anyOf": [{"$ref": _REF + "Account.Patient"}, {"type": "null"}],
        },
    }
    return {
        **whole,
        "title": "PermitAsked",
        "properties": whole["properties"] | beside,
        "required": [*whole["required"], "practitioner", "channel"],
    }


def hoisted(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema as a component, and its definitions as components beside it: ``#/$defs/Row`` would mean the description's own."""
    whole = _pointed(schema, name)
    return {name: {key: value for key, value in whole.items() if key not in ("$defs", "$schema")}} | {
        f"{name}.{inner}": value for inner, value in whole.get("$defs", {}).items()
    }


def _pointed(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return {
            key: inner.replace("#/$defs/", f"{_REF}{name}.")
            if key == "$ref" and isinstance(inner, str)
            else _pointed(inner, name)
            for key, inner in value.items()
        }
    return [_pointed(one, name) for one in value] if isinstance(value, list | tuple) else value
