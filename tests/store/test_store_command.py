"""The commands of the store: what they do, and that they print nobody's name."""

import csv
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from a_store import SECRET, Clock, an_account, begun, finished, opened
from sound_records import ADDRESS

from pharmacyfirst import Kind

sys.path.append(str(Path(__file__).resolve().parents[1] / "cli"))
from the_program import run

WHO = (SECRET, ADDRESS, "Ann ", "LS1 6AE")
BY = ("--by", "A. Pharmacist")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A store with a record, a practice record and a draft, made at the time of the cases."""
    folder = tmp_path_factory.mktemp("made") / "data"
    with opened(folder, Clock()) as store:
        one = finished(store, an_account())
        finished(store, an_account(practice=True))
        begun(store, an_account("shingles", Kind.SELF_CARE))
    return folder, one.id


@pytest.fixture
def folder(made, tmp_path):
    import shutil

    shutil.copytree(made[0], tmp_path / "data")
    return tmp_path / "data"


def said(*words, code=0, input=None):
    ran = run("store", *words, input=input)
    assert ran.exit_code == code, ran.output
    assert not any(one in ran.output for one in WHO), ran.output
    return ran.output


def test_verify_prints_an_anchor_that_verify_takes(folder):
    out = said("verify", "--store", folder)
    assert "3 consultations, 2 finished records" in out
    assert "2 records made once more from their own accounts, and the same" in out
    anchor = out.strip().rsplit(": ", 1)[1]
    assert "as they were written" in said("verify", "--store", folder, "--anchor", anchor)


def test_verify_says_what_is_wrong(folder):
    length, rest = said("verify", "--store", folder).strip().rsplit(": ", 1)[1].split(" ", 1)
    assert "are gone" in said("verify", "--store", folder, "--anchor", f"{int(length) + 1} {rest}", code=1)
    assert "copy the whole line" in said("verify", "--store", folder, "--anchor", SECRET, code=2)


def test_backup_and_restore(folder, tmp_path):
    assert "Copied." in said("backup", tmp_path / "copy.sqlite", "--store", folder)
    assert "written over" in said("backup", tmp_path / "copy.sqlite", "--store", folder, code=2)
    assert "In place" in said("restore", tmp_path / "copy.sqlite", "--store", tmp_path / "new")
    assert "2 finished records" in said("verify", "--store", tmp_path / "new")
    said("restore", tmp_path / "copy.sqlite", "--store", folder)
    assert (folder / "store.sqlite.before-restore-1").is_file()


def test_an_older_copy_needs_to_be_known_as_one(folder, tmp_path):
    said("backup", tmp_path / "copy.sqlite", "--store", folder)
    said("find", "--name", *BY, "--store", folder, input="feather\n")
    said("verify", "--store", folder)
    assert "--older" in said("restore", tmp_path / "copy.sqlite", "--store", folder, code=2)
    said("restore", tmp_path / "copy.sqlite", "--store", folder, "--older")


def test_export_and_import(folder, tmp_path):
    said("export", tmp_path / "store.jsonl", "--store", folder)
    assert (tmp_path / "store.jsonl").stat().st_mode & 0o777 == 0o600
    out = said("import", tmp_path / "store.jsonl", "--store", tmp_path / "new")
    assert "events imported" in out
    assert "nothing is ever imported over a store" in said(
        "import", tmp_path / "store.jsonl", "--store", folder, code=2
    )
    said("export", tmp_path / "again.jsonl", "--store", tmp_path / "new")
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "store.jsonl").read_bytes()
    assert "is not what export wrote" in said("import", folder / "anchors.txt", "--store", tmp_path / "other", code=2)


def test_find_asks_whom_and_prints_ids(folder, made):
    out = said("find", "--name", *BY, "--store", folder, input="feather\n")
    assert made[1] in out
    assert len(out.splitlines()) == 3  # the question, a record and a draft
    assert made[1] in said("find", "--batch", "l1", "--product", "nitrofurantoin", *BY, "--store", folder)
    assert "None." in said("find", "--nhs-number", *BY, "--store", folder, input="000 000 0000\n")
    assert "Say what to look for" in said("find", *BY, "--store", folder, code=2)


def test_evidence_and_table_are_files_of_their_own(folder, made, tmp_path):
    said("evidence", made[1], tmp_path / "one.json", *BY, "--store", folder)
    assert SECRET in (tmp_path / "one.json").read_text()
    assert json.loads((tmp_path / "one.json").read_text())["events"][-1]["actor"]["name"] == "A. Pharmacist"
    said("evidence", made[1], tmp_path / "all.json", "--patient", *BY, "--store", folder)
    assert len(json.loads((tmp_path / "all.json").read_text())["consultations"]) >= 1
    assert "no consultation of this id" in said(
        "evidence", SECRET, tmp_path / "no.json", *BY, "--store", folder, code=2
    )
    assert not (tmp_path / "no.json").exists()
    said("table", tmp_path / "table.csv", "--store", folder)
    rows = list(csv.DictReader((tmp_path / "table.csv").open()))
    assert [row["id"] for row in rows] == [made[1]]
    assert not any(one in (tmp_path / "table.csv").read_text() for one in WHO)


def test_status_says_what_there_is_to_do(tmp_path):
    now = Clock(datetime.now(UTC) - timedelta(minutes=1))
    with opened(tmp_path / "data", now) as store:
        store.paper.held("shingles", now().date(), begun(store, an_account(practice=True)).owner)
    out = said("status", "--store", tmp_path / "data", code=1)
    assert "TRAINING draft: uncomplicated-uti open" in out
    assert "paper form to enter: shingles" in out


def test_where_there_is_no_store_none_is_made(tmp_path):
    for words in (("verify",), ("status",), ("export", tmp_path / "x"), ("table", tmp_path / "y")):
        assert "There is no store" in said(*words, "--store", tmp_path, code=2)
    assert list(tmp_path.iterdir()) == []


def test_a_referral_is_taken_in_by_ids_alone_and_what_is_refused_is_not_kept(folder, tmp_path):
    sys.path.append(str(Path(__file__).resolve().parents[1] / "web"))
    from referrals import allergy, bundle, referral

    file = tmp_path / f"{SECRET}.json"
    day = ("--as-of", "2026-11-21")
    for raw, says in (
        (referral(), "referral in: "),
        (referral(), "referral in: "),  # the same bytes again change nothing
        (referral(until="2026-11-21T16:00:00Z"), "referral in, version 2 of one request: "),
        (referral(status="revoked"), "cancelled referral in, version 3 of one request: "),
        (bundle(allergy("Amoxicillin")), "GP record in: "),
    ):
        file.write_bytes(raw)
        assert said("take-in", file, *BY, *day, "--store", folder).startswith(says)
    file.write_bytes(referral(status="on-hold"))
    assert "not taken (not_active)" in said("take-in", file, *BY, *day, "--store", folder, code=1)
    with opened(folder, Clock()) as store:
        waiting = store.inbound.waiting()
    assert [(one.kind, one.summary.get("cancelled")) for one in waiting] == [("referral", True), ("GP record", None)]
