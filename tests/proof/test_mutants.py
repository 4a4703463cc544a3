"""Small mistakes in the content are noticed by a case, or stand in a list of changes that change nothing, with the reason.

Here some of each condition, always the same; `make thorough PART=mutants` takes all of them.
"""

from dataclasses import replace

import pytest
from shares import of_each
from shipped import cases_of
from thorough.mutants import LIBRARY, ON, equivalents, judge, mutants_of, some_of

from pharmacyfirst.proof.mutants import Mutant, survives

QUICK = 60


@pytest.mark.parametrize("condition", of_each(LIBRARY.conditions))
def test_no_mutant_of_some_survives_the_cases(condition):
    assert judge(condition, some_of(condition, QUICK, seed=1))["mutants"] == QUICK


@pytest.mark.parametrize("condition", of_each(LIBRARY.conditions))
def test_what_is_listed_as_changing_nothing_is_a_mutant_and_has_its_reason(condition):
    listed = equivalents(condition)

    assert listed.keys() <= {mutant.name for mutant in mutants_of(condition)}
    assert all(listed.values())


@pytest.mark.parametrize("condition", of_each(LIBRARY.conditions))
def test_every_mutant_has_a_name_of_its_own_and_is_another_pathway(condition):
    pathway = LIBRARY.in_force(condition, ON)
    found = mutants_of(condition)

    assert len({mutant.name for mutant in found}) == len(found)
    assert all(mutant.pathway != pathway for mutant in found)
    assert len(found) > 100


def test_a_pathway_without_a_mistake_survives_and_one_without_criteria_does_not():
    condition = "uncomplicated-uti"
    pathway, cases = LIBRARY.in_force(condition, ON), cases_of(LIBRARY, condition)

    assert survives(Mutant("nothing changed", pathway), cases)
    assert not survives(Mutant("no criteria", replace(pathway, stopping=())), cases)
