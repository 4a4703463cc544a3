"""A folder's store and accounts moved into PostgreSQL from the terminal; every command then works as before, told the same folder."""

import json
import sys
from pathlib import Path

import pytest
from a_store import SECRET, Clock, an_account, finished, opened

from pharmacyfirst.ledger.places import DATABASE
from pharmacyfirst.people import NewColleague, Role, open_people

sys.path.append(str(Path(__file__).resolve().parents[1] / "cli"))
from the_program import run

pytestmark = pytest.mark.system
BY = ("--by", "A. Pharmacist")


@pytest.fixture
def folder(tmp_path):
    with opened(tmp_path / "data", Clock()) as store, open_people(tmp_path / "data", Clock()) as people:
        finished(store, an_account())
        people.add(NewColleague("robin", "Sample", ("Robin",), {Role.ADMINISTRATOR}), by="at the terminal")
    return tmp_path / "data"


def said(*words, code=0, input=None):
    ran = run(*words, input=input)
    assert ran.exit_code == code, ran.output
    assert SECRET not in ran.output
    return ran.output


def test_moved_everything_is_done_as_before(folder, postgres, tmp_path):
    before = said("store", "verify", "--store", folder)
    out = said("store", "move", postgres.url, "--name", postgres.name(), "--store", folder)
    assert "in PostgreSQL, as they were written" in out
    assert "1 of the accounts" in out
    assert (
        out.rsplit(": ", 1)[1].split()[:2] == before.rsplit(": ", 1)[1].split()[:2]
    )  # the same number, the same digest
    assert json.loads((folder / DATABASE).read_text())["url"] == postgres.url
    assert "1 finished records" in said("store", "verify", "--store", folder)
    assert "robin: Robin Sample" in said("people", "list", "--data", folder)
    assert "None." in said("api-key", "list", "--data", folder)
    assert "letter" in said("record", "status", "--outbox", folder, code=1)
    assert "1 finished records" in said("store", "verify", "--store", folder)
    said("store", "export", tmp_path / "all.jsonl", "--store", folder)
    assert "already" in said("store", "move", postgres.url, "--store", folder, code=1)


def test_copies_are_made_and_put_back_as_before(folder, postgres, tmp_path):
    said("store", "move", postgres.url, "--name", postgres.name(), "--store", folder)
    said("store", "backup", tmp_path / "copy.sqlite", "--store", folder)
    said("people", "backup", tmp_path / "people.sqlite", "--data", folder)
    said("people", "disable", "robin", "--data", folder, code=1)
    said("store", "find", "--batch", "X", *BY, "--store", folder)
    said("store", "verify", "--store", folder)
    assert "--older" in said("store", "restore", tmp_path / "copy.sqlite", "--store", folder, code=2)
    said("store", "restore", tmp_path / "copy.sqlite", "--store", folder, "--older")
    assert "In place." in said("people", "restore", tmp_path / "people.sqlite", "--data", folder)
    assert "1 finished records" in said("store", "verify", "--store", folder)
    assert "robin" in said("people", "list", "--data", folder)
    assert "In place" in said("store", "restore", tmp_path / "copy.sqlite", "--store", tmp_path / "in-a-file")


def test_no_outbox_is_made_beside_a_store_that_moved(folder, postgres):
    said("store", "move", postgres.url, "--name", postgres.name(), "--store", folder)
    out = said("record", "status", "--outbox", folder / "store.sqlite", code=2)
    assert "name the folder" in out
    assert not (folder / "store.sqlite").exists()


def test_an_address_with_a_password_is_refused_and_not_repeated(folder):
    out = said("store", "move", "postgresql://pharmacy:hunter2@/pharmacies", "--store", folder, code=1)
    assert "Leave the password out" in out
    assert "hunter2" not in out
    assert not (folder / DATABASE).exists()


def test_without_a_server_a_folder_that_moved_makes_nothing_in_its_place(folder, tmp_path):
    (folder / DATABASE).write_text(json.dumps({"url": f"postgresql:///none?host={tmp_path}", "name": "one"}))
    for words in (("store", "verify", "--store"), ("people", "list", "--data"), ("api-key", "list", "--data")):
        assert "cannot be reached" in said(*words, folder, code=1)
    assert "cannot be reached" in said("serve", "--data", folder, code=2)
