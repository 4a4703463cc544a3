"""The dispensing label: what the law asks for, the dose as the document gives it, and the document's words for the label.

A medicine supplied under a PGD is labelled as if dispensed on prescription (service.md 4.5). The label wording of the signed PGDs was not
read, and the numbers of the BNF's cautionary labels are not known: what is not known is said beside the label and never left out.
"""

from dataclasses import dataclass
from datetime import date

from pharmacyfirst.kernel.evidence import PATIENT, PROFESSIONAL
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.paper.words import day, sentence
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.message_words import document_of
from pharmacyfirst.record.papers.parts import (
    PaperRow,
    content_of,
    known_and_not,
    notices,
    page,
    pharmacy_lines,
    quantity_of,
)
from pharmacyfirst.record.supply import Supply

REACH = "Keep out of the sight and reach of children."


@dataclass(frozen=True, slots=True)
class Label:
    """A label. ``advice`` is printed under the directions: what the document's ``label`` says to the patient about the form supplied.

    ``remarks`` and ``not_known`` stand beside it, for the pharmacist.
    """

    product: str
    quantity: str
    directions: str
    advice: tuple[str, ...]
    patient: str
    on: date
    pharmacy: tuple[str, ...]
    document: str
    notices: tuple[str, ...]
    remarks: tuple[str, ...]
    not_known: tuple[str, ...]

    @property
    def rows(self) -> tuple[PaperRow, ...]:
        """The coded facts that the label carries."""
        return (
            PaperRow("Product", self.product, "product"),
            PaperRow("Quantity", self.quantity, "quantity"),
            PaperRow("Directions", self.directions, "directions"),
            PaperRow("Patient", self.patient, "name"),
            PaperRow("Date", day(self.on), "on"),
        )


def labels_of(record: Consultation, pathway: Pathway) -> tuple[Label, ...]:
    """A label for each medicine that was handed over. Raises ``NoPaper`` where ``pathway`` is not the content that decided."""
    content = content_of(record, pathway)
    return tuple(_label(record, supply, content) for supply in record.supplies)


def _label(record: Consultation, supply: Supply, pathway: Pathway) -> Label:
    said = pathway.pgds[supply.pgd].particulars.get("label", ())
    printed = tuple(one for one in said if one.is_for(PATIENT, supply.form))
    beside = tuple(one for one in said if one not in printed and one.is_for(PROFESSIONAL, supply.form))
    remarks, not_known = known_and_not(beside)
    return Label(
        product=supply.amp.display,
        quantity=quantity_of(supply),
        directions=supply.directions,
        advice=(*(sentence(one.says) for one in printed), REACH),
        patient=record.patient.name,
        on=supply.handed_over_at.date(),
        pharmacy=pharmacy_lines(record.pharmacy),
        document=document_of(supply),
        notices=tuple(notices(record)),
        remarks=remarks,
        not_known=not_known,
    )


def label_text(record: Consultation, pathway: Pathway) -> str:
    """The labels as plain text, each with what to check before it is stuck on."""
    return page("label.txt", labels=labels_of(record, pathway))


def label_html(record: Consultation, pathway: Pathway) -> str:
    """The labels as one page of HTML."""
    return page("label.html", labels=labels_of(record, pathway), on=record.on)
