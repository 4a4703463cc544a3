"""Consultations as JSON Lines: an object a line, the facts as the JSON contract has them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from pharmacyfirst import exact
from pharmacyfirst.audit.cells import TYPES
from pharmacyfirst.audit.reading import LINE, Lump, ReadRows, SetAside
from pharmacyfirst.audit.table import AuditTable, Holds
from pharmacyfirst.errors import Refused
from pharmacyfirst.fast.run import as_float
from pharmacyfirst.kernel.questions import read_day

LINES = 20_000  # at a time
FACTS = "facts"


class JSONLinesFile:
    """A file of JSON Lines. Blank lines are no rows."""

    def __init__(self, path: Path, table: AuditTable):
        self.path = path
        self.size = path.stat().st_size
        self.remarks: tuple[str, ...] = ()
        self._rows = RowsOfObjects(table)

    def lumps(self) -> Iterator[Lump]:
        """``LumpSource.lumps``."""
        held: list[tuple[int, bytes]] = []
        line = number = 0
        with self.path.open("rb") as opened:
            while text := opened.readline(exact.MOST_BYTES + 1):
                rest = text
                while rest and not rest.endswith(
                    b"\n"
                ):  # of a line too long no more is kept than it takes to refuse it
                    rest = opened.readline(exact.MOST_BYTES)
                line += 1
                if not text.isspace():
                    held.append((line, text))
                if len(held) == LINES:
                    yield Lump(number, len(held), held[0][0], held, opened.tell())
                    number, held = number + 1, []
        if held:
            yield Lump(number, len(held), held[0][0], held, self.size)

    def read(self, lump: Lump) -> ReadRows:
        """``LumpSource.read``."""
        return self._rows.read(lump.held)


class RowsOfObjects:
    """Objects of JSON made into rows: each key one of ours, each value of the type of its column."""

    def __init__(self, table: AuditTable):
        facts = {one.name for one in table.facts}
        self._facts = {one.name: one for one in table.facts}
        self._others = {one.name: one for one in table.columns if one.name not in facts}

    def read(self, lines: Iterable[tuple[int, bytes | Mapping[str, Any]]]) -> ReadRows:
        """The objects, each with the number of its line, as JSON text or read already."""
        aside, rows, numbers = SetAside(), [], []
        for line, text in lines:
            held: dict[str, Any] = {}
            try:
                given = exact.read(text) if isinstance(text, bytes) else text
                wrong = self._row(given, held)
            except Refused as refused:
                wrong = (refused.code, None)
            if wrong is None:
                rows.append(held)
                numbers.append(line)
            else:
                row = held.get("row")
                aside.add(line, row if isinstance(row, str) else None, *wrong)
        schema = {LINE: pl.Int64()} | {
            name: TYPES[one.holds]
            for name, one in (self._others | self._facts).items()
            if any(name in row for row in rows)
        }
        for line, row in zip(numbers, rows, strict=True):
            row[LINE] = line
        return ReadRows(pl.DataFrame(rows, schema=schema), aside.frame())

    def _row(self, given: Any, held: dict[str, Any]) -> tuple[str, str | None] | None:
        """Puts the values of an object into ``held``. What is wrong with it as a code, and of which column; None where nothing is."""
        if not isinstance(given, Mapping):
            return "not_json", None
        if not isinstance(given.get(FACTS), Mapping):
            return "missing_key", FACTS
        strangers = False
        for columns, values in ((self._others, given), (self._facts, given[FACTS])):
            for name, value in values.items():
                column = columns.get(name)
                if column is None:
                    strangers = strangers or columns is self._facts or name != FACTS
                elif value is not None:
                    read = _READERS[column.holds](value)
                    if read is None:
                        return "wrong_value", name
                    held[name] = read
        return ("unknown_fact", None) if strangers else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.isprintable() else None


def _whole(value: Any) -> int | None:
    return value if type(value) is int and abs(value) < 10**9 else None


def _number(value: Any) -> float | None:
    if type(value) is int and abs(value) < 10**15:
        return float(value)
    return as_float(value) if isinstance(value, Decimal) and value.is_finite() else None


def _any_of(value: Any) -> list[str] | None:
    return [*value] if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value) else None


_READERS: Mapping[Holds, Callable[[Any], Any]] = {
    Holds.TEXT: _text,
    Holds.DAY: read_day,
    Holds.YES_NO: lambda value: value if isinstance(value, bool) else None,
    Holds.WHOLE_NUMBER: _whole,
    Holds.NUMBER: _number,
    Holds.ONE_OF: _text,
    Holds.ANY_OF: _any_of,
}
