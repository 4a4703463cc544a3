"""The events of one message, as the outbox keeps them in the ledger, read again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pharmacyfirst.ledger import LedgerDamaged, LedgerEvent
from pharmacyfirst.sending.standing import Happened, MessageEvent, Standing, folded

TOLD = ("code", "mesh_id", "received", "by", "says")


def event_in(stored: LedgerEvent) -> MessageEvent:
    """One event of a message as it was written."""
    body = json.loads(stored.body)
    return MessageEvent(Happened(stored.kind), stored.at, **{name: body.get(name, "") for name in TOLD})


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
