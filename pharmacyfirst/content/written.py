"""What stands once in ``pathways/shared/`` as its files write it, whether or not a pathway uses it: for whoever reads or reviews it.

What anybody is judged by is in the pathways and PGDs that use it.
"""

from pharmacyfirst.classes import dataclass
from pharmacyfirst.kernel.evidence import NO_BACKING, Backing


@dataclass(frozen=True, slots=True)
class Written:
    """A bar, a caution or a definition: its words, its sentences as they are spelt, and what stands behind it.

    ``any_of``: one of the sentences is enough. ``audience`` and ``forms`` are those of a caution.
    """

    name: str
    says: str
    sentences: tuple[str, ...] = ()
    any_of: bool = False
    because: str = ""
    action: str = ""
    audience: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    backing: Backing = NO_BACKING


@dataclass(frozen=True, slots=True)
class SharedMedicine:
    """One medicine: what bars it wherever it is offered, and what to weigh or tell."""

    id: str
    title: str
    bars: tuple[Written, ...]
    cautions: tuple[Written, ...]
