"""Part `equivalents`: what is listed as changing nothing is proved to change nothing, whatever is known of anybody."""

from proof.proving import LIBRARY, ON, baseline
from thorough.mutants import equivalents, mutants_of
from thorough.part import Part, in_turn

from pharmacyfirst.proof.equivalence import Comparison

AT_ONCE = 10


def prove(condition, some):
    """Some mutants of a condition: for nobody does anything come out differently, nor is anything else asked."""
    comparison = Comparison(LIBRARY.in_force(condition, ON), ON, baseline(condition))
    for mutant in some:
        found = comparison.difference(mutant.pathway)
        assert found is None, f"{condition}: {mutant.name} changes {found.level.value}: {found.one.in_words()}"
    return {"mutants": len(some)}


def listed(condition):
    """The mutants listed as changing nothing, in their order."""
    names = equivalents(condition)
    return [mutant for mutant in mutants_of(condition) if mutant.name in names]


def pieces(size, seed):
    for condition in LIBRARY.conditions:
        chosen = listed(condition)[:size]
        yield from in_turn(condition, chosen, AT_ONCE, prove)


PART = Part(
    name="equivalents",
    property="a mutant listed as changing nothing changes nothing, all that stands beside the outcome included",
    test="tests/proof/test_equivalence.py",
    size=10_000,
    counts="mutants at most of each condition, which is all that are listed",
    pieces=pieces,
)
