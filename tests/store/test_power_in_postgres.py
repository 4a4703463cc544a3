"""A morning kept in PostgreSQL, whose program or whose server is killed anywhere: what was acknowledged is there, of the rest all or nothing.

Many more: make thorough PART=postgres.
"""

from contextlib import nullcontext

import pytest
from power_in_postgres import program_killed, server_killed, steps_to_kill

from pharmacyfirst.store.kept import Kept

pytestmark = pytest.mark.system
PARTS = 8


@pytest.fixture(scope="module")
def statements(postgres):
    return steps_to_kill(postgres)


def place_of(part, statements):
    return 1 + part * (statements - 1) // (PARTS - 1)


@pytest.mark.parametrize("part", range(PARTS))
def test_the_program_killed_before_a_statement_nothing_acknowledged_is_lost(postgres, statements, part):
    program_killed(postgres, place_of(part, statements))


@pytest.mark.parametrize("part", range(PARTS))
def test_the_server_killed_before_a_statement_nothing_acknowledged_is_lost(postgres, statements, part):
    server_killed(postgres, place_of(part, statements))


def test_a_store_that_would_commit_in_parts_is_noticed(postgres, monkeypatch):
    """The fault planted, so that a check that looks at nothing fails here."""
    monkeypatch.setattr(Kept, "together", lambda self: nullcontext())
    found = 0
    for number in range(20, 70, 10):
        try:
            program_killed(postgres, number)
        except AssertionError:
            found += 1
    assert found
