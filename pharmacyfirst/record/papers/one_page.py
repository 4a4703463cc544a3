"""The consultation on one page, for the pharmacy's own file: who, what was asked and found, what the pathway said, what was done and why."""

from dataclasses import dataclass
from datetime import date

from pharmacyfirst.kernel.told import in_words
from pharmacyfirst.paper.words import day
from pharmacyfirst.record import codes
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.message.envelope import why_no_message
from pharmacyfirst.record.message_words import (
    by_when,
    document_of,
    moment,
    open_questions,
    outcome_sentence,
    sent_to,
    spoken_to,
)
from pharmacyfirst.record.papers.claim import gateway_points
from pharmacyfirst.record.papers.parts import (
    PaperRow,
    consultation_rows,
    filled,
    measured,
    notices,
    page,
    patient_rows,
    quantity_of,
    sheet,
)
from pharmacyfirst.record.people import Consent
from pharmacyfirst.record.supply import PermitOnRecord, Supply


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


def one_page_of(record: Consultation) -> OnePage:
    """The page of a consultation. It stays in the pharmacy, so it does not ask for consent to share."""
    flags = record.in_words.red_flags
    met = [flag.says for flag in flags if flag.verdict == "met"]
    unknown = [flag for flag in flags if flag.verdict == "not known"]
    told = f"{'; '.join(met) or 'none met'}; {len(unknown)} of {len(flags)} not known"
    return OnePage(
        title=record.in_words.title,
        notices=tuple(notices(record)),
        on=record.on,
        outcome=outcome_sentence(record),
        patient=patient_rows(record),
        consultation=_consultation(record),
        decision=_decision(record),
        supplies=tuple(_supply(supply) for supply in record.supplies),
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
    return (
        *consultation_rows(record),
        *ended,
        PaperRow("Came by", came),
        PaperRow("Consent", _consent(record.consent)),
        PaperRow("Told the GP practice", _told(record)),
    )


def _consent(consent: Consent) -> str:
    said = {True: "yes", False: "no", None: "not asked"}
    parts = (("treat", consent.to_treat), ("share", consent.to_share), ("view the record", consent.to_view_record))
    return f"{'; '.join(f'{name}: {said[given]}' for name, given in parts)} ({consent.by}, {consent.how})"


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
        PaperRow("Done", decision.done + (", out of stock" if decision.out_of_stock else "")),
        PaperRow("Why", decision.because or ""),
        *_referral(record),
        PaperRow("Spoken to", spoken_to(record) if decision.contacted else ""),
        PaperRow("Plan", decision.plan or ""),
        PaperRow("Sold or advised", "; ".join(decision.otc)),
        PaperRow("Leaflets given", "; ".join(decision.leaflets)),
        PaperRow("Notes", decision.notes or ""),
        PaperRow("Measured", "; ".join(measured(one) for one in record.observations)),
        PaperRow("Scores", "; ".join(score.in_words() for score in record.in_words.scores)),
        PaperRow("Gateway points", gateway_points(record)),
        PaperRow(
            "Pregnancy code sent",
            codes.PREGNANCY[record.pregnancy_confirmed].display if record.pregnancy_confirmed else "",
        ),
    )


def _referral(record: Consultation) -> tuple[PaperRow, ...]:
    if record.decision.done != "referred" and not record.decision.referred_to:
        return ()
    return PaperRow("Sent to", "; ".join(sent_to(record)) or "not on record"), PaperRow("By when", by_when(record))


def _supply(supply: Supply) -> tuple[PaperRow, ...]:
    return filled(
        PaperRow("Medicine", f"{supply.amp.display} (dm+d {supply.amp.code})", "product"),
        PaperRow("Quantity", quantity_of(supply), "quantity"),
        PaperRow("Directions", supply.directions, "directions"),
        PaperRow("Supplied under", f"{document_of(supply)}, dose row {supply.dose_row}", "document"),
        PaperRow("Permit", _permit(supply.permit)),
        PaperRow("Handed over", moment(supply.handed_over_at), "handed-over"),
        PaperRow("Batch, expiry", ", ".join(part for part in (supply.batch, supply.expiry) if part)),
    )


def _permit(permit: PermitOnRecord | None) -> str:
    if permit is None:
        return "none: practice"
    documents = "; ".join(f"{one.document} {one.version}" for one in permit.documents)
    return f"{permit.ods_code}, GPhC {permit.gphc_number}, {permit.channel.value}, {permit.at}, for {documents}"


def one_page_html(record: Consultation) -> str:
    """The page as HTML that loads nothing."""
    return page("consultation.html", page=one_page_of(record))


def one_page_pdf(record: Consultation) -> bytes:
    """The page as tagged PDF; the same record gives the same bytes."""
    return sheet(one_page_html(record), record.on)
