"""The consultation on one page, for the pharmacy's own file: who, what was asked and found, what the pathway said, what was done and why."""

from dataclasses import dataclass
from datetime import date

from pharmacyfirst.paper.words import day
from pharmacyfirst.record import codes
from pharmacyfirst.record.consultation import Consent, Consultation, PermitOnRecord, Supply
from pharmacyfirst.record.letter import consultation_rows
from pharmacyfirst.record.papers import (
    Row,
    document_of,
    measured,
    moment,
    notices,
    page,
    patient_rows,
    quantity_of,
    sheet,
)
from pharmacyfirst.record.update_record import outcome_sentence, why_no_message


@dataclass(frozen=True, slots=True)
class OnePage:
    """The page, ready to be set."""

    title: str
    notices: tuple[str, ...]
    on: date
    outcome: str
    patient: tuple[Row, ...]
    consultation: tuple[Row, ...]
    decision: tuple[Row, ...]
    supplies: tuple[tuple[Row, ...], ...]
    red_flags: str
    answers: tuple[tuple[str, str], ...]
    not_known: tuple[str, ...]
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
        answers=tuple((one.fact.replace("_", " "), one.answer) for one in record.in_words.answers),
        not_known=record.in_words.not_known,
        digest=record.content_digest,
        running=f"{record.pharmacy.name} {record.pharmacy.ods}, {day(record.on)}",
    )


def _consultation(record: Consultation) -> tuple[Row, ...]:
    ended = (Row("Ended", moment(record.ended_at)),) if record.ended_at else ()
    referral = record.referral
    came = ", ".join(
        part for part in (referral.source, referral.organisation, referral.ods, referral.reference) if part
    )
    return (
        *consultation_rows(record),
        *ended,
        Row("Came by", came),
        Row("Consent", _consent(record.consent)),
        Row("Told the GP practice", _told(record)),
    )


def _consent(consent: Consent) -> str:
    said = {True: "yes", False: "no", None: "not asked"}
    parts = (("treat", consent.to_treat), ("share", consent.to_share), ("view the record", consent.to_view_record))
    return f"{'; '.join(f'{name}: {said[given]}' for name, given in parts)} ({consent.by}, {consent.how})"


def _told(record: Consultation) -> str:
    why = why_no_message(record)
    return why.says if why else "a message may be sent; the outbox says whether it was"


def _decision(record: Consultation) -> tuple[Row, ...]:
    decision = record.decision
    reasons = "; ".join(f"{one.id} {one.says}" for one in record.in_words.reasons)
    at = f", {moment(decision.contacted_at)}" if decision.contacted_at else ""
    rows = (
        Row(
            "The pathway said",
            record.kind.word + (f" ({record.outcome.destination})" if record.outcome.destination else ""),
        ),
        Row("Because", reasons),
        Row("Done", decision.done + (", out of stock" if decision.out_of_stock else "")),
        Row("Why", decision.because or ""),
        Row("Sent to", decision.referred_to or ""),
        Row("Spoken to", f"{decision.contacted}{at}" if decision.contacted else ""),
        Row("Plan", decision.plan or ""),
        Row("Sold or advised", "; ".join(decision.otc)),
        Row("Leaflets given", "; ".join(decision.leaflets)),
        Row("Notes", decision.notes or ""),
        Row("Measured", "; ".join(measured(one) for one in record.observations)),
        Row("Scores", "; ".join(score.in_words() for score in record.in_words.scores)),
        Row("Gateway points", ", ".join(record.assessment["gateways"]) or "none passed"),
        Row(
            "Pregnancy code sent",
            codes.PREGNANCY[record.pregnancy_confirmed].display if record.pregnancy_confirmed else "",
        ),
    )
    return tuple(row for row in rows if row.says)


def _supply(supply: Supply) -> tuple[Row, ...]:
    rows = (
        Row("Medicine", f"{supply.amp.display} (dm+d {supply.amp.code})", "product"),
        Row("Quantity", quantity_of(supply), "quantity"),
        Row("Directions", supply.directions, "directions"),
        Row("Supplied under", f"{document_of(supply)}, dose row {supply.dose_row}", "document"),
        Row("Permit", _permit(supply.permit)),
        Row("Handed over", moment(supply.handed_over_at), "handed-over"),
        Row("Batch, expiry", ", ".join(part for part in (supply.batch, supply.expiry) if part)),
    )
    return tuple(row for row in rows if row.says)


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
