"""The outbox: messages stored in the ledger before they are sent, and followed until the practice has answered.

What happened to a message is an event that is never changed, the raw acknowledgement with it. ``standing.after`` says where a message
stands after one more of them; everything here writes events and asks it, and ``messages.py`` reads them. The clock is passed in. Ids and
codes may be shown and logged; a message, its subject and its recipient tell who the patient is and are never part of an error.

Every change is one transaction of the ledger. Inside another the change joins it, so that a finished consultation and its queued message
are committed at once; only the intent to send insists on a commit of its own, because it must be on disk before the POST.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pharmacyfirst.errors import PharmacyFirstError, must_be
from pharmacyfirst.ledger import Ledger, LedgerDamaged, as_text
from pharmacyfirst.sending import waiting
from pharmacyfirst.sending.for_person import ASKED_AGAIN, CANNOT_TAKE, DAMAGED, LOOK, ForPerson, for_person
from pharmacyfirst.sending.incoming import Received, Understood, read, within_bounds
from pharmacyfirst.sending.messages import GOT, MESSAGE, NOT_GOT, OURS, RECEIVED, ROUND_DONE, SEEN, Messages
from pharmacyfirst.sending.on_paper import Notices, OnPaper, needed
from pharmacyfirst.sending.outgoing import Outgoing, Post, Prepared, RefusedByOutbox, must_fit_mesh, only_prepared
from pharmacyfirst.sending.standing import (
    AWAITING,
    OVER,
    Happened,
    MessageEvent,
    MessageState,
    Standing,
    Waits,
    after,
    as_of,
    overdue,
)
from pharmacyfirst.sending.steady import OUTBOX
from pharmacyfirst.sending.stored import (
    as_written,
    body_of,
    due_of,
    must_be_readable,
    must_be_what_was_checked,
    standing_in,
    steady_beside,
)
from pharmacyfirst.sending.working_days import due

_DAMAGED_STREAM, _DAMAGED = f"{OUTBOX}damaged", "outbox: damaged"


class CommitFirst(PharmacyFirstError, RuntimeError):
    """A transaction is open, so that the intent to send would not be on disk before the POST; nothing was changed."""


class Outbox(Messages):
    """The outbox in an open ledger, which others may use too: one outbox a ledger, and nobody else writes its streams.

    ``notices`` are those that go as a letter or a PDF. Whoever opens the file themselves is trusted: events that they write are sent as if
    they had been checked.
    """

    def __init__(self, ledger: Ledger):
        super().__init__(ledger)
        self.notices = Notices(ledger, self._writer, self._clock)

    # What a pharmacy does

    def draft(self, prepared: Prepared, at: datetime) -> Standing:
        """Store a message. The same message again changes nothing; the same ids with other bytes are refused.

        Raises ``NotPrepared`` for all but what ``prepare`` returned, and ``RefusedByOutbox``.
        """
        prepared = only_prepared(prepared)
        message = prepared.message
        as_text(at)
        must_fit_mesh(message)
        with self._ledger.transaction():
            known = {bundle_id for name in waiting.OWN_IDS for bundle_id in self._found(name, getattr(message, name))}
            if known or self._ledger.events(MESSAGE + message.bundle_id, attached=False):
                if known - {message.bundle_id} or self.message(message.bundle_id).digest != prepared.digest:
                    raise RefusedByOutbox("An id of this message was used before, for another one.")
                return self.standing(message.bundle_id)
            if message.replaces:
                self._check_replacement(message)
            steady = self._clock.look(at)
            ended = datetime.fromisoformat(message.ended_at) if message.ended_at and not message.replaces else at
            by = due(ended, at, steady)  # what corrects a message is due from when it was corrected
            told = {"routing": message.routing(), "digest": prepared.digest, "checked_by": prepared.checked_by}
            drafted = MessageEvent(Happened.DRAFTED, at, steady=steady)
            body = json.dumps(told | {"due": by.as_dict()} | body_of(drafted))
            event = self._writer.append(MESSAGE + message.bundle_id, Happened.DRAFTED.value, body, at, message.xml)
            self._mark((event,), standing := after(None, drafted))
            return standing

    def validated(self, bundle_id: str, at: datetime) -> Standing:
        """The message passed its checks, by what checked it when it was prepared."""
        stored = self._stored(bundle_id)
        with as_written(stored):
            checked_by = str(json.loads(stored[0].body)["checked_by"])
        return self.record(bundle_id, MessageEvent(Happened.VALIDATED, at, by=checked_by))

    def queue(self, bundle_id: str, at: datetime) -> Standing:
        """The message may be sent."""
        return self.record(bundle_id, MessageEvent(Happened.QUEUED, at))

    def put(self, prepared: Prepared, at: datetime) -> Standing:
        """Store and queue a message that has passed its checks, at once. One that was put before stays where it stands.

        Raises ``NotPrepared`` for all but what ``prepare`` returned, and ``RefusedByOutbox``.
        """
        with self._ledger.transaction():
            standing = self.draft(prepared, at)
            bundle_id = prepared.message.bundle_id
            if standing.state is MessageState.DRAFTED:
                standing = self.validated(bundle_id, at)
            return self.queue(bundle_id, at) if standing.state is MessageState.VALIDATED else standing

    def send_again(self, bundle_id: str, at: datetime, by: str) -> Standing:
        """Queue the same bytes under the same ids once more; only where MESH is known not to have delivered them."""
        return self._by_person(bundle_id, Happened.SENT_AGAIN, at, by)

    def fallback_sent(self, bundle_id: str, at: datetime, sent: OnPaper) -> Standing:
        """The consultation went to the practice as a letter or a PDF, so the message is needed no more. Raises ``NoticeRefused``."""
        must_be(OnPaper, sent=sent)
        sent.must_have_gone(at)
        return self._by_person(bundle_id, Happened.FALLBACK_SENT, at, sent.by, json.dumps(sent.as_dict()))

    def void(self, bundle_id: str, at: datetime, by: str, why: str) -> Standing:
        """The message counts for nothing; ``why`` names no patient."""
        needed(why, "Say why.")
        return self._by_person(bundle_id, Happened.VOIDED, at, by, why)

    def seen(self, bundle_id: str, at: datetime, by: str) -> Standing:
        """A person has seen what was to be shown of this message. What still has to be done stays in the list."""
        return self._by_person(bundle_id, Happened.SEEN, at, by)

    def seen_received(self, mesh_id: str, at: datetime, by: str) -> None:
        """A person has dealt with something received that is about no message of ours. Raises ``UnknownMessage``."""
        needed(by, "Say who it was.")
        must_be(str, mesh_id=mesh_id)
        with self._ledger.transaction():
            self.raw(mesh_id)
            told = self._told(mesh_id) | {"by": by} | steady_beside(at, self._clock.look(at))
            self._writer.append(RECEIVED + mesh_id, SEEN, json.dumps(told, sort_keys=True), at)
            self._mark_received(RECEIVED + mesh_id)

    # What the sender does

    def look(self, at: datetime) -> None:
        """Remember what the clock says, so that how long things wait is counted: a round begins with it, and who shows the list looks too.

        The time has to be the clock's own, not one that somebody made up.
        """
        as_text(at)
        with self._ledger.transaction():
            self._clock.look(at)

    def end_round(self, at: datetime) -> None:
        """A round has come to its end, and MESH was reached."""
        with self._ledger.transaction():
            self._ledger.mark(f"{OUTBOX}round", {(ROUND_DONE, f"{as_text(self._clock.look(at))} {as_text(at)}")})

    def begin_post(self, bundle_id: str, at: datetime) -> Post:
        """Put the intent to send on disk and give out the message. Nothing may be posted before this has returned.

        A POST that is a repeat says why. Raises ``OutOfOrder``, and ``LedgerDamaged`` where the stored message is not what was checked.
        """
        must_be(str, bundle_id=bundle_id)
        if self._ledger.in_transaction:
            raise CommitFirst("The intent to send has to be on disk before the POST: commit first.")
        with self._ledger.transaction():
            self._ledger.verify(MESSAGE + bundle_id)
            must_be_what_was_checked(self._stored(bundle_id, attached=True))
            again = self.standing(bundle_id).again
            then = self.record(bundle_id, MessageEvent(Happened.POSTING, at, says=again))
            return Post(self.message(bundle_id), then.tries)

    def record(self, bundle_id: str, event: MessageEvent) -> Standing:
        """Put down what became of a POST, or what MESH said of a message. Raises ``OutOfOrder``, and ``UnknownMessage``."""
        must_be(MessageEvent, event=event)
        as_text(event.at)
        with self._ledger.transaction():
            stored = self._stored(bundle_id)
            event = replace(event, steady=self._clock.look(event.at))
            now = standing_in(stored)
            then = after(now, event)
            self._writer.append(MESSAGE + bundle_id, event.what.value, json.dumps(body_of(event)), event.at)
            self._mark(stored, then)
            if then.state is not now.state:
                self._tell_the_original(bundle_id, then, event)
            return then

    def receive(self, received: Received, at: datetime) -> Understood:
        """Store something from the mailbox and what it changes, both at once.

        Only where what is returned says ``kept`` may MESH be told that we have it: what is too large is put down, and left there.
        """
        received = within_bounds(received)
        stream = RECEIVED + received.mesh_id
        with self._ledger.transaction():
            known = {one.kind for one in self._ledger.events(stream, attached=False)}
            if GOT in known or (received.left and known):
                told = self._told(received.mesh_id)
                return Understood(told["bundle_id"], told["says"], new=False, kept=GOT in known)
            bundle_id, event = self._about(*read(received, at, self._one))
            kind = NOT_GOT if received.left else GOT
            said = {"headers": dict(received.headers), "code": event.code, "says": event.says}
            self._came_in(received.mesh_id, kind, bundle_id, said, at, received.raw)
            if bundle_id:
                self.record(bundle_id, event)
            return Understood(bundle_id, event.says, kept=not received.left)

    def _about(self, bundle_id: str, event: MessageEvent) -> tuple[str, MessageEvent]:
        """The message that something is about; none where that can be read no more, so that at least the answer is kept and shown."""
        try:
            if bundle_id:
                must_be_readable(self._stored(bundle_id))
            return bundle_id, event
        except LedgerDamaged:
            self.show_damaged(bundle_id)
            return "", replace(event, says=f"{event.says}; it is about {bundle_id}, which is damaged")

    def not_received(self, mesh_id: str, why: str, at: datetime) -> None:
        """Something in the mailbox could not be taken from it, and stays there; a person is told once. ``why`` names no patient."""
        must_be(str, mesh_id=mesh_id, why=why)
        with self._ledger.transaction():
            if not self._ledger.events(RECEIVED + mesh_id, attached=False):
                said = {"code": "", "says": why, "tried": "again"}
                self._came_in(mesh_id, NOT_GOT, "", said, at)

    def left_at_mesh(self, mesh_id: str) -> Happened | None:
        """Whether something too large was left in the mailbox: ``NOTED``, or ``SEEN`` where a person has said that it may go."""
        must_be(str, mesh_id=mesh_id)
        events = self._ledger.events(RECEIVED + mesh_id, attached=False)
        if not events or any(one.kind == GOT for one in events) or "tried" in self._told(mesh_id):
            return None
        return Happened.SEEN if events[-1].kind == SEEN else Happened.NOTED

    def _came_in(
        self, mesh_id: str, kind: str, bundle_id: str, said: Mapping[str, object], at: datetime, raw: bytes = b""
    ) -> None:
        """Put down what came in, found by a person where it is about no message of ours."""
        told = {**said, "bundle_id": bundle_id, **steady_beside(at, self._clock.look(at))}
        self._writer.append(RECEIVED + mesh_id, kind, json.dumps(told, sort_keys=True), at, raw)
        self._mark_received(RECEIVED + mesh_id)

    def overdue(self, at: datetime, waits: Waits) -> tuple[str, ...]:
        """Mark what has waited too long for its acknowledgements, and name what is newly so."""
        must_be(Waits, waits=waits)
        as_text(at)
        late = []
        with self._ledger.transaction():
            steady = self._clock.look(at)
            for bundle_id in self._waiting(waiting.AWAITING, _before(steady, waits.warn)):
                late += [bundle_id] if self._mark_overdue(bundle_id, at, steady, waits) else []
            for bundle_id in self._waiting(waiting.UNCONFIRMED, _before(steady, waits.escalate)):
                self._mark_overdue(bundle_id, at, steady, waits)
        return tuple(late)

    def show_damaged(self, id: str) -> None:
        """Put a message, or something received, in front of a person, because what is stored of it is not what was written."""
        must_be(str, id=id)
        with self._ledger.transaction():
            known = {(_DAMAGED, one) for one in self._ledger.counted(_DAMAGED)}
            self._ledger.mark(_DAMAGED_STREAM, known | {(_DAMAGED, id)})

    def _mark_overdue(self, bundle_id: str, at: datetime, steady: datetime, waits: Waits) -> bool:
        with suppress(LedgerDamaged):  # what is damaged is in front of a person already
            if what := overdue(self.standing(bundle_id), steady, waits):
                self.record(bundle_id, MessageEvent(what, at))
                return True
        return False

    def _by_person(self, bundle_id: str, what: Happened, at: datetime, by: str, says: str = "") -> Standing:
        needed(by, "Say who it was.")
        return self.record(bundle_id, MessageEvent(what, at, by=by, says=says))

    # Replacements

    def _tell_the_original(self, bundle_id: str, then: Standing, event: MessageEvent) -> None:
        """A replacement that is done replaces; one that could not be processed (20014) takes its original with it."""
        original = self._original(bundle_id)
        told = MessageEvent(Happened.REPLACED, event.at, says=f"by {bundle_id}")
        if then.state is MessageState.VOID and event.what is Happened.ANSWERED:
            told = replace(told, what=Happened.VOIDED, code=event.code, received=event.received)
        elif then.state is not MessageState.DONE:
            return
        try:
            if original and self.standing(original).state not in (MessageState.REPLACED, MessageState.VOID):
                self.record(original, told)
        except LedgerDamaged:  # what is wrong with the original keeps no news of its replacement back
            self.show_damaged(original)

    def _check_replacement(self, message: Outgoing) -> None:
        """A chain, not a star; and never of something the practice does not hold."""
        original = self._one("document_id", message.replaces)
        if not original:
            raise RefusedByOutbox("It replaces a document that this outbox has not sent.")
        state = self.standing(original).state
        if state not in (*AWAITING, MessageState.DONE, MessageState.UNCONFIRMED):
            raise RefusedByOutbox(
                f"What it replaces is {state.value}, so the practice does not hold it: send a new message instead."
            )
        ended = (MessageState.UNDELIVERED, MessageState.INF_FAILED, MessageState.BUS_FAILED, *OVER)
        if any(self.standing(one).state not in ended for one in self._found("replaces", message.replaces)):
            raise RefusedByOutbox("What it replaces has a replacement already: replace that one.")

    # What a person has to look at

    def for_person(self, at: datetime, waits: Waits) -> tuple[ForPerson, ...]:
        """All that a person has to look at: what is urgent first, then by age. No identity is in it.

        What is overdue at this time is here, whether or not a round has been there to mark it; and that no round was, where something waits
        for one. Where the clock has gone back since the last look at it, all that waits is here.
        """
        must_be(Waits, waits=waits)
        as_text(at)
        seen = self._clock.seen()
        steady, unsure = (seen.steadily(at), seen.behind(at)) if seen else (at.astimezone(UTC), False)
        until = None if unsure else _before(steady, waits.warn)
        ids = [*self._waiting(waiting.FOR_PERSON), *self._waiting(waiting.UNSENT_REPLACEMENT)]
        ids += [*self._waiting(waiting.UNSENT, until), *self._waiting(waiting.AWAITING, until)]
        ids += self._waiting(waiting.DAY, as_text(steady))
        damaged = [self._damaged(one, at) for one in self._ledger.counted(_DAMAGED)]
        ids = [one for one in dict.fromkeys(ids) if one not in {other.id for other in damaged if other}]
        found = [*damaged, *(self._for_person(one, at, steady, waits, unsure) for one in ids)]
        found += [self._unknown(stream, at) for stream in self._ledger.marked(OURS + waiting.ABOUT_NO_MESSAGE)]
        found += [*self.notices.for_person(at, steady), *self._no_rounds(steady, at, waits)]
        return tuple(sorted(filter(None, found), key=lambda one: (not one.urgent, one.since, one.id)))

    def _for_person(
        self, bundle_id: str, at: datetime, steady: datetime, waits: Waits, unsure: bool
    ) -> ForPerson | None:
        try:
            stored = self._stored(bundle_id)
            now, by = as_of(standing_in(stored), steady, waits), due_of(stored)
            late = by.late_from <= steady and now.state not in (MessageState.DONE, *OVER)
            old = steady - now.waits_from >= waits.warn
            original = self._original_state(bundle_id)
            return for_person(bundle_id, now, by.by, old=old, late=late, unsure=unsure, original=original)
        except LedgerDamaged as why:
            return ForPerson(bundle_id, "", "damaged", at, (), True, str(why), DAMAGED)

    def _damaged(self, id: str, at: datetime) -> ForPerson | None:
        """What was found to be damaged; None where it is whole again."""
        try:
            for stream in (MESSAGE + id, RECEIVED + id):
                self._ledger.verify(stream)
            return None
        except LedgerDamaged as why:
            bundle_id = id if self._ledger.streams(MESSAGE + id) else ""
            return ForPerson(bundle_id, "" if bundle_id else id, "damaged", at, (), True, str(why), DAMAGED)

    def _unknown(self, stream: str, at: datetime) -> ForPerson:
        mesh_id = stream.removeprefix(RECEIVED)
        try:
            event, told = self._ledger.events(stream, attached=False)[-1], self._told(mesh_id)
            codes = (told["code"],) if told["code"] else ()
            then = LOOK if event.kind == GOT else ASKED_AGAIN if "tried" in told else CANNOT_TAKE
            return ForPerson("", mesh_id, event.kind, event.at, codes, False, told["says"], then)
        except LedgerDamaged:
            return ForPerson("", mesh_id, "damaged", at, (), True, "what came in is not what was written", DAMAGED)

    def _no_rounds(self, steady: datetime, at: datetime, waits: Waits) -> Iterator[ForPerson]:
        """That the sender has stopped, or cannot reach MESH, where something waits for it."""
        names = (waiting.TO_SEND, waiting.POSTING, waiting.AWAITING, waiting.UNCONFIRMED)
        first = min((one for name in names for one in self._ledger.counted(OURS + name)), default="")
        ended, _, clock = next(iter(self._ledger.counted(ROUND_DONE)), "").partition(" ")
        since = max(first, ended)
        if first and since <= _before(steady, waits.rounds):
            says = "no round of the sender has come to its end" + (f" since {_minute(clock)}" if clock else " yet")
            then = "See that pharmacyfirst record send runs every 5 minutes, and that it reaches MESH."
            last = datetime.fromisoformat(clock) if clock else at
            yield ForPerson("", "", "no rounds", last, (), since <= _before(steady, waits.escalate), says, then)

    def verify(self) -> int:
        """Work out from the events alone by what all is found, and mend it; how many were wrong.

        Raises ``LedgerDamaged`` where an event is not what was written.
        """
        self._ledger.verify()
        mended = self.notices.verify() + sum(map(self._mark_received, self._ledger.streams(RECEIVED)))
        for stream in self._ledger.streams(MESSAGE):
            with self._ledger.transaction():
                stored = self._stored(stream.removeprefix(MESSAGE))
                mended += self._mark(stored, standing_in(stored))
        return mended


def _before(steady: datetime, wait: timedelta) -> str:
    """The time so long before, as it is compared."""
    try:
        return as_text(steady - wait)
    except OverflowError:
        return ""


def _minute(clock: str) -> str:
    return f"{clock[:16].replace('T', ' ')} UTC"
