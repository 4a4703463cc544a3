"""The end of a consultation: its account, its record as the program makes it, and the news to the practice, stored in one commit."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pharmacyfirst.authority.authorise import authorise
from pharmacyfirst.authority.permit import Afterwards, Channel, NoPermit, Permit
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.record.consultation import Account, Consultation
from pharmacyfirst.record.decision import UNFINISHED, Charge, Decision, DutyAnswered, GatewayPassed, Late
from pharmacyfirst.record.fields import CONSENT, PREGNANCY, read_back
from pharmacyfirst.record.inbound.against import ReasonMissing
from pharmacyfirst.record.make import make_record, permit_on_record
from pharmacyfirst.record.people import AnsweredAgainstOnRecord, Typist
from pharmacyfirst.record.pressure import read_readings
from pharmacyfirst.record.sense import pregnancy_may_be_sent
from pharmacyfirst.record.supply import Handed, PermitOnRecord
from pharmacyfirst.store import ConsultationSoFar
from pharmacyfirst.store.news import NO_CHAIN, message_for, messages_before, news_of
from pharmacyfirst.web.correcting import as_corrected, corrected_by
from pharmacyfirst.web.desk import SINCE, Talk, Visit, talk
from pharmacyfirst.web.elsewhere import referred_by
from pharmacyfirst.web.patient import Who, consent_of, lacking, patient_of, referral_of, viewed_of
from pharmacyfirst.web.readings import readings_as_typed
from pharmacyfirst.web.rows import called
from pharmacyfirst.web.suggested import against_on_record
from pharmacyfirst.web.typed import in_the_way_of

NOT_ASKED_WHY = "Nobody was asked why: it was an emergency, or it ended before the end."
COMES_FROM_HERE = {"in person": "consultation room", "video": "at a distance", "telephone": "at a distance"}


class NotFinished(PharmacyFirstError, ValueError):
    """The consultation cannot be finished yet; says what is missing, and nothing of the patient."""


@dataclass(frozen=True, slots=True)
class Done:
    """What is recorded beside the answers: the decision, what was handed over, the charge.

    ``late`` is why it is finished on a later day; ``pregnancy`` that the pharmacist wants the answer about it in the GP record;
    ``duties`` is what became of those that hold whatever the outcome. ``incident`` that a correction may say that a medicine was handed over without a permit.
    """

    decision: Decision = field(repr=False)
    handed: tuple[Handed, ...] = field(default=(), repr=False)
    charge: Charge | None = None
    identity_checked: str = ""
    late: str = ""
    pregnancy: bool = False
    duties: tuple[DutyAnswered, ...] | None = None
    incident: bool = False


def finish(visit: Visit, here: Talk, done: Done) -> ConsultationSoFar:
    """Make the record and store it with the news to the practice.

    Raises ``NotFinished`` where something is missing; ``RecordRefused``, ``Refused``, and what the store raises.
    """
    here = counted_now(visit, here)
    if missing := lacking(here.who, here.on):
        raise NotFinished(f"The patient page lacks something: {'; '.join(missing.values())}.")
    if why_not := in_the_way_of(here, supplied=bool(done.handed)):
        raise NotFinished(why_not)
    record = _made(visit, here, done)
    told = news_of(record, _mailbox(visit), messages_before(record, visit.desk.store))
    return visit.desk.store.drafts.finish(
        here.held.id, visit.actor, here.held.revision, record,
        message=told.message, notice=told.notice, not_told_because=told.because,
    )  # fmt: skip


def _made(visit: Visit, here: Talk, done: Done) -> Consultation:
    account, library = account_of(visit, here, done), visit.desk.library
    adoption = None if here.held.practice else visit.desk.in_force.adoption
    if here.held.correcting is None:
        made_at = visit.now if here.paper is not None else here.now
        return make_record(account, library, recorded_at=made_at, adoption=adoption)
    old = corrected_by(visit, here)
    account = as_corrected(account, old, here)
    if any(one.permit is None for one in account.supplies) and not here.held.practice and adoption is None:
        raise NotFinished(NO_ADOPTION)
    kept = all(one.permit is not None for one in account.supplies)
    at = max(visit.now, here.now)  # of a training patient, the day may be one that is still to come
    record = make_record(account, library, recorded_at=at, adoption=None if kept else adoption)
    if record.unpermitted and not old.unpermitted and not done.incident:
        raise NotFinished(f"{WITHOUT_A_PERMIT} {'; '.join(one.says for one in record.unpermitted[0].reasons)}.")
    return record


NO_ADOPTION = (
    "What the permit was given for has changed, so it has to be asked for again as of the hand-over, and no adoption is in use. Name the "
    "adoption's file, and finish the correction then."
)
WITHOUT_A_PERMIT = (
    "With these answers there was no permit for what was handed over. If that is so, tick that it is an incident, and finish again: it is kept as "
    "one, and never claimed. Why there was none:"
)


def counted_now(visit: Visit, here: Talk) -> Talk:
    """The consultation with the hours of its answers counted until this moment, which is what is assessed and kept."""
    held = here.held
    for name, page in held.pages.items():
        since = dict(page.fields.get(SINCE) or {})
        fresh = {fact: here.conversation.given[fact] for fact in since if fact in here.conversation.given}
        if any(fresh[fact] != page.answers.get(fact) for fact in fresh):
            answers = {**page.answers, **fresh}
            held = visit.desk.store.drafts.post(
                held.id, visit.actor, held.revision, held.patient_mark, name, answers, page.origins, dict(page.fields)
            )
    return here if held is here.held else talk(visit.desk, held, visit.now)


def account_of(visit: Visit, here: Talk, done: Done) -> Account:
    """The account of the consultation. Raises ``RecordRefused`` where a part does not fit."""
    ours, who = visit.desk.ours, here.who
    assert ours is not None  # nobody comes to a consultation before the pharmacy is set up
    typist, paper = visit.at_the_desk.person.practitioner, here.paper
    viewed, why_none = viewed_of(who, here.now if paper is None else None)
    if done.decision.done in UNFINISHED:
        why_none = None if viewed else why_none
    return Account(
        id=here.held.id,
        pathway=here.pathway.id,
        as_of=here.on,
        facts=_facts(here),
        started_at=paper.began if paper is not None else here.at(here.held.begun_at),
        ended_at=here.now,
        place=COMES_FROM_HERE.get(who.get("channel")),
        patient=patient_of(who),
        pharmacy=ours.pharmacy,
        practitioner=paper.practitioner if paper is not None else typist,
        entered_by=Typist(name=typist.name, role=typist.profession, gphc_number=typist.gphc_number),
        measured_by=Typist(name=who.get("measured_by"), role="staff of the pharmacy")
        if who.get("measured_by")
        else None,
        visit=here.held.visit or None,
        continues=here.held.continues or None,
        late=_late(here, done),
        channel=Channel(who.get("channel")),
        consent=consent_of(who, _agreed(here, who)),
        identity_checked=done.identity_checked or None,
        records_viewed=viewed,
        not_viewed_because=why_none,
        referral=referred_by(visit, here) or referral_of(who),
        complaint=who.get("complaint") or None,
        answered_against=tuple(_against(visit, here, done.decision)),
        decision=done.decision,
        supplies=done.handed,
        permit=service_permit(visit, here),
        duties=done.duties,
        readings=read_readings(readings_as_typed(here.held)) or None,
        charge=done.charge,
        gateways_passed=tuple(_gateways(here, here.now)) if paper is None else (),  # paper does not say when
        pregnancy_confirmed=_confirmed(here) if done.pregnancy else None,
    )


def answer_of(visit: Visit, here: Talk, pgd: str | None = None) -> Permit | NoPermit | None:
    """What the legal half answers of a medicine, or of the service itself, here and now; None while nothing is adopted or nobody is known.

    Of what is entered from paper: as of then, for whoever wrote it.
    """
    adoption, paper = visit.desk.in_force.adoption, here.paper
    if adoption is None or not patient_known(here):
        return None
    practitioner = paper.practitioner if paper is not None else visit.at_the_desk.person.practitioner
    return authorise(
        here.pathway, here.conversation.given, adoption, practitioner.gphc_number, Channel(here.who.get("channel")), here.now,
        record=here.held.id, person=patient_of(here.who).digest, pgd=pgd,
        afterwards=Afterwards(visit.actor.name, visit.now) if paper is not None else None,
    )  # fmt: skip


def service_permit(visit: Visit, here: Talk) -> PermitOnRecord | None:
    """The permit of a service that supplies nothing; None where there is none, or it has medicines, whose permits stand with them."""
    if here.pathway.pgds or here.held.practice or here.held.correcting is not None:
        return None
    answer = answer_of(visit, here)
    return permit_on_record(answer) if isinstance(answer, Permit) else None


def _late(here: Talk, done: Done) -> Late | None:
    """Why it is entered late: as was said of the paper, or of an end on a later day. Raises ``NotFinished`` where nobody said."""
    if here.paper is not None:
        return here.paper.late
    if here.on == here.now.date():
        return None
    if not done.late:
        raise NotFinished("The consultation was on another day: say why it is finished now.")
    return Late(because=done.late)


def _against(visit: Visit, here: Talk, decision: Decision) -> Iterator[AnsweredAgainstOnRecord]:
    """The answers that contradict what was found elsewhere. An emergency, or an end before the end, waits for no reason."""
    waits = here.conversation.emergency or decision.done in UNFINISHED
    try:
        found = against_on_record(visit, here, NOT_ASKED_WHY if waits else "")
    except ReasonMissing as missing:
        names = ", ".join(called(here.pathway.questions[name]) for name in missing.facts)
        raise NotFinished(
            f"{names}: the answer contradicts what was found elsewhere. Say why on its page, or answer again."
        ) from None
    for one in found:
        held = {name: value for name, value in one.as_dict().items() if value is not None}
        yield read_back(AnsweredAgainstOnRecord, held)


def _gateways(here: Talk, now: datetime) -> Iterator[GatewayPassed]:
    """The payment points passed, each with the moment of the page whose answers passed it."""
    found: dict[str, datetime] = {}
    answers: dict[str, Any] = {}
    for page in sorted(here.held.pages.values(), key=lambda one: one.at):
        answers |= {name: value for name, value in page.answers.items() if name in here.pathway.questions}
        for id in assess(here.pathway, answers, here.on).gateways:
            found.setdefault(id, here.at(page.at))
    for id in here.conversation.assessment.gateways:
        yield GatewayPassed(id=id, at=found.get(id, now))


def _confirmed(here: Talk) -> Literal["pregnant", "not_pregnant"] | None:
    """The answer about pregnancy that the GP record may be told; None where there is none."""
    answer, age = here.held.answers.get(PREGNANCY), here.who.age_on(here.on)
    if age is None or not pregnancy_may_be_sent(here.who.get("gender"), age):
        return None
    return "pregnant" if answer == "pregnant" else "not_pregnant" if answer == "not_pregnant" else None


def pregnancy_asked(here: Talk) -> str:
    """What is asked apart where pregnancy was answered: no code says anything about it unless the pharmacist wants it.

    Nothing where it was not, or where the patient does not agree that the practice is told.
    """
    confirmed = _confirmed(here) if here.who.get("share") != "no" else None
    return f"Write in the GP record: {confirmed.replace('_', ' ')}, confirmed" if confirmed is not None else ""


def _facts(here: Talk) -> dict[str, Any]:
    return {name: value for name, value in here.held.answers.items() if name in here.pathway.questions}


def _agreed(here: Talk, who: Who) -> bool | None:
    """Whether the patient agrees to treatment: as the pathway asks it, else as the patient page does."""
    if CONSENT in here.pathway.questions:
        found = here.held.answers.get(CONSENT)
        return found if isinstance(found, bool) else None
    return {"yes": True, "no": False}.get(who.get("treat"))


def message_of(visit: Visit, record: Consultation, held: ConsultationSoFar) -> bytes:
    """The message of a record: the bytes that were queued, or, where none were, as they would be written. Raises as ``message_for``."""
    outbox = visit.desk.store.outbox
    if bundle_id := str(held.summary.get("bundle_id", "")):
        return outbox.message(bundle_id).xml
    before = NO_CHAIN if record.practice else messages_before(record, visit.desk.store) or NO_CHAIN
    return message_for(record, _mailbox(visit) or NO_MAILBOX, before).message.xml


NO_MAILBOX = "(no mailbox is set up)"


def _mailbox(visit: Visit) -> str:
    """The pharmacy's own in MESH; empty where it has none."""
    ours = visit.desk.ours
    return (ours.mailbox or "") if ours is not None else ""


def patient_known(here: Talk) -> bool:
    """Whether the patient page has all that a record needs."""
    return not lacking(here.who, here.on)
