"""The letter to the GP practice: what the message says, on paper. HTML, PDF, and plain text to copy into an email."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pharmacyfirst.errors import taking
from pharmacyfirst.paper.words import day
from pharmacyfirst.record import codes
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.message_words import (
    by_when,
    document_of,
    handed_on,
    headings,
    measured,
    moment,
    outcome_sentence,
    place_of,
    states_condition,
    title_of,
)
from pharmacyfirst.record.papers.parts import (
    NoPaper,
    PaperRow,
    consultation_rows,
    filled,
    notices,
    page,
    patient_rows,
    pharmacy_lines,
    practice_of,
    quantity_of,
    sheet,
)
from pharmacyfirst.record.supply import Supply, Unpermitted


@dataclass(frozen=True, slots=True)
class MedicineOnLetter:
    """A supply as the letter shows it."""

    product: str
    rows: tuple[PaperRow, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, ready to be set. ``sections`` are the headings of the message with their words."""

    title: str
    notices: tuple[str, ...]
    sender: tuple[str, ...]
    to: str
    on: date
    patient: tuple[PaperRow, ...]
    outcome: str
    referral: tuple[PaperRow, ...]
    medicines: tuple[MedicineOnLetter, ...]
    sections: tuple[tuple[str, str], ...]
    measurements: tuple[str, ...]
    coded: tuple[PaperRow, ...]
    consultation: tuple[PaperRow, ...]
    running: str


@taking(record=Consultation)
def letter_of(record: Consultation) -> Letter:
    """The letter about a consultation. Raises ``NoPaper`` where the patient did not agree that the practice is told."""
    if record.consent.to_share is not True:
        asked = "the patient did not agree" if record.consent.to_share is False else "nobody asked"
        raise NoPaper(f"No letter: {asked} that the GP practice is told. It stays in the pharmacy's own record.")
    return Letter(
        title=title_of(record),
        notices=tuple(notices(record)),
        sender=pharmacy_lines(record.pharmacy),
        to=_to(record),
        on=record.on,
        patient=patient_rows(record),
        outcome=outcome_sentence(record),
        referral=tuple(_referral(record)),
        medicines=(*map(_medicine, record.supplies), *map(_unpermitted, record.unpermitted)),
        sections=tuple((codes.HEADING[heading], words) for heading, words in headings(record).items()),
        measurements=tuple(measured(one) for one in record.observations),
        coded=tuple(_coded(record)),
        consultation=consultation_rows(record),
        running=f"{record.pharmacy.name}, {day(record.on)}",
    )


def _to(record: Consultation) -> str:
    if record.patient.gp_practice is None:
        return "The patient, to give to a GP practice"
    return practice_of(record.patient) or "The patient's GP practice"


def _referral(record: Consultation) -> Iterator[PaperRow]:
    """To whom the patient was sent, by when, and how they were handed on: what the practice looks for first."""
    for one in record.decision.onward:
        yield PaperRow("Sent to", place_of(one))
        yield PaperRow("By when", by_when(record, one))
        yield PaperRow("Handed on", handed_on(one))


def _medicine(supply: Supply) -> MedicineOnLetter:
    batch = ", ".join(part for part in (supply.batch, f"expiry {supply.expiry}" if supply.expiry else "") if part)
    rows = filled(
        PaperRow("dm+d code", supply.amp.code, "amp"),
        PaperRow("Quantity", quantity_of(supply), "quantity"),
        PaperRow("Directions", supply.directions, "directions"),
        PaperRow("Course", f"{supply.duration_days} days" if supply.duration_days else "", "days"),
        PaperRow("Supplied under", document_of(supply), "document"),
        PaperRow("Handed over", moment(supply.handed_over_at), "handed-over"),
        PaperRow("Batch", batch),
    )
    return MedicineOnLetter(supply.amp.display, rows)


def _unpermitted(one: Unpermitted) -> MedicineOnLetter:
    """What was handed over without a permit, which bears none of the marks of a supply."""
    rows = filled(
        PaperRow("Handed over", f"{moment(one.handed_over_at)}, without a permit: it is an incident"),
        PaperRow("Quantity", one.quantity.in_words()),
        PaperRow("Directions", one.directions),
        PaperRow("dm+d code", one.amp.code),
    )
    return MedicineOnLetter(one.amp.display, rows)


def _coded(record: Consultation) -> Iterator[PaperRow]:
    service = codes.service_code(record.service, record.on)
    yield PaperRow("Service (SNOMED CT)", f"{service.code} {service.display}", "service")
    if condition := states_condition(record):
        yield PaperRow("Condition (SNOMED CT)", f"{condition.code} {condition.display}", "condition")
    if record.pregnancy_confirmed:
        pregnancy = codes.PREGNANCY[record.pregnancy_confirmed]
        yield PaperRow("Pregnancy, confirmed (SNOMED CT)", f"{pregnancy.code} {pregnancy.display}", "pregnancy")


def letter_html(record: Consultation) -> str:
    """The letter as one page of HTML that loads nothing."""
    return page("letter.html", letter=letter_of(record))


def letter_pdf(record: Consultation) -> bytes:
    """The letter as tagged PDF, dated with the day of the consultation: the same record gives the same bytes."""
    return sheet(letter_html(record), record.on)


def letter_text(record: Consultation) -> str:
    """The letter as plain text."""
    return page("letter.txt", letter=letter_of(record))
