"""What goes as a letter or a PDF: it is due by a working day, stays in front of a person until it went, and says who sent it where and when."""

import json
import uuid
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from practice_system import NOON, a_message, prepared, put

from pharmacyfirst.cli.main import main
from pharmacyfirst.content.library import shipped_library
from pharmacyfirst.errors import WrongKind
from pharmacyfirst.ledger import open_ledger
from pharmacyfirst.record import make_record, write_record
from pharmacyfirst.record.examples import examples
from pharmacyfirst.sending.on_paper import AddressKind, NoticeKind, NoticeRefused, NotSaid, OnPaper
from pharmacyfirst.sending.outbox import Outbox
from pharmacyfirst.sending.outgoing import RefusedByOutbox
from pharmacyfirst.sending.standing import Happened, MessageEvent, Waits

WAITS = Waits()
RECORD = str(uuid.UUID(int=1))
MONDAY = date(2026, 11, 23)  # the working day after NOON, a Friday
BY = "A Pharmacist"
POSTED = OnPaper(NoticeKind.LETTER, AddressKind.POST, BY, NOON + timedelta(hours=1))


@pytest.fixture
def ledger():
    return open_ledger()


@pytest.fixture
def outbox(ledger):
    return Outbox(ledger)


def due(outbox, kind=NoticeKind.LETTER):
    return outbox.notices.due(RECORD, kind, NOON - timedelta(minutes=20), NOON)


def shown(outbox, at):
    return {one.id: one for one in outbox.for_person(at, WAITS) if one.id}


# Letters and PDFs


def test_a_notice_is_in_front_of_a_person_until_it_went(outbox):
    assert due(outbox).by == MONDAY
    one = shown(outbox, NOON)[RECORD]
    assert (one.record_id, one.state, one.due, one.late, one.urgent) == (RECORD, "letter due", MONDAY, False, False)
    assert one.says == "the practice has to be told by Mon 23 Nov 2026"
    assert one.then == "Send the letter, and record that: pharmacyfirst record resolve ID --as letter"
    outbox.notices.sent(RECORD, POSTED, NOON + timedelta(hours=2))
    assert shown(outbox, NOON + timedelta(days=9)) == {}
    assert outbox.verify() == 0


def test_who_sent_it_where_and_when_stays_in_the_ledger(outbox, ledger):
    due(outbox, NoticeKind.PDF)
    mail = OnPaper(NoticeKind.PDF, AddressKind.NHSMAIL, BY, NOON, mailbox="practice.x12345@nhs.net")
    outbox.notices.sent(RECORD, mail, NOON + timedelta(hours=2))
    kind, at, told = outbox.notices.history(RECORD)[-1]
    assert (kind, at) == ("sent", NOON + timedelta(hours=2))
    assert told == {
        "kind": "pdf",
        "to": "nhsmail",
        "by": BY,
        "sent_at": "2026-11-20T12:00:00.000000+00:00",
        "mailbox": "practice.x12345@nhs.net",
    }
    assert "practice.x12345" not in repr(mail)
    assert ledger.verify() == 2


@pytest.mark.parametrize(
    ("days", "late", "urgent", "words"),
    [(1, False, False, "has to be"), (3, False, True, "has to be"), (3.49, False, True, "has to be"), (3.5, True, True, "had to be")],
)  # fmt: skip
def test_a_notice_is_urgent_on_its_last_day_and_late_after_it(outbox, days, late, urgent, words):
    due(outbox)
    one = shown(outbox, NOON + timedelta(days=days))[RECORD]
    assert (one.late, one.urgent) == (late, urgent)
    assert words in one.says


def test_a_late_notice_stays_late_when_the_clock_goes_back(outbox):
    due(outbox)
    outbox.look(NOON + timedelta(days=4))
    outbox.look(NOON)
    assert shown(outbox, NOON)[RECORD].late


def test_the_same_notice_twice_is_one_and_another_end_is_refused(outbox):
    first = due(outbox)
    assert due(outbox) == first
    with pytest.raises(NoticeRefused, match="with another end"):
        outbox.notices.due(RECORD, NoticeKind.LETTER, NOON, NOON)
    assert len(outbox.notices.history(RECORD)) == 1


def test_a_notice_that_is_not_due_after_all_says_why(outbox):
    due(outbox)
    for by, why in (("", "a slip"), (BY, " ")):
        with pytest.raises(NotSaid):
            outbox.notices.not_due(RECORD, by, why, NOON)
    outbox.notices.not_due(RECORD, BY, "a message was sent", NOON)
    assert shown(outbox, NOON) == {}
    with pytest.raises(NoticeRefused, match="due no more"):
        outbox.notices.sent(RECORD, POSTED, POSTED.sent_at)


def test_what_was_never_put_down_cannot_be_sent(outbox):
    with pytest.raises(NoticeRefused, match="No notice of this record"):
        outbox.notices.sent(RECORD, POSTED, POSTED.sent_at)
    with pytest.raises(NoticeRefused, match="UUID in small letters"):
        outbox.notices.due("Test TESTPATIENT", NoticeKind.LETTER, NOON, NOON)


@pytest.mark.parametrize(
    ("given", "refused", "why"),
    [
        ((NoticeKind.PDF, AddressKind.POST, BY, NOON), NoticeRefused, "what is printed is a letter"),
        ((NoticeKind.LETTER, AddressKind.POST, BY, NOON, "a@nhs.net"), NoticeRefused, "has a mailbox"),
        ((NoticeKind.PDF, AddressKind.NHSMAIL, BY, NOON, "Test TESTPATIENT"), NoticeRefused, "no e-mail address"),
        ((NoticeKind.LETTER, AddressKind.POST, " ", NOON), NotSaid, "who"),
        (("letter", AddressKind.POST, BY, NOON), WrongKind, "NoticeKind"),
        ((NoticeKind.LETTER, "post", BY, NOON), WrongKind, "AddressKind"),
        ((NoticeKind.LETTER, AddressKind.POST, None, NOON), WrongKind, "str"),
        ((NoticeKind.LETTER, AddressKind.POST, BY, NOON.replace(tzinfo=None)), ValueError, "offset"),
    ],
)
def test_what_went_is_said_in_full_and_nothing_else_is(given, refused, why):
    with pytest.raises(refused, match=why) as said:
        OnPaper(*given)
    assert "TESTPATIENT" not in str(said.value)


@pytest.mark.parametrize(("hours", "why"), [(2, "later than now"), (-1, "before the consultation ended")])
def test_what_went_went_after_the_consultation_and_not_later_than_now(outbox, hours, why):
    due(outbox)
    put(outbox, a_message())
    sent = OnPaper(NoticeKind.LETTER, AddressKind.POST, BY, NOON + timedelta(hours=hours))
    with pytest.raises(NoticeRefused, match=why):
        outbox.notices.sent(RECORD, sent, NOON + timedelta(hours=1))
    assert RECORD in shown(outbox, NOON)
    if hours > 0:
        with pytest.raises(NoticeRefused, match=why):
            outbox.fallback_sent(a_message().bundle_id, NOON + timedelta(hours=1), sent)


def test_a_damaged_notice_is_shown_and_keeps_nothing_back(outbox, ledger):
    due(outbox)
    put(outbox, a_message())
    ledger._database.connection.execute("DROP TRIGGER ledger_event_no_update")
    for what in ("body = '[]'", "body = '{}'", "body = 'x'", "at = 'noon'"):
        ledger._database.connection.execute(f"UPDATE ledger_event SET {what} WHERE position = 1")
        found = shown(outbox, NOON + timedelta(hours=5))
        assert found[RECORD].state == "damaged"
        assert a_message().bundle_id in found


# Messages


def test_a_message_is_late_after_its_day_even_where_it_was_put_late(outbox):
    message = replace(a_message(), ended_at="2026-11-18T09:00:00+00:00")  # it is Friday now: due yesterday
    put(outbox, message)
    one = shown(outbox, NOON)[message.bundle_id]
    assert (one.due, one.late, one.urgent) == (date(2026, 11, 19), True, True)
    assert one.says == "it has not been sent; the practice had to be told by Thu 19 Nov 2026"
    outbox.begin_post(message.bundle_id, NOON)
    outbox.record(message.bundle_id, MessageEvent(Happened.POSTED, NOON, mesh_id="MESH1"))
    assert "the practice's system has not answered; the practice had" in shown(outbox, NOON)[message.bundle_id].says
    for code in ("20013", "30001"):
        outbox.record(message.bundle_id, MessageEvent(Happened.ANSWERED, NOON, code=code))
    assert shown(outbox, NOON) == {}


def test_the_end_of_the_consultation_is_a_time_with_its_offset(outbox):
    for ended_at in ("yesterday", "2026-11-18T09:00:00"):
        with pytest.raises(RefusedByOutbox, match="distance from UTC"):
            outbox.put(prepared(replace(a_message(), ended_at=ended_at)), NOON)


def test_a_pdf_can_be_put_down_though_nobody_knows_what_became_of_the_post(outbox):
    """MESH may be away for days: the practice was told all the same, and the POST is still settled."""
    message = a_message()
    put(outbox, message)
    outbox.begin_post(message.bundle_id, NOON)
    pdf = OnPaper(NoticeKind.PDF, AddressKind.NHSMAIL, BY, NOON)
    assert outbox.fallback_sent(message.bundle_id, NOON, pdf).posting
    assert outbox.unsettled() == (message.bundle_id,)
    now = outbox.record(message.bundle_id, MessageEvent(Happened.REFUSED, NOON, code="12"))
    assert (now.state.value, now.posting) == ("fallback_sent", False)
    assert json.loads(outbox.history(message.bundle_id)[-2][0].says)["to"] == "nhsmail"


# The commands


@pytest.fixture(scope="module")
def record():
    return next(iter(examples(shipped_library()))).record


@pytest.fixture
def command(tmp_path):
    def run(*words):
        environment = {"PHARMACYFIRST_OUTBOX": str(tmp_path / "outbox.db")}
        return CliRunner().invoke(main, ["record", *map(str, words)], env=environment, catch_exceptions=False)

    return run


def written(record, path, **changed):
    account = record.account().model_copy(update=changed)
    path.write_text(
        write_record(make_record(account, shipped_library(), recorded_at=record.recorded_at)), encoding="utf-8"
    )
    return path


def test_a_letter_is_put_down_shown_sent_and_gone(command, record, tmp_path):
    file = written(record, tmp_path / "consultation.json")
    at = (record.ended_at + timedelta(hours=1)).isoformat()
    ran = command("notice", file, "--as", "letter", "--at", at)
    assert ran.exit_code == 0
    assert ran.output.startswith("CONSULTATION 1: due by ")
    assert ran.output.endswith(f" {record.id}\n")
    status = command("status", "--at", at)
    assert status.exit_code == 1
    assert status.output.startswith("     1 letters or PDFs to send\n")
    assert f"{record.id}  letter due since" in status.output
    (told,) = json.loads(command("status", "--at", at, "--json").output)["for_person"]
    assert (told["id"], told["record_id"], told["late"]) == (record.id, record.id, False)
    assert date.fromisoformat(told["due"]) > record.on
    for words in ((), ("--to", "nowhere"), ("--to", "post", "--mailbox", "a@nhs.net")):
        assert command("resolve", record.id, "--as", "letter", "--by", BY, *words).exit_code == 2
    for wrong in ("seen", "again"):
        assert command("resolve", record.id, "--as", wrong, "--by", BY).exit_code == 2
    done = command("resolve", record.id, "--as", "letter", "--to", "post", "--by", BY, "--sent-at", at)
    assert (done.exit_code, done.output) == (0, "letter sent\n")
    assert command("status", "--at", at).exit_code == 0
    with closing(open_ledger(tmp_path / "outbox.db")) as ledger:
        assert Outbox(ledger).notices.history(record.id)[-1][2]["by"] == BY


def test_after_the_last_known_year_it_is_said_that_a_weekday_counts(command, record, tmp_path):
    later = record.model_copy(update={"ended_at": record.ended_at.replace(year=2031)})
    with closing(open_ledger(tmp_path / "outbox.db")) as ledger:
        Outbox(ledger).notices.due(record.id, NoticeKind.LETTER, later.ended_at, later.ended_at)
    says = "The bank holidays of 2031 are not known here: a weekday counts as a working day."
    for words in (("--at", later.ended_at.isoformat()), ("--at", later.ended_at.isoformat(), "--json")):
        told = command("status", *words).output
        assert told.count(says) == 2  # of the day, and of the notice
    assert json.loads(told)["warning"].startswith(says)
    assert "bank holidays" not in command("status", "--at", record.ended_at.isoformat()).output.split("\n  ")[0]


def test_a_notice_that_is_not_due_is_void_with_its_reason(command, record, tmp_path):
    command("notice", written(record, tmp_path / "one.json"), "--as", "pdf")
    assert command("resolve", record.id, "--as", "void", "--by", BY).exit_code == 2
    assert (
        command("resolve", record.id, "--as", "void", "--by", BY, "--why", "it went as a message").output == "not due\n"
    )


@pytest.mark.parametrize("agreed", [False, None])
def test_where_nobody_agreed_that_the_practice_is_told_nothing_is_put_down(command, record, tmp_path, agreed):
    consent = record.consent.model_copy(update={"to_share": agreed})
    ran = command("notice", written(record, tmp_path / "refused.json", consent=consent), "--as", "letter")
    assert (ran.exit_code, ran.output) == (1, "CONSULTATION 1: not put down: nobody agreed that the practice is told\n")
    assert command("status").output == "The outbox is empty.\n"
