"""What the quick run takes a share of: `make test` leaves out whatever has the mark ``large``; `make test-all` and `.ci/run` take all."""

import os

import pytest

# Of each kind of pathway one: a child's dose by age, the most questions, medicines with readings, and a check without a medicine.
A_FEW = ("acute-otitis-media", "uncomplicated-uti", "oral-contraception-start", "blood-pressure-check")
FEW = ("impetigo", "uncomplicated-uti")
"""For what is made once for several tests: one has a second choice and doses by weight, the other many criteria."""
FEW_OR_EVERY = [pytest.param(FEW, id="a few"), pytest.param((), id="every condition", marks=pytest.mark.large)]
"""A few in the quick run, and every one in the whole."""
IS_QUICK = "PHARMACYFIRST_QUICK"  # its workers have it from the run that began them


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        os.environ[IS_QUICK] = "1" if "not large" in config.option.markexpr else ""


def of_each(conditions):
    """The conditions as parameters of a test that takes long over each: a few in the quick run."""
    return [one if one in A_FEW else pytest.param(one, marks=pytest.mark.large) for one in conditions]


def some_of(conditions):
    """The conditions of whatever is made once for several tests and goes through all of them: a few in the quick run."""
    return [one for one in conditions if one in A_FEW or not os.environ.get(IS_QUICK)]


def every_nth(values, number):
    """Parameters of a test that takes long over many: every so manieth in the quick run, always the same."""
    return [one if at % number == 0 else pytest.param(one, marks=pytest.mark.large) for at, one in enumerate(values)]
