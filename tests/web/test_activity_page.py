"""The page of activity: what a month comes to, for every role, with no way to a month that has not begun, and nobody's name."""

import pytest
from visiting import PASSWORD, SECRET, Clock, Visitor, at_the_desk, begun, open_form, with_account

from pharmacyfirst.store import open_store


@pytest.fixture
def desk(tmp_path):
    """Somebody at the desk."""
    with open_form(tmp_path) as client:
        yield at_the_desk(client)


def ended(visitor, folder):
    """A consultation that ended without a record."""
    begun(visitor, "shingles", "")
    with open_store(folder, Clock()) as store:
        now = store.drafts.get(visitor.consultation.removeprefix("/c/"))
        store.drafts.abandon(now.id, now.owner, now.revision, f"{SECRET} left")


def test_the_start_page_leads_to_this_month_and_that_to_others(desk, tmp_path):
    assert "Nothing was finished in this month." in desk.go("/activity").words
    ended(desk, tmp_path)
    assert 'href="/activity"' in desk.go("/").words
    page = desk.go("/activity")
    assert page.title == "Activity, November 2026"
    assert "How they came out" in page.words
    assert "Gateway points decide payment alone" in page.words
    assert "Numbers below 5 can lead to a person" in page.words
    assert SECRET not in page.words
    assert 'href="/activity/2026-10"' in page.words
    assert 'href="/activity/2026-12"' not in page.words
    page = desk.go("/activity/2026-10")
    assert "Nothing was finished in this month." in page.words
    assert 'href="/activity/2026-11"' in page.words


def test_a_month_that_is_none_or_has_not_begun_is_said(desk):
    for month in ("2026-12", "2026-13", "1926-11", "2026-1", "2026-11-01", SECRET):
        assert desk.go(f"/activity/{month}").title == "There is no such month"
        assert desk.reply.status_code == 404
        assert SECRET not in desk.page.words


def test_every_role_may_see_it(tmp_path):
    clock = Clock()
    words = ("robin", "sam", "adi", "alex", "rev")
    for word in words:
        with_account(tmp_path, clock, word)
    with open_form(tmp_path, clock) as client:
        at_the_desk(client)
        for word in words:
            client.cookies.clear()
            visitor = Visitor(client)
            visitor.post("/who", {"word": word, "password": PASSWORD})
            assert 'href="/activity"' in visitor.go("/account").words
            assert visitor.go("/activity").title == "Activity, November 2026"


def test_what_cannot_be_read_is_said_first(desk, tmp_path, monkeypatch):
    from pharmacyfirst.ledger import LedgerDamaged

    ended(desk, tmp_path)

    def fails(*_):
        raise LedgerDamaged("no")

    monkeypatch.setattr("pharmacyfirst.store.activity._ended", fails)
    assert "1 consultations cannot be read, and are in no number" in desk.go("/activity").words
