"""A correction: what its record takes over from the one whose place it takes.

The consultation was held then and by whoever held it; what is corrected is what stands on record of it. A medicine that was handed over was
handed over: its permit is kept where nothing that it was bound to has changed, and asked for again, as of the hand-over, where something has.
"""

from collections.abc import Iterator
from typing import Any

from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.trace import Assessment
from pharmacyfirst.record.consultation import Account, Consultation
from pharmacyfirst.record.decision import Decision, GatewayPassed, Late
from pharmacyfirst.record.make import observed
from pharmacyfirst.record.people import AnsweredAgainstOnRecord, Patient
from pharmacyfirst.record.sense import OBSERVED_FACTS
from pharmacyfirst.record.supply import Handed, PermitOnRecord, Supply, Unpermitted
from pharmacyfirst.web.desk import Talk, Visit

AS_BEFORE = "before"
ASKED_AGAIN = "corrected: the permit was asked for again, as of the hand-over"
# What is no answer of any page: it stays as it was.
_STAYS = (
    "started_at", "ended_at", "pharmacy", "practitioner", "late", "accompanied_by", "chaperone", "chaperone_name", "reactions", "strand_before",
    "hold", "keep_until", "visit", "continues",
)  # fmt: skip


def corrected_by(visit: Visit, here: Talk) -> Consultation:
    """The record that this consultation corrects."""
    return visit.desk.store.records.record(here.held.corrects, visit.desk.library)


def as_corrected(account: Account, old: Consultation, here: Talk) -> Account:
    """The account of a correction: what the pages say now, and what no page asks as the record had it."""
    correcting = here.held.correcting
    assert correcting is not None
    held: dict[str, Any] = {name: getattr(account, name) for name in Account.model_fields}
    held |= {name: getattr(old, name) for name in _STAYS}
    held |= {
        "patient": _patient(account.patient, old.patient),
        "place": old.place if account.channel is old.channel else account.place,
        "identity_checked": account.identity_checked or old.identity_checked,
        "gateways_passed": tuple(_gateways(account, old)),
        "answered_against": account.answered_against or tuple(_answered_against(account, old)),
        "measured_by": account.measured_by or old.measured_by,
        "readings": account.readings or old.readings,
        "duties": account.duties or old.duties,
        "corrects": old.id,
        "corrects_because": correcting.because,
        "first": old.opened_by if old.corrects else None,
    }
    seen = observed(Account(**held), here.conversation.assessment)
    asked = {*OBSERVED_FACTS.values(), *(one.kind for one in seen)}
    if others := tuple(one for one in old.observations if one.kind not in asked):
        held["observations"] = (*others, *seen)
    if [one.source for one in account.records_viewed] == [one.source for one in old.records_viewed]:
        held["records_viewed"] = old.records_viewed
    if account.referral.source == old.referral.source:
        held["referral"] = old.referral
    now = Account(**held)
    supplies = tuple(_handed(one, now, old, here) for one in now.supplies)
    again = any(one.permit is None for one in supplies) and not old.practice
    late = old.late or (Late(because=ASKED_AGAIN) if again else None)
    return Account(**held | {"supplies": supplies, "late": late})


def _patient(now: Patient, old: Patient) -> Patient:
    """The patient as the page says, with what no page asks: above all that nobody may be told where the patient lives."""
    stays: dict[str, Any] = {"title": now.title or old.title}
    if now.sensitivity == "unrestricted":
        stays["sensitivity"] = old.sensitivity
    if now.nhs_number == old.nhs_number:
        stays["trace"] = old.trace
    return Patient(**{name: getattr(now, name) for name in Patient.model_fields} | stays)


def _gateways(account: Account, old: Consultation) -> Iterator[GatewayPassed]:
    """The payment points passed, at the moment that is on record; one that was not passed before, at the end."""
    known = {one.id: one for one in old.gateways_passed}
    ended = old.ended_at or old.started_at
    yield from (known.get(one.id) or GatewayPassed(id=one.id, at=ended) for one in account.gateways_passed)


def _answered_against(account: Account, old: Consultation) -> Iterator[AnsweredAgainstOnRecord]:
    """The answers that contradicted another record, as far as they are still the answers."""
    yield from (one for one in old.answered_against if account.facts.get(one.fact) == old.facts.get(one.fact))


def handed_over(old: Consultation) -> tuple[Supply | Unpermitted, ...]:
    """All that a record says was handed over, with or without a permit."""
    return *old.supplies, *old.unpermitted


def before_of(old: Consultation, pgd: str) -> Supply | Unpermitted | None:
    """What the record says was handed over of this document, with or without a permit."""
    return next((one for one in handed_over(old) if one.pgd == pgd), None)


def _handed(handed: Handed, account: Account, old: Consultation, here: Talk) -> Handed:
    """What was handed over, then, with its permit where that still holds."""
    before = before_of(old, handed.pgd)
    stays: dict[str, Any] = {
        "handed_over_at": before.handed_over_at if before is not None else account.ended_at,
        "permit": None,
    }
    permit = before.permit if isinstance(before, Supply) else None
    if permit is not None and _holds(permit, account, old, here):
        stays["permit"] = permit
    elif before is not None and handed.pgd not in {one.pgd.id for one in here.conversation.assessment.offers}:
        stays |= {
            "quantity": before.quantity,
            "directions": before.directions,
        }  # nothing offers it, so it is told as it was given
    return handed.model_copy(update=stays)


def _holds(permit: PermitOnRecord, account: Account, old: Consultation, here: Talk) -> bool:
    """Whether everything that the permit is bound to is as it was."""
    return (
        permit.facts == account.facts_digest
        and permit.person == account.patient.digest
        and permit.channel is account.channel
        and permit.content_digest == here.pathway.content_digest
        and permit.record in (account.id, account.opened_by)
    )


def decision_before(old: Consultation, assessment: Assessment, because: str) -> Decision:
    """What was done, as it is on record; ``because`` is why, where the corrected answers would have led elsewhere."""
    held: dict[str, Any] = {name: getattr(old.decision, name) for name in Decision.model_fields}
    if because:
        held["because"] = because
    if assessment.outcome.kind is not Kind.SUPPLY:
        held["no_supply"] = None
    return Decision(**held)
