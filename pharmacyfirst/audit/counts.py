"""The numbers of an audit: counted lump by lump, added up at the end, and no longer than what there is to tell apart."""

import polars as pl

from pharmacyfirst.audit.judging import JudgedRows
from pharmacyfirst.kernel.outcome import Kind

NOT_KNOWN = "not known"
"""Where a row names no pharmacy, or recorded no outcome."""

COUNTS_SCHEMA: dict[str, pl.DataType] = {
    "of": pl.String(),
    "pathway": pl.String(),
    "month": pl.String(),
    "pharmacy": pl.String(),
    "outcome": pl.String(),
    "recorded": pl.String(),
    "finding": pl.String(),
    "criterion": pl.String(),
    "code": pl.String(),
    "rows": pl.Int64(),
    "found": pl.Int64(),
}
"""Counts of several kinds in one table. ``of`` says which: ``outcomes`` (pathway, month, what the pathway says, what was recorded),
``pharmacies`` (pharmacy, recorded), ``pharmacy months`` (pharmacy, month), ``findings`` (pathway, month, finding), ``at`` (pharmacy, finding), ``criteria`` (pathway, finding,
criterion), ``aside`` (code, and of which column as ``criterion``), ``again``, ``unread`` (what keys left unread look like, as ``code``).
What a kind does not tell apart is empty. ``rows`` is how many, ``found`` of those with a finding."""

_MONTH = pl.col("as_of").dt.strftime("%Y-%m").alias("month")


def counts_of(judged: JudgedRows) -> pl.DataFrame:
    """The counts of one lump."""
    rows = judged.rows.with_columns(
        _MONTH,
        pl.col("pharmacy").fill_null(NOT_KNOWN),
        pl.col("recorded_outcome").fill_null(NOT_KNOWN).alias("recorded"),
    )
    both = (pl.len().cast(pl.Int64).alias("rows"), pl.col("found").cast(pl.Int64).sum())
    alone = (pl.len().cast(pl.Int64).alias("rows"), pl.len().cast(pl.Int64).alias("found"))
    findings = judged.findings.with_columns(_MONTH, pl.col("pharmacy").fill_null(NOT_KNOWN))
    criteria = findings.explode("criteria").rename({"criteria": "criterion"}).drop_nulls("criterion")
    facts = (
        findings.filter(pl.col("criteria").list.len() == 0)
        .explode("facts")
        .rename({"facts": "criterion"})
        .drop_nulls("criterion")
    )
    counted = [
        rows.group_by("pathway", "month", "outcome", "recorded").agg(both).with_columns(_of("outcomes")),
        rows.group_by("pharmacy", "recorded").agg(both).with_columns(_of("pharmacies")),
        rows.group_by("pharmacy", "month").agg(both).with_columns(_of("pharmacy months")),
        findings.group_by("pathway", "month", "finding").agg(alone).with_columns(_of("findings")),
        findings.group_by("pharmacy", "finding").agg(alone).with_columns(_of("at")),
        criteria.group_by("pathway", "finding", "criterion").agg(alone).with_columns(_of("criteria")),
        facts.group_by("pathway", "finding", "criterion").agg(alone).with_columns(_of("facts")),
        judged.aside.rename({"column": "criterion"})
        .group_by("code", "criterion")
        .agg(alone)
        .with_columns(_of("aside")),
        pl.DataFrame(
            {"of": "unread", "code": sorted(judged.unread)}, schema_overrides={"code": pl.String}
        ).with_columns(rows=1, found=0),
        pl.DataFrame({"of": ["again"], "rows": [judged.again], "found": [0]}),
    ]
    empty = pl.DataFrame(schema=COUNTS_SCHEMA)
    return added_up(pl.concat([empty, *counted], how="diagonal_relaxed").select([*COUNTS_SCHEMA]).lazy())


def added_up(counts: pl.LazyFrame) -> pl.DataFrame:
    """Counts of several lumps added up, in an order that depends on nothing but them."""
    names = [name for name in COUNTS_SCHEMA if name not in ("rows", "found")]
    return counts.group_by(names).agg(pl.col("rows", "found").sum()).collect().sort(names).cast(dict(COUNTS_SCHEMA))  # type: ignore[arg-type]


def _of(name: str) -> pl.Expr:
    return pl.lit(name).alias("of")


def some(counts: pl.DataFrame, of: str) -> pl.DataFrame:
    """The counts of one kind."""
    return counts.filter(pl.col("of") == of)


SUPPLY, SELF_CARE = Kind.SUPPLY.key, Kind.SELF_CARE.key
