"""Part `mutants`: every small mistake in the content is noticed by a case, or is listed with the reason why it changes nothing."""

from datetime import date
from functools import cache
from pathlib import Path
from random import Random

from thorough.part import Part, in_turn

from pharmacyfirst import load
from pharmacyfirst.content.cases import cases_of
from pharmacyfirst.content.text import Mistakes, Quote, read_file
from pharmacyfirst.proof.mutants import mutants, survives

ON = date(2026, 11, 21)
LIBRARY = load()
AT_ONCE = 200
EQUIVALENTS = Path(__file__).resolve().parents[1] / "proof" / "equivalents"


@cache
def mutants_of(condition):
    return tuple(mutants(LIBRARY.in_force(condition, ON)))


@cache
def equivalents(condition):
    """The mutants listed as changing nothing, each with its reason."""
    path = EQUIVALENTS / f"{condition}.yaml"
    mistakes = Mistakes()
    block = read_file(path, path.name, mistakes, Quote.ALL)  # no content: it would not be quoted
    assert not list(mistakes)
    return {entry.items["mutant"].words: entry.items["reason"].words for entry in block.items["equivalents"].items}


def judge(condition, some):
    """Some mutants of a condition against its cases: none survives unless it is listed, and what is listed does survive."""
    cases, listed = cases_of(LIBRARY, condition), equivalents(condition)
    survivors = {mutant.name for mutant in some if survives(mutant, cases)}

    unlisted = sorted(survivors - listed.keys())
    assert not unlisted, f"write a case that notices, or list it with the reason: {unlisted}"
    noticed = sorted({mutant.name for mutant in some} & listed.keys() - survivors)
    assert not noticed, f"listed as changing nothing, but a case notices it: {noticed}"
    return {"mutants": len(some), "of them listed as changing nothing": len(survivors)}


def some_of(condition, size, seed):
    """So many mutants by chance, in their order; all where there are no more."""
    found = mutants_of(condition)
    chosen = sorted(Random(seed).sample(range(len(found)), min(size, len(found))))
    return [found[at] for at in chosen]


def pieces(size, seed):
    for condition in LIBRARY.conditions:
        chosen = some_of(condition, size, seed)
        yield from in_turn(condition, chosen, AT_ONCE, judge)


PART = Part(
    name="mutants",
    property="every mutant is noticed by a case, or listed as changing nothing",
    test="tests/proof/test_mutants.py",
    size=100_000,
    counts="mutants at most of each condition, which is all of them",
    pieces=pieces,
)
