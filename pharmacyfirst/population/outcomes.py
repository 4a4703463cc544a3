"""How made-up people of one pathway come out: what a reviewer looks at, never how many patients there are."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pharmacyfirst.content.cases import answers_that_fit
from pharmacyfirst.content.library import Library
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.population.answers import AnswersOf
from pharmacyfirst.population.chance import Chance
from pharmacyfirst.population.consultations import shipped_population
from pharmacyfirst.population.recorded import Following

HOW_MANY, SEED = 2_000, 1
OF_WHOM = "a made-up population: what is known of England in its conditions and months, and assumed in its answers"

NOT_MADE_UP = "no people were made up: nothing is known of how many come for it"


@dataclass(frozen=True, slots=True)
class OutcomesMadeUp:
    """How many of so many made-up people come out how; ``offered`` how many are offered each medicine, by its PGD."""

    people: int
    seed: int
    kinds: Mapping[Kind, int]
    offered: Mapping[str, int]

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON holds it."""
        return {
            "of": OF_WHOM,
            "people": self.people,
            "seed": self.seed,
            "outcomes": {kind.key: count for kind, count in self.kinds.items()},
            "offered": dict(self.offered),
        }


def outcomes_made_up(library: Library, pathway: Pathway, people: int = HOW_MANY, seed: int = SEED) -> OutcomesMadeUp:
    """How so many made-up people come out, on the day of the cases, or on the first day of the pathway where its version has none."""
    as_of, usual = answers_that_fit(library, pathway)
    on = as_of if as_of is not None and as_of in pathway.edition.in_force else pathway.edition.in_force.first
    following = Following(AnswersOf(pathway, usual, shipped_population()), on)
    ends = following.judged(following.of.drawn(Chance(seed, pathway.id), people))
    kinds = Counter(leaf.kind for leaf in ends)
    offered = Counter(pgd for leaf in ends for pgd, _ in leaf.offers)
    return OutcomesMadeUp(
        people,
        seed,
        {kind: kinds[kind.key] for kind in Kind},
        {pgd: offered[pgd] for pgd in pathway.pgds},
    )
