"""What holds of every pathway as it ships; what does not hold fails as it is listed, or is shown with its patient."""

import shutil
from dataclasses import replace

import pytest
from proof.proving import LIBRARY, ON, failures, invariants, proof_of, shipped
from shares import of_each

from pharmacyfirst import exact
from pharmacyfirst.content.cases import cases_of
from pharmacyfirst.content.cases import failures as cases_that_differ
from pharmacyfirst.content.invariants import invariants_of
from pharmacyfirst.content.library import load
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.proof.counterexample import FormulasDiffer
from pharmacyfirst.proof.proof import Failure
from pharmacyfirst.proof.prove import Proved, Result, in_words, prove, save
from pharmacyfirst.proof.solver import FALSE


@pytest.mark.parametrize("condition", of_each(LIBRARY.conditions))
def test_every_property_and_invariant_holds(condition):
    proved = prove(LIBRARY, condition, None, invariants())

    assert not [line for line in in_words(proved, every=False)][1:-1]
    assert [result.id for result in proved.results[:9]] == [*"abcdefghi"]
    assert {result.outcome for result in proved.results} == {"proved"}
    assert "INV-N1" in [result.id for result in proved.results], "a threat to life alone is an emergency"


FAILS = """\
sources:
  S1:
    says: a source
invariants:
  INV-N1:
    says: Nobody is supplied anything.
    for: uncomplicated-uti
    never: {never}
    evidence: inferred S1
    fails for:
      uncomplicated-uti:
        version: {version}
        set:
          {given}
        outcome: {outcome}
"""
LISTED = {
    "as listed": ("supply", "2026.2", "age_years: 30", "supply", ""),
    "of somebody else": ("supply", "2026.2", "rigors: yes", "supply", "it does not fail of the patient listed (rigors yes)"),
    "with another outcome": ("supply", "2026.2", "age_years: 30", "refer", "another outcome than refer"),
    "of somebody further away": (
        "supply", "2026.2", "visible_haematuria: yes", "supply", "a nearer patient than the one listed (visible_haematuria yes)"
    ),
    "though it is proved": ("life_threatening is asked for", "2026.2", "age_years: 30", "supply", "take it out of the list"),
    "in a version that this is not": ("supply", "2026.1", "age_years: 30", "supply", "it does not hold of everybody"),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTED)
def test_what_is_listed_as_failing_fails_exactly_so(name, tmp_path):
    never, version, given, outcome, wrong = LISTED[name]
    words = FAILS.format(never=never, version=version, given=given, outcome=outcome)
    (tmp_path / "invariants.yaml").write_text(words, encoding="utf-8")
    said = invariants_of(replace(LIBRARY, root=tmp_path))
    proved = prove(LIBRARY, "uncomplicated-uti", ON, said)
    result = proved.results[-1]

    assert result.id == "INV-N1"
    if wrong:
        assert [failure.what for failure in result.failures if wrong in failure.what]
    else:
        assert result.outcome == "listed"
        assert "known not to hold" in result.remarks[0]
        assert "1 fail as listed" in list(in_words(proved))[-1]


def test_what_may_be_given_out_of_place_is_said():
    said = {condition: _out_of_place(condition) for condition in LIBRARY.conditions}

    assert {one for one, names in said.items() if "egfr_ml_min" in names} == {
        "acute-sinusitis", "acute-sore-throat", "impetigo", "infected-insect-bites", "shingles", "uncomplicated-uti",
    }  # fmt: skip
    by_age = {"pregnancy", "pregnancy_test_result", "breastfeeding"}
    assert said["uncomplicated-uti"] == {*by_age, "egfr_ml_min", "recurrence_limit_reached"}
    assert said["acute-otitis-media"] == {"pregnancy", "pregnancy_test_result", "discharge_over_2_weeks"}


def _out_of_place(condition):
    proof = shipped(condition)
    assert not failures(proof, "b")
    return {remark.partition(", ")[2].partition(" ")[0] for remark in proof.remarks}


def test_each_result_is_printed_with_its_time_and_can_be_written_as_json():
    proved = prove(LIBRARY, "uncomplicated-uti", ON, invariants())
    lines = list(in_words(proved))

    assert any("proved" in line and " s  a " in line for line in lines)
    assert sum(" s  INV-" in line for line in lines) == len(proved.results) - 9
    for result in proved.results:
        assert exact.write(result.as_dict())
        assert result.as_dict()["result"] == "proved"


def lost_breastfeeding():
    pathway = LIBRARY.in_force("uncomplicated-uti", ON)
    pgd = pathway.pgds["nitrofurantoin"]
    exclusions = tuple(one for one in pgd.exclusions if one.id != "UTI-NIT-X5")
    return replace(pathway, pgds=Frozen({"nitrofurantoin": replace(pgd, exclusions=exclusions)}))


def test_a_formula_that_says_something_else_than_assess_is_an_error_of_its_own():
    proof = shipped("uncomplicated-uti")
    proof.encoding.dial_999 = FALSE
    known = proof.encoding.life_threatening

    with pytest.raises(FormulasDiffer, match=r"Nothing is proved; report this as a defect of the program\."):
        proof.looking.nearest(known, *(judged.met for one, judged in proof.encoding.stops if one.id == "UTI-R6"))


def test_a_counterexample_is_saved_as_a_case_that_reads_back(tmp_path):
    proof = proof_of(lost_breastfeeding())
    found = failures(proof, "Nobody up to 55 who may be breastfeeding is offered nitrofurantoin.")
    proved = prove(LIBRARY, "uncomplicated-uti", ON, invariants())
    (result,) = (
        one
        for one in proved.results
        if one.says == "Nobody up to 55 who may be breastfeeding is offered nitrofurantoin."
    )
    broken = replace(proved, results=(replace(result, failures=tuple(found)),))
    folder = copy_of("uncomplicated-uti", tmp_path)
    path = folder / "uncomplicated-uti" / "cases.yaml"

    assert save([broken], path) == (path,)

    library = load(folder)
    (case,) = cases_of(library, "uncomplicated-uti")
    assert case.facts["breastfeeding"] is True
    # The case expects what the broken pathway says; the one on the disk is whole, so it comes out differently.
    ((_, differs),) = cases_that_differ(library, [case])
    assert "expected supply, came out as refer" in differs


def test_the_cases_of_several_conditions_stand_in_files_of_their_own(tmp_path):
    everything = []
    for condition in ("uncomplicated-uti", "shingles"):
        proof = shipped(condition)
        patient = proof.looking.nearest(proof.encoding.life_threatening)
        result = Result(
            condition, "property", "h", "An emergency shows.", (Failure("it does not", (patient,)),), (), 0.1
        )
        everything.append(Proved(proof, (result,), (), 0.1))

    written = save(everything, tmp_path / "found.yaml")

    assert [path.name for path in written] == ["found-uncomplicated-uti.yaml", "found-shingles.yaml"]
    assert save([replace(one, results=()) for one in everything], tmp_path / "none.yaml") == ()
    assert not (tmp_path / "none.yaml").exists()


def copy_of(condition, tmp_path):
    """The condition alone in a folder, with what is shared."""
    root = tmp_path / "pathways"
    for name in (condition, "shared"):
        shutil.copytree(LIBRARY.root / name, root / name)
    return root
