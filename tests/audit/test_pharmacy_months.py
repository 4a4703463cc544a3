"""By pharmacy and month no small number is shown, and somebody who knows every sum of the report cannot work one out: a solver tries."""

from itertools import product
from random import Random

import polars as pl
import z3
from audit.worked_out import certain
from click.testing import CliRunner
from consultations import rows, table
from written import as_json_lines

from pharmacyfirst.audit.pharmacy_months import left_out_of
from pharmacyfirst.audit.small_counts import SMALL
from pharmacyfirst.cli.main import main


def every_sum(*key):
    """All of them are shown."""
    return 0


def sums_of(cells, pharmacies, months):
    """A cell's sums: over the months of each pharmacy, and over the pharmacies of each month."""
    yield from ([cells[p, m] for m in months] for p in pharmacies)
    yield from ([cells[p, m] for p in pharmacies] for m in months)


def worked_out(rows, found, no_rows, no_found):
    """The numbers left out that what is shown, and every sum, leave one possibility for."""
    pharmacies, months = ({place[at]: 0 for place in rows} for at in (0, 1))
    many, some = ({place: z3.Int(f"{what} {place}") for place in rows} for what in ("rows", "found"))
    solver = z3.Solver()
    for place in rows:
        solver.add(some[place] >= 0, some[place] <= many[place])
    for cells, numbers, hidden in ((many, rows, no_rows), (some, found, no_found)):
        solver.add(*(cells[place] == numbers[place] for place in rows if place not in hidden))
        for parts, right in zip(*(sums_of(one, pharmacies, months) for one in (cells, numbers)), strict=True):
            solver.add(z3.Sum(parts) == sum(right))
    return certain(solver, many, rows, no_rows) + certain(solver, some, found, no_found)


def by_chance(seed):
    """Some pharmacies and months, most numbers large."""
    chance = Random(seed)
    places = [*product(range(chance.randint(3, 6)), range(chance.randint(3, 5)))]
    rows = {place: chance.choice((0, 3, 7, *[chance.randint(20, 90)] * 12)) for place in places}
    shares = (0, 1, *[0.2, 0.3, 0.5] * 6)
    return rows, {place: round(many * chance.choice(shares)) for place, many in rows.items()}


def test_nobody_can_work_out_what_is_left_out():
    in_part = 0
    for seed in range(24):
        rows, found = by_chance(seed)
        no_rows, no_found = left_out_of(rows, found, every_sum)
        assert {place for place in rows if rows[place] < SMALL} <= no_rows <= no_found
        assert {place for place in rows if found[place] < SMALL or 0 < rows[place] - found[place] < SMALL} <= no_found
        if len(no_found) < len(rows):  # else nothing is said but what the sums say
            in_part += 1
            assert worked_out(rows, found, no_rows, no_found) == [], seed
    assert in_part > 15


def test_what_is_large_everywhere_is_shown():
    rows = {(p, m): 30 + 7 * p + m for p in range(3) for m in range(4)}
    found = {place: many // 3 for place, many in rows.items()}
    assert left_out_of(rows, found, every_sum) == (set(), set())


def test_one_small_number_takes_three_others_along_and_leaves_the_rest():
    rows = {(p, m): 50 + 10 * p + m for p in range(4) for m in range(4)}
    found = dict.fromkeys(rows, 20) | {(1, 1): 3}
    no_rows, no_found = left_out_of(rows, found, every_sum)
    assert no_rows == set()
    assert (1, 1) in no_found
    assert len(no_found) == 4
    assert len({p for p, _ in no_found}) == len({m for _, m in no_found}) == 2


def test_the_table_adds_up_to_what_was_judged_and_shows_no_small_number(tmp_path):
    made = rows(30, conditions=("shingles",))
    for at, (head, _, said) in enumerate(made):
        head["pharmacy"] = f"FA{at % 2}"
        if at % 3 == 0:
            said["recorded_version"] = "2020.1"
    path = as_json_lines(made, table(), tmp_path / "rows.jsonl")
    each = {}
    for name, told in (("all", ["--all-numbers"]), ("published", [])):
        ran = CliRunner().invoke(main, ["audit", str(path), "--out", str(tmp_path / name), *told])
        assert ran.exit_code == 0, ran.output
        each[name] = pl.read_parquet(tmp_path / name / "pharmacy-months.parquet")
    whole = each["all"]
    assert whole.select("pharmacy", "month").rows() == [("FA0", "2026-11"), ("FA1", "2026-11")]
    assert (whole["rows"].sum(), whole["found"].sum()) == (len(made), len(made) // 3)
    assert whole["share"].to_list() == [found / many for many, found in whole.select("rows", "found").iter_rows()]
    for column in ("rows", "found"):
        assert each["published"][column].drop_nulls().min() >= SMALL
