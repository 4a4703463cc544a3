"""May this pharmacist, here and now, supply what the assessment offers? The legal half, kept apart from the clinical one.

Three layers have to hold (service.md 4.3): the document is in force and complete, the organisation has adopted this very version, and
this practitioner is authorised for it. The answer is a ``Permit``, or every reason why there is none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.offer import Offer
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import PATHWAY, Pathway
from pharmacyfirst.kernel.pgd import PGD, Edition, Period
from pharmacyfirst.kernel.trace import Assessment

WARN_BEFORE_EXPIRY = timedelta(days=30)
REMOTE_ONLY = "remote only"
ALLOWED = "yes"
DISTANCE_SELLING = "distance-selling pharmacy"


class Channel(Enum):
    """How the consultation is held."""

    IN_PERSON = "in person"
    VIDEO = "video"
    TELEPHONE = "telephone"


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """A document of a condition (``pathway``, or the id of a PGD), its version, and the digest that was signed."""

    condition: str
    document: str
    version: str
    digest: str

    def names(self, other: "DocumentVersion") -> bool:
        """Whether both speak of one version of one document, whatever its digest."""
        return (self.condition, self.document, self.version) == (other.condition, other.document, other.version)

    def in_words(self) -> str:
        """For instance ``uncomplicated-uti nitrofurantoin 2026.1``."""
        return f"{self.condition} {self.document} {self.version}"


@dataclass(frozen=True, slots=True)
class Cleared:
    """An open item that the organisation has settled: how, by whom, when. Ids of open items carry their condition's letters."""

    item: str
    how: str
    by: str
    on: date


@dataclass(frozen=True, slots=True)
class Practitioner:
    """Somebody the organisation lets supply: registration number, profession, the document versions signed for, and until when."""

    gphc_number: str
    profession: str
    authorised_for: tuple[DocumentVersion, ...]
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Adoption:
    """An organisation's signed record of the documents it has checked and adopted."""

    ods_code: str
    distance_selling: bool
    documents: tuple[DocumentVersion, ...]
    period: Period
    cleared: tuple[Cleared, ...]
    signed_by: str
    role: str
    practitioners: tuple[Practitioner, ...] = ()


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that stands in the way of a permit: a code that stays, and words for whoever has to mend it."""

    code: str
    says: str


@dataclass(frozen=True, slots=True)
class Permit:
    """This practitioner of this organisation may supply this offer, by this channel, at this time.

    It holds for the assessment with this content digest alone. ``warnings`` say what will soon end.
    """

    offer: Offer
    documents: tuple[DocumentVersion, ...]
    content_digest: str
    ods_code: str
    gphc_number: str
    channel: Channel
    at: datetime
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoPermit:
    """Nothing may be supplied; every reason, not the first."""

    reasons: tuple[Obstacle, ...]


def documents_of(pathway: Pathway, pgd: PGD) -> tuple[DocumentVersion, DocumentVersion]:
    """The two documents behind an offer: the pathway that leads to it and the PGD itself."""
    return (
        DocumentVersion(pathway.id, PATHWAY, pathway.edition.version, pathway.edition.digest),
        DocumentVersion(pathway.id, pgd.id, pgd.edition.version, pgd.edition.digest),
    )


def authorise(
    assessment: Assessment,
    adoption: Adoption,
    practitioner: Practitioner,
    channel: Channel,
    at: datetime,
    pgd: str | None = None,
) -> Permit | NoPermit:
    """Whether the offer may be supplied; ``pgd`` chooses among several offers, and without it the first is meant.

    Raises ``Refused`` (``wrong_value``) for anything of another type. ``at`` is local time in England; the documents have to be in force on its day, which has to be the day of the assessment.
    """
    for name, given, wanted in (
        ("assessment", assessment, Assessment), ("adoption", adoption, Adoption), ("practitioner", practitioner, Practitioner),
        ("channel", channel, Channel), ("at", at, datetime), ("pgd", pgd or "", str),
    ):  # fmt: skip
        if not isinstance(given, wanted):
            raise Refused("wrong_value", f"{name}: give {wanted.__name__}. Nothing may be supplied.")
    offer = next((one for one in assessment.offers if pgd in (None, one.pgd.id)), None)
    if offer is None:
        return NoPermit((_nothing_offered(assessment, pgd),))
    reasons = (
        *_of_documents(assessment, offer, at.date()),
        *_of_adoption(assessment, offer, adoption, at.date()),
        *_of_practitioner(assessment, offer, practitioner, at.date()),
        *_of_channel(assessment, adoption, channel),
    )
    if reasons:
        return NoPermit(reasons)
    warnings = tuple(_expiring(assessment.pathway, offer.pgd, at.date()))
    documents = documents_of(assessment.pathway, offer.pgd)
    digest = assessment.pathway.content_digest
    return Permit(offer, documents, digest, adoption.ods_code, practitioner.gphc_number, channel, at, warnings)


def _nothing_offered(assessment: Assessment, pgd: str | None) -> Obstacle:
    for finding in assessment.findings:  # an expired document is the reason people ask about, so it is named
        if finding.id in assessment.decided_by and finding.item.stage.endswith(": in force"):
            return Obstacle("not_in_force", finding.item.because)
    if assessment.outcome.kind is Kind.SUPPLY:
        return Obstacle("not_offered", "the PGD that was named is not among the offers of this assessment")
    return Obstacle("not_offered", f"the assessment ends in {assessment.outcome.kind.word}: nothing is offered")


def _editions(assessment: Assessment, offer: Offer) -> Iterator[tuple[DocumentVersion, Edition]]:
    editions = (assessment.pathway.edition, offer.pgd.edition)
    yield from zip(documents_of(assessment.pathway, offer.pgd), editions, strict=True)


def _of_documents(assessment: Assessment, offer: Offer, day: date) -> Iterator[Obstacle]:
    if assessment.on != day:
        yield Obstacle("other_day", f"the assessment is for {assessment.on}, not for {day}: assess again")
    for document, edition in _editions(assessment, offer):
        if day not in edition.in_force:
            yield Obstacle(
                "not_in_force", f"{document.in_words()} is in force {edition.in_force.in_words()}, not on {day}"
            )
        if edition.withdrawn is not None:
            yield Obstacle("withdrawn", edition.withdrawn.in_words())
        elif edition.draft:
            yield Obstacle("draft", f"{document.in_words()} is a draft: its digest is not published")


def _of_adoption(assessment: Assessment, offer: Offer, adoption: Adoption, day: date) -> Iterator[Obstacle]:
    if day not in adoption.period:
        yield Obstacle("adoption_not_in_force", f"the adoption holds {adoption.period.in_words()}, not on {day}")
    for document, _ in _editions(assessment, offer):
        adopted = [one for one in adoption.documents if one.names(document)]
        if document not in adopted:
            yield from _of_withdrawn(assessment.pathway, document, adoption)
        if not adopted:
            yield Obstacle(
                "not_adopted", f"{document.in_words()} is not among the documents the organisation has adopted"
            )
        elif document not in adopted:
            yield Obstacle(
                "digest_differs",
                f"{document.in_words()} is not word for word what the organisation adopted: its digest differs",
            )
    cleared = {one.item for one in adoption.cleared if one.on <= day}
    for item in assessment.pathway.open_items.values():
        if item.id not in cleared:
            yield Obstacle("open_item", f"the open item {item.id} has not been cleared: {item.says}")


def _of_withdrawn(pathway: Pathway, document: DocumentVersion, adoption: Adoption) -> Iterator[Obstacle]:
    """What the organisation adopted in place of the document, where that was taken back."""
    adopted = {one.digest for one in adoption.documents}
    for one in pathway.withdrawn:
        if one.document == document.document and one.digest in adopted:
            yield Obstacle("withdrawn", one.in_words())


def _of_practitioner(assessment: Assessment, offer: Offer, practitioner: Practitioner, day: date) -> Iterator[Obstacle]:
    if practitioner.until is not None and day > practitioner.until:
        yield Obstacle(
            "practitioner_expired", f"the practitioner is authorised until {practitioner.until}, not on {day}"
        )
    for document, _ in _editions(assessment, offer):
        if document not in practitioner.authorised_for:
            yield Obstacle(
                "practitioner_not_authorised",
                f"the practitioner has not been authorised for {document.in_words()} as it now stands",
            )
    if practitioner.profession not in offer.pgd.professions:
        allowed = ", ".join(offer.pgd.professions)
        yield Obstacle("profession", f"{offer.pgd.title} may be used by: {allowed}; not by a {practitioner.profession}")


def _of_channel(assessment: Assessment, adoption: Adoption, channel: Channel) -> Iterator[Obstacle]:
    known = {one.name: one.allowed for one in assessment.pathway.channels}
    allowed = known.get(channel.value, "not known")
    if allowed != ALLOWED:
        how = "not allowed" if allowed == "no" else "not known to be allowed"
        yield Obstacle("channel", f"a consultation for {assessment.pathway.id} by {channel.value} is {how}")
    if not adoption.distance_selling:
        return
    allowed = known.get(DISTANCE_SELLING, "not known")
    if allowed != REMOTE_ONLY:
        how = "does not offer" if allowed == "no" else "is not known to offer"
        yield Obstacle("distance_selling", f"a distance-selling pharmacy {how} {assessment.pathway.id}")
    elif channel is Channel.IN_PERSON:
        yield Obstacle(
            "distance_selling", "a distance-selling pharmacy may hold this consultation remotely only, not in person"
        )


def _expiring(pathway: Pathway, pgd: PGD, day: date) -> Iterator[str]:
    for document, edition in zip(documents_of(pathway, pgd), (pathway.edition, pgd.edition), strict=True):
        last = edition.in_force.last
        if last is not None and last - day < WARN_BEFORE_EXPIRY:
            left = (last - day).days
            when = "today is its last day" if left == 0 else f"{left} day{'s' if left > 1 else ''} left"
            yield f"{document.in_words()} expires on {last}: {when}"
