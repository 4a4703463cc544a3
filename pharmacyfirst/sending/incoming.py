"""What comes into our mailbox at MESH: which message it is about, and what it says of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from pharmacyfirst.errors import must_be
from pharmacyfirst.sending.acknowledgement import Unreadable, read_acknowledgement
from pharmacyfirst.sending.for_person import REPORTS
from pharmacyfirst.sending.standing import Happened, MessageEvent

# The message that alone bears an id of this kind, or nothing: ``find("header_id", "9a4e...")``.
Find = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Received:
    """Something from our MESH mailbox, as it came. ``headers`` are MESH's own, in lower case and without ``mex-``."""

    mesh_id: str
    headers: Mapping[str, str] = field(repr=False)
    raw: bytes = field(repr=False)

    @property
    def is_report(self) -> bool:
        """Whether MESH itself wrote it."""
        return self.headers.get("messagetype", "").upper() == "REPORT"


@dataclass(frozen=True, slots=True)
class Understood:
    """What was made of something received: the message it is about (none: nobody knows) and what it says."""

    bundle_id: str
    says: str
    new: bool = True


def must_be_whole(received: Received) -> None:
    """Raises ``WrongKind`` where something received is not made of what it should be."""
    must_be(Received, received=received)
    must_be(str, mesh_id=received.mesh_id)
    must_be(bytes, raw=received.raw)
    must_be(Mapping, headers=received.headers)
    for name, value in received.headers.items():
        must_be(str, header=name, value=value)


def read(received: Received, at: datetime, find: Find) -> tuple[str, MessageEvent]:
    """The message that something received is about, or nothing, and what happened to it. What cannot be read happened to none."""
    return _report(received, at, find) if received.is_report else _answer(received, at, find)


def _answer(received: Received, at: datetime, find: Find) -> tuple[str, MessageEvent]:
    answered = MessageEvent(Happened.ANSWERED, at, received=received.mesh_id)
    try:
        answer = read_acknowledgement(received.raw)
    except Unreadable as why:
        return "", replace(answered, says=f"not readable: {why}")
    answered = replace(answered, code=answer.code.code, says=answer.code.meaning)
    bundle_id = find("header_id", answer.answers)
    if not bundle_id and not answer.answers:  # they could not read our id, so what they echo has to do
        bundle_id = find("sender_reference", answer.sender_reference)
    if not bundle_id:
        return "", replace(answered, says=f"{answer.code.meaning}; it names no message of this outbox")
    return bundle_id, answered


def _report(received: Received, at: datetime, find: Find) -> tuple[str, MessageEvent]:
    headers = received.headers
    code, linked = headers.get("statuscode", ""), headers.get("linkedmsgid", "")
    says = REPORTS.get(code, ("MESH reports a fault", ""))[0]
    bundle_id = find("mesh_id", linked) or find("local_id", headers.get("localid", ""))
    if not bundle_id:
        says += "; it names no message of this outbox"
    return bundle_id, MessageEvent(Happened.REPORTED, at, code, linked, received.mesh_id, says=says)
