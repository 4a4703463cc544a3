"""Only what the check returned can be put; and the address that MESH gets is the one that the rules have judged."""

import copy
import pickle
import re
import subprocess
import sys
from contextlib import closing
from dataclasses import fields, replace
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from practice_system import NOON, PracticeSystem, a_message
from sandbox_mesh import running

from pharmacyfirst.content.library import shipped_library
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.ledger import open_ledger
from pharmacyfirst.record import Account, check, envelope_of, make_record, update_record
from pharmacyfirst.record.examples import MAILBOX, examples
from pharmacyfirst.record.message.envelope import DAY_FIRST, CannotRoute
from pharmacyfirst.sending.acknowledgement import Unreadable
from pharmacyfirst.sending.mesh import Mailbox
from pharmacyfirst.sending.outbox import Outbox
from pharmacyfirst.sending.outgoing import NotPrepared, Outgoing, Prepared, RefusedByOutbox
from pharmacyfirst.sending.prepare import RefusedByRules, message_of, prepare
from pharmacyfirst.sending.rounds import send_round
from pharmacyfirst.sending.standing import MessageState, Waits
from pharmacyfirst.sending.working_days import due_by

ACCENTED, PLAIN = "Siân-Łukaszewicz", "Sian-Lukaszewicz"


@pytest.fixture(scope="module")
def record():
    return next(iter(examples(shipped_library()))).record


def written(record, **patient):
    """The message of a record, with something else said of its patient."""
    account = record.account()
    held = {name: getattr(account, name) for name in Account.model_fields}
    held["patient"] = record.patient.model_copy(update=patient)
    held["supplies"] = tuple(
        one.model_copy(update={"permit": None}) for one in account.supplies
    )  # it names another person
    changed = make_record(Account(**held), shipped_library(), recorded_at=record.recorded_at)
    return update_record(changed, envelope_of(changed, MAILBOX, changed.ended_at))


@pytest.fixture(scope="module")
def xml(record):
    return written(record)


@pytest.fixture
def outbox():
    with closing(open_ledger()) as ledger:
        yield Outbox(ledger)


# Only what the check returned


def test_what_the_check_returned_is_queued_and_says_who_checked(outbox, xml):
    prepared = prepare(xml)

    assert outbox.put(prepared, NOON).state is MessageState.QUEUED
    assert outbox.message(prepared.message.bundle_id) == message_of(xml)
    validated = outbox.history(prepared.message.bundle_id)[1][0]
    assert validated.by == prepared.checked_by
    assert validated.by.startswith("pharmacyfirst record check 0.")


def test_the_day_by_which_the_practice_has_to_know_counts_from_the_end_of_the_consultation(outbox, xml, record):
    prepared = prepare(xml)
    assert datetime.fromisoformat(prepared.message.ended_at) == record.ended_at
    late = record.ended_at + timedelta(days=9)
    outbox.put(prepared, late)
    (one,) = outbox.for_person(late, Waits())
    assert (one.due, one.late) == (due_by(record.ended_at).day, True)
    without = re.sub(rb"<(end|start) value=[^>]*/>", b"", xml)
    assert message_of(without).ended_at == ""


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [(b"ITK014M", b"ITK008M", "UR-02"), (b'<birthDate value="', b'<birthDate value="x', "XSD"), (b"urn:uuid:", b"urn:uid:", "UR-06")],
)  # fmt: skip
def test_a_message_that_the_rules_refuse_is_never_prepared(xml, old, new, rule):
    with pytest.raises(RefusedByRules, match=rule) as refused:
        prepare(xml.replace(old, new))
    assert rule in {problem.rule for problem in refused.value.problems}
    assert isinstance(refused.value, PharmacyFirstError)
    assert str(pickle.loads(pickle.dumps(refused.value))) == str(refused.value)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "not well-formed"),
        (b"<Patient/>", "not a FHIR Bundle"),
        (b" " * 6_000_000, "5 MB"),
        ("<Bundle/>", "not bytes"),
    ],
)
def test_what_is_no_message_is_never_prepared(raw, why):
    with pytest.raises(Unreadable, match=why):
        prepare(raw)


def test_a_message_that_the_rules_refuse_cannot_be_put_whatever_is_said_of_it(outbox, xml):
    """The outbox of 0.1.0 queued it: put(message, at, checked_by="x")."""
    refused = message_of(xml.replace(b"ITK014M", b"ITK008M"))

    for given in (refused, (refused, "x"), "x", None, xml):
        with pytest.raises(NotPrepared, match=r"takes what the check returned, not \w+\. Nothing was stored"):
            outbox.put(given, NOON)
    with pytest.raises(TypeError, match="checked_by"):
        outbox.put(refused, NOON, checked_by="x")
    assert sum(outbox.counts().values()) == 0


def test_nobody_else_makes_what_the_check_returns(xml):
    message, good = message_of(xml), prepare(xml)

    with pytest.raises(TypeError, match="seal"):
        Prepared(message, message.digest, "x")
    for seal in ("", "x", good.seal):
        with pytest.raises(NotPrepared, match="does not bear the seal"):
            Prepared(message, message.digest, "x", seal)
    with pytest.raises(NotPrepared, match="does not bear the seal"):
        replace(good, checked_by="somebody else")
    with pytest.raises(NotPrepared, match="does not bear the seal"):
        replace(good, message=replace(message, recipient="GPPROVIDER_9990000018_20000101_X"))
    with pytest.raises(NotPrepared, match="not those that were checked"):
        replace(good, message=replace(message, xml=message.xml.replace(b"ITK014M", b"ITK008M")))


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("xml", b"<Bundle/>", "not those that were checked"),
        ("recipient", "GPPROVIDER_9990000018_20000101_X", "does not bear the seal"),
        ("practice_patient", False, "does not bear the seal"),
        ("xml", "words", "lacks a part of what the check returns, or holds something else"),
    ],
)
def test_what_was_altered_after_the_check_is_refused(outbox, xml, name, value, why):
    prepared = prepare(xml)
    object.__setattr__(prepared.message, name, value)

    with pytest.raises(NotPrepared, match=why):
        outbox.put(prepared, NOON)
    assert sum(outbox.counts().values()) == 0


class SaysItIsGenuine(Prepared):
    def verify(self):
        """Nothing is wrong with me."""


class SaysAnotherDigest(Outgoing):
    """A message that answers for the one that was checked, and is another."""

    digest = property(lambda self: self.checked.digest)

    def routing(self):
        return self.checked.routing()


class ManyBytes(bytes):
    """Bytes that are not what they seem."""

    def __bytes__(self):
        return b"<Bundle/>"


def test_what_only_looks_like_what_the_check_returned_is_refused(outbox, xml):
    """Each was queued, with a message that the rules refuse."""
    good, refused = prepare(xml), message_of(xml.replace(b"ITK014M", b"ITK008M"))
    forged = object.__new__(SaysItIsGenuine)
    for name, value in (("message", refused), ("digest", refused.digest), ("checked_by", "x"), ("seal", "x")):
        object.__setattr__(forged, name, value)
    with pytest.raises(NotPrepared, match="takes what the check returned, not SaysItIsGenuine"):
        outbox.put(forged, NOON)
    inside = object.__new__(SaysAnotherDigest)
    SaysAnotherDigest.checked = good.message
    for one in fields(Outgoing):
        object.__setattr__(inside, one.name, getattr(refused, one.name))
    duck = SimpleNamespace(**refused.routing(), xml=refused.xml, digest=good.digest, routing=good.message.routing)
    for message in (inside, duck):
        given = copy.deepcopy(good)
        object.__setattr__(given, "message", message)
        with pytest.raises(NotPrepared, match="something else in its place"):
            outbox.put(given, NOON)
    assert sum(outbox.counts().values()) == 0


def test_bytes_that_are_not_plain_are_made_so_before_they_are_checked(outbox, xml):
    prepared = prepare(ManyBytes(xml))
    assert type(prepared.message.xml) is bytes
    assert prepared.message.xml == xml
    object.__setattr__(prepared.message, "xml", ManyBytes(xml))
    with pytest.raises(NotPrepared, match="something else in its place"):
        outbox.put(prepared, NOON)


def test_one_without_its_parts_is_refused(outbox):
    with pytest.raises(NotPrepared, match="lacks a part"):
        outbox.put(object.__new__(Prepared), NOON)


def test_a_copy_is_as_good_and_one_from_another_process_is_not(outbox, xml):
    prepared = prepare(xml)
    outbox.put(copy.deepcopy(prepared), NOON)
    taken = (
        "import pickle, sys; from pharmacyfirst.ledger import open_ledger; from pharmacyfirst.sending.outbox import Outbox\n"
        "from datetime import UTC, datetime\n"
        "Outbox(open_ledger()).put(pickle.loads(sys.stdin.buffer.read()), datetime.now(UTC))"
    )
    ended = subprocess.run([sys.executable, "-c", taken], input=pickle.dumps(prepared), capture_output=True, timeout=60)
    assert b"NotPrepared: It does not bear the seal of the check in this process" in ended.stderr


def test_a_refusal_names_nobody(outbox, xml, record):
    prepared = prepare(xml)
    object.__setattr__(prepared.message, "subject", "another")
    with pytest.raises(NotPrepared) as refused:
        outbox.put(prepared, NOON)
    shown = str(refused.value) + repr(prepared)
    assert record.patient.family not in shown
    assert record.patient.nhs_number not in shown


def test_what_mesh_could_not_take_is_refused_even_where_the_rules_let_it_pass(outbox, record):
    prepared = prepare(written(record), practice_patient=False)
    with pytest.raises(RefusedByOutbox, match="marked so"):
        outbox.put(prepared, NOON)


# One address


@pytest.mark.system
def test_a_name_with_accents_goes_the_whole_way_and_the_rules_judge_the_address_that_is_sent(record, outbox, tmp_path):
    xml = written(record, family=ACCENTED)
    patient = record.patient
    address = f"GPPROVIDER_{patient.nhs_number}_{patient.birth_date:%Y%m%d}_{PLAIN}"

    with running(tmp_path, ["FZZ99OT001", address.upper()]) as server:
        prepared = prepare(xml)
        outbox.put(prepared, NOON)
        with Mailbox(server.settings("FZZ99OT001")) as mailbox:
            assert send_round(outbox, mailbox, lambda: NOON, Waits()).sent == 1
        with closing(PracticeSystem(server, address, "FZZ99OT001")) as practice:
            (mesh_id,) = practice.client.list_messages()
            with practice.client.retrieve_message(mesh_id) as received:
                assert received.read() == xml
                sent_to, subject = received.recipient, received.subject
    assert ACCENTED.encode() in xml  # the Patient is called as they are called
    assert sent_to.upper() == address.upper()
    assert f"for {patient.given[0]} {PLAIN}, NHS Number: {patient.nhs_number}, seen at" in subject
    assert subject == prepared.message.subject
    assert check(xml, prepared.message.recipient) == []
    for other in (address.replace(PLAIN, ACCENTED), address.replace(PLAIN, "Lukaszewicz"), f"{address}x", ""):
        assert {problem.rule for problem in check(xml, other)} == {"UR-29"}


@pytest.mark.parametrize("born_as", [DAY_FIRST, "%Y%m%d"])
def test_an_address_that_is_not_the_patients_is_never_prepared(xml, born_as, monkeypatch):
    assert prepare(xml, born_as=born_as).message.recipient.startswith("GPPROVIDER_999")

    monkeypatch.setattr("pharmacyfirst.sending.prepare.mesh_address", lambda *of: "GPPROVIDER_9990000018_20000101_X")
    with pytest.raises(RefusedByRules, match=r"\(UR-29\)"):
        prepare(xml, born_as=born_as)


def test_a_name_that_no_address_can_hold_goes_another_way(record):
    with pytest.raises(CannotRoute, match="as a PDF") as refused:
        prepare(written(record, family="Иванова"))
    assert "Иванова" not in str(refused.value)


def test_what_is_wrong_with_a_message_is_said_before_that_it_has_no_address():
    with pytest.raises(RefusedByRules, match="UR-17"):
        prepare(a_message().xml)
