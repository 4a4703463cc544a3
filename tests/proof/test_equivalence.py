"""Mutants that change nothing are proved to; of one that changes something the solver proposes the case that notices.

Here some of each condition; `make thorough PART=equivalents` proves all that are listed.
"""

import shutil
from dataclasses import replace

import pytest
from proof.proving import LIBRARY, ON, baseline
from shares import of_each
from thorough.equivalents import listed, prove
from thorough.mutants import mutants_of

from pharmacyfirst.content.cases import cases_of
from pharmacyfirst.content.library import load
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.proof.counterexample import cases_file
from pharmacyfirst.proof.equivalence import Comparison, Level, case_that_notices
from pharmacyfirst.proof.mutants import Mutant, survives

QUICK = 2


def comparison(condition):
    return Comparison(LIBRARY.in_force(condition, ON), ON, baseline(condition))


def mutant(condition, name):
    (found,) = (one for one in mutants_of(condition) if one.name == name)
    return found


@pytest.mark.parametrize("condition", of_each(LIBRARY.conditions))
def test_some_of_those_listed_change_nothing_whatever_is_known(condition):
    chosen = listed(condition)[:: max(1, len(listed(condition)) // QUICK)][:QUICK]

    assert prove(condition, chosen)["mutants"] == QUICK


def test_a_pathway_is_equal_to_itself_and_to_one_that_says_it_in_other_words():
    compared = comparison("acute-sinusitis")
    pathway = LIBRARY.in_force("acute-sinusitis", ON)

    assert compared.difference(pathway) is None
    assert compared.difference(replace(pathway, title="Sinusitis", pages=(), prompts=())) is None


BESIDE = {
    "UTI-G1 dropped": "gateways: UTI-G1",
    "UTI-G2 position known": "gateways not known: UTI-G2",
    "UTI-AD8 said when whatever is so": "tells not:\n        - 'Stop the cystitis sachets",
    "UTI-SN2 dropped": "tells:\n        - 'If you are no better after 48 hours",
}


@pytest.mark.parametrize("name", BESIDE)
def test_a_difference_that_only_stands_beside_the_outcome_is_one_and_its_case_says_so(name):
    compared, changed = comparison("uncomplicated-uti"), mutant("uncomplicated-uti", name)

    assert compared.difference(changed.pathway).level is Level.EVERYTHING
    assert BESIDE[name] in case_that_notices(compared, changed)


def test_a_window_that_closes_no_more_is_noticed_by_how_somebody_is_referred():
    changed = mutant("shingles", "hours_rash_onset_to_first_dose belongs to no closing window")

    assert "if not answered: refer urgent" in case_that_notices(comparison("shingles"), changed)


def test_the_case_proposed_is_told_from_the_baseline_as_it_stands(tmp_path):
    """A child of 6 is not asked about a pregnancy, and the baseline of otitis media answers it all the same."""
    condition = "acute-otitis-media"
    survivor = mutant(condition, "outside_11_to_55 without (age_years is below 11)")

    (case,) = read_back(condition, case_that_notices(comparison(condition), survivor), tmp_path)

    assert baseline(condition)["pregnancy"] == "not_pregnant"
    assert not survives(survivor, [case])
    assert survives(Mutant("nothing changed", LIBRARY.in_force(condition, ON)), [case])


LEVELS = {
    "UTI-E3 dropped": Level.COMPLETE,
    "UTI-T1 (at least 2 of dysuria, new_nocturia, cloudy_urine: low -1)": Level.EVERYTHING,
}


@pytest.mark.parametrize("name", LEVELS)
def test_the_level_at_which_a_mutant_changes_something_is_told(name):
    found = comparison("uncomplicated-uti").difference(mutant("uncomplicated-uti", name).pathway)

    assert found.level is LEVELS[name]
    assert (found.one.assessment.outcome != found.other.assessment.outcome) is (found.level is Level.COMPLETE)


def test_a_mutant_that_changes_the_outcome_of_incomplete_answers_only_is_told_apart():
    name = "erythromycin AOM-ERY-I1 without (penicillin_allergy is yes)"
    found = comparison("acute-otitis-media").difference(mutant("acute-otitis-media", name).pathway)

    assert found.level is Level.ANY
    assert found.one.outcome().startswith("refer")
    assert found.other.outcome().startswith("need facts")


def test_the_same_dose_under_another_id_is_the_same_dose():
    pathway = LIBRARY.in_force("uncomplicated-uti", ON)
    pgd = pathway.pgds["nitrofurantoin"]
    renamed = replace(pgd, doses=tuple(replace(row, id=f"{row.id}9") for row in pgd.doses))

    assert (
        comparison("uncomplicated-uti").difference(replace(pathway, pgds=Frozen({"nitrofurantoin": renamed}))) is None
    )


KILLED = (
    "UTI-E3 dropped",
    "nitrofurantoin UTI-NIT-X16 egfr_ml_min high +0.1",
    "nitrofurantoin UTI-NIT-D1 dose changed",
    "UTI-AD9 dropped",
)


@pytest.mark.parametrize("name", KILLED)
def test_the_case_that_the_solver_proposes_kills_the_survivor(name, tmp_path):
    condition = "uncomplicated-uti"
    survivor = mutant(condition, name)
    assert survives(survivor, [])

    words = case_that_notices(comparison(condition), survivor)

    (case,) = read_back(condition, words, tmp_path)
    assert not survives(survivor, [case])
    assert survives(Mutant("nothing changed", LIBRARY.in_force(condition, ON)), [case])


def test_nothing_is_proposed_where_nobody_notices():
    assert (
        case_that_notices(comparison("uncomplicated-uti"), Mutant("same", LIBRARY.in_force("uncomplicated-uti", ON)))
        == ""
    )


def read_back(condition, words, tmp_path):
    """The case in a file of cases beside the condition it is for, as content reads it."""
    for name in (condition, "shared"):
        shutil.copytree(LIBRARY.root / name, tmp_path / name)
    text = cases_file(condition, ON, baseline(condition), [words])
    (tmp_path / condition / "cases.yaml").write_text(text, encoding="utf-8")
    return cases_of(load(tmp_path), condition)
