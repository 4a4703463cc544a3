"""What a person has to look at, in words: what is wrong with a message, and what to do about it. No identity is in any of it."""

from dataclasses import dataclass
from datetime import date, datetime

from pharmacyfirst.sending.acknowledgement import PDF_NOW, response_code
from pharmacyfirst.sending.standing import AWAITING, MOST_LOST, UNSENT, MessageState, Standing


@dataclass(frozen=True, slots=True)
class ForPerson:
    """Something that a person has to look at: a message, something received that is about none of ours, a letter or PDF to send, or the sender.

    Each has one id at most: ``bundle_id``, ``mesh_id`` (a message may have both) or ``record_id``; the sender has none. ``due`` is the day by
    which the practice has to be told; ``late`` says that it is over.
    """

    bundle_id: str
    mesh_id: str
    state: str
    since: datetime
    codes: tuple[str, ...]
    urgent: bool
    says: str
    then: str
    record_id: str = ""
    due: date | None = None
    late: bool = False

    @property
    def id(self) -> str:
        """The id by which it can be resolved, or nothing where it is about no single thing."""
        return self.bundle_id or self.record_id or self.mesh_id


# What MESH reports, by its code: the words, and what to do.
REPORTS = {
    "14": ("not collected within 5 days", "Send it again, or send the PDF, and tell the practice."),
    "EPL-150": ("MESH found several mailboxes for the patient's practice", "Send the PDF, and tell the supplier."),
    "EPL-151": ("MESH found no mailbox for the patient's practice", "Send the PDF, and tell the supplier."),
    "EPL-152": ("the NHS number is not valid", "Check the patient's details; a new message, or the PDF."),
    "EPL-153": ("the NHS number was not found", "Check the patient's details; a new message, or the PDF."),
    "EPL-154": ("the patient's details differ from PDS", "Trace the patient on PDS again; a new message, or the PDF."),
}

ASK = "Ask the practice whether it has the record. Send the PDF if it has not."
DAMAGED = "Do not rely on it. Tell the supplier, and ask the practice whether it has the record."
LOOK = "Read it, find out which consultation it is about, and record that it was dealt with."
_WAITING = {
    MessageState.DRAFTED: ("it was never checked", "Check it, or void it and send the PDF."),
    MessageState.VALIDATED: ("it was never queued", "Queue it, or void it and send the PDF."),
    MessageState.QUEUED: (
        "it has not been sent",
        "See whether MESH can be reached. Send the PDF if the day is ending.",
    ),
    MessageState.SENT: ("sent, and the practice's system has not answered", ASK),
    MessageState.INF_OK: ("technically accepted, and not confirmed by the practice", ASK),
    MessageState.UNCONFIRMED: ("not confirmed by the practice", ASK),
}
CLOCK_BACK = "; the clock of this machine has gone back, so nobody can tell for how long"
ASKED_AGAIN = "It is asked for again in every round. If it stays here for a day, tell the supplier."
CANNOT_TAKE = "Look at it in the MESH mailbox. Once it is put down as seen, MESH is told that it can go."


def day_in_words(day: date) -> str:
    """A day as people write it: Mon 23 Nov 2026."""
    return f"{day:%a} {day.day} {day:%b} {day.year}"


def advice(now: Standing) -> tuple[str, str]:
    """What there is to say of a message that somebody has to look at, and what to do: the negative answer before all else."""
    for code in (now.infrastructure, now.business):
        if code and not response_code(code).positive:
            return response_code(code).meaning, response_code(code).then
    if now.state is MessageState.VOID:
        return "its replacement could not be processed", response_code("20014").then
    if now.state is MessageState.UNDELIVERED:
        return REPORTS.get(now.reported, ("MESH did not deliver it", PDF_NOW))
    if now.business == "30004" and now.state is MessageState.DONE:
        return response_code("30004").meaning, response_code("30004").then
    if now.state is MessageState.QUEUED and now.lost >= MOST_LOST:
        return "it was posted several times, and MESH held it none of the times", "Tell the supplier. Send the PDF."
    if now.state is MessageState.QUEUED and now.posting:
        return "it was posted, and MESH has not said since whether it arrived", _WAITING[now.state][1]
    if now.to_show or now.state not in _WAITING:
        return "something came in that does not fit its state", "Look at its history."
    return _WAITING[now.state]


def for_person(
    bundle_id: str, now: Standing, due: date, *, old: bool, late: bool, unsure: bool, original: MessageState | None
) -> ForPerson | None:
    """What there is to look at in a message that stands so; None where nothing is.

    ``old``: it has stood so for long. ``due``, ``late``: the day by which the practice has to be told, and whether it is over. ``unsure``:
    the clock has gone back since somebody last looked at it, so that nothing is known of how long anything waits. ``original`` is the state
    of the message that it replaces.
    """
    codes = tuple(filter(None, (now.infrastructure, now.business, now.reported)))
    open_still = now.state in (*UNSENT, *AWAITING)
    says, then = advice(now)
    says += f"; {now.note}" if now.note and now.state is MessageState.UNCONFIRMED else ""
    if now.state in UNSENT and not now.to_show and original not in (None, *AWAITING, MessageState.DONE):
        says = f"it replaces a message that is {original.value}"
        then = "Void it unless the practice holds the message it replaces, and send a new one."
    elif open_still and not (now.to_show or late or unsure or (old and now.state in UNSENT) or now.lost >= MOST_LOST):
        return None
    says += f"; the practice had to be told by {day_in_words(due)}" if late else ""
    says += CLOCK_BACK if unsure and open_still else ""
    failed = now.escalated or now.infrastructure in ("20010", "20014") or now.state is MessageState.UNDELIVERED
    mesh_id = now.mesh_ids[-1] if now.mesh_ids else ""
    urgent = failed or late
    return ForPerson(bundle_id, mesh_id, now.state.value, now.since, codes, urgent, says, then, due=due, late=late)
