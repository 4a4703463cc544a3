"""The dispensing label: what the law asks for, the dose as the document gives it, and the document's words for the label.

A medicine supplied under a PGD is labelled as if dispensed on prescription (service.md 4.5). The label wording of the signed PGDs was not
read, and the numbers of the BNF's cautionary labels are not known: what is not known is said beside the label and never left out. On a
label itself stands only what is for the patient.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pharmacyfirst.errors import taking
from pharmacyfirst.kernel.evidence import PATIENT, PROFESSIONAL
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.paper.pdf import pages_of
from pharmacyfirst.paper.words import day, sentence
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.message_words import PRACTICE, document_of
from pharmacyfirst.record.papers.fitting import TOO_LONG, LabelLine, PrintedLabel, line, on_labels
from pharmacyfirst.record.papers.parts import (
    NoPaper,
    PaperRow,
    content_of,
    known_and_not,
    page,
    pharmacy_lines,
    quantity_of,
    sheet,
)
from pharmacyfirst.record.supply import Supply

REACH = "Keep out of the sight and reach of children."
REPRINT = "REPRINT"
NOT_ONE = "How many packs this is, is not known: one label was made. Print it once for each pack that is handed over."

CONTAINERS = ("bottle", "tube", "pack")
"""Units of a quantity that are a container each."""

MOST_CONTAINERS = 20


@dataclass(frozen=True, slots=True)
class Label:
    """What the label of a supply says. ``advice`` is what the document's ``label`` says to the patient about the form supplied.

    ``containers`` is how many are labelled, each called ``container``, which is empty where their number is not known and one is made.
    ``beside`` and ``not_known`` are for the pharmacist, and on no label.
    """

    product: str
    quantity: str
    directions: str
    advice: tuple[str, ...]
    patient: str
    on: date
    pharmacy: tuple[str, ...]
    marks: tuple[str, ...]
    containers: int
    container: str
    document: str
    beside: tuple[str, ...]
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

    def named(self, number: int) -> str:
        """Which container it is, for instance ``bottle 1 of 2``; empty for the only one."""
        return f"{self.container} {number} of {self.containers}" if self.containers > 1 else ""


@taking(record=Consultation, pathway=Pathway, reprint=bool)
def labels_of(record: Consultation, pathway: Pathway, *, reprint: bool = False) -> tuple[Label, ...]:
    """A label for each medicine that was handed over; ``reprint`` marks them as printed again.

    Raises ``NoPaper`` where ``pathway`` is not the content that decided, or where something that a label must have is not on record.
    """
    content = content_of(record, pathway)
    if record.supplies and not record.pharmacy.address:
        raise NoPaper(
            "No label: the pharmacy's address is not on record, and a label has to name it. Give it under pharmacy: address."
        )
    return tuple(_label(record, supply, content, reprint) for supply in record.supplies)


def _label(record: Consultation, supply: Supply, pathway: Pathway, reprint: bool) -> Label:
    said = pathway.pgds[supply.pgd].particulars.get("label", ())
    printed = tuple(one for one in said if one.is_for(PATIENT, supply.form))
    beside = tuple(one for one in said if one not in printed and one.is_for(PROFESSIONAL, supply.form))
    remarks, not_known = known_and_not(beside)
    containers, container = containers_of(supply)
    return Label(
        product=supply.amp.display,
        quantity=quantity_of(supply),
        directions=supply.directions,
        advice=tuple(sentence(said.says) for said in printed),
        patient=record.patient.name,
        on=supply.handed_over_at.date(),
        pharmacy=pharmacy_lines(record.pharmacy),
        marks=(*((PRACTICE,) if record.practice else ()), *((REPRINT,) if reprint else ())),
        containers=containers,
        container=container,
        document=document_of(supply),
        beside=(*remarks, *(() if container else (NOT_ONE,))),
        not_known=not_known,
    )


# How many containers there are


def containers_of(supply: Supply) -> tuple[int, str]:
    """How many containers were handed over and what each is; one without a name where neither quantity nor offer tells.

    Raises ``NoPaper`` where there are more than anybody hands over.
    """
    amount, unit = supply.quantity.amount, supply.quantity.unit
    if unit in CONTAINERS and amount == amount.to_integral_value():
        many, called = int(amount), unit
    else:
        many, called = supply.containers or 0, "bottle"  # the offer counts bottles alone
    if many > MOST_CONTAINERS:
        raise NoPaper(f"No labels: more than {MOST_CONTAINERS} containers of one medicine. Is the quantity right?")
    return (many, called) if many else (1, "")


# On the labels themselves


def printed_labels(label: Label) -> Iterator[PrintedLabel]:
    """The labels to stick on, container by container. Raises ``NoPaper`` where they cannot hold it, ``NoPDF`` where nothing can measure."""
    marks = (line("; ".join(label.marks), "product"),) if label.marks else ()
    product = LabelLine(((label.product, "product"), (label.quantity, "quantity")), "product")
    first = (
        *marks,
        product,
        line(_unbroken(label.directions), "directions", "directions"),
        line(label.patient, "name", "name"),
    )
    legal = (LabelLine(((day(label.on), "on"), (", ".join(label.pharmacy), ""))), line(REACH))
    advice = tuple(line(words) for words in label.advice)
    again = (*marks, line(label.patient, "product"), line(label.product))
    for number in range(1, label.containers + 1):
        yield from on_labels(first, legal, advice, again, label.named(number), _fits)


def _unbroken(words: str) -> str:
    """Words in which no line ends between a number and what it counts: ``3`` at the end of a line is read as another dose."""
    return re.sub(r"(?<=[0-9]) (?=\w)", "\N{NO-BREAK SPACE}", words)


def _fits(label: PrintedLabel) -> bool:
    return pages_of(_set((label,))) == 1


def _set(labels: tuple[PrintedLabel, ...], beside: tuple[Label, ...] = (), on: date | None = None) -> str:
    return page("label.html", labels=labels, beside=beside, on=on, no_label=NO_LABEL)


def label_text(record: Consultation, pathway: Pathway, *, reprint: bool = False) -> str:
    """The labels as plain text, not laid out, each with what to check before it is stuck on."""
    return page("label.txt", labels=labels_of(record, pathway, reprint=reprint), reach=REACH, no_label=NO_LABEL)


def label_html(record: Consultation, pathway: Pathway, *, reprint: bool = False) -> str:
    """The labels as a page that prints each on 70 x 35 mm; what to check before stands on the screen alone.

    Raises ``NoPDF`` where this machine cannot measure what fits.
    """
    labels = labels_of(record, pathway, reprint=reprint)
    printed = tuple(one for label in labels for one in printed_labels(label))
    html = _set(printed, labels, record.on)
    if printed and pages_of(html) != len(printed):  # each was measured alone; now all of them, as they are printed
        raise NoPaper(TOO_LONG)
    return html


@taking(record=Consultation, pathway=Pathway, reprint=bool)
def label_pdf(record: Consultation, pathway: Pathway, *, reprint: bool = False) -> bytes:
    """The labels as tagged PDF with pages of 70 x 35 mm, one a page; the same record gives the same bytes.

    Raises ``NoPaper`` where no medicine was supplied, and as ``label_html`` does.
    """
    if not record.supplies:
        raise NoPaper(NO_LABEL)
    return sheet(label_html(record, pathway, reprint=reprint), record.on)


NO_LABEL = "No medicine was supplied under a permit, so there is no label."
