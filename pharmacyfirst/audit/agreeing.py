"""Which rows plainly agree with the pathway, for a whole frame at once.

A sieve and no judge: a row that it lets through agrees for certain, and every other one is looked at by ``disagreeing``, which alone says
what a finding is.
"""

import polars as pl

from pharmacyfirst.audit.doses import PARTS, in_parts
from pharmacyfirst.audit.plan import OFFER_COLUMNS, Plan
from pharmacyfirst.audit.table import SUPPLIED
from pharmacyfirst.kernel.dose import DoseRow
from pharmacyfirst.kernel.outcome import Kind

_OFFER = ("pgd", "dose_row", "amount", "times_a_day", "days", "quantity", "least")  # as OFFER_COLUMNS has them


def agreeing(frame: pl.DataFrame, verdicts: pl.DataFrame, plan: Plan) -> pl.Series:
    """Whether each row plainly agrees, never null. ``frame`` holds what was recorded, ``verdicts`` what ``judged`` made of the same rows."""
    recorded = [name for name in frame.columns if name.startswith("recorded_")]
    came = [name for name in verdicts.columns if name in plan.outcome]
    both = pl.concat([frame.select(recorded), verdicts.select(came)], how="horizontal")
    both = both.with_columns(pl.col("outcome").cast(pl.String)).with_columns(_offered(plan))
    known = both.join(
        _dose_rows(plan), left_on=["pgd", "dose_row"], right_on=["pgd", "row"], how="left", maintain_order="left"
    )
    supply = Kind.SUPPLY.key
    nothing = pl.all_horizontal(pl.col(name).is_null() for name in SUPPLIED)
    otherwise = (pl.col("outcome") != supply) & nothing
    same = pl.col("recorded_outcome") == pl.col("outcome")
    agrees = same & _documents_fit(plan) & (otherwise | _dose_fits())
    return known.select(agrees.fill_null(False).alias("agrees"))["agrees"]


def _offered(plan: Plan) -> list[pl.Expr]:
    """Of the offers the one that was supplied: null in every column where it was none of them."""
    offers = len(plan.outcome[3:]) // len(OFFER_COLUMNS)
    made = []
    for name, ending in zip(_OFFER, OFFER_COLUMNS, strict=True):
        kind = pl.String if name in ("pgd", "dose_row") else pl.Int64
        each = [
            pl.when(pl.col(f"offer_{at}").cast(pl.String) == pl.col("recorded_pgd")).then(
                pl.col(f"offer_{at}{ending}").cast(kind)
            )
            for at in range(1, offers + 1)
        ]
        made.append((pl.coalesce(each) if each else pl.lit(None, dtype=kind)).alias(name))
    return made


def _dose_rows(plan: Plan) -> pl.DataFrame:
    """What does not hang on the person: units, how often at most, and every quantity of every product."""
    rows: list[dict[str, object]] = []
    for (pgd, name), (document, row) in plan.dose_rows.items():
        fixed = [
            f"{in_parts(one.quantity.amount)} {one.quantity.unit}" for one in row.packs if one.quantity is not None
        ]
        rows.append(
            {
                "pgd": pgd, "row": name, "unit": row.dose.each.unit if row.dose is not None else None,
                "most": row.times_a_day_most or row.times_a_day, "fixed": fixed,
                "first_unit": _unit_of_first(row), "version": document.edition.version,
            }
        )  # fmt: skip
    return pl.DataFrame(
        rows,
        schema={
            "pgd": pl.String, "row": pl.String, "unit": pl.String, "most": pl.Int64, "fixed": pl.List(pl.String),
            "first_unit": pl.String, "version": pl.String,
        },
    )  # fmt: skip


def _unit_of_first(row: DoseRow) -> str | None:
    """Of the first product's quantity."""
    if not row.packs:
        return None
    first = row.packs[0]
    amount = first.product.strength.per if first.worked_out else first.quantity
    return amount.unit if amount is not None else None


def _parts(name: str) -> pl.Expr:
    return (pl.col(name) * PARTS).round(0).cast(pl.Int64, strict=False)


def _dose_fits() -> pl.Expr:
    quantity, unit = _parts("recorded_quantity"), pl.col("recorded_quantity_unit")
    fixed = pl.col("fixed").list.contains(pl.concat_str([quantity.cast(pl.String), unit], separator=" "))
    in_range = quantity.is_between(pl.max_horizontal("least", 1), pl.col("quantity")) & (unit == pl.col("first_unit"))
    often = pl.col("recorded_times_a_day").is_between(pl.col("times_a_day"), pl.col("most"))
    version = pl.col("recorded_pgd_version")
    return (
        (_parts("recorded_dose") == pl.col("amount"))
        & (pl.col("recorded_dose_unit") == pl.col("unit"))
        & often
        & (pl.col("days").is_null() | (pl.col("recorded_days") == pl.col("days")))
        & (fixed.fill_null(False) | in_range.fill_null(False))
        & (version.is_null() | (version == pl.col("version")))
    )


def _documents_fit(plan: Plan) -> pl.Expr:
    version, digest = pl.col("recorded_version"), pl.col("recorded_digest")
    ours = plan.pathway
    return (version.is_null() | (version == ours.edition.version)) & (
        digest.is_null() | (digest == ours.content_digest)
    )
