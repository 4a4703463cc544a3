"""Consultations in a CSV file: UTF-8, a comma between cells, a head in the first line, an empty cell for what is not known."""

import csv
from collections.abc import Generator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv

from pharmacyfirst.audit.cells import NotTheTable, of_text
from pharmacyfirst.audit.reading import Lump, ReadRows, SetAside, fitted, heads_of
from pharmacyfirst.audit.table import AuditTable

BYTES = 16_000_000  # of the file at a time
_MOST_OF_HEAD = 1_000_000


class CSVFileOfRows:
    """A CSV file, read in lumps of ``BYTES``. A row that has another number of cells than the head is set aside."""

    def __init__(self, path: Path, table: AuditTable):
        self.path = path
        self.size = path.stat().st_size
        self._names = _head(path)
        self._heads = heads_of(self._names, table)
        self.remarks = self._heads.remarks

    def lumps(self) -> Generator[Lump]:
        """``LumpSource.lumps``."""
        odd: list[int] = []

        def keep_aside(row: Any) -> str:
            odd.append(row.number - 1)  # the head is the first
            return "skip"

        try:
            with self.path.open("rb") as opened:
                reader = pacsv.open_csv(
                    opened,
                    read_options=pacsv.ReadOptions(use_threads=False, block_size=BYTES),
                    parse_options=pacsv.ParseOptions(newlines_in_values=True, invalid_row_handler=keep_aside),
                    convert_options=pacsv.ConvertOptions(
                        include_columns=[one.name for one in self._heads.read],
                        column_types={one.name: pa.binary() for one in self._heads.read},
                        strings_can_be_null=True,
                        null_values=[""],
                    ),
                )
                next_row, number = 1, -1
                for number, batch in enumerate(reader):
                    lines: list[int] = []
                    strange = set(odd)
                    while len(lines) < batch.num_rows:
                        if next_row not in strange:
                            lines.append(next_row)
                        next_row += 1
                    mine = [one for one in odd if one < next_row]
                    odd[:] = [one for one in odd if one >= next_row]
                    at = min(opened.tell(), self.size)
                    first = lines[0] if lines else next_row
                    yield Lump(number, len(lines) + len(mine), first, (batch, lines, mine), at)
                if odd:
                    yield Lump(number + 1, len(odd), odd[0], (None, [], odd), self.size)
        except pa.ArrowInvalid:
            raise NotTheTable("The file cannot be read further as CSV. Write it again. Nothing was audited.") from None

    def read(self, lump: Lump) -> ReadRows:
        """``LumpSource.read``."""
        batch, lines, odd = lump.held
        aside = SetAside()
        for line in odd:
            aside.add(line, None, "wrong_value")
        if batch is None:
            return ReadRows(pl.DataFrame(), aside.frame())
        held = pl.DataFrame(pl.from_arrow(batch))
        columns = ((one, held[one.name], of_text(_text_of(held[one.name]), one)) for one in self._heads.read)
        read = fitted(columns, pl.Series(lines, dtype=pl.Int64))
        return ReadRows(read.frame, aside.frame(read.aside))


def _text_of(cells: pl.Series) -> pl.Series:
    """The cells as text; null where they are not UTF-8."""
    try:
        return cells.cast(pl.String)
    except pl.exceptions.ComputeError:  # the column is looked at cell by cell
        return pl.Series(cells.name, [_decoded(cell) for cell in cells], dtype=pl.String)


def _decoded(cell: bytes | None) -> str | None:
    try:
        return None if cell is None else cell.decode()
    except UnicodeDecodeError:
        return None


def _head(path: Path) -> list[str]:
    with path.open("rb") as opened:
        begun = opened.readline(_MOST_OF_HEAD)
    try:
        names = next(csv.reader([begun.decode("utf-8-sig")]), [])
    except (UnicodeDecodeError, csv.Error):
        names = []
    if not names:
        raise NotTheTable("The first line of a CSV file names its columns, in UTF-8. Nothing was audited.")
    for mark, called in ((";", "semicolons"), ("\t", "tabs")):
        if len(names) == 1 and mark in names[0]:
            raise NotTheTable(
                f"The cells are parted by {called}, and have to be by commas. Save the file as CSV with commas. Nothing was audited."
            )
    return names
