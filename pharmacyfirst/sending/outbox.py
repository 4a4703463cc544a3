"""The outbox: messages stored before they are sent, and followed until the practice has answered.

What happened to a message is a row that is never changed, the raw acknowledgement with it. ``after`` says where a message stands after
one more of them; everything else here stores rows and asks it. The clock is passed in. Ids and codes may be shown and logged; a message,
its subject and its recipient tell who the patient is and are never part of an error.

Every change is one transaction. Where the connection is in one already, the change joins it, so that a finished consultation and its
queued message are committed at once; only the intent to send insists on a commit of its own, because it must be on disk before the POST.
"""

import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path

from pharmacyfirst.sending.acknowledgement import (
    MOST_BYTES,
    PDF_NOW,
    Says,
    Unreadable,
    read_acknowledgement,
    response_code,
)

# A message that MESH does not hold after it was posted is posted again this often; then a person looks.
MOST_LOST = 3


class State(Enum):
    """Where a message stands."""

    DRAFTED = "drafted"
    VALIDATED = "validated"
    QUEUED = "queued"
    SENT = "sent"
    INF_OK = "inf_ok"
    DONE = "done"
    UNDELIVERED = "undelivered"
    INF_FAILED = "inf_failed"
    BUS_FAILED = "bus_failed"
    UNCONFIRMED = "unconfirmed"
    FALLBACK_SENT = "fallback_sent"
    REPLACED = "replaced"
    VOID = "void"


class Happened(Enum):
    """What can happen to a message."""

    DRAFTED = "drafted"
    VALIDATED = "validated"
    QUEUED = "queued"
    POSTING = "posting"  # the intent: on disk before the POST
    POSTED = "posted"  # MESH has it
    NOT_POSTED = "not posted"  # it certainly did not reach MESH
    NOT_ARRIVED = "not arrived"  # MESH was asked afterwards, and does not hold it
    REFUSED = "refused"  # MESH would not take it
    ANSWERED = "answered"
    REPORTED = "reported"
    OVERDUE = "overdue"
    ESCALATED = "escalated"
    SENT_AGAIN = "to be sent again"
    FALLBACK_SENT = "fallback sent"
    REPLACED = "replaced"
    VOIDED = "voided"
    SEEN = "seen"
    NOTED = "noted"


class OutOfOrder(ValueError):
    """This cannot happen to a message that stands where it stands; nothing was changed."""


class NotTaken(ValueError):
    """The outbox does not take this message, and nothing was stored; the reason names no patient."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a message. ``by`` is the person who did it; ``received`` the MESH id of what told us."""

    what: Happened
    at: datetime
    code: str = ""
    mesh_id: str = ""
    received: str = ""
    by: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a message stands, folded from its events."""

    state: State
    since: datetime
    sent_at: datetime | None = None
    posting_since: datetime | None = None
    posts: int = 0  # POSTs that may have reached MESH, as far as was known right after them
    gone: int = 0  # of these, those of which MESH said later that it holds nothing
    lost: int = 0  # the same, since a person last looked
    mesh_ids: tuple[str, ...] = ()
    dead_mesh_ids: frozenset[str] = frozenset()
    infrastructure: str = ""  # the code of the infrastructure acknowledgement
    business: str = ""  # the code of the business acknowledgement
    reported: str = ""  # the code with which MESH refused it or reported that it was not delivered
    escalated: bool = False
    to_show: bool = False  # somebody should see it, whatever the state
    note: str = ""

    @property
    def posting(self) -> bool:
        """Whether a POST was begun whose end nobody has recorded."""
        return self.posting_since is not None

    @property
    def copies(self) -> int:
        """How many copies may be with the practice or on their way."""
        return self.posts - self.gone - len(self.dead_mesh_ids)


_OVER = (State.FALLBACK_SENT, State.REPLACED, State.VOID)
_FAILED = (State.UNDELIVERED, State.INF_FAILED, State.BUS_FAILED, State.UNCONFIRMED)
_UNSENT = (State.DRAFTED, State.VALIDATED, State.QUEUED)


def after(now: Standing | None, event: Event) -> Standing:
    """Where a message stands once this has happened too. Raises ``OutOfOrder``.

    Acknowledgements and reports are taken in any order, twice, and in any state: they are news, and never refused.
    """
    if now is None:
        if event.what is not Happened.DRAFTED:
            raise OutOfOrder("A message begins as a draft.")
        return Standing(State.DRAFTED, event.at)
    then = _AFTER[event.what](now, event)
    return replace(then, since=event.at) if then.state is not now.state else then


def _drafted(now: Standing, event: Event) -> Standing:
    raise OutOfOrder("This message was drafted before.")


def _validated(now: Standing, event: Event) -> Standing:
    _must_be(now, State.DRAFTED)
    return replace(now, state=State.VALIDATED)


def _queued(now: Standing, event: Event) -> Standing:
    _must_be(now, State.VALIDATED)
    return replace(now, state=State.QUEUED)


def _posting(now: Standing, event: Event) -> Standing:
    _must_be(now, State.QUEUED)
    if now.posting:
        raise OutOfOrder("Another POST of this message has not ended; MESH has to be asked first.")
    return replace(now, posting_since=event.at, posts=now.posts + 1)


def _posted(now: Standing, event: Event) -> Standing:
    """Recorded whenever it comes: another process may have settled the same POST, or the practice may have answered."""
    ids = now.mesh_ids if event.mesh_id in (*now.mesh_ids, "") else (*now.mesh_ids, event.mesh_id)
    gone = min(now.gone, max(now.posts - len(ids), 0))  # one that had seemed not to have arrived did
    now = replace(now, mesh_ids=ids, gone=gone, posting_since=None)
    return _arrived(now, event) if now.state is State.QUEUED else now


def _not_posted(now: Standing, event: Event) -> Standing:
    _must_be_posting(now)
    return replace(now, posting_since=None, posts=now.posts - 1)


def _not_arrived(now: Standing, event: Event) -> Standing:
    _must_be_posting(now)
    lost = now.lost + 1
    return replace(now, posting_since=None, gone=now.gone + 1, lost=lost, to_show=now.to_show or lost >= MOST_LOST)


def _refused(now: Standing, event: Event) -> Standing:
    _must_be_posting(now)
    return replace(now, posting_since=None, posts=now.posts - 1, state=State.UNDELIVERED, reported=event.code)


def _arrived(now: Standing, event: Event) -> Standing:
    return replace(now, state=State.SENT, sent_at=now.sent_at or event.at, posting_since=None)


def _answered(now: Standing, event: Event) -> Standing:
    """A negative answer stays, whatever comes after it; two positive ones, in either order, are wanted for ``done``."""
    says = response_code(event.code).says
    if now.state in _UNSENT and not now.posts:
        return replace(now, to_show=True)  # an answer to what was never sent
    if now.state in (State.QUEUED, State.UNDELIVERED):
        now = _arrived(now, event)  # who answers has received it, whatever we knew of it
    if says is Says.DUPLICATE:
        # Refused as a copy of something we sent once only: then the first one was not ours, and this one was dropped.
        return now if now.posts > 1 else _if_open(now, State.UNCONFIRMED)
    if says is Says.UNHEARD_OF:
        return _if_open(now, State.UNCONFIRMED)
    return _with_answer(now, event.code, says)


def _with_answer(now: Standing, code: str, says: Says) -> Standing:
    if says is Says.PROCESSED:
        now = replace(now, infrastructure=now.infrastructure or code)
    elif says is Says.KNOWN:
        now = replace(now, business=now.business or code, to_show=now.to_show or code == "30004")
    elif says is Says.NOT_KNOWN:
        return _if_open(replace(now, business=code), State.BUS_FAILED)
    elif says is Says.CANNOT_REPLACE:
        return replace(_if_open(replace(now, infrastructure=code), State.VOID), to_show=True)
    else:
        return _if_open(replace(now, infrastructure=code), State.INF_FAILED)
    if now.state not in (State.SENT, State.INF_OK, State.UNCONFIRMED):
        return now
    if _positive(now.infrastructure) and _positive(now.business):
        return replace(now, state=State.DONE)
    if _positive(now.infrastructure) and now.state is State.SENT:
        return replace(now, state=State.INF_OK)
    return now


def _positive(code: str) -> bool:
    return bool(code) and response_code(code).positive


def _if_open(now: Standing, state: State) -> Standing:
    """What a person has settled, or a negative answer has ended, stays as it is, and is shown."""
    if now.state in (*_OVER, State.INF_FAILED, State.BUS_FAILED):
        return replace(now, to_show=True)
    return replace(now, state=state)


def _reported(now: Standing, event: Event) -> Standing:
    """Not delivered, save where another copy may yet arrive or somebody has answered."""
    now = replace(now, reported=event.code, dead_mesh_ids=now.dead_mesh_ids | {event.mesh_id})
    answered = now.infrastructure or now.business
    waiting = now.state in (State.SENT, State.UNCONFIRMED, State.UNDELIVERED) or (
        now.state is State.QUEUED and now.posting
    )
    if waiting and not answered and now.copies <= 0:
        return replace(now, state=State.UNDELIVERED, posting_since=None)
    return replace(now, to_show=True)


def _overdue(now: Standing, event: Event) -> Standing:
    _must_be(now, State.SENT, State.INF_OK)
    return replace(now, state=State.UNCONFIRMED)


def _escalated(now: Standing, event: Event) -> Standing:
    _must_be(now, State.UNCONFIRMED)
    return replace(now, escalated=True)


def _sent_again(now: Standing, event: Event) -> Standing:
    """By a person, and only where it is known not to have been delivered: a copy would not be told from a new message by MESH."""
    if now.posting:
        raise OutOfOrder("A POST of this message has not ended; MESH has to be asked first.")
    if now.state is State.QUEUED and now.lost:
        return replace(now, lost=0, to_show=False)
    _must_be(now, State.UNDELIVERED)
    return replace(now, state=State.QUEUED, lost=0, reported="", to_show=False)


def _fallback_sent(now: Standing, event: Event) -> Standing:
    _must_be(now, *_UNSENT, *_FAILED, State.SENT, State.INF_OK)
    if now.posting:
        raise OutOfOrder("A POST of this message has not ended; MESH has to be asked first.")
    return replace(now, state=State.FALLBACK_SENT, to_show=False)


def _replaced(now: Standing, event: Event) -> Standing:
    if now.state in (State.REPLACED, State.VOID):
        raise OutOfOrder(f"This message is {now.state.value}.")
    return replace(now, state=State.REPLACED)


def _voided(now: Standing, event: Event) -> Standing:
    """By a person; or, without one, because the practice could not process its replacement, which somebody has to see."""
    if now.state is State.VOID:
        raise OutOfOrder("This message is void.")
    if event.by and (now.posting or now.state not in (State.DRAFTED, State.VALIDATED, State.QUEUED, *_FAILED)):
        raise OutOfOrder("A message on its way, or with the practice, is corrected by a new one that replaces it.")
    return replace(now, state=State.VOID, to_show=not event.by)


def _seen(now: Standing, event: Event) -> Standing:
    return replace(now, to_show=False)


def _noted(now: Standing, event: Event) -> Standing:
    return replace(now, note=event.says)


_AFTER = {
    Happened.DRAFTED: _drafted,
    Happened.VALIDATED: _validated,
    Happened.QUEUED: _queued,
    Happened.POSTING: _posting,
    Happened.POSTED: _posted,
    Happened.NOT_POSTED: _not_posted,
    Happened.NOT_ARRIVED: _not_arrived,
    Happened.REFUSED: _refused,
    Happened.ANSWERED: _answered,
    Happened.REPORTED: _reported,
    Happened.OVERDUE: _overdue,
    Happened.ESCALATED: _escalated,
    Happened.SENT_AGAIN: _sent_again,
    Happened.FALLBACK_SENT: _fallback_sent,
    Happened.REPLACED: _replaced,
    Happened.VOIDED: _voided,
    Happened.SEEN: _seen,
    Happened.NOTED: _noted,
}


def _must_be(now: Standing, *states: State) -> None:
    if now.state not in states:
        raise OutOfOrder(f"This message is {now.state.value}, not {' or '.join(state.value for state in states)}.")


def _must_be_posting(now: Standing) -> None:
    if not now.posting:
        raise OutOfOrder("No POST of this message is open.")


@dataclass(frozen=True, slots=True)
class Message:
    """One update record as it goes out: its bytes, its ids, and where it goes. Nothing of it is ever changed.

    ``document_id`` is that of the document Bundle, which a later message names to replace this one; ``replaces`` is the document id of
    an earlier message. ``practice_patient`` is true for practice patients: their messages never go to the live service, and
    all others go nowhere else.
    """

    bundle_id: str
    header_id: str
    document_id: str
    local_id: str
    recipient: str = field(repr=False)
    subject: str = field(repr=False)
    xml: bytes = field(repr=False)
    practice_patient: bool
    sender_reference: str = ""
    replaces: str = ""

    @property
    def file_name(self) -> str:
        """What the message is called in MESH. It tells our message from others where their local ids are alike."""
        return f"{self.bundle_id}.xml"


_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
_HEADER = re.compile(r"[\x20-\x7e]+")
_LONGEST = {"recipient": 100, "subject": 500, "local_id": 300}  # as MESH takes them


def _check(message: Message) -> None:
    """Raises ``NotTaken``."""
    for name in ("bundle_id", "header_id", "document_id"):
        if not _UUID.fullmatch(getattr(message, name)):
            raise NotTaken(f"{name} is not a UUID in lower case.")
        if getattr(message, name).encode() not in message.xml:
            raise NotTaken(f"{name} does not occur in the message.")
    for name, longest in _LONGEST.items():
        if not _HEADER.fullmatch(getattr(message, name)) or len(getattr(message, name)) > longest:
            raise NotTaken(f"{name} has to be 1 to {longest} printable ASCII characters, or MESH does not take it.")
    if len(message.xml) > MOST_BYTES:
        raise NotTaken("The message is larger than 5 MB, which practices refuse (20015).")
    if message.recipient.startswith("GPPROVIDER_999") and not message.practice_patient:
        raise NotTaken(
            "NHS numbers beginning 999 belong to nobody: this is a practice patient, and has to be marked so."
        )


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
class Reading:
    """What was made of something received: the message it is about (none: nobody knows) and what it says."""

    bundle_id: str
    says: str
    new: bool = True


@dataclass(frozen=True, slots=True)
class Waits:
    """How long is reasonable. No national number exists: a summary is due the same or the next working day."""

    warn: timedelta = timedelta(hours=4)
    escalate: timedelta = timedelta(hours=24)
    # Longer than any POST can take, so that no message is sent again while a slow POST of it is still running.
    settle: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ForPerson:
    """Something that a person has to look at. ``bundle_id`` is empty for what came in and is about no message of ours."""

    bundle_id: str
    mesh_id: str
    state: str
    since: datetime
    codes: tuple[str, ...]
    urgent: bool
    says: str
    then: str


_REPORTS = {
    "14": ("not collected within 5 days", "Send it again, or send the PDF, and tell the practice."),
    "EPL-150": ("MESH found several mailboxes for the patient's practice", "Send the PDF, and tell the supplier."),
    "EPL-151": ("MESH found no mailbox for the patient's practice", "Send the PDF, and tell the supplier."),
    "EPL-152": ("the NHS number is not valid", "Check the patient's details; a new message, or the PDF."),
    "EPL-153": ("the NHS number was not found", "Check the patient's details; a new message, or the PDF."),
    "EPL-154": ("the patient's details differ from PDS", "Trace the patient on PDS again; a new message, or the PDF."),
}

# What happened is immutable, and the database itself says so. outbox_now is an index into it, made from the events alone.
_TABLES = """
CREATE TABLE IF NOT EXISTS outbox_message (
    bundle_id TEXT PRIMARY KEY, header_id TEXT NOT NULL UNIQUE, document_id TEXT NOT NULL UNIQUE,
    local_id TEXT NOT NULL, sender_reference TEXT NOT NULL, recipient TEXT NOT NULL, subject TEXT NOT NULL,
    xml BLOB NOT NULL, digest TEXT NOT NULL, practice_patient INTEGER NOT NULL, replaces TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS outbox_message_local_id ON outbox_message (local_id);
CREATE INDEX IF NOT EXISTS outbox_message_reference ON outbox_message (sender_reference);
CREATE INDEX IF NOT EXISTS outbox_message_replaces ON outbox_message (replaces) WHERE replaces <> '';
CREATE TABLE IF NOT EXISTS outbox_event (
    bundle_id TEXT NOT NULL REFERENCES outbox_message, number INTEGER NOT NULL, at TEXT NOT NULL, what TEXT NOT NULL,
    state TEXT NOT NULL, code TEXT NOT NULL, mesh_id TEXT NOT NULL, received TEXT NOT NULL, "by" TEXT NOT NULL,
    says TEXT NOT NULL, PRIMARY KEY (bundle_id, number));
CREATE INDEX IF NOT EXISTS outbox_event_mesh_id ON outbox_event (mesh_id) WHERE mesh_id <> '';
CREATE TABLE IF NOT EXISTS outbox_received (
    mesh_id TEXT PRIMARY KEY, at TEXT NOT NULL, headers TEXT NOT NULL, raw BLOB NOT NULL,
    bundle_id TEXT NOT NULL, code TEXT NOT NULL, says TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS outbox_received_unknown ON outbox_received (at) WHERE bundle_id = '';
CREATE TABLE IF NOT EXISTS outbox_seen (mesh_id TEXT PRIMARY KEY, at TEXT NOT NULL, "by" TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outbox_now (
    bundle_id TEXT PRIMARY KEY REFERENCES outbox_message, state TEXT NOT NULL, since TEXT NOT NULL, sent_at TEXT,
    posting_since TEXT, escalated INTEGER NOT NULL, to_show INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS outbox_now_state ON outbox_now (state, since);
CREATE INDEX IF NOT EXISTS outbox_now_to_show ON outbox_now (since) WHERE to_show;
"""
_IMMUTABLE = ("outbox_message", "outbox_event", "outbox_received", "outbox_seen")
_FULL = 2


class Outbox:
    """The outbox in an open database."""

    def __init__(self, connection: sqlite3.Connection):
        """Tables are made where they are missing. Raises ``ValueError`` where the connection could lose what it has committed."""
        if getattr(connection, "autocommit", None) is False:
            raise ValueError("The outbox has to know what is on disk: open the connection without autocommit=False.")
        self._connection = connection
        with _rows(connection) as cursor:
            if cursor.execute("PRAGMA synchronous").fetchone()[0] < _FULL:
                raise ValueError("The outbox needs PRAGMA synchronous=FULL, or a power cut could undo what was sent.")
            there = cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'outbox_now'").fetchone()
        if not there:  # asked first, so that opening an outbox does not wait for whoever is writing
            self._make_tables()

    def _make_tables(self) -> None:
        with self._change() as cursor:
            for statement in filter(str.strip, _TABLES.split(";\n")):
                cursor.execute(statement)
            for table in _IMMUTABLE:
                for verb in ("UPDATE", "DELETE"):
                    cursor.execute(
                        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                        f"BEGIN SELECT RAISE(ABORT, 'what happened to a message is never changed'); END"
                    )

    # What a pharmacy does

    def draft(self, message: Message, at: datetime) -> Standing:
        """Store a message. The same message again changes nothing; the same ids with other bytes are refused (``NotTaken``)."""
        _check(message)
        digest = hashlib.sha256(message.xml).hexdigest()
        with self._change() as cursor:
            known = cursor.execute(
                "SELECT digest, bundle_id FROM outbox_message WHERE bundle_id = ? OR header_id = ? OR document_id = ?",
                (message.bundle_id, message.header_id, message.document_id),
            ).fetchall()
            if known:
                if known != [(digest, message.bundle_id)]:
                    raise NotTaken("An id of this message was used before, for another one.")
                return self._fold(cursor, message.bundle_id)
            if message.replaces:
                self._check_replacement(cursor, message)
            cursor.execute(
                "INSERT INTO outbox_message VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                (message.bundle_id, message.header_id, message.document_id, message.local_id, message.sender_reference,
                 message.recipient, message.subject, message.xml, digest, message.practice_patient, message.replaces),
            )  # fmt: skip
            return self._record(cursor, message.bundle_id, Event(Happened.DRAFTED, at))

    def validated(self, bundle_id: str, at: datetime, by: str) -> Standing:
        """The message passed its checks; ``by`` names what checked it, with its version."""
        return self._happened(bundle_id, Event(Happened.VALIDATED, at, by=by))

    def queue(self, bundle_id: str, at: datetime) -> Standing:
        """The message may be sent."""
        return self._happened(bundle_id, Event(Happened.QUEUED, at))

    def put(self, message: Message, at: datetime, checked_by: str) -> Standing:
        """Store and queue a message that has passed its checks, at once. One that was put before stays where it stands."""
        with self._change():
            standing = self.draft(message, at)
            if standing.state is State.DRAFTED:
                standing = self.validated(message.bundle_id, at, checked_by)
            return self.queue(message.bundle_id, at) if standing.state is State.VALIDATED else standing

    def send_again(self, bundle_id: str, at: datetime, by: str) -> Standing:
        """Queue the same bytes under the same ids once more; only where MESH is known not to have delivered them."""
        return self._by_person(bundle_id, Happened.SENT_AGAIN, at, by)

    def fallback_sent(self, bundle_id: str, at: datetime, by: str, how: str) -> Standing:
        """The consultation went to the practice as a PDF; ``how`` says by which route, and names no patient."""
        _needed(how, "Say by which route it went.")
        return self._by_person(bundle_id, Happened.FALLBACK_SENT, at, by, how)

    def void(self, bundle_id: str, at: datetime, by: str, why: str) -> Standing:
        """The message counts for nothing; ``why`` names no patient."""
        _needed(why, "Say why.")
        return self._by_person(bundle_id, Happened.VOIDED, at, by, why)

    def seen(self, bundle_id: str, at: datetime, by: str) -> Standing:
        """A person has seen what was to be shown of this message. What still has to be done stays in the list."""
        return self._by_person(bundle_id, Happened.SEEN, at, by)

    def seen_received(self, mesh_id: str, at: datetime, by: str) -> None:
        """A person has dealt with something received that is about no message of ours."""
        _needed(by, "Say who it was.")
        with self._change() as cursor:
            cursor.execute("INSERT OR IGNORE INTO outbox_seen VALUES (?,?,?)", (mesh_id, _text(at), by))

    # What the sender does

    def begin_post(self, bundle_id: str, at: datetime) -> Message:
        """Put the intent to send on disk and give out the message. Nothing may be posted before this has returned."""
        if self._connection.in_transaction:
            raise RuntimeError("The intent to send has to be on disk before the POST: commit first.")
        with self._change() as cursor:
            self._record(cursor, bundle_id, Event(Happened.POSTING, at))
            return self._message(cursor, bundle_id)

    def record(self, bundle_id: str, event: Event) -> Standing:
        """Put down what became of a POST, or what MESH said of a message. Raises ``OutOfOrder``."""
        return self._happened(bundle_id, event)

    def receive(self, received: Received, at: datetime) -> Reading:
        """Store something from the mailbox and what it changes, both at once. Only then may MESH be told that we have it."""
        with self._change() as cursor:
            known = cursor.execute(
                "SELECT bundle_id, says FROM outbox_received WHERE mesh_id = ?", (received.mesh_id,)
            ).fetchone()
            if known:
                return Reading(*known, new=False)
            bundle_id, event = self._read(cursor, received, at)
            cursor.execute(
                "INSERT INTO outbox_received VALUES (?,?,?,?,?,?,?)",
                (received.mesh_id, _text(at), json.dumps(dict(received.headers), sort_keys=True), received.raw,
                 bundle_id, event.code, event.says),
            )  # fmt: skip
            if bundle_id:
                self._record(cursor, bundle_id, event)
            return Reading(bundle_id, event.says)

    def overdue(self, at: datetime, waits: Waits) -> tuple[str, ...]:
        """Mark what has waited too long for its acknowledgements, and name what is newly so."""
        with self._change() as cursor:
            late = self._ids(cursor, "state IN ('sent', 'inf_ok') AND sent_at <= ?", _text(at - waits.warn))
            for bundle_id in late:
                self._record(cursor, bundle_id, Event(Happened.OVERDUE, at))
            very_late = self._ids(
                cursor, "state = 'unconfirmed' AND NOT escalated AND sent_at <= ?", _text(at - waits.escalate)
            )
            for bundle_id in very_late:
                self._record(cursor, bundle_id, Event(Happened.ESCALATED, at))
        return late

    # What is asked of the outbox

    def to_send(self) -> tuple[str, ...]:
        """The messages to send now, oldest first. A replacement waits until the practice's system has taken what it replaces."""
        with _rows(self._connection) as cursor:
            queued = self._ids(cursor, "state = 'queued' AND posting_since IS NULL")
            return tuple(
                one
                for one in queued
                if self._fold(cursor, one).lost < MOST_LOST
                and self._original_state(cursor, one) in (None, State.INF_OK, State.DONE)
            )

    def unsettled(self) -> tuple[str, ...]:
        """The messages with a POST that began and whose end is not on record: MESH has to be asked about them."""
        with _rows(self._connection) as cursor:
            return self._ids(cursor, "posting_since IS NOT NULL")

    def message(self, bundle_id: str) -> Message:
        """A message as it was stored. Raises ``KeyError``."""
        with _rows(self._connection) as cursor:
            return self._message(cursor, bundle_id)

    def standing(self, bundle_id: str) -> Standing:
        """Where a message stands. Raises ``KeyError``."""
        with _rows(self._connection) as cursor:
            return self._fold(cursor, bundle_id)

    def history(self, bundle_id: str) -> tuple[tuple[Event, State], ...]:
        """All that happened to a message, with the state that followed."""
        with _rows(self._connection) as cursor:
            return tuple(self._events(cursor, bundle_id))

    def raw(self, mesh_id: str) -> bytes:
        """Something received, byte for byte. Raises ``KeyError``."""
        with _rows(self._connection) as cursor:
            found = cursor.execute("SELECT raw FROM outbox_received WHERE mesh_id = ?", (mesh_id,)).fetchone()
        if found is None:
            raise KeyError(mesh_id)
        return bytes(found[0])

    def counts(self) -> dict[State, int]:
        """How many messages there are in each state."""
        with _rows(self._connection) as cursor:
            found = dict(cursor.execute("SELECT state, count(*) FROM outbox_now GROUP BY state"))
        return {state: found.get(state.value, 0) for state in State}

    def knows_mesh_id(self, mesh_id: str) -> str:
        """The message that was posted under this MESH id, or nothing."""
        with _rows(self._connection) as cursor:
            return self._posted_as(cursor, mesh_id)

    def for_fallback(self) -> tuple[str, ...]:
        """The messages that must go to the practice as a PDF by another route, because it answered 20010."""
        with _rows(self._connection) as cursor:
            refused = self._ids(cursor, "state = 'inf_failed'")
            return tuple(one for one in refused if self._fold(cursor, one).infrastructure == "20010")

    def for_person(self, at: datetime, waits: Waits) -> tuple[ForPerson, ...]:
        """All that a person has to look at: what is urgent first, then by age. No identity is in it."""
        failed = ", ".join(f"'{state.value}'" for state in _FAILED)
        unsent = ", ".join(f"'{state.value}'" for state in _UNSENT)
        with _rows(self._connection) as cursor:
            ids = self._ids(
                cursor,
                f"state IN ({failed}) OR to_show OR (state IN ({unsent}) AND (since <= ? OR bundle_id IN "
                "(SELECT bundle_id FROM outbox_message WHERE replaces <> '')))",
                _text(at - waits.warn),
            )
            found = [self._for_person(cursor, one, at, waits) for one in ids]
            found += [
                ForPerson("", mesh_id, "received", _time(since), (code,) if code else (), False, says, _LOOK)
                for mesh_id, since, code, says in cursor.execute(
                    "SELECT mesh_id, at, code, says FROM outbox_received WHERE bundle_id = '' "
                    "AND mesh_id NOT IN (SELECT mesh_id FROM outbox_seen)"
                )
            ]
        return tuple(sorted(filter(None, found), key=lambda one: (not one.urgent, one.since, one.bundle_id)))

    # How it is stored

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Cursor]:
        """One transaction; within the caller's, where there is one, and then the caller commits."""
        begin, commit, undo = ("BEGIN IMMEDIATE",), ("COMMIT",), ("ROLLBACK",)
        if self._connection.in_transaction:
            begin, commit = ("SAVEPOINT outbox",), ("RELEASE outbox",)
            undo = ("ROLLBACK TO outbox", "RELEASE outbox")
        with _rows(self._connection) as cursor:
            for statement in begin:
                cursor.execute(statement)
            try:
                yield cursor
                for statement in commit:
                    cursor.execute(statement)
            except BaseException:
                if self._connection.in_transaction:
                    for statement in undo:
                        cursor.execute(statement)
                raise

    def _happened(self, bundle_id: str, event: Event) -> Standing:
        with self._change() as cursor:
            return self._record(cursor, bundle_id, event)

    def _by_person(self, bundle_id: str, what: Happened, at: datetime, by: str, says: str = "") -> Standing:
        _needed(by, "Say who it was.")
        return self._happened(bundle_id, Event(what, at, by=by, says=says))

    def _record(self, cursor: sqlite3.Cursor, bundle_id: str, event: Event) -> Standing:
        events = list(self._events(cursor, bundle_id))
        if not events and event.what is not Happened.DRAFTED:
            raise KeyError(bundle_id)
        then = after(_folded(event for event, _ in events), event)
        cursor.execute(
            "INSERT INTO outbox_event VALUES (?,?,?,?,?,?,?,?,?,?)",
            (bundle_id, len(events) + 1, _text(event.at), event.what.value, then.state.value, event.code, event.mesh_id,
             event.received, event.by, event.says),
        )  # fmt: skip
        cursor.execute(
            "INSERT OR REPLACE INTO outbox_now VALUES (?,?,?,?,?,?,?)",
            (bundle_id, then.state.value, _text(then.since), _text(then.sent_at), _text(then.posting_since),
             then.escalated, then.to_show),
        )  # fmt: skip
        if events and then.state is not events[-1][1]:
            self._tell_the_original(cursor, bundle_id, then, event)
        return then

    def _tell_the_original(self, cursor: sqlite3.Cursor, bundle_id: str, then: Standing, event: Event) -> None:
        """A replacement that is done replaces; one that could not be processed (20014) takes its original with it."""
        original = self._original(cursor, bundle_id)
        if not original or self._fold(cursor, original).state in (State.REPLACED, State.VOID):
            return
        says = f"by {bundle_id}"
        if then.state is State.DONE:
            self._record(cursor, original, Event(Happened.REPLACED, event.at, says=says))
        elif then.state is State.VOID and event.what is Happened.ANSWERED:
            voided = Event(Happened.VOIDED, event.at, code=event.code, received=event.received, says=says)
            self._record(cursor, original, voided)

    def _check_replacement(self, cursor: sqlite3.Cursor, message: Message) -> None:
        """A chain, not a star; and never of something the practice does not hold."""
        found = cursor.execute(
            "SELECT bundle_id FROM outbox_message WHERE document_id = ?", (message.replaces,)
        ).fetchone()
        if found is None:
            raise NotTaken("It replaces a document that this outbox has not sent.")
        state = self._fold(cursor, found[0]).state
        if state not in (State.SENT, State.INF_OK, State.DONE, State.UNCONFIRMED):
            raise NotTaken(
                f"What it replaces is {state.value}, so the practice does not hold it: send a new message instead."
            )
        others = cursor.execute(
            "SELECT bundle_id FROM outbox_message WHERE replaces = ?", (message.replaces,)
        ).fetchall()
        ended = (State.UNDELIVERED, State.INF_FAILED, State.BUS_FAILED, *_OVER)
        if any(self._fold(cursor, one).state not in ended for (one,) in others):
            raise NotTaken("What it replaces has a replacement already: replace that one.")

    def _original(self, cursor: sqlite3.Cursor, bundle_id: str) -> str:
        found = cursor.execute(
            "SELECT original.bundle_id FROM outbox_message AS original JOIN outbox_message AS message "
            "ON message.replaces = original.document_id WHERE message.bundle_id = ?",
            (bundle_id,),
        ).fetchone()
        return str(found[0]) if found else ""

    def _original_state(self, cursor: sqlite3.Cursor, bundle_id: str) -> State | None:
        original = self._original(cursor, bundle_id)
        return self._fold(cursor, original).state if original else None

    def _events(self, cursor: sqlite3.Cursor, bundle_id: str) -> Iterator[tuple[Event, State]]:
        rows = cursor.execute(
            'SELECT what, at, code, mesh_id, received, "by", says, state FROM outbox_event WHERE bundle_id = ? ORDER BY number',
            (bundle_id,),
        ).fetchall()
        for what, at, *rest, state in rows:
            yield Event(Happened(what), _time(at), *rest), State(state)

    def _fold(self, cursor: sqlite3.Cursor, bundle_id: str) -> Standing:
        standing = _folded(event for event, _ in self._events(cursor, bundle_id))
        if standing is None:
            raise KeyError(bundle_id)
        return standing

    def _ids(self, cursor: sqlite3.Cursor, where: str, *given: object) -> tuple[str, ...]:
        rows = cursor.execute(f"SELECT bundle_id FROM outbox_now WHERE {where} ORDER BY since, bundle_id", given)
        return tuple(bundle_id for (bundle_id,) in rows.fetchall())

    def _message(self, cursor: sqlite3.Cursor, bundle_id: str) -> Message:
        row = cursor.execute(
            "SELECT bundle_id, header_id, document_id, local_id, recipient, subject, xml, practice_patient, sender_reference, "
            "replaces FROM outbox_message WHERE bundle_id = ?",
            (bundle_id,),
        ).fetchone()
        if row is None:
            raise KeyError(bundle_id)
        *ids, xml, practice_patient, reference, replaces = row
        return Message(*ids, bytes(xml), bool(practice_patient), reference, replaces)

    def _posted_as(self, cursor: sqlite3.Cursor, mesh_id: str) -> str:
        found = cursor.execute(
            "SELECT bundle_id FROM outbox_event WHERE mesh_id = ? AND mesh_id <> '' AND what = 'posted'", (mesh_id,)
        ).fetchone()
        return str(found[0]) if found else ""

    # What comes in

    def _read(self, cursor: sqlite3.Cursor, received: Received, at: datetime) -> tuple[str, Event]:
        """The message that something received is about, and what it says of it."""
        if received.is_report:
            return self._read_report(cursor, received, at)
        answered = Event(Happened.ANSWERED, at, received=received.mesh_id)
        try:
            answer = read_acknowledgement(received.raw)
        except Unreadable as why:
            return "", replace(answered, says=f"not readable: {why}")
        answered = replace(answered, code=answer.code.code, says=answer.code.meaning)
        bundle_id = self._one(cursor, "header_id", answer.answers) if answer.answers else ""
        if not bundle_id and not answer.answers:  # they could not read our id, so what they echo has to do
            bundle_id = self._one(cursor, "sender_reference", answer.sender_reference)
        if not bundle_id:
            return "", replace(answered, says=f"{answer.code.meaning}; it names no message of this outbox")
        return bundle_id, answered

    def _read_report(self, cursor: sqlite3.Cursor, received: Received, at: datetime) -> tuple[str, Event]:
        headers = received.headers
        code, linked = headers.get("statuscode", ""), headers.get("linkedmsgid", "")
        says = _REPORTS.get(code, ("MESH reports a fault", ""))[0]
        bundle_id = self._posted_as(cursor, linked) or self._one(cursor, "local_id", headers.get("localid", ""))
        if not bundle_id:
            says += "; it names no message of this outbox"
        return bundle_id, Event(Happened.REPORTED, at, code, linked, received.mesh_id, says=says)

    def _one(self, cursor: sqlite3.Cursor, column: str, value: str) -> str:
        """The message with this value, where there is exactly one."""
        rows = cursor.execute(f"SELECT bundle_id FROM outbox_message WHERE {column} = ? LIMIT 2", (value,)).fetchall()
        return str(rows[0][0]) if value and len(rows) == 1 else ""

    def _for_person(self, cursor: sqlite3.Cursor, bundle_id: str, at: datetime, waits: Waits) -> ForPerson | None:
        now = self._fold(cursor, bundle_id)
        old = now.since <= at - waits.warn
        codes = tuple(filter(None, (now.infrastructure, now.business, now.reported)))
        says, then = _advice(now)
        says += f"; {now.note}" if now.note and now.state is State.UNCONFIRMED else ""
        if now.state in _UNSENT and not now.to_show:
            original = self._original_state(cursor, bundle_id)
            if original is not None and original not in (State.SENT, State.INF_OK, State.DONE):
                says = f"it replaces a message that is {original.value}"
                then = "Void it unless the practice holds the message it replaces, and send a new one."
            elif not old and now.lost < MOST_LOST:
                return None
        urgent = now.escalated or now.infrastructure in ("20010", "20014") or now.state is State.UNDELIVERED
        return ForPerson(
            bundle_id, now.mesh_ids[-1] if now.mesh_ids else "", now.state.value, now.since, codes, urgent, says, then
        )


_LOOK = "Read it, find out which consultation it is about, and record that it was dealt with."
_WAITING = {
    State.DRAFTED: ("it was never checked", "Check it, or void it and send the PDF."),
    State.VALIDATED: ("it was never queued", "Queue it, or void it and send the PDF."),
    State.QUEUED: ("it has not been sent", "See whether MESH can be reached. Send the PDF if the day is ending."),
    State.UNCONFIRMED: (
        "not confirmed by the practice",
        "Ask the practice whether it has the record. Send the PDF if it has not.",
    ),
}


def _advice(now: Standing) -> tuple[str, str]:
    """What there is to say of a message, and what to do: the negative answer before all else."""
    for code in (now.infrastructure, now.business):
        if code and not response_code(code).positive:
            return response_code(code).meaning, response_code(code).then
    if now.state is State.VOID:
        return "its replacement could not be processed", response_code("20014").then
    if now.state is State.UNDELIVERED:
        return _REPORTS.get(now.reported, ("MESH did not deliver it", PDF_NOW))
    if now.business == "30004" and now.state is State.DONE:
        return response_code("30004").meaning, response_code("30004").then
    if now.state is State.QUEUED and now.lost >= MOST_LOST:
        return "it was posted several times, and MESH held it none of the times", "Tell the supplier. Send the PDF."
    return _WAITING.get(now.state, ("something came in that does not fit its state", "Look at its history."))


def open_outbox(path: Path) -> sqlite3.Connection:
    """A database file for the outbox, readable by its owner only: WAL, and every commit on disk before it returns."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


def _needed(words: str, otherwise: str) -> None:
    if not words.strip():
        raise ValueError(otherwise)


def _folded(events: Iterator[Event]) -> Standing | None:
    standing = None
    for event in events:
        standing = after(standing, event)
    return standing


@contextmanager
def _rows(connection: sqlite3.Connection) -> Iterator[sqlite3.Cursor]:
    """A cursor that gives plain rows, whatever row factory the connection's owner has set."""
    cursor = connection.cursor()
    cursor.row_factory = None
    try:
        yield cursor
    finally:
        cursor.close()


def _text(at: datetime | None) -> str | None:
    """A time as it is stored and compared: UTC, always of one length."""
    if at is None:
        return None
    if at.tzinfo is None:
        raise ValueError("A time without its offset could be an hour off.")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
