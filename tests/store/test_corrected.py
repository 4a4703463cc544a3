"""A record that is corrected: begun from it, its own news taken back where it did not go out yet, its claim to be amended, its incidents looked at."""

from datetime import timedelta

import pytest
from a_store import ROBIN, SAM, SECRET, Clock, a_queued_message, an_account, begun, finished, made, opened
from sound_records import library

from pharmacyfirst import Kind
from pharmacyfirst.record import Account
from pharmacyfirst.sending.on_paper import NoticeKind
from pharmacyfirst.sending.standing import Happened, MessageEvent, MessageState
from pharmacyfirst.store import StoreRefused
from pharmacyfirst.store.evidence import table
from pharmacyfirst.store.news import NO_CHAIN, messages_before

WHY = f"{SECRET} is spelled otherwise"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(data, clock):
    with opened(data, clock) as one:
        yield one


@pytest.fixture
def account():
    return an_account(kind=Kind.SELF_CARE)


def queued(store, account):
    """A record whose message is in the queue; its bundle id."""
    now = begun(store, account)
    record = made(store, account)
    now = store.drafts.finish(now.id, ROBIN, now.revision, record, message=a_queued_message(record))
    return now.id, now.summary["bundle_id"]


def correcting(store, id, actor=SAM):
    record = store.records.record(id, library())
    return store.drafts.correct(
        id, library().in_force(record.pathway, record.on), actor, record, WHY, apart=("Second",)
    )


def corrected(store, account, now, **news):
    """The correction finished: looked through, and told to the practice."""
    now = store.drafts.post(now.id, SAM, now.revision, now.patient_mark, "First", now.pages["First"].answers)
    record = made(store, of(account, now))
    news = {name: make(record) for name, make in news.items()} or {"notice": NoticeKind.LETTER}
    return store.drafts.finish(now.id, SAM, now.revision, record, **news)


def of(account, now):
    held = {name: getattr(account, name) for name in Account.model_fields}
    return Account(**held | {"id": now.id, "corrects": now.corrects, "corrects_because": WHY})


def posted(store, bundle_id, clock):
    store.outbox.begin_post(bundle_id, clock())
    store.outbox.record(bundle_id, MessageEvent(Happened.POSTED, clock(), mesh_id="20261121-1"))


def test_a_correction_begins_with_the_patient_and_answers_of_the_record_and_has_to_be_looked_through(store, account):
    old = finished(store, account)
    now = correcting(store, old.id)
    assert (now.corrects, now.practice, now.as_of) == (old.id, False, account.on.isoformat())
    assert now.answers == store.drafts.get(old.id).answers
    assert now.patient == store.drafts.get(old.id).patient
    assert (now.owner, now.look_through) == (SAM, ("First",))
    assert (now.correcting.started_at, now.correcting.ended_at) == (account.started_at, account.ended_at)
    assert now.correcting.because == WHY
    told = [dict(one.told) for one in store.records.history(now.id)]
    assert SECRET not in repr(told) + repr(now)
    with pytest.raises(StoreRefused, match="still to be looked through"):
        store.drafts.finish(now.id, SAM, now.revision, made(store, of(account, now)), notice=NoticeKind.LETTER)


@pytest.mark.parametrize("again", ["being corrected", "corrected", "not finished"])
def test_a_record_is_corrected_once(store, account, again):
    if again == "not finished":
        now, says = begun(store, account), "Only a finished record"
        record = made(store, account)
        with pytest.raises(StoreRefused, match=says):
            store.drafts.correct(now.id, library().in_force(record.pathway, record.on), SAM, record, WHY)
        return
    old = finished(store, account)
    now = correcting(store, old.id)
    says = "Sam Other is correcting this record"
    if again == "corrected":
        corrected(store, account, now)
        says = "was corrected before"
    length = store.ledger.length
    with pytest.raises(StoreRefused, match=says):
        correcting(store, old.id, ROBIN)
    assert store.ledger.length == length


def test_why_has_to_be_said(store, account):
    old = finished(store, account)
    record = store.records.record(old.id, library())
    with pytest.raises(StoreRefused, match="Say why"):
        store.drafts.correct(old.id, library().in_force(record.pathway, record.on), SAM, record, " ")


def test_a_letter_that_was_due_of_the_old_record_is_due_of_the_new_one_alone(store, account, clock):
    old = finished(store, account)
    clock.at += timedelta(days=9)
    new = corrected(store, account, correcting(store, old.id))
    (person,) = store.work_list().people
    assert (person.record_id, person.late) == (new.id, False)
    assert not store.outbox.notices.is_open(old.id)


def test_a_message_that_was_not_sent_yet_is_not_sent_any_more(store, account):
    id, bundle_id = queued(store, account)
    now = correcting(store, id)
    assert messages_before(of(account, now), store) == NO_CHAIN
    new = corrected(store, account, now, message=lambda record: a_queued_message(record))
    assert store.outbox.standing(bundle_id).state is MessageState.VOID
    assert store.outbox.to_send() == (new.summary["bundle_id"],)


def test_a_message_that_was_not_sent_yet_is_taken_back_where_the_practice_may_not_be_told_after_all(store, account):
    id, bundle_id = queued(store, account)
    corrected(store, account, correcting(store, id), not_told_because=lambda _: "the patient did not agree")
    assert store.outbox.standing(bundle_id).state is MessageState.VOID
    assert store.outbox.to_send() == ()


def test_a_message_that_the_practice_may_have_is_replaced_by_the_next_of_its_chain(store, account, clock):
    id, bundle_id = queued(store, account)
    posted(store, bundle_id, clock)
    clock.at += timedelta(days=9)
    now = correcting(store, id)
    chain = messages_before(of(account, now), store)
    assert (chain.first, chain.length) == (id, 1)
    document = store.outbox.message(bundle_id).document_id
    new = corrected(
        store,
        account,
        now,
        message=lambda record: a_queued_message(record, replaces=document, ended_at=str(record.ended_at)),
    )
    assert store.outbox.standing(bundle_id).state is MessageState.SENT
    assert store.outbox.chain(new.summary["bundle_id"]) == (bundle_id, new.summary["bundle_id"])
    assert store.outbox.record_of(new.summary["bundle_id"]) == new.id
    people = {one.bundle_id: one for one in store.work_list().people}
    assert people[bundle_id].late
    assert new.summary["bundle_id"] not in people  # it is due from the correction on, not from the consultation
    assert messages_before(of(account, correcting(store, new.id)), store) is None  # the practice has an older one alone


def test_while_a_message_is_on_its_way_the_correction_goes_by_letter(store, account, clock):
    id, bundle_id = queued(store, account)
    store.outbox.begin_post(bundle_id, clock())
    now = correcting(store, id)
    assert messages_before(of(account, now), store) is None
    corrected(store, account, now)
    assert store.outbox.standing(bundle_id).posting


# Claims and incidents


def claims(store):
    return [one.id for one in store.records.claims_due()]


def test_a_claim_that_was_made_is_amended_or_taken_back_with_the_correction(store):
    account = an_account()
    old = finished(store, account)
    store.records.claimed(old.id, ROBIN, "k1", "submitted", "ref")
    now = correcting(store, old.id)
    new = corrected(store, account, now)
    assert new.summary["claimed_before"] == "submitted"
    assert claims(store) == [new.id]
    new = store.records.claimed(new.id, ROBIN, "k2", "amended", "ref")
    assert (claims(store), new.claim_taken) == ([], "amended")


def test_a_claim_of_a_record_that_may_not_be_claimed_after_all_is_on_the_list_until_it_is_taken_back(store, account):
    supply = an_account()
    old = finished(store, supply)
    store.records.claimed(old.id, ROBIN, "k1", "submitted", "ref")
    now = correcting(store, old.id)
    now = store.drafts.post(now.id, SAM, now.revision, now.patient_mark, "First", dict(account.facts))
    now = store.drafts.post(now.id, SAM, now.revision, now.patient_mark, "Second", {})
    new = store.drafts.finish(now.id, SAM, now.revision, made(store, of(account, now)), notice=NoticeKind.LETTER)
    assert claims(store) == [new.id]
    new = store.records.claimed(new.id, ROBIN, "k2", "deleted", "ref")
    assert (claims(store), new.claim_taken) == ([], "")


def test_a_claim_that_was_refused_is_due_again(store):
    old = finished(store, an_account())
    store.records.claimed(old.id, ROBIN, "k1", "submitted", "ref")
    store.records.claimed(old.id, ROBIN, "k2", "refused", "ref")
    assert claims(store) == [old.id]
    store.records.claimed(old.id, ROBIN, "k3", "amended", "ref")
    store.records.claimed(old.id, ROBIN, "k4", "accepted", "ref")
    assert claims(store) == []


def test_an_incident_is_on_the_list_until_somebody_looked_at_it_and_its_words_are_in_no_table(store):
    old = finished(store, an_account())
    store.records.incident(old.id, SAM, SECRET)
    assert [one.id for one in store.work_list().incidents] == [old.id]
    with pytest.raises(StoreRefused, match="what was found"):
        store.records.looked_at(old.id, ROBIN, "")
    now = store.records.looked_at(old.id, ROBIN, f"{SECRET} was told", "LFPSE-1")
    assert (now.incidents, now.incidents_open, store.work_list().incidents) == (1, 0, ())
    assert SECRET not in table(store) + repr([dict(one.told) for one in store.records.history(old.id)])
    store.records.incident(old.id, SAM, "once more")
    assert [one.id for one in store.work_list().incidents] == [old.id]
    assert store.mend() == 0
