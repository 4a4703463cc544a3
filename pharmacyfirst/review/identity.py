"""What a document is: the words by which it is known on every page, and what a reviewer signs."""

from dataclasses import dataclass
from datetime import date

from pharmacyfirst.kernel.pathway import PATHWAY, Pathway
from pharmacyfirst.kernel.pgd import PGD, Edition, Mechanism, Period
from pharmacyfirst.kernel.tables import EVALUATION_ONLY
from pharmacyfirst.paper.words import day, listed, sentence

SHORT = 12
CONDITION = "condition"


@dataclass(frozen=True, slots=True)
class Identity:
    """Everything that tells one document from another. ``standing`` heads the banner, ``status`` are its lines; ``whole`` is what
    the pathway is called with all its documents."""

    kind: str
    title: str
    condition: str
    condition_title: str
    id: str
    medicine: str
    version: str
    in_force: str
    digest: str
    digest_in_short: str
    standing: str
    status: tuple[str, ...]
    running: str
    footing: str
    made_on: date
    whole: str = CONDITION


def identity_of(pathway: Pathway, pgd: PGD) -> Identity:
    """The identity of a PGD or clinical protocol."""
    kind = "Patient group direction" if pgd.mechanism is Mechanism.PGD else "Clinical protocol"
    return _identity(pathway, pgd.id, kind, pgd.title, pgd.medicine, pgd.edition, pgd.edition.digest)


def whole(pathway: Pathway) -> str:
    """What a pathway is called with all its documents: a condition where somebody can have it, as nobody has contraception or a check."""
    of_a_condition = pathway.diagnosis is not None or any(code.of_the_condition for code in pathway.codes)
    return CONDITION if of_a_condition else "pathway"


def kind_in_short(pgd: PGD) -> str:
    """What the document is, within a sentence."""
    return "PGD" if pgd.mechanism is Mechanism.PGD else "clinical protocol"


def identity_of_pathway(pathway: Pathway) -> Identity:
    """The identity of a pathway by itself: the digest is that which an authorisation sheet names beside the PGD's."""
    edition = pathway.edition
    return _identity(pathway, PATHWAY, "Pathway", pathway.title, _medicines(pathway), edition, edition.digest)


def identity_of_condition(pathway: Pathway) -> Identity:
    """The identity of a whole condition: its digest is that of the pathway with all its PGDs."""
    edition = pathway.edition
    kind = "Pathway with its medicines" if pathway.pgds else "Pathway"
    return _identity(pathway, PATHWAY, kind, pathway.title, _medicines(pathway), edition, pathway.content_digest)


def _medicines(pathway: Pathway) -> str:
    return ", ".join(dict.fromkeys(pgd.medicine for pgd in pathway.pgds.values()))


def _identity(
    pathway: Pathway, name: str, kind: str, title: str, medicine: str, edition: Edition, digest: str
) -> Identity:
    short = digest.removeprefix("sha256:")[:SHORT]
    standing, others = _standing(edition)
    footing = sentence(EVALUATION_ONLY + ("" if edition.draft else " until an organisation adopts it"))
    return Identity(
        kind=kind,
        title=title,
        condition=pathway.id,
        condition_title=pathway.title,
        id=name,
        medicine=medicine,
        version=edition.version,
        in_force=period_in_words(edition),
        digest=digest,
        digest_in_short=short,
        standing=standing,
        status=(*others, footing),
        running=f"{pathway.id} · {name} {edition.version} · {short}",
        footing=footing,
        made_on=edition.in_force.first,
        whole=whole(pathway),
    )


def _standing(edition: Edition) -> tuple[str, tuple[str, ...]]:
    """What a reader must know first, and what else. That a version is published approves nothing: it only no longer changes."""
    status = edition.status[:1].upper() + edition.status[1:]
    if edition.withdrawn is not None:
        withdrawn = f"Nothing may be supplied under it: {edition.withdrawn.in_words()}"
        return "WITHDRAWN", (sentence(withdrawn), sentence(status))
    if edition.draft:
        return "DRAFT", ("Not published, and may still change.", sentence(status))
    return status, ("Published: this version never changes.",)


def period_in_words(edition: Edition) -> str:
    """The days on which a document may be used, both in, and whether the last of them is doubtful."""
    period = edition.in_force
    doubts = edition.dates.open if period.last is not None else ()
    doubt = f"; last day unverified ({listed(doubts)})" if doubts else ""
    return f"{days_of(period)}{doubt}"


def days_of(period: Period) -> str:
    """The days of a period, both in: ``1 October 2025 to 30 January 2027``, or ``from 1 October 2025``."""
    return f"from {day(period.first)}" if period.last is None else f"{day(period.first)} to {day(period.last)}"
