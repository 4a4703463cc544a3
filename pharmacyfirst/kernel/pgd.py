"""One PGD or clinical protocol: the document that lets a pharmacist supply one medicine, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from pharmacyfirst.kernel.conditions import Answers, Condition, Verdict
from pharmacyfirst.kernel.dose import DoseRow, Product
from pharmacyfirst.kernel.evidence import Evidence, Statement


@dataclass(frozen=True, slots=True)
class Period:
    """The days on which a document may be used, both in; outside them it does not exist. ``last`` None: no end is known."""

    first: date
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def in_words(self) -> str:
        """The period as content spells it."""
        return f"{self.first} to {self.last}" if self.last else f"from {self.first}"


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """The national document that a file was transcribed from."""

    title: str
    reference: str
    edition: str
    evidence: tuple[Evidence, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Edition:
    """What every document of ours says of itself: version, status, dates, and the digest that whoever signs it signs.

    ``digest`` is SHA-256 over the file and everything it uses; ``draft`` is true until that digest is published.
    """

    version: str
    status: str
    in_force: Period
    digest: str = ""
    draft: bool = True


class Mechanism(Enum):
    """The legal ground of a supply (service.md 3.1)."""

    PGD = "pgd"
    CLINICAL_PROTOCOL = "clinical protocol"

    @property
    def key(self) -> str:
        """The mechanism in the JSON contract."""
        return self.value.replace(" ", "_")


@dataclass(frozen=True, slots=True)
class Clause:
    """An inclusion (``must``) or exclusion of a PGD.

    ``covered_by`` names the criteria with which the pathway has already stopped such a person: listed, never judged twice.
    """

    id: str
    stage: str
    says: str
    condition: Condition | None
    must: bool
    covered_by: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    because: str = ""
    open: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Caution:
    """Something to weigh or to tell the patient, with what to do. Never changes the outcome."""

    id: str
    says: str
    action: str
    condition: Condition | None
    evidence: tuple[Evidence, ...]
    open: tuple[str, ...] = ()
    note: str = ""

    def arises(self, answers: Answers) -> bool:
        """Whether it is shown with an offer: always, unless it has a condition that is known not to be met."""
        return self.condition is None or self.condition.verdict(answers) is not Verdict.NOT_MET


@dataclass(frozen=True, slots=True)
class PGD:
    """A PGD or clinical protocol. ``particulars`` holds the statements under each of its prose headings."""

    id: str
    title: str
    edition: Edition
    mechanism: Mechanism
    medicine: str
    legal_class: str
    route: str
    source_document: SourceDocument
    professions: tuple[str, ...]
    inclusion: tuple[Clause, ...]
    exclusions: tuple[Clause, ...]
    cautions: tuple[Caution, ...]
    products: tuple[Product, ...]
    doses: tuple[DoseRow, ...]
    particulars: Mapping[str, tuple[Statement, ...]]
    open: tuple[str, ...] = ()
    every_medicine: tuple[Clause, ...] = field(default=())

    def judged(self) -> tuple[Clause, ...]:
        """The clauses to judge after an offer: the condition's own for every medicine, then this document's, in file order."""
        return tuple(c for c in (*self.every_medicine, *self.inclusion, *self.exclusions) if c.condition is not None)
