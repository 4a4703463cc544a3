"""Calls about consultations that are kept: finished and stored with the news to the practice, read again, and what became of their messages."""

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import uuid4

from pharmacyfirst.api.calls import AT, XML, Asking, Call, Gives, Reply, as_json, got, posted
from pharmacyfirst.api.keys import Scope
from pharmacyfirst.api.of_records import ANY_FORM, FORM, paper_of, record_of
from pharmacyfirst.api.problems import ApiProblem
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.ledger import LedgerDamaged
from pharmacyfirst.record.consultation import Account, Consultation
from pharmacyfirst.record.fields import read_back
from pharmacyfirst.sending.for_person import ForPerson
from pharmacyfirst.sending.messages import UnknownMessage
from pharmacyfirst.sending.standing import Waits
from pharmacyfirst.store import ConsultationSoFar, NotThere
from pharmacyfirst.store.news import messages_before, news_of

ACCOUNT_TO_KEEP = "AccountToKeep"  # the schema of an account that may come without an id
PAGE = "account"  # the one page under which the answers of an account stand in the store


def keep(asked: Asking) -> Reply:
    """Finish a consultation: its record is made, stored, and its message queued or its notice put down, in one commit.

    An account without an id gets one; for a real supply the id has to be the one that the permit was given for, and without it the supply is
    refused. The practitioner of the account is who held it; the key's holder is put down as who sent it in.
    """
    account = read_back(Account, {"id": str(uuid4()), **asked.object()})
    record = record_of(asked, account)
    done = _finish(asked, record)
    return as_json(_row(asked, done), 201, location=f"/v1/consultations/{done.id}")


def _finish(asked: Asking, record: Consultation) -> ConsultationSoFar:
    drafts, actor = asked.store.drafts, asked.actor
    pathway = asked.desk.in_force.library.in_force(record.pathway, record.on)
    on = record.on if record.on != asked.desk.now().date() else None
    now = drafts.begin(pathway, actor, practice=record.practice, id=record.id, as_of=on, corrects=record.corrects or "")
    now = drafts.who(now.id, actor, now.revision, now.patient_mark, record.as_dict()["patient"])
    now = drafts.post(now.id, actor, now.revision, now.patient_mark, PAGE, dict(record.facts))
    news = news_of(record, asked.desk.mailbox, messages_before(record, asked.store))
    return drafts.finish(
        now.id, actor, now.revision, record, message=news.message, notice=news.notice, not_told_because=news.because
    )


def anchored(asked: Asking) -> None:
    """Write an anchor of what was just committed, where that can be; readiness tells where it cannot."""
    with suppress(OSError, LedgerDamaged, PharmacyFirstError):
        asked.store.anchor()


def _row(asked: Asking, one: ConsultationSoFar) -> dict[str, Any]:
    """How a consultation stands, without saying whom it is about."""
    told = one.summary
    return {
        "id": one.id,
        "state": one.state.value,
        "condition": one.condition,
        "version": one.version,
        "content_digest": one.content_digest,
        "practice": one.practice,
        "begun_at": one.begun_at.isoformat(),
        "finished_at": _iso(one.finished_at),
        "outcome": told.get("outcome"),
        "done": told.get("done"),
        "seal": told.get("seal"),
        "corrected_by": one.corrected_by or None,
        "practice_told": {
            "by": told.get("told_by"),
            "because_not": told.get("not_told_because"),
            "no_message_because": told.get("no_message_because"),
            "message": _message(asked, str(told["bundle_id"])) if "bundle_id" in told else None,
        },
    }


def _message(asked: Asking, bundle_id: str) -> dict[str, Any]:
    """Where a message stands; what is written of it names nobody."""
    now = asked.store.outbox.standing(bundle_id)
    return {
        "id": bundle_id,
        "state": now.state.value,
        "since": now.since.isoformat(),
        "sent_at": _iso(now.sent_at),
        "tries": now.tries,
        "infrastructure": now.infrastructure or None,
        "business": now.business or None,
        "reported": now.reported or None,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def consultation(asked: Asking) -> Reply:
    """How a consultation stands, and how its practice is told, without saying whom it is about."""
    return as_json(_row(asked, asked.store.drafts.get(asked.names["id"])))


def kept_record(asked: Asking) -> Reply:
    """A record as it was stored, byte for byte. That it was read is put down, with whose key it was."""
    written = asked.store.records.written(asked.names["id"])
    asked.store.records.read(asked.names["id"], asked.actor)
    return Reply(written.encode() + b"\n")


def kept_paper(asked: Asking) -> Reply:
    """A paper of a record that is stored. That it was printed is put down, with whose key it was."""
    library, id, name = asked.desk.library, asked.names["id"], asked.names["paper"]
    made = paper_of(asked.store.records.record(id, library), library, name, asked.query["form"])
    asked.store.records.printed(id, asked.actor, name)
    return made


def messages(asked: Asking) -> Reply:
    """How many messages stand where, and those that a person has to look at: what is wrong, and what to do."""
    outbox = asked.store.outbox
    counts = {state.value: many for state, many in outbox.counts().items()}
    return as_json(
        {"counts": counts, "people": [_for_person(one) for one in outbox.for_person(asked.desk.now(), Waits())]}
    )


def _for_person(one: ForPerson) -> dict[str, Any]:
    return {
        "id": one.id or None,
        "state": one.state,
        "since": one.since.isoformat(),
        "codes": [*one.codes],
        "urgent": one.urgent,
        "says": one.says,
        "then": one.then,
        "record": one.record_id or None,
        "due": one.due.isoformat() if one.due is not None else None,
        "late": one.late,
    }


def kept_message(asked: Asking) -> Reply:
    """Where a message stands."""
    try:
        return as_json(_message(asked, asked.names["id"]))
    except UnknownMessage:
        raise NotThere("The outbox has no message of this id.") from None


def message_of_consultation(asked: Asking) -> Reply:
    """The very message that was queued for a consultation. That it was read is put down, with whose key it was."""
    now = asked.store.drafts.get(asked.names["id"])
    if "bundle_id" not in now.summary:
        raise ApiProblem(
            "no_message", "No message was queued for this consultation; practice_told says how its practice is told."
        )
    asked.store.records.read(now.id, asked.actor, "message")
    return Reply(asked.store.outbox.message(str(now.summary["bundle_id"])).xml, XML)


_OR_NULL = {"anyOf": [{"type": "string"}, {"type": "null"}]}
MESSAGE_SCHEMA: dict[str, Any] = {
    "title": "Message",
    "description": "Where a message stands.",
    "type": "object",
    "properties": {
        "id": {"description": "The id of its bundle.", "type": "string"},
        "state": {"description": "queued, sent, inf-ok, confirmed, ...: docs/mesh.md lists them.", "type": "string"},
        "since": {"description": "Since when it stands there.", "type": "string"},
        "sent_at": {"description": "When it was posted.", **_OR_NULL},
        "tries": {"description": "How often a post was begun.", "type": "integer"},
        "infrastructure": {"description": "The code of the infrastructure acknowledgement.", **_OR_NULL},
        "business": {"description": "The code of the practice's own acknowledgement.", **_OR_NULL},
        "reported": {"description": "The code with which MESH refused it or reported it undelivered.", **_OR_NULL},
    },
    "required": ["id", "state", "since", "sent_at", "tries", "infrastructure", "business", "reported"],
}
KEPT_SCHEMA: dict[str, Any] = {
    "title": "Kept",
    "description": "How a consultation stands, without saying whom it is about.",
    "type": "object",
    "properties": {
        "id": {"description": "Its id, which is that of its record.", "type": "string"},
        "state": {"description": "open, finished, ...", "type": "string"},
        "condition": {"description": "The id of the pathway.", "type": "string"},
        "version": {"description": "Its version.", "type": "string"},
        "content_digest": {"description": "The digest of the content it was decided by.", "type": "string"},
        "practice": {"description": "Whether the patient is invented.", "type": "boolean"},
        "begun_at": {"description": "When it was begun, by the server's clock.", "type": "string"},
        "finished_at": {"description": "When it was finished, by the server's clock.", **_OR_NULL},
        "outcome": {"description": "The kind of outcome.", **_OR_NULL},
        "done": {"description": "What the pharmacist did.", **_OR_NULL},
        "seal": {"description": "The seal of the record.", **_OR_NULL},
        "corrected_by": {"description": "The record that took its place.", **_OR_NULL},
        "practice_told": {
            "description": "How the GP practice is told: by (message, letter or PDF), or because_not; beside a letter no_message_because says "
            "why there is no message; message says where that stands.",
            "type": "object",
        },
    },
    "required": ["id", "state", "condition", "version", "content_digest", "practice", "begun_at", "practice_told"],
}
MESSAGES_SCHEMA: dict[str, Any] = {
    "title": "Messages",
    "description": "How many messages stand where, and what a person has to look at.",
    "type": "object",
    "properties": {
        "counts": {"description": "How many stand in each state.", "type": "object", "additionalProperties": {"type": "integer"}},
        "people": {"description": "What a person has to look at.", "type": "array", "items": {"type": "object"}},
    },
    "required": ["counts", "people"],
}  # fmt: skip

_MESSAGE = Gives("The message.", media_types=(XML,))

CALLS: tuple[Call, ...] = (
    posted(
        "/v1/consultations", "Finish and store a consultation", keep, Gives("How it stands.", "Kept", status=201), Scope.RECORDS, ACCOUNT_TO_KEEP,
        query=(AT,), writes=True,
    ),
    got("/v1/consultations/{id}", "Say how a consultation stands", consultation, Gives("How it stands.", "Kept"), Scope.RECORDS),
    got("/v1/consultations/{id}/record", "Read a record", kept_record, Gives("The record.", "Record"), Scope.RECORDS),
    got("/v1/consultations/{id}/papers/{paper}", "Make a paper of a stored record", kept_paper, ANY_FORM, Scope.RECORDS, query=(FORM,)),
    got("/v1/consultations/{id}/message", "Give the message that was queued", message_of_consultation, _MESSAGE, Scope.MESSAGES),
    got("/v1/messages", "Say how messages stand", messages, Gives("How they stand.", "Messages"), Scope.MESSAGES),
    got("/v1/messages/{id}", "Say how a message stands", kept_message, Gives("How it stands.", "Message"), Scope.MESSAGES),
)  # fmt: skip
