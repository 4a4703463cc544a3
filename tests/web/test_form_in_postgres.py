"""The form of two sites that are kept in one PostgreSQL: apart as in files, and what is said where the server is gone."""

import json

import pytest
from two_sites import HERE, THERE, organisation, served, signed_in
from visiting import Clock, begun

from pharmacyfirst.ledger import NotKnownWhetherSaved
from pharmacyfirst.ledger.places import DATABASE
from pharmacyfirst.ledger.postgres import NOT_KNOWN
from pharmacyfirst.store import open_store
from pharmacyfirst.store.drafts import Drafts
from pharmacyfirst.store.sites import add_site, folder_of

pytestmark = pytest.mark.system


@pytest.fixture
def folder(postgres, tmp_path):
    """An organisation whose accounts and sites are schemas of one database, each with a name of its own."""
    for one in (tmp_path, add_site(tmp_path, HERE), add_site(tmp_path, THERE)):
        (one / DATABASE).write_text(json.dumps({"url": postgres.url, "name": postgres.name()}))
    return organisation(tmp_path, Clock())


def under_way(folder, site):
    with open_store(folder_of(folder, site), Clock()) as store:
        return [one.id for one in store.drafts.under_way()]


def test_a_consultation_is_held_at_one_site_and_nothing_of_it_is_at_the_other(folder):
    with served(folder) as (_, browser):
        robin, sam = signed_in(browser(), "robin", HERE), signed_in(browser(), "sam", THERE)
        begun(robin, "uncomplicated-uti")
        id = robin.consultation.removeprefix("/c/")
        assert robin.page.title == "Patient"
        assert sam.go(f"/c/{id}/patient").title == sam.go(f"/c/{'0' * 8}{id[8:]}/patient").title != "Patient"
    assert (under_way(folder, HERE), under_way(folder, THERE)) == ([id], [])
    assert not [*folder.rglob("*.sqlite")]


def test_where_the_server_is_gone_it_is_said_and_goes_on_when_it_is_back(folder, postgres):
    with served(folder) as (_, browser):
        robin = signed_in(browser(), "robin", HERE)
        begun(robin, "uncomplicated-uti")
        path, before = robin.path, under_way(folder, HERE)
        postgres.kill()
        try:
            assert robin.go(path).title == "Something went wrong"
            assert "This was not saved. What was saved before is kept." in robin.page.words
        finally:
            postgres.start()
        assert robin.go(path).title == "Patient"  # the same session, nobody signs in again
        assert under_way(folder, HERE) == before


def test_what_nobody_knows_to_be_saved_is_not_said_to_be_unsaved(folder, monkeypatch):
    def not_known(*_, **__):
        raise NotKnownWhetherSaved(NOT_KNOWN)

    with served(folder) as (_, browser):
        robin = signed_in(browser(), "robin", HERE)
        monkeypatch.setattr(Drafts, "begin", not_known)
        robin.go("/")
        robin.send("/begin", condition="uncomplicated-uti", practice="1")
    assert "Look, once it answers, whether it is there" in robin.page.words
    assert "This was not saved" not in robin.page.words
