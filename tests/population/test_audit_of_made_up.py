"""The audit finds every planted fault in a made-up table, by row and kind, and nothing else."""

import csv
from datetime import date
from decimal import Decimal

import polars
import pytest
from shares import FEW_OR_EVERY

from pharmacyfirst import load
from pharmacyfirst.audit.reading import source_of
from pharmacyfirst.audit.run import FINDINGS, Run, key_of_run
from pharmacyfirst.audit.table import table_of
from pharmacyfirst.population.consultations import MadeUp, shipped_population
from pharmacyfirst.population.files import planted_beside, write_planted, write_rows

LIBRARY = load()
TABLE = table_of(LIBRARY)
ROWS = 500


def audited(path, folder):
    """Findings by row, of a table that was audited."""
    source = source_of(path, TABLE)
    done = Run(source, LIBRARY, TABLE, folder, key_of_run(source, LIBRARY, "")).go(lambda at: None)
    assert done.aside == 0
    found = polars.read_parquet(folder / FINDINGS)
    return set(zip(found["row"], found["finding"], strict=True))


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_an_audit_finds_every_planted_fault_and_nothing_else(tmp_path, made, ending):
    path = tmp_path / f"people.{ending}"
    with write_rows(path, TABLE, {}) as add, write_planted(planted_beside(path)) as note:
        add(made)
        note(made.planted)
    with planted_beside(path).open(encoding="utf-8") as file:
        planted = {(one["row"], one["finding"]) for one in csv.DictReader(file)}
    assert len(planted) > 80
    found = audited(path, tmp_path / "audit")
    assert sorted(planted - found) == []
    assert sorted(found - planted) == []


def test_a_quantity_beyond_a_range_is_found_and_none_within_it(tmp_path):
    """Of a service whose document says from how much to how much: nobody knows its share of all consultations, so here it is the only one."""
    only = "oral-contraception-continue"
    people = shipped_population()
    people = people.model_copy(update={"conditions": people.conditions.model_copy(update={"shares": {only: 1}})})
    block = MadeUp(LIBRARY, people, 250, 13, faults=Decimal("0.5"), first=date(2026, 11, 1), months=1).block(0)
    faults = {one.row for one in block.planted}
    (batch,) = block.batches
    less = [at for at, row in enumerate(batch.rows) if row not in faults and batch.recorded[at].quantity == 12]
    for at in less:
        batch.recorded[at] = batch.recorded[at]._replace(quantity=float(1 + at % 12), days=(None, 28)[at % 2])
    assert len(less) > 80
    path = tmp_path / "people.parquet"
    with write_rows(path, TABLE, {}) as add:
        add(block)
    found = audited(path, tmp_path / "audit")
    assert found == {(one.row, one.finding) for one in block.planted}
    assert "wrong_quantity" in {finding for _, finding in found}


@pytest.fixture(scope="module", params=FEW_OR_EVERY)
def made(request):
    asked_for = {"faults": Decimal("0.2"), "lacking": Decimal("0.1"), "only": request.param}
    return MadeUp(LIBRARY, shipped_population(), ROWS, 13, **asked_for).block(0)
