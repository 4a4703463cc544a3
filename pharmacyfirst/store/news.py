"""How the GP practice is told of a record: by a message where there can be one, by a letter where it may be told, else why not."""

from dataclasses import dataclass, field

from pharmacyfirst.errors import ExtraMissing, PharmacyFirstError
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.sending.on_paper import NoticeKind
from pharmacyfirst.sending.outgoing import Prepared


@dataclass(frozen=True, slots=True)
class News:
    """How the practice is told: by a message, by a notice that is due, or why not; by none of them of a practice patient."""

    message: Prepared | None = field(default=None, repr=False)
    notice: NoticeKind | None = None
    because: str = ""


def news_of(record: Consultation, mailbox: str) -> News:
    """How the practice is told of a record; ``mailbox`` is the pharmacy's own in MESH, empty where it has none."""
    if record.practice:
        return News()
    if record.consent.to_share is not True:
        asked = record.consent.to_share is False
        return News(because="the patient did not agree" if asked else "nobody asked whether the practice may be told")
    if record.patient.gp_practice is None:
        return News(because="the patient has no GP practice: the letter is the patient's to hand on")
    if (
        not mailbox or record.corrects is not None
    ):  # a correction's message needs the chain it stands in: it is written by hand
        return News(notice=NoticeKind.LETTER)
    try:
        return News(message=message_of(record, mailbox))
    except (PharmacyFirstError, ExtraMissing):
        return News(notice=NoticeKind.LETTER)  # no NHS number, for instance: the practice is still to be told


def message_of(record: Consultation, mailbox: str) -> Prepared:
    """The GP message of a record, checked. Raises ``NoMessage``, ``ExtraMissing``, and what ``prepare`` raises."""
    from pharmacyfirst.record.message.envelope import envelope_of
    from pharmacyfirst.record.message.update_record import update_record
    from pharmacyfirst.sending.prepare import prepare

    return prepare(update_record(record, envelope_of(record, mailbox, record.ended_at or record.started_at)))
