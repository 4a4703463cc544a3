"""One comparison of a result with a case, for our engine and for anybody else's, in the same words."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import cases_of

from pharmacyfirst import assess, load
from pharmacyfirst.content.expectations import EXPECTED, differences
from pharmacyfirst.exact import read, write

LIBRARY = load()
ON = date(2026, 11, 21)
CASES = {case.id: case for case in cases_of(LIBRARY, "uncomplicated-uti")}
CASE = CASES["uti-001"]

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just("supply"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
results = st.fixed_dictionaries(
    {},
    optional={
        "outcome": st.just({"kind": "supply", "destination": None}) | anything,
        "offers": st.lists(st.fixed_dictionaries({"pgd": st.just("nitrofurantoin")}, optional={"dose": anything}) | anything)
        | anything,
        "decided_by": anything,
        "missing": anything,
    },
)  # fmt: skip


def assessed(**changes):
    return assess(LIBRARY.in_force("uncomplicated-uti", ON), {**CASE.facts, **changes}, ON)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, ""),
        ({"rigors": True}, "expected supply, came out as refer urgent (decided by UTI-R1)"),
        ({"rigors": None}, "expected supply, came out as need facts (nothing decided, still to ask: rigors)"),
    ],
)
def test_another_outcome_is_said_with_what_decided_it(changes, says):
    assert CASE.failure(assessed(**changes)) == says


@pytest.mark.parametrize("changes", [{}, {"rigors": True}, {"symptom_severity": "mild"}, {"age_years": None}])
@pytest.mark.parametrize("case", CASES)
def test_another_engine_is_judged_as_ours_is_word_for_word(changes, case):
    assessment = assessed(**changes)
    theirs = read(write(assessment.as_dict()))

    assert "; ".join(differences(EXPECTED.as_dict(CASES[case].expected), theirs)) == CASES[case].failure(assessment)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"quantity": {"amount": 14, "unit": "capsule"}}, "nitrofurantoin quantity amount is 14, not 6"),
        ({"quantity": {"amount": 6}}, "nitrofurantoin quantity unit is nothing, not capsule"),
        ({"quantity": None}, 'nitrofurantoin quantity is nothing, not {"amount": 6, "unit": "capsule"}'),
        ({"dose": {"amount": 50.0, "unit": "mg"}}, "nitrofurantoin dose amount is 50, not 100"),
        ({"dose": {"amount": 100.0, "unit": "mg"}}, ""),
        ({"times_per_day": 4}, "nitrofurantoin times_per_day is 4, not 2"),
        ({"times_per_day": "2"}, 'nitrofurantoin times_per_day is "2", not 2'),
        ({"duration_days": True}, "nitrofurantoin duration_days is true, not 3"),
        ({"pgd": "amoxicillin"}, "offers amoxicillin, not nitrofurantoin"),
    ],
)
def test_another_medicine_dose_or_course_is_a_difference(change, says):
    result = json.loads(write(assessed().as_dict()))
    result["offers"][0] |= change

    assert "; ".join(differences(EXPECTED.as_dict(CASE.expected), read(json.dumps(result)))) == says


@given(results)
def test_a_result_of_any_shape_is_compared_and_breaks_nothing(result):
    said = list(differences(EXPECTED.as_dict(CASE.expected), result))

    assert said  # nothing of it has the whole offer
