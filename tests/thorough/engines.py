"""Part `audit`: a plan gives what the kernel gives on Polars, DuckDB and Spark, row by row; and every planted fault is found."""

import tempfile
from functools import partial
from pathlib import Path

from audit.a_spark import on_spark
from audit.planned import assessed, differences, on_duckdb, on_polars
from audit.test_faults_of_a_plan import FAULTS, OF_ENGINES, found
from fast.agreeing import LIBRARY, ON, people
from fast.made_up import corners
from thorough.part import Part

from pharmacyfirst.audit.plan import plan_of

MADE_UP = 100  # pathways on Polars and DuckDB for each 20,000 rows
FAULTS_AT_ONCE = 10


def compared(pathway, day, some, engines):
    """How many rows were compared; raises AssertionError with the first that differs."""
    plan = plan_of(pathway, day)
    assessments, frame = assessed(pathway, some, day)
    for engine in engines:
        what = next(differences(plan, assessments, engine(plan, frame)), None)
        assert what is None, f"{pathway.id}, {engine.__name__}: {what}"
    return len(assessments)


def spark(plan, frame):
    """One plan on Spark: its rows."""
    with tempfile.TemporaryDirectory() as folder:
        return on_spark(Path(folder), [(plan, frame)])[0]


def judge(condition, size, seed):
    """The same rows on all three."""
    pathway, engines = LIBRARY.in_force(condition, ON), (on_polars, on_duckdb, spark)
    return {"rows on each of Polars, DuckDB and Spark": compared(pathway, ON, people(condition, size, seed), engines)}


def judge_made_up(seeds):
    each = [compared(pathway, day, some, (on_polars, on_duckdb)) for pathway, day, some in corners(seeds)]
    return {"pathways by chance": len(each), "rows for them": sum(each)}


def judge_faults(faults):
    missed = [fault for fault in faults if not found(fault)]
    assert not missed, f"not found: {missed}"
    return {"planted faults": len(faults)}


def pieces(size, seed):
    for at, condition in enumerate(LIBRARY.conditions):
        yield condition, partial(judge, condition, -(-size // len(LIBRARY.conditions)), seed + at)
    for start in range(0, -(-size // 20_000) * MADE_UP, MADE_UP):
        yield f"by chance {start + 1}", partial(judge_made_up, range(start, start + min(MADE_UP, size)))
    every = [*FAULTS, *OF_ENGINES]
    for start in range(0, len(every), FAULTS_AT_ONCE):
        yield f"faults {start + 1}", partial(judge_faults, every[start : start + FAULTS_AT_ONCE])


PART = Part(
    name="audit",
    property="a plan over columns gives what the kernel gives on Polars, DuckDB and Spark, and faults planted in it are found",
    test="tests/audit/test_plan.py",
    size=100_000,
    counts="rows over all conditions",
    pieces=pieces,
)
