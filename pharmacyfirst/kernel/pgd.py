"""One PGD or clinical protocol: the document that lets a pharmacist supply one medicine, as data."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import date
from enum import Enum

from pharmacyfirst.classes import dataclass
from pharmacyfirst.kernel.dose import DoseRow, Product
from pharmacyfirst.kernel.evidence import NO_BACKING, Backed, Backing, Statement
from pharmacyfirst.kernel.rule import Judged, Rule

WHOLE = "the whole document"


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
    backing: Backing = NO_BACKING


@dataclass(frozen=True, slots=True)
class Edition:
    """What every document of ours says of itself: version, status, dates, and the digest that whoever signs it signs.

    ``dates`` is what stands behind the days on which it may be used: an open item there doubts the last of them.
    ``digest`` is SHA-256 over the document's name, its file and all it uses; ``draft`` is true until that digest is published. ``withdrawn`` is there
    where that digest was taken back: then it is a draft for ever.
    """

    version: str
    status: str
    in_force: Period
    dates: Backing = NO_BACKING
    digest: str = ""
    draft: bool = True
    withdrawn: "Withdrawal | None" = None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A version that was published and taken back: nothing may be supplied under it. ``document`` is ``pathway``, or the id of a PGD."""

    condition: str
    document: str
    version: str
    digest: str
    day: date
    because: str

    def in_words(self) -> str:
        """For instance ``shingles pathway 2026.1 was withdrawn on 2026-11-29: ...``."""
        return f"{self.condition} {self.document} {self.version} was withdrawn on {self.day}: {self.because}"


class Mechanism(Enum):
    """The legal ground of a supply (service.md 3.1)."""

    PGD = "pgd"
    CLINICAL_PROTOCOL = "clinical protocol"

    @property
    def key(self) -> str:
        """The mechanism in the JSON contract."""
        return self.value.replace(" ", "_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause(Judged):
    """An inclusion (``must``) or exclusion of a PGD.

    ``covered_by`` names the criteria with which the pathway has already stopped such a person: listed, never judged twice.
    ``bar`` is the name of the bar of the medicine that it takes, from ``pathways/shared/medicines/``.
    """

    says: str
    covered_by: tuple[str, ...] = ()
    bar: str = ""

    @property
    def reason(self) -> str:
        """Why it decides: its own reason, or what it says, as an exclusion may be its own reason."""
        return self.because or self.says


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution(Rule):
    """Something to weigh or to tell the patient, with what to do. Never changes the outcome.

    ``audience`` and ``forms`` are those of a ``Statement``: its readers, and the forms of product with which alone it arises.
    """

    says: str
    action: str
    audience: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction(Rule):
    """How this person begins or takes the medicine. Read after the offer; never changes the outcome, never keeps anybody from an offer."""

    says: str


@dataclass(frozen=True, slots=True)
class BarDifference:
    """Why a document has no clause for a bar of its medicine, or asks for it in another way."""

    name: str
    because: str
    backing: Backing = NO_BACKING


@dataclass(frozen=True, slots=True)
class PGD:
    """A PGD or clinical protocol. ``particulars`` holds the statements under each of its prose headings.

    ``differs`` says of a bar of the medicine why it is not judged here as it is elsewhere. ``document`` names the signed document that
    several files stand for, each adopted by its own digest; empty where the file stands for one of its own.
    """

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
    backing: Backing = NO_BACKING
    every_medicine: tuple[Clause, ...] = field(default=())
    differs: tuple[BarDifference, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    document: str = ""
    # Judged for everybody who may be offered it, so gathered once.
    _judged: tuple[Clause, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        clauses = (*self.every_medicine, *self.inclusion, *self.exclusions)
        object.__setattr__(self, "_judged", tuple(clause for clause in clauses if clause.sentence is not None))

    def judged(self) -> tuple[Clause, ...]:
        """The clauses to judge after an offer: the condition's own for every medicine, then this document's, in file order."""
        return self._judged

    def rules(self) -> Iterator[Rule]:
        """Every rule of the document, in the order of its file; those of every medicine first."""
        yield from (
            *self.every_medicine,
            *self.inclusion,
            *self.exclusions,
            *self.cautions,
            *self.doses,
            *self.instructions,
        )

    def backed(self) -> Iterator[Backed]:
        """Everything in the file that has evidence, open items or a note, in its order."""
        yield Backed(self.id, WHOLE, self.backing)
        yield Backed(self.id, "in force", self.edition.dates)
        yield Backed(self.id, "source document", self.source_document.backing)
        for heading, statements in self.particulars.items():
            yield from (Backed(self.id, heading, one.backing) for one in statements)
        yield from (Backed(self.id, one.id, one.backing) for one in (*self.inclusion, *self.exclusions, *self.cautions))
        yield from (Backed(self.id, f"differs: {one.name}", one.backing) for one in self.differs)
        yield from (Backed(self.id, one.name, one.backing) for one in self.products)
        yield from (Backed(self.id, one.id, one.backing) for one in self.instructions)
        for row in self.doses:
            yield Backed(self.id, row.id, row.backing)
            yield from (Backed(self.id, f"{row.id}: {pack.product.name}", pack.backing) for pack in row.packs)
