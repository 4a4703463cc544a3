"""One condition's pathway as frozen data: stopping criteria, then one treatment table. There is no routing to follow."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pharmacyfirst.kernel.conditions import Condition
from pharmacyfirst.kernel.evidence import Evidence, OpenItem, Source, Statement
from pharmacyfirst.kernel.facts import Fact
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pgd import PGD, Edition, SourceDocument

TREATMENT = "treatment"


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to hold the consultation, and whether the service allows it: ``yes``, ``no``, ``not known`` or words of its own."""

    name: str
    allowed: str
    evidence: tuple[Evidence, ...]
    open: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """A score or a definition: words that several sentences share. ``points`` is true of a score."""

    name: str
    says: str
    condition: Condition
    points: bool
    evidence: tuple[Evidence, ...]
    id: str = ""
    open: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """A stopping criterion: whatever ends the pathway before treatment, with the kind of outcome it ends in.

    ``must``: it is met when its sentence is *not*, as inclusions are written. ``always_999``: an emergency that says 999 itself.
    """

    id: str
    stage: str
    condition: Condition
    kind: Kind
    because: str
    evidence: tuple[Evidence, ...]
    must: bool = False
    always_999: bool = False
    where_to: str = ""
    open: tuple[str, ...] = ()
    note: str = ""

    @property
    def urgency(self) -> int:
        """Smaller is more urgent; an emergency that is always 999 stands before the others."""
        return 2 * self.kind - self.always_999


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the treatment table; without a condition it is met. ``offers`` are PGD ids in order of preference.

    ``fallback``: the second offer opens only where an exclusion of the first is met (*or B where that is excluded*).
    """

    id: str
    condition: Condition | None
    kind: Kind
    because: str
    evidence: tuple[Evidence, ...]
    offers: tuple[str, ...] = ()
    fallback: bool = False
    where_to: str = ""
    open: tuple[str, ...] = ()
    note: str = ""
    must: bool = False
    stage: str = TREATMENT


@dataclass(frozen=True, slots=True)
class GatewayPoint:
    """A point that decides payment only; nothing else reads it.

    Reached when every criterion under the headings ``after`` is known and clear (or one under ``at`` is met) and the condition holds.
    """

    id: str
    after: tuple[str, ...]
    at: tuple[str, ...]
    condition: Condition | None
    evidence: tuple[Evidence, ...]
    open: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A SNOMED CT code of the condition and what it is used for."""

    code: str
    says: str
    use: str
    evidence: tuple[Evidence, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Sources that disagree, and what is shipped."""

    id: str
    says: str
    shipped: str


@dataclass(frozen=True, slots=True)
class Pathway:
    """A pathway with the PGDs it offers, as they stand on one day. Never changes; threads may share it.

    ``content_digest`` is SHA-256 over the pathway file, its PGD files and the shared files they use.
    """

    id: str
    title: str
    edition: Edition
    facts: Mapping[str, Fact]
    stopping: tuple[Criterion, ...]
    treatment: tuple[Row, ...]
    gateways: tuple[GatewayPoint, ...]
    pgds: Mapping[str, PGD]
    source_documents: tuple[SourceDocument, ...] = ()
    channels: tuple[Channel, ...] = ()
    named: tuple[Named, ...] = ()
    advice: tuple[Statement, ...] = ()
    safety_netting: tuple[Statement, ...] = ()
    leaflets: tuple[Statement, ...] = ()
    records: tuple[Statement, ...] = ()
    prompts: tuple[Statement, ...] = ()
    codes: tuple[Code, ...] = ()
    open_items: Mapping[str, OpenItem] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    content_digest: str = ""

    @property
    def draft(self) -> bool:
        """Whether the pathway or one of its PGDs is not published."""
        return self.edition.draft or any(pgd.edition.draft for pgd in self.pgds.values())
