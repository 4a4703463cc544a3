"""Time that only moves forward, kept in the ledger: how long something has waited, whatever became of the machine's clock.

A machine's clock can be put back, or have been ahead. How long a message waits is therefore counted in *steady* time: from one look at the
clock to the next it goes as far forward as the clock did, and where the clock went back it stands still. A look is remembered in the ledger
by whoever writes there; every round of the sender begins with one. Events keep the time that the clock said, for people, and the steady time
beside it where the two differ.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pharmacyfirst.ledger import Ledger, LedgerDamaged, Writer, as_text

# The streams of an outbox begin so, and whatever their events are, each says when it was.
OUTBOX = "outbox/"
_CLOCK = "outbox/clock"
_MARK = "outbox: clock"
WENT_BACK = "went back"

# Two processes look at one clock and write in another order: so little is not the clock's going back.
LITTLE = timedelta(minutes=1)
# No wait is as long as this; a clock that jumps by years and back, again and again, must not use up the calendar.
MOST_AT_ONCE = timedelta(days=30)
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Look:
    """A look at the clock: what it said, and the steady time then; both in UTC."""

    clock: datetime
    steady: datetime

    def steadily(self, at: datetime) -> datetime:
        """The steady time when the clock says ``at``: never before this look."""
        forward = min(max(at.astimezone(UTC) - self.clock, timedelta(0)), MOST_AT_ONCE)
        return self.steady + min(forward, _LAST - self.steady)

    def behind(self, at: datetime) -> bool:
        """Whether the clock has gone back since this look."""
        return at.astimezone(UTC) < self.clock - LITTLE


class SteadyClock:
    """The steady time of one outbox. ``writer`` writes the outbox's streams."""

    def __init__(self, ledger: Ledger, writer: Writer):
        self._ledger, self._writer = ledger, writer

    def seen(self) -> Look | None:
        """The last look at the clock that is on record; None where there was none."""
        marked = tuple(self._ledger.counted(_MARK))
        if len(marked) == 1:
            with suppress(ValueError):
                clock, steady = map(datetime.fromisoformat, marked[0].split(" "))
                if clock.tzinfo and steady.tzinfo:
                    return Look(clock, steady)
        return self._seen_in_events()

    def steady(self, at: datetime) -> datetime:
        """The steady time when the clock says ``at``. Nothing is remembered."""
        seen = self.seen()
        return seen.steadily(at) if seen else at.astimezone(UTC)

    def look(self, at: datetime) -> datetime:
        """The steady time when the clock says ``at``, which is remembered; where the clock went back, as an event too."""
        seen = self.seen()
        if seen is None:
            return self._remember(Look(at.astimezone(UTC), at.astimezone(UTC)))
        now = Look(at.astimezone(UTC), seen.steadily(at))
        if seen.behind(at):
            told = {"from": as_text(seen.clock), "steady": as_text(now.steady)}
            self._writer.append(_CLOCK, WENT_BACK, json.dumps(told), at)
            return self._remember(now)
        return self._remember(now) if now.clock > seen.clock else now.steady

    def _remember(self, seen: Look) -> datetime:
        self._ledger.mark(_CLOCK, {(_MARK, f"{as_text(seen.clock)} {as_text(seen.steady)}")})
        return seen.steady

    def _seen_in_events(self) -> Look | None:
        """What the last event tells, where the mark is gone."""
        _, look = max(self._looks(), key=lambda one: one[0], default=(0, None))
        return look

    def _looks(self) -> Iterator[tuple[int, Look]]:
        for stream in self._ledger.streams(OUTBOX):
            with suppress(LedgerDamaged):  # what is damaged is in front of a person already
                for event in self._ledger.events(stream, attached=False):
                    with suppress(AttributeError, TypeError, ValueError):
                        told = json.loads(event.body).get("steady")
                        yield event.position, Look(event.at, datetime.fromisoformat(told or as_text(event.at)))
