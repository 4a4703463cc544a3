"""A finished record: of this consultation and no other, with its message in one commit; and what happens to it afterwards."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from a_store import ROBIN, SAM, SECRET, Clock, a_queued_message, an_account, begun, finished, made, opened, renumbered
from sound_records import ADDRESS, library

from pharmacyfirst import Kind
from pharmacyfirst.record import Account, write_record
from pharmacyfirst.record.decision import Decision, DutyAnswered, Late
from pharmacyfirst.record.make import is_judged
from pharmacyfirst.record.people import Referral, Typist
from pharmacyfirst.sending.on_paper import AddressKind, NoticeKind, OnPaper
from pharmacyfirst.sending.outgoing import RefusedByOutbox
from pharmacyfirst.sending.standing import MessageState
from pharmacyfirst.store import ConsultationState, Deed, NotThere, Outdated, Sought, StoreRefused
from pharmacyfirst.store.evidence import everything_of, evidence, table


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(data, clock):
    with opened(data, clock) as one:
        yield one


def finish(store, account, record=None, **given):
    now = begun(store, account)
    return store.drafts.finish(now.id, ROBIN, now.revision, record or made(store, account), **given)


def changed(account, **changes):
    held = {name: getattr(account, name) for name in Account.model_fields}
    return Account(**held | changes)


# Finished


def test_a_record_is_stored_as_it_was_made_and_is_judged_again(store):
    account = an_account()
    now = begun(store, account)
    record = made(store, account)
    now = store.drafts.finish(now.id, ROBIN, now.revision, record, notice=NoticeKind.LETTER)
    assert now.state is ConsultationState.FINISHED
    assert store.records.written(now.id) == write_record(record)
    again = store.records.record(now.id, library())
    assert is_judged(again)
    assert again == record
    assert now.summary["seal"] == record.seal


def test_the_same_record_again_changes_nothing(store):
    account = an_account()
    now = begun(store, account)
    record = made(store, account)
    first = store.drafts.finish(now.id, ROBIN, now.revision, record, notice=NoticeKind.LETTER)
    length = store.ledger.length
    assert store.drafts.finish(now.id, ROBIN, now.revision, record, notice=NoticeKind.LETTER) == first
    assert store.ledger.length == length


def test_finished_and_queued_are_one_commit(store):
    account = an_account()
    now = begun(store, account)
    record = made(store, account)
    message = a_queued_message(record)
    committed = []
    rows = store.ledger._database.rows

    def seen(statement, *given):
        committed.append(statement)
        return rows(statement, *given)

    store.ledger._database.rows = seen
    now = store.drafts.finish(now.id, ROBIN, now.revision, record, message=message)
    assert committed.count("COMMIT") == 1
    bundle_id = now.summary["bundle_id"]
    assert store.outbox.standing(bundle_id).state is MessageState.QUEUED
    assert store.outbox.message(bundle_id) == message.message


def test_where_the_outbox_refuses_the_message_the_record_is_not_stored_either(store):
    account = an_account()
    now = begun(store, account)
    record = made(store, account)
    message = a_queued_message(record, local_id="x" * 400)
    with pytest.raises(RefusedByOutbox):
        store.drafts.finish(now.id, ROBIN, now.revision, record, message=message)
    assert store.drafts.get(now.id) == now
    assert sum(store.outbox.counts().values()) == 0


def test_a_notice_is_due_from_the_end_of_the_consultation(store):
    now = finish(store, an_account(), notice=NoticeKind.PDF)
    (person,) = store.work_list().people
    assert (person.record_id, person.state) == (now.id, "pdf due")


def test_a_record_has_to_say_how_the_practice_is_told(store):
    with pytest.raises(StoreRefused, match="say how the practice is told"):
        finish(store, an_account())


def test_two_ways_to_tell_the_practice_are_one_too_many(store):
    account = an_account()
    now, record = begun(store, account), made(store, account)
    message = a_queued_message(record)
    for too in ({"notice": NoticeKind.LETTER}, {"not_told_because": "it is not to be"}):
        with pytest.raises(StoreRefused, match="just one of them"):
            store.drafts.finish(now.id, ROBIN, now.revision, record, message=message, **too)


def test_a_letter_that_takes_the_place_of_a_message_says_why(store):
    now = finish(store, an_account(), notice=NoticeKind.LETTER, not_told_because="No message: no NHS number.")
    told = store.drafts.get(now.id).summary
    assert (told["told_by"], told["no_message_because"]) == ("letter", "No message: no NHS number.")
    assert "not_told_because" not in told


def test_a_practice_patient_is_never_sent_counted_or_claimed(store):
    account = an_account(practice=True)
    with pytest.raises(StoreRefused, match="never sent"):
        finish(store, account, notice=NoticeKind.LETTER)
    now = store.drafts.get(account.id)
    now = store.drafts.finish(now.id, ROBIN, now.revision, made(store, account))
    work = store.work_list()
    assert (work.people, work.claims) == ((), ())
    assert table(store).count("\n") == 1
    assert table(store, practice=True).count("\n") == 2
    with pytest.raises(StoreRefused, match="may not be claimed"):
        store.records.claimed(now.id, ROBIN, "k", "submitted")


def test_no_practice_consultation_becomes_another(store):
    account = an_account()
    pathway = library().newest(account.pathway)
    now = store.drafts.begin(pathway, ROBIN, practice=True, id=account.id)
    with pytest.raises(StoreRefused, match="a training consultation stays one"):
        store.drafts.finish(now.id, ROBIN, now.revision, made(store, account))


def test_where_nobody_agreed_the_practice_is_not_told(store):
    account = an_account(kind=Kind.SELF_CARE)
    account = changed(account, consent=account.consent.model_copy(update={"to_share": False}))
    with pytest.raises(StoreRefused, match="nobody agreed"):
        finish(store, account, notice=NoticeKind.LETTER)


def test_a_record_nobody_judged_is_refused(store):
    record = made(store, account := an_account())
    with pytest.raises(StoreRefused, match="was not made by the program"):
        finish(store, account, record.model_copy(), notice=NoticeKind.LETTER)


def test_a_record_of_other_answers_than_were_posted_is_refused_by_their_names(store):
    account = an_account(kind=Kind.SELF_CARE)
    other = changed(account, facts=dict(account.facts) | {"temperature_c": 36.7})
    with pytest.raises(StoreRefused, match="not those that were posted: temperature_c") as refused:
        finish(store, account, made(store, other), not_told_because="a test")
    assert SECRET not in str(refused.value)


def test_a_record_of_another_patient_than_was_said_is_refused_by_the_names_of_the_fields(store):
    account = an_account(kind=Kind.SELF_CARE)
    other = changed(account, patient=account.patient.model_copy(update={"family": "Another"}))
    with pytest.raises(StoreRefused, match="not as they were said of the patient: family") as refused:
        finish(store, account, made(store, other), not_told_because="a test")
    assert SECRET not in str(refused.value)
    assert "Another" not in str(refused.value)


def test_a_record_of_whom_nobody_said_anything_is_refused(store):
    account = an_account(kind=Kind.SELF_CARE)
    now = store.drafts.begin(library().newest(account.pathway), ROBIN, practice=False, id=account.id)
    now = store.drafts.post(now.id, ROBIN, now.revision, "", "All", dict(account.facts))
    with pytest.raises(StoreRefused, match="of whom nothing was said"):
        store.drafts.finish(now.id, ROBIN, now.revision, made(store, account), notice=NoticeKind.LETTER)


def test_a_record_made_at_another_time_is_made_again(store, clock):
    account = an_account(kind=Kind.SELF_CARE)
    record = made(store, account)
    clock.at += timedelta(minutes=11)
    with pytest.raises(StoreRefused, match="made at another time"):
        finish(store, account, record, notice=NoticeKind.LETTER)


def test_finished_with_an_older_revision_is_refused(store):
    account = an_account(kind=Kind.SELF_CARE)
    now = begun(store, account)
    record = made(store, account)
    store.drafts.post(now.id, ROBIN, now.revision, now.patient_mark, "Second", {})
    with pytest.raises(Outdated):
        store.drafts.finish(now.id, ROBIN, now.revision, record, notice=NoticeKind.LETTER)


def test_the_message_of_another_record_is_refused(store):
    account = an_account()
    now = begun(store, account)
    record = made(store, account)
    other = a_queued_message(record, sender_reference="urn:uuid:another")
    with pytest.raises(StoreRefused, match="that of another record"):
        store.drafts.finish(now.id, ROBIN, now.revision, record, message=other)


# Corrected


def corrected(store, account):
    now = begun(store, account, corrects=account.corrects)
    return store.drafts.finish(now.id, ROBIN, now.revision, made(store, account), notice=NoticeKind.LETTER)


def test_what_it_corrects_is_said_when_it_is_begun(store):
    old = finished(store, first := an_account(kind=Kind.SELF_CARE))
    new = changed(first, id="0b1f5c1e-7d3c-4f7e-9a53-2f2b0c7d1a11", corrects=old.id, corrects_because="a wrong note")
    with pytest.raises(StoreRefused, match="corrects another record than"):
        finished(store, new)


def test_a_record_is_corrected_by_a_new_one_and_both_stand(store):
    old = finished(store, an_account(kind=Kind.SELF_CARE))
    first = an_account(kind=Kind.SELF_CARE)
    new = changed(first, id="0b1f5c1e-7d3c-4f7e-9a53-2f2b0c7d1a11", corrects=old.id, corrects_because="a wrong note")
    now = corrected(store, new)
    assert store.drafts.get(old.id).corrected_by == now.id
    assert (store.records.record(old.id).id, store.records.record(now.id).corrects) == (old.id, old.id)
    again = changed(new, id="0b1f5c1e-7d3c-4f7e-9a53-2f2b0c7d1a12")
    with pytest.raises(StoreRefused, match="was corrected before"):
        corrected(store, again)
    assert store.drafts.get(again.id).state is ConsultationState.OPEN


def test_what_is_not_finished_is_not_corrected(store):
    draft = begun(store, an_account(kind=Kind.SELF_CARE))
    first = an_account(kind=Kind.SELF_CARE)
    new = changed(first, id="0b1f5c1e-7d3c-4f7e-9a53-2f2b0c7d1a11", corrects=draft.id, corrects_because="a wrong note")
    with pytest.raises(StoreRefused, match="not finished"):
        corrected(store, new)


# Afterwards


def test_who_read_and_printed_is_put_down_and_changes_nothing(store):
    now = finished(store, an_account())
    store.records.read(now.id, SAM)
    store.records.printed(now.id, SAM, "label")
    deeds = [(one.deed, one.actor, one.told["what"]) for one in store.records.history(now.id)[-2:]]
    assert deeds == [(Deed.READ, SAM, "record"), (Deed.PRINTED, SAM, "label")]
    assert store.drafts.get(now.id) == now


def test_reading_a_draft_makes_no_page_of_it_older(store):
    account = an_account()
    now = begun(store, account)
    store.records.read(now.id, SAM, "draft")
    assert store.drafts.post(now.id, ROBIN, now.revision, now.patient_mark, "First", {}).revision == now.revision + 1


def test_a_letter_that_went_ends_its_notice_and_no_mailbox_is_told(store, clock):
    now = finished(store, an_account())
    sent = OnPaper(NoticeKind.PDF, AddressKind.NHSMAIL, "Robin", clock(), "surgery@example.org")
    store.records.told_on_paper(now.id, ROBIN, sent)
    assert store.work_list().people == ()
    assert "mailbox" not in store.records.history(now.id)[-1].told


def test_a_claim_is_due_until_it_was_submitted(store):
    now = finished(store, an_account())
    assert [one.id for one in store.work_list().claims] == [now.id]
    assert now.claim_due == "2026-12-05"
    assert store.records.claims_due(date(2026, 12, 4)) == ()
    assert store.records.claims_due(date(2026, 12, 5)) == (now,)
    now = store.records.claimed(now.id, ROBIN, "k1", "submitted", "ref")
    assert (now.claim_state, now.claim_due, store.work_list().claims) == ("submitted", "", ())


def test_the_same_claim_step_again_is_one_and_another_under_its_key_is_refused(store):
    now = finished(store, an_account())
    first = store.records.claimed(now.id, ROBIN, "k1", "submitted", "ref")
    assert store.records.claimed(now.id, SAM, "k1", "submitted", "ref") == first
    with pytest.raises(StoreRefused, match="used before"):
        store.records.claimed(now.id, ROBIN, "k1", "deleted", "ref")
    assert len(store.drafts.get(now.id).claims) == 1


def test_an_incident_is_marked_and_shown(store):
    now = finished(store, an_account())
    store.records.incident(now.id, SAM, "the wrong strength was in the bag")
    assert [one.id for one in store.work_list().incidents] == [now.id]


def test_nothing_is_ever_deleted_and_a_hold_beats_the_age(tmp_path, clock):
    with opened(tmp_path / "data", clock, keep_years=8) as store:
        now = finished(store, an_account())
        assert store.records.old() == ()
        clock.at += timedelta(days=8 * 366)
        assert [one.id for one in store.records.old()] == [now.id]
        store.records.hold(now.id, SAM, "a claim at court")
        assert store.records.old() == ()
        store.records.end_hold(now.id, SAM, "it is over")
        assert len(store.records.old()) == 1


def test_a_restricted_note_is_in_the_evidence_alone(store):
    now = finished(store, an_account())
    store.records.note(now.id, ROBIN, "RESTRICTED")
    assert "RESTRICTED" in evidence(store, now.id, ROBIN)
    assert "RESTRICTED" not in table(store) + store.records.written(now.id) + repr(store.records.history(now.id))


# Found


@pytest.mark.parametrize(
    "sought",
    [
        Sought(name="featherstone"),
        Sought(name="FEATHERSTONEHAUGH ann"),
        Sought(name="Ann"),
        Sought(product="nitrofurantoin"),
        Sought(batch="l1"),
        Sought(product="Nitrofurantoin", batch="L1", name="feather"),
    ],
)
def test_a_record_is_found_by_what_it_is_about(store, sought):
    now = finished(store, an_account())
    finished(store, an_account("shingles", Kind.SELF_CARE, practice=True))
    assert [one.id for one in store.records.find(sought, SAM)] == [now.id]


@pytest.mark.parametrize(
    "sought", [Sought(name="haugh"), Sought(name="Ann", batch="L2"), Sought(born=date(1900, 1, 1))]
)
def test_what_does_not_fit_is_not_found(store, sought):
    finished(store, an_account())
    assert store.records.find(sought, SAM) == ()


def test_birth_date_and_nhs_number_are_found_as_they_are_written_anywhere(store):
    account = an_account(practice=True)
    now = finished(store, account)
    number = account.patient.nhs_number
    spaced = f"{number[:3]} {number[3:6]} {number[6:]}"
    assert [one.id for one in store.records.find(Sought(nhs_number=spaced), SAM)] == [now.id]
    assert [one.id for one in store.records.find(Sought(born=account.patient.birth_date), SAM)] == [now.id]


@pytest.mark.parametrize(
    ("family", "typed"),
    [
        ("O'Neill", "oneill"), ("O’Neill", "neill"), ("Siân", "SIAN"), ("Łukasiewicz", "lukasi"), ("Smith-Jones", "jones"),
        ("Smith-Jones", "smith jones"), ("Strauß", "strauss"), ("van der Berg", "berg"), ("Ørsted", "orsted"), ("ÑANDÚ", "nandu"),
    ],
)  # fmt: skip
def test_accents_capitals_and_hyphens_make_no_difference(store, family, typed):
    now = store.drafts.begin(library().newest("shingles"), ROBIN, practice=True)
    store.drafts.who(now.id, ROBIN, now.revision, "", {"family": family})
    assert [one.id for one in store.records.find(Sought(name=typed), SAM)] == [now.id]


def test_a_search_is_put_down_without_what_was_sought(store):
    finished(store, an_account())
    store.records.find(Sought(name=SECRET, batch="L1"), SAM)
    (event,) = store._kept.events("store/searches")
    assert (event.actor, dict(event.told)) == (SAM, {"by": ["name", "batch"], "found": 1})
    assert SECRET not in repr(Sought(name=SECRET))


def test_nothing_sought_is_refused(store):
    with pytest.raises(StoreRefused, match="Say what to look for"):
        store.records.find(Sought(), SAM)


# What came in, and paper


def test_what_came_in_is_kept_to_the_byte_with_every_version(store, clock):
    first = store.inbound.keep(b"<one/>", "referral", SAM, request="r1", journey="j1", summary={"reason": SECRET})
    again = store.inbound.keep(b"<one/>", "referral", SAM, request="r1", journey="j1")
    assert again == first
    assert dict(again.summary) == {"reason": SECRET}
    second = store.inbound.keep(b"<two/>", "referral", SAM, request="r1", journey="j1")
    other = store.inbound.keep(b"\x00\xff", "GP record", SAM, journey="j1", waits=False)
    assert [one.id for one in store.inbound.versions("r1")] == [first.id, second.id]
    assert [one.id for one in store.inbound.journey("j1")] == [first.id, second.id, other.id]
    assert store.inbound.get(first.id).newer == second.id
    assert [one.id for one in store.work_list().referrals] == [second.id]
    assert store.inbound.raw(other.id, SAM) == b"\x00\xff"
    assert SECRET not in repr(first)


def test_a_referral_waits_until_somebody_dealt_with_it(store):
    one = store.inbound.keep(b"<one/>", "referral", SAM, request="r1", journey="j1")
    store.inbound.keep(b"record", "GP record", SAM, journey="j1", waits=False)
    with pytest.raises(StoreRefused, match="one of the two"):
        store.inbound.dealt_with(one.id, SAM)
    now = finished(store, an_account(referral=Referral(source="GP practice")))
    store.inbound.dealt_with(one.id, SAM, now.id)
    assert store.inbound.waiting() == ()
    held = json.loads(evidence(store, now.id, SAM))
    assert [came["kind"] for came in held["came_in"]] == ["referral", "GP record"]


def test_a_paper_form_waits_until_it_is_entered(store):
    form = store.paper.held("shingles", date(2026, 11, 20), SAM)
    assert [one.id for one in store.work_list().paper] == [form.id]
    with pytest.raises(NotThere):
        store.paper.entered(form.id, SAM, "0b1f5c1e-7d3c-4f7e-9a53-2f2b0c7d1a11")
    now = finished(store, an_account())
    assert store.paper.entered(form.id, SAM, now.id).entered_as == now.id
    assert store.work_list().paper == ()


def late(account):
    typist = Typist(name="Sam Other", role="pharmacist")
    return changed(account, late=Late(because="the system was down"), entered_by=typist)


def test_a_paper_form_waits_until_the_record_that_it_becomes_is_stored(store):
    account = late(an_account(practice=True))
    form = store.paper.held(account.pathway, account.on, SAM, practice=True)
    now = begun(store, account, paper=form.id)
    assert now.paper == form.id
    assert [one.id for one in store.work_list().paper] == [form.id]
    store.drafts.finish(now.id, ROBIN, now.revision, made(store, account))
    assert store.paper.get(form.id).entered_as == now.id
    assert store.work_list().paper == ()


def test_a_paper_form_is_entered_once_and_as_what_it_is(store):
    account = late(an_account(practice=True))
    form = store.paper.held(account.pathway, account.on, SAM, practice=True)
    pathway = library().in_force(account.pathway, account.on)
    for wrong in (
        {"practice": False, "as_of": account.on},
        {"practice": True, "as_of": account.on - timedelta(days=1)},
    ):
        with pytest.raises(StoreRefused, match="another condition, day or kind of patient"):
            store.drafts.begin(pathway, ROBIN, paper=form.id, **wrong)
    with pytest.raises(NotThere):
        store.drafts.begin(pathway, ROBIN, practice=True, as_of=account.on, paper=account.id)
    twice = [begun(store, one, paper=form.id) for one in (account, renumbered(account, 1))]
    without = changed(account, late=None)
    with pytest.raises(StoreRefused, match="entered from paper, and the record does not say so"):
        store.drafts.finish(twice[0].id, ROBIN, twice[0].revision, made(store, without))
    store.drafts.finish(twice[0].id, ROBIN, twice[0].revision, made(store, account))
    with pytest.raises(StoreRefused, match="its paper form was entered before"):
        store.drafts.finish(twice[1].id, ROBIN, twice[1].revision, made(store, renumbered(account, 1)))
    with pytest.raises(StoreRefused, match="was entered before"):
        store.drafts.begin(pathway, ROBIN, practice=True, as_of=account.on, paper=form.id)


def test_what_was_done_otherwise_and_entered_late_waits_for_whoever_answers_for_it(store):
    account = an_account()
    other = Decision(done="advised", because="none was left", no_supply="out of stock")
    now = finished(store, late(changed(account, decision=other, supplies=(), charge=None)))
    assert [one.id for one in store.work_list().differing] == [now.id]
    with pytest.raises(StoreRefused, match="Say what was found"):
        store.records.answered_for(now.id, SAM, " ")
    store.records.answered_for(now.id, SAM, SECRET)
    assert store.work_list().differing == ()
    assert store.mend() == 0
    assert SECRET not in repr(store.records.history(now.id))


def test_a_consultation_of_the_same_person_at_that_time_is_found(store):
    account = an_account()
    now = finished(store, account)
    at, minute = account.started_at, timedelta(minutes=1)
    number = account.practitioner.gphc_number
    found = store.records.at_that_time
    assert [one.id for one in found(number, at - minute, at)] == [now.id]
    assert found(number, at - 2 * minute, at - minute) == ()
    assert found("2999998", at, at) == found(number, at, at, practice=True) == ()
    assert found(number, at + timedelta(days=2), at + timedelta(days=2)) == ()


# Given out


def test_the_evidence_of_a_consultation_has_all_of_it_and_is_put_down(store):
    account = an_account()
    now = begun(store, account)
    record = made(store, account)
    message = a_queued_message(record)
    store.drafts.finish(now.id, ROBIN, now.revision, record, message=message)
    held = json.loads(evidence(store, now.id, SAM))
    assert [one["deed"] for one in held["events"]] == [
        "begun", "who the patient is", "page posted", "page posted", "finished", "read",
    ]  # fmt: skip
    assert held["events"][4]["held"] == json.loads(write_record(record))
    assert held["events"][2]["held"]["origins"]
    assert [one["state"] for one in held["message"]] == ["drafted", "validated", "queued"]
    assert held["anchor"]["length"] == store.ledger.length


def test_everything_about_a_patient_is_every_consultation_of_theirs_and_nobody_elses(store):
    first, second = an_account("uncomplicated-uti", Kind.SUPPLY), an_account("uncomplicated-uti", Kind.SELF_CARE)
    second = changed(second, patient=first.patient)
    finished(store, first)
    finished(store, second)
    other = finished(store, an_account(practice=True))
    held = everything_of(store, first.id, SAM)
    assert {one["id"] for one in json.loads(held)["consultations"]} == {first.id, second.id}
    assert other.id not in held


def test_the_table_has_a_row_for_each_record_and_no_identity(store):
    account = an_account()
    now = finished(store, account)
    store.records.incident(now.id, SAM, SECRET)
    said = table(store)
    (row,) = csv.DictReader(io.StringIO(said))
    assert (row["id"], row["outcome"], row["supplied"], row["incidents"]) == (now.id, "supply", "nitrofurantoin", "1")
    born = account.patient.birth_date.isoformat()
    assert not any(one in said for one in (SECRET, "Ann", ADDRESS, born, "LS1 6AE", "Sample"))


def test_an_id_that_is_none_is_not_there(store):
    for call in (store.drafts.get, store.records.written, store.inbound.get, store.paper.get):
        with pytest.raises(NotThere) as refused:
            call(SECRET)
        assert SECRET not in str(refused.value)


def test_a_write_to_a_file_that_may_only_be_read_is_refused_in_our_words(store, kept_in):
    from pharmacyfirst.ledger import LedgerUnusable

    now = begun(store, an_account())
    store.ledger._rows(kept_in.read_only[0])
    with pytest.raises(LedgerUnusable, match=r"readonly|ReadOnlySqlTransaction"):
        store.drafts.post(now.id, ROBIN, now.revision, now.patient_mark, "First", {})
    assert store.work_list().drafts[0].id == now.id
    store.ledger._rows(kept_in.read_only[1])
    assert replace(store.drafts.get(now.id)) == now


def test_times_are_utc(store):
    now = finished(store, an_account())
    assert now.begun_at.tzinfo is UTC
    assert isinstance(now.finished_at, datetime)


def test_a_duty_that_an_emergency_did_not_wait_for_is_to_be_done_until_a_correction_says_so(store):
    """Somebody in danger: 999 first, and the safeguarding lead is told afterwards. A work list that was clear hid that."""
    first = an_account("emergency-contraception", Kind.EMERGENCY)
    old = finished(store, changed(first, duties=None))
    work = store.work_list()
    assert [one.id for one in work.duties] == [old.id]
    assert work.before_closing
    owed = [one["id"] for one in made(store, first).assessment["duties"]]
    assert old.summary["duties_open"] == owed
    done = tuple(DutyAnswered(id=one, done=True) for one in owed)
    new = changed(
        first,
        id="0b1f5c1e-7d3c-4f7e-9a53-2f2b0c7d1a11",
        corrects=old.id,
        corrects_because="told her since",
        duties=done,
    )
    corrected(store, new)
    assert store.work_list().duties == ()
    assert store.mend() == 0
