"""How the GP practice is told of a record: by a message where there can be one, by a letter where it may be told, else why not."""

from dataclasses import dataclass, field

from pharmacyfirst.errors import ExtraMissing, PharmacyFirstError
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.sending.on_paper import NoticeKind
from pharmacyfirst.sending.outgoing import Prepared
from pharmacyfirst.sending.standing import AWAITING, MessageState
from pharmacyfirst.store.store import Store

WITH_THE_PRACTICE = (*AWAITING, MessageState.DONE, MessageState.UNCONFIRMED)


@dataclass(frozen=True, slots=True)
class News:
    """How the practice is told: by a message, by a notice that is due, or why not; by none of them of a training patient.

    ``because`` says why it is not told, and with a notice why there is no message; it names nobody.
    """

    message: Prepared | None = field(default=None, repr=False)
    notice: NoticeKind | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """Messages of which each replaces the one before: the record whose message was the first, and how many there are."""

    first: str = ""
    length: int = 0


NO_CHAIN = Chain()


def messages_before(record: Consultation, store: Store) -> Chain | None:
    """The chain of messages that a record's message goes on with; an empty one where the practice has no message of what is corrected.

    None where no message may be sent: the one before it is on its way at this moment, or the practice has only one that is older.
    """
    id = record.corrects or ""
    while id:
        told = store.drafts.get(id).summary
        if bundle_id := str(told.get("bundle_id", "")):
            now, chain = store.outbox.standing(bundle_id), store.outbox.chain(bundle_id)
            if now.state in WITH_THE_PRACTICE:
                return Chain(store.outbox.record_of(chain[0]), len(chain))
            return None if now.posting or len(chain) > 1 else NO_CHAIN
        id = str(told.get("corrects", ""))
    return NO_CHAIN


def news_of(record: Consultation, mailbox: str, before: Chain | None = NO_CHAIN) -> News:
    """How the practice is told of a record; ``mailbox`` is the pharmacy's own in MESH, empty where it has none.

    ``before`` is the chain of messages that a correction goes on with, None where no message may be sent.
    """
    if record.practice:
        return News()
    if record.consent.to_share is not True:
        asked = record.consent.to_share is False
        return News(because="the patient did not agree" if asked else "nobody asked whether the practice may be told")
    if record.patient.gp_practice is None:
        return News(because="the patient has no GP practice: the letter is the patient's to hand on")
    if not mailbox or before is None:
        before_it = "the message before it is on its way, or cannot be replaced"
        return News(notice=NoticeKind.LETTER, because=before_it if mailbox else "the pharmacy has no mailbox")
    try:
        return News(message=message_for(record, mailbox, before))
    except (PharmacyFirstError, ExtraMissing) as wrong:  # no NHS number, for instance: the practice is still to be told
        return News(notice=NoticeKind.LETTER, because=str(wrong))


def message_for(record: Consultation, mailbox: str, before: Chain = NO_CHAIN) -> Prepared:
    """The GP message of a record, checked. Raises ``NoMessage``, ``ExtraMissing``, and what ``prepare`` raises.

    ``before`` is the chain of messages that a correction goes on with.
    """
    from pharmacyfirst.record.message.envelope import correcting, envelope_of
    from pharmacyfirst.record.message.update_record import update_record
    from pharmacyfirst.sending.prepare import prepare

    at = record.ended_at or record.started_at
    if record.corrects is None:
        return prepare(update_record(record, envelope_of(record, mailbox, at)))
    first = before.first or record.id
    return prepare(update_record(record, correcting(record, first, mailbox, record.recorded_at, before.length + 1)))
