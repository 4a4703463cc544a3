"""SQLite in a file, behind a ledger."""

import sqlite3
from pathlib import Path
from typing import Any, ClassVar

from pharmacyfirst.ledger.file import copy, private
from pharmacyfirst.ledger.told import InOurWords, LedgerUnusable

_FULL = 2
_TRIGGERS = frozenset(f"ledger_event_no_{what}" for what in ("update", "delete", "replace"))


class SQLite:
    """A file of SQLite that is open; ``connection`` is given as it is. Raises ``LedgerUnusable`` where it could lose what it has committed."""

    kind: ClassVar[str] = "sqlite"
    begin: tuple[str, ...] = ("BEGIN IMMEDIATE",)
    begin_making: tuple[str, ...] = ("BEGIN IMMEDIATE",)
    end: ClassVar[str] = (
        "SELECT max(position), (SELECT seq FROM sqlite_sequence WHERE name = 'ledger_event'), digest FROM ledger_event"
    )
    nothing: ClassVar[str] = "x''"

    def __init__(self, connection: sqlite3.Connection):
        if getattr(connection, "autocommit", None) is False:
            raise LedgerUnusable("A ledger has to know what is on disk: open the connection without autocommit=False.")
        self.connection = connection
        if int(self.rows("PRAGMA synchronous")[0][0]) < _FULL:
            raise LedgerUnusable("A ledger needs PRAGMA synchronous=FULL, or a power cut could undo what was sent.")

    @property
    def in_transaction(self) -> bool:
        """Whether something was begun and not ended."""
        with InOurWords():
            return self.connection.in_transaction

    def rows(self, statement: str, *given: str | int | bytes) -> list[tuple[Any, ...]]:
        """What a statement comes to. Raises ``LedgerUnusable``."""
        with InOurWords():
            cursor = self.connection.cursor()
            cursor.row_factory = None  # plain rows, whatever the connection's owner has set
            return cursor.execute(statement, given).fetchall()

    def tables(self) -> frozenset[str]:
        """The names of the tables that are there."""
        return frozenset(name for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'"))

    def is_sound(self) -> bool:
        """Whether the file is whole, with all that refuses changes."""
        there = {name for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
        return self.rows("PRAGMA integrity_check(1)") == [("ok",)] and there >= _TRIGGERS

    def copy_to(self, path: Path) -> None:
        """Copy all that is committed into a new file, on disk when this returns. Raises ``LedgerUnusable``."""
        copy(self.connection, path)

    def close(self) -> None:
        """Close the file; what was begun is undone."""
        self.connection.close()


def open_file(path: Path | None) -> SQLite:
    """The database in a file, made where it is missing and its owner's alone; None: in memory. Raises ``LedgerUnusable``."""
    with InOurWords():
        if path is not None:
            private(path)
        connection = sqlite3.connect(":memory:" if path is None else path, isolation_level=None, timeout=30)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            return SQLite(connection)
        except BaseException:
            connection.close()
            raise
