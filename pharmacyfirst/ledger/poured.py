"""One ledger poured into another, which has none of it yet: the same events with the same digests, and the same marks."""

from pathlib import Path

from pharmacyfirst.ledger import Ledger, LedgerDamaged, open_ledger
from pharmacyfirst.ledger.database import Database
from pharmacyfirst.ledger.file import on_disk, take_away
from pharmacyfirst.ledger.told import LedgerUnusable


def pour(source: Ledger, into: Ledger) -> None:
    """Write every event and mark of one ledger into another that is empty: all, or nothing. Raises ``LedgerDamaged`` where a digest differs."""
    with into.transaction():
        if into.length:
            raise LedgerUnusable(
                "There are events at that place: nothing is ever poured over them. Nothing was changed."
            )
        for event in source.walk():
            made = into._append(event.stream, event.kind, event.body, event.at, event.attached)
            if made != event:
                raise LedgerDamaged(
                    f"Event {event.position} of the ledger is not what was written. Nothing was copied."
                )
        if into.length != source.length:
            raise LedgerDamaged("The end of the ledger is not what it was. Nothing was copied.")
        marks: dict[str, set[tuple[str, str]]] = {}
        for name, value, stream in source.marks():
            marks.setdefault(stream, set()).add((name, value))
        for stream, found in marks.items():
            into.mark(stream, found)


def file_of(database: Database, path: Path) -> None:
    """All of a database in a new SQLite file, on disk when this returns; taken away where it could not be made whole."""
    if path.exists():
        raise LedgerUnusable("There is something at that place. Name a new file: no copy is ever written over.")
    try:
        into = open_ledger(path)
        try:
            pour(Ledger(database), into)
            into._database.rows("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        finally:
            into.close()
        on_disk(path)
    except BaseException:
        take_away(path)
        raise
