"""The letter to the GP practice: what the message says, on paper. HTML, PDF, and plain text to copy into an email."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pharmacyfirst.paper.words import day
from pharmacyfirst.record import codes
from pharmacyfirst.record.consultation import Consultation, Supply
from pharmacyfirst.record.papers import (
    NoPaper,
    Row,
    document_of,
    measured,
    moment,
    notices,
    page,
    patient_rows,
    pharmacy_lines,
    practice_of,
    quantity_of,
    sheet,
)
from pharmacyfirst.record.update_record import headings, outcome_sentence, states_condition, title_of


@dataclass(frozen=True, slots=True)
class Medicine:
    """A supply as the letter shows it."""

    product: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, ready to be set. ``sections`` are the headings of the message with their words."""

    title: str
    notices: tuple[str, ...]
    sender: tuple[str, ...]
    to: str
    on: date
    patient: tuple[Row, ...]
    outcome: str
    medicines: tuple[Medicine, ...]
    sections: tuple[tuple[str, str], ...]
    measurements: tuple[str, ...]
    coded: tuple[Row, ...]
    consultation: tuple[Row, ...]
    running: str


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
        medicines=tuple(_medicine(supply) for supply in record.supplies),
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


def _medicine(supply: Supply) -> Medicine:
    batch = ", ".join(part for part in (supply.batch, f"expiry {supply.expiry}" if supply.expiry else "") if part)
    rows = (
        Row("dm+d code", supply.amp.code, "amp"),
        Row("Quantity", quantity_of(supply), "quantity"),
        Row("Directions", supply.directions, "directions"),
        Row("Course", f"{supply.duration_days} days", "days"),
        Row("Supplied under", document_of(supply), "document"),
        Row("Handed over", moment(supply.handed_over_at), "handed-over"),
        Row("Batch", batch),
    )
    return Medicine(supply.amp.display, tuple(row for row in rows if row.says))


def _coded(record: Consultation) -> Iterator[Row]:
    service = codes.service_code(record.on)
    yield Row("Service (SNOMED CT)", f"{service.code} {service.display}", "service")
    if states_condition(record):
        condition = record.in_words.condition
        yield Row("Condition (SNOMED CT)", f"{condition.code} {condition.display}", "condition")
    if record.pregnancy_confirmed:
        pregnancy = codes.PREGNANCY[record.pregnancy_confirmed]
        yield Row("Pregnancy, confirmed (SNOMED CT)", f"{pregnancy.code} {pregnancy.display}", "pregnancy")


def consultation_rows(record: Consultation) -> tuple[Row, ...]:
    """When, how and with whom the consultation was held."""
    who = record.practitioner
    return (
        Row("Held", moment(record.started_at), "started"),
        Row("How", record.channel.value, "channel"),
        Row("By", f"{who.name}, {who.profession}, GPhC {who.gphc_number}", "practitioner"),
        Row("Pharmacy", f"{record.pharmacy.name}, ODS {record.pharmacy.ods}", "pharmacy"),
        Row("Pathway", f"{record.in_words.title}, version {record.version}"),
        Row("Record", record.id),
    )


def letter_html(record: Consultation) -> str:
    """The letter as one page of HTML that loads nothing."""
    return page("letter.html", letter=letter_of(record))


def letter_pdf(record: Consultation) -> bytes:
    """The letter as tagged PDF, dated with the day of the consultation: the same record gives the same bytes."""
    return sheet(letter_html(record), record.on)


def letter_text(record: Consultation) -> str:
    """The letter as plain text."""
    return page("letter.txt", letter=letter_of(record))
