"""Consultations as JSON Lines: an object a line, the facts as the JSON contract has them."""

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from pharmacyfirst import exact
from pharmacyfirst.audit.cells import TYPES
from pharmacyfirst.audit.reading import LINE, Lump, ReadRows, SetAside, key_not_read
from pharmacyfirst.audit.table import AuditTable, Holds, identifies
from pharmacyfirst.errors import Refused
from pharmacyfirst.fast.run import as_float
from pharmacyfirst.kernel.questions import read_day

LINES = 20_000  # at a time
FACTS = "facts"
_PLAIN = re.compile(r"(?!.*[0-9]{4})[a-z][a-z0-9_]{0,60}")  # what a key has to be to be named: it may hold anything


class JSONLinesFile:
    """A file of JSON Lines. Blank lines are no rows."""

    def __init__(self, path: Path, table: AuditTable):
        self.path = path
        self.size = path.stat().st_size
        self._rows = RowsOfObjects(table)

    @property
    def remarks(self) -> tuple[str, ...]:
        """``LumpSource.remarks``, of the lines read so far."""
        return tuple(key_not_read(about) for about in sorted(self._rows.unread))

    def lumps(self) -> Generator[Lump]:
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
    """Objects of JSON made into rows: each key one of ours, each value of the type of its column.

    A key that tells who somebody is is left unread, and ``unread`` is what such keys look like.
    """

    def __init__(self, table: AuditTable):
        facts = {one.name for one in table.facts}
        self._facts = {one.name: one for one in table.facts}
        self._others = {one.name: one for one in table.columns if one.name not in facts}
        self.unread: set[str] = set()
        self._unread_here: set[str] = set()

    def read(self, lines: Iterable[tuple[int, bytes | Mapping[str, Any]]]) -> ReadRows:
        """The objects, each with the number of its line, as JSON text or read already."""
        aside, rows, numbers = SetAside(), [], []
        self._unread_here = set()
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
        self.unread |= self._unread_here
        return ReadRows(pl.DataFrame(rows, schema=schema), aside.frame(), frozenset(self._unread_here))

    def _row(self, given: Any, held: dict[str, Any]) -> tuple[str, str | None] | None:
        """Puts the values of an object into ``held``. What is wrong with it as a code, and of which column; None where nothing is."""
        if not isinstance(given, Mapping):
            return "not_json", None
        if not isinstance(given.get(FACTS), Mapping):
            return "missing_key", FACTS
        stranger: tuple[str, str | None] | None = None
        for columns, values in ((self._others, given), (self._facts, given[FACTS])):
            for name, value in values.items():
                column = columns.get(name)
                if column is None:
                    if about := identifies(name):
                        self._unread_here.add(about)
                    elif columns is self._facts or name != FACTS:
                        stranger = stranger or ("unknown_fact", name if _PLAIN.fullmatch(name) else None)
                elif value is not None:
                    read = _READERS[column.holds](value)
                    if read is None:
                        return "wrong_value", name
                    held[name] = read
        return stranger


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
