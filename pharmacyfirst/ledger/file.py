"""The file that a ledger is kept in: for its owner alone, copied whole, and on disk."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from pharmacyfirst.ledger.told import InOurWords, LedgerUnusable


def private(path: Path) -> None:
    """Make the file where it is missing, and close it to all but its owner. Raises ``LedgerUnusable``."""
    # An existing file is not opened for this: closing it would drop the locks that this process holds on it.
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return
    except FileExistsError:
        pass
    if not path.is_file():
        raise LedgerUnusable("The ledger cannot be used: this is no file.")
    # What SQLite keeps beside it holds the same things; it makes these with the permissions of the file, once that is mended.
    for one in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal"))):
        if one.exists() and one.stat().st_mode & 0o077:
            one.chmod(0o600)


def copy(database: sqlite3.Connection, path: Path) -> None:
    """Copy all that is committed into a new file, which is on disk when this returns. Raises ``LedgerUnusable``."""
    with InOurWords():
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            with closing(sqlite3.connect(path, isolation_level=None)) as other:
                database.backup(other)
                other.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
            on_disk(path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def on_disk(path: Path) -> None:
    """Have the system write a file, and the folder that names it, to the disk."""
    for one in (path, path.parent):
        opened = os.open(one, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
