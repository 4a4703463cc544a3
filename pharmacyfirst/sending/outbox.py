"""The outbox: messages stored in the ledger before they are sent, and followed until the practice has answered.

What happened to a message is an event that is never changed, the raw acknowledgement with it. ``standing.after`` says where a message
stands after one more of them; everything here writes events and asks it. The clock is passed in. Ids and codes may be shown and logged; a
message, its subject and its recipient tell who the patient is and are never part of an error.

Every change is one transaction of the ledger. Inside another the change joins it, so that a finished consultation and its queued message
are committed at once; only the intent to send insists on a commit of its own, because it must be on disk before the POST.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from pharmacyfirst.errors import PharmacyFirstError, must_be
from pharmacyfirst.ledger import Ledger, LedgerDamaged, LedgerEvent, as_text
from pharmacyfirst.sending import waiting
from pharmacyfirst.sending.for_person import DAMAGED, LOOK, ForPerson, for_person
from pharmacyfirst.sending.incoming import Received, Understood, must_be_whole, read
from pharmacyfirst.sending.outgoing import (
    Outgoing,
    Prepared,
    RefusedByOutbox,
    is_uuid,
    must_fit_mesh,
    only_prepared,
    outgoing,
)
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
    folded,
    may_be_posted,
    overdue,
)
from pharmacyfirst.sending.stored import TOLD, event_in, routing_in, standing_in


class UnknownMessage(PharmacyFirstError, KeyError):
    """No message, and nothing received, has this id in the outbox."""


class NotSaid(PharmacyFirstError, ValueError):
    """Who did something, or why, was left empty; nothing was changed."""


class CommitFirst(PharmacyFirstError, RuntimeError):
    """A transaction is open, so that the intent to send would not be on disk before the POST; nothing was changed."""


# Streams of the ledger and the marks by which they are found. Others keep theirs in it too, so ours say whose they are.
_MESSAGE, _RECEIVED, _OURS = "outbox/message/", "outbox/received/", "outbox: "


class Outbox:
    """The outbox in an open ledger, which others may use too: one outbox a ledger, and nobody else writes its streams.

    Whoever opens the file themselves is trusted: events that they write are sent as if they had been checked.
    """

    def __init__(self, ledger: Ledger):
        must_be(Ledger, ledger=ledger)
        self._ledger, self._writer = ledger, ledger.reserve("outbox/")

    # What a pharmacy does

    def draft(self, prepared: Prepared, at: datetime) -> Standing:
        """Store a message. The same message again changes nothing; the same ids with other bytes are refused.

        Raises ``NotPrepared`` for all but what ``prepare`` returned, and ``RefusedByOutbox``.
        """
        prepared = only_prepared(prepared)
        message, _ = prepared.message, as_text(at)
        must_fit_mesh(message)
        with self._ledger.transaction():
            known = {bundle_id for name in waiting.OWN_IDS for bundle_id in self._found(name, getattr(message, name))}
            if known:
                if known != {message.bundle_id} or self.message(message.bundle_id).digest != prepared.digest:
                    raise RefusedByOutbox("An id of this message was used before, for another one.")
                return self.standing(message.bundle_id)
            if message.replaces:
                self._check_replacement(message)
            stored = {"routing": message.routing(), "digest": prepared.digest, "checked_by": prepared.checked_by}
            stream = _MESSAGE + message.bundle_id
            self._writer.append(stream, Happened.DRAFTED.value, json.dumps(stored), at, message.xml)
            standing = after(None, MessageEvent(Happened.DRAFTED, at))
            self._mark(message.routing(), standing)
            return standing

    def validated(self, bundle_id: str, at: datetime) -> Standing:
        """The message passed its checks, by what checked it when it was prepared."""
        checked_by = str(json.loads(self._stored(bundle_id)[0].body)["checked_by"])
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
        """A person has dealt with something received that is about no message of ours. Raises ``UnknownMessage``."""
        _needed(by, "Say who it was.")
        must_be(str, mesh_id=mesh_id)
        stream = _RECEIVED + mesh_id
        with self._ledger.transaction():
            self.raw(mesh_id)
            self._writer.append(stream, Happened.SEEN.value, json.dumps({"by": by}), at)
            self._ledger.mark(stream, ())

    # What the sender does

    def begin_post(self, bundle_id: str, at: datetime) -> Outgoing:
        """Put the intent to send on disk and give out the message. Nothing may be posted before this has returned.

        Raises ``OutOfOrder``, and ``LedgerDamaged`` where the stored message is not what was put.
        """
        must_be(str, bundle_id=bundle_id)
        if self._ledger.in_transaction:
            raise CommitFirst("The intent to send has to be on disk before the POST: commit first.")
        with self._ledger.transaction():
            self._ledger.verify(_MESSAGE + bundle_id)
            self.record(bundle_id, MessageEvent(Happened.POSTING, at))
            return self.message(bundle_id)

    def record(self, bundle_id: str, event: MessageEvent) -> Standing:
        """Put down what became of a POST, or what MESH said of a message. Raises ``OutOfOrder``, and ``UnknownMessage``."""
        must_be(MessageEvent, event=event)
        as_text(event.at)
        with self._ledger.transaction():
            stored = self._stored(bundle_id)
            now = standing_in(stored)
            then = after(now, event)
            told = {name: getattr(event, name) for name in TOLD if getattr(event, name)}
            self._writer.append(_MESSAGE + bundle_id, event.what.value, json.dumps(told), event.at)
            self._mark(routing_in(stored), then)
            if then.state is not now.state:
                self._tell_the_original(bundle_id, then, event)
            return then

    def receive(self, received: Received, at: datetime) -> Understood:
        """Store something from the mailbox and what it changes, both at once. Only then may MESH be told that we have it."""
        must_be_whole(received)
        stream = _RECEIVED + received.mesh_id
        with self._ledger.transaction():
            for known in self._ledger.events(stream):
                told = json.loads(known.body)
                return Understood(told["bundle_id"], told["says"], new=False)
            bundle_id, event = read(received, at, self._one)
            headers = dict(received.headers)
            told = {"headers": headers, "bundle_id": bundle_id, "code": event.code, "says": event.says}
            self._writer.append(stream, "received", json.dumps(told, sort_keys=True), at, received.raw)
            if bundle_id:
                self.record(bundle_id, event)
            else:
                self._ledger.mark(stream, {(_OURS + waiting.ABOUT_NO_MESSAGE, as_text(at))})
            return Understood(bundle_id, event.says)

    def overdue(self, at: datetime, waits: Waits) -> tuple[str, ...]:
        """Mark what has waited too long for its acknowledgements, and name what is newly so."""
        must_be(Waits, waits=waits)
        as_text(at)
        late = []
        with self._ledger.transaction():
            for bundle_id in self._waiting(waiting.AWAITING, as_text(at - waits.warn)):
                late += [bundle_id] if self._mark_overdue(bundle_id, at, waits) else []
            for bundle_id in self._waiting(waiting.UNCONFIRMED, as_text(at - waits.escalate)):
                self._mark_overdue(bundle_id, at, waits)
        return tuple(late)

    def _mark_overdue(self, bundle_id: str, at: datetime, waits: Waits) -> bool:
        with suppress(LedgerDamaged):  # what is damaged is in front of a person already
            if what := overdue(self.standing(bundle_id), at, waits):
                self.record(bundle_id, MessageEvent(what, at))
                return True
        return False

    # What is asked of the outbox

    def to_send(self) -> tuple[str, ...]:
        """The messages to send now, oldest first. A replacement waits until the practice's system has taken what it replaces.

        One that is damaged is among them, so that whoever would send it hears of it from ``begin_post``.
        """
        return tuple(one for one in self._waiting(waiting.TO_SEND) if self._on_its_turn(one))

    def _on_its_turn(self, bundle_id: str) -> bool:
        try:
            return may_be_posted(self.standing(bundle_id), self._original_state(bundle_id))
        except LedgerDamaged:
            return True

    def unsettled(self) -> tuple[str, ...]:
        """The messages with a POST that began and whose end is not on record: MESH has to be asked about them."""
        return self._waiting(waiting.POSTING)

    def message(self, bundle_id: str) -> Outgoing:
        """A message as it was stored. Raises ``UnknownMessage``."""
        stored = self._stored(bundle_id, attached=True)
        return outgoing(routing_in(stored), stored[0].attached)

    def standing(self, bundle_id: str) -> Standing:
        """Where a message stands. Raises ``UnknownMessage``."""
        return standing_in(self._stored(bundle_id))

    def history(self, bundle_id: str) -> tuple[tuple[MessageEvent, MessageState], ...]:
        """All that happened to a message, with the state that followed. Raises ``UnknownMessage``."""
        events = [event_in(one) for one in self._stored(bundle_id)]
        states = (folded(events[: number + 1]) for number in range(len(events)))
        return tuple((event, now.state) for event, now in zip(events, states, strict=True) if now)

    def raw(self, mesh_id: str) -> bytes:
        """Something received, byte for byte. Raises ``UnknownMessage``."""
        must_be(str, mesh_id=mesh_id)
        for event in self._ledger.events(_RECEIVED + mesh_id):
            return event.attached
        raise _not_there(mesh_id)

    def counts(self) -> dict[MessageState, int]:
        """How many messages there are in each state."""
        found = self._ledger.counted(_OURS + waiting.STATE)
        return {state: found.get(state.value, 0) for state in MessageState}

    def knows_mesh_id(self, mesh_id: str) -> str:
        """The message that was posted under this MESH id, or nothing."""
        must_be(str, mesh_id=mesh_id)
        return next(iter(self._found(waiting.POSTED_AS, mesh_id)), "")

    def for_fallback(self) -> tuple[str, ...]:
        """The messages that must go to the practice as a PDF by another route, because it answered 20010."""
        refused = self._found(waiting.STATE, MessageState.INF_FAILED.value)
        found = ((self.standing(one), one) for one in refused)
        return tuple(
            one for now, one in sorted(found, key=lambda two: (two[0].since, two[1])) if now.infrastructure == "20010"
        )

    def for_person(self, at: datetime, waits: Waits) -> tuple[ForPerson, ...]:
        """All that a person has to look at: what is urgent first, then by age. No identity is in it.

        What is overdue at this time is here, whether or not a round has been there to mark it.
        """
        must_be(Waits, waits=waits)
        as_text(at)
        late = as_text(at - waits.warn)
        ids = [*self._waiting(waiting.FOR_PERSON), *self._waiting(waiting.UNSENT_REPLACEMENT)]
        ids += [*self._waiting(waiting.UNSENT, late), *self._waiting(waiting.AWAITING, late)]
        found = [self._for_person(one, at, waits) for one in dict.fromkeys(ids)]
        found += [self._unknown(stream) for stream in self._ledger.marked(_OURS + waiting.ABOUT_NO_MESSAGE)]
        return tuple(sorted(filter(None, found), key=lambda one: (not one.urgent, one.since, one.bundle_id)))

    def verify(self) -> int:
        """Work out from the events alone by what every message is found, and mend it; how many were wrong.

        Raises ``LedgerDamaged`` where an event is not what was written.
        """
        self._ledger.verify()
        mended = 0
        for stream in self._ledger.streams(_MESSAGE):
            with self._ledger.transaction():
                stored = self._stored(stream.removeprefix(_MESSAGE))
                mended += self._mark(routing_in(stored), standing_in(stored))
        return mended

    # How it is stored

    def _stored(self, bundle_id: str, attached: bool = False) -> tuple[LedgerEvent, ...]:
        must_be(str, bundle_id=bundle_id)
        events = self._ledger.events(_MESSAGE + bundle_id, attached)
        if not events:
            raise _not_there(bundle_id)
        return events

    def _mark(self, routing: Mapping[str, Any], now: Standing) -> bool:
        """Let the message be found by its ids, by its state, and by all that it waits for."""
        marks = waiting.marks(routing, now)
        return self._ledger.mark(_MESSAGE + str(routing["bundle_id"]), ((_OURS + name, value) for name, value in marks))

    def _found(self, name: str, value: str) -> tuple[str, ...]:
        """The messages with an id, or in a state."""
        return tuple(one.removeprefix(_MESSAGE) for one in self._ledger.marked(_OURS + name, value)) if value else ()

    def _waiting(self, what: str, until: str | None = None) -> tuple[str, ...]:
        """The messages that wait for something, those first that have waited longest."""
        return tuple(one.removeprefix(_MESSAGE) for one in self._ledger.marked(_OURS + what, until=until))

    def _one(self, name: str, value: str) -> str:
        """The message with this id, where there is exactly one."""
        found = self._found(name, value)
        return found[0] if len(found) == 1 else ""

    def _by_person(self, bundle_id: str, what: Happened, at: datetime, by: str, says: str = "") -> Standing:
        _needed(by, "Say who it was.")
        return self.record(bundle_id, MessageEvent(what, at, by=by, says=says))

    # Replacements

    def _tell_the_original(self, bundle_id: str, then: Standing, event: MessageEvent) -> None:
        """A replacement that is done replaces; one that could not be processed (20014) takes its original with it."""
        original = self._original(bundle_id)
        if not original or self.standing(original).state in (MessageState.REPLACED, MessageState.VOID):
            return
        says = f"by {bundle_id}"
        if then.state is MessageState.DONE:
            self.record(original, MessageEvent(Happened.REPLACED, event.at, says=says))
        elif then.state is MessageState.VOID and event.what is Happened.ANSWERED:
            voided = MessageEvent(Happened.VOIDED, event.at, code=event.code, received=event.received, says=says)
            self.record(original, voided)

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

    def _original(self, bundle_id: str) -> str:
        return self._one("document_id", str(routing_in(self._stored(bundle_id))["replaces"]))

    def _original_state(self, bundle_id: str) -> MessageState | None:
        original = self._original(bundle_id)
        return self.standing(original).state if original else None

    # What a person has to look at

    def _for_person(self, bundle_id: str, at: datetime, waits: Waits) -> ForPerson | None:
        try:
            now = as_of(self.standing(bundle_id), at, waits)
            return for_person(bundle_id, now, now.since <= at - waits.warn, self._original_state(bundle_id))
        except LedgerDamaged as why:
            return ForPerson(bundle_id, "", "damaged", at, (), True, str(why), DAMAGED)

    def _unknown(self, stream: str) -> ForPerson:
        event = self._ledger.events(stream)[0]
        told = json.loads(event.body)
        codes = (told["code"],) if told["code"] else ()
        return ForPerson("", stream.removeprefix(_RECEIVED), "received", event.at, codes, False, told["says"], LOOK)


def _not_there(id: str) -> UnknownMessage:
    """What is no id of ours may be anything, a name too, and is not repeated."""
    return UnknownMessage(id if is_uuid(id) else "an id that is no UUID")


def _needed(words: str, otherwise: str) -> None:
    must_be(str, words=words)
    if not words.strip():
        raise NotSaid(otherwise)
