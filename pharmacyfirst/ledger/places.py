"""Where a ledger is kept: in a file of a folder, or in PostgreSQL where a file of the folder, ``database.json``, says so.

::

    {"url": "postgresql://pharmacy@db.example/pharmacies?sslmode=verify-full", "name": "fa123"}

A folder says it once, for every program that is started with it, so that none of them makes an empty ledger beside the one that there is.
``name`` tells apart what several folders keep in one database: each ledger has a schema of its own, ``fa123_store`` for instance.
"""

import json
import os
import re
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from pharmacyfirst.ledger import Ledger, LedgerUnusable, open_ledger, opened
from pharmacyfirst.ledger.file import BESIDE, on_disk, take_away, with_ending
from pharmacyfirst.ledger.postgres import NotAnAddress, Postgres, must_be_an_address
from pharmacyfirst.ledger.poured import pour

DATABASE = "database.json"
SET_ASIDE = "before-restore"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
_MOST_BYTES = 10_000


@dataclass(frozen=True, slots=True)
class InFile:
    """A ledger in a file."""

    path: Path
    called = "file"

    def exists(self) -> bool:
        """Whether it was made."""
        return self.path.exists()

    def open(self) -> Ledger:
        """The ledger, made where it is missing. Raises ``LedgerUnusable``."""
        return open_ledger(self.path)

    def put(self, file: Path) -> int:
        """Put a file in its place, whose name it loses. What was there keeps another name, with the number that is given back; 0: nothing was."""
        number = 0
        if any(with_ending(self.path, ending).exists() for ending in BESIDE):
            number = next(one for one in range(1, 10_000) if not any(map(Path.exists, self._aside(one))))
            for ending, aside in zip(BESIDE, self._aside(number), strict=True):
                if with_ending(self.path, ending).exists():
                    os.replace(with_ending(self.path, ending), aside)
        os.replace(file, self.path)
        on_disk(self.path)
        return number

    def _aside(self, number: int) -> list[Path]:
        return [with_ending(self.path, f".{SET_ASIDE}-{number}{ending}") for ending in BESIDE]


@dataclass(frozen=True, slots=True)
class InPostgres:
    """A ledger in a schema of PostgreSQL."""

    url: str
    schema: str
    called = "schema"

    def exists(self) -> bool:
        """Whether it was made. Raises ``LedgerUnusable``."""
        with closing(Postgres(self.url, self.schema)) as database:
            return "ledger_event" in database.tables()

    def open(self) -> Ledger:
        """The ledger, made where it is missing. Raises ``LedgerUnusable``."""
        return opened(Postgres(self.url, self.schema))

    def put(self, file: Path) -> int:
        """Put what a file holds in its place, and take the file away; as ``InFile.put``. What was there keeps another name, in one commit with it."""
        beside = InPostgres(self.url, f"{self.schema}_restoring")
        with closing(Postgres(beside.url, beside.schema)) as database:
            database.rows(f"DROP SCHEMA IF EXISTS {beside.schema} CASCADE")  # begun before, and not ended
        with closing(open_ledger(file)) as source, closing(beside.open()) as into:
            pour(source, into)
        with closing(Postgres(self.url, self.schema)) as database:
            asked = f"SELECT nspname FROM pg_namespace WHERE nspname = '{self.schema}' OR starts_with(nspname, '{self.schema}_before_')"
            there = {name for (name,) in database.rows(asked)}
            aside = f"{self.schema}_{SET_ASIDE.replace('-', '_')}_"
            number = (
                next(one for one in range(1, 10_000) if f"{aside}{one}" not in there) if self.schema in there else 0
            )
            database.rows("BEGIN")
            if number:
                database.rows(f"ALTER SCHEMA {self.schema} RENAME TO {aside}{number}")
            database.rows(f"ALTER SCHEMA {beside.schema} RENAME TO {self.schema}")
            database.rows("COMMIT")
        take_away(file)
        return number


Place = InFile | InPostgres


def place_in(folder: Path, name: str) -> Place:
    """Where the ledger of this name of a folder is kept. Raises ``LedgerUnusable`` where its ``database.json`` cannot be read, ``NotAnAddress``."""
    try:
        text = (folder / DATABASE).read_bytes()[:_MOST_BYTES]
    except FileNotFoundError:
        return InFile(folder / f"{name}.sqlite")
    except OSError as error:
        raise LedgerUnusable(f"{DATABASE} cannot be read: {error.strerror}. Nothing was opened.") from None
    held = None
    with suppress(ValueError):
        held = json.loads(text)
    match held:
        case {"url": str(url), "name": str(called), **rest} if not rest:
            return in_postgres(url, called, name)
    raise LedgerUnusable(
        f'{DATABASE} has to hold {{"url": "postgresql://...", "name": "..."}} and nothing else. Nothing was opened.'
    )


def in_postgres(url: str, called: str, name: str) -> InPostgres:
    """The ledger of a name in PostgreSQL, among those of a folder that is called so there. Raises ``NotAnAddress``."""
    must_be_an_address(url)
    if _NAME.fullmatch(called) is None:
        raise NotAnAddress(
            "The name in the database has small letters, digits and _, 30 at most, and begins with a letter."
        )
    return InPostgres(url, f"{called}_{name}")


def keep_in_postgres(folder: Path, url: str, called: str, names: tuple[str, ...]) -> dict[str, int]:
    """Move the ledgers of a folder into PostgreSQL, and say so in the folder from then on; how many events each has.

    Each is gone through, poured whole or not at all, and gone through again there. The files keep another name, and are never deleted. Where
    the folder has none, what is in the database is used, so that a second machine joins. Raises ``LedgerUnusable``, ``LedgerDamaged``.
    """
    if (folder / DATABASE).exists():
        raise LedgerUnusable("This folder is kept in PostgreSQL already. Nothing was changed.")
    moved = {name: _moved(InFile(folder / f"{name}.sqlite"), in_postgres(url, called, name)) for name in names}
    half = folder / f"{DATABASE}.new"
    half.write_text(json.dumps({"url": url, "name": called}) + "\n", encoding="utf-8")
    on_disk(half)
    os.replace(half, folder / DATABASE)
    for name in names:
        for ending in BESIDE:
            with suppress(FileNotFoundError):
                os.replace(folder / f"{name}.sqlite{ending}", folder / f"{name}.sqlite.before-postgres{ending}")
    on_disk(folder / DATABASE)
    return moved


def _moved(file: InFile, to: InPostgres) -> int:
    with closing(to.open()) as there:
        if file.exists():
            with closing(file.open()) as here:
                here.sound()
                here.verify()
                if not there.length:
                    pour(here, there)
                elif (here.length, here.head) != (
                    there.length,
                    there.head,
                ):  # the same: it was begun before, and not ended
                    raise LedgerUnusable(
                        "The database has another ledger of this name: give another name (--name). Nothing was changed."
                    )
        return there.verify()
