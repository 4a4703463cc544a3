"""The outbox: what is committed stays, nothing is an all-clear that is not one, and nobody is forgotten."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice_system import NOON, PRACTICE_PATIENT, a_message, a_report, an_acknowledgement, came_in, prepared, put
from what_happens import GOOD_ENDS, anything

from pharmacyfirst.errors import WrongKind
from pharmacyfirst.ledger import Ledger, LedgerDamaged, LedgerUnusable, NoOffset, open_ledger
from pharmacyfirst.sending.messages import UnknownMessage
from pharmacyfirst.sending.on_paper import AddressKind, NoticeKind, NotSaid, OnPaper
from pharmacyfirst.sending.outbox import CommitFirst, Outbox
from pharmacyfirst.sending.outgoing import RefusedByOutbox
from pharmacyfirst.sending.standing import (
    Happened,
    MessageEvent,
    MessageState,
    OutOfOrder,
    Waits,
)

WAITS = Waits()
SOON = NOON + timedelta(minutes=10)
PDF_SENT = OnPaper(NoticeKind.PDF, AddressKind.NHSMAIL, "A Pharmacist", SOON)


def memory():
    return sqlite3.connect(":memory:", isolation_level=None)


@pytest.fixture
def outbox():
    return Outbox(open_ledger())


def sent(outbox, message=None, mesh_id="MESH1"):
    """A message that MESH has taken."""
    message = message or a_message()
    put(outbox, message)
    post(outbox, message, mesh_id)
    return message


def post(outbox, message, mesh_id, at=NOON):
    outbox.begin_post(message.bundle_id, at)
    outbox.record(message.bundle_id, MessageEvent(Happened.POSTED, at, mesh_id=mesh_id))


def answer(outbox, message, *codes, at=SOON):
    for code in codes:
        outbox.receive(came_in(an_acknowledgement(message.header_id, code)), at)
    return outbox.standing(message.bundle_id)


def person_sees(outbox, at=SOON):
    return {one.id: one for one in outbox.for_person(at, WAITS) if one.id}


def rounds_stopped(outbox, at):
    return [one for one in outbox.for_person(at, WAITS) if one.state == "no rounds"]


# Storing


def test_a_message_is_stored_byte_for_byte_and_goes_through_every_state(outbox):
    message = a_message()
    put(outbox, message)

    assert outbox.message(message.bundle_id) == message
    assert outbox.to_send() == (message.bundle_id,)
    post(outbox, message, "MESH1")
    assert answer(outbox, message, "20013").state is MessageState.INF_OK
    assert answer(outbox, message, "30001").state is MessageState.DONE
    states = [state for _, state in outbox.history(message.bundle_id)]
    assert [one.value for one in states] == ["drafted", "validated", "queued", "queued", "sent", "inf_ok", "done"]
    assert outbox.for_person(SOON + timedelta(days=30), WAITS) == ()


def test_every_answer_is_kept_as_it_came(outbox):
    message = sent(outbox)
    raw = an_acknowledgement(message.header_id, "20013")
    outbox.receive(came_in(raw, "ACK1"), SOON)

    assert outbox.raw("ACK1") == raw
    assert outbox.history(message.bundle_id)[-1][0].received == "ACK1"


def test_a_queued_message_is_committed_with_what_its_owner_commits():
    connection = memory()
    connection.execute("CREATE TABLE consultation (id)")
    outbox = Outbox(Ledger(connection))
    for end, kept in (("ROLLBACK", 0), ("COMMIT", 1)):
        connection.execute("BEGIN")
        connection.execute("INSERT INTO consultation VALUES (1)")
        put(outbox, a_message())
        assert connection.in_transaction
        connection.execute(end)
        assert connection.execute("SELECT count(*) FROM consultation").fetchone() == (kept,)
        assert len(outbox.to_send()) == kept


def test_a_change_that_fails_inside_the_owners_transaction_undoes_itself_alone():
    connection = memory()
    outbox = Outbox(Ledger(connection))
    message = put(outbox, a_message())
    connection.execute("BEGIN")
    put(outbox, a_message("two"))
    with pytest.raises(OutOfOrder):
        outbox.queue(message, NOON)
    connection.execute("COMMIT")
    assert len(outbox.to_send()) == 2


def test_a_connection_in_the_old_transaction_mode_works_too(tmp_path):
    connection = sqlite3.connect(tmp_path / "one.db")
    connection.row_factory = sqlite3.Row
    message = sent(Outbox(Ledger(connection)))
    connection.close()
    with closing(open_ledger(tmp_path / "one.db")) as ledger:
        assert Outbox(ledger).standing(message.bundle_id).state is MessageState.SENT


def test_nothing_is_posted_before_the_intent_is_on_disk():
    ledger = open_ledger()
    outbox = Outbox(ledger)
    with ledger.transaction():
        message = put(outbox, a_message())
        with pytest.raises(CommitFirst, match="commit first"):
            outbox.begin_post(message, NOON)


def test_the_same_message_twice_is_one_message_and_reused_ids_are_refused(outbox):
    message = a_message()
    put(outbox, message)
    assert outbox.draft(prepared(message), SOON).state is MessageState.QUEUED
    other = a_message("two")
    for id in ("bundle_id", "header_id", "document_id"):
        ids = {id: getattr(message, id)}
        with pytest.raises(RefusedByOutbox, match="used before"):
            outbox.draft(prepared(replace(other, xml=other.xml + getattr(message, id).encode(), **ids)), NOON)
    with pytest.raises(RefusedByOutbox, match="used before"):
        outbox.draft(prepared(replace(message, xml=message.xml + b" ")), NOON)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"bundle_id": "X"}, "not a UUID"),
        ({"header_id": "108805B4-32DF-464D-A0A6-11C37AFD74F2"}, "not a UUID"),
        ({"header_id": "108805b4-32df-464d-a0a6-11c37afd74f2"}, "does not occur"),
        ({"recipient": "GPPROVIDER_9990000018_19900101_JOSÉ"}, "recipient"),
        ({"recipient": ""}, "recipient"),
        ({"subject": "one\r\nMex-To: another"}, "subject"),
        ({"subject": "x" * 501}, "subject"),
        ({"local_id": "x" * 301}, "local_id"),
        ({"practice_patient": False}, "training patient"),
        ({"replaces": "108805b4-32df-464d-a0a6-11c37afd74f2"}, "has not sent"),
    ],
)
def test_a_message_that_mesh_could_not_take_is_refused_and_nobody_named(outbox, change, why):
    with pytest.raises(RefusedByOutbox, match=why) as refused:
        outbox.draft(prepared(replace(a_message(), **change)), NOON)
    assert "JOSÉ" not in str(refused.value)
    assert outbox.counts()[MessageState.DRAFTED] == 0


def test_a_message_over_5_mb_is_refused(outbox):
    message = a_message()
    with pytest.raises(RefusedByOutbox, match="5 MB"):
        outbox.draft(prepared(replace(message, xml=message.xml + b" " * 5_000_000)), NOON)


def test_a_time_without_its_offset_is_refused(outbox):
    with pytest.raises(NoOffset, match="offset"):
        outbox.draft(prepared(a_message()), NOON.replace(tzinfo=None))


def test_nobody_is_named_where_a_message_is_shown():
    shown = repr(a_message()) + repr(came_in(b"TESTPATIENT"))
    assert "TESTPATIENT" not in shown
    assert PRACTICE_PATIENT not in shown


def by_hand(connection, statement):
    """What somebody does who has the file and a tool for it."""
    connection.execute("DROP TRIGGER ledger_event_no_update")
    connection.execute(statement)


def test_a_stored_message_that_was_altered_is_never_given_out_to_be_posted():
    connection = memory()
    outbox = Outbox(Ledger(connection))
    message, other = put(outbox, a_message()), put(outbox, a_message("two"))
    by_hand(connection, "UPDATE ledger_event SET attached = attached || x'20' WHERE position = 1")

    with pytest.raises(LedgerDamaged, match="Event 1 of the ledger"):
        outbox.begin_post(message, NOON)
    assert not outbox.standing(message).posting
    outbox.begin_post(other, NOON)
    with pytest.raises(LedgerDamaged):
        outbox.verify()


def test_by_what_a_message_is_found_is_mended_from_its_events():
    connection = memory()
    outbox = Outbox(Ledger(connection))
    message = put(outbox, a_message())
    assert outbox.verify() == 0
    connection.execute("DELETE FROM ledger_mark")
    assert outbox.to_send() == ()
    assert outbox.verify() == 1
    assert outbox.to_send() == (message,)


def test_by_what_a_person_finds_the_rest_is_mended_too(outbox):
    outbox.receive(came_in(b"", "ACK1"), SOON)
    outbox.receive(came_in(b"", "ACK2"), SOON)
    outbox.seen_received("ACK2", SOON, by="A Pharmacist")
    outbox.notices.due(a_message().bundle_id, NoticeKind.LETTER, NOON, NOON)
    shown = set(person_sees(outbox))
    assert shown == {"ACK1", a_message().bundle_id}
    outbox._ledger._database.connection.execute("DELETE FROM ledger_mark WHERE name != 'outbox: clock'")
    assert person_sees(outbox) == {}
    assert outbox.verify() == 2
    assert set(person_sees(outbox)) == shown


def test_an_id_that_is_not_there_is_said(outbox):
    for asks in (outbox.message, outbox.standing, outbox.history, outbox.raw):
        with pytest.raises(UnknownMessage):
            asks("unknown")
    with pytest.raises(UnknownMessage):
        outbox.seen_received("ACK1", SOON, by="A Pharmacist")
    assert outbox.receive(came_in(b"", "ACK1"), SOON).new


def test_only_an_id_that_could_be_ours_is_repeated(outbox):
    for id, shown in ((a_message().bundle_id, a_message().bundle_id), ("Test TESTPATIENT", "no UUID")):
        with pytest.raises(UnknownMessage, match=shown) as refused:
            outbox.message(id)
        assert "TESTPATIENT" not in str(refused.value)


@pytest.mark.parametrize("wrong", [None, b"x", "\ud800", 1.5])
def test_what_is_of_the_wrong_type_is_said_in_words_and_changes_nothing(wrong):
    ledger = open_ledger()
    outbox = Outbox(ledger)
    id = put(outbox, a_message())
    head = ledger.head
    asks = [outbox.message, outbox.standing, outbox.history, outbox.raw, outbox.knows_mesh_id, Outbox, ledger.events]
    asks += [ledger.streams, ledger.counted, ledger.marked, ledger.reserve, lambda x: ledger.mark("a", x)]
    asks += [lambda x: outbox.begin_post(x, NOON), lambda x: outbox.begin_post(id, x), lambda x: outbox.record(id, x)]
    asks += [lambda x: outbox.void(id, NOON, x, "why"), lambda x: outbox.void(id, NOON, "A", x)]
    asks += [lambda x: outbox.put(prepared(a_message("two")), x), lambda x: outbox.put(prepared(a_message()), x)]
    asks += [lambda x: outbox.receive(x, NOON), lambda x: outbox.receive(came_in(b"", "A"), x)]
    asks += [lambda x: outbox.receive(came_in(b"", "A", statuscode=x), NOON)]
    asks += [lambda x: outbox.overdue(x, WAITS), lambda x: outbox.for_person(NOON, x)]
    asks += [lambda x: outbox.seen_received(x, NOON, "A"), lambda x: ledger.mark("a", {(x, "v")})]
    asks += [lambda x: ledger.append(x, "k", "{}", NOON), lambda x: ledger.append("a", x, "{}", NOON)]
    asks += [lambda x: ledger.append("a", "k", x, NOON), lambda x: ledger.append("a", "k", "{}", x)]
    asks += [lambda x: ledger.append("a", "k", "{}", NOON, "x" if isinstance(x, bytes) else x)]
    for ask in asks:
        with pytest.raises(WrongKind, match=r"has to be \w+, not \w+|half a character"):
            ask(wrong)
    assert ledger.head == head


def test_nobody_else_writes_what_the_outbox_sends():
    ledger = open_ledger()
    outbox = Outbox(ledger)
    with pytest.raises(LedgerUnusable, match="only who reserved them"):
        ledger.append("outbox/message/1", "drafted", "{}", NOON)
    with pytest.raises(LedgerUnusable, match="reserved already"):
        Outbox(ledger)
    with pytest.raises(LedgerUnusable, match="does not begin with"):
        ledger.reserve("consultation/").append("outbox/message/1", "drafted", "{}", NOON)
    assert ledger.head == ""
    put(outbox, a_message())


def test_the_outbox_shares_its_ledger_and_finds_only_what_is_its_own():
    ledger = open_ledger()
    outbox = Outbox(ledger)
    ledger.append("consultation/1", "finished", "{}", NOON)
    ledger.mark("consultation/1", {("state", "queued"), ("to send", "1"), ("for a person", "1")})
    assert (outbox.to_send(), sum(outbox.counts().values()), outbox.for_person(NOON, WAITS)) == ((), 0, ())


# Answers


def test_answers_in_the_wrong_order_come_to_the_same(outbox):
    message = sent(outbox)
    assert answer(outbox, message, "30001").state is MessageState.SENT
    assert answer(outbox, message, "20013").state is MessageState.DONE


def test_the_same_answer_twice_is_kept_twice_and_changes_nothing(outbox):
    message = sent(outbox)
    received = came_in(an_acknowledgement(message.header_id, "20013"), "ACK1")
    assert outbox.receive(received, SOON).new
    again = outbox.receive(received, SOON)
    assert (again.new, again.bundle_id) == (False, message.bundle_id)
    assert answer(outbox, message, "20013", "20013").state is MessageState.INF_OK
    assert answer(outbox, message, "30001", "20013", "30001").state is MessageState.DONE


@pytest.mark.parametrize(
    ("code", "state", "words"),
    [
        ("10009", MessageState.INF_FAILED, "supplier"),
        ("20001", MessageState.INF_FAILED, "addressing"),
        ("20009", MessageState.INF_FAILED, "corrected message"),
        ("20010", MessageState.INF_FAILED, "PDF"),
        ("20014", MessageState.VOID, "contact the practice"),
        ("30002", MessageState.BUS_FAILED, "PDS"),
        ("30003", MessageState.BUS_FAILED, "PDS"),
        ("99999", MessageState.UNCONFIRMED, "Ask the practice"),
    ],
)
@pytest.mark.parametrize("before", [(), ("20013",), ("20013", "30001"), ("30001",)])
def test_bad_news_is_shown_with_what_to_do_whatever_came_before(outbox, before, code, state, words):
    message = sent(outbox)
    answer(outbox, message, *before)

    assert answer(outbox, message, code).state is state
    assert words in person_sees(outbox)[message.bundle_id].then
    assert answer(outbox, message, "20013", "30001").state in (state, MessageState.DONE if code == "99999" else state)


def test_a_practice_that_has_it_switched_off_leads_to_the_pdf(outbox):
    message = sent(outbox)
    answer(outbox, message, "20010")

    assert outbox.for_fallback() == (message.bundle_id,)
    assert person_sees(outbox)[message.bundle_id].urgent
    outbox.fallback_sent(message.bundle_id, SOON, PDF_SENT)
    assert outbox.standing(message.bundle_id).state is MessageState.FALLBACK_SENT
    assert outbox.for_fallback() == ()
    assert person_sees(outbox) == {}


def test_a_patient_who_died_is_done_and_shown_until_somebody_has_seen_it(outbox):
    message = sent(outbox)
    assert answer(outbox, message, "20013", "30004").state is MessageState.DONE
    assert "died" in person_sees(outbox)[message.bundle_id].says
    outbox.seen(message.bundle_id, SOON, by="A Pharmacist")
    assert person_sees(outbox) == {}


def test_a_duplicate_of_a_copy_of_ours_keeps_the_state_of_the_first(outbox):
    message = a_message()
    put(outbox, message)
    outbox.begin_post(message.bundle_id, NOON)
    outbox.record(message.bundle_id, MessageEvent(Happened.NOT_ARRIVED, NOON))
    post(outbox, message, "MESH2")
    assert answer(outbox, message, "20007").state is MessageState.SENT
    assert answer(outbox, message, "20013", "20008", "30001").state is MessageState.DONE


@pytest.mark.parametrize("code", ["20007", "20008"])
def test_a_duplicate_of_what_was_sent_once_was_dropped_and_is_shown(outbox, code):
    message = sent(outbox)
    assert answer(outbox, message, code).state is MessageState.UNCONFIRMED


def test_an_answer_that_could_not_read_our_id_is_known_by_its_reference(outbox):
    message, other = sent(outbox), sent(outbox, a_message("two"), "MESH2")
    raw = an_acknowledgement("UNREADABLE-IN-ORIGINAL-MESSAGE", "10009", message.sender_reference)
    assert outbox.receive(came_in(raw), SOON).bundle_id == message.bundle_id
    assert outbox.standing(message.bundle_id).state is MessageState.INF_FAILED
    assert outbox.standing(other.bundle_id).state is MessageState.SENT


@pytest.mark.parametrize(
    "raw",
    [
        an_acknowledgement("108805b4-32df-464d-a0a6-11c37afd74f2", "20013"),
        an_acknowledgement("UNREADABLE-IN-ORIGINAL-MESSAGE", "10009"),
        an_acknowledgement("", "20013"),
        b"\x00\xff",
        b"",
    ],
)
def test_what_is_about_no_message_of_ours_is_kept_and_shown_until_somebody_has_dealt_with_it(outbox, raw):
    message = sent(outbox)
    assert outbox.receive(came_in(raw, "ACK1"), SOON).bundle_id == ""
    assert outbox.raw("ACK1") == raw
    assert outbox.standing(message.bundle_id).state is MessageState.SENT
    (shown,) = outbox.for_person(SOON, WAITS)
    assert (shown.mesh_id, shown.bundle_id) == ("ACK1", "")
    outbox.seen_received("ACK1", SOON, by="A Pharmacist")
    assert outbox.for_person(SOON, WAITS) == ()


def test_a_reference_that_two_messages_bear_decides_nothing(outbox):
    first = sent(outbox)
    second = replace(a_message("two"), sender_reference=first.sender_reference)
    sent(outbox, second, "MESH2")
    raw = an_acknowledgement("UNREADABLE-IN-ORIGINAL-MESSAGE", "10009", first.sender_reference)
    assert outbox.receive(came_in(raw), SOON).bundle_id == ""


def test_an_answer_to_what_was_never_sent_is_no_all_clear(outbox):
    message = a_message()
    put(outbox, message)
    assert answer(outbox, message, "20013", "30001").state is MessageState.QUEUED
    assert message.bundle_id in person_sees(outbox)


def test_an_answer_proves_that_a_message_arrived_whose_post_was_never_recorded(outbox):
    message = a_message()
    put(outbox, message)
    outbox.begin_post(message.bundle_id, NOON)
    assert answer(outbox, message, "20013").state is MessageState.INF_OK
    assert outbox.unsettled() == ()
    assert outbox.to_send() == ()


# Reports


@pytest.mark.parametrize("code", ["14", "EPL-150", "EPL-151", "EPL-152", "EPL-153", "EPL-154", "77"])
def test_a_report_makes_a_message_undelivered(outbox, code):
    message = sent(outbox)
    outbox.receive(a_report("MESH1", code), SOON)
    assert outbox.standing(message.bundle_id).state is MessageState.UNDELIVERED
    shown = person_sees(outbox)[message.bundle_id]
    assert (shown.urgent, shown.codes) == (True, (code,))


def test_a_report_without_a_link_is_known_by_the_local_id_where_it_is_ours_alone(outbox):
    message = sent(outbox)
    assert outbox.receive(a_report(localid=message.local_id), SOON).bundle_id == message.bundle_id
    assert outbox.receive(a_report("UNKNOWN"), SOON).bundle_id == ""
    one, two = a_message("two", local_id="FZZ99"), a_message("three", local_id="FZZ99")
    sent(outbox, one, "MESH2"), sent(outbox, two, "MESH3")
    assert outbox.receive(a_report(localid="FZZ99"), SOON).bundle_id == ""


def test_a_report_about_one_copy_is_not_about_the_other(outbox):
    message = sent(outbox)
    outbox.receive(a_report("MESH1"), SOON)
    outbox.send_again(message.bundle_id, SOON, by="A Pharmacist")
    post(outbox, message, "MESH2", SOON)
    outbox.receive(a_report("MESH1"), SOON)
    assert outbox.standing(message.bundle_id).state is MessageState.SENT
    outbox.receive(a_report("MESH2"), SOON)
    assert outbox.standing(message.bundle_id).state is MessageState.UNDELIVERED


def test_a_report_after_an_answer_is_shown_and_changes_nothing(outbox):
    message = sent(outbox)
    answer(outbox, message, "20013", "30001")
    outbox.receive(a_report("MESH1"), SOON)
    assert outbox.standing(message.bundle_id).state is MessageState.DONE
    assert message.bundle_id in person_sees(outbox)


def test_an_answer_after_a_report_shows_that_it_arrived(outbox):
    message = sent(outbox)
    outbox.receive(a_report("MESH1"), SOON)
    assert answer(outbox, message, "20013", "30001").state is MessageState.DONE


# Time


def test_what_is_not_answered_is_overdue_after_4_hours_and_urgent_after_24(outbox):
    message = sent(outbox)
    answer(outbox, message, "20013")
    assert outbox.overdue(NOON + timedelta(hours=3, minutes=59), WAITS) == ()
    assert outbox.overdue(NOON + timedelta(hours=4), WAITS) == (message.bundle_id,)
    assert not person_sees(outbox)[message.bundle_id].urgent
    assert outbox.overdue(NOON + timedelta(hours=24), WAITS) == ()
    assert person_sees(outbox)[message.bundle_id].urgent
    assert answer(outbox, message, "20013").state is MessageState.UNCONFIRMED
    assert answer(outbox, message, "30001").state is MessageState.DONE
    assert person_sees(outbox) == {}


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_message_that_never_gets_on_its_way_is_shown_after_4_hours(outbox, steps):
    message = a_message()
    outbox.draft(prepared(message), NOON)
    if steps > 1:
        outbox.validated(message.bundle_id, NOON)
    if steps > 2:
        outbox.queue(message.bundle_id, NOON)
    assert person_sees(outbox, NOON + timedelta(hours=3)) == {}
    assert message.bundle_id in person_sees(outbox, NOON + timedelta(hours=4))


def test_a_message_that_mesh_never_holds_is_posted_three_times_and_then_shown(outbox):
    message = a_message()
    put(outbox, message)
    for _ in range(3):
        assert outbox.to_send() == (message.bundle_id,)
        outbox.begin_post(message.bundle_id, NOON)
        outbox.record(message.bundle_id, MessageEvent(Happened.NOT_ARRIVED, NOON))
    assert outbox.to_send() == ()
    assert message.bundle_id in person_sees(outbox, NOON)
    outbox.send_again(message.bundle_id, NOON, by="A Pharmacist")
    assert outbox.to_send() == (message.bundle_id,)


def test_what_is_overdue_is_shown_though_no_round_was_there_to_mark_it(outbox):
    message = sent(outbox)
    assert person_sees(outbox, NOON + timedelta(hours=3)) == {}
    late, later = NOON + timedelta(hours=5), NOON + timedelta(hours=30)
    assert person_sees(outbox, late)[message.bundle_id].since == NOON + timedelta(hours=4)
    assert not person_sees(outbox, late)[message.bundle_id].urgent
    assert person_sees(outbox, later)[message.bundle_id].urgent
    assert outbox.standing(message.bundle_id).state is MessageState.SENT


# Persons


def test_what_a_person_does_needs_a_name(outbox):
    message = sent(outbox)
    outbox.receive(a_report("MESH1"), SOON)
    for does in (outbox.send_again, outbox.seen):
        with pytest.raises(NotSaid, match="who"):
            does(message.bundle_id, SOON, by=" ")
    with pytest.raises(NotSaid, match="who"):
        outbox.seen_received("ACK1", SOON, by="")


def test_a_message_on_its_way_is_neither_sent_again_nor_made_void(outbox):
    message = a_message()
    put(outbox, message)
    outbox.begin_post(message.bundle_id, NOON)
    for does in (
        lambda: outbox.begin_post(message.bundle_id, NOON),
        lambda: outbox.send_again(message.bundle_id, NOON, by="A Pharmacist"),
        lambda: outbox.void(message.bundle_id, NOON, by="A Pharmacist", why="a slip"),
    ):
        with pytest.raises(OutOfOrder):
            does()
    outbox.record(message.bundle_id, MessageEvent(Happened.POSTED, NOON, mesh_id="MESH1"))
    with pytest.raises(OutOfOrder):
        outbox.void(message.bundle_id, NOON, by="A Pharmacist", why="a slip")


# Replacements


def replacement(outbox, original, seed="two"):
    message = a_message(seed, replaces=original.document_id)
    put(outbox, message)
    return message


def test_a_replacement_waits_for_what_it_replaces_and_then_replaces_it(outbox):
    original = sent(outbox)
    message = replacement(outbox, original)
    assert outbox.to_send() == ()
    answer(outbox, original, "20013", "30001")
    assert outbox.to_send() == (message.bundle_id,)
    post(outbox, message, "MESH2")
    assert outbox.standing(original.bundle_id).state is MessageState.DONE
    answer(outbox, message, "20013", "30001")
    assert outbox.standing(original.bundle_id).state is MessageState.REPLACED


def test_a_replacement_that_cannot_be_processed_makes_both_void_and_both_are_shown(outbox):
    original = sent(outbox)
    answer(outbox, original, "20013", "30001")
    message = replacement(outbox, original)
    post(outbox, message, "MESH2")
    answer(outbox, message, "20014")
    assert outbox.standing(original.bundle_id).state is MessageState.VOID
    assert outbox.standing(message.bundle_id).state is MessageState.VOID
    assert set(person_sees(outbox)) == {original.bundle_id, message.bundle_id}


def test_a_replacement_of_what_was_then_refused_is_not_sent_and_is_shown(outbox):
    original = sent(outbox)
    message = replacement(outbox, original)
    answer(outbox, original, "20009")
    assert outbox.to_send() == ()
    assert "inf_failed" in person_sees(outbox)[message.bundle_id].says


def test_replacements_are_a_chain_and_only_of_what_the_practice_holds(outbox):
    original = sent(outbox)
    replacement(outbox, original)
    with pytest.raises(RefusedByOutbox, match="a replacement already"):
        outbox.draft(prepared(a_message("three", replaces=original.document_id)), NOON)
    refused = sent(outbox, a_message("four"), "MESH4")
    answer(outbox, refused, "20009")
    with pytest.raises(RefusedByOutbox, match="send a new message"):
        outbox.draft(prepared(a_message("five", replaces=refused.document_id)), NOON)


# Whatever happens


@given(st.lists(anything, max_size=25))
def test_nobody_is_forgotten(events):
    """Whatever happened to a message, a day later it has ended well, or a person had it in hand, or a person sees it."""
    outbox = Outbox(open_ledger())
    message = a_message()
    put(outbox, message)
    for event in events:
        try:
            outbox.record(message.bundle_id, event)
        except OutOfOrder:
            continue
    later = NOON + timedelta(days=1, minutes=1)
    outbox.overdue(later, WAITS)
    standing = outbox.standing(message.bundle_id)
    happened = [event.what for event, _ in outbox.history(message.bundle_id)]
    assert (
        standing.state is MessageState.DONE
        or (standing.state in GOOD_ENDS and {Happened.FALLBACK_SENT, Happened.VOIDED, Happened.REPLACED, Happened.SEEN} & set(happened))
        or message.bundle_id in person_sees(outbox, later)
    )  # fmt: skip
    assert outbox.counts()[standing.state] == 1
    assert outbox.verify() == 0  # it is found by what its events say, and by nothing else
