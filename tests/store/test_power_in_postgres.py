"""A morning kept in PostgreSQL, whose program or whose server is killed anywhere: what was acknowledged is there, of the rest all or nothing.

It has to be the very morning that a file holds, to the last digest: what is compared with is what ``power`` keeps in files.
"""

import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest
from a_store import Clock, opened
from power import COUNTED, morning, must_be_all_or_nothing, unharmed

from pharmacyfirst.ledger import LedgerUnusable
from pharmacyfirst.ledger.postgres import Postgres

pytestmark = pytest.mark.system
PARTS = 8


@pytest.fixture(scope="module")
def statements(postgres, tmp_path_factory):
    """How many statements that change something a whole morning takes, its opening too."""
    counted = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Postgres, "rows", before_each(lambda: counted.append(1)))
        with opened(kept(postgres, tmp_path_factory.mktemp("counted")), Clock()) as store:
            for step in morning():
                step(store)
            assert (store.ledger.length, store.ledger.head) == unharmed()[-1][3:]
    return len(counted)


def kept(postgres, folder):
    from kept_in import SchemasOfTests

    return SchemasOfTests(postgres).folder(folder / "data")


def before_each(does):
    rows = Postgres.rows

    def counting(self, statement, *given):
        if statement.split()[0] in COUNTED:
            does()
        return rows(self, statement, *given)

    return counting


def at(number, does):
    """Something that is done before the statement of this number alone."""
    left = [number]

    def count():
        left[0] -= 1
        if left[0] == 0:
            does()

    return before_each(count)


def place_of(part, statements):
    return 1 + part * (statements - 1) // (PARTS - 1)


@pytest.mark.parametrize("part", range(PARTS))
def test_the_program_killed_before_a_statement_nothing_acknowledged_is_lost(postgres, statements, tmp_path, part):
    folder, said = kept(postgres, tmp_path), tmp_path / "acknowledged"
    said.touch()
    child = os.fork()
    if not child:
        try:
            Postgres.rows = at(place_of(part, statements), lambda: os.kill(os.getpid(), signal.SIGKILL))
            go_through(folder, lambda: os.write(os.open(said, os.O_WRONLY | os.O_APPEND), b"a"))
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
    must_be_all_or_nothing(folder, acknowledged(said.stat().st_size))


@pytest.mark.parametrize("part", range(PARTS))
def test_the_server_killed_before_a_statement_nothing_acknowledged_is_lost(
    postgres, statements, tmp_path, part, monkeypatch
):
    def dies():
        postgres.kill()
        postgres.start()

    folder, said = kept(postgres, tmp_path), []
    with monkeypatch.context() as patch:
        patch.setattr(Postgres, "rows", at(place_of(part, statements), dies))
        with suppress(LedgerUnusable):
            go_through(folder, lambda: said.append("a"))
    must_be_all_or_nothing(folder, acknowledged(len(said)))


def go_through(folder: Path, say):
    store = opened(folder, Clock())
    say()
    for step in morning():
        step(store)
        say()


def acknowledged(many):
    return many - 1 if many else None
