"""How the tables of a ledger came to be as they are: ordered steps, each a file of statements, each recorded where it was done.

A step is never changed once it was published, which its digest shows; another is added after it.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pharmacyfirst.ledger.database import Database
from pharmacyfirst.ledger.told import LedgerUnusable

TABLE = "ledger_migration"
_MADE = f"CREATE TABLE IF NOT EXISTS {TABLE} (number integer PRIMARY KEY, name text NOT NULL, digest text NOT NULL, at text NOT NULL)"
_DONE = f"INSERT INTO {TABLE} (number, name, digest, at) VALUES (?, ?, ?, CAST(CURRENT_TIMESTAMP AS text))"
NEWER = "A newer version of the program made these tables (step {name}). Use that version: this one could misread them. Nothing was changed."
OTHER = (
    "The tables of the ledger were not made by this program as it is known: step {name} has another digest. Nothing was changed: "
    "put a copy back, or use the program that made them."
)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: its number from 1, its name, the digest of its file, and its statements."""

    number: int
    name: str
    digest: str
    statements: tuple[str, ...]


@cache
def migrations_of(kind: str) -> tuple[Migration, ...]:
    """The steps for a kind of database, in order."""
    files = sorted((Path(__file__).parent / kind).glob("*.sql"))
    return tuple(_read(number, file) for number, file in enumerate(files, 1))


def _read(number: int, file: Path) -> Migration:
    text = file.read_text(encoding="utf-8")
    parts = ("\n".join(line for line in part.splitlines() if not line.startswith("--")) for part in text.split("\n\n"))
    digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    return Migration(number, file.stem, digest, tuple(part for part in parts if part.strip()))


def steps_to_do(database: Database) -> tuple[Migration, ...]:
    """What has still to be done there. Raises ``LedgerUnusable`` where a newer program, or another one, made the tables."""
    known = migrations_of(database.kind)
    asked = f"SELECT number, name, digest FROM {TABLE} ORDER BY number"
    done = database.rows(asked) if TABLE in database.tables() else []
    for at, (number, name, digest) in enumerate(done):
        if at >= len(known):
            raise LedgerUnusable(NEWER.format(name=name))
        if (number, name, digest) != (known[at].number, known[at].name, known[at].digest):
            raise LedgerUnusable(OTHER.format(name=name))
    return known[len(done) :]


def do_steps(database: Database) -> None:
    """Do what has still to be done, and record each step; inside the caller's transaction."""
    database.rows(_MADE)
    for step in steps_to_do(database):
        for statement in step.statements:
            database.rows(statement)
        database.rows(_DONE, step.number, step.name, step.digest)
