"""The messages of an outbox as the ledger keeps them: read, and found by what they wait for. Nothing here changes anything."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from pharmacyfirst.errors import PharmacyFirstError, must_be
from pharmacyfirst.ledger import Ledger, LedgerDamaged, LedgerEvent, Writer, as_text
from pharmacyfirst.sending import waiting
from pharmacyfirst.sending.outgoing import Outgoing, is_uuid
from pharmacyfirst.sending.standing import MessageEvent, MessageState, Standing, folded, may_be_posted
from pharmacyfirst.sending.steady import OUTBOX, SteadyClock
from pharmacyfirst.sending.stored import as_written, due_of, events_in, message_in, routing_in, standing_in


class UnknownMessage(PharmacyFirstError, KeyError):
    """No message, nothing received and no notice has this id in the outbox."""


# Streams of the ledger and the marks by which they are found. Others keep theirs in it too, so ours say whose they are.
MESSAGE, RECEIVED, OURS = f"{OUTBOX}message/", f"{OUTBOX}received/", "outbox: "
# Kinds of events of what came in: it is here, or it is still at MESH; and a person has dealt with it.
GOT, NOT_GOT, SEEN = "received", "not taken", "seen"
ROUND_DONE = "outbox: a round"


class Messages:
    """What is asked of an outbox about its messages, and about what came in. ``Outbox`` is the one to use."""

    def __init__(self, ledger: Ledger):
        must_be(Ledger, ledger=ledger)
        self._ledger = ledger
        self._writer: Writer = ledger.reserve(OUTBOX)
        self._clock = SteadyClock(ledger, self._writer)

    def message(self, bundle_id: str) -> Outgoing:
        """A message as it was stored. Raises ``UnknownMessage``."""
        return message_in(self._stored(bundle_id, attached=True))

    def standing(self, bundle_id: str) -> Standing:
        """Where a message stands. Raises ``UnknownMessage``."""
        return standing_in(self._stored(bundle_id))

    def history(self, bundle_id: str) -> tuple[tuple[MessageEvent, MessageState], ...]:
        """All that happened to a message, with the state that followed. Raises ``UnknownMessage``."""
        events = events_in(self._stored(bundle_id))
        states = (folded(events[: number + 1]) for number in range(len(events)))
        return tuple((event, now.state) for event, now in zip(events, states, strict=True) if now)

    def record_of(self, bundle_id: str) -> str:
        """The id of the record that a message is about. Raises ``UnknownMessage``."""
        return str(routing_in(self._stored(bundle_id))["sender_reference"]).removeprefix("urn:uuid:")

    def chain(self, bundle_id: str) -> tuple[str, ...]:
        """The messages of which each replaces the one before, from the first to this one. Raises ``UnknownMessage``."""
        found = [bundle_id]
        while (original := self._original(found[0])) and original not in found:
            found.insert(0, original)
        return tuple(found)

    def raw(self, mesh_id: str) -> bytes:
        """Something received, byte for byte; empty where it is still at MESH. Raises ``UnknownMessage``."""
        must_be(str, mesh_id=mesh_id)
        events = self._ledger.events(RECEIVED + mesh_id)
        if not events:
            raise not_there(mesh_id)
        return next((one.attached for one in events if one.kind == GOT), b"")

    def was_not_received(self, mesh_id: str) -> bool:
        """Whether something in the mailbox could not be taken from it before, and is not here yet."""
        try:
            kinds = {one.kind for one in self._ledger.events(RECEIVED + mesh_id, attached=False)}
        except LedgerDamaged:
            return True
        return NOT_GOT in kinds and GOT not in kinds

    def counts(self) -> dict[MessageState, int]:
        """How many messages there are in each state."""
        found = self._ledger.counted(OURS + waiting.STATE)
        return {state: found.get(state.value, 0) for state in MessageState}

    def last_round(self) -> datetime | None:
        """When, by the clock, a round last came to its end; None where none did."""
        clock = next(iter(self._ledger.counted(ROUND_DONE)), "").partition(" ")[2]
        return datetime.fromisoformat(clock) if clock else None

    def to_send(self) -> tuple[str, ...]:
        """The messages to send now, oldest first. A replacement waits until the practice's system has taken what it replaces.

        One that is damaged is among them, so that whoever would send it hears of it from ``begin_post``.
        """
        return tuple(one for one in self._waiting(waiting.TO_SEND) if self._on_its_turn(one))

    def unsettled(self) -> tuple[str, ...]:
        """The messages with a POST that began and whose end is not on record: MESH has to be asked about them."""
        return self._waiting(waiting.POSTING)

    def knows_mesh_id(self, mesh_id: str) -> str:
        """The message that was posted under this MESH id, or nothing."""
        must_be(str, mesh_id=mesh_id)
        return next(iter(self._found(waiting.POSTED_AS, mesh_id)), "")

    def for_fallback(self) -> tuple[str, ...]:
        """The messages that must go to the practice as a PDF by another route, because it answered 20010."""
        found = []
        for one in self._found(waiting.STATE, MessageState.INF_FAILED.value):
            with suppress(LedgerDamaged):  # what is damaged is in front of a person already
                now = self.standing(one)
                found += [(now.since, one)] if now.infrastructure == "20010" else []
        return tuple(one for _, one in sorted(found))

    def steady(self, at: datetime) -> datetime:
        """The steady time (``steady.py``) when the clock says ``at``; it never goes back, whatever the clock does."""
        as_text(at)
        return self._clock.steady(at)

    def _on_its_turn(self, bundle_id: str) -> bool:
        try:
            now, original = self.standing(bundle_id), self._original(bundle_id)
        except LedgerDamaged:
            return True
        try:
            return may_be_posted(now, self.standing(original).state if original else None)
        except LedgerDamaged:
            return False  # nobody can tell whether the practice has what it replaces

    # How it is stored

    def _stored(self, bundle_id: str, attached: bool = False) -> tuple[LedgerEvent, ...]:
        must_be(str, bundle_id=bundle_id)
        events = self._ledger.events(MESSAGE + bundle_id, attached)
        if not events:
            raise not_there(bundle_id)
        return events

    def _mark(self, stored: tuple[LedgerEvent, ...], now: Standing) -> bool:
        """Let the message be found by its ids, by its state, and by all that it waits for."""
        routing: Mapping[str, Any] = routing_in(stored)
        marks = waiting.marks(routing, due_of(stored), now)
        return self._ledger.mark(MESSAGE + str(routing["bundle_id"]), ((OURS + name, value) for name, value in marks))

    def _mark_received(self, stream: str) -> bool:
        """Let what came in be found by a person, where it is about no message of ours and nobody has dealt with it."""
        last = self._ledger.events(stream, attached=False)[-1]
        with as_written((last,)):
            for_person = last.kind != SEEN and not json.loads(last.body)["bundle_id"]
        marks = {(OURS + waiting.ABOUT_NO_MESSAGE, as_text(last.at))} if for_person else set()
        return self._ledger.mark(stream, marks)

    def _found(self, name: str, value: str) -> tuple[str, ...]:
        """The messages with an id, or in a state."""
        return tuple(one.removeprefix(MESSAGE) for one in self._ledger.marked(OURS + name, value)) if value else ()

    def _waiting(self, what: str, until: str | None = None) -> tuple[str, ...]:
        """The messages that wait for something, those first that have waited longest."""
        return tuple(one.removeprefix(MESSAGE) for one in self._ledger.marked(OURS + what, until=until))

    def _one(self, name: str, value: str) -> str:
        """The message with this id, where there is exactly one."""
        found = self._found(name, value)
        return found[0] if len(found) == 1 else ""

    def _original(self, bundle_id: str) -> str:
        return self._one("document_id", str(routing_in(self._stored(bundle_id))["replaces"]))

    def _original_state(self, bundle_id: str) -> MessageState | None:
        original = self._original(bundle_id)
        return self.standing(original).state if original else None

    def _told(self, mesh_id: str) -> dict[str, Any]:
        """What the last event says of something that came in. Raises ``LedgerDamaged``."""
        last = self._ledger.events(RECEIVED + mesh_id, attached=False)[-1]
        with as_written((last,)):
            told = json.loads(last.body)
            return {**told, "bundle_id": str(told["bundle_id"]), "code": str(told["code"]), "says": str(told["says"])}


def not_there(id: str) -> UnknownMessage:
    """What is no id of ours may be anything, a name too, and is not repeated."""
    return UnknownMessage(id if is_uuid(id) else "an id that is no UUID")
