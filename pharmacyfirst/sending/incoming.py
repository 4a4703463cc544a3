"""What comes into our mailbox at MESH: which message it is about, and what it says of it."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from pharmacyfirst.errors import must_be
from pharmacyfirst.sending.acknowledgement import Unreadable, read_acknowledgement
from pharmacyfirst.sending.for_person import REPORTS
from pharmacyfirst.sending.standing import Happened, MessageEvent
from pharmacyfirst.xml_in import MOST_BYTES

# The message that alone bears an id of this kind, or nothing: ``find("header_id", "9a4e...")``.
Find = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Received:
    """Something from our MESH mailbox, as it came. ``headers`` are MESH's own, in lower case and without ``mex-``.

    ``raw`` are its bytes: unpacked, or as they were packed where ``fault`` says why they could not be. Where they are more than are kept
    here, ``left`` is true and ``raw`` is empty: it stays at MESH.
    """

    mesh_id: str
    headers: Mapping[str, str] = field(repr=False)
    raw: bytes = field(repr=False)
    fault: str = ""
    left: bool = False

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
    kept: bool = True  # it is in the ledger, so MESH need not keep it


# An acknowledgement has some 4 kB. What is larger than any message may be is left where it is.
MOST_HEADERS, LONGEST_HEADER = 60, 500


def within_bounds(received: Received) -> Received:
    """The same, with no more than is kept here. Raises ``WrongKind`` where something received is not made of what it should be."""
    must_be(Received, received=received)
    must_be(str, mesh_id=received.mesh_id, fault=received.fault)
    must_be(bytes, raw=received.raw)
    must_be(Mapping, headers=received.headers)
    for name, value in received.headers.items():
        must_be(str, header=name, value=value)
    some = list(received.headers.items())[:MOST_HEADERS]
    received = replace(received, headers={name[:LONGEST_HEADER]: value[:LONGEST_HEADER] for name, value in some})
    return too_large(received) if len(received.raw) > MOST_BYTES else received


def too_large(received: Received) -> Received:
    """What is not kept here, because it is larger than any answer may be."""
    return replace(received, raw=b"", fault=f"it is larger than {MOST_BYTES / 1_000_000:g} MB", left=True)


def unpacked(packed: bytes) -> tuple[bytes, str]:
    """What was packed with gzip, and nothing; or the bytes as they are, and why they cannot be unpacked. At most ``MOST_BYTES`` are."""
    whole, rest = bytearray(), packed
    while rest:
        one = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        try:
            whole += one.decompress(rest, MOST_BYTES + 1 - len(whole))
        except zlib.error:
            return packed, "it says that it is packed with gzip, and is not"
        if len(whole) > MOST_BYTES:
            return packed, f"unpacked it is larger than {MOST_BYTES / 1_000_000:g} MB"
        if not one.eof:
            return packed, "it is packed with gzip, and its end is missing"
        rest = one.unused_data
    return bytes(whole), ""


def read(received: Received, at: datetime, find: Find) -> tuple[str, MessageEvent]:
    """The message that something received is about, or nothing, and what happened to it. What cannot be read happened to none."""
    if received.fault:
        return "", MessageEvent(
            Happened.ANSWERED, at, received=received.mesh_id, says=f"not readable: {received.fault}"
        )
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
