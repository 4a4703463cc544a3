"""What goes to the GP practice as a letter or a PDF: by when the practice has to be told, and that it was, by whom and to where.

A consultation whose practice is not told by a message is put down here as a notice that is due. It stays in front of a person until somebody
says that it was sent, or that no notice is due after all. What was said is an event of the ledger and never changes. The id is that of the
record; nothing here tells who the patient is.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from pharmacyfirst.errors import PharmacyFirstError, must_be
from pharmacyfirst.ledger import Ledger, LedgerDamaged, LedgerEvent, Writer, as_text
from pharmacyfirst.sending.for_person import DAMAGED, ForPerson, day_in_words
from pharmacyfirst.sending.outgoing import is_uuid
from pharmacyfirst.sending.steady import OUTBOX, SteadyClock
from pharmacyfirst.sending.stored import as_written, steady_beside
from pharmacyfirst.sending.working_days import Due, due, due_in

_NOTICE, _OPEN = f"{OUTBOX}notice/", "outbox: a notice to send"


class NotSaid(PharmacyFirstError, ValueError):
    """Who did something, or why, was left empty; nothing was changed."""


class NoticeRefused(PharmacyFirstError, ValueError):
    """This cannot be put down of a notice; the words say why and name no patient, and nothing was changed."""


class NoticeKind(Enum):
    """What goes to a practice where no message does: a notice to it on paper, or as a file."""

    LETTER = "letter"
    PDF = "pdf"


class AddressKind(Enum):
    """To which kind of address it goes."""

    NHSMAIL = "nhsmail"
    SECURE_EMAIL = "secure-email"
    POST = "post"
    BY_HAND = "by-hand"


_MAIL = (AddressKind.NHSMAIL, AddressKind.SECURE_EMAIL)
_MAILBOX = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9.-]{1,190}")


@dataclass(frozen=True, slots=True)
class OnPaper:
    """A letter or a PDF that went to the practice: which, to which kind of address, by whom, when, and to which mailbox where it went by mail.

    A PDF goes by mail. ``mailbox`` is the practice's, never a patient's, and is not shown. Raises ``WrongKind``, ``NotSaid`` and
    ``NoticeRefused``.
    """

    kind: NoticeKind
    to: AddressKind
    by: str
    sent_at: datetime
    mailbox: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        must_be(NoticeKind, kind=self.kind)
        must_be(AddressKind, to=self.to)
        must_be(str, by=self.by, mailbox=self.mailbox)
        as_text(self.sent_at)
        needed(self.by, "Say who sent it.")
        if self.kind is NoticeKind.PDF and self.to not in _MAIL:
            raise NoticeRefused("A PDF goes by nhsmail or secure-email; what is printed is a letter.")
        if self.mailbox and self.to not in _MAIL:
            raise NoticeRefused("Only what goes by nhsmail or secure-email has a mailbox.")
        if self.mailbox and not _MAILBOX.fullmatch(self.mailbox):
            raise NoticeRefused("The mailbox is no e-mail address.")

    def must_have_gone(self, at: datetime, ended_at: datetime | None = None) -> None:
        """Raises ``NoticeRefused`` where it went after ``at``, or before the consultation ended."""
        if as_text(self.sent_at) > as_text(at):
            raise NoticeRefused("It cannot have gone later than now: see the time when it was sent.")
        if ended_at is not None and self.sent_at < ended_at:
            raise NoticeRefused("It cannot have gone before the consultation ended: see the time when it was sent.")

    def as_dict(self) -> dict[str, str]:
        """As JSON can hold it."""
        told = {"kind": self.kind.value, "to": self.to.value, "by": self.by, "sent_at": as_text(self.sent_at)}
        return told | ({"mailbox": self.mailbox} if self.mailbox else {})


class Notices:
    """The notices of one outbox that go as a letter or a PDF. ``Outbox.notices`` is the one to use."""

    def __init__(self, ledger: Ledger, writer: Writer, clock: SteadyClock):
        self._ledger, self._writer, self._clock = ledger, writer, clock

    def due(self, record_id: str, kind: NoticeKind, ended_at: datetime, at: datetime) -> Due:
        """Put down that the practice has to be told of a consultation that ended then. The same again changes nothing.

        Raises ``NoticeRefused`` where the id is that of no record, or was put down with another end.
        """
        must_be(str, record_id=record_id)
        must_be(NoticeKind, kind=kind)
        ended = as_text(ended_at)
        as_text(at)
        if not is_uuid(record_id):
            raise NoticeRefused("The id of a record is a UUID in small letters. Nothing was put down.")
        with self._ledger.transaction():
            if events := self._ledger.events(_NOTICE + record_id):
                with as_written(events):
                    told = json.loads(events[0].body)
                    before, by = str(told["ended_at"]), due_in(told["due"])
                if before != ended:
                    raise NoticeRefused("A notice of this record was put down before, with another end.")
                return by
            steady = self._clock.look(at)
            by = due(ended_at, at, steady)
            first = {"kind": kind.value, "ended_at": ended, "due": by.as_dict()}
            self._write(record_id, "due", first | steady_beside(at, steady), at)
            self._ledger.mark(_NOTICE + record_id, {(_OPEN, as_text(by.late_from))})
            return by

    def sent(self, record_id: str, sent: OnPaper, at: datetime) -> None:
        """Put down that the letter or the PDF went to the practice; the notice is due no more. Raises ``NoticeRefused``."""
        must_be(OnPaper, sent=sent)
        sent.must_have_gone(at, self._ended_at(record_id))
        self._settle(record_id, "sent", sent.as_dict(), at)

    def not_due(self, record_id: str, by: str, why: str, at: datetime) -> None:
        """Put down that no notice is due after all; ``why`` names no patient. Raises ``NoticeRefused`` and ``NotSaid``."""
        needed(by, "Say who it was.")
        needed(why, "Say why.")
        self._settle(record_id, "not due", {"by": by, "why": why}, at)

    def knows(self, record_id: str) -> bool:
        """Whether a notice of this record was put down."""
        return bool(self._events(record_id))

    def is_open(self, record_id: str) -> bool:
        """Whether a notice of this record is still to be sent."""
        return len(self._events(record_id)) == 1

    def history(self, record_id: str) -> tuple[tuple[str, datetime, dict[str, str]], ...]:
        """All that was put down: what, when, and how it was told."""
        events = self._events(record_id)
        with as_written(events):
            return tuple((one.kind, one.at, dict(json.loads(one.body))) for one in events)

    def for_person(self, at: datetime, steady: datetime) -> Iterator[ForPerson]:
        """The notices that somebody has to send, at a time and the steady time then; those that are late, or due last today, are urgent."""
        for stream in self._ledger.marked(_OPEN):
            yield self._open(stream.removeprefix(_NOTICE), steady, at)

    def verify(self) -> int:
        """Work out from the events alone which notices are open, and mend by what they are found; how many were wrong."""
        mended = 0
        for stream in self._ledger.streams(_NOTICE):
            with self._ledger.transaction(), suppress(LedgerDamaged):
                events = self._ledger.events(stream)
                late_from = as_text(_due_of(events).late_from)
                mended += self._ledger.mark(stream, {(_OPEN, late_from)} if len(events) == 1 else ())
        return mended

    def _open(self, record_id: str, steady: datetime, at: datetime) -> ForPerson:
        try:
            events = self._events(record_id)
            by, told = _due_of(events), json.loads(events[0].body)
            kind = NoticeKind(told["kind"]).value
        except (LedgerDamaged, LookupError, TypeError, ValueError):
            says = "what was put down of this notice is not what was written"
            return ForPerson("", "", "damaged", at, (), True, says, DAMAGED, record_id)
        late = by.late_from <= steady
        says = f"the practice {'had' if late else 'has'} to be told by {day_in_words(by.by)}"
        says += f". {by.warning}" if by.warning else ""
        then = (
            f"Send the {'PDF' if kind == 'pdf' else kind}, and record that: pharmacyfirst record resolve ID --as {kind}"
        )
        urgent = by.late_from - steady <= timedelta(days=1)
        return ForPerson("", "", f"{kind} due", events[0].at, (), urgent, says, then, record_id, by.by, late)

    def _settle(self, record_id: str, what: str, told: dict[str, str], at: datetime) -> None:
        must_be(str, record_id=record_id)
        as_text(at)
        with self._ledger.transaction():
            events = self._events(record_id)
            if not events:
                raise NoticeRefused("No notice of this record was put down.")
            if len(events) > 1:
                raise NoticeRefused("This notice is due no more.")
            self._write(record_id, what, told | steady_beside(at, self._clock.look(at)), at)
            self._ledger.mark(_NOTICE + record_id, ())

    def _ended_at(self, record_id: str) -> datetime | None:
        events = self._events(record_id)
        with as_written(events):
            return datetime.fromisoformat(json.loads(events[0].body)["ended_at"]) if events else None

    def _write(self, record_id: str, what: str, told: object, at: datetime) -> None:
        self._writer.append(_NOTICE + record_id, what, json.dumps(told), at)

    def _events(self, record_id: str) -> tuple[LedgerEvent, ...]:
        must_be(str, record_id=record_id)
        return self._ledger.events(_NOTICE + record_id)


def _due_of(events: tuple[LedgerEvent, ...]) -> Due:
    with as_written(events):
        return due_in(json.loads(events[0].body)["due"])


def needed(words: str, otherwise: str) -> None:
    """Raises ``NotSaid`` with these words where nothing was said."""
    must_be(str, words=words)
    if not words.strip():
        raise NotSaid(otherwise)
