"""The cells of a column as the table holds them, read strictly: what does not fit is told apart from what is not there.

Nothing is guessed: a 1 is no yes, and a number in a way of writing that could be misread is none.
"""

from collections.abc import Mapping
from decimal import Decimal

import polars as pl

from pharmacyfirst.audit.table import NONE, Holds, TableColumn, how_written
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.fast.run import as_float

TYPES: Mapping[Holds, pl.DataType] = {
    Holds.TEXT: pl.String(),
    Holds.DAY: pl.Date(),
    Holds.YES_NO: pl.Boolean(),
    Holds.WHOLE_NUMBER: pl.Int64(),
    Holds.NUMBER: pl.Float64(),
    Holds.ONE_OF: pl.String(),
    Holds.ANY_OF: pl.List(pl.String()),
}
"""What the cells of a column are once they are read."""

_WORDS = (pl.String, pl.Categorical, pl.Enum)
_YES, _NO = ["true", "yes"], ["false", "no"]
_WHOLE = r"^-?[0-9]{1,9}$"
_NUMBER = r"^-?[0-9]{1,20}(\.[0-9]{1,30})?$"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_EXACT = 15  # of so many digits or fewer the nearest float is told from the floats of all others


class NotTheTable(PharmacyFirstError):
    """The file is no table of consultations; the message says of which column, what is wrong, and what to do. Nothing was audited."""


def of_text(cells: pl.Series, column: TableColumn) -> pl.Series:
    """A column of a CSV file, whose cells are text: null where a cell is empty, and where it holds what does not fit."""
    if cells.null_count() == len(cells):
        return pl.Series(column.name, [None], dtype=TYPES[column.holds]).new_from_index(0, len(cells))
    cell = pl.col(column.name)
    read: pl.Expr
    match column.holds:
        case Holds.YES_NO:
            small = cell.str.to_lowercase()
            read = pl.when(small.is_in(_YES)).then(True).when(small.is_in(_NO)).then(False)
        case Holds.WHOLE_NUMBER:
            read = pl.when(cell.str.contains(_WHOLE)).then(cell).cast(pl.Int64, strict=False)
        case Holds.NUMBER:
            return _numbers(cells)
        case Holds.DAY:
            read = pl.when(cell.str.contains(_DAY)).then(cell).str.to_date("%Y-%m-%d", strict=False)
        case Holds.ANY_OF:
            nothing = pl.lit([], dtype=pl.List(pl.String))
            read = pl.when(cell == NONE).then(nothing).when(cell.is_not_null()).then(cell.str.split(" "))
        case _:
            read = cell
    return cells.to_frame().select(read.alias(column.name)).to_series()


def _numbers(cells: pl.Series) -> pl.Series:
    fits = cells.str.contains(_NUMBER)
    if (cells.str.len_chars().fill_null(0) <= _EXACT).all():
        return cells.to_frame().select(pl.when(fits).then(pl.first()).cast(pl.Float64, strict=False)).to_series()
    held = [as_float(Decimal(cell)) if fit else None for cell, fit in zip(cells, fits, strict=True)]
    return pl.Series(cells.name, held, dtype=pl.Float64)


def of_typed(cells: pl.Series, column: TableColumn) -> pl.Series:
    """A column of a file that has types. Raises ``NotTheTable`` for one of another type than the table has."""
    held, wanted = cells.dtype, TYPES[column.holds]
    if held in (wanted, pl.Null):
        return cells.cast(wanted)
    match column.holds:
        case Holds.TEXT:
            fits = isinstance(held, _WORDS) or held.is_integer()
        case Holds.ONE_OF:
            fits = isinstance(held, _WORDS)
        case Holds.DAY:
            if held == pl.String:
                return of_text(cells, column)
            fits = False
        case Holds.WHOLE_NUMBER:
            fits = held.is_integer()
        case Holds.NUMBER:
            # 36.8 in 32 bits is 36.79999924, which may lie on the other side of a bound.
            fits = held.is_integer() or held.is_decimal()
        case Holds.ANY_OF:
            fits = isinstance(held, pl.List) and isinstance(held.inner, (*_WORDS, pl.Null))
        case _:
            fits = False
    if not fits:
        raise NotTheTable(
            f"The column {column.name} holds {held}, and has to hold {column.holds.value} ({wanted}): {how_written(column)}. "
            "Write it so. Nothing was audited."
        )
    return cells.cast(wanted, strict=False)


def misread(before: pl.Series, after: pl.Series) -> pl.Series:
    """The rows, as truths, where something stood that does not fit."""
    return before.is_not_null() & after.is_null()
