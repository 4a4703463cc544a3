"""Made-up consultations for every pathway file found, for the safety properties."""

import pytest
from hypothesis import strategies as st
from safety_day import LIBRARY, ON

from pharmacyfirst.content.cases import cases_of
from pharmacyfirst.content.made_up import answers_worth_trying


def pytest_generate_tests(metafunc):
    if "condition" in metafunc.fixturenames:
        wanted = getattr(metafunc.function, "conditions", LIBRARY.conditions)
        metafunc.parametrize("condition", wanted, scope="session")


@pytest.fixture(scope="session")
def pathway(condition):
    return LIBRARY.in_force(condition, ON)


@pytest.fixture(scope="session")
def people(condition):
    """The facts of every case: people who reach every corner of the pathway, to start from."""
    return [dict(case.facts) for case in cases_of(LIBRARY, condition)]


@pytest.fixture(scope="session")
def consultations(pathway, people):
    """A strategy: a person of the cases (or nobody known), with some answers changed, and some taken away."""
    answers = answers_worth_trying(pathway)
    someone = st.sampled_from([{}, *people])
    changes = st.lists(
        st.sampled_from(sorted(answers)).flatmap(lambda name: st.tuples(st.just(name), st.sampled_from(answers[name]))),
        max_size=8,
    )
    forgotten = st.sets(st.sampled_from(sorted(answers)), max_size=6)

    def person(facts, changed, taken_away):
        known = {name: value for name, value in {**facts, **dict(changed)}.items() if name not in taken_away}
        if "age_years" in known:
            known.pop("date_of_birth", None)  # two ages that differ are refused, which is another test's matter
        return known

    return st.builds(person, someone, changes, forgotten)
