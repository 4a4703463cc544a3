"""What every part of the store stands on: the ledger, the outbox in it, the clock, and the one way in which an event is written and read."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar

from pharmacyfirst.errors import must_be
from pharmacyfirst.ledger import Ledger, LedgerDamaged, as_text
from pharmacyfirst.sending.outbox import Outbox
from pharmacyfirst.store import finding
from pharmacyfirst.store.anchors import Anchor, add_anchor, anchor_of, anchors_in, must_hold
from pharmacyfirst.store.deeds import Actor, Deed, StoreEvent, StoreRefused, attachment_of, body_of, read_event
from pharmacyfirst.store.so_far import ConsultationSoFar, so_far

STORE = "store/"
CONSULTATION = f"{STORE}consultation/"
CLOCK, SEEN = f"{STORE}clock", f"{finding.OURS}clock"
MOST_LISTED_KEPT = (
    1000  # consultations that are remembered between two looks at a list; those longest not looked at go first
)
LITTLE = timedelta(minutes=1)  # two processes that write beside each other are no clock that went back
_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")

Clock = Callable[[], datetime]
Read = TypeVar("Read")


class NotThere(StoreRefused, KeyError):
    """The store has nothing with this id."""

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would put it in quotes


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """What a pharmacy may choose. ``closes``: when it closes, on England's clock; ``drafts_last``: how long after that a draft expires.

    ``keep_years``: from what age records are *listed* as old; None: none are. Nothing is ever deleted by a setting.
    ``anchors``: the file of anchors; None: ``anchors.txt`` beside the store, which another disk is better than.
    """

    closes: time = time(18, 30)
    drafts_last: timedelta = timedelta(hours=24)
    keep_years: int | None = None
    anchors: Path | None = None


class Kept:
    """An open ledger with what the store needs beside it. ``open_store`` makes one."""

    def __init__(self, ledger: Ledger, clock: Clock, settings: StoreSettings, anchors: Path):
        self.ledger, self.anchors = ledger, anchors
        self.settings = settings
        self.outbox = Outbox(ledger)
        self.unread: set[str] = set()  # what a list had to leave out
        self._listed: dict[
            str, tuple[ConsultationSoFar | None, StoreEvent | None]
        ] = {}  # as lists showed them, and after which event
        self._clock = clock
        self._writer = ledger.reserve(STORE)

    def now(self) -> datetime:
        """What the server's clock says, in UTC. Raises ``NoOffset`` for a clock that does not say how far it is from UTC."""
        at = self._clock()
        as_text(at)
        return at.astimezone(UTC)

    @contextmanager
    def together(self) -> Iterator[None]:
        """All that is written inside, or nothing; on disk when it ends."""
        with self.ledger.transaction():
            yield

    def write(
        self,
        stream: str,
        deed: Deed,
        actor: Actor,
        told: Mapping[str, Any] | None = None,
        held: Mapping[str, Any] | bytes = b"",
    ) -> StoreEvent:
        """Write down what was done, at the server's time. Where the clock went back since the last deed, the event says so."""
        must_be(Actor, actor=actor)
        with self.together():
            at, last = self.now(), self.last_seen()
            back = {"clock_was_at": as_text(last)} if last is not None and at < last - LITTLE else {}
            body = body_of(actor, dict(told or {}) | back)
            stored = self._writer.append(stream, deed.value, body, at, attachment_of(held))
            if last is None or back or at - last >= LITTLE:
                self.ledger.mark(CLOCK, {(SEEN, as_text(at))})
            return read_event(stored)

    def last_seen(self) -> datetime | None:
        """What the clock said when something was last written, to the minute; None where nothing was."""
        seen = tuple(self.ledger.counted(SEEN))
        return datetime.fromisoformat(seen[0]) if len(seen) == 1 else None

    def clock_went_back(self) -> bool:
        """Whether the clock is behind what it said when something was last written."""
        last = self.last_seen()
        return last is not None and self.now() < last - LITTLE

    def anchor(self) -> Anchor:
        """The anchor of the ledger as it stands, written to the file of anchors where that has it not yet.

        Raises ``LedgerDamaged`` where the newest anchor does not hold: another beside it would hide that.
        """
        now = anchor_of(self.ledger, as_text(self.now()))
        known = anchors_in(self.anchors, newest=True)
        for one in known:
            must_hold(self.ledger, one)
        if now.length and not (known and (known[-1].length, known[-1].head) == (now.length, now.head)):
            add_anchor(self.anchors, now)
        return now

    def events(self, stream: str, attached: bool = True, since: int = 1) -> tuple[StoreEvent, ...]:
        """Everything that was done in a stream, in order, from the event of that number on. Raises ``LedgerDamaged``."""
        return tuple(map(read_event, self.ledger.events(stream, attached, since)))

    def as_written(self, stream: str) -> tuple[StoreEvent, ...]:
        """Everything that was done in a stream, in order, each event held against its digest first. Raises ``LedgerDamaged``.

        For whatever is shown to somebody or gone by. A list reads ``events``: what was altered stays in it, so that it is opened, and refused
        with what to do.
        """
        return tuple(map(read_event, self.ledger.as_written(stream)))

    def consultation(self, id: str) -> ConsultationSoFar:
        """A consultation as it stands. Raises ``NotThere``, and ``LedgerDamaged`` where anything of it is not what was written."""
        must_be(str, id=id)
        return _standing(id, self.as_written(CONSULTATION + id) if is_id(id) else ())

    def mark(self, id: str) -> ConsultationSoFar:
        """Let a consultation be found by all that its events say of it; how it stands."""
        events = self.events(CONSULTATION + id)
        now = _standing(id, events)
        record = next((one.held for one in reversed(events) if one.deed is Deed.FINISHED), {})
        self.ledger.mark(CONSULTATION + id, finding.marks_of(now, record))
        return now

    def all_of(self, ids: Iterable[str], read: Callable[[str], Read]) -> tuple[Read, ...]:
        """What can be read of these, in order. What cannot is noted in ``unread``, and hides nothing of the rest."""
        return tuple(self._each(ids, read))

    def _each(self, ids: Iterable[str], read: Callable[[str], Read]) -> Iterator[Read]:
        for id in ids:
            try:
                yield read(id)
            except (LedgerDamaged, NotThere):
                self.unread.add(id)

    def consultations(self, ids: Iterable[str]) -> tuple[ConsultationSoFar, ...]:
        """The consultations with these ids, in order, as far as they can be read."""
        return self.all_of(ids, self._listed_anew)

    def _listed_anew(self, id: str) -> ConsultationSoFar:
        """A consultation as it stands, going on from where a list left it while the last event that was read then is still the same.

        A work list of two hundred drafts would read thousands of events each time somebody looks at it, and everybody else would wait.
        """
        if self.ledger.in_transaction or not is_id(id):  # what is not committed may be undone, and is not remembered
            return _standing(id, self.events(CONSULTATION + id) if is_id(id) else ())
        now, read = self._listed.pop(id, (None, None))
        events = self.events(CONSULTATION + id, since=read.number if read is not None else 1)
        if read is not None and events[:1] != (read,):
            now, events = None, self.events(CONSULTATION + id)
        now = _standing(id, events if now is None else events[1:], now)
        while len(self._listed) >= MOST_LISTED_KEPT:
            del self._listed[next(iter(self._listed))]
        self._listed[id] = now, events[-1]
        return now

    def found(self, name: str, value: str | None = None, until: str | None = None, beginning: str = "") -> list[str]:
        """The ids of the consultations with a mark, in the order of its values."""
        streams = self.ledger.marked(finding.OURS + name, value, until, beginning)
        return [one.removeprefix(CONSULTATION) for one in streams if one.startswith(CONSULTATION)]


def _standing(id: str, events: Iterable[StoreEvent], before: ConsultationSoFar | None = None) -> ConsultationSoFar:
    """A consultation as these events leave it, going on from how it stood ``before`` them. Raises ``NotThere`` where there is none."""
    now = so_far(id, events, before)
    if now is None:
        raise NotThere("The store has no consultation of this id.")
    return now


def is_id(text: str) -> bool:
    """Whether this is an id as ours are: a UUID in small letters."""
    return _UUID.fullmatch(text) is not None
