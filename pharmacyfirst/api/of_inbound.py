"""Calls about what comes in: referrals and GP records read, and kept byte for byte until somebody deals with them."""

from collections.abc import Callable
from typing import Any

from pharmacyfirst.api.calls import FHIR, Asking, Call, Gives, Query, QueryField, Reply, as_json, got
from pharmacyfirst.api.keys import Scope
from pharmacyfirst.api.problems import ApiProblem
from pharmacyfirst.record.inbound.sources import GPRecordRead, ReferralRead, read_gp_record, read_referral
from pharmacyfirst.record.inbound.suggestions import for_pathway
from pharmacyfirst.record.inbound.told import as_told
from pharmacyfirst.store import CameIn

MOST_INBOUND = 5_000_000  # bytes: a GP record of many years
REFERRAL, GP_RECORD = "referral", "GP record"
BEARING_ON = QueryField(
    "condition", Query.TEXT, "Only the suggestions that bear on a question of this pathway.", needed=False
)


def _told(asked: Asking, read: GPRecordRead | ReferralRead) -> dict[str, Any]:
    """All that was read, with its suggestions: those for one pathway, where the query names it."""
    condition, suggestions = asked.query.get("condition"), read.suggestions
    if condition is not None:
        suggestions = for_pathway(suggestions, asked.desk.library.in_force(condition, asked.desk.now().date()))
    return as_told(read, suggestions)


def read_a_referral(asked: Asking) -> Reply:
    """What a BaRS referral says and suggests, with the reference that the patient is given. Nothing is kept, and nothing answered."""
    return as_json(_told(asked, read_referral(asked.body, asked.desk.now().date())))


def read_a_gp_record(asked: Asking) -> Reply:
    """What a GP record or a Summary Care Record says and suggests. Nothing is kept, and nothing answered."""
    return as_json(_told(asked, read_gp_record(asked.body, asked.desk.now().date())))


def take_in_referral(asked: Asking) -> Reply:
    """Keep a referral byte for byte, and give the reference that the patient is told. It waits until somebody deals with it."""
    read = read_referral(asked.body, asked.desk.now().date())
    kept = asked.store.inbound.keep(
        asked.body, REFERRAL, asked.actor, request=read.request, journey=read.journey or "", summary=read.kept()
    )
    held = {**_row(kept), "patient_reference": read.patient_reference}
    return as_json(held, 201, location=f"/v1/inbound/{kept.id}")


def take_in_gp_record(asked: Asking) -> Reply:
    """Keep a GP record byte for byte, as what was viewed."""
    read = read_gp_record(asked.body, asked.desk.now().date())
    kept = asked.store.inbound.keep(asked.body, GP_RECORD, asked.actor, summary={"source": read.source}, waits=False)
    return as_json(_row(kept), 201, location=f"/v1/inbound/{kept.id}")


def _row(one: CameIn) -> dict[str, Any]:
    """What is told of something that came in without saying whom it is about."""
    return {
        "id": one.id,
        "kind": one.kind,
        "at": one.at.isoformat(),
        "digest": one.digest,
        "request": one.request or None,
        "journey": one.journey or None,
        "newer": one.newer or None,
        "dealt_with": one.dealt_with or None,
    }


def waiting(asked: Asking) -> Reply:
    """What came in and waits for somebody, oldest first, without saying whom it is about."""
    return as_json({"waiting": [_row(one) for one in asked.store.inbound.waiting()]})


READERS: dict[str, Callable[..., GPRecordRead | ReferralRead]] = {REFERRAL: read_referral, GP_RECORD: read_gp_record}


def one_that_came_in(asked: Asking) -> Reply:
    """All that was read of something that came in. That it was read is put down, with whose key it was."""
    kept = asked.store.inbound.get(asked.names["id"])
    reader = READERS.get(kept.kind)
    if reader is None:
        raise ApiProblem("not_there", "This came in by another way, and is read there.")
    raw = asked.store.inbound.raw(kept.id, asked.actor)
    return as_json({**_row(kept), "read": _told(asked, reader(raw, asked.desk.now().date()))})


def deal_with(asked: Asking) -> Reply:
    """Put down which consultation came of it, or why none did: it waits no more."""
    given = asked.object()
    if given.keys() - {"consultation", "because"} or not all(isinstance(one, str) for one in given.values()):
        raise ApiProblem(
            "wrong_value", "Give consultation (the id of the one that came of it) or because (why none did), as text."
        )
    return as_json(_row(asked.store.inbound.dealt_with(asked.names["id"], asked.actor, **given)))


def _came(path: str, says: str, answer: Callable[[Asking], Reply], gives: Gives, **more: Any) -> Call:
    return Call("POST", path, says, answer, gives, Scope.INBOUND, media_types=FHIR, most_bytes=MOST_INBOUND, **more)


_TEXT_OR_NULL = {"anyOf": [{"type": "string"}, {"type": "null"}]}
CAME_IN_SCHEMA: dict[str, Any] = {
    "title": "CameIn",
    "description": "Something that came in, without saying whom it is about.",
    "type": "object",
    "properties": {
        "id": {"description": "Its id, made here.", "type": "string"},
        "kind": {"description": "What it is.", "type": "string"},
        "at": {"description": "When it came.", "type": "string"},
        "digest": {"description": "The digest of its bytes.", "type": "string"},
        "request": {
            "description": "The sender's id of the request: versions of one referral share it.",
            **_TEXT_OR_NULL,
        },
        "journey": {"description": "The sender's id of the patient's way.", **_TEXT_OR_NULL},
        "newer": {"description": "The id of a later version of the same request.", **_TEXT_OR_NULL},
        "dealt_with": {
            "description": "The consultation that came of it, or why none did; null while it waits.",
            **_TEXT_OR_NULL,
        },
        "patient_reference": {
            "description": "Of a referral taken in: the reference that the patient is told.",
            "type": "string",
        },
    },
    "required": ["id", "kind", "at", "digest", "request", "journey", "newer", "dealt_with"],
}
WAITING_SCHEMA: dict[str, Any] = {
    "title": "Waiting",
    "description": "What came in and waits.",
    "type": "object",
    "properties": {"waiting": {"type": "array", "items": CAME_IN_SCHEMA}},
    "required": ["waiting"],
}
DEALT_WITH_SCHEMA: dict[str, Any] = {
    "title": "DealtWith",
    "description": "One of the two: the consultation that came of it, or why none did, naming no patient.",
    "type": "object",
    "properties": {"consultation": {"type": "string"}, "because": {"type": "string"}},
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
}
READ = Gives("All that was read.")

CALLS = (
    _came("/v1/read-referrals", "Read a referral", read_a_referral, READ, query=(BEARING_ON,)),
    _came("/v1/read-gp-records", "Read a GP record", read_a_gp_record, READ, query=(BEARING_ON,)),
    _came("/v1/referrals", "Take in a referral", take_in_referral, Gives("What is kept.", "CameIn", status=201), writes=True),
    _came("/v1/gp-records", "Take in a GP record", take_in_gp_record, Gives("What is kept.", "CameIn", status=201), writes=True),
    got("/v1/inbound", "List what came in and waits", waiting, Gives("What waits.", "Waiting"), Scope.INBOUND),
    got("/v1/inbound/{id}", "Read what came in", one_that_came_in, READ, Scope.INBOUND, query=(BEARING_ON,)),
    Call(
        "POST", "/v1/inbound/{id}/dealt-with", "Put down what became of it", deal_with, Gives("How it stands.", "CameIn"), Scope.INBOUND, "DealtWith",
        media_types=("application/json",), writes=True,
    ),
)  # fmt: skip
