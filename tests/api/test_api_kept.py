"""What the API keeps: a record with the news to the practice in one commit, once; what came in; each with whose key it was."""

import json
import sqlite3
from contextlib import closing

import pytest
from calling import ACCOUNT, AS_IF, CONDITION, MAILBOX, Clock, a_key, adopted, calling, refused
from sound_records import SECRET, account_for, case_of, library

from pharmacyfirst import Kind
from pharmacyfirst.api import of_kept
from pharmacyfirst.record import read_record, write_record
from pharmacyfirst.record.papers.letter import letter_text
from pharmacyfirst.sending.standing import Happened, MessageEvent
from pharmacyfirst.store import Deed, news, open_store
from pharmacyfirst.store.news import NO_CHAIN, Chain, News

ID = json.loads(ACCOUNT)["id"]
ONCE = "consultation-1"
OTHER = "00000000-0000-4000-8000-000000000000"
REFERRAL = "fhir/examples/inbound/bars-r4/REFREQ03-primary-care-to-pharmacy-minor-illness.xml"
GP_RECORD = "fhir/examples/inbound/gpconnect-structured-stu3/gpc-structured-allergies_response1.json"


@pytest.fixture
def kept(tmp_path):
    """A server that keeps, with an adoption and a mailbox."""
    folder = tmp_path / "data"
    with calling(folder, a_key(folder), mailbox=MAILBOX, adoption=adopted(tmp_path)) as caller:
        yield caller, folder


def real_account():
    """The account of somebody who is no training patient, whose supply has its permit."""
    return write_record(account_for(case_of(CONDITION, Kind.SUPPLY)))


def deeds(folder, id):
    with open_store(folder, Clock()) as store:
        return [(one.deed, one.actor.name) for one in store.records.history(id)]


def test_a_consultation_is_finished_stored_and_read_again(kept):
    caller, folder = kept
    reply = caller.post("/v1/consultations", ACCOUNT, once=ONCE, at=AS_IF)
    assert reply.status_code == 201, reply.text
    assert reply.headers["location"] == f"/v1/consultations/{ID}"
    assert (reply.json()["state"], reply.json()["practice"], reply.json()["done"]) == ("finished", True, "supplied")
    assert caller.get(f"/v1/consultations/{ID}").json() == reply.json()
    record = caller.get(f"/v1/consultations/{ID}/record").content
    assert read_record(record, library()).seal == reply.json()["seal"]
    letter = caller.get(f"/v1/consultations/{ID}/papers/letter", form="text")
    assert letter.text == letter_text(read_record(record, library()))
    done = deeds(folder, ID)
    assert [deed for deed, _ in done][-3:] == [Deed.FINISHED, Deed.READ, Deed.PRINTED]
    assert {name for _, name in done} == {"Our PMR"}


def test_a_real_patients_practice_is_told_by_letter_where_no_message_can_be_made(kept):
    """Without an NHS number no message finds the practice; the notice is due in the same commit."""
    caller, folder = kept
    told = caller.post("/v1/consultations", real_account(), once=ONCE)
    assert told.status_code == 201, told.text
    assert told.json()["practice_told"] == {
        "by": "letter",
        "because_not": None,
        "no_message_because": "No message: without an NHS number it cannot find the practice.",
        "message": None,
    }
    assert SECRET not in told.text
    waiting = caller.get("/v1/messages").json()["people"]
    assert [one["record"] for one in waiting] == [told.json()["id"]]
    assert SECRET not in json.dumps(waiting)
    with open_store(folder, Clock()) as store:
        assert store.verify(library=library()).judged == 1


def test_a_message_is_queued_once_whatever_is_sent_again(kept, monkeypatch, a_queued_message):
    """The answer got lost, the server was started anew: the practice gets one message and not two."""
    caller, folder = kept
    monkeypatch.setattr(of_kept, "news_of", lambda record, *_: News(message=a_queued_message(record)))
    first = caller.post("/v1/consultations", real_account(), once=ONCE)
    assert first.status_code == 201, first.text
    message = first.json()["practice_told"]["message"]
    assert message["state"] == "queued"
    again = caller.post("/v1/consultations", real_account(), once=ONCE)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    with calling(folder, caller.key, mailbox=MAILBOX) as anew:
        later = anew.post("/v1/consultations", real_account(), once=ONCE)
        assert (later.status_code, later.content) == (201, first.content)
        assert anew.get("/v1/messages").json()["counts"]["queued"] == 1
        assert anew.get(f"/v1/messages/{message['id']}").json() == message
        assert anew.get(f"/v1/consultations/{first.json()['id']}/message").status_code == 200


WITH = {
    "the first is still in the queue": NO_CHAIN,
    "the practice may have the first": None,
    "the first is on its way": "letter",
}


@pytest.mark.parametrize("before", WITH)
def test_the_message_of_a_correction_goes_on_where_the_one_before_it_stands(
    kept, monkeypatch, a_queued_message, before
):
    """One that did not go out is taken back; one that the practice may have is replaced; while one is on its way the correction is a letter."""
    caller, folder = kept
    chains = []

    def message_for(record, mailbox, chain):
        chains.append(chain)
        more = {"replaces": document, "ended_at": str(record.ended_at)} if chain.length else {}
        return a_queued_message(record, **more)

    monkeypatch.setattr(news, "message_for", message_for)
    account = json.loads(write_record(account_for(case_of(CONDITION, Kind.SELF_CARE))))
    first = caller.post("/v1/consultations", account, once=ONCE).json()
    bundle_id = first["practice_told"]["message"]["id"]
    with open_store(folder, Clock()) as store:
        document = store.outbox.message(bundle_id).document_id
        if WITH[before] is not NO_CHAIN:
            store.outbox.begin_post(bundle_id, Clock()())
        if WITH[before] is None:
            store.outbox.record(bundle_id, MessageEvent(Happened.POSTED, Clock()(), mesh_id="20261121-9"))
    again = account | {"id": OTHER, "corrects": first["id"], "corrects_because": "the answer about fever was mistyped"}
    reply = caller.post("/v1/consultations", again, once="correction-1")
    assert reply.status_code == 201, reply.text
    told = reply.json()["practice_told"]
    state = caller.get(f"/v1/messages/{bundle_id}").json()["state"]
    if WITH[before] == "letter":
        assert (told["by"], told["message"], len(chains)) == ("letter", None, 1)
        return
    assert chains == [NO_CHAIN, WITH[before] or Chain(first["id"], 1)]
    assert (told["by"], told["message"]["state"]) == ("message", "queued")
    assert state == ("void" if WITH[before] is NO_CHAIN else "sent")
    assert caller.get(f"/v1/consultations/{first['id']}").json()["corrected_by"] == OTHER


@pytest.fixture
def a_queued_message():
    import sys
    from pathlib import Path

    sys.path.append(str(Path(__file__).resolve().parents[1] / "store"))
    from a_store import a_queued_message

    return a_queued_message


def test_an_idempotency_key_is_for_one_thing(kept):
    caller, folder = kept
    refused(caller.post("/v1/consultations", ACCOUNT, at=AS_IF), "no_idempotency_key", 400)
    refused(caller.post("/v1/consultations", ACCOUNT, once="short", at=AS_IF), "no_idempotency_key", 400)
    assert caller.post("/v1/consultations", ACCOUNT, once=ONCE, at=AS_IF).status_code == 201
    refused(caller.post("/v1/consultations", ACCOUNT + b" ", once=ONCE, at=AS_IF), "idempotency_key_used", 409)
    refused(caller.post("/v1/consultations", ACCOUNT, once=ONCE), "idempotency_key_used", 409)
    refused(caller.post("/v1/consultations", ACCOUNT, once="consultation-2", at=AS_IF), "not_stored", 409)
    caller.key = a_key(folder, holder="Another PMR")
    refused(caller.post("/v1/consultations", ACCOUNT, once=ONCE, at=AS_IF), "not_stored", 409)


def test_nothing_is_kept_of_what_was_refused(kept):
    """So the same key may be used again once that is mended."""
    caller, folder = kept
    wrong = json.loads(ACCOUNT)
    wrong["decision"]["done"] = "self-care"
    refused(caller.post("/v1/consultations", wrong, once=ONCE, at=AS_IF), "record_refused", 422)
    with open_store(folder, Clock()) as store:
        assert store.ledger.streams("store/consultation/") == ()
        assert store.ledger.streams("api/once/") == ()
    assert caller.post("/v1/consultations", ACCOUNT, once=ONCE, at=AS_IF).status_code == 201


def test_a_supply_without_a_permit_is_not_stored(kept):
    caller, _ = kept
    account = json.loads(real_account())
    del account["supplies"][0]["permit"]
    problem = refused(caller.post("/v1/consultations", account, once=ONCE), "record_refused", 422)
    assert "permit" in problem["detail"]
    assert SECRET not in json.dumps(problem)


def test_another_id_shows_nothing(kept):
    caller, _ = kept
    for path in ("", "/record", "/papers/letter?form=text", "/message"):
        for id in (OTHER, "x", "%2e%2e%2f"):
            reply = caller.get(f"/v1/consultations/{id}{path}")
            assert reply.status_code == 404, (id, path)
    refused(caller.get(f"/v1/messages/{OTHER}"), "not_there", 404)
    refused(caller.get("/v1/inbound/x"), "not_there", 404)


def test_an_account_may_leave_out_its_id(kept):
    caller, _ = kept
    account = json.loads(ACCOUNT)
    del account["id"]
    first = caller.post("/v1/consultations", account, once=ONCE, at=AS_IF)
    assert first.status_code == 201
    assert caller.post("/v1/consultations", account, once=ONCE, at=AS_IF).json()["id"] == first.json()["id"]


def test_a_referral_is_kept_and_the_patient_gets_a_reference(kept, shared):
    caller, folder = kept
    raw = (shared / REFERRAL).read_bytes()
    reply = caller.post("/v1/referrals", raw, once="referral-1", kind="application/fhir+xml")
    assert reply.status_code == 201, reply.text
    taken = reply.json()
    assert taken["patient_reference"]
    waiting = caller.get("/v1/inbound").json()["waiting"]
    assert [one["id"] for one in waiting] == [taken["id"]]
    shown = caller.get(f"/v1/inbound/{taken['id']}").json()
    assert shown["read"]["patient_reference"] == taken["patient_reference"]
    with open_store(folder, Clock()) as store:
        assert store.inbound.bytes_of(taken["id"]) == raw
    assert caller.post("/v1/consultations", ACCOUNT, once=ONCE, at=AS_IF).status_code == 201
    done = caller.post(f"/v1/inbound/{taken['id']}/dealt-with", {"consultation": ID}, once="dealt-with-1")
    assert done.json()["dealt_with"] == ID
    assert caller.get("/v1/inbound").json() == {"waiting": []}
    refused(caller.post(f"/v1/inbound/{taken['id']}/dealt-with", {}, once="dealt-with-2"), "not_stored", 409)
    refused(caller.post(f"/v1/inbound/{taken['id']}/dealt-with", {"id": "x"}, once="dealt-with-3"), "wrong_value", 422)


def test_a_gp_record_is_kept_and_waits_for_nobody(kept, shared):
    caller, _ = kept
    reply = caller.post(
        "/v1/gp-records", (shared / GP_RECORD).read_bytes(), once="record-1", kind="application/fhir+json"
    )
    assert reply.status_code == 201, reply.text
    assert caller.get("/v1/inbound").json() == {"waiting": []}
    assert caller.get(f"/v1/inbound/{reply.json()['id']}").json()["read"]["note"].startswith("Suggestions only")


def test_a_server_without_a_store_keeps_nothing():
    with calling() as caller:
        refused(caller.post("/v1/consultations", ACCOUNT, once=ONCE, at=AS_IF), "no_store", 409)
        refused(caller.get(f"/v1/consultations/{ID}"), "no_store", 409)
        refused(caller.get("/v1/messages"), "no_store", 409)
        refused(caller.get("/v1/inbound"), "no_store", 409)


# What was altered in the file


def altered(folder, kind, was, now):
    """What somebody does who has the file and a tool for it, and puts the trigger back."""
    with closing(sqlite3.connect(folder / "store.sqlite")) as file, file:
        (put_back,) = file.execute("SELECT sql FROM sqlite_master WHERE name = 'ledger_event_no_update'").fetchone()
        file.execute("DROP TRIGGER ledger_event_no_update")
        changed = f"CAST(replace(CAST(attached AS TEXT), '{was}', '{now}') AS BLOB)"
        file.execute(f"UPDATE ledger_event SET attached = {changed} WHERE kind = '{kind}'")
        file.execute(put_back)


@pytest.mark.parametrize(("was", "now"), [("nitrofurantoin", "trimethoprim99"), (SECRET[:-1], SECRET[:-2] + "x")])
def test_a_record_that_was_altered_by_hand_is_given_in_no_way_and_says_what_to_do(kept, was, now):
    caller, folder = kept
    id = caller.post("/v1/consultations", real_account(), once=ONCE).json()["id"]
    whole = caller.get(f"/v1/consultations/{id}/record").text
    assert was in whole
    altered(folder, Deed.FINISHED.value, was, now)
    for path in ("", "/record", "/papers/letter?form=text", "/papers/label?form=text", "/papers/page?form=html"):
        reply = caller.client.get(f"/v1/consultations/{id}{path}", headers=caller.headers())
        problem = refused(reply, "not_readable", 503)
        assert "pharmacyfirst store verify" in problem["detail"], path
        assert SECRET[:-2] not in reply.text


def test_an_answer_that_was_kept_and_altered_is_not_given_again(kept):
    caller, folder = kept
    assert caller.post("/v1/consultations", ACCOUNT, once=ONCE, at=AS_IF).status_code == 201
    altered(folder, "answered", "supplied", "declined")
    refused(caller.post("/v1/consultations", ACCOUNT, once=ONCE, at=AS_IF), "not_readable", 503)
