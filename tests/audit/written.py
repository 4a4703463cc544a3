"""The same rows written as Parquet, as CSV and as JSON Lines."""

import csv
import json

import polars as pl

from pharmacyfirst import exact
from pharmacyfirst.audit.cells import TYPES
from pharmacyfirst.audit.table import Holds


def as_parquet(rows, table, path, **how):
    schema = {one.name: TYPES[one.holds] for one in table.columns}
    flat = [
        {name: plain(value, table_column(table, name).holds) for name, value in flat_of(row).items()} for row in rows
    ]
    pl.DataFrame(flat, schema=schema).write_parquet(path, **how)
    return path


def as_csv(rows, table, path):
    with path.open("w", encoding="utf-8", newline="") as opened:
        out = csv.DictWriter(opened, [one.name for one in table.columns], restval="")
        out.writeheader()
        for row in rows:
            out.writerow({name: cell(value) for name, value in flat_of(row).items()})
    return path


def as_json_lines(rows, table, path):
    lines = [
        exact.write({**head, "as_of": head["as_of"].isoformat(), "facts": facts, **said}) for head, facts, said in rows
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert json.loads(lines[0])
    return path


FORMATS = {".parquet": as_parquet, ".csv": as_csv, ".jsonl": as_json_lines}


def flat_of(row):
    head, facts, said = row
    return {**head, **facts, **said}


def table_column(table, name):
    return next(one for one in table.columns if one.name == name)


def plain(value, holds):
    if value is None or holds is Holds.DAY:
        return value
    if holds is Holds.NUMBER:
        return float(value)
    return list(value) if holds is Holds.ANY_OF else value


def cell(value):
    match value:
        case None:
            return ""
        case True | False:
            return "true" if value else "false"
        case tuple() | list():
            return " ".join(value) or "none"
        case _:
            return str(value)
