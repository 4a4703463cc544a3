"""The kernel's ``assess`` by what is generated of the pathway: the same input and refusals, and an equal ``Assessment``.

For whoever assesses many people one after the other. The first few of a pathway are the kernel's, as generating takes longer than they do.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from pharmacyfirst.errors import WrongKind
from pharmacyfirst.kernel.assess import assess as by_the_kernel
from pharmacyfirst.kernel.assess import refuse_other_types
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.trace import Assessment

if TYPE_CHECKING:
    from pharmacyfirst.fast.assessor import Assessor
    from pharmacyfirst.fast.run import Verdicts

# To generate takes about as long as the kernel takes for this many people.
WORTH_IT = 500
# What is remembered is thrown away as a whole once there is this much of it; made again it is the same.
MOST_PATHWAYS = 64
MOST_DAYS = 4096


def assess(pathway: Pathway, facts: Mapping[str, Any], on: date) -> Assessment:
    """What ``kernel.assess.assess`` gives, and raises, for the same input. Nothing passed in is changed."""
    refuse_other_types(pathway, facts, on)
    kept = _PATHWAYS.get(id(pathway))
    if kept is None:
        if len(_PATHWAYS) >= MOST_PATHWAYS:
            _PATHWAYS.clear()
        kept = _PATHWAYS[id(pathway)] = _Assessors(pathway)
    assessor = kept.on(on)
    return by_the_kernel(pathway, facts, on) if assessor is None else assessor.assess(facts, on)


def verdicts_of(pathway: Pathway, facts: Mapping[str, Any], on: date) -> "Verdicts":
    """The outcome of one consultation with the verdict of everything that was reached, and no words. Raises ``Refused`` as ``assess`` does.

    Raises ``WrongKind`` for a pathway that only the kernel can judge by.
    """
    refuse_other_types(pathway, facts, on)
    assessor = assessor_of(pathway, on)
    if assessor is None:
        by_the_kernel(pathway, facts, on)  # which refuses what is to be refused
        raise WrongKind(f"{pathway.id} has a sentence that only the kernel can judge. Use assess.")
    return assessor.verdicts(facts, on)


def assessor_of(pathway: Pathway, on: date) -> "Assessor | None":
    """The assessor of a pathway for a day; None where only the kernel can judge by it, or the pathway is not in force."""
    if on not in pathway.edition.in_force:
        return None
    return generated(pathway, frozenset(id for id, pgd in pathway.pgds.items() if on in pgd.edition.in_force))


def generated(pathway: Pathway, in_force: frozenset[str]) -> "Assessor | None":
    """The assessor of a pathway for days on which these of its PGDs are in force; None where a sentence of it has no spelling, or gates stand in a ring."""
    from pharmacyfirst.fast.assessor import Assessor  # whoever assesses a few people need not pay for it
    from pharmacyfirst.fast.make import module_of

    try:
        text = module_of(pathway, in_force)
    except (TypeError, RecursionError):
        return None
    names: dict[str, Any] = {}
    exec(compile(text, f"<generated from {pathway.id} {pathway.edition.version}>", "exec"), names)
    return Assessor(pathway, names["MODULE"])


class _Assessors:
    """The assessors of one pathway: none until it has been asked for often enough, then one for each set of PGDs in force."""

    def __init__(self, pathway: Pathway):
        self.pathway = pathway
        self.asked_for = 0
        self.by_day: dict[date, Assessor | None] = {}
        self.by_pgds: dict[frozenset[str], Assessor | None] = {}

    def on(self, day: date) -> "Assessor | None":
        if day in self.by_day:
            return self.by_day[day]
        if len(self.by_day) > MOST_DAYS:
            self.by_day.clear()
        self.asked_for += 1
        if self.asked_for <= WORTH_IT or day not in self.pathway.edition.in_force:
            return None
        self.by_day[day] = self._made(day)
        return self.by_day[day]

    def _made(self, day: date) -> "Assessor | None":
        in_force = frozenset(id for id, pgd in self.pathway.pgds.items() if day in pgd.edition.in_force)
        if in_force not in self.by_pgds:
            self.by_pgds[in_force] = generated(self.pathway, in_force)
        return self.by_pgds[in_force]


_PATHWAYS: dict[int, _Assessors] = {}
