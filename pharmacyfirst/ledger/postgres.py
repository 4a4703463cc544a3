"""PostgreSQL behind a ledger: a schema each, one connection, found again by itself where it was lost between two transactions.

Whoever writes first locks the one row of ``ledger_ever``, so writers follow each other, on whatever machine. What was being saved when the
connection was lost is asked for by the number of its transaction, once the server answers again: it is there, or it is not, and is told so.
"""

import os
import re
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any, ClassVar

from pharmacyfirst.errors import ExtraMissing, PharmacyFirstError
from pharmacyfirst.ledger.migrations import migrations_of
from pharmacyfirst.ledger.told import LedgerDamaged, LedgerUnusable, NotKnownWhetherSaved

if TYPE_CHECKING:
    from psycopg import Connection, Error

OLDEST = 130_000  # the first that says what became of a transaction
WAIT_SECONDS = 30  # for whoever is writing, as with SQLite
_ASK_AGAIN = (0.0, 0.2, 0.5, 1, 2, 4)  # seconds before each try to find the server again after it was lost
_SCHEMA = re.compile(r"[a-z][a-z0-9_]{0,50}")
_TRIGGERS = frozenset(
    {"ledger_event_no_change", "ledger_event_came_to", "ledger_ever_no_way_back", "ledger_ever_no_end"}
)
_ON = ("fsync", "full_page_writes", "synchronous_commit")
LOST = "The connection to the database was lost, and nothing of this was saved. Do it again once the database answers; what was saved before is kept."
NOT_KNOWN = (
    "The connection to the database was lost while this was being saved, and the database cannot be asked whether it was. Look, once it "
    "answers, whether it is there, before doing it again: it could be there twice."
)


class NotAnAddress(LedgerUnusable):
    """The address of a database is none, or would show what it must not; nothing was opened."""


def must_be_an_address(url: str) -> None:
    """Raises ``NotAnAddress`` for what is no address of PostgreSQL, for one with a password in it, and for one of another machine without TLS."""
    try:
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise ExtraMissing("postgres", "a ledger in PostgreSQL") from None
    from psycopg import Error

    if not url.startswith(("postgresql://", "postgres://")):
        raise NotAnAddress("An address of PostgreSQL begins with postgresql://, then names machine and database.")
    try:
        parts = conninfo_to_dict(url)
    except Error:
        raise NotAnAddress("This is no address that PostgreSQL reads: postgresql://user@machine/database.") from None
    if parts.get("password"):
        raise NotAnAddress(
            "Leave the password out of the address, which others can read: put it into the file that PGPASSFILE names (~/.pgpass)."
        )
    machines = str(parts.get("hostaddr") or parts.get("host") or os.environ.get("PGHOST", "")).split(",")
    here = all(one.startswith("/") or one in ("", "localhost", "127.0.0.1", "::1") for one in machines)
    if not here and parts.get("sslmode") != "verify-full":
        raise NotAnAddress(
            "A database on another machine is reached over TLS, its name looked at: add ?sslmode=verify-full. Else patients could be read on the way."
        )


class Postgres:
    """A schema of a database that is open. Raises ``LedgerUnusable`` where the server could lose what it has committed, ``NotAnAddress``."""

    kind: ClassVar[str] = "postgres"
    end: ClassVar[str] = (
        "SELECT last.position, ever.position, last.digest FROM ledger_ever AS ever "
        "LEFT JOIN (SELECT position, digest FROM ledger_event ORDER BY position DESC LIMIT 1) AS last ON true"
    )
    nothing: ClassVar[str] = "''::bytea"

    def __init__(self, url: str, schema: str):
        must_be_an_address(url)
        if _SCHEMA.fullmatch(schema) is None:
            raise NotAnAddress(
                "A schema is named with small letters, digits and _, 51 at most, and begins with a letter."
            )
        self.schema = schema
        begin = "BEGIN ISOLATION LEVEL READ COMMITTED"
        self.begin: tuple[str, ...] = (begin, "SELECT position FROM ledger_ever FOR UPDATE")
        self.begin_making: tuple[str, ...] = (
            begin, f"SELECT pg_advisory_xact_lock(hashtext('{schema}'))", f"CREATE SCHEMA IF NOT EXISTS {schema}",
        )  # fmt: skip
        self._url = url
        self._begun = self._lost = self._closed = False
        self._connection = self._connected()

    @property
    def in_transaction(self) -> bool:
        """Whether something was begun and not ended. What was lost meanwhile counts as begun until whoever began it knows."""
        return self._begun

    def rows(self, statement: str, *given: str | int | bytes) -> list[tuple[Any, ...]]:
        """What a statement comes to. Raises ``LedgerUnusable``, which says what is known of what was being saved."""
        if self._closed:
            raise LedgerUnusable("The ledger cannot be used: it was closed.")
        if statement in ("COMMIT", "ROLLBACK"):
            return self._ended(statement)
        if self._lost:
            if statement.startswith("ROLLBACK"):
                return []
            raise LedgerUnusable(LOST)
        if not self._begun and self._connection.closed:
            self._connection = self._connected()
        found = self._asked(statement, given)
        self._begun = self._begun or statement.startswith("BEGIN")
        return found

    def _asked(self, statement: str, given: tuple[str | int | bytes, ...], again: bool = True) -> list[tuple[Any, ...]]:
        from psycopg import Error

        try:
            cursor = self._connection.execute(statement.replace("?", "%s").encode(), given or None)
            return cursor.fetchall() if cursor.description else []
        except Error as error:
            told = _in_our_words(error)
        if not self._connection.closed:
            raise told
        if not self._begun and again:  # nothing was begun, so that nothing can be done twice
            self._connection = self._connected()
            return self._asked(statement, given, again=False)
        self._lost = self._begun
        raise LedgerUnusable(LOST)

    def _ended(self, how: str) -> list[tuple[Any, ...]]:
        """The end of a transaction: after a commit it is on disk, or an error says what is known."""
        from psycopg import Error

        lost, self._begun, self._lost = self._lost, False, False
        if lost:
            if how == "COMMIT":
                raise LedgerUnusable(LOST)
            return []
        number = ""
        try:
            if how == "COMMIT":
                ((number,),) = self._connection.execute("SELECT coalesce(pg_current_xact_id_if_assigned()::text, '')")
            said = self._connection.execute(how.encode()).statusmessage
        except Error as error:
            told = _in_our_words(error)
        else:
            if said == how:
                return []
            told = LedgerUnusable("The ledger cannot be used: a part of this failed, so nothing of it was saved.")
        if self._connection.closed:
            return self._after_all(number) if how == "COMMIT" else []
        self._undone()  # a statement failed before, and somebody went on
        raise told

    def _undone(self) -> None:
        from psycopg import Error

        try:
            self._connection.execute("ROLLBACK")
        except Error:
            self._connection.close()

    def _after_all(self, number: str) -> list[tuple[Any, ...]]:
        """What became of a transaction of which the connection was lost at its very end."""
        from psycopg import Error

        if not number:
            raise LedgerUnusable(LOST)
        for seconds in _ASK_AGAIN:
            sleep(seconds)
            try:
                self._connection = self._connected()
                ((became,),) = self._connection.execute("SELECT pg_xact_status(%s::xid8)", (number,))
            except (Error, LedgerUnusable):
                continue
            if became == "committed":
                return []
            if became == "aborted":
                raise LedgerUnusable(LOST)
        raise NotKnownWhetherSaved(NOT_KNOWN)

    def tables(self) -> frozenset[str]:
        """The names of the tables of this schema."""
        return frozenset(
            name for (name,) in self.rows("SELECT tablename FROM pg_tables WHERE schemaname = ?", self.schema)
        )

    def is_sound(self) -> bool:
        """Whether all that refuses changes is there, on, and does what it did. That each page can be read shows when all is gone through."""
        found = self.rows(
            "SELECT t.tgname, p.prosrc FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_proc AS p ON p.oid = t.tgfoid "
            "JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = ? AND t.tgenabled = 'A'",
            self.schema,
        )
        made = "\n".join(text for step in migrations_of(self.kind) for text in step.statements)
        return {name for name, _ in found} >= _TRIGGERS and all(text in made for _, text in found)

    def copy_to(self, path: Path) -> None:
        """Copy all that is committed into a new SQLite file, as of one moment. Raises ``LedgerUnusable``, ``LedgerDamaged``."""
        from pharmacyfirst.ledger.poured import file_of

        self.rows("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            file_of(self, path)
        finally:
            self.rows("ROLLBACK")

    def close(self) -> None:
        """Close the connection; what was begun is undone."""
        self._closed, self._begun = True, False
        self._connection.close()

    def _connected(self) -> "Connection[tuple[Any, ...]]":
        import psycopg

        connection = None
        try:
            connection = psycopg.connect(
                self._url, autocommit=True, connect_timeout=10, application_name="pharmacyfirst"
            )
            self._prepare(connection)
            return connection
        except psycopg.Error as error:
            told: PharmacyFirstError = _in_our_words(error)
        except PharmacyFirstError as refused:
            told = refused
        if connection is not None:
            connection.close()
        raise told

    def _prepare(self, connection: "Connection[tuple[Any, ...]]") -> None:
        if connection.info.server_version < OLDEST:
            raise LedgerUnusable(
                "A ledger needs PostgreSQL 13 or newer: an older one cannot say what became of a commit."
            )
        settings = {
            "search_path": self.schema, "synchronous_commit": "on", "lock_timeout": f"{WAIT_SECONDS}s", "timezone": "UTC",
            # A machine that is gone must not keep the others from writing.
            "tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3",
        }  # fmt: skip
        for name, value in settings.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        asked = "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)"
        for name, value in connection.execute(asked, ([*_ON, "server_encoding"],)):
            if value != ("UTF8" if name == "server_encoding" else "on"):
                raise LedgerUnusable(
                    f"The server has {name} = {value}: with that it could lose what was saved, or alter it. Set it right in PostgreSQL; nothing was opened."
                )


def _in_our_words(error: "Error") -> LedgerUnusable | LedgerDamaged:
    """An error of PostgreSQL in our words: without what was given, which may be about a patient, and without where the server is.

    It is raised where the error is not being handled any more, so that it does not hold it.
    """
    from psycopg import errors

    if isinstance(error, errors.LockNotAvailable):
        return LedgerUnusable(
            "The ledger cannot be used: somebody else has been writing for long. Nothing of this was saved; do it again."
        )
    if isinstance(error, errors.DataCorrupted | errors.IndexCorrupted):
        return LedgerDamaged("The database of the ledger is damaged. Put a copy back, and find out why.")
    if isinstance(error, errors.OperationalError) and error.sqlstate is None:
        return LedgerUnusable(
            "The database of the ledger cannot be reached, or lets nobody in. Nothing of this was saved: see that it runs, and that this user may use it."
        )
    code = f"{error.sqlstate}, " if error.sqlstate else ""
    return LedgerUnusable(
        f"The ledger cannot be used: PostgreSQL refused it ({code}{_words(error)}). Nothing of this was saved."
    )


def _words(error: "Error") -> str:
    """What kind of refusal it was, as PostgreSQL names its class: DiskFull, InsufficientPrivilege."""
    said = error.diag.message_primary or ""
    return said if said == "what happened is never changed" else type(error).__name__
