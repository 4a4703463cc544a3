"""Every way in which a call is refused: ``application/problem+json`` with a code that stays, and no word of whom it is about.

A problem never reads as an all-clear: it has a status of its own, and none of the keys of an assessment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pharmacyfirst import exact
from pharmacyfirst.errors import PharmacyFirstError

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem: its HTTP status, its title, and what the caller does about it."""

    status: int
    title: str
    then: str


_MEND = "Mend what the detail names, and send it again."
_WRITE_TO = "Tell whoever runs this server."

KINDS: Mapping[str, ProblemKind] = {
    # The codes of an assessment, as the command line has them.
    "not_json": ProblemKind(400, "The body cannot be read as JSON", _MEND),
    "missing_key": ProblemKind(422, "A key is missing", _MEND),
    "unknown_pathway": ProblemKind(422, "There is no such pathway", "GET /v1/conditions lists them."),
    "not_in_force": ProblemKind(422, "No version of the pathway is in force on that day", "Look at the day; nothing may be supplied."),
    "unknown_fact": ProblemKind(422, "A fact that the pathway does not ask", _MEND),
    "wrong_value": ProblemKind(422, "An answer that does not fit", _MEND),
    "facts_disagree": ProblemKind(422, "Two answers that cannot both be", _MEND),
    "no_prefetch": ProblemKind(412, "What has to be known of the patient was not given", "Send the prefetch of the service (GET /cds-services)."),
    # What is recorded, sent and received.
    "record_refused": ProblemKind(422, "This is no account or record that can be taken", _MEND),
    "no_permit": ProblemKind(409, "Nothing may be supplied", "Read every one of the reasons; supply nothing."),
    "no_adoption": ProblemKind(409, "No adoption record is in use", "Start the server with --adoption; until then nothing may be supplied."),
    "no_paper": ProblemKind(409, "This paper is not made of this record", "The detail says why."),
    "no_message": ProblemKind(409, "No message can be made of this record", "Tell the practice by letter, or as the detail says."),
    "message_refused": ProblemKind(409, "The message would be refused", "Send nothing; the problems are listed."),
    "not_a_message": ProblemKind(422, "This is no GP message", _MEND),
    "not_taken": ProblemKind(422, "What came in is not taken", "The reason says why; look at it with the sender."),
    "not_stored": ProblemKind(409, "The store does not do this", "The detail says why. Nothing was changed."),
    "not_there": ProblemKind(404, "There is nothing of this name or id", "Look at the id."),
    "no_store": ProblemKind(409, "This server keeps nothing", "Start it with --data."),
    # Who calls, and how.
    "no_key": ProblemKind(401, "No API key", 'Send "Authorization: Bearer KEY".'),
    "wrong_key": ProblemKind(401, "This key is not in use", "It is not known, or its time is over, or it was revoked."),
    "not_allowed": ProblemKind(403, "This key may not do this", "A key with the scope that the detail names."),
    "not_from_there": ProblemKind(403, "This server does not answer that caller", "Call it as it was set up: on its own machine, or through its proxy."),
    "too_many": ProblemKind(429, "Too many calls", "Wait as many seconds as Retry-After says."),
    "no_idempotency_key": ProblemKind(400, "A call that writes needs an Idempotency-Key", "Make one of your own for each thing to write: 8 to 200 letters, digits and hyphens."),
    "idempotency_key_used": ProblemKind(409, "This Idempotency-Key was used for something else", "Nothing was written. Use a new key for something new."),
    "header_twice": ProblemKind(400, "A header stands twice", "Send it once; what joins two requests on the way (a proxy, a library) has to be mended."),
    "wrong_query": ProblemKind(422, "The query is not understood", _MEND),
    "wrong_media_type": ProblemKind(415, "The body is not of the type that is taken", "Set Content-Type as the description has it."),
    "http_1_alone": ProblemKind(400, "The request asks for another protocol (Upgrade)", "Set your client to HTTP/1.1, so that it sends no Upgrade; a proxy before this server may speak others."),
    "too_large": ProblemKind(413, "The body is too large", "No consultation is as large."),
    "too_slow": ProblemKind(408, "The body did not come in time", "Send it again."),
    "no_such_call": ProblemKind(404, "There is no such call", "GET /openapi.json describes all there are."),
    "wrong_method": ProblemKind(405, "This is not called in that way", "GET /openapi.json says how."),
    # What is wrong here.
    "not_installed": ProblemKind(501, "Something that this needs is not installed here", _WRITE_TO),
    "not_readable": ProblemKind(503, "Something that this server stands on cannot be read", f"{_WRITE_TO} Supply nothing until it can."),
    "failed": ProblemKind(500, "Something went wrong here", f"Nothing was answered and nothing was written. {_WRITE_TO}"),
}  # fmt: skip


class ApiProblem(PharmacyFirstError):
    """A call that is refused: its code (one of ``KINDS``), what is wrong, the fact it is about, and what stands beside that."""

    def __init__(self, code: str, says: str, fact: str | None = None, /, **beside: Any):
        super().__init__(says)
        self.code, self.fact, self.beside = code, fact, beside

    # Exceptions are copied and pickled by calling the class with ``args``, which is the words alone.
    def __reduce__(self) -> "tuple[type[ApiProblem], tuple[str, str, str | None], dict[str, Any]]":
        return type(self), (self.code, str(self), self.fact), {"beside": self.beside}

    @property
    def kind(self) -> ProblemKind:
        """What kind of problem it is."""
        return KINDS[self.code]

    def as_dict(self) -> dict[str, Any]:
        """As JSON holds it (RFC 9457), with our code and the fact beside."""
        kind = self.kind
        return {
            "type": f"/problems/{self.code}",
            "title": kind.title,
            "status": kind.status,
            "detail": str(self),
            "code": self.code,
            "fact": self.fact,
            **self.beside,
        }

    def written(self) -> bytes:
        """Its bytes."""
        return exact.write(self.as_dict()).encode() + b"\n"


PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "Why a call was refused (RFC 9457). Nothing was assessed or written: it is no all-clear.",
    "type": "object",
    "properties": {
        "type": {"description": "What describes this kind of problem, on this server.", "type": "string"},
        "title": {"description": "The kind of problem, in words.", "type": "string"},
        "status": {"description": "The HTTP status.", "type": "integer"},
        "detail": {"description": "What is wrong, in words that repeat nothing of the person.", "type": "string"},
        "code": {"description": "Which of the ways to be wrong it is; it stays.", "enum": [*KINDS]},
        "fact": {
            "description": "The question it is about, where it is about one.",
            "anyOf": [{"type": "string"}, {"type": "null"}],
        },
    },
    "required": ["type", "title", "status", "detail", "code", "fact"],
}
