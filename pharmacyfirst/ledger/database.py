"""What a ledger asks of the database behind it. There are two: SQLite in a file, and PostgreSQL."""

from pathlib import Path
from typing import Any, ClassVar, Protocol


class Database(Protocol):
    """An open database. Statements mark what is given by ``?``, and are the same for every database save those that stand here.

    ``kind`` is the folder of its migrations. ``begin`` and ``begin_making`` are the statements that begin a transaction in which nobody
    else writes: one on a ledger, and one on a place that may have none yet. ``end`` asks in one row for the position of the last event, for
    how far events once had come, and for the digest of the last. ``nothing`` are no bytes.
    """

    kind: ClassVar[str]
    begin: tuple[str, ...]
    begin_making: tuple[str, ...]
    end: ClassVar[str]
    nothing: ClassVar[str]

    @property
    def in_transaction(self) -> bool:
        """Whether something was begun and not ended."""
        ...

    def rows(self, statement: str, *given: str | int | bytes) -> list[tuple[Any, ...]]:
        """What a statement comes to. Raises ``LedgerUnusable``."""
        ...

    def tables(self) -> frozenset[str]:
        """The names of the tables that are there."""
        ...

    def is_sound(self) -> bool:
        """Whether the database finds itself whole, with all that refuses changes."""
        ...

    def copy_to(self, path: Path) -> None:
        """Copy all that is committed into a new SQLite file, on disk when this returns. Raises ``LedgerUnusable``."""
        ...

    def close(self) -> None:
        """Close it; what was begun is undone."""
        ...
