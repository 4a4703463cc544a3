"""One round of the sender: collect, settle, send, and mark what is overdue.

It can be killed anywhere: collect and store what the mailbox holds, and only then tell MESH so; ask MESH what became of POSTs whose end
is not on record; post what is queued; mark what is overdue.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from pharmacyfirst.ledger import LedgerDamaged
from pharmacyfirst.sending.incoming import Understood
from pharmacyfirst.sending.mesh import (
    ACKNOWLEDGEMENTS,
    Mailbox,
    MeshTrace,
    MeshUnreachable,
    NotKnown,
    NotSent,
    RefusedByMesh,
)
from pharmacyfirst.sending.outbox import Outbox
from pharmacyfirst.sending.standing import Happened, MessageEvent, OutOfOrder, Waits


@dataclass(slots=True)
class Round:
    """What one round did, counted. ``trouble`` is empty, or says why the round was not completed."""

    received: list[Understood] = field(default_factory=list)
    left_alone: int = 0
    found: int = 0
    undecided: int = 0
    sent: int = 0
    not_taken: int = 0
    held_back: int = 0
    damaged: int = 0
    overdue: int = 0
    trouble: str = ""


def send_round(outbox: Outbox, mailbox: Mailbox, clock: Callable[[], datetime], waits: Waits) -> Round:
    """All there is to do now, once. It may be killed at any point and run again; two may run beside each other."""
    done = Round()
    try:
        mailbox.handshake()
        _collect(outbox, mailbox, clock, done)
        _settle(outbox, mailbox, clock, waits, done)
        _send(outbox, mailbox, clock, done)
    except MeshUnreachable as why:
        done.trouble = str(why)
    if done.damaged and not done.trouble:
        done.trouble = f"{done.damaged} of the stored messages are not what was checked, and were not sent"
    late = outbox.overdue(clock(), waits)
    done.overdue = len(late)
    if not done.trouble:
        _ask_after(outbox, mailbox, clock, late)
    return done


def _collect(outbox: Outbox, mailbox: Mailbox, clock: Callable[[], datetime], done: Round) -> None:
    """Store each thing that waits, and what it changes, in one commit; then acknowledge it. Killed in between, it comes again."""
    for mesh_id in mailbox.waiting():
        received = mailbox.read(mesh_id)
        if not received.is_report and received.headers.get("workflowid") != ACKNOWLEDGEMENTS:
            done.left_alone += 1  # a message to us, not an answer: whoever collects those has to have it
            continue
        try:
            understood = outbox.receive(received, clock())
        except LedgerDamaged:
            done.damaged += 1  # it stays in the mailbox, for when the ledger is whole again
            continue
        if understood.new:
            done.received.append(understood)
        mailbox.acknowledge(mesh_id)


def _settle(outbox: Outbox, mailbox: Mailbox, clock: Callable[[], datetime], waits: Waits, done: Round) -> None:
    """Find out what became of POSTs that were begun and not recorded: the sender was killed, or the line broke.

    That MESH does not hold a message counts only after a while: the POST may be still under way.
    """
    for bundle_id in outbox.unsettled():
        try:
            began, message = outbox.standing(bundle_id).posting_since, outbox.message(bundle_id)
        except LedgerDamaged:
            done.damaged += 1
            continue
        found = mailbox.find(message)
        arrived = MessageEvent(Happened.POSTED, clock(), mesh_id=found.mesh_id)
        if found.trace is MeshTrace.THERE and outbox.knows_mesh_id(found.mesh_id) in ("", bundle_id):
            _record(outbox, bundle_id, replace(arrived, says="found by local id"))
            done.found += 1
        elif found.trace is MeshTrace.SEVERAL:
            _record(outbox, bundle_id, replace(arrived, says="several copies found by local id"))
            done.found += 1
        elif began is None or clock() - began < waits.settle:
            done.undecided += 1
        elif found.trace is MeshTrace.NOT_THERE:
            _record(outbox, bundle_id, MessageEvent(Happened.NOT_ARRIVED, clock()))
        else:
            # Nobody can tell. It is followed as if sent, so that it is answered, or overdue and shown to a person.
            _record(outbox, bundle_id, replace(arrived, mesh_id="", says="not known whether it arrived"))
            done.undecided += 1


def _send(outbox: Outbox, mailbox: Mailbox, clock: Callable[[], datetime], done: Round) -> None:
    for bundle_id in outbox.to_send():
        try:
            if outbox.message(bundle_id).practice_patient == mailbox.live:
                done.held_back += 1  # practice patients to the live service, or patients to any other: never
                continue
            message = outbox.begin_post(bundle_id, clock())
        except OutOfOrder:
            continue  # another sender was quicker
        except LedgerDamaged:
            done.damaged += 1  # what is stored is not what was checked: it is never posted
            continue
        try:
            mesh_id = mailbox.send(message)
        except NotSent as why:
            _record(outbox, bundle_id, MessageEvent(Happened.NOT_POSTED, clock(), says=str(why)))
            raise MeshUnreachable(str(why)) from None
        except RefusedByMesh as why:
            _record(outbox, bundle_id, MessageEvent(Happened.REFUSED, clock(), code=why.code))
            done.not_taken += 1
        except NotKnown as why:
            # The intent stays open: the next round asks MESH.
            _record(outbox, bundle_id, MessageEvent(Happened.NOTED, clock(), says=str(why)))
            done.undecided += 1
        else:
            _record(outbox, bundle_id, MessageEvent(Happened.POSTED, clock(), mesh_id=mesh_id))
            done.sent += 1


def _ask_after(outbox: Outbox, mailbox: Mailbox, clock: Callable[[], datetime], late: tuple[str, ...]) -> None:
    """What MESH says of a message that is overdue helps the person who has to find out."""
    for bundle_id in late:
        for mesh_id in outbox.standing(bundle_id).mesh_ids:
            try:
                status = mailbox.status(mesh_id)
            except MeshUnreachable:
                return
            if status in ("undeliverable", "error"):
                _record(
                    outbox, bundle_id, MessageEvent(Happened.REPORTED, clock(), mesh_id=mesh_id, says=f"MESH: {status}")
                )
            else:
                says = {"accepted": "not collected yet", "acknowledged": "collected"}.get(status, "no word")
                _record(outbox, bundle_id, MessageEvent(Happened.NOTED, clock(), mesh_id=mesh_id, says=f"MESH: {says}"))


def _record(outbox: Outbox, bundle_id: str, event: MessageEvent) -> None:
    """What another sender has settled in the meantime is settled."""
    try:
        outbox.record(bundle_id, event)
    except OutOfOrder:
        return
