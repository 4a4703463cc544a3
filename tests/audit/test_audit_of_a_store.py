"""A pharmacy's own store audited: every record that is no training patient's, by what was done, and nothing of whom."""

import sys
from pathlib import Path

import polars as pl
from click.testing import CliRunner
from sound_records import SECRET

from pharmacyfirst.audit.disagreeing import findings_of
from pharmacyfirst.audit.from_store import consultation_of
from pharmacyfirst.audit.recorded import recorded_of
from pharmacyfirst.cli.main import main
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.record import Decision

sys.path.append(str(Path(__file__).resolve().parents[1] / "store"))
from a_store import an_account, finished, library, made, opened


def test_a_store_of_records_as_the_pathway_says_has_no_finding_and_no_training_patient(tmp_path):
    data = tmp_path / "data"
    with opened(data) as store:
        for condition in ("uncomplicated-uti", "shingles"):
            finished(store, an_account(condition))
        finished(store, an_account("acute-sore-throat", Kind.EMERGENCY))
        finished(store, an_account("impetigo", practice=True))
    ran = CliRunner().invoke(main, ["audit", "--store", str(data), "--out", str(tmp_path / "out"), "--all-numbers"])
    assert ran.exit_code == 0, ran.output
    assert "3 rows: 3 judged, 0 set aside" in ran.output
    assert "With a finding: 0 (0.00 %)" in ran.output
    assert "impetigo" not in ran.output
    for path in (tmp_path / "out").iterdir():
        assert SECRET.encode() not in path.read_bytes()


def test_a_medicine_that_was_offered_and_not_handed_over_is_what_was_done_instead(tmp_path):
    account = an_account(
        "uncomplicated-uti",
        charge=None,
        supplies=(),
        decision=Decision(done="advised", no_supply="declined", because="as asked"),
    )
    with opened(tmp_path / "data") as store:
        finished(store, account)
    ran = CliRunner().invoke(main, ["audit", "--store", str(tmp_path / "data"), "--out", str(tmp_path / "out")])
    assert ran.exit_code == 0, ran.output
    found = pl.read_parquet(tmp_path / "out" / "findings.parquet")
    assert found.select("row", "finding", "recorded").rows() == [(account.id, "offered_not_supplied", "self_care")]


def test_a_record_is_a_row_without_a_day_of_birth(tmp_path):
    with opened(tmp_path / "data") as store:
        record = made(store, an_account("shingles"))
    row = consultation_of(record)
    assert "date_of_birth" not in row["facts"]
    assert SECRET not in str(row)
    assert row["recorded_pgd"] == record.supplies[0].pgd
    twice = record.model_copy(update={"supplies": record.supplies * 2})
    assert not isinstance(consultation_of(twice)["recorded_pgd"], str)


def test_a_quantity_of_a_range_and_no_number_of_days_is_as_the_record_has_them(tmp_path):
    """Such documents are drafts still, so the record is a training patient's; an audit of the store would leave it out."""
    with opened(tmp_path / "data") as store:
        record = made(store, an_account("oral-contraception-continue", practice=True))
    row = consultation_of(record)
    assert (row["recorded_quantity_unit"], row["recorded_days"]) == ("month", None)
    assessment = assess(library().in_force(record.pathway, record.on), row["facts"], record.on)
    assert assessment.outcome.kind is Kind.SUPPLY
    assert findings_of(assessment, recorded_of(row)) == ()


def test_no_store_and_two_sources_are_refused(tmp_path):
    ran = CliRunner().invoke(main, ["audit", "--store", str(tmp_path)])
    assert (ran.exit_code, "There is no store in that folder." in ran.output) == (2, True)
    ran = CliRunner().invoke(main, ["audit"])
    assert ran.exit_code == 2
    assert "give a file of CONSULTATIONS, or --store DIR" in ran.output
