"""Where a message stands, folded from what happened to it; which step comes next; what is overdue. No clock, no store.

``after`` is the whole of it: where a message stands once one more thing has happened. Everything else asks a ``Standing``. How long
something has waited is counted in steady time (``steady.py``), which only moves forward; the clock's own time stands beside it, for people.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from pharmacyfirst.errors import PharmacyFirstError, must_be
from pharmacyfirst.sending.acknowledgement import Says, response_code

# A message that MESH does not hold after it was posted is posted again this often; then a person looks.
MOST_LOST = 3

# Why a message is posted again: said with the POST that is a repeat.
NEVER_LEFT = "again: the POST before it never reached MESH"
NOT_THERE = "again: MESH was asked, and does not hold the POST before it"
BY_A_PERSON = "again: a person decided so"


class MessageState(Enum):
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


class OutOfOrder(PharmacyFirstError, ValueError):
    """This cannot happen to a message that stands where it stands; nothing was changed."""


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """One thing that happened to a message. ``by`` is the person who did it; ``received`` the MESH id of what told us.

    ``at`` is what the clock said, ``steady`` the steady time then: the same, where it is not given. ``post`` says which POST it is about,
    from 1; 0 is whichever is open. Raises ``WrongKind`` for parts of another type.
    """

    what: Happened
    at: datetime
    code: str = ""
    mesh_id: str = ""
    received: str = ""
    by: str = ""
    says: str = ""
    steady: datetime | None = None
    post: int = 0

    @property
    def steadily(self) -> datetime:
        """When it happened, in steady time."""
        return self.steady or self.at

    def __post_init__(self) -> None:
        must_be(Happened, what=self.what)
        must_be(datetime, at=self.at)
        must_be(int, post=self.post)
        must_be(str, code=self.code, mesh_id=self.mesh_id, received=self.received, by=self.by, says=self.says)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a message stands, folded from its events.

    ``since`` and ``sent_at`` are what the clock said; ``waits_from``, ``sent_from`` and ``posting_since`` are steady time.
    """

    state: MessageState
    since: datetime
    waits_from: datetime
    sent_at: datetime | None = None
    sent_from: datetime | None = None
    posting_since: datetime | None = None
    tries: int = 0  # POSTs that were begun
    again: str = ""  # why the next POST will be a repeat
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


OVER = (MessageState.FALLBACK_SENT, MessageState.REPLACED, MessageState.VOID)
FAILED = (MessageState.UNDELIVERED, MessageState.INF_FAILED, MessageState.BUS_FAILED, MessageState.UNCONFIRMED)
UNSENT = (MessageState.DRAFTED, MessageState.VALIDATED, MessageState.QUEUED)
AWAITING = (MessageState.SENT, MessageState.INF_OK)


def after(now: Standing | None, event: MessageEvent) -> Standing:
    """Where a message stands once this has happened too. Raises ``OutOfOrder``.

    Acknowledgements and reports are taken in any order, twice, and in any state: they are news, and never refused.
    """
    if now is None:
        if event.what is not Happened.DRAFTED:
            raise OutOfOrder("A message begins as a draft.")
        return Standing(MessageState.DRAFTED, event.at, event.steadily)
    then = _AFTER[event.what](now, event)
    return replace(then, since=event.at, waits_from=event.steadily) if then.state is not now.state else then


def _drafted(now: Standing, event: MessageEvent) -> Standing:
    raise OutOfOrder("This message was drafted before.")


def _validated(now: Standing, event: MessageEvent) -> Standing:
    _must_be(now, MessageState.DRAFTED)
    return replace(now, state=MessageState.VALIDATED)


def _queued(now: Standing, event: MessageEvent) -> Standing:
    _must_be(now, MessageState.VALIDATED)
    return replace(now, state=MessageState.QUEUED)


def _posting(now: Standing, event: MessageEvent) -> Standing:
    _must_be(now, MessageState.QUEUED)
    if now.posting:
        raise OutOfOrder("Another POST of this message has not ended; MESH has to be asked first.")
    return replace(now, posting_since=event.steadily, posts=now.posts + 1, tries=now.tries + 1)


def _posted(now: Standing, event: MessageEvent) -> Standing:
    """Recorded whenever it comes: another process may have settled the same POST, or the practice may have answered."""
    ids = now.mesh_ids if event.mesh_id in (*now.mesh_ids, "") else (*now.mesh_ids, event.mesh_id)
    gone = min(now.gone, max(now.posts - len(ids), 0))  # one that had seemed not to have arrived did
    now = replace(now, mesh_ids=ids, gone=gone, posting_since=None)
    return _arrived(now, event) if now.state is MessageState.QUEUED else now


def _not_posted(now: Standing, event: MessageEvent) -> Standing:
    _must_be_posting(now, event)
    return replace(now, posting_since=None, posts=now.posts - 1, again=NEVER_LEFT)


def _not_arrived(now: Standing, event: MessageEvent) -> Standing:
    _must_be_posting(now, event)
    lost, to_show = now.lost + 1, now.to_show or now.lost + 1 >= MOST_LOST
    return replace(now, posting_since=None, gone=now.gone + 1, lost=lost, to_show=to_show, again=NOT_THERE)


def _refused(now: Standing, event: MessageEvent) -> Standing:
    _must_be_posting(now, event)
    now = replace(now, posting_since=None, posts=now.posts - 1)
    open_still = now.state is MessageState.QUEUED  # or a person has settled it, or another copy has arrived
    return replace(now, state=MessageState.UNDELIVERED, reported=event.code) if open_still else now


def _arrived(now: Standing, event: MessageEvent) -> Standing:
    now = replace(now, sent_at=now.sent_at or event.at, sent_from=now.sent_from or event.steadily)
    return replace(now, state=MessageState.SENT, posting_since=None)


def _answered(now: Standing, event: MessageEvent) -> Standing:
    """A negative answer stays, whatever comes after it; two positive ones, in either order, are wanted for ``done``."""
    says = response_code(event.code).says
    if now.state in UNSENT and not now.posts:
        return replace(now, to_show=True)  # an answer to what was never sent
    if now.state in (MessageState.QUEUED, MessageState.UNDELIVERED):
        now = _arrived(now, event)  # who answers has received it, whatever we knew of it
    if says is Says.DUPLICATE:
        # Refused as a copy of something we sent once only: then the first one was not ours, and this one was dropped.
        return now if now.posts > 1 else _if_open(now, MessageState.UNCONFIRMED)
    if says is Says.UNHEARD_OF:
        return _if_open(now, MessageState.UNCONFIRMED)
    return _with_answer(now, event.code, says)


def _with_answer(now: Standing, code: str, says: Says) -> Standing:
    if says is Says.PROCESSED:
        now = replace(now, infrastructure=now.infrastructure or code)
    elif says is Says.KNOWN:
        now = replace(now, business=now.business or code, to_show=now.to_show or code == "30004")
    elif says is Says.NOT_KNOWN:
        return _if_open(replace(now, business=code), MessageState.BUS_FAILED)
    elif says is Says.CANNOT_REPLACE:
        return replace(_if_open(replace(now, infrastructure=code), MessageState.VOID), to_show=True)
    else:
        return _if_open(replace(now, infrastructure=code), MessageState.INF_FAILED)
    if now.state not in (MessageState.SENT, MessageState.INF_OK, MessageState.UNCONFIRMED):
        return now
    if _positive(now.infrastructure) and _positive(now.business):
        return replace(now, state=MessageState.DONE)
    if _positive(now.infrastructure) and now.state is MessageState.SENT:
        return replace(now, state=MessageState.INF_OK)
    return now


def _positive(code: str) -> bool:
    return bool(code) and response_code(code).positive


def _if_open(now: Standing, state: MessageState) -> Standing:
    """What a person has settled, or a negative answer has ended, stays as it is, and is shown."""
    if now.state in (*OVER, MessageState.INF_FAILED, MessageState.BUS_FAILED):
        return replace(now, to_show=True)
    return replace(now, state=state)


def _reported(now: Standing, event: MessageEvent) -> Standing:
    """Not delivered, save where another copy may yet arrive or somebody has answered."""
    now = replace(now, reported=event.code, dead_mesh_ids=now.dead_mesh_ids | {event.mesh_id})
    answered = now.infrastructure or now.business
    waiting = now.state in (MessageState.SENT, MessageState.UNCONFIRMED, MessageState.UNDELIVERED) or (
        now.state is MessageState.QUEUED and now.posting
    )
    if waiting and not answered and now.copies <= 0:
        return replace(now, state=MessageState.UNDELIVERED, posting_since=None)
    return replace(now, to_show=True)


def _overdue(now: Standing, event: MessageEvent) -> Standing:
    _must_be(now, *AWAITING)
    return replace(now, state=MessageState.UNCONFIRMED)


def _escalated(now: Standing, event: MessageEvent) -> Standing:
    _must_be(now, MessageState.UNCONFIRMED)
    return replace(now, escalated=True)


def _sent_again(now: Standing, event: MessageEvent) -> Standing:
    """By a person, and only where it is known not to have been delivered: a copy would not be told from a new message by MESH."""
    if now.posting:
        raise OutOfOrder("A POST of this message has not ended; MESH has to be asked first.")
    if now.state is MessageState.QUEUED and now.lost:
        return replace(now, lost=0, to_show=False, again=BY_A_PERSON)
    _must_be(now, MessageState.UNDELIVERED)
    return replace(now, state=MessageState.QUEUED, lost=0, reported="", to_show=False, again=BY_A_PERSON)


def _fallback_sent(now: Standing, event: MessageEvent) -> Standing:
    """What went as a letter or a PDF went, whatever becomes of a POST that has not ended: that is still settled."""
    _must_be(now, *UNSENT, *FAILED, *AWAITING)
    return replace(now, state=MessageState.FALLBACK_SENT, to_show=False)


def _replaced(now: Standing, event: MessageEvent) -> Standing:
    if now.state in (MessageState.REPLACED, MessageState.VOID):
        raise OutOfOrder(f"This message is {now.state.value}.")
    return replace(now, state=MessageState.REPLACED)


def _voided(now: Standing, event: MessageEvent) -> Standing:
    """By a person; or, without one, because the practice could not process its replacement, which somebody has to see."""
    if now.state is MessageState.VOID:
        raise OutOfOrder("This message is void.")
    if event.by and (now.posting or now.state not in (*UNSENT, *FAILED)):
        raise OutOfOrder("A message on its way, or with the practice, is corrected by a new one that replaces it.")
    return replace(now, state=MessageState.VOID, to_show=not event.by)


def _seen(now: Standing, event: MessageEvent) -> Standing:
    return replace(now, to_show=False)


def _noted(now: Standing, event: MessageEvent) -> Standing:
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


def _must_be(now: Standing, *states: MessageState) -> None:
    if now.state not in states:
        raise OutOfOrder(f"This message is {now.state.value}, not {' or '.join(state.value for state in states)}.")


def _must_be_posting(now: Standing, event: MessageEvent) -> None:
    """Another sender may have settled the same POST, and begun the next: what became of the one says nothing of the other."""
    if not now.posting or event.post not in (0, now.tries):
        raise OutOfOrder("This POST of the message is not open.")


def folded(events: Iterable[MessageEvent]) -> Standing | None:
    """Where a message stands after all of these, in their order; None before the first. Raises ``OutOfOrder``."""
    standing = None
    for event in events:
        standing = after(standing, event)
    return standing


@dataclass(frozen=True, slots=True)
class Waits:
    """How long is reasonable, in steady time; no national number exists. By which day a practice has to know: ``working_days.py``."""

    warn: timedelta = timedelta(hours=4)
    escalate: timedelta = timedelta(hours=24)
    # Longer than any POST can take, so that no message is sent again while a slow POST of it is still running.
    settle: timedelta = timedelta(minutes=5)
    # Rounds run every 5 minutes; where none has come to its end for so long and something waits for one, they have stopped.
    rounds: timedelta = timedelta(hours=1)


def may_be_posted(now: Standing, original: MessageState | None) -> bool:
    """Whether the next step is a POST. A replacement waits until the practice's system has taken its original."""
    on_its_turn = now.state is MessageState.QUEUED and not now.posting and now.lost < MOST_LOST
    return on_its_turn and original in (None, MessageState.INF_OK, MessageState.DONE)


def overdue(now: Standing, steady: datetime, waits: Waits) -> Happened | None:
    """What happens next to a message only because time has passed: nothing, ``OVERDUE``, or ``ESCALATED``. ``steady`` is steady time."""
    if now.sent_from is None:
        return None
    waited = steady - now.sent_from
    if now.state in AWAITING and waited >= waits.warn:
        return Happened.OVERDUE
    if now.state is MessageState.UNCONFIRMED and not now.escalated and waited >= waits.escalate:
        return Happened.ESCALATED
    return None


def as_of(now: Standing, steady: datetime, waits: Waits) -> Standing:
    """The standing with all that is overdue at a steady time, whether or not a round has marked it."""
    while what := overdue(now, steady, waits):
        waited = waits.warn if what is Happened.OVERDUE else waits.escalate
        sent_at, sent_from = now.sent_at or now.since, now.sent_from or now.waits_from
        now = after(now, MessageEvent(what, _later(sent_at, waited), steady=_later(sent_from, waited)))
    return now


def _later(at: datetime, wait: timedelta) -> datetime:
    """A clock may have been ahead to the end of the calendar."""
    try:
        return at + wait
    except OverflowError:
        return at
