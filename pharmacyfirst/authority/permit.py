"""What the legal gate answers: a permit for one offer to one person at one moment, or every reason why there is none."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from pharmacyfirst.authority.adoption import DocumentVersion
from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.errors import Refused, must_be
from pharmacyfirst.kernel.fields import TEXT, YES_NO, BlockOf, FieldTable, JsonField, ListOf, OneWord, OrNone, Plain
from pharmacyfirst.kernel.offer import Offer

REMOTE_ONLY = "remote only"
ALLOWED = "yes"
DISTANCE_SELLING = "distance-selling pharmacy"


class Channel(Enum):
    """How the consultation is held."""

    IN_PERSON = "in person"
    VIDEO = "video"
    TELEPHONE = "telephone"


@dataclass(frozen=True, slots=True)
class Afterwards:
    """A late entry, from paper: who entered it and when. It is judged as of its hand-over and says for ever that it was entered later.

    ``entered_at`` is kept as ``in_england`` gives it. Raises ``Refused`` for a moment that England's clock does not show once.
    """

    entered_by: str
    entered_at: datetime

    def __post_init__(self) -> None:
        must_be(str, entered_by=self.entered_by)
        if not self.entered_by.strip():
            raise Refused("wrong_value", "entered_by: say who entered it.")
        object.__setattr__(self, "entered_at", in_england(self.entered_at, "entered_at"))


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that stands in the way of a permit: a code that stays, and words for whoever has to mend it."""

    code: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """This practitioner of this organisation may supply this offer to this person, by this channel, at this moment.

    Without an offer (``pgd`` is then empty) they may provide the service of this pathway, which supplies nothing.
    ``facts`` is ``digest_of_facts`` of the facts that were assessed; ``record`` the id of the record it is for and ``person`` the digest
    of who it is for, both empty where the answer is for no record. ``at`` is England's clock with its distance from UTC. ``as_if``: asked
    for another moment than now; no record but a training patient's accepts it. ``afterwards``: entered late, as of the hand-over.
    ``warnings`` say what will soon end.
    """

    offer: Offer | None = field(repr=False)
    pathway: str
    pgd: str
    documents: tuple[DocumentVersion, ...]
    content_digest: str
    facts: str
    record: str
    person: str
    ods_code: str
    gphc_number: str
    channel: Channel
    at: datetime
    as_if: bool = False
    afterwards: Afterwards | None = None
    warnings: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The permit as JSON holds it, by the table ``PERMIT``; the offer is left out, and its PGD is named."""
        return PERMIT.as_dict(self)


@dataclass(frozen=True, slots=True)
class NoPermit:
    """Nothing may be supplied; every reason, not the first."""

    reasons: tuple[Obstacle, ...]

    def as_dict(self) -> dict[str, Any]:
        """The reasons as JSON holds them, by the table ``NO_PERMIT``."""
        return NO_PERMIT.as_dict(self)


# fmt: off
DOCUMENT_VERSION: FieldTable[DocumentVersion] = FieldTable(
    "DocumentVersion",
    "A version of a document, and the digest that was signed.",
    (
        JsonField("condition", lambda one: one.condition, TEXT, "The condition, for instance shingles."),
        JsonField("document", lambda one: one.document, TEXT, "pathway, or the id of a PGD."),
        JsonField("version", lambda one: one.version, TEXT, "The version, for instance 2026.2."),
        JsonField("digest", lambda one: one.digest, Plain.DIGEST, "The digest that was signed."),
    ),
)

AFTERWARDS: FieldTable[Afterwards] = FieldTable(
    "Afterwards",
    "A late entry, from paper.",
    (
        JsonField("entered_by", lambda one: one.entered_by, TEXT, "Who entered it."),
        JsonField("entered_at", lambda one: one.entered_at.isoformat(), Plain.MOMENT, "When it was entered, by England's clock."),
    ),
)

PERMIT: FieldTable[Permit] = FieldTable(
    "Permit",
    "This practitioner may supply this medicine to this person, by this channel, at this moment.",
    (
        JsonField("pathway", lambda one: one.pathway, TEXT, "The condition."),
        JsonField("pgd", lambda one: one.pgd or None, OrNone(TEXT), "The PGD or clinical protocol of the medicine that may be supplied; null for a service that supplies nothing."),
        JsonField("documents", lambda one: one.documents, ListOf(BlockOf(DOCUMENT_VERSION)), "The documents behind it: the pathway, the PGD."),
        JsonField("content_digest", lambda one: one.content_digest, Plain.DIGEST, "The digest of all content that was judged by."),
        JsonField("facts", lambda one: one.facts, Plain.DIGEST, "The digest of the facts that were assessed."),
        JsonField("record", lambda one: one.record or None, OrNone(TEXT), "The id of the record it is for; null: for none, and no record accepts it."),
        JsonField("person", lambda one: one.person or None, OrNone(Plain.DIGEST), "The digest of who it is for; null where it is for no record."),
        JsonField("ods_code", lambda one: one.ods_code, TEXT, "The ODS code of the pharmacy."),
        JsonField("gphc_number", lambda one: one.gphc_number, TEXT, "The GPhC number of whoever may supply."),
        JsonField("channel", lambda one: one.channel.value, OneWord(tuple(channel.value for channel in Channel)), "How the consultation is held."),
        JsonField("at", lambda one: one.at.isoformat(), Plain.MOMENT, "The moment for which it was asked, by England's clock."),
        JsonField("as_if", lambda one: one.as_if, YES_NO, "Whether it was asked for another moment than now: then no record but a training patient's accepts it."),
        JsonField("afterwards", lambda one: one.afterwards, OrNone(BlockOf(AFTERWARDS)), "By whom and when it was entered late; null where it was not."),
        JsonField("warnings", lambda one: one.warnings, ListOf(TEXT), "What will soon end."),
    ),
)

OBSTACLE: FieldTable[Obstacle] = FieldTable(
    "Obstacle",
    "One thing that stands in the way of a permit.",
    (
        JsonField("code", lambda one: one.code, TEXT, "A code that stays; docs/adoption.md lists them."),
        JsonField("says", lambda one: one.says, TEXT, "What it is, for whoever has to mend it."),
    ),
)

NO_PERMIT: FieldTable[NoPermit] = FieldTable(
    "NoPermit",
    "Nothing may be supplied.",
    (JsonField("reasons", lambda one: one.reasons, ListOf(BlockOf(OBSTACLE)), "Every reason, not the first."),),
)
# fmt: on
