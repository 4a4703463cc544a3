"""Made-up consultations for every pathway file found, for the safety properties."""

from functools import cache
from itertools import cycle, islice

import pytest
from hypothesis import strategies as st
from safety_day import LIBRARY, ON
from shipped import cases_of

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
def consultations(condition):
    """A strategy: a person of the cases (or nobody known), with some answers changed, and some taken away."""
    return consultations_of(condition)


@cache  # a worker may come to a condition many times, and what hypothesis finds out about a strategy stays with it
def consultations_of(condition):
    people = [dict(case.facts) for case in cases_of(LIBRARY, condition)]
    answers = answers_worth_trying(LIBRARY.in_force(condition, ON))
    someone = st.sampled_from([{}, *people])
    # Every question stands there as often as any other, so that one draw finds a question and its answer.
    most = max(map(len, answers.values()))
    every = [(name, one) for name in sorted(answers) for one in islice(cycle(answers[name]), most)]
    changes = st.lists(st.integers(0, len(every) - 1).map(every.__getitem__), max_size=8)
    forgotten = st.sets(st.sampled_from(sorted(answers)), max_size=6)

    def person(facts, changed, taken_away):
        known = {name: value for name, value in {**facts, **dict(changed)}.items() if name not in taken_away}
        if "age_years" in known:
            known.pop("date_of_birth", None)  # two ages that differ are refused, which is another test's matter
        return known

    return st.builds(person, someone, changes, forgotten)
