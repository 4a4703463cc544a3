"""What a person has to look at, in words: what is wrong with a message, and what to do about it. No identity is in any of it."""

from dataclasses import dataclass
from datetime import datetime

from pharmacyfirst.sending.acknowledgement import PDF_NOW, response_code
from pharmacyfirst.sending.standing import MOST_LOST, UNSENT, MessageState, Standing


@dataclass(frozen=True, slots=True)
class ForPerson:
    """Something that a person has to look at. ``bundle_id`` is empty for what came in and is about no message of ours."""

    bundle_id: str
    mesh_id: str
    state: str
    since: datetime
    codes: tuple[str, ...]
    urgent: bool
    says: str
    then: str


# What MESH reports, by its code: the words, and what to do.
REPORTS = {
    "14": ("not collected within 5 days", "Send it again, or send the PDF, and tell the practice."),
    "EPL-150": ("MESH found several mailboxes for the patient's practice", "Send the PDF, and tell the supplier."),
    "EPL-151": ("MESH found no mailbox for the patient's practice", "Send the PDF, and tell the supplier."),
    "EPL-152": ("the NHS number is not valid", "Check the patient's details; a new message, or the PDF."),
    "EPL-153": ("the NHS number was not found", "Check the patient's details; a new message, or the PDF."),
    "EPL-154": ("the patient's details differ from PDS", "Trace the patient on PDS again; a new message, or the PDF."),
}

DAMAGED = "Do not rely on it. Tell the supplier, and ask the practice whether it has the record."
LOOK = "Read it, find out which consultation it is about, and record that it was dealt with."
_WAITING = {
    MessageState.DRAFTED: ("it was never checked", "Check it, or void it and send the PDF."),
    MessageState.VALIDATED: ("it was never queued", "Queue it, or void it and send the PDF."),
    MessageState.QUEUED: (
        "it has not been sent",
        "See whether MESH can be reached. Send the PDF if the day is ending.",
    ),
    MessageState.UNCONFIRMED: (
        "not confirmed by the practice",
        "Ask the practice whether it has the record. Send the PDF if it has not.",
    ),
}


def _advice(now: Standing) -> tuple[str, str]:
    """What there is to say of a message, and what to do: the negative answer before all else."""
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
    return _WAITING.get(now.state, ("something came in that does not fit its state", "Look at its history."))


def for_person(bundle_id: str, now: Standing, old: bool, original: MessageState | None) -> ForPerson | None:
    """What there is to look at in a message that stands so; None where nothing is. ``old``: it has stood so for long.

    ``original`` is the state of the message that it replaces.
    """
    codes = tuple(filter(None, (now.infrastructure, now.business, now.reported)))
    says, then = _advice(now)
    says += f"; {now.note}" if now.note and now.state is MessageState.UNCONFIRMED else ""
    if now.state in UNSENT and not now.to_show:
        if original is not None and original not in (MessageState.SENT, MessageState.INF_OK, MessageState.DONE):
            says = f"it replaces a message that is {original.value}"
            then = "Void it unless the practice holds the message it replaces, and send a new one."
        elif not old and now.lost < MOST_LOST:
            return None
    urgent = now.escalated or now.infrastructure in ("20010", "20014") or now.state is MessageState.UNDELIVERED
    mesh_id = now.mesh_ids[-1] if now.mesh_ids else ""
    return ForPerson(bundle_id, mesh_id, now.state.value, now.since, codes, urgent, says, then)
