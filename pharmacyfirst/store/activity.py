"""What was done in a pharmacy between two days, in numbers: consultations, outcomes, gateway points, news to practices, time to finish.

It counts what was finished, or ended without a record, on days of England's clock. Training patients are in no number but their own. A
consultation that was corrected counts once, on the day it was first finished, as its newest correction has it. Nobody is named; a small
number can lead to a person all the same, and whoever shows the numbers says so.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import ceil
from statistics import median
from typing import Any

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.ledger import LedgerDamaged, LedgerEvent, as_text
from pharmacyfirst.sending.messages import UnknownMessage
from pharmacyfirst.sending.standing import OVER, MessageState
from pharmacyfirst.store.deeds import Deed, as_written, read_event
from pharmacyfirst.store.finding import CHANGED, OURS
from pharmacyfirst.store.kept import CONSULTATION
from pharmacyfirst.store.store import Store

SMALL = 5
SMALL_NUMBERS = (
    f"Numbers below {SMALL} can lead to a person: keep them inside the pharmacy, and give out whole months at most."
)
GATEWAYS = "Gateway points decide payment alone: none of them changed an outcome."
_ENDS = {Deed.FINISHED.value, Deed.ABANDONED.value}
_READ = {Deed.BEGUN.value, Deed.CORRECTED.value, *_ENDS}


@dataclass(frozen=True, slots=True)
class EndedConsultation:
    """One consultation as it is counted. ``outcome`` is empty where it ended without a record; ``seconds`` is from its first page to its
    record, None where it was entered afterwards.
    """

    condition: str
    on: date
    outcome: str = ""
    gateway: bool = False
    supplied: bool = False
    differs: bool = False
    unpermitted: bool = False
    unconfirmed: bool = False
    letter_due: bool = False
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class ActivityCount:
    """Some consultations in numbers. ``median_seconds`` and ``p90_seconds`` are of those that were held on the form; None where none was."""

    finished: int = 0
    without_record: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    gateways: int = 0
    supplied: int = 0
    differs: int = 0
    unpermitted: int = 0
    unconfirmed: int = 0
    letters_due: int = 0
    median_seconds: int | None = None
    p90_seconds: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        held = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return held | {"outcomes": dict(self.outcomes)}


@dataclass(frozen=True, slots=True)
class Activity:
    """What was done from ``begin`` to ``end``, both days included. ``unread`` consultations could not be read, and are in no number."""

    begin: date
    end: date
    total: ActivityCount
    by_condition: Mapping[str, ActivityCount]
    by_week: Mapping[str, ActivityCount]
    by_month: Mapping[str, ActivityCount]
    practice: int
    unread: int

    def as_dict(self) -> dict[str, Any]:
        """As JSON holds it: weeks by the day of their Monday, months as YYYY-MM."""
        parts = {name: getattr(self, name) for name in ("by_condition", "by_week", "by_month")}
        return {
            "begin": self.begin.isoformat(),
            "end": self.end.isoformat(),
            "total": self.total.as_dict(),
            **{name: {key: one.as_dict() for key, one in part.items()} for name, part in parts.items()},
            "practice": self.practice,
            "unread": self.unread,
            "notes": [SMALL_NUMBERS, GATEWAYS],
        }


def activity(store: Store, begin: date, end: date) -> Activity:
    """What was done from one day to another, both included. Nothing about a patient is read."""
    found, practice, unread = list[EndedConsultation](), 0, 0
    for stream in _changed(store, begin, end):
        try:
            one = _ended(store, stream)
        except (LedgerDamaged, UnknownMessage):
            unread += 1
            continue
        if one is not None and begin <= one.on <= end:
            practice += one.condition == ""
            found += [one] if one.condition else []
    return Activity(
        begin, end, counted(found), practice=practice, unread=unread,
        by_condition=_by(found, lambda one: one.condition),
        by_week=_by(found, lambda one: (one.on - timedelta(days=one.on.weekday())).isoformat()),
        by_month=_by(found, lambda one: f"{one.on:%Y-%m}"),
    )  # fmt: skip


def _changed(store: Store, begin: date, end: date) -> tuple[str, ...]:
    """The consultations that were last changed in these days, when a finished one was finished."""
    first, last = (in_england(datetime.combine(day, time())) for day in (begin, end + timedelta(days=1)))
    return store.ledger.marked(OURS + CHANGED, until=as_text(last), beginning=as_text(first))


def _ended(store: Store, stream: str) -> EndedConsultation | None:
    """A consultation as it is counted, without a condition where it is a training patient's; None where it goes on, or corrects another."""
    begun, *others = _deeds(store, stream)
    end = next((one for one in reversed(others) if one.kind in _ENDS), None)
    with as_written(begun.number):
        told = read_event(begun).told
        if end is None or told.get("corrects"):
            return None
        on = in_england(end.at).date()
        if told["practice"]:
            return EndedConsultation("", on)
        if end.kind == Deed.ABANDONED.value:
            return EndedConsultation(told["condition"], on)
        took = None if told.get("paper") else int((end.at - begun.at).total_seconds())
        return _finished(store, stream.removeprefix(CONSULTATION), others, on, took)


def _deeds(store: Store, stream: str) -> list[LedgerEvent]:
    """What was done to a consultation that counts here, its beginning first, without what is about the patient."""
    found = [one for one in store.ledger.events(stream, attached=False) if one.kind in _READ]
    if not found or found[0].kind != Deed.BEGUN.value:
        raise LedgerDamaged("A consultation in the store has no beginning. Put a copy back, and find out why.")
    return found


def _finished(store: Store, id: str, deeds: list[LedgerEvent], on: date, seconds: int | None) -> EndedConsultation:
    """A finished one, as its newest correction has it."""
    summary: Mapping[str, Any] = {}
    while True:
        by = ""
        for one in deeds:
            if one.kind == Deed.FINISHED.value:
                summary = read_event(one).told
            elif one.kind == Deed.CORRECTED.value:
                by = read_event(one).told["by"]
        if not by:
            break
        id, (_, *deeds) = by, _deeds(store, CONSULTATION + by)
    late, bundle_id = bool(summary["late"]), str(summary.get("bundle_id", ""))
    return EndedConsultation(
        condition=summary["condition"],
        on=on,
        outcome=summary["outcome"],
        gateway=bool(summary["gateways"]),
        supplied=bool(summary["supplied"]),
        differs=bool(summary["differs"]),
        unpermitted=bool(summary["unpermitted"]),
        unconfirmed=bool(bundle_id) and store.outbox.standing(bundle_id).state not in (MessageState.DONE, *OVER),
        letter_due=not bundle_id and store.outbox.notices.is_open(id),
        seconds=None if late else seconds,
    )


def _by(found: list[EndedConsultation], key: Callable[[EndedConsultation], str]) -> dict[str, ActivityCount]:
    groups: dict[str, list[EndedConsultation]] = {}
    for one in found:
        groups.setdefault(key(one), []).append(one)
    return {name: counted(groups[name]) for name in sorted(groups)}


def counted(found: Iterable[EndedConsultation]) -> ActivityCount:
    """These consultations in numbers."""
    all_ = tuple(found)
    finished = tuple(one for one in all_ if one.outcome)
    took = sorted(one.seconds for one in finished if one.seconds is not None)
    return ActivityCount(
        finished=len(finished),
        without_record=len(all_) - len(finished),
        outcomes=dict(sorted(Counter(one.outcome for one in finished).items())),
        gateways=sum(one.gateway for one in finished),
        supplied=sum(one.supplied for one in finished),
        differs=sum(one.differs for one in finished),
        unpermitted=sum(one.unpermitted for one in finished),
        unconfirmed=sum(one.unconfirmed for one in finished),
        letters_due=sum(one.letter_due for one in finished),
        median_seconds=int(median(took)) if took else None,
        p90_seconds=took[ceil(len(took) * 0.9) - 1] if took else None,
    )
