"""The rows of a lump judged: each by the version in force on its day, or set aside with the reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from pharmacyfirst.audit.agreeing import agreeing
from pharmacyfirst.audit.disagreeing import AuditFinding, findings_of
from pharmacyfirst.audit.in_polars_read import misfits
from pharmacyfirst.audit.nhs_numbers import without_nhs_numbers
from pharmacyfirst.audit.plan import FactColumn, Plan, judged, plan_of
from pharmacyfirst.audit.reading import ASIDE_SCHEMA, LINE, ReadRows, whole
from pharmacyfirst.audit.recorded import recorded_of
from pharmacyfirst.audit.table import WHAT_WAS_RECORDED, AuditTable, Holds, TableColumn
from pharmacyfirst.content.library import Library
from pharmacyfirst.errors import PharmacyFirstError, Refused
from pharmacyfirst.fast.assess import assess
from pharmacyfirst.kernel.questions import BORN

FINDINGS_SCHEMA: dict[str, pl.DataType] = {
    "line": pl.Int64(),
    "row": pl.String(),
    "pathway": pl.String(),
    "as_of": pl.Date(),
    "pharmacy": pl.String(),
    "finding": pl.String(),
    "recorded": pl.String(),
    "pathway_says": pl.String(),
    "criteria": pl.List(pl.String()),
    "facts": pl.List(pl.String()),
    "version": pl.String(),
    "digest": pl.String(),
}
"""A finding: the row it is of, which kind, what each side says, what decided or is not known, and by which content."""

CHECKED_AGAIN = 997  # one row in so many that plainly agrees is judged by the kernel too


class EnginesDisagree(PharmacyFirstError):
    """The columns and the kernel do not come to the same for a row: a mistake of ours. Nothing is reported."""


@dataclass(frozen=True, slots=True)
class JudgedRows:
    """What came of a lump: a line for each row judged, with ``outcome`` and ``found``; the findings; the rows set aside.

    ``again`` is how many rows without a finding were judged a second time, by the kernel; ``unread`` what keys left unread look like.
    """

    rows: pl.DataFrame
    findings: pl.DataFrame
    aside: pl.DataFrame
    again: int
    unread: frozenset[str] = frozenset()


class LumpJudging:
    """Judges lump after lump by the pathways of one library; the plans are made once."""

    def __init__(self, library: Library, table: AuditTable):
        self.library = library
        self.table = table
        self._plans: dict[str, list[_DaysOfPlan]] = {}

    def judge(self, read: ReadRows) -> JudgedRows:
        """Every row that was read. Raises ``EnginesDisagree``."""
        rows, found, again = [_NO_ROWS], [_NO_FINDINGS], 0
        kept, lost_before = without_nhs_numbers(read.frame, read.aside)
        aside = [lost_before]
        frame, unfit = self._with_a_pathway(kept)
        aside.append(unfit)
        for plan, mine in self._by_plan(frame):
            fitting, unfit = _fitting(mine, plan)
            aside.append(unfit)
            one = self._judged(fitting, plan.plan)
            rows.append(one.rows)
            found.append(one.findings)
            again += one.again
        lost = pl.concat(aside).sort("line", maintain_order=True)
        findings = pl.concat(found).sort("line", maintain_order=True)
        return JudgedRows(pl.concat(rows), findings, lost, again, read.unread)

    def _columns(self, plan: Plan) -> Iterator[TableColumn]:
        names = plan.pathway.questions
        yield from (one for one in self.table.columns if one.name in names or one not in self.table.facts)

    def _with_a_pathway(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The rows whose pathway is in force on their day, and the rest."""
        if not frame.height:
            return frame, _NO_ASIDE
        frame = whole(frame, (one for one in self.table.columns if one.required))
        pairs = frame.select("pathway", "as_of").unique()
        code = {
            (pathway, on): self._why_not(pathway, on) for pathway, on in pairs.iter_rows() if pathway is not None and on
        }
        why = pl.DataFrame(
            [(pathway, on, says) for (pathway, on), says in code.items()],
            schema={"pathway": pl.String, "as_of": pl.Date, "why": pl.String},
            orient="row",
        )
        told = frame.join(why, on=["pathway", "as_of"], how="left", maintain_order="left")
        lacking = [(name, pl.col(name).is_null()) for name in ("row", "pathway", "as_of")]
        column = pl.coalesce(
            *(pl.when(lacks).then(pl.lit(name)) for name, lacks in lacking),
            pl.when(pl.col("recorded_outcome").is_in(_OUTCOMES).not_()).then(pl.lit("recorded_outcome"))
            if "recorded_outcome" in frame.columns
            else pl.lit(None, dtype=pl.String),
            *(pl.when(pl.col(name).is_nan()).then(pl.lit(name)) for name in _NUMBERS if name in frame.columns),
        )
        any_lacks = pl.any_horizontal(lacks for _, lacks in lacking)
        told = told.with_columns(column.alias("_column")).with_columns(
            pl.when(any_lacks)
            .then(pl.lit("missing_key"))
            .when(pl.col("_column").is_not_null())
            .then(pl.lit("wrong_value"))
            .otherwise(pl.col("why"))
            .alias("why")
        )
        unfit = told.filter(pl.col("why").is_not_null())
        lost = unfit.select(
            pl.col(LINE).alias("line"), "row", pl.col("why").alias("code"), pl.col("_column").alias("column")
        )
        return told.filter(pl.col("why").is_null()).drop("why", "_column"), lost

    def _why_not(self, pathway: str, on: date) -> str | None:
        try:
            self.library.in_force(pathway, on)
        except Refused as refused:
            return refused.code
        return None

    def _by_plan(self, frame: pl.DataFrame) -> Iterator[tuple["_DaysOfPlan", pl.DataFrame]]:
        """The rows by the plan that they are judged by, with its columns alone: of one pathway, on days with the same documents in force."""
        if not frame.height:
            return
        days_of = frame.group_by("pathway").agg(pl.col("as_of").unique().sort()).sort("pathway")
        for pathway, days in days_of.iter_rows():
            while days:
                plan = self._plan(pathway, days[0])
                of_it = [day for day in days if day in plan.plan.period]
                days = [day for day in days if day not in plan.plan.period]
                mine = (pl.col("pathway") == pathway) & pl.col("as_of").is_in(of_it)
                columns = [*self._columns(plan.plan)]
                there = [LINE, *(one.name for one in columns if one.name in frame.columns)]
                yield plan, whole(frame.lazy().filter(mine).select(there).collect(), columns)

    def _plan(self, pathway: str, on: date) -> "_DaysOfPlan":
        plans = self._plans.setdefault(pathway, [])
        for one in plans:
            if on in one.plan.period:
                return one
        plans.append(_DaysOfPlan.of(plan_of(self.library.in_force(pathway, on), on)))
        return plans[-1]

    def _judged(self, frame: pl.DataFrame, plan: Plan) -> JudgedRows:
        verdicts = judged(frame, plan)
        agrees = agreeing(frame, verdicts, plan)
        rows = frame.select(LINE, "pathway", "as_of", "pharmacy", "recorded_outcome").with_columns(
            verdicts["outcome"].cast(pl.String)
        )
        doubtful = (~agrees).arg_true()
        sample = (agrees & (frame[LINE] % CHECKED_AGAIN == 0)).arg_true()
        findings = _Findings(plan)
        for at in doubtful:
            findings.look_at(frame.row(at, named=True), rows["outcome"][at])
        for at in sample:
            if findings.look_at(frame.row(at, named=True), rows["outcome"][at]):
                raise EnginesDisagree(_BROKEN)
        found = findings.frame()
        rows = rows.with_columns(pl.col(LINE).is_in(found["line"].unique().to_list()).alias("found"))
        return JudgedRows(rows, found, _NO_ASIDE, len(sample))


@dataclass(frozen=True, slots=True)
class _DaysOfPlan:
    """A plan, and the same plan with every question of the pathway as a column: an answer that nothing reads has to fit all the same."""

    plan: Plan
    of_every_question: Plan

    @classmethod
    def of(cls, plan: Plan) -> "_DaysOfPlan":
        questions = plan.pathway.questions.items()
        columns = {name: plan.columns.get(name, FactColumn(name, one)) for name, one in questions if name != BORN}
        return cls(plan, replace(plan, columns=columns))


class _Findings:
    """The findings of rows that do not plainly agree, each judged by what judges one consultation."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.rows: list[dict[str, Any]] = []

    def look_at(self, row: Mapping[str, Any], outcome: str) -> bool:
        """Judge one row; whether there is a finding. Raises ``EnginesDisagree`` where the columns came to another outcome."""
        pathway = self.plan.pathway
        facts = {name: row[name] for name in self.plan.pathway.questions if row.get(name) is not None}
        try:
            assessment = assess(pathway, facts, row["as_of"])
        except Refused:
            raise EnginesDisagree(_BROKEN) from None
        if assessment.outcome.kind.key != outcome:
            raise EnginesDisagree(_BROKEN)
        found = findings_of(assessment, recorded_of(row))
        self.rows += [self._line(row, one) for one in found]
        return bool(found)

    def _line(self, row: Mapping[str, Any], one: AuditFinding) -> dict[str, Any]:
        pathway = self.plan.pathway
        return {
            "line": row[LINE],
            "row": row["row"],
            "pathway": pathway.id,
            "as_of": row["as_of"],
            "pharmacy": row["pharmacy"],
            "finding": one.kind.value,
            "recorded": one.recorded,
            "pathway_says": one.says,
            "criteria": [*one.criteria],
            "facts": [*one.facts],
            "version": pathway.edition.version,
            "digest": pathway.content_digest,
        }

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame(self.rows, schema=FINDINGS_SCHEMA)


def _fitting(frame: pl.DataFrame, plan: _DaysOfPlan) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows whose answers fit their questions, and the rest."""
    bad = misfits(frame, plan.of_every_question)
    if not bad:
        return frame, _NO_ASIDE
    column = pl.coalesce(pl.when(wrong).then(pl.lit(name)) for name, wrong in bad.items())
    told = frame.select(pl.col(LINE).alias("line"), "row", pl.lit("wrong_value").alias("code"), column.alias("column"))
    wrong_rows = told["column"].is_not_null()
    return frame.filter(~wrong_rows), told.filter(wrong_rows)


_BROKEN = (
    "The columns and the kernel do not come to the same for a row. This is a mistake of this program: nothing is reported, "
    "as nobody can say which of them is right. Please report it with the row."
)
_OUTCOMES = next(one.choices for one in WHAT_WAS_RECORDED if one.holds is Holds.ONE_OF)
_NUMBERS = tuple(one.name for one in WHAT_WAS_RECORDED if one.holds is Holds.NUMBER)
_NO_ASIDE = pl.DataFrame(schema=ASIDE_SCHEMA)
_NO_FINDINGS = pl.DataFrame(schema=FINDINGS_SCHEMA)
_NO_ROWS = pl.DataFrame(
    schema={
        LINE: pl.Int64(), "pathway": pl.String(), "as_of": pl.Date(), "pharmacy": pl.String(), "recorded_outcome": pl.String(),
        "outcome": pl.String(), "found": pl.Boolean(),
    }
)  # fmt: skip
