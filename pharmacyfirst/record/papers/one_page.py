"""The consultation on one page, for the pharmacy's own file: who, what was asked and found, what the pathway said, what was done and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pharmacyfirst.errors import taking
from pharmacyfirst.kernel.told import in_words
from pharmacyfirst.paper.words import day
from pharmacyfirst.record import codes
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.decision import ToldAndGiven
from pharmacyfirst.record.lists import coded_lists
from pharmacyfirst.record.message.envelope import why_no_message
from pharmacyfirst.record.message_words import (
    RED_FLAGS,
    by_when,
    document_of,
    handed_on,
    measured,
    moment,
    open_questions,
    outcome_sentence,
    place_of,
)
from pharmacyfirst.record.papers.claim import gateway_points
from pharmacyfirst.record.papers.parts import (
    PaperRow,
    consultation_rows,
    filled,
    notices,
    page,
    patient_rows,
    quantity_of,
    sheet,
)
from pharmacyfirst.record.people import AnsweredAgainstOnRecord, Consent, Reaction, Somebody
from pharmacyfirst.record.supply import PermitOnRecord, Supply, Unpermitted


@dataclass(frozen=True, slots=True)
class OnePage:
    """The page, ready to be set."""

    title: str
    notices: tuple[str, ...]
    on: date
    outcome: str
    patient: tuple[PaperRow, ...]
    consultation: tuple[PaperRow, ...]
    decision: tuple[PaperRow, ...]
    supplies: tuple[tuple[PaperRow, ...], ...]
    red_flags: str
    answers: tuple[tuple[str, str], ...]
    open_questions: tuple[str, ...]
    digest: str
    running: str


@taking(record=Consultation)
def one_page_of(record: Consultation) -> OnePage:
    """The page of a consultation. It stays in the pharmacy, so it does not ask for consent to share."""
    flags = record.in_words.red_flags
    met = [flag.says for flag in flags if flag.verdict == "met"]
    unknown = [flag for flag in flags if flag.verdict == "not known"]
    told = f"{'; '.join(met) or 'none met'}; {len(unknown)} of {len(flags)} {RED_FLAGS} not known"
    return OnePage(
        title=record.in_words.title,
        notices=tuple(notices(record)),
        on=record.on,
        outcome=outcome_sentence(record),
        patient=patient_rows(record),
        consultation=_consultation(record),
        decision=_decision(record),
        supplies=(*map(_supply, record.supplies), *map(_unpermitted, record.unpermitted)),
        red_flags=told,
        answers=tuple((one.in_short, one.answer) for one in record.in_words.answers),
        open_questions=tuple(open_questions(record)),
        digest=record.content_digest,
        running=f"{record.pharmacy.name} {record.pharmacy.ods}, {day(record.on)}",
    )


def _consultation(record: Consultation) -> tuple[PaperRow, ...]:
    ended = (PaperRow("Ended", moment(record.ended_at)),) if record.ended_at else ()
    referral = record.referral
    came = ", ".join(
        part for part in (referral.source, referral.organisation, referral.ods, referral.reference) if part
    )
    return filled(
        *consultation_rows(record),
        *ended,
        PaperRow("Where", _chosen("place", record.place)),
        PaperRow("Recorded", _recorded(record)),
        PaperRow("Came by", came),
        PaperRow("Referred by", _referrer(record)),
        PaperRow("Complaint", record.complaint or ""),
        PaperRow("Present", _present(record)),
        PaperRow("Needs", "; ".join(record.patient.requirements)),
        PaperRow("Identity", record.identity_checked or ""),
        PaperRow("Consent", _consent(record.consent)),
        PaperRow("May be reached", ", ".join(_chosen("contact", one) for one in record.patient.may_contact_by or ())),
        PaperRow("Of one visit with", record.visit or ""),
        PaperRow("Goes on from", record.continues or ""),
        PaperRow("Permit", _permit(record.permit) if record.permit else ""),
        PaperRow("Records read", _viewed(record)),
        PaperRow("Told the GP practice", _told(record)),
    )


def _chosen(name: str, choice: str | None) -> str:
    """The words of a choice from one of the coded lists; empty where nothing was chosen."""
    return coded_lists()[name].in_words(choice) if choice else ""


def _recorded(record: Consultation) -> str:
    typist, late = record.entered_by, record.late
    by = f", by {typist.name} ({typist.role})" if typist else ""
    paper = f", from paper of {moment(late.paper_at)}" if late and late.paper_at else ""
    return f"{moment(record.recorded_at)}{by}" + (f"; entered late{paper}: {late.because}" if late else "")


def _referrer(record: Consultation) -> str:
    came = record.referral
    by = f"contact by {moment(came.contact_by)}" if came.contact_by else ""
    journey = f"journey {came.journey}" if came.journey else ""
    reference = f"the patient's reference {came.patient_reference}" if came.patient_reference else ""
    parts = (came.referrer, came.role, came.reason, came.urgency, by, journey, reference)
    return "; ".join(part for part in parts if part)


def _present(record: Consultation) -> str:
    people = [_somebody(one) for one in record.accompanied_by]
    named = f" ({record.chaperone_name})" if record.chaperone_name else ""
    chaperone = f"chaperone: {_chosen('chaperone', record.chaperone)}{named}" if record.chaperone else ""
    return "; ".join(part for part in (*people, chaperone) if part)


def _somebody(one: Somebody) -> str:
    """For instance ``a parent (Sam Training)``."""
    return _chosen("relationship", one.relationship) + (f" ({one.name})" if one.name else "")


def _viewed(record: Consultation) -> str:
    read = [
        _chosen("record viewed", one.source) + (f", {moment(one.at)}" if one.at else "")
        for one in record.records_viewed
    ]
    return "; ".join(read) or (f"none: {record.not_viewed_because}" if record.not_viewed_because else "")


def _consent(consent: Consent) -> str:
    said = {True: "yes", False: "no", None: "not asked"}
    parts = [("treat", consent.to_treat), ("share", consent.to_share), ("view the record", consent.to_view_record)]
    if consent.to_show_in_app is not None:
        parts.append(("show in the NHS App", consent.to_show_in_app))
    if consent.told_about_sharing is not None:
        parts.append(("told what is shared", consent.told_about_sharing))
    by = f"by {_somebody(consent.person)}" if consent.person else f"by the {consent.by}"
    because = f"; not shared because {consent.share_refused_because}" if consent.share_refused_because else ""
    ground = f", {_chosen('competence', consent.competence)}" if consent.competence else ""
    return f"{'; '.join(f'{name}: {said[given]}' for name, given in parts)} ({by}, {consent.how}{ground}){because}"


def _told(record: Consultation) -> str:
    why = why_no_message(record)
    return why.says if why else "a message may be sent; the outbox says whether it was"


def _decision(record: Consultation) -> tuple[PaperRow, ...]:
    decision = record.decision
    reasons = "; ".join(f"{one.id} {one.says}" for one in record.in_words.reasons)
    return filled(
        PaperRow(
            "The pathway said",
            in_words(record.outcome),
        ),
        PaperRow("Because", reasons),
        PaperRow("Where to", "; ".join(dict.fromkeys(record.where_to))),
        PaperRow("Done", decision.done),
        PaperRow("Not supplied", _chosen("no supply", decision.no_supply)),
        PaperRow("Why", decision.because or ""),
        *_referral(record),
        PaperRow("Had to be done", "; ".join(_duties(record))),
        PaperRow("Plan", decision.plan or ""),
        PaperRow("Sold or advised", "; ".join(decision.otc)),
        PaperRow("Leaflets given", "; ".join(decision.leaflets)),
        PaperRow("Told and given", _told_and_given(decision.told)),
        PaperRow("Notes", decision.notes or ""),
        PaperRow("Measured", "; ".join(measured(one) for one in record.observations)),
        PaperRow("Readings", "; ".join(one.in_words() for one in record.readings or ())),
        PaperRow("Measured by", f"{record.measured_by.name} ({record.measured_by.role})" if record.measured_by else ""),
        PaperRow("Scores", "; ".join(score.in_words() for score in record.in_words.scores)),
        PaperRow("Against a record", "; ".join(_against(one) for one in record.answered_against)),
        PaperRow("Found anew", "; ".join(_reaction(one) for one in record.reactions)),
        PaperRow("Gateway points", gateway_points(record)),
        PaperRow("Gateway passed at", "; ".join(f"{one.id} {moment(one.at)}" for one in record.gateways_passed)),
        PaperRow("Charge", _charge(record)),
        *_kept(record),
        PaperRow(
            "Pregnancy code sent",
            codes.PREGNANCY[record.pregnancy_confirmed].display if record.pregnancy_confirmed else "",
        ),
    )


def _duties(record: Consultation) -> Iterator[str]:
    """What had to be done whatever the outcome, and what became of it."""
    says = {one["id"]: one["says"] for one in record.assessment.get("duties", ())}
    answered = {one.id: one for one in record.duties or ()}
    for id, words in says.items():
        one = answered.get(id)
        how = "open" if one is None else "done" if one.done else "not done"
        yield f"{words.rstrip('.')}: {how}" + (f", {one.note}" if one is not None and one.note else "")


def _told_and_given(told: ToldAndGiven | None) -> str:
    said = {True: "yes", False: "no", None: "not on record"}
    parts = (
        ("about the medicine", told.about_the_medicine), ("when to get help", told.safety_netting), ("leaflet", told.leaflet)
    ) if told else ()  # fmt: skip
    return "; ".join(f"{name}: {said[given]}" for name, given in parts)


def _against(one: AnsweredAgainstOnRecord) -> str:
    dated = f" of {day(one.dated)}" if one.dated else ""
    return f"{one.source}{dated} says: {one.found}; answered otherwise, because {one.reason}"


def _reaction(one: Reaction) -> str:
    on = f", {day(one.on)}" if one.on else ""
    return f"{one.agent}: {one.reaction or 'adverse reaction'}{on}"


def _charge(record: Consultation) -> str:
    charge = record.charge
    if charge is None:
        return ""
    seen = {True: "evidence seen", False: "no evidence seen", None: "evidence: not on record"}[charge.evidence_seen]
    token = "; token printed" if charge.token_printed else ""
    words = _chosen("exemption", charge.exemption)
    return f"{charge.exemption} {words}; {seen}; {charge.taken} taken{token}"


def _kept(record: Consultation) -> Iterator[PaperRow]:
    """What became of the record, as far as it was known when it was made: the outbox and the claims know more."""
    if notice := record.notice:
        at = moment(notice.at) if notice.at else ""
        parts = (_chosen("notice", notice.route), notice.to, notice.by, at)
        yield PaperRow("GP notice", ", ".join(part for part in parts if part))
    if claim := record.claim:
        at = moment(claim.at) if claim.at else ""
        yield PaperRow(
            "Claim", ", ".join(part for part in (_chosen("claim", claim.state), claim.reference, at) if part)
        )
    if incident := record.incident:
        yield PaperRow("Incident", incident.what + (f" (LFPSE {incident.lfpse})" if incident.lfpse else ""))
    if hold := record.hold:
        yield PaperRow("Held", hold.because + (f", until {day(hold.until)}" if hold.until else ""))
    if record.keep_until:
        yield PaperRow("Keep until", day(record.keep_until))


def _referral(record: Consultation) -> Iterator[PaperRow]:
    for one in record.decision.onward:
        yield PaperRow("Sent to", f"{place_of(one)}; by when: {by_when(record, one)}; {handed_on(one)}")


def _supply(supply: Supply) -> tuple[PaperRow, ...]:
    return filled(
        PaperRow("Medicine", f"{supply.amp.display} (dm+d {supply.amp.code})", "product"),
        PaperRow("Quantity", quantity_of(supply), "quantity"),
        PaperRow("Directions", supply.directions, "directions"),
        PaperRow("Supplied under", f"{document_of(supply)}, dose row {supply.dose_row}", "document"),
        PaperRow("Permit", _permit(supply.permit)),
        PaperRow("Handed over", moment(supply.handed_over_at), "handed-over"),
        PaperRow("Batch, expiry", ", ".join(part for part in (supply.batch, supply.expiry) if part)),
        PaperRow("Another quantity because", supply.quantity_because or ""),
        PaperRow("Product compared", "" if supply.compared == "by its code" else supply.compared),
        PaperRow("Collected by", _somebody(supply.collected_by) if supply.collected_by else ""),
    )


def _unpermitted(one: Unpermitted) -> tuple[PaperRow, ...]:
    return filled(
        PaperRow("Without a permit", f"{one.amp.display} (dm+d {one.amp.code})"),
        PaperRow("Quantity", one.quantity.in_words()),
        PaperRow("Directions", one.directions),
        PaperRow("Why there was no permit", "; ".join(reason.says for reason in one.reasons)),
        PaperRow("Handed over", moment(one.handed_over_at)),
        PaperRow("Entered", f"{moment(one.entered.entered_at)}, by {one.entered.entered_by}"),
        PaperRow("Batch, expiry", ", ".join(part for part in (one.batch, one.expiry) if part)),
    )


def _permit(permit: PermitOnRecord | None) -> str:
    if permit is None:
        return "none: training"
    documents = "; ".join(f"{one.document} {one.version}" for one in permit.documents)
    return f"{permit.ods_code}, GPhC {permit.gphc_number}, {permit.channel.value}, {moment(permit.at)}, for {documents}{_how(permit)}"


def _how(permit: PermitOnRecord) -> str:
    entered = permit.afterwards
    if entered is not None:
        return f"; judged afterwards, when {entered.entered_by} entered it on {moment(entered.entered_at)}"
    return "; asked as if it were another time" if permit.as_if else ""


def one_page_html(record: Consultation) -> str:
    """The page as HTML that loads nothing."""
    return page("consultation.html", page=one_page_of(record))


def one_page_pdf(record: Consultation) -> bytes:
    """The page as tagged PDF; the same record gives the same bytes."""
    return sheet(one_page_html(record), record.on)
