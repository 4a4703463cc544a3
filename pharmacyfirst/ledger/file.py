"""The file that a ledger is kept in: for its owner alone, copied whole, and on disk."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pharmacyfirst.ledger.told import InOurWords, LedgerUnusable

BESIDE = ("", "-wal", "-shm")  # what SQLite keeps with a file


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


def private_folder(folder: Path) -> None:
    """Make a folder where it is missing, and close it to all but its owner. Raises ``LedgerUnusable``."""
    try:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True)
            on_disk(folder)
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        says = error.strerror or "it cannot be made"
    else:
        return
    raise LedgerUnusable(f"The data folder cannot be used: {says}.")


@contextmanager
def copied_beside(copy: Path, path: Path) -> Iterator[Path]:
    """The bytes of a copy in a new file beside a path, with those that SQLite keeps beside it where it was taken by hand.

    The copy itself is not opened. What nobody has put in its place when this ends is taken away.
    """
    beside = path.with_name(f"{path.name}.restoring")
    take_away(beside)
    try:
        for ending in ("", "-wal"):
            there = with_ending(copy, ending)
            if there.is_file():
                made = os.open(with_ending(beside, ending), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
                with os.fdopen(made, "wb") as file:
                    file.write(there.read_bytes())
                    file.flush()
                    os.fsync(file.fileno())
        yield beside
    finally:
        take_away(beside)


def take_away(path: Path) -> None:
    """Take away a file that was never finished, with what SQLite keeps beside it."""
    for ending in BESIDE:
        with_ending(path, ending).unlink(missing_ok=True)


def with_ending(path: Path, ending: str) -> Path:
    """The file beside another whose name goes on so."""
    return path.with_name(path.name + ending)


def on_disk(path: Path) -> None:
    """Have the system write a file, and the folder that names it, to the disk."""
    for one in (path, path.parent):
        opened = os.open(one, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
