"""A plan gives for every row of a table what the kernel gives for that person: on Polars and on DuckDB, doses included."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from audit.planned import assessed, differences, frame_of, on_duckdb, on_polars
from fast.agreeing import EXPIRED, LIBRARY, ON, people
from fast.made_up import MadeUp, corners
from kernel.made_up_pathway import row
from shares import FEW
from shipped import cases_of

from pharmacyfirst import Kind, Refused, assess
from pharmacyfirst.audit.doses import from_parts, in_parts
from pharmacyfirst.audit.in_polars_read import misfits
from pharmacyfirst.audit.plan import judged, plan_of
from pharmacyfirst.audit.sentences import NoPlan, value_column
from pharmacyfirst.errors import WrongKind
from pharmacyfirst.kernel.conditions import Above, Includes, Limits, OneOf, Within
from pharmacyfirst.kernel.dose import Rounding

SEED = 20261130
PAGE = Path(__file__).resolve().parents[2] / "docs" / "audit-engines.md"
PEOPLE = 200
BY_CHANCE = 5


@pytest.fixture(
    params=[pytest.param(one, marks=() if one in FEW else pytest.mark.system) for one in LIBRARY.conditions]
)
def pathway(request):
    return LIBRARY.in_force(request.param, ON)


def of(condition):
    return plan_of(LIBRARY.in_force(condition, ON), ON)


def test_every_verdict_outcome_and_dose_is_that_of_the_kernel(pathway):
    plan = plan_of(pathway, ON)
    assessments, frame = assessed(pathway, people(pathway.id, PEOPLE, SEED), ON)
    assert [*differences(plan, assessments, on_polars(plan, frame))] == []
    assert [*differences(plan, assessments, on_duckdb(plan, frame))] == []
    came_out = Counter(one.outcome.kind for one in assessments)
    assert came_out[Kind.SUPPLY if pathway.pgds else Kind.MEASURE_NEXT] > 5
    assert came_out[Kind.NEED_FACTS] > 10


def test_of_pathways_put_together_by_chance_too():
    """In Polars a few; in plain Python many are the ground on which faults are planted (test_faults_of_a_plan)."""
    for made, day, some in corners(range(BY_CHANCE)):
        plan = plan_of(made, day)
        assessments, frame = assessed(made, some, day)
        assert [*differences(plan, assessments, on_polars(plan, frame))] == []


def test_where_no_pgd_is_in_force_nothing_is_offered_as_in_the_kernel():
    for condition in ("impetigo", "acute-sinusitis"):  # with a second choice, and with two offers at once
        pathway = LIBRARY.in_force(condition, EXPIRED)
        some = (
            {name: one for name, one in facts.items() if name != "date_of_birth"}
            for facts in people(condition, 100, SEED)
        )
        assessments, frame = assessed(pathway, some, EXPIRED)
        plan = plan_of(pathway, EXPIRED)
        found = on_polars(plan, frame)
        assert [*differences(plan, assessments, found)] == []
        assert found["offer_1"].null_count() == frame.height


def test_a_plan_holds_for_the_days_around_with_the_same_documents():
    pathway = LIBRARY.in_force("impetigo", ON)
    last = pathway.pgds["flucloxacillin"].edition.in_force.last
    assert plan_of(pathway, ON).period == plan_of(pathway, last).period
    assert plan_of(pathway, ON).period.last == last
    after = plan_of(pathway, EXPIRED).period
    assert (after.first - last).days == 1
    assert after.last is None
    with pytest.raises(Refused, match="not on 2020-01-01"):
        plan_of(pathway, date(2020, 1, 1))


# What a frame may be


@pytest.fixture(scope="module")
def uti():
    plan = of("uncomplicated-uti")
    assessments, frame = assessed(plan.pathway, people("uncomplicated-uti", 60, SEED), ON)
    return plan, assessments, frame


def test_sets_may_stand_as_one_column_for_each_value():
    plan = of("impetigo")
    assessments, frame = assessed(plan.pathway, people("impetigo", 60, SEED), ON)
    columns = {name: (fact, value) for fact, one in plan.columns.items() for value, name in one.value_columns.items()}
    apart = frame.with_columns(
        [pl.col(fact).list.contains(value).alias(name) for name, (fact, value) in columns.items()]
    )
    apart = apart.drop([fact for fact, one in plan.columns.items() if one.values])
    assert len(columns) > 20
    assert [*differences(plan, assessments, judged(apart, plan))] == []


def test_what_has_no_column_is_known_of_nobody(uti):
    plan, _, frame = uti
    found = judged(frame.select("row"), plan)
    assert found.height == frame.height
    assert set(found["outcome"]) == {"need_facts"}
    verdicts = found.select([name for name, one in plan.verdicts.items() if one.sentence is not None])
    assert all(verdicts[name].null_count() + (~verdicts[name]).sum() == frame.height for name in verdicts.columns)
    assert found["UTI-R1"].null_count() == frame.height
    # Alone of a set, a value says nothing of the others, and so nothing of the set.
    first = value_column("interacting_medicines", "probenecid")
    assert judged(frame.select(pl.lit(False).alias(first)), plan).equals(judged(frame.select("row").head(1), plan))


@pytest.mark.parametrize(
    ("name", "answer", "kind"),
    [
        ("pregnancy", "possibl", pl.String), ("temperature_c", float("nan"), pl.Float64), ("temperature_c", 379.0, pl.Float64),
        ("age_years", -1, pl.Int32), ("age_years", 121, pl.Int64), ("interacting_medicines", ["warfarn"], pl.List(pl.String)),
        ("interacting_medicines", [None], pl.List(pl.String)),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused_and_never_taken_for_a_no(uti, name, answer, kind):
    plan, _, frame = uti
    name = name if name in plan.columns else next(one for one in plan.columns if plan.columns[one].values)
    column = pl.Series(name, [None] * (frame.height - 1) + [answer], dtype=kind)
    wrong = frame.with_columns(column)
    assert misfits(wrong, plan)[name].to_list() == [False] * (frame.height - 1) + [True]
    with pytest.raises(WrongKind, match=f"{name}: 1 of {frame.height} answers do not fit"):
        judged(wrong, plan)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("rigors", pl.String), ("age_years", pl.Float64), ("temperature_c", pl.String), ("pregnancy", pl.Boolean)],
)
def test_a_column_of_another_type_is_refused(uti, name, kind):
    plan, _, frame = uti
    with pytest.raises(WrongKind, match=f"{name}: a column of .* Nothing was judged"):
        judged(frame.with_columns(pl.lit(None, dtype=kind).alias(name)), plan)


@pytest.fixture(scope="module")
def child():
    """What is known of somebody so small that the dose goes by weight."""
    pathway = LIBRARY.in_force("impetigo", ON)
    return next(
        found.known
        for case in cases_of(LIBRARY, "impetigo")
        if (found := assess(pathway, case.facts, ON)).offers and found.offers[0].row.dose.for_each_kg
    )


def test_a_weight_that_is_no_whole_number_of_grams_has_verdicts_and_no_dose(child):
    pathway = LIBRARY.in_force("impetigo", ON)
    plan = plan_of(pathway, ON)
    each = [{**child, "weight_kg": Decimal(kilos)} for kilos in ("7", "7.305", "7.3055")]
    found = judged(frame_of(pathway, each), plan)
    assert found["offer_1"].to_list() == ["clarithromycin"] * 3
    assert [one and from_parts(one) for one in found["offer_1_amount"]] == [Decimal("52.5"), Decimal("54.7875"), None]
    assert [one and from_parts(one) for one in found["offer_1_quantity"]] == [Decimal(21), Decimal("21.915"), None]


# What there is no plan for


def made_up(**changed):
    return replace(MadeUp(1).pathway(), **changed)


@pytest.mark.parametrize(
    "sentence",
    [
        OneOf("skin", (True,)), OneOf("sting", ("dry",)), OneOf("medicines", ("dry",)), OneOf("nothing_of_ours", (True,)), Includes("skin", ("dry",)),
        Above("heat", "weight_kg"), Within("sting", Limits(Decimal(1))), Within("heat", Limits(Decimal("37.9000000000000001"))),
    ],
)  # fmt: skip
def test_a_sentence_that_no_column_can_answer_has_no_plan(sentence):
    last = MadeUp(1).pathway().treatment[-1]
    with pytest.raises(NoPlan):
        plan_of(made_up(treatment=(row("X-T1", sentence, Kind.REFER, "so"), last)), ON)


def test_a_table_whose_last_row_is_not_for_everybody_else_has_no_plan():
    with pytest.raises(NoPlan, match="the last treatment row"):
        plan_of(made_up(treatment=(row("X-T1", OneOf("sting", (True,)), Kind.REFER, "so"),)), ON)


def test_amounts_are_whole_millionths():
    assert in_parts(Decimal("37.5")) == 37_500_000
    assert from_parts(in_parts(Decimal("0.000001"))) == Decimal("0.000001")
    with pytest.raises(NoPlan, match="no whole number of millionths"):
        in_parts(Decimal("0.0000001"))


@pytest.mark.parametrize(("step", "down"), [("5", False), ("5", True), ("0.5", False), ("2.5", True)])
def test_a_dose_by_weight_is_rounded_as_the_document_rounds(child, step, down):
    rounding = Rounding(Decimal(step), down)
    pathway = LIBRARY.in_force("impetigo", ON)
    document = pathway.pgds["clarithromycin"]
    first, *rest = document.doses
    fixed = replace(first.packs[0], worked_out=False)
    rounded = replace(first, dose=replace(first.dose, rounding=rounding), packs=(fixed,))
    changed = replace(pathway, pgds={**pathway.pgds, "clarithromycin": replace(document, doses=(rounded, *rest))})
    some = [{**child, "weight_kg": Decimal(grams) / 1000} for grams in range(6500, 7900, 33)] + [
        {**child, "weight_kg": Decimal(7)}
    ]
    assessments, frame = assessed(changed, some, ON)
    plan = plan_of(changed, ON)
    assert [*differences(plan, assessments, on_polars(plan, frame))] == []
    assert {one.offers[0].dose.amount % Decimal(step) for one in assessments} == {0}


def test_the_page_says_how_it_is_done(tmp_path, monkeypatch):
    in_polars, in_duckdb = re.findall(r"```py(?:thon)?\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names = {}
    exec(in_polars, names)
    monkeypatch.chdir(tmp_path)
    frame_of(names["plan"].pathway, [{"age_years": 31}]).write_parquet("uti.parquet")
    exec(in_duckdb.replace("duckdb.sql", "found = duckdb.sql"), names)
    assert names["found"].fetchall() == [("need_facts", 1)]
    assert all(f"`{name}`" in PAGE.read_text(encoding="utf-8") for name in names["plan"].outcome)


def test_a_query_says_the_same_with_another_quote(uti):
    plan, _, _ = uti
    assert plan.query("consultations", ["row"]).replace('"', "`") == plan.query("consultations", ["row"], quote="`")
