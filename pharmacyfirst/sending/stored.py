"""The events of one message, as the outbox keeps them in the ledger, read again."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from pharmacyfirst.ledger import LedgerDamaged, LedgerEvent, as_text
from pharmacyfirst.sending.outgoing import Outgoing, outgoing
from pharmacyfirst.sending.standing import Happened, MessageEvent, Standing, folded
from pharmacyfirst.sending.working_days import Due, due_in

_TOLD = ("code", "mesh_id", "received", "by", "says", "post")


def body_of(event: MessageEvent) -> dict[str, Any]:
    """What is written of an event beside its kind and its time."""
    told = {name: getattr(event, name) for name in _TOLD if getattr(event, name)}
    return told | steady_beside(event.at, event.steady or event.at)


def steady_beside(at: datetime, steady: datetime) -> dict[str, str]:
    """The steady time, where it is not what the clock said."""
    return {} if steady == at else {"steady": as_text(steady)}


def steady_in(stored: LedgerEvent, body: Mapping[str, Any]) -> datetime:
    """The steady time of an event."""
    return datetime.fromisoformat(body["steady"]) if "steady" in body else stored.at


def event_in(stored: LedgerEvent) -> MessageEvent:
    """One event of a message as it was written."""
    body = json.loads(stored.body)
    if not isinstance(body, dict):
        raise TypeError
    told = {name: body[name] for name in _TOLD if name in body}
    return MessageEvent(Happened(stored.kind), stored.at, steady=steady_in(stored, body), **told)


def events_in(stored: tuple[LedgerEvent, ...]) -> tuple[MessageEvent, ...]:
    """All events of a message. Raises ``LedgerDamaged``."""
    with as_written(stored):
        return tuple(map(event_in, stored))


def standing_in(stored: tuple[LedgerEvent, ...]) -> Standing:
    """Where a message with these events stands. Raises ``LedgerDamaged``."""
    with as_written(stored):
        standing = folded(map(event_in, stored))
        assert standing is not None  # there is no stream without an event
        return standing


def routing_in(stored: tuple[LedgerEvent, ...]) -> dict[str, Any]:
    """All of a message but its bytes, by name. Raises ``LedgerDamaged``."""
    with as_written(stored):
        return dict(json.loads(stored[0].body)["routing"])


def due_of(stored: tuple[LedgerEvent, ...]) -> Due:
    """By when the practice has to have the message. Raises ``LedgerDamaged``."""
    with as_written(stored):
        return due_in(json.loads(stored[0].body)["due"])


def message_in(stored: tuple[LedgerEvent, ...]) -> Outgoing:
    """The message with these events, whose attachments were read too. Raises ``LedgerDamaged``."""
    with as_written(stored):
        return outgoing(routing_in(stored), stored[0].attached)


def must_be_readable(stored: tuple[LedgerEvent, ...]) -> None:
    """Raises ``LedgerDamaged`` where anything of a message but its bytes cannot be read any more."""
    standing_in(stored), routing_in(stored), due_of(stored)


def must_be_what_was_checked(stored: tuple[LedgerEvent, ...]) -> None:
    """Raises ``LedgerDamaged`` where the bytes are not those whose digest the check returned."""
    with as_written(stored):
        if hashlib.sha256(stored[0].attached).hexdigest() != json.loads(stored[0].body)["digest"]:
            raise ValueError


@contextmanager
def as_written(stored: tuple[LedgerEvent, ...]) -> Iterator[None]:
    """What we wrote can be read; what cannot was written by somebody else."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError):
        positions = ", ".join(str(one.position) for one in stored)
        damaged = LedgerDamaged(f"One of the events {positions} of the ledger is not what was written.")
        try:
            raise damaged from None
        finally:
            damaged.__context__ = None  # JSON's own error holds what was read
