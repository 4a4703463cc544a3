"""Every small mistake in the content is noticed by a case, or stands in a list of changes that change nothing, with the reason."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pharmacyfirst import load
from pharmacyfirst.content.cases import cases_of
from pharmacyfirst.content.text import Mistakes, read_file
from pharmacyfirst.proof.mutants import Mutant, mutants, survives

ON = date(2026, 11, 21)
LIBRARY = load()
EQUIVALENTS = Path(__file__).parent / "equivalents"


def equivalents(condition):
    """The mutants listed as changing nothing, each with its reason."""
    path = EQUIVALENTS / f"{condition}.yaml"
    mistakes = Mistakes()
    block = read_file(path, path.name, mistakes)
    assert not list(mistakes)
    return {entry.items["mutant"].words: entry.items["reason"].words for entry in block.items["equivalents"].items}


@pytest.mark.parametrize("condition", LIBRARY.conditions)
def test_no_mutant_survives_the_cases(condition):
    pathway, cases = LIBRARY.in_force(condition, ON), cases_of(LIBRARY, condition)
    listed = equivalents(condition)

    survivors = [mutant.name for mutant in mutants(pathway) if survives(mutant, cases)]

    assert not [name for name in survivors if name not in listed], (
        "write a case that notices, or list it with the reason"
    )
    assert not [name for name in listed if name not in survivors], "listed as changing nothing, but a case notices it"
    assert all(reason for reason in listed.values())


@pytest.mark.parametrize("condition", LIBRARY.conditions)
def test_every_mutant_has_a_name_of_its_own_and_is_another_pathway(condition):
    pathway = LIBRARY.in_force(condition, ON)
    found = list(mutants(pathway))

    assert len({mutant.name for mutant in found}) == len(found)
    assert all(mutant.pathway != pathway for mutant in found)
    assert len(found) > 100


def test_a_pathway_without_a_mistake_survives_and_one_without_criteria_does_not():
    condition = "uncomplicated-uti"
    pathway, cases = LIBRARY.in_force(condition, ON), cases_of(LIBRARY, condition)

    assert survives(Mutant("nothing changed", pathway), cases)
    assert not survives(Mutant("no criteria", replace(pathway, stopping=())), cases)
