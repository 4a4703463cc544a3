"""Events that are only ever added to: what was written stays as it was written, and whoever asks finds out whether it did.

An event stands in a named stream and bears a kind, a time that the caller gives, a text and, where there is one, an attachment of bytes.
There is no call that changes or deletes one, and the database refuses it. Each carries a digest of itself and of the one before, so that
``verify`` finds a row that was edited, taken out or put in by hand; whoever can write the file can also forge all that follows, so keep
``head`` elsewhere where that matters. Marks are the one thing that changes: names and values by which a stream is found again, made from
its events by whoever owns it. They prove nothing.

What a call has written is on disk when it returns; inside ``transaction``, when that ends. A ledger is used by the thread that opened it;
several processes may have the same one open, and write one after the other. It is kept in a file of SQLite, or in PostgreSQL: ``places``.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pharmacyfirst.errors import WrongKind, must_be
from pharmacyfirst.ledger.database import Database
from pharmacyfirst.ledger.migrations import do_steps, steps_to_do
from pharmacyfirst.ledger.postgres import Postgres
from pharmacyfirst.ledger.sqlite import SQLite, open_file
from pharmacyfirst.ledger.told import LedgerDamaged, LedgerUnusable, NoOffset, NotKnownWhetherSaved

__all__ = [
    "LAST",
    "Ledger",
    "LedgerDamaged",
    "LedgerEvent",
    "LedgerUnusable",
    "NoOffset",
    "NotKnownWhetherSaved",
    "Writer",
    "as_text",
    "open_ledger",
]

LAST = "\U0010ffff"  # after every value


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One event. ``position`` counts through the ledger and ``number`` through the stream, both from 1; ``at`` is in UTC.

    ``body`` and ``attached`` may tell who a patient is, and are not shown.
    """

    position: int
    stream: str
    number: int
    kind: str
    at: datetime
    body: str = field(repr=False)
    attached: bytes = field(repr=False)
    digest: str


_AT_ONCE = 100  # events read together
_BEFORE_ALL = -(2**63)  # before every position, those that somebody wrote by hand too
_COLUMNS = "position, stream, number, kind, at, body, attached, digest"
_WITH_BEFORE = (
    f"SELECT {', '.join(f'this.{name}' for name in _COLUMNS.split(', '))}, coalesce(before.digest, '') "
    "FROM ledger_event AS this LEFT JOIN ledger_event AS before ON before.position = this.position - 1"
)
_ALTERED = (
    "Event {position} of the ledger, or the one before it, is not what was written, so nothing of it is shown: somebody could go by what was altered. "
    "pharmacyfirst store verify says more. Put a copy back (pharmacyfirst store restore), and find out why."
)
# The outbox of version 0.1.0, which kept tables of its own.
_FORMER = "outbox_message"
_NOT_READ = (
    "This file holds an outbox of version 0.1.0, which this version does not read. It was left as it is: see with that version "
    "that nothing in it waits, and begin a new file."
)


def open_ledger(path: Path | None = None) -> "Ledger":
    """The ledger in a file, made where it is missing and readable by its owner only; without one, a ledger in memory.

    A file that others could read is closed to them, and so is what SQLite keeps beside it. Raises ``LedgerUnusable``.
    """
    if path is not None:
        must_be(Path, path=path)
    return opened(open_file(path))


def opened(database: Database) -> "Ledger":
    """The ledger in a database that was opened for it alone, which is closed again where there can be none. Raises ``LedgerUnusable``."""
    try:
        return Ledger(database)
    except BaseException:
        database.close()
        raise


class Ledger:
    """A ledger that is open. ``open_ledger`` makes one; a database that somebody else opened is given as it is."""

    def __init__(self, database: object):
        """``database`` is one that is open, or an open ``sqlite3.Connection``. What it is in the middle of is joined, and the one who began it ends it.

        Raises ``LedgerUnusable`` where it could lose what it has committed, holds an outbox of version 0.1.0, or tables of a newer program.
        """
        self._database: Database = SQLite(database) if isinstance(database, sqlite3.Connection) else _known(database)
        self._reserved: list[str] = []
        if _FORMER in self._database.tables():
            raise LedgerUnusable(_NOT_READ)
        if steps_to_do(self._database):  # asked first, so that opening does not wait for whoever is writing
            with self._together(self._database.begin_making):
                do_steps(self._database)

    def close(self) -> None:
        """Close the database. What a transaction was in the middle of is undone."""
        self._database.close()

    @property
    def in_transaction(self) -> bool:
        """Whether what is written now will be on disk only when somebody ends what was begun."""
        return self._database.in_transaction

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside it, or nothing. Inside another it joins that one, undoing only its own part where it fails."""
        with self._together(self._database.begin):
            yield

    @contextmanager
    def _together(self, begin: tuple[str, ...]) -> Iterator[None]:
        commit, undo = "COMMIT", ["ROLLBACK"]
        if self.in_transaction:
            begin, commit, undo = ("SAVEPOINT ledger",), "RELEASE ledger", ["ROLLBACK TO ledger", "RELEASE ledger"]
        self._rows(begin[0])
        try:
            for statement in begin[1:]:
                self._rows(statement)
            yield
            self._rows(commit)
        except BaseException:
            if self.in_transaction:
                for statement in undo:
                    self._rows(statement)
            raise

    def append(self, stream: str, kind: str, body: str, at: datetime, attached: bytes = b"") -> LedgerEvent:
        """Write one event at the end of a stream, which begins with its first. Raises ``NoOffset``.

        Raises ``LedgerUnusable`` for a stream that somebody has reserved.
        """
        must_be(str, stream=stream, kind=kind, body=body)
        if stream.startswith(tuple(self._reserved)):
            raise LedgerUnusable("Streams that begin so are reserved: only who reserved them writes them.")
        return self._append(stream, kind, body, at, attached)

    def reserve(self, prefix: str) -> "Writer":
        """The only one who writes streams that begin so, as long as this ledger is open; given once.

        It keeps apart those who share this object. Whoever opens the file themselves is trusted. Raises ``LedgerUnusable`` where
        any of it is reserved already.
        """
        must_be(str, prefix=prefix)
        if any(prefix.startswith(one) or one.startswith(prefix) for one in self._reserved):
            raise LedgerUnusable(
                "Streams that begin so are reserved already: use the one that was made with this ledger."
            )
        self._reserved.append(prefix)
        return Writer(self, prefix)

    def _append(self, stream: str, kind: str, body: str, at: datetime, attached: bytes) -> LedgerEvent:
        must_be(bytes, attached=attached)
        written = as_text(at)
        with self.transaction():
            last, before = self._end()
            position = last + 1
            number = int(self._rows("SELECT max(number) FROM ledger_event WHERE stream = ?", stream)[0][0] or 0) + 1
            digest = _digest(before, position, stream, number, kind, written, body, attached)
            row = (position, stream, number, kind, written, body, attached, digest)
            self._rows(f"INSERT INTO ledger_event ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?)", *row)
        return _event(row)

    def events(self, stream: str, attached: bool = True, since: int = 1) -> tuple[LedgerEvent, ...]:
        """What happened in a stream, in order; nothing where there is no such stream. ``attached`` False leaves attachments empty.

        ``since`` is the number of the first event that is wanted: 1 is the first of the stream.
        """
        must_be(str, stream=stream)
        must_be(int, since=since)
        columns = _COLUMNS if attached else _COLUMNS.replace("attached", self._database.nothing)
        asked = f"SELECT {columns} FROM ledger_event WHERE stream = ?{' AND number >= ?' if since > 1 else ''} ORDER BY number"
        return tuple(map(_event, self._rows(asked, stream, *([since] if since > 1 else []))))

    def as_written(self, stream: str) -> tuple[LedgerEvent, ...]:
        """What happened in a stream, as ``events`` gives it, each held against its digest first. Raises ``LedgerDamaged``."""
        must_be(str, stream=stream)
        rows = self._rows(f"{_WITH_BEFORE} WHERE this.stream = ? ORDER BY this.number", stream)
        for count, (*row, digest, before) in enumerate(rows, 1):
            if not _same(digest, before, row) or row[2] != count:
                raise LedgerDamaged(_ALTERED.format(position=row[0]))
        return tuple(_event(row) for *row, _ in rows)

    def mark(self, stream: str, marks: Iterable[tuple[str, str]]) -> bool:
        """Let a stream be found by these names and values, and by no others any more; whether that changed anything."""
        must_be(str, stream=stream)
        must_be(Iterable, marks=marks)
        wanted = set()
        for one in marks:
            must_be(tuple, mark=one)
            name, value = one if len(one) == 2 else ("", None)
            must_be(str, name=name, value=value)
            wanted.add((name, value))
        with self.transaction():
            found = self._rows("SELECT name, value FROM ledger_mark WHERE stream = ?", stream)
            known = {(str(name), str(value)) for name, value in found}
            for name, value in sorted(known - wanted):
                self._rows("DELETE FROM ledger_mark WHERE name = ? AND value = ? AND stream = ?", name, value, stream)
            for name, value in sorted(wanted - known):
                self._rows("INSERT INTO ledger_mark (name, value, stream) VALUES (?,?,?)", name, value, stream)
        return known != wanted

    def streams(self, beginning: str) -> tuple[str, ...]:
        """All streams whose names begin so, in order. It goes through the names of all their events; marks are quicker."""
        must_be(str, beginning=beginning)
        asked = "SELECT DISTINCT stream FROM ledger_event WHERE stream >= ? AND stream < ? ORDER BY stream"
        return self._names(asked, beginning, beginning + LAST)

    def marked(
        self, name: str, value: str | None = None, until: str | None = None, beginning: str = ""
    ) -> tuple[str, ...]:
        """The streams with a mark of this name, in the order of its values: with this one value, or those up to ``until``.

        ``beginning`` asks for values that begin so.
        """
        must_be(str, name=name, value=value or "", until=until or "", beginning=beginning)
        asked = "SELECT stream FROM ledger_mark WHERE name = ? AND value >= ? AND value <= ? ORDER BY value, stream"
        return self._names(asked, name, value or beginning, value or until or beginning + LAST)

    def counted(self, name: str) -> dict[str, int]:
        """How many streams have each value of a mark."""
        must_be(str, name=name)
        found = self._rows("SELECT value, count(*) FROM ledger_mark WHERE name = ? GROUP BY value", name)
        return {str(value): int(many) for value, many in found}

    @property
    def head(self) -> str:
        """The digest of the last event, which stands for all of them in their order; empty where there is none."""
        return self._end()[1]

    @property
    def length(self) -> int:
        """How many events there are, which is the position of the last."""
        return self._end()[0]

    def digest_at(self, position: int) -> str:
        """The digest of the event at a position, which stands for all up to it; empty where there is none."""
        must_be(int, position=position)
        found = self._rows("SELECT digest FROM ledger_event WHERE position = ?", position)
        return str(found[0][0]) if found else ""

    def walk(self) -> Iterator[LedgerEvent]:
        """Every event of every stream, in order, one at a time. Raises ``LedgerDamaged``."""
        position = 0
        asked = f"SELECT {_COLUMNS} FROM ledger_event WHERE position > ? ORDER BY position LIMIT {_AT_ONCE}"
        while rows := self._rows(asked, position):
            for row in rows:
                yield _event(row)
            position = int(rows[-1][0])

    def marks(self) -> Iterator[tuple[str, str, str]]:
        """Every mark, in order: name, value and stream."""
        found = self._rows("SELECT name, value, stream FROM ledger_mark ORDER BY name, value, stream")
        yield from ((str(name), str(value), str(stream)) for name, value, stream in found)

    def copy_to(self, path: Path) -> None:
        """A copy of all that is committed, whole whoever writes meanwhile, in a file of its own that must not be there yet.

        It is on disk when this returns. Raises ``LedgerUnusable``; what was begun of the copy is taken away then.
        """
        must_be(Path, path=path)
        if self.in_transaction:
            raise LedgerUnusable("A copy is made of what is committed: commit first. Nothing was copied.")
        self._database.copy_to(path)

    def sound(self) -> None:
        """Have the database look whether it is whole. Raises ``LedgerDamaged``."""
        if not self._database.is_sound():
            raise LedgerDamaged("The file of the ledger is damaged, or what refuses changes was taken out of it.")

    def verify(self, stream: str | None = None) -> int:
        """Work out the digest of every event again, or of those of one stream; how many there are. Raises ``LedgerDamaged``."""
        must_be(str, stream=stream or "")
        where = "" if stream is None else "this.stream = ? AND"
        asked = f"{_WITH_BEFORE} WHERE {where} this.position > ? ORDER BY this.position LIMIT {_AT_ONCE}"
        many, position = 0, _BEFORE_ALL
        self._end()
        while rows := self._rows(asked, *([] if stream is None else [stream]), position):
            for *row, digest, before in rows:
                many += 1
                if not _same(digest, before, row) or (stream is not None and row[2] != many):
                    raise LedgerDamaged(f"Event {row[0]} of the ledger, or the one before it, is not what was written.")
            position = int(rows[-1][0])
        return many

    def _end(self) -> tuple[int, str]:
        """The position and the digest of the last event. The database remembers, too, how far it once had come."""
        rows = self._rows(self._database.end)
        if len(rows) != 1:
            raise LedgerDamaged("How far the events of the ledger had come is not on record any more.")
        ((last, ever, digest),) = rows
        if (last or 0) < (ever or 0):
            raise LedgerDamaged(f"The events after event {last or 0} of the ledger are gone.")
        return int(last or 0), str(digest or "")

    def _names(self, statement: str, *given: str) -> tuple[str, ...]:
        return tuple(str(name) for (name,) in self._rows(statement, *given))

    def _rows(self, statement: str, *given: str | int | bytes) -> list[tuple[Any, ...]]:
        return self._database.rows(statement, *given)


def _known(database: object) -> Database:
    if isinstance(database, SQLite | Postgres):
        return database
    raise LedgerUnusable("A ledger is kept in an open sqlite3.Connection, or in PostgreSQL.")


class Writer:
    """Writes the streams of one ledger that begin with what was reserved. ``Ledger.reserve`` makes one."""

    def __init__(self, ledger: Ledger, prefix: str):
        self._ledger, self._prefix = ledger, prefix

    def append(self, stream: str, kind: str, body: str, at: datetime, attached: bytes = b"") -> LedgerEvent:
        """As ``Ledger.append``, for the reserved streams alone. Raises ``LedgerUnusable`` for others."""
        must_be(str, stream=stream, kind=kind, body=body)
        if not stream.startswith(self._prefix):
            raise LedgerUnusable("This stream does not begin with what was reserved.")
        return self._ledger._append(stream, kind, body, at, attached)


def as_text(at: datetime) -> str:
    """A time as it is stored and compared: UTC, always of one length. Raises ``NoOffset``."""
    must_be(datetime, at=at)
    if at.utcoffset() is None:
        raise NoOffset("A time without its offset could be an hour off.")
    try:
        return at.astimezone(UTC).isoformat(timespec="microseconds")
    except OverflowError:
        raise WrongKind("at is a time that UTC has no year for. Nothing was done.") from None


def _event(row: Sequence[Any]) -> LedgerEvent:
    position, stream, number, kind, at, body, attached, digest = row
    try:
        return LedgerEvent(position, stream, number, kind, datetime.fromisoformat(at), body, bytes(attached), digest)
    except (TypeError, ValueError):
        pass
    raise LedgerDamaged(f"Event {position} of the ledger is not what was written.")


def _digest(before: str, *row: Any) -> str:
    """The digest of an event that follows one: of all its columns but the digest, the attachment by a digest of its own."""
    *columns, attached = row
    return hashlib.sha256(json.dumps([before, *columns, hashlib.sha256(attached).hexdigest()]).encode()).hexdigest()


def _same(digest: str, before: str, row: Sequence[Any]) -> bool:
    try:
        return _digest(before, *row) == digest
    except TypeError:  # a value of another type than was written
        return False
