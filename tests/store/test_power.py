"""What was acknowledged is on disk, whenever the process is killed and wherever the power is cut. Many more: make thorough PART=store."""

from contextlib import nullcontext

import pytest
from power import cuts, killed, steps_to_kill, unharmed

from pharmacyfirst.store.kept import Kept


def test_a_morning_is_the_same_every_time():
    first = unharmed()
    unharmed.cache_clear()
    assert [one[3:] for one in unharmed()] == [one[3:] for one in first]
    assert len({one[0] for one in first}) > 2, "there was no checkpoint, so that none can be cut off"


@pytest.mark.parametrize("part", range(8))
def test_killed_before_a_statement_nothing_acknowledged_is_lost(part):
    killed(1 + part * (steps_to_kill() - 1) // 7)


def test_nothing_acknowledged_is_lost_where_the_power_is_cut():
    assert len({*cuts(60, "quick")}) == 2


def test_a_store_that_would_commit_in_parts_is_noticed(monkeypatch):
    """The fault planted, so that a check that looks at nothing fails here."""
    unharmed()
    monkeypatch.setattr(Kept, "together", lambda self: nullcontext())
    found = 0
    for number in range(10, 60, 5):
        try:
            killed(number)
        except AssertionError:
            found += 1
    assert found
