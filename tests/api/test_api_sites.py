"""An API key is one site's: the server of another site does not know it, and finds nothing of what its own site kept."""

import json
from uuid import uuid4

import pytest
from calling import ACCOUNT, AS_IF, MAILBOX, Clock, a_key, adopted, calling, refused
from click.testing import CliRunner

from pharmacyfirst.api.app import CALLS
from pharmacyfirst.cli.main import main
from pharmacyfirst.store import open_store
from pharmacyfirst.store.sites import add_site, folder_of

HERE, THERE = "FAA11", "FBB22"
ID = json.loads(ACCOUNT)["id"]


@pytest.fixture
def organisation(tmp_path):
    for site in (HERE, THERE):
        add_site(tmp_path, site)
    return tmp_path


def walked(caller, id):
    """What each call says of an id, without the id."""
    for call in CALLS:
        if "{id}" not in call.path:
            continue
        path = call.path.replace("{id}", id).replace("{paper}", "letter")
        reply = caller.get(path) if call.method == "GET" else caller.post(path, {"consultation": id}, once=str(uuid4()))
        yield call.path, reply.status_code, reply.text.replace(id, "ID")


def test_no_call_finds_what_another_site_kept(organisation, tmp_path):
    there, here = folder_of(organisation, THERE), folder_of(organisation, HERE)
    adoption = adopted(tmp_path)
    with calling(there, a_key(there), mailbox=MAILBOX, adoption=adoption) as caller:
        assert caller.post("/v1/consultations", ACCOUNT, once="consultation-1", at=AS_IF).status_code == 201
        theirs = [*walked(caller, ID)]
        assert ("/v1/consultations/{id}/record", 200) in [one[:2] for one in theirs]
        assert theirs != [*walked(caller, str(uuid4()))]
    with calling(here, a_key(here), mailbox=MAILBOX, adoption=adoption) as caller:
        assert [*walked(caller, ID)] == [*walked(caller, str(uuid4()))]
        # The same Idempotency-Key is another one here: nothing of there is answered again.
        again = caller.post("/v1/consultations", ACCOUNT, once="consultation-1", at=AS_IF)
        assert again.headers.get("idempotency-replayed") is None


def test_a_key_of_another_site_is_none(organisation):
    there, here = folder_of(organisation, THERE), folder_of(organisation, HERE)
    with calling(here, a_key(there)) as caller:
        refused(caller.get("/v1/messages"), "wrong_key", 401)


def run(*words, code=0):
    done = CliRunner().invoke(main, [*map(str, words)])
    assert done.exit_code == code, done.output
    return done.output


def test_keys_and_servers_are_of_a_site_that_is_named(organisation):
    made = ("make", "--holder", "Our PMR", "--scope", "records", "--by", "A. Pharmacist", "--data", organisation)
    assert "name one with --site" in run("api-key", *made, code=2)
    assert "no such site" in run("api-key", *made, "--site", "FZZ99", code=2)
    run("api-key", *made, "--site", HERE.lower())
    assert "Our PMR" in run("api-key", "list", "--data", organisation, "--site", HERE)
    assert "no store" in run("api-key", "list", "--data", organisation, "--site", THERE, code=2)
    assert "name one with --site" in run("serve-api", "--data", organisation, code=2)


def test_the_store_is_looked_after_one_site_at_a_time(organisation, tmp_path):
    for site in (HERE, THERE):
        open_store(folder_of(organisation, site), Clock()).close()
    assert "name one with --site" in run("store", "verify", "--store", organisation, code=2)
    assert "0 consultations" in run("store", "verify", "--store", organisation, "--site", HERE)
    run("store", "backup", tmp_path / "copy.sqlite", "--store", organisation, "--site", HERE)
    run("store", "restore", tmp_path / "copy.sqlite", "--store", organisation, "--site", HERE)
    assert (folder_of(organisation, HERE) / "store.sqlite.before-restore-1").is_file()
    assert not [*folder_of(organisation, THERE).glob("*restore*")]
