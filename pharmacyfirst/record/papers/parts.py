"""What the papers about a consultation share: the same patient, pharmacy and medicines, in the same words, from the same record."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from pharmacyfirst.content.library import templates_folder
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.evidence import Grade, Statement
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.paper.html import Paper
from pharmacyfirst.paper.pdf import pdf
from pharmacyfirst.paper.words import day, sentence
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.fields import Quantity
from pharmacyfirst.record.make import NOT_JUDGED, is_judged
from pharmacyfirst.record.message_words import PRACTICE, moment
from pharmacyfirst.record.people import Patient, Pharmacy
from pharmacyfirst.record.products import as_handed
from pharmacyfirst.record.supply import Supply


class NoPaper(PharmacyFirstError, ValueError):
    """A paper that may not, or cannot, be made of a record; the message says why, and nothing of what the record holds."""


def page(template: str, **values: Any) -> str:
    """A template of ours with its values."""
    return _paper().html(template, **values)


@cache
def _paper() -> Paper:
    return Paper(templates_folder())


def sheet(html: str, on: date) -> bytes:
    """HTML as tagged PDF. Raises ``NoPDF`` with what has to be installed."""
    return pdf(html, on)


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A line of a table: what it is, what it says, and the name of the coded fact that it carries, or nothing."""

    name: str
    says: str
    fact: str = ""


def filled(*rows: PaperRow) -> tuple[PaperRow, ...]:
    """The rows that say something."""
    return tuple(row for row in rows if row.says)


def spaced(number: str) -> str:
    """An NHS number as people read it: ``999 000 0018``."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def patient_rows(record: Consultation) -> tuple[PaperRow, ...]:
    """Who the patient is. Somebody whose record is restricted lives nowhere that may be printed."""
    patient = record.patient
    return filled(
        PaperRow("Patient", patient.name, "name"),
        PaperRow("Date of birth", f"{day(patient.birth_date)} ({patient.age_on(record.on)} years)", "born"),
        PaperRow("NHS number", spaced(patient.nhs_number) if patient.nhs_number else "not known", "nhs-number"),
        PaperRow("Sex", patient.gender, "sex"),
        PaperRow("Address", ", ".join(address_of(patient))),
        PaperRow("GP practice", practice_of(patient)),
    )


def consultation_rows(record: Consultation) -> tuple[PaperRow, ...]:
    """When, how and with whom the consultation was held."""
    who = record.practitioner
    return (
        PaperRow("Held", moment(record.started_at), "started"),
        PaperRow("How", record.channel.value, "channel"),
        PaperRow("By", f"{who.name}, {who.profession}, GPhC {who.gphc_number}", "practitioner"),
        PaperRow("Pharmacy", f"{record.pharmacy.name}, ODS {record.pharmacy.ods}", "pharmacy"),
        PaperRow("Pathway", f"{record.in_words.title}, version {record.version}"),
        PaperRow("Record", record.id),
    )


def address_of(patient: Patient) -> tuple[str, ...]:
    """The lines of the patient's address, or none where they may not be shown."""
    shown = patient.postcode if patient.address_may_be_shown else None
    return (*patient.shown_address, *((shown,) if shown else ()))


def practice_of(patient: Patient) -> str:
    """The practice in words; nothing where it is not known or would say where somebody lives."""
    practice = patient.gp_practice
    if practice is None or not patient.address_may_be_shown:
        return ""
    return f"{practice.name} ({practice.ods})" if practice.name else practice.ods


def pharmacy_lines(pharmacy: Pharmacy) -> tuple[str, ...]:
    """The pharmacy's name, address and telephone."""
    known = (pharmacy.name, *pharmacy.address, pharmacy.postcode, pharmacy.telephone)
    return tuple(line for line in known if line)


def quantity_of(supply: Supply) -> str:
    """How much was handed over: ``6 capsules``, ``100 mL``. Where the document says tablet or capsule, what the product is."""
    unit = as_handed(supply.quantity.unit, supply.amp.display)
    return Quantity(amount=supply.quantity.amount, unit=unit).in_words()


def content_of(record: Consultation, pathway: Pathway) -> Pathway:
    """The pathway, where it is word for word the one that decided. Raises ``NoPaper``: other words were not what the patient was told."""
    if pathway.id != record.pathway or pathway.content_digest != record.content_digest:
        raise NoPaper(
            "This is not the content that the consultation was decided by. Give the version whose digest it names."
        )
    if not is_judged(record):
        raise NoPaper(f"{NOT_JUDGED} Read it together with that content.")
    return pathway


def notices(record: Consultation) -> Iterator[str]:
    """What has to stand at the head of every paper."""
    if record.practice:
        yield PRACTICE
    if not is_judged(record):
        yield NOT_JUDGED
    if record.corrects_because:
        yield f"This corrects what was written before: {record.corrects_because}"
    if record.consent.to_show_in_app is False:
        yield "The patient does not want this to be seen in the NHS App"


def known_and_not(statements: tuple[Statement, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Statements as sentences, those with some evidence and those that only say what is not known."""
    known: list[str] = []
    unknown: list[str] = []
    for one in statements:
        grades = {evidence.grade for evidence in one.backing.evidence}
        (unknown if grades <= {Grade.UNKNOWN} else known).append(sentence(one.says))
    return tuple(known), tuple(unknown)
