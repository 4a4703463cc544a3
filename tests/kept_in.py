"""Where the ledgers of tests are kept: the same tests run on a file of SQLite and on PostgreSQL.

A folder is made, and for PostgreSQL it says so; whatever opens the folder then goes there by itself, as for a pharmacy.
"""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from pharmacyfirst.ledger.places import DATABASE, InFile, InPostgres, place_in

LEDGER = "ledger"


class FilesOfTests:
    """Files of SQLite in a folder."""

    kind = "file"
    bytes = "x'00'"
    read_only = ("PRAGMA query_only = ON", "PRAGMA query_only = OFF")
    refused = sqlite3.IntegrityError

    def folder(self, folder):
        """A folder whose ledgers are kept here."""
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def connected(self, place):
        """What somebody has who has a tool for the database."""
        return sqlite3.connect(place.path, isolation_level=None)

    def by_hand(self, place, *statements):
        """What somebody does who takes the triggers away first, and puts them back."""
        with closing(self.connected(place)) as database:
            made = [sql for (sql,) in database.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")]
            for name in ("update", "delete", "replace"):
                database.execute(f"DROP TRIGGER ledger_event_no_{name}")
            for statement in statements:
                database.execute(statement)
            for sql in made:
                database.execute(sql)

    def copied(self, folder, to, name="store"):
        """Another folder with the same in it."""
        shutil.copytree(folder, to)
        return to

    def gone(self, folder, name="store"):
        """The ledger is not there any more."""
        for one in folder.glob(f"{name}.sqlite*"):
            one.unlink()

    def aside(self, place, number):
        """Where what was there before a copy was put back is kept."""
        return InFile(place.path.with_name(f"{place.path.name}.before-restore-{number}"))

    def forget(self, last):
        """The statement with which the database forgets how far it once had come."""
        return f"UPDATE sqlite_sequence SET seq = {last} WHERE name = 'ledger_event'"


class SchemasOfTests:
    """Schemas of a PostgreSQL of the tests' own."""

    kind = "postgres"
    bytes = r"'\x00'"
    read_only = ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off")

    def __init__(self, server):
        import psycopg

        self.server = server
        self.refused = psycopg.errors.RaiseException

    def folder(self, folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        if not (folder / DATABASE).exists():
            (folder / DATABASE).touch(0o600)
            (folder / DATABASE).write_text(json.dumps({"url": self.server.url, "name": self.server.name()}))
        return folder

    def connected(self, place):
        database = self.server.connected()
        database.execute(f"SET search_path TO {place.schema}")
        return database

    def by_hand(self, place, *statements):
        with closing(self.connected(place)) as database:
            for way in ("DISABLE TRIGGER USER", "ENABLE ALWAYS TRIGGER {name}"):
                for table, names in TRIGGERS.items():
                    for name in names if "{" in way else [""]:
                        database.execute(f"ALTER TABLE {table} {way.format(name=name)}")
                if "DISABLE" in way:
                    for statement in statements:
                        database.execute(statement)

    def copied(self, folder, to, name="store"):
        shutil.copytree(folder, to, ignore=shutil.ignore_patterns(DATABASE))
        from_there, place = place_in(folder, name), place_in(self.folder(to), name)
        place.open().close()
        with closing(self.connected(place)) as database:
            for table in ("ledger_event", "ledger_mark"):
                database.execute(f"INSERT INTO {table} SELECT * FROM {from_there.schema}.{table}")
        return to

    def gone(self, folder, name="store"):
        with closing(self.server.connected()) as database:
            database.execute(f"DROP SCHEMA {place_in(folder, name).schema} CASCADE")

    def aside(self, place, number):
        return InPostgres(place.url, f"{place.schema}_before_restore_{number}")

    def forget(self, last):
        return f"UPDATE ledger_ever SET position = {last}"


TRIGGERS = {
    "ledger_event": ("ledger_event_no_change", "ledger_event_came_to"),
    "ledger_ever": ("ledger_ever_no_way_back", "ledger_ever_no_end"),
}


@pytest.fixture(scope="session", params=["file", pytest.param("postgres", marks=pytest.mark.system)])
def kept_in(request):
    """On one after the other."""
    return FilesOfTests() if request.param == "file" else SchemasOfTests(request.getfixturevalue("postgres"))


@pytest.fixture
def place(kept_in, tmp_path):
    """Where a ledger of this test is kept; there is none yet."""
    return place_in(kept_in.folder(tmp_path / "kept"), LEDGER)
