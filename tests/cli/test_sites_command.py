"""``pharmacyfirst sites``: added, begun of one pharmacy's folder, listed; and people given roles there from the terminal."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from pharmacyfirst.cli.main import main
from pharmacyfirst.people import Role, open_people
from pharmacyfirst.store import open_store
from pharmacyfirst.store.sites import folder_of

PASSWORD = "seven quiet herons wade"
TYPED = f"{PASSWORD}\n{PASSWORD}\n"
ROBIN = ("people", "add", "robin", "--family", "Sample", "--given", "Robin", "--role", "pharmacist", "--role", "administrator", "--gphc", "2999999")  # fmt: skip
SAM = ("people", "add", "sam", "--family", "Other", "--given", "Sam", "--role", "auditor")


def now():
    return datetime(2026, 11, 21, 10, 30, tzinfo=UTC)


@pytest.fixture
def run(tmp_path):
    def run(*words, code=0, typed=""):
        done = CliRunner().invoke(main, [*words, "--data", str(tmp_path)], input=typed)
        assert done.exit_code == code, done.output
        return done.output

    return run


def who(folder, word):
    with open_people(folder, now) as people:
        return people.who_signs_in_as(word)


def test_one_pharmacy_becomes_two_sites(run, tmp_path):
    run(*ROBIN, typed=TYPED)
    assert "None: this folder is one pharmacy's own" in run("sites", "list")
    assert "sites begin" in run("sites", "add", "FBB22", code=2)
    assert "FAA11 is the first site. 1 people have their roles there" in run("sites", "begin", "FAA11")
    assert "Give people their roles" in run("sites", "add", "fbb22")
    assert run("sites", "list").split() == ["FAA11", "FBB22"]
    assert "already" in run("sites", "add", "FBB22", code=2)
    robin = who(tmp_path, "robin")
    assert (robin.roles_at("FAA11"), robin.roles_at("FBB22")) == (
        {Role.PHARMACIST, Role.ADMINISTRATOR}, {Role.ADMINISTRATOR},
    )  # fmt: skip
    for site in ("FAA11", "FBB22"):
        with open_store(folder_of(tmp_path, site), now) as store:
            assert store.people_sign_in


def test_people_are_given_roles_at_sites(run, tmp_path):
    run("sites", "add", "FAA11")
    run("sites", "add", "FBB22")
    assert "Name the sites" in run(*ROBIN, code=2)
    assert "no such site" in run(*ROBIN, "--site", "FZZ99", code=2)
    run(*ROBIN, "--site", "FAA11", typed=TYPED)
    run(*SAM, typed=TYPED)
    robin, sam = who(tmp_path, "robin"), who(tmp_path, "sam")
    assert (robin.roles, dict(robin.at)) == ({Role.ADMINISTRATOR}, {"FAA11": {Role.PHARMACIST}})
    assert (sam.roles, dict(sam.at)) == ({Role.AUDITOR}, {})
    run("people", "roles", "robin", "--role", "pharmacist", "--site", "FBB22")
    run("people", "roles", "sam", "--role", "reviewer", "--site", "FAA11", "--site", "FBB22")
    assert "robin: Robin Sample, administrator, pharmacist at FAA11, pharmacist at FBB22, GPhC 2999999" in run(
        "people", "list"
    )
    assert "sam: Sam Other, auditor, reviewer at FAA11, reviewer at FBB22" in run("people", "list")
    assert "auditor, reviewer at FAA11, reviewer at FBB22" in run("people", "history")
    run("people", "roles", "sam", "--role", "auditor")
    assert dict(who(tmp_path, "sam").at) == {}


def test_accounts_are_the_organisations_and_not_a_sites(run, tmp_path):
    run("sites", "add", "FAA11")
    done = CliRunner().invoke(main, [*ROBIN, "--data", str(folder_of(tmp_path, "FAA11"))], input=TYPED)
    assert "folder of one site" in done.output
    assert "Name the sites" not in run(
        "people", "add", "adi", "--family", "Minister", "--role", "administrator", typed=TYPED
    )
