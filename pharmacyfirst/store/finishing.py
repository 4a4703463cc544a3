"""The end of a consultation: its record beside the pages it was made from, and the practice told of it, in one commit."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from pharmacyfirst.authority.digests import digest_of_facts
from pharmacyfirst.errors import as_sentence, must_be, shown
from pharmacyfirst.record.consultation import Consultation, write_record
from pharmacyfirst.record.make import is_judged
from pharmacyfirst.record.papers.claim import claim_dates, claim_of
from pharmacyfirst.sending.on_paper import NoticeKind
from pharmacyfirst.sending.outgoing import Prepared
from pharmacyfirst.sending.standing import UNSENT, MessageState
from pharmacyfirst.store.came_in import PaperForms
from pharmacyfirst.store.deeds import Actor, Deed, StoreRefused
from pharmacyfirst.store.finding import folded
from pharmacyfirst.store.kept import CONSULTATION, Kept
from pharmacyfirst.store.so_far import ConsultationSoFar, ConsultationState

NOTHING = "Nothing was stored."
# Of these the practice has nothing, as far as anybody knows; where a POST is open, nobody does.
NOT_WITH_THE_PRACTICE = (*UNSENT, MessageState.UNDELIVERED, MessageState.INF_FAILED, MessageState.BUS_FAILED)
SOON = timedelta(minutes=10)  # a record says when it was made, and is stored then


def finish(
    kept: Kept,
    now: ConsultationSoFar,
    actor: Actor,
    record: Consultation,
    message: Prepared | None,
    notice: NoticeKind | None,
    not_told_because: str,
) -> None:
    """Write down a finished record and what becomes of the news to the practice. For ``Drafts.finish``, inside its transaction."""
    must_be(Consultation, record=record)
    must_be(str, not_told_because=not_told_because)
    if wrong := [*_wrong(kept, now, record), *_wrong_news(record, message, notice, not_told_because)]:
        raise StoreRefused(f"{as_sentence('; '.join(wrong))} {NOTHING}")
    told = summary_of(record) | _news(message, notice, not_told_because)
    if record.corrects:
        told |= _corrected(kept, actor, record)
    kept.write(CONSULTATION + now.id, Deed.FINISHED, actor, told, write_record(record).encode())
    at = kept.now()
    if message is not None:
        kept.outbox.put(message, at)
    if notice is not None:
        ended = record.recorded_at if record.corrects else record.ended_at or record.started_at
        kept.outbox.notices.due(record.id, notice, ended, at)
    if now.paper:
        PaperForms(kept).entered(now.paper, actor, record.id)


def _corrected(kept: Kept, actor: Actor, record: Consultation) -> dict[str, str]:
    """The record that this one takes the place of says so from now on, and its news goes out no more; how its claim stood."""
    old = kept.consultation(str(record.corrects))
    if old.state is not ConsultationState.FINISHED:
        raise StoreRefused(f"It corrects a consultation that is not finished. {NOTHING}")
    if old.corrected_by:
        raise StoreRefused(f"The record that it corrects was corrected before: correct the newer one. {NOTHING}")
    kept.write(CONSULTATION + old.id, Deed.CORRECTED, actor, {"by": record.id})
    kept.mark(old.id)
    _take_back_news(kept, actor, old)
    return {"claimed_before": old.claim_taken} if old.claim_taken else {}


def _take_back_news(kept: Kept, actor: Actor, old: ConsultationSoFar) -> None:
    """What was to be sent of a record that was corrected, and did not reach the practice, is not sent: what is wrong in it would be read as right.

    A message whose POST is under way, and one that the practice may have, stays as it is.
    """
    outbox, at, why = kept.outbox, kept.now(), "a later record corrects this one"
    if outbox.notices.is_open(old.id):
        outbox.notices.not_due(old.id, actor.name, why, at)
    if not (bundle_id := str(old.summary.get("bundle_id", ""))):
        return
    now = outbox.standing(bundle_id)
    if now.state in NOT_WITH_THE_PRACTICE and not now.posting:
        outbox.void(bundle_id, at, actor.name, why)


def summary_of(record: Consultation) -> dict[str, Any]:
    """What lists and audits read of a record: no identity, no answer, and no words of anybody."""
    claim, (by, until) = claim_of(record), claim_dates(record.on)
    return (
        {
            "format": record.format,
            "seal": record.seal,
            "service": record.service,
            "strand": record.strand,
            "condition": record.pathway,
            "version": record.version,
            "content_digest": record.content_digest,
            "on": record.on.isoformat(),
            "minutes": _minutes(record),
            "late": record.late is not None,
            "channel": record.channel.value,
            "source": record.referral.source,
            "practice": record.practice,
            "outcome": record.outcome.kind.key,
            "destination": record.outcome.destination or "",
            "decided_by": [*record.assessment["decided_by"]],
            "gateways": [*record.assessment["gateways"]],
            "done": record.decision.done,
            "differs": record.differs,
            "supplied": [one.pgd for one in record.supplies],
            "unpermitted": [one.pgd for one in record.unpermitted],
            "practitioner": record.practitioner.gphc_number,
            "claimable": claim.claimable,
            "claim_by": by.isoformat(),
            "claim_until": until.isoformat(),
            "corrects": record.corrects or "",
        }
        | _duties_open(record)
        | {name: one for name, one in (("visit", record.visit), ("continues", record.continues)) if one}
    )


def _duties_open(record: Consultation) -> dict[str, list[str]]:
    answered = {one.id for one in record.duties or ()}
    left = [one["id"] for one in record.assessment.get("duties", ()) if one["id"] not in answered]
    return {"duties_open": left} if left and not record.practice else {}


def _minutes(record: Consultation) -> int | None:
    return int((record.ended_at - record.started_at).total_seconds() // 60) if record.ended_at else None


def _news(message: Prepared | None, notice: NoticeKind | None, because: str) -> dict[str, str]:
    if message is not None:
        return {"told_by": "message", "bundle_id": message.message.bundle_id}
    if notice is not None:
        return {"told_by": notice.value} | ({"no_message_because": because} if because else {})
    return {"not_told_because": because} if because else {}


def _wrong(kept: Kept, now: ConsultationSoFar, record: Consultation) -> Iterator[str]:
    """How a record is not of this consultation, in names alone."""
    if not is_judged(record):
        yield "the record was not made by the program: make it with make_record, and store what that returns"
    if record.id != now.id:
        yield "the record has the id of another consultation"
    if record.pathway != now.condition:
        yield "the record is of another condition"
    if record.content_digest != now.content_digest:
        yield "the record was made by other content than the draft: look through it again (look_again), and make it again"
    if record.practice != now.practice:
        yield "a training consultation stays one, and no other becomes one"
    if (record.corrects or "") != now.corrects:
        yield "the record corrects another record than the consultation was begun for"
    if now.paper and record.late is None:
        yield "it was entered from paper, and the record does not say so: late"
    if now.paper and PaperForms(kept).get(now.paper).entered_as:
        yield "its paper form was entered before, or is not to be entered: end this one as a mistake"
    if now.look_through:
        pages = "1 page has" if len(now.look_through) == 1 else f"{len(now.look_through)} pages have"
        yield f"{pages} still to be looked through again"
    if not now.practice and abs(kept.now() - record.recorded_at) > SOON:
        yield "the record says that it was made at another time: make it again now"
    if differing := _differing(now.answers, record.facts):
        yield f"these answers are not those that were posted: {', '.join(differing)}"
    if differing := _other_person(now.patient, record.as_dict()["patient"]):
        yield f"these are not as they were said of the patient: {', '.join(differing)}"


def _differing(posted: Mapping[str, Any], recorded: Mapping[str, Any]) -> list[str]:
    """The facts whose answers differ, by names that are ours."""
    names = [*posted, *(name for name in recorded if name not in posted)]
    wrong = [name for name in names if _alone(posted, name) != _alone(recorded, name)]
    return [shown(name, recorded if name in recorded else posted) for name in wrong]


def _alone(facts: Mapping[str, Any], name: str) -> str:
    return digest_of_facts({name: facts[name]}) if name in facts else ""


def _other_person(said: Mapping[str, Any], recorded: Mapping[str, Any]) -> list[str]:
    if not said:
        return ["the whole patient, of whom nothing was said: who"]
    return [
        name for name in ("family", "given", "birth_date", "nhs_number") if _plain(said, name) != _plain(recorded, name)
    ]


def _plain(patient: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = patient.get(name) or ()
    texts = (value,) if isinstance(value, str) else value
    words = tuple(word for text in texts for word in folded(str(text)))
    return ("".join(words),) if name == "nhs_number" else words


def _wrong_news(
    record: Consultation, message: Prepared | None, notice: NoticeKind | None, because: str
) -> Iterator[str]:
    given = [one for one in (message, notice or because) if one]  # a notice may say why there is no message
    if record.practice and given:
        yield "a training patient's consultation is never sent: give no message, notice or reason"
    if not record.practice and len(given) != 1:
        yield "say how the practice is told: a message, a notice (letter or PDF), or why it is not told; just one of them"
    if not record.practice and record.consent.to_share is not True and (message is not None or notice is not None):
        yield "nobody agreed that the practice is told"
    if message is None:
        return
    must_be(Prepared, message=message)
    if message.message.sender_reference != f"urn:uuid:{record.id}" or message.message.practice_patient:
        yield "the message is that of another record"
