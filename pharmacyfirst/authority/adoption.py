"""What an organisation has put its name to: the documents it adopted, what it checked of them, and who may use them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.errors import Refused, must_be, taking
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.identifiers import gphc_number, pharmacy_ods
from pharmacyfirst.kernel.pathway import PATHWAY, Pathway
from pharmacyfirst.kernel.pgd import PGD, Period
from pharmacyfirst.kernel.questions import refuse_no_day


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """A document of a condition (``pathway``, or the id of a PGD), its version, and the digest that was signed."""

    condition: str
    document: str
    version: str
    digest: str

    def names(self, other: "DocumentVersion") -> bool:
        """Whether both speak of one version of one document, whatever its digest."""
        return self.in_words() == other.in_words()

    def in_words(self) -> str:
        """For instance ``uncomplicated-uti nitrofurantoin 2026.2``."""
        return f"{self.of()} {self.version}"

    def of(self) -> str:
        """What it is a version of, for instance ``uncomplicated-uti nitrofurantoin``."""
        return f"{self.condition} {self.document}"


@taking(pathway=Pathway, pgd=PGD | None)
def documents_of(pathway: Pathway, pgd: PGD | None = None) -> tuple[DocumentVersion, ...]:
    """The documents behind an offer: the pathway that leads to it, then the PGD itself; of a service without medicines the pathway alone."""
    parts = ((PATHWAY, pathway.edition), *(((pgd.id, pgd.edition),) if pgd is not None else ()))
    return tuple(DocumentVersion(pathway.id, name, edition.version, edition.digest) for name, edition in parts)


@taking(pathway=Pathway)
def documents_to_adopt(pathway: Pathway) -> tuple[DocumentVersion, ...]:
    """Every document of a condition as it now stands: the pathway first, then its PGDs."""
    return (*documents_of(pathway), *(documents_of(pathway, pgd)[1] for pgd in pathway.pgds.values()))


NOT_PERMITTED_BY_A_DRAFT = "A draft may be read and compared with the signed document, and nothing is permitted under it until its version is published."


def drafts_of(pathway: Pathway) -> frozenset[DocumentVersion]:
    """The documents of a condition that are drafts, as their digests are not published: an adoption of them permits nothing."""
    editions = (pathway.edition, *(pgd.edition for pgd in pathway.pgds.values()))
    each = zip(documents_to_adopt(pathway), editions, strict=True)
    return frozenset(document for document, edition in each if edition.draft)


@dataclass(frozen=True, slots=True)
class Checked:
    """An open item that the organisation has looked into: whether the document agrees with what was signed, how that was seen, by whom, when.

    ``digest`` is that of the item's words (``clauses.digest_of_item``): an answer to other words is no answer.
    """

    item: str
    digest: str
    agrees: bool
    how: str
    by: str
    on: date

    def __post_init__(self) -> None:
        must_be(str, item=self.item, digest=self.digest, how=self.how, by=self.by)
        must_be(bool, agrees=self.agrees)  # "no" is a text, and every text would count as yes
        refuse_no_day(self.on)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A clause of an adopted document that the organisation found to be otherwise in the signed one: how, by whom, when.

    ``clause`` is its name among the clauses of the document.
    """

    document: DocumentVersion
    clause: str
    how: str
    by: str
    on: date

    def __post_init__(self) -> None:
        must_be(DocumentVersion, document=self.document)
        must_be(str, clause=self.clause, how=self.how, by=self.by)
        refuse_no_day(self.on)


@dataclass(frozen=True, slots=True)
class Halted:
    """A document that the organisation suspended, or withdrew (``for_good``), with the reason and by whom.

    It permits nothing from the moment ``since``, that moment in, until the moment ``until``, that moment out; None: no end is set. Both
    are England's clock and are kept as ``in_england`` gives them; what was permitted before stays permitted.
    """

    document: DocumentVersion
    since: datetime
    because: str
    by: str
    until: datetime | None = None
    for_good: bool = False

    def __post_init__(self) -> None:
        must_be(DocumentVersion, document=self.document)
        must_be(str, because=self.because, by=self.by)
        must_be(bool, for_good=self.for_good)
        object.__setattr__(self, "since", in_england(self.since, "since"))
        if self.until is not None:
            object.__setattr__(self, "until", in_england(self.until, "until"))
        if self.until is not None and (self.for_good or self.until <= self.since):
            raise Refused("wrong_value", "until: a document is halted until a later moment, or withdrawn without one.")

    def holds(self, at: datetime) -> bool:
        """Whether the document permits nothing at this moment, which has its distance from UTC."""
        return self.since <= at and (self.until is None or at < self.until)

    def in_words(self) -> str:
        """For instance ``shingles aciclovir 2026.2 is suspended since 2026-12-01 09:00 by A. Example: recalled``."""
        how = "withdrawn" if self.for_good else "suspended"
        until = f" until {self.until:%Y-%m-%d %H:%M}" if self.until is not None else ""
        return (
            f"{self.document.in_words()} is {how} since {self.since:%Y-%m-%d %H:%M}{until} by {self.by}: {self.because}"
        )


@dataclass(frozen=True, slots=True)
class Practitioner:
    """Somebody the organisation lets supply: registration number, profession, the document versions signed for, and the last day.

    Raises ``WrongIdentifier`` for a number that is none of this profession.
    """

    gphc_number: str
    profession: str
    authorised_for: tuple[DocumentVersion, ...]
    until: date | None = None

    def __post_init__(self) -> None:
        must_be(str, gphc_number=self.gphc_number, profession=self.profession)
        object.__setattr__(self, "gphc_number", gphc_number(self.gphc_number, self.profession))
        if self.until is not None:
            refuse_no_day(self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """An organisation's signed record of the documents it has checked and adopted.

    ``checked`` are the open items; ``agreed`` maps each document to the digests of its clauses by their names, which is what a later
    version is compared with and decides nothing. Raises ``Refused`` where a document, an open item or a practitioner appears twice, so
    that no answer depends on which of two is found first.
    """

    ods_code: str
    distance_selling: bool
    documents: tuple[DocumentVersion, ...]
    period: Period
    checked: tuple[Checked, ...]
    signed_by: str
    role: str
    signed_on: date
    practitioners: tuple[Practitioner, ...] = ()
    halted: tuple[Halted, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    agreed: Mapping[DocumentVersion, Mapping[str, str]] = field(default=Frozen())

    def __post_init__(self) -> None:
        must_be(bool, distance_selling=self.distance_selling)
        must_be(str, ods_code=self.ods_code, signed_by=self.signed_by, role=self.role)
        must_be(Period, period=self.period)
        refuse_no_day(self.signed_on)
        object.__setattr__(self, "ods_code", pharmacy_ods(self.ods_code))
        _each_once("document", (one.in_words() for one in self.documents))
        _each_once("open item", (one.item for one in self.checked))
        _each_once("practitioner", (one.gphc_number for one in self.practitioners))


def _each_once(what: str, names: Iterable[str]) -> None:
    given = [*names]
    if len(set(given)) != len(given):
        raise Refused("wrong_value", f"adoption: a {what} appears twice, so it is not known which of the two is meant.")
