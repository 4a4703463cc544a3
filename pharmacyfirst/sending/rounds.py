"""One round of the sender: collect, settle, send, and mark what is overdue.

It can be killed anywhere: collect and store what the mailbox holds, and only then tell MESH so; ask MESH what became of POSTs whose end
is not on record; post what is queued; mark what is overdue. Each thing is dealt with by itself: what is wrong with one is counted, put in
front of a person, and stops no other. Only MESH or the ledger that cannot be used ends a round.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from pharmacyfirst.ledger import LedgerDamaged, LedgerUnusable
from pharmacyfirst.sending.incoming import Understood
from pharmacyfirst.sending.mesh import (
    ACKNOWLEDGEMENTS,
    Mailbox,
    MeshTrace,
    MeshUnreachable,
    NotKnown,
    NotSent,
    NotTaken,
    RefusedByMesh,
)
from pharmacyfirst.sending.outbox import Outbox
from pharmacyfirst.sending.standing import Happened, MessageEvent, OutOfOrder, Waits


@dataclass(slots=True)
class Round:
    """What one round did, counted. ``trouble`` is empty, or says why the round was not completed or what it could not deal with.

    ``to_the_end``: MESH and the ledger could be used to the end, so each thing had its turn. ``failed`` are things that this program could not deal with, by the kind of error: a defect of it. Each is left as it was, or in front of
    a person.
    """

    received: list[Understood] = field(default_factory=list)
    left_alone: int = 0
    not_taken_in: int = 0
    lines_broken: int = 0
    found: int = 0
    undecided: int = 0
    sent: int = 0
    not_taken: int = 0
    held_back: int = 0
    damaged: int = 0
    overdue: int = 0
    failed: list[str] = field(default_factory=list)
    trouble: str = ""
    to_the_end: bool = False


def send_round(outbox: Outbox, mailbox: Mailbox, clock: Callable[[], datetime], waits: Waits) -> Round:
    """All there is to do now, once. It may be killed at any point and run again; two may run beside each other."""
    done = Round()
    try:
        outbox.look(clock())
        _with_mesh(outbox, mailbox, clock, waits, done)
    except (LedgerUnusable, LedgerDamaged) as why:
        done.trouble = str(why)
    if not done.trouble and (done.damaged or done.failed):
        kinds = f" ({', '.join(sorted(set(done.failed)))})" if done.failed else ""
        done.trouble = f"{done.damaged + len(done.failed)} could not be dealt with{kinds}; the others were"
    return done


def _with_mesh(outbox: Outbox, mailbox: Mailbox, clock: Callable[[], datetime], waits: Waits, done: Round) -> None:
    try:
        mailbox.handshake()
        _collect(outbox, mailbox, clock, done)
        _settle(outbox, mailbox, clock, waits, done)
        _send(outbox, mailbox, clock, done)
    except MeshUnreachable as why:
        done.trouble = str(why)
    except (LedgerUnusable, LedgerDamaged):
        raise
    except Exception as wrong:  # said by its kind alone: its words could tell who a patient is
        done.failed.append(type(wrong).__name__)
        done.trouble = f"this program failed ({type(wrong).__name__}); tell the supplier"
    late = outbox.overdue(clock(), waits)
    done.overdue = len(late)
    if not done.trouble:
        outbox.end_round(clock())
        done.to_the_end = True
        _ask_after(outbox, mailbox, clock, late, done)


@contextmanager
def _by_itself(outbox: Outbox, id: str, done: Round) -> Iterator[None]:
    """One thing of many, by its id: whatever is wrong with it is counted, and the next one has its turn."""
    try:
        yield
    except (MeshUnreachable, LedgerUnusable):
        raise  # no other would fare better
    except OutOfOrder:
        pass  # another sender was quicker
    except LedgerDamaged:
        done.damaged += 1  # what is stored is not what was written: a person is shown it, and it is never posted
        outbox.show_damaged(id)
    except Exception as wrong:  # a defect of ours must not keep back what others wait for
        done.failed.append(type(wrong).__name__)


def _collect(outbox: Outbox, mailbox: Mailbox, clock: Callable[[], datetime], done: Round) -> None:
    """What could not be taken before comes last, so that it keeps nothing back; where the line breaks twice on end, the rest waits."""
    broken = 0
    for mesh_id in sorted(mailbox.waiting(), key=outbox.was_not_received):
        if broken > 1:
            done.trouble = "the line to MESH broke again and again, and not all that waits was collected"
            return
        failed, lines = len(done.failed), done.lines_broken
        with _by_itself(outbox, mesh_id, done):
            _take_in(outbox, mailbox, mesh_id, clock, done)
        if len(done.failed) > failed:
            with _by_itself(outbox, mesh_id, done):
                outbox.not_received(mesh_id, f"this program could not read it ({done.failed[-1]})", clock())
        broken = broken + 1 if done.lines_broken > lines else 0


def _take_in(outbox: Outbox, mailbox: Mailbox, mesh_id: str, clock: Callable[[], datetime], done: Round) -> None:
    """Store one thing that waits, and what it changes, in one commit; then acknowledge it. Killed in between, it comes again."""
    left = outbox.left_at_mesh(mesh_id)
    if left is Happened.SEEN:
        mailbox.acknowledge(mesh_id)  # it was never here; a person has said that it may go
        return
    if left:
        done.not_taken_in += 1
        return
    try:
        received = mailbox.read(mesh_id)
    except NotTaken as why:
        done.lines_broken += why.line
        if not why.gone:
            done.not_taken_in += 1
            outbox.not_received(mesh_id, why.says, clock())
        return
    if not received.is_report and received.headers.get("workflowid") != ACKNOWLEDGEMENTS:
        done.left_alone += 1  # a message to us, not an answer: whoever collects those has to have it
        return
    understood = outbox.receive(received, clock())
    if not understood.kept:
        done.not_taken_in += 1
        return
    if understood.new:
        done.received.append(understood)
    mailbox.acknowledge(mesh_id)


def _settle(outbox: Outbox, mailbox: Mailbox, clock: Callable[[], datetime], waits: Waits, done: Round) -> None:
    """Find out what became of POSTs that were begun and not recorded: the sender was killed, or the line broke."""
    for bundle_id in outbox.unsettled():
        with _by_itself(outbox, bundle_id, done):
            _settle_one(outbox, mailbox, bundle_id, clock, waits, done)


def _settle_one(
    outbox: Outbox, mailbox: Mailbox, bundle_id: str, clock: Callable[[], datetime], waits: Waits, done: Round
) -> None:
    """That MESH does not hold a message counts only after a while: the POST may be still under way."""
    now, message = outbox.standing(bundle_id), outbox.message(bundle_id)
    if now.posting_since is None:
        return
    may_be_under_way = outbox.steady(clock()) - now.posting_since < waits.settle
    try:
        found = mailbox.find(message)
    except NotKnown:
        done.undecided += 1
        return
    ours = outbox.knows_mesh_id(found.mesh_id) in ("", bundle_id) if found.mesh_id else True
    if found.trace is MeshTrace.THERE and ours:
        what, says = Happened.POSTED, "found by local id"
        done.found += 1
    elif found.trace is MeshTrace.SEVERAL:
        what, says = Happened.POSTED, "several copies found by local id"
        done.found += 1
    elif may_be_under_way:
        done.undecided += 1
        return
    elif found.trace is MeshTrace.NOT_THERE:
        what, says = Happened.NOT_ARRIVED, ""
    else:
        # Nobody can tell. It is followed as if sent, so that it is answered, or overdue and shown to a person.
        what, says = Happened.POSTED, "not known whether it arrived"
        done.undecided += 1
    mesh_id = found.mesh_id if what is Happened.POSTED and found.trace is MeshTrace.THERE and ours else ""
    outbox.record(bundle_id, MessageEvent(what, clock(), mesh_id=mesh_id, says=says, post=now.tries))


def _send(outbox: Outbox, mailbox: Mailbox, clock: Callable[[], datetime], done: Round) -> None:
    for bundle_id in outbox.to_send():
        with _by_itself(outbox, bundle_id, done):
            _send_one(outbox, mailbox, bundle_id, clock, done)


def _send_one(outbox: Outbox, mailbox: Mailbox, bundle_id: str, clock: Callable[[], datetime], done: Round) -> None:
    """The intent is on disk before the POST; what became of it is put down after, or asked of MESH in a later round."""
    if outbox.message(bundle_id).practice_patient == mailbox.live:
        done.held_back += 1  # training patients to the live service, or patients to any other: never
        return
    post = outbox.begin_post(bundle_id, clock())

    def put_down(what: Happened, code: str = "", mesh_id: str = "", says: str = "") -> None:
        with suppress(OutOfOrder):  # what another sender has settled in the meantime is settled
            event = MessageEvent(what, clock(), code, mesh_id, says=says, post=post.number)
            outbox.record(bundle_id, event)

    try:
        mesh_id = mailbox.send(post.message)
    except NotSent as why:
        put_down(Happened.NOT_POSTED, says=str(why))
        raise MeshUnreachable(str(why)) from None
    except RefusedByMesh as why:
        put_down(Happened.REFUSED, code=why.code)
        done.not_taken += 1
    except NotKnown as why:
        # The intent stays open: the next round asks MESH.
        put_down(Happened.NOTED, says=str(why))
        done.undecided += 1
    else:
        put_down(Happened.POSTED, mesh_id=mesh_id)
        done.sent += 1


def _ask_after(
    outbox: Outbox, mailbox: Mailbox, clock: Callable[[], datetime], late: tuple[str, ...], done: Round
) -> None:
    """What MESH says of a message that is overdue helps the person who has to find out."""
    for bundle_id in late:
        with suppress(MeshUnreachable), _by_itself(outbox, bundle_id, done):
            for mesh_id in outbox.standing(bundle_id).mesh_ids:
                outbox.record(bundle_id, _said_of(mailbox.status(mesh_id), mesh_id, clock()))


def _said_of(status: str, mesh_id: str, at: datetime) -> MessageEvent:
    if status in ("undeliverable", "error"):
        return MessageEvent(Happened.REPORTED, at, mesh_id=mesh_id, says=f"MESH: {status}")
    says = {"accepted": "not collected yet", "acknowledged": "collected"}.get(status, "no word")
    return MessageEvent(Happened.NOTED, at, mesh_id=mesh_id, says=f"MESH: {says}")
