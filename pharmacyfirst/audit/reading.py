"""A file of consultations, read lump by lump: so many rows at a time that memory does not grow with the file.

A lump is the same rows whenever the file is read, so that a run that was interrupted goes on where it stopped. A row that cannot be read is
set aside with the reason, and never lost.
"""

import re
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from pharmacyfirst.audit.cells import TYPES, NotTheTable, misread
from pharmacyfirst.audit.table import AuditTable, TableColumn, identifies
from pharmacyfirst.errors import nearest

LINE = "_line"
"""The column beside those of the table: the number of the row in the file, from 1; a line of JSON by its number in the file."""
ASIDE_SCHEMA: dict[str, pl.DataType] = {
    "line": pl.Int64(),
    "row": pl.String(),
    "code": pl.String(),
    "column": pl.String(),
}
"""A row that was set aside: where it stands, its id where it has one, why (a code of the JSON contract), and of which column."""


@dataclass(frozen=True, slots=True)
class Lump:
    """Some rows as they stand in the file, not read yet. ``rows`` is how many, ``first`` the number of the first, ``at`` how far into the file they reach."""

    number: int
    rows: int
    first: int
    held: Any
    at: int


@dataclass(frozen=True, slots=True)
class ReadRows:
    """The rows of a lump: those that can be read, typed as the table is and with ``LINE`` beside, and those set aside.

    ``unread`` is what the keys look like that were left unread, as they tell who somebody is: ``an NHS number``.
    """

    frame: pl.DataFrame
    aside: pl.DataFrame
    unread: frozenset[str] = frozenset()


class LumpSource(Protocol):
    """Where consultations are read from. ``size`` is how far ``Lump.at`` goes."""

    size: int

    @property
    def remarks(self) -> tuple[str, ...]:
        """What to say of the file, as far as it was read."""

    def lumps(self) -> Generator[Lump]:
        """The rows, some at a time, the same each time that it is asked. Raises ``NotTheTable``."""

    def read(self, lump: Lump) -> ReadRows:
        """The rows of a lump. Raises ``NotTheTable``."""


@dataclass(frozen=True, slots=True)
class Heads:
    """The columns of a file: those to read, in the file's order, and what is to be said of the rest."""

    read: tuple[TableColumn, ...]
    remarks: tuple[str, ...]


def heads_of(names: Sequence[str], table: AuditTable) -> Heads:
    """Which columns of a file are read. One that tells who somebody is is not; any other that is none of ours is refused.

    A misspelt fact would be not known of anybody, and every one of its rows look as though nobody had asked. Raises ``NotTheTable``.
    """
    ours = {one.name: one for one in table.columns}
    remarks: list[str] = []
    for at, name in enumerate(names, 1):
        if name in ours:
            continue
        about = identifies(name)
        if not about:
            plain = re.sub(r"[\s-]+", "_", name.strip().lower())
            near = plain if plain in ours else nearest(plain, ours)
            meant = f"did you mean {near}? " if near else "it is none of the table's. "
            raise NotTheTable(
                f"Column {at} is not known: {meant}Rename it or leave it out; --schema prints the columns. Nothing was audited."
            )
        remarks.append(f"Column {at} looks like {about}: it was not read. Leave it out of the file next time.")
    read = [ours[name] for name in names if name in ours]
    twice = {one.name for one in read if names.count(one.name) > 1}
    if twice:
        raise NotTheTable(f"The column {min(twice)} stands twice. Leave one out. Nothing was audited.")
    lacking = [one.name for one in table.columns if one.required and one not in read]
    if lacking:
        raise NotTheTable(f"There is no column {lacking[0]}. Every row has to have one. Nothing was audited.")
    return Heads(tuple(read), tuple(remarks))


def key_not_read(about: str) -> str:
    """What to say of a file some of whose lines have a key that tells who somebody is."""
    return f"A key of its lines looks like {about}: it was not read. Leave it out of the file next time."


@dataclass
class SetAside:
    """Rows that are set aside, gathered until they make a frame."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, line: int, row: str | None, code: str, column: str | None = None) -> None:
        """One row. Nothing of what it holds is kept but its id."""
        self.rows.append({"line": line, "row": row, "code": code, "column": column})

    def frame(self, *others: pl.DataFrame) -> pl.DataFrame:
        """All of them, and others, in the order of the file."""
        return pl.concat([pl.DataFrame(self.rows, schema=ASIDE_SCHEMA), *others]).sort("line", maintain_order=True)


def fitted(columns: Iterable[tuple[TableColumn, pl.Series, pl.Series]], lines: pl.Series) -> ReadRows:
    """The columns of a lump put together: each as the table has it, as it stood, and as it was read. What was misread sets its row aside."""
    read: dict[str, pl.Series] = {}
    bad: dict[str, pl.Series] = {}
    for column, before, after in columns:
        read[column.name] = after.alias(column.name)
        wrong = misread(before, after)
        if wrong.any():
            bad[column.name] = wrong
    frame = pl.DataFrame([lines.alias(LINE), *read.values()])
    if not bad:
        return ReadRows(frame, SetAside().frame())
    first = pl.coalesce(pl.when(wrong).then(pl.lit(name)) for name, wrong in bad.items())
    told = frame.select(
        pl.col(LINE).alias("line"), pl.col("row"), pl.lit("wrong_value").alias("code"), first.alias("column")
    )
    wrong_rows = told["column"].is_not_null()
    return ReadRows(frame.filter(~wrong_rows), told.filter(wrong_rows))


def whole(frame: pl.DataFrame, columns: Iterable[TableColumn]) -> pl.DataFrame:
    """The frame with a column for each of these, null where the file has none."""
    lacking = [pl.lit(None, dtype=TYPES[one.holds]).alias(one.name) for one in columns if one.name not in frame.columns]
    return frame.with_columns(lacking) if lacking else frame


def _told_apart(path: Path, ending: str) -> None:
    """Raises ``NotTheTable`` for a file that is plainly of another kind than its name says: else its rows would be what is wrong."""
    with path.open("rb") as opened:
        begun = opened.read(4)
    if begun.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotTheTable("The file is in UTF-16. Save it as UTF-8. Nothing was audited.")
    if not begun and ending in (".parquet", ".csv"):
        raise NotTheTable("The file is empty. A table without rows has its columns all the same. Nothing was audited.")
    if begun == _PARQUET and ending != ".parquet":
        raise NotTheTable(
            "The file is Parquet, and its name says otherwise: let it end in .parquet. Nothing was audited."
        )
    if begun != _PARQUET and ending == ".parquet":
        raise NotTheTable(
            "The file is no Parquet, as its name says: let it end in what it is, or write it again. Nothing was audited."
        )
    if begun == _ZIP:
        raise NotTheTable("The file is a workbook or an archive. Save the sheet as CSV, in UTF-8. Nothing was audited.")


_PARQUET, _ZIP = b"PAR1", b"PK\x03\x04"


def source_of(path: Path, table: AuditTable) -> LumpSource:
    """The file as a source, by the ending of its name. Raises ``NotTheTable``."""
    ending = path.suffix.lower()
    _told_apart(path, ending)
    if ending == ".parquet":
        from pharmacyfirst.audit.from_parquet import ParquetFileOfRows

        return ParquetFileOfRows(path, table)
    if ending == ".csv":
        from pharmacyfirst.audit.from_csv import CSVFileOfRows

        return CSVFileOfRows(path, table)
    if ending in (".jsonl", ".ndjson"):
        from pharmacyfirst.audit.from_json_lines import JSONLinesFile

        return JSONLinesFile(path, table)
    raise NotTheTable("What kind of file it is, is told by its name: .parquet, .csv or .jsonl. Nothing was audited.")
