"""A service that pathways belong to: what it is called, its code, who may provide it, how it is claimed. Content; no service is named in code."""

from pharmacyfirst.classes import dataclass
from pharmacyfirst.kernel.evidence import NO_BACKING, Backing, OpenItem, Source, Statement
from pharmacyfirst.kernel.pgd import Period

GATEWAY_POINTS, EVERY_CONSULTATION = "gateway points", "every consultation"


@dataclass(frozen=True, slots=True)
class DatedCode:
    """The SNOMED CT code of a service, and the days on which it is the one that is sent."""

    code: str
    says: str
    in_force: Period
    backing: Backing = NO_BACKING


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service as its file in ``pathways/services/`` has it; ``digest`` is that of the file, which stands in no digest of a pathway.

    ``pathways`` are ids, in the order in which they are shown. ``claimable`` is ``GATEWAY_POINTS`` (a point was reached),
    ``EVERY_CONSULTATION``, or empty, and then ``answered`` names the questions of which one has to have been answered. ``ways_in`` and ``consents`` go by the
    names that the file gives them (``id``); ``codes`` is empty where no code is known. ``charged``: a medicine has a prescription charge.
    """

    id: str
    title: str
    title_for_patients: str
    pathways: tuple[str, ...]
    codes: tuple[DatedCode, ...] = ()
    provided_by: tuple[str, ...] = ()
    providers: tuple[Statement, ...] = ()
    claimable: str = ""
    answered: tuple[str, ...] = ()
    charged: bool = True
    claim: tuple[Statement, ...] = ()
    ways_in: tuple[Statement, ...] = ()
    consents: tuple[Statement, ...] = ()
    open_items: tuple[OpenItem, ...] = ()
    sources: tuple[Source, ...] = ()
    digest: str = ""
