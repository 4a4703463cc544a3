"""The morning of ``power`` kept in PostgreSQL, with its program or its server killed (SIGKILL) before a statement.

It has to be the very morning that a file holds, to the last digest: what is compared with is what ``power`` keeps in files.
"""

import os
import signal
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from a_store import Clock, opened
from kept_in import SchemasOfTests
from power import COUNTED, accounts, morning, must_be_all_or_nothing, unharmed

from pharmacyfirst.ledger import LedgerUnusable
from pharmacyfirst.ledger.postgres import Postgres


@contextmanager
def seen(does):
    """Before each statement that changes something inside, ``does`` is called."""
    rows = Postgres.rows

    def counting(self, statement, *given):
        if statement.split()[0] in COUNTED:
            does()
        return rows(self, statement, *given)

    Postgres.rows = counting
    try:
        yield
    finally:
        Postgres.rows = rows


def at(number, does):
    """Something that is done at the call of this number alone."""
    left = [number]

    def count():
        left[0] -= 1
        if left[0] == 0:
            does()

    return count


@contextmanager
def kept(server):
    with TemporaryDirectory() as folder:
        yield SchemasOfTests(server).folder(Path(folder) / "data"), Path(folder) / "acknowledged"


def go_through(folder, say):
    store = opened(folder, Clock())
    say()
    for step in morning():
        step(store)
        say()
    return store


def steps_to_kill(server):
    """How many statements that change something a whole morning takes, its opening too; it comes to what a file holds."""
    counted = []
    with kept(server) as (folder, _), seen(lambda: counted.append(1)):
        store = go_through(folder, lambda: None)
        found = (store.ledger.length, store.ledger.head)
        store.ledger.close()
    assert found == unharmed()[-1][3:], "not the morning that a file holds"
    return len(counted)


def program_killed(server, number):
    """A morning in a process of its own that kills itself before its statement of this number."""
    unharmed(), accounts()
    with kept(server) as (folder, said):
        said.touch()
        child = os.fork()
        if not child:
            try:
                out = os.open(said, os.O_WRONLY | os.O_APPEND)
                with seen(at(number, lambda: os.kill(os.getpid(), signal.SIGKILL))):
                    go_through(folder, lambda: os.write(out, b"a"))
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, f"statement {number}: not killed"
        must_be_all_or_nothing(folder, _last(said.stat().st_size))


def server_killed(server, number):
    """A morning whose server is killed, with every process of it, before the statement of this number, and started again at once."""

    def dies():
        server.kill()
        server.start()

    said = []
    with kept(server) as (folder, _):
        with seen(at(number, dies)), suppress(LedgerUnusable):
            go_through(folder, lambda: said.append(1))
        must_be_all_or_nothing(folder, _last(len(said)))


def _last(acknowledged):
    """The number of the last step that was acknowledged, the opening being the first."""
    return acknowledged - 1 if acknowledged else None
