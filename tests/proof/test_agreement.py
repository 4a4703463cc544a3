"""Kernel and formulas come out alike on made-up consultations; `make thorough PART=agreement` takes many."""

from dataclasses import replace

import pytest
from proof.proving import LIBRARY, ON, baseline
from shares import of_each
from shipped import cases_of

from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.questions import AGE, BORN
from pharmacyfirst.proof.agreement import Agreement, Claims, agreement, compare, consultations
from pharmacyfirst.proof.anybody import Anybody
from pharmacyfirst.proof.encoding import Encoding
from pharmacyfirst.proof.solver import Solver

QUICK = 1000


def people(condition):
    return [case.facts for case in cases_of(LIBRARY, condition)]


def claims_of(pathway):
    return Claims(Encoding(pathway, Anybody(pathway.questions.values()), ON))


@pytest.mark.parametrize("condition", of_each(LIBRARY.conditions))
def test_kernel_and_formulas_agree_on_everything_that_can_be_said(condition):
    found = agreement(LIBRARY.in_force(condition, ON), people(condition), ON, QUICK)

    assert found.compared == QUICK
    assert not found.differences


@pytest.mark.parametrize("condition", of_each(LIBRARY.conditions))
def test_they_agree_on_every_case(condition):
    found = Agreement()
    compare(claims_of(LIBRARY.in_force(condition, ON)), people(condition), found)

    assert found.compared > 50
    assert not found.differences


def test_the_consultations_compared_know_little_and_much_and_reach_every_kind():
    condition = "uncomplicated-uti"
    pathway = LIBRARY.in_force(condition, ON)
    made = list(consultations(pathway, people(condition), seed=1, count=QUICK))

    kinds = {assess(pathway, facts, ON).outcome.kind.word for facts in made}
    assert kinds >= {
        "emergency",
        "refer urgent",
        "not eligible",
        "refer",
        "declined",
        "self-care",
        "supply",
        "need facts",
    }
    assert min(len(facts) for facts in made) < 10 < 40 < max(len(facts) for facts in made)


def test_nobody_made_up_has_two_ages():
    """Somebody of whom the date of birth is given, with another age, would be refused."""
    pathway = LIBRARY.in_force("shingles", ON)
    born = {name: value for name, value in baseline("shingles").items() if name != AGE} | {BORN: "1961-03-04"}

    for facts in consultations(pathway, [born], seed=1, count=QUICK):
        assess(pathway, facts, ON)


def test_a_formula_of_another_pathway_is_found_out():
    condition = "uncomplicated-uti"
    pathway = LIBRARY.in_force(condition, ON)
    other = replace(pathway, stopping=tuple(one for one in pathway.stopping if one.id != "UTI-E3"))
    claims = claims_of(other)
    claims.encoding.pathway = pathway  # so that assess judges by the one, and the formulas by the other

    found = Agreement()
    compare(claims, [{**baseline(condition), "diabetes": True}], found)

    ((facts, differ),) = found.differences
    assert facts["diabetes"] is True
    assert {"outcome supply", "outcome not eligible", "decided by UTI-E3"} <= {*differ}


BESIDE = {
    "a payment point whose position is known": lambda p: {"gateways": tuple(replace(one, position_known=True) for one in p.gateways)},
    "a line of advice for everybody": lambda p: {"advice": tuple(replace(one, sentence=None) for one in p.advice)},
    "a window that closes": lambda p: {"questions": Frozen({n: replace(q, if_not_answered=Kind.REFER_URGENT) for n, q in p.questions.items()})},
    "a diagnosis never established": lambda p: {"diagnosis": None},
}  # fmt: skip


@pytest.mark.parametrize("name", BESIDE)
def test_a_formula_that_says_something_else_beside_the_outcome_is_found_out(name):
    condition = "uncomplicated-uti"
    pathway = LIBRARY.in_force(condition, ON)
    claims = claims_of(replace(pathway, **BESIDE[name](pathway)))
    claims.encoding.pathway = pathway

    found = Agreement()
    unasked = {name: value for name, value in baseline(condition).items() if name != "consent_given"}
    compare(claims, [baseline(condition), unasked], found)

    assert found.differences
    assert not [
        one for _, names in found.differences for one in names if one.startswith(("outcome", "offer", "missing"))
    ]


def test_an_age_worked_out_from_a_date_of_birth_is_compared_as_an_age():
    condition = "uncomplicated-uti"
    facts = {name: value for name, value in baseline(condition).items() if name != AGE}
    found = Agreement()

    compare(claims_of(LIBRARY.in_force(condition, ON)), [{**facts, BORN: "2010-11-22"}], found)

    assert not found.differences


def test_the_solver_agrees_too_when_it_is_told_all_that_is_known():
    condition = "acute-sore-throat"
    pathway = LIBRARY.in_force(condition, ON)
    encoding = Encoding(pathway, Anybody(pathway.questions.values()), ON)
    solver = Solver([encoding.person.fits()])

    for case in cases_of(LIBRARY, condition)[:40]:
        assessment = assess(pathway, case.facts, ON)
        known = encoding.person.is_exactly(assessment.known)
        assert solver.find(known, encoding.kinds[assessment.outcome.kind]) is not None
        others = [formula for kind, formula in encoding.kinds.items() if kind is not assessment.outcome.kind]
        assert all(solver.find(known, formula) is None for formula in others)
