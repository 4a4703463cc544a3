"""A supply by somebody who signed in: permit, record, events and reads bear their name, and the adoption says who may."""

import pytest
from test_every_outcome import supplied
from test_real_patients import CONDITION, NAMED, adopted, recorded, to_the_outcome
from visiting import Clock, Visitor, at_the_desk, begun, open_form, with_account

from pharmacyfirst.store import Actor, open_store

ROBIN, SAM = Actor("Robin Sample", "pharmacist", "2999999"), Actor("Sam Other", "pharmacy technician", "5999998")


@pytest.fixture
def desk(tmp_path):
    for word in ("robin", "sam"):
        with_account(tmp_path, Clock(), word)
    with open_form(tmp_path) as client:
        visitor = at_the_desk(client, **{"u-adoption": str(adopted(tmp_path))})
        yield visitor, client, tmp_path


def test_permit_record_and_every_event_name_who_signed_in(desk):
    visitor, _, folder = desk
    id = to_the_outcome(visitor)
    supplied(visitor)
    assert visitor.page.title == "Saved: supplied nitrofurantoin", visitor.page.words
    visitor.go(f"/r/{id}/page.html")
    record, _, _ = recorded(folder, id)
    assert (record.practitioner.name, record.practitioner.gphc_number) == ("Robin Sample", "2999999")
    assert record.entered_by.gphc_number == record.supplies[0].permit.gphc_number == "2999999"
    with open_store(folder, Clock()) as store:
        events = store.records.history(id)
    assert {event.actor for event in events} == {ROBIN}
    assert {"begun", "page posted", "finished", "read", "printed"} <= {event.deed.value for event in events}


def test_whom_the_adoption_does_not_name_supplies_nothing_though_their_role_opens_the_page(desk):
    _, client, folder = desk
    client.cookies.clear()
    visitor = at_the_desk(client, "sam")
    id = to_the_outcome(visitor)
    supplied(visitor)
    assert visitor.reply.status_code == 422
    assert "no practitioner of the adoption has this GPhC number" in visitor.page.words
    with open_store(folder, Clock()) as store:
        assert store.records.finished() == ()
        assert {event.actor for event in store.records.history(id)} == {SAM}


def test_a_draft_of_somebody_else_is_taken_over_under_their_own_name(desk):
    visitor, client, folder = desk
    here = begun(visitor, CONDITION, practice="").consultation
    client.cookies.clear()
    sam = at_the_desk(client, "sam")
    assert sam.go(f"{here}/outcome").title == "Robin Sample has this consultation"
    sam.send(f"{here}/take-over")
    assert "This consultation is yours now; both names are kept." in sam.page.words
    with open_store(folder, Clock()) as store:
        assert store.drafts.get(here.removeprefix("/c/")).owners == (ROBIN, SAM)


def test_another_person_reads_the_record_under_their_own_name(desk):
    visitor, client, folder = desk
    id = to_the_outcome(visitor)
    supplied(visitor)
    client.cookies.clear()
    with_account(folder, Clock(), "alex")
    auditor = Visitor(client)
    auditor.post("/who", {"word": "alex", "password": "seven quiet herons wade"})
    assert auditor.go("/account").title == "Alex Example"  # a PIN was chosen, so nothing else is owed
    assert auditor.go(f"/r/{id}").title == "Saved: supplied nitrofurantoin"
    assert NAMED["p-family"] in auditor.go(f"/r/{id}/page.html").words
    with open_store(folder, Clock()) as store:
        reads = [(one.deed.value, one.actor) for one in store.records.history(id)][-2:]
    assert reads == [("read", Actor("Alex Example", "auditor")), ("printed", Actor("Alex Example", "auditor"))]
    assert auditor.go(f"/c/{id}/outcome").title == "Not for your role"
    assert CONDITION not in auditor.path
