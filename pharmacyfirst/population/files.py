"""A made-up population written down: the table that ``pharmacyfirst audit`` reads, as Parquet, CSV or JSON Lines, and the list of planted faults.

A file is written beside its place and put there whole.
"""

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any

from pharmacyfirst.audit.table import NONE, WHAT_WAS_RECORDED, WHICH, AuditTable, Holds, TableColumn
from pharmacyfirst.errors import ExtraMissing, Refused
from pharmacyfirst.population.answers import AnswersOf
from pharmacyfirst.population.consultations import BlockOfRows
from pharmacyfirst.population.planted import Planted
from pharmacyfirst.population.recorded import Batch

PLANTED = ".planted.csv"
MADE_UP = "pharmacyfirst: made-up people"
"""The key of what a Parquet file says of itself."""

WriteBlock = Callable[[BlockOfRows], None]


def write_rows(path: Path, table: AuditTable, says: Mapping[str, Any]) -> AbstractContextManager[WriteBlock]:
    """A function that adds a block to a file of the kind that its name ends in. Raises ``Refused`` for another kind.

    ``says`` is what a Parquet file holds beside the rows: that they are made up, and how.
    """
    kinds = {".parquet": _parquet, ".csv": _csv, ".jsonl": _jsonl}
    if path.suffix not in kinds:
        raise Refused("wrong_value", f"Give a file whose name ends in one of {', '.join(kinds)}.")
    return kinds[path.suffix](path, table, says)


def planted_beside(path: Path) -> Path:
    """Where the list of planted faults stands: ``people.parquet.planted.csv`` beside ``people.parquet``."""
    return path.with_name(path.name + PLANTED)


@contextmanager
def write_planted(path: Path) -> Iterator[Callable[[Iterable[Planted]], None]]:
    """A function that adds faults to a list of them, in CSV."""
    with _text(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Planted._fields)
        yield writer.writerows


@contextmanager
def _put_whole(path: Path) -> Iterator[Path]:
    beside = path.with_name(f"{path.name}.new")
    try:
        yield beside
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    os.replace(beside, path)


@contextmanager
def _text(path: Path) -> Iterator[IO[str]]:
    with _put_whole(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:
        yield file


# Parquet


@contextmanager
def _parquet(path: Path, table: AuditTable, says: Mapping[str, Any]) -> Iterator[WriteBlock]:
    try:
        from pyarrow import parquet
    except ImportError:
        raise ExtraMissing("audit", "a table in Parquet") from None
    schema = _schema(table).with_metadata({MADE_UP: json.dumps(says)})
    with _put_whole(path) as beside, parquet.ParquetWriter(beside, schema, compression="zstd") as writer:
        yield lambda block: writer.write_table(arrow_of(block, table).replace_schema_metadata(schema.metadata))


def arrow_of(block: BlockOfRows, table: AuditTable) -> Any:
    """A block as a table of Arrow, with the columns of the audit."""
    import pyarrow as pa

    schema = _schema(table)
    return pa.Table.from_batches([_arrow_of(batch, table, schema) for batch in block.batches], schema)


def _arrow_of(batch: Batch, table: AuditTable, schema: Any) -> Any:
    import pyarrow as pa

    count, pathway = len(batch), batch.of.pathway.id
    arrays: list[Any] = [
        pa.array(batch.rows, pa.string()),
        pa.repeat(pa.scalar(pathway, pa.string()), count),
        pa.array(batch.days, pa.date32()),
        pa.array(batch.pharmacies, pa.string()),
    ]
    for column in table.facts:
        kind, codes = schema.field(column.name).type, batch.columns.get(column.name)
        if codes is None:
            arrays.append(pa.nulls(count, kind))
        else:
            places = pa.Array.from_buffers(pa.uint8(), count, [None, pa.py_buffer(codes)])
            arrays.append(pa.array(batch.of.values[column.name], kind).take(places))
    recorded = zip(*batch.recorded, strict=True)
    arrays += [
        pa.array(values, schema.field(one.name).type) for one, values in zip(WHAT_WAS_RECORDED, recorded, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


@cache
def _schema(table: AuditTable) -> Any:
    import pyarrow as pa

    kinds = {
        Holds.TEXT: pa.string(),
        Holds.ONE_OF: pa.string(),
        Holds.DAY: pa.date32(),
        Holds.YES_NO: pa.bool_(),
        Holds.WHOLE_NUMBER: pa.int32(),
        Holds.NUMBER: pa.float64(),
        Holds.ANY_OF: pa.list_(pa.string()),
    }
    return pa.schema([(column.name, kinds[column.holds]) for column in table.columns])


# CSV


@contextmanager
def _csv(path: Path, table: AuditTable, says: Mapping[str, Any]) -> Iterator[WriteBlock]:
    with _text(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in table.columns])

        def write(block: BlockOfRows) -> None:
            for batch in block.batches:
                cells = _cells(batch.of, table)
                empty = [""] * len(batch)
                facts = [
                    map(cells[one.name].__getitem__, batch.columns[one.name]) if one.name in cells else empty
                    for one in table.facts
                ]
                which = (batch.rows, [batch.of.pathway.id] * len(batch), batch.days, batch.pharmacies)
                recorded = ([_cell(value) for value in values] for values in zip(*batch.recorded, strict=True))
                writer.writerows(zip(*which, *facts, *recorded, strict=True))

        yield write


def _cells(of: AnswersOf, table: AuditTable) -> dict[str, list[str]]:
    return {one.name: [_cell(value) for value in of.values[one.name]] for one in table.facts if one.name in of.values}


def _cell(value: Any) -> str:
    """A value as a cell holds it; one that is not known is empty, a set that is known to be empty is ``none``."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case tuple():
            return " ".join(value) or NONE
        case _:
            return str(value)


# JSON Lines


@contextmanager
def _jsonl(path: Path, table: AuditTable, says: Mapping[str, Any]) -> Iterator[WriteBlock]:
    with _text(path) as file:

        def write(block: BlockOfRows) -> None:
            for batch in block.batches:
                file.writelines(_lines(batch))

        yield write


def _lines(batch: Batch) -> Iterator[str]:
    """A line for each consultation: its own facts, without those that are not known."""
    said = {
        name: ["" if value is None else f"{json.dumps(name)}: {json.dumps(value)}" for value in values]
        for name, values in batch.of.values.items()
    }
    facts = zip(*[map(said[name].__getitem__, codes) for name, codes in batch.columns.items()], strict=True)
    pathway, names = batch.of.pathway.id, [one.name for one in WHAT_WAS_RECORDED]
    for row, day, pharmacy, known, recorded in zip(
        batch.rows, batch.days, batch.pharmacies, facts, batch.recorded, strict=True
    ):
        which = json.dumps(dict(zip(_names(WHICH), (row, pathway, day.isoformat(), pharmacy), strict=True)))
        after = json.dumps({name: value for name, value in zip(names, recorded, strict=True) if value is not None})
        yield f'{which[:-1]}, "facts": {{{", ".join(filter(None, known))}}}, {after[1:]}\n'


def _names(columns: Iterable[TableColumn]) -> list[str]:
    return [one.name for one in columns]
