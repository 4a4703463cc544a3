"""How fast a table of consultations is judged, on one core: ``python benchmarks/columns.py``, or with ``--fast`` a quick look that is not to be quoted.

The table is made up (``pharmacyfirst synth``), by a seed. For each condition three ways are timed in turn, several times, by CPU time of the process,
which has one thread in each engine; what is given is the quickest tenth of the rounds. Every way judges all verdicts (of each criterion, row, clause and dose row,
reached or not), the outcome, what decided, and the offers with dose and quantity. Before that the rows that differ between the engines are counted: one ends the run.

Beside them: what the kernel and the generated code take for the same rows, one by one.
"""

import os

os.environ["POLARS_MAX_THREADS"] = "1"  # before Polars is imported

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

import duckdb
import polars as pl

from pharmacyfirst import load
from pharmacyfirst.audit.in_polars import worked_out
from pharmacyfirst.audit.in_polars_read import facts_of
from pharmacyfirst.audit.plan import Plan, judged, plan_of
from pharmacyfirst.audit.table import table_of
from pharmacyfirst.content.library import Library
from pharmacyfirst.fast.assess import assessor_of
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.questions import BORN
from pharmacyfirst.population.consultations import FIRST_MONTH, MadeUp, shipped_population
from pharmacyfirst.population.files import write_rows

SEED = 20261130
ONE_BY_ONE = 2_000
MONTHS = 6  # all with the same documents in force


class Measured(NamedTuple):
    """Seconds of CPU for all rows, by way, and what stands beside them."""

    condition: str
    rows: int
    plan: Plan
    unknown: float
    seconds: Mapping[str, float]


IN_POLARS, VERDICTS, IN_DUCKDB = (
    "Polars, columns in memory",
    "of it verdicts, outcome, offers",
    "DuckDB, table in memory",
)
POLARS_FILE, DUCKDB_FILE = "Polars, Parquet to counts", "DuckDB, Parquet to counts"
KERNEL, GENERATED = "kernel", "generated"


def main() -> None:
    """Check that the engines agree, time them, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--fast", action="store_true", help="a quick look: fewer rows and rounds")
    parser.add_argument("--rows", type=int, help="rows of each condition")
    options = parser.parse_args()
    rows, rounds = (50_000, 3) if options.fast else (200_000, 11)
    library = load()
    with tempfile.TemporaryDirectory() as folder:
        known = shipped_population().conditions.shares
        each = [
            measured(library, name, options.rows or rows, rounds, Path(folder))
            for name in library.conditions
            if known.get(name)  # people are made up for these
        ]
    print(in_words(each))


def measured(library: Library, condition: str, rows: int, rounds: int, folder: Path) -> Measured:
    """One condition, every way."""
    file = folder / f"{condition}.parquet"
    made = MadeUp(library, shipped_population(), rows, SEED, first=FIRST_MONTH, months=MONTHS, only=(condition,))
    with write_rows(file, table_of(library), made.says()) as add:
        for block in made.every_block():
            add(block)
    plan = plan_of(library.in_force(condition, FIRST_MONTH), FIRST_MONTH)
    read = list(plan.columns)
    frame = pl.read_parquet(file, columns=read)
    facts = facts_of(frame, plan)
    core = [
        *plan.verdicts,
        "outcome",
        "destination",
        *(
            name
            for name in plan.outcome
            if name.startswith("offer") and not name.endswith(("amount", "day", "days", "quantity"))
        ),
    ]
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    connection.execute(f"CREATE TABLE consultations AS SELECT {', '.join(read)} FROM read_parquet('{file}')")
    in_duckdb = connection.sql(plan.query("consultations")).pl()
    if differ := differing(judged(frame, plan), in_duckdb):
        print(f"{condition}: Polars and DuckDB differ in {', '.join(differ)}", file=sys.stderr)
        raise SystemExit(1)
    query = counting(plan, plan.query("consultations"))
    from_file = counting(plan, plan.query(f"read_parquet('{file}')"))
    ways: dict[str, Callable[[], Any]] = {
        IN_POLARS: lambda: judged(frame, plan),
        VERDICTS: lambda: worked_out(facts, plan, core),
        IN_DUCKDB: lambda: connection.sql(query).fetchall(),
        POLARS_FILE: lambda: counted(judged(pl.read_parquet(file, columns=read), plan), plan),
        DUCKDB_FILE: lambda: connection.sql(from_file).fetchall(),
    }
    seconds = timed(ways, rounds) | one_by_one(library, condition, frame.head(ONE_BY_ONE), rows)
    unknown = sum(frame[name].null_count() for name in read) / (frame.height * len(read))
    return Measured(condition, frame.height, plan, unknown, seconds)


def differing(one: pl.DataFrame, other: pl.DataFrame) -> list[str]:
    """The columns in which two engines differ."""

    def plain(column: pl.Series) -> pl.Series:
        return column.cast(pl.String if isinstance(column.dtype, pl.Enum | pl.String) else pl.Int64)

    return [name for name in one.columns if not plain(one[name]).equals(plain(other[name]))]


def counted(found: pl.DataFrame, plan: Plan) -> list[pl.DataFrame]:
    """How often each outcome, offer and dose row comes up, and each verdict is met or not known."""
    names = list(plan.verdicts)
    each = found.select(
        *(pl.col(name).sum().alias(f"{name} met") for name in names),
        *(pl.col(name).null_count().alias(f"{name} not known") for name in names),
    )
    return [each, found["outcome"].value_counts(), found["offer_1_dose_row"].value_counts()]


def counting(plan: Plan, query: str) -> str:
    """The same counts as a query, each outcome with its dose rows."""
    each = [f'count_if("{name}"), count(*) - count("{name}")' for name in plan.verdicts]
    return f"SELECT outcome, offer_1_dose_row, count(*), sum(offer_1_amount), {', '.join(each)} FROM ({query}) GROUP BY ALL"


def timed(ways: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """CPU seconds of each way, in turn; of the rounds that which only a tenth are quicker than."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            start = process_time()
            way()
            taken[name].append(process_time() - start)
    return {name: sorted(each)[len(each) // 10] for name, each in taken.items()}


def one_by_one(library: Library, condition: str, frame: pl.DataFrame, rows: int) -> dict[str, float]:
    """What as many rows would take one by one, from some of them."""
    pathway = library.in_force(condition, FIRST_MONTH)
    people = [
        {name: one for name, one in facts.items() if one is not None and name != BORN} for facts in frame.to_dicts()
    ]
    assessor = assessor_of(pathway, FIRST_MONTH)
    assert assessor is not None
    found = timed(
        {
            KERNEL: lambda: [assess(pathway, facts, FIRST_MONTH) for facts in people],
            GENERATED: lambda: [assessor.verdicts(facts, FIRST_MONTH) for facts in people],
        },
        5,
    )
    return {name: seconds * rows / len(people) for name, seconds in found.items()}


def in_words(each: list[Measured]) -> str:
    """Two tables in Markdown: millions of rows times verdicts a second, and rows a second."""
    ways = (IN_POLARS, VERDICTS, IN_DUCKDB, POLARS_FILE, DUCKDB_FILE)
    heads = ("condition", "verdicts", "not known", *ways)
    lines = [
        "Millions of rows times verdicts a second, on one core:",
        "",
        f"| {' | '.join(heads)} |",
        f"|---|{'---:|' * (len(heads) - 1)}",
    ]
    for one in each:
        size = one.rows * len(one.plan.verdicts) / 1e6
        rates = [f"{size / one.seconds[way]:.0f}" for way in ways]
        lines.append(f"| {one.condition} | {len(one.plan.verdicts)} | {one.unknown:.0%} | {' | '.join(rates)} |")
    heads = ("condition", "rows", *ways, "generated code, one by one", "kernel, one by one")
    lines += [
        "",
        "Thousands of rows a second, on one core:",
        "",
        f"| {' | '.join(heads)} |",
        f"|---|{'---:|' * (len(heads) - 1)}",
    ]
    for one in each:
        rates = [f"{one.rows / one.seconds[way] / 1e3:,.0f}" for way in (*ways, GENERATED, KERNEL)]
        lines.append(f"| {one.condition} | {one.rows:,} | {' | '.join(rates)} |")
    total = sum(one.rows * len(one.plan.verdicts) for one in each) / 1e6
    rates = {way: total / sum(one.seconds[way] for one in each) for way in ways}
    says = [f"{way.replace(',', ' with')}: {rate:.0f} M" for way, rate in rates.items()]
    lines += [
        "",
        f"All conditions together, rows times verdicts a second: {'; '.join(says)}. From Parquet to counts is {rates[POLARS_FILE] / rates[VERDICTS]:.0%} of the rate in memory on Polars.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
