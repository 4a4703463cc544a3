"""The outbox against a real MESH server: the whole loop, killed between any two steps, and nothing lost or doubled unseen."""

import json
import logging
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from practice_system import NOON, PRACTICE_PATIENT, PracticeSystem, a_message, named, put
from sandbox_mesh import PASSWORD, SHARED_KEY, free_port, running

from pharmacyfirst.cli.main import main
from pharmacyfirst.content.library import shipped_library
from pharmacyfirst.errors import ExtraMissing
from pharmacyfirst.ledger import Ledger, open_ledger
from pharmacyfirst.record import envelope_of, update_record
from pharmacyfirst.record.examples import MAILBOX, examples
from pharmacyfirst.record.message.envelope import DAY_FIRST, CannotRoute, in_ascii, mesh_address
from pharmacyfirst.sending import mesh
from pharmacyfirst.sending.mesh import (
    FoundAtMesh,
    Mailbox,
    MeshSettings,
    MeshTrace,
    MeshUnreachable,
)
from pharmacyfirst.sending.outbox import Outbox
from pharmacyfirst.sending.prepare import local_id, message_of
from pharmacyfirst.sending.rounds import send_round
from pharmacyfirst.sending.standing import MessageState, Waits

WAITS = Waits()
KILLED_ROUND = Path(__file__).with_name("killed_round.py")
LONGER_THAN_SETTLE = timedelta(minutes=10)
ADDRESS = f"GPPROVIDER_{PRACTICE_PATIENT}_19900101_" + "{}"
# More mailboxes than tests and kill points; a test takes the next one, so that none sees another's messages.
PLACES = [(f"FZZ99OT{number:03}", ADDRESS.format(f"TESTPATIENT{number:03}")) for number in range(120)]
MOST_KILL_POINTS = 90


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory):
    with running(tmp_path_factory.mktemp("mesh"), [one for place in PLACES for one in place]) as server:
        yield server


@pytest.fixture(scope="session")
def places():
    return iter(PLACES[MOST_KILL_POINTS:])


class Side:
    """A pharmacy with its outbox, and the practice it writes to."""

    def __init__(self, sandbox, place, folder):
        self.sandbox, (self.ours, self.theirs) = sandbox, place
        self.file = folder / f"{self.ours}.db"
        self.ledger = open_ledger(self.file)
        self.outbox = Outbox(self.ledger)
        self.practice = PracticeSystem(sandbox, self.theirs, answer_to=self.ours)
        self.message = a_message(self.ours, recipient=self.theirs)

    def put(self):
        put(self.outbox, self.message)
        return self

    def round(self, at=NOON, url=None, timeout=10.0):
        with Mailbox(self.sandbox.settings(self.ours, url, timeout)) as mailbox:
            return send_round(self.outbox, mailbox, lambda: at, WAITS)

    def killed_round(self, step, at=NOON, url=None):
        """One round in a process of its own, killed before its step; what it printed where it was not."""
        settings = json.dumps(asdict(self.sandbox.settings(self.ours, url)))
        return subprocess.run(
            [sys.executable, KILLED_ROUND, self.file, settings, at.isoformat(), str(step)],
            capture_output=True,
            text=True,
            timeout=60,
        )

    @property
    def standing(self):
        return self.outbox.standing(self.message.bundle_id)

    def close(self):
        self.practice.close()
        self.ledger.close()


@pytest.fixture
def side(sandbox, places, tmp_path):
    with closing(Side(sandbox, next(places), tmp_path)) as one:
        yield one


# The loop


@pytest.mark.system
def test_a_message_goes_out_is_collected_and_both_answers_come_back(side):
    began = time.monotonic()
    side.put()
    assert side.round().sent == 1
    assert side.standing.state is MessageState.SENT
    ((header_id, raw),) = side.practice.collect()
    assert raw == side.message.xml
    side.practice.answer(header_id, "20013", "30001")
    done = side.round(NOON + timedelta(minutes=5))
    assert (len(done.received), done.trouble) == (2, "")
    assert side.standing.state is MessageState.DONE
    assert side.round(NOON + timedelta(minutes=10)).received == []  # MESH was told that we have them
    assert side.practice.collect() == []
    print(f"the loop took {1000 * (time.monotonic() - began):.0f} ms")


@pytest.mark.system
def test_a_practice_that_has_it_switched_off_leads_to_the_pdf(side):
    side.put().round()
    ((header_id, _),) = side.practice.collect()
    side.practice.answer(header_id, "20010")
    side.round(NOON + timedelta(minutes=5))
    assert side.outbox.for_fallback() == (side.message.bundle_id,)


@pytest.mark.system
def test_an_address_that_mesh_does_not_know_is_refused_and_shown(side):
    side.message = replace(side.message, recipient=ADDRESS.format("NOBODY"))
    assert side.put().round().not_taken == 1
    assert (side.standing.state, side.standing.reported) == (MessageState.UNDELIVERED, "12")


@pytest.mark.system
@pytest.mark.parametrize("link", ["linked_message_id", "local_id"])
def test_a_report_of_mesh_makes_the_message_undelivered(side, link):
    side.put().round()
    linked = side.standing.mesh_ids[0] if link == "linked_message_id" else side.message.local_id
    report = {
        "mailbox_id": side.ours,
        "code": "EPL-152",
        "description": "Invalid NHS Number",
        "workflow_id": mesh.WORKFLOW,
        "status": "error",
        link: linked,
    }
    request = urllib.request.Request(
        f"{side.sandbox.url}/messageexchange/admin/report",
        json.dumps(report).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).close()
    side.round(NOON + timedelta(minutes=5))
    assert (side.standing.state, side.standing.reported) == (MessageState.UNDELIVERED, "EPL-152")


@pytest.mark.system
def test_what_others_send_to_the_mailbox_stays_there(side, sandbox):
    side.practice.client.send_message(side.ours, b"for somebody else", workflow_id="OTHER_WORKFLOW")
    side.practice.client.send_message(side.ours, b"an update record to us", workflow_id=mesh.WORKFLOW)
    assert side.round().left_alone == 1
    with Mailbox(sandbox.settings(side.ours)) as mailbox:
        assert len(mailbox._client.list_messages()) == 2


@pytest.mark.system
def test_an_overdue_message_says_whether_it_was_collected(side):
    side.put().round()
    later = NOON + timedelta(hours=5)
    assert side.round(later).overdue == 1
    (shown,) = side.outbox.for_person(later, WAITS)
    assert shown.says == "not confirmed by the practice; MESH: not collected yet"


@pytest.mark.system
def test_several_messages_and_two_senders_beside_each_other_post_each_once(side, tmp_path):
    for number in range(6):
        put(side.outbox, a_message(f"{side.ours}-{number}", recipient=side.theirs))
    children = [
        subprocess.Popen(
            [sys.executable, KILLED_ROUND, side.file, json.dumps(asdict(side.sandbox.settings(side.ours))),
             NOON.isoformat(), "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]  # fmt: skip
    for child in children:
        _, said = child.communicate(timeout=60)
        assert child.returncode == 0, said
    assert side.outbox.counts()[MessageState.SENT] == 6
    copies = side.practice.collect()
    assert len(copies) == len({header_id for header_id, _ in copies}) == 6


# Killed


@pytest.mark.system
def test_killed_before_any_step_and_started_again_nothing_is_lost_and_nothing_is_doubled(sandbox, tmp_path):
    """Every step of the round that sends, then every step of the round that collects; each ends with the message done."""
    whole = Side(sandbox, PLACES[0], tmp_path)
    sending = int(whole.put().killed_round(0).stdout)
    whole.practice.answer(whole.practice.collect()[0][0], "20013", "30001")
    collecting = int(whole.killed_round(0, NOON + LONGER_THAN_SETTLE).stdout)
    whole.close()
    points = [(1, step) for step in range(1, sending + 1)] + [(2, step) for step in range(1, collecting + 1)]
    assert sending > 12
    assert collecting > 20
    assert len(points) < MOST_KILL_POINTS
    print(f"{len(points)} kill points")

    with ThreadPoolExecutor(4) as four:
        outcomes = list(four.map(lambda one: killed_once(sandbox, one[0], tmp_path, *one[1]), enumerate(points, 1)))
    assert {one for one in outcomes if one[1:] != ("done", 1, True)} == set()


def killed_once(sandbox, number, folder, killed_in, step):
    """The kill point, where the message ended, how many copies the practice got, and whether all bytes were ours."""
    # Made and closed in this thread: a connection belongs to the thread that opened it.
    side = Side(sandbox, PLACES[number], folder)
    side.put()
    kill = side.killed_round(step) if killed_in == 1 else None
    side.round(NOON + LONGER_THAN_SETTLE)
    side.round(NOON + 2 * LONGER_THAN_SETTLE)
    for header_id, _ in side.practice.collect():
        side.practice.answer(header_id, "20013", "30001")
    kill = kill or side.killed_round(step, NOON + 3 * LONGER_THAN_SETTLE)
    assert kill.returncode == -signal.SIGKILL, kill.stderr
    for rounds in (4, 5):
        side.round(NOON + rounds * LONGER_THAN_SETTLE)
    copies = side.practice.copies + side.practice.collect()
    state, same = side.standing.state.value, all(raw == side.message.xml for _, raw in copies)
    answers = len(side.ledger.streams("outbox/received/"))
    assert side.outbox.verify() == 0
    side.close()
    return (killed_in, step), state, len(copies), same and answers == 2


class Line:
    """A line to MESH that carries every request and swallows the answer to a POST of a message: MESH has it, and we do not know."""

    def __init__(self, url, cut=True):
        self.to = int(url.rsplit(":", 1)[1])
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.cut = cut
        self.swallowed = threading.Event()
        self.listening = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                near, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(near,), daemon=True).start()

    def carry(self, near):
        with near, socket.create_connection(("127.0.0.1", self.to)) as far:
            swallow = []
            back = threading.Thread(target=self.back, args=(near, far, swallow), daemon=True)
            back.start()
            while sent := received_from(near):
                if sent.startswith(b"POST") and sent.split(b" ")[1].endswith(b"/outbox"):
                    swallow.append(True)
                far.sendall(sent)
            back.join(1)

    def back(self, near, far, swallow):
        while answer := received_from(far):
            if swallow:
                self.swallowed.set()
                if self.cut:
                    near.shutdown(socket.SHUT_RDWR)
                    return
                continue  # the line hangs
            near.sendall(answer)

    def close(self):
        self.listening.close()


def received_from(one):
    try:
        return one.recv(65536)
    except OSError:
        return b""


@pytest.mark.system
@pytest.mark.parametrize("cut", [True, False], ids=["the line breaks", "the line hangs"])
def test_a_post_whose_answer_is_lost_is_found_by_its_local_id_and_not_sent_again(side, cut):
    side.put()
    with closing(Line(side.sandbox.url, cut)) as line:
        done = side.round(url=line.url, timeout=1.0)
    assert (done.sent, done.undecided) == (0, 1)
    assert side.standing.posting
    assert side.round(NOON + timedelta(minutes=1)).found == 1
    assert side.standing.state is MessageState.SENT
    assert len(side.practice.collect()) == 1


@pytest.mark.system
def test_killed_while_it_waits_for_the_answer_to_its_post(side):
    side.put()
    settings = json.dumps(asdict(side.sandbox.settings(side.ours)))
    with closing(Line(side.sandbox.url, cut=False)) as line:
        settings = settings.replace(side.sandbox.url, line.url)
        child = subprocess.Popen([sys.executable, KILLED_ROUND, side.file, settings, NOON.isoformat(), "0"])
        assert line.swallowed.wait(30)
        child.send_signal(signal.SIGKILL)
        child.wait(10)
    assert side.round(NOON + timedelta(minutes=1)).found == 1
    assert len(side.practice.collect()) == 1


@pytest.mark.system
def test_a_post_that_never_left_is_sent_when_mesh_is_back(side):
    side.put()
    nowhere = f"http://127.0.0.1:{free_port()}"
    assert side.round(url=nowhere).trouble == "MESH could not be reached"
    assert side.round(NOON + timedelta(minutes=5)).sent == 1


@pytest.mark.system
def test_a_wrong_password_sends_nothing_and_loses_nothing(side):
    side.put()
    with Mailbox(replace(side.sandbox.settings(side.ours), password="wrong")) as mailbox:
        assert send_round(side.outbox, mailbox, lambda: NOON, WAITS).trouble == "MESH answered 403"
    assert side.outbox.to_send() == (side.message.bundle_id,)


@pytest.mark.system
@pytest.mark.parametrize("another", ["of this outbox", "of another program"])
def test_where_the_local_id_is_that_of_every_message_nothing_is_taken_for_ours_and_a_person_sees_it(side, another):
    """Sent under the ODS code alone, a message cannot be asked for. It is not posted again: it is answered, or overdue."""
    first = a_message(f"{side.ours}-first", recipient=side.theirs, local_id="FZZ99")
    if another == "of this outbox":
        put(side.outbox, first)
        side.round()
    else:
        with Mailbox(side.sandbox.settings(side.ours)) as mailbox:
            mailbox.send(first)
    side.message = replace(side.message, local_id="FZZ99")
    side.put()
    side.outbox.begin_post(side.message.bundle_id, NOON)  # and here the sender was killed
    assert side.round(NOON + timedelta(minutes=1)).undecided == 1
    assert side.standing.posting
    side.round(NOON + LONGER_THAN_SETTLE)
    assert (side.standing.state, side.standing.mesh_ids) == (MessageState.SENT, ())
    side.round(NOON + timedelta(hours=5))
    assert side.message.bundle_id in {one.bundle_id for one in side.outbox.for_person(NOON + timedelta(hours=5), WAITS)}


@pytest.mark.system
def test_several_copies_under_a_local_id_of_its_own_are_all_this_message(side):
    side.put()
    side.outbox.begin_post(side.message.bundle_id, NOON)
    with Mailbox(side.sandbox.settings(side.ours)) as mailbox:
        assert mailbox.find(side.message) == FoundAtMesh(MeshTrace.NOT_THERE)
        mailbox.send(side.message), mailbox.send(side.message)
    assert side.round(NOON + timedelta(minutes=1)).found == 1
    assert (side.standing.state, side.standing.mesh_ids) == (MessageState.SENT, ())


# Rounds without a server


class Scripted:
    """A mailbox that does what a test says."""

    live = False

    def __init__(self, **does):
        self.does = does
        self.posted = []

    def __getattr__(self, name):
        def call(*given):
            if name == "send":
                self.posted.append(given[0].xml)
            what = self.does.get(name, ())
            if isinstance(what, Exception):
                raise what
            return what

        return call


@pytest.fixture
def outbox():
    return Outbox(open_ledger())


def test_a_copy_is_the_same_bytes_and_only_sent_when_mesh_says_that_it_holds_nothing(outbox):
    message = a_message()
    put(outbox, message)
    mailbox = Scripted(send=mesh.NotKnown("the line broke"), find=FoundAtMesh(MeshTrace.NOT_THERE))
    for minutes in (0, 1, 4):  # the POST may still be under way
        send_round(outbox, mailbox, lambda at=NOON + timedelta(minutes=minutes): at, WAITS)
    assert len(mailbox.posted) == 1
    send_round(outbox, mailbox, lambda: NOON + timedelta(minutes=6), WAITS)
    assert mailbox.posted == [message.xml, message.xml]


@pytest.mark.parametrize("cannot", [MeshUnreachable("MESH answered 403"), mesh.NotKnown("MESH answered 503")])
def test_mesh_that_cannot_be_asked_decides_nothing(outbox, cannot):
    message = a_message()
    put(outbox, message)
    mailbox = Scripted(send=mesh.NotKnown("the line broke"), find=cannot)
    for hours in (0, 1, 2):
        send_round(outbox, mailbox, lambda at=NOON + timedelta(hours=hours): at, WAITS)
    assert len(mailbox.posted) == 1
    assert outbox.unsettled() == (message.bundle_id,)
    assert message.bundle_id in {one.id for one in outbox.for_person(NOON + timedelta(hours=5), WAITS)}


def test_a_mesh_id_that_belongs_to_another_message_is_not_taken_for_this_one(outbox):
    first, second = a_message("one"), a_message("two")
    put(outbox, first)
    send_round(outbox, Scripted(send="MESH1"), lambda: NOON, WAITS)
    put(outbox, second)
    outbox.begin_post(second.bundle_id, NOON)
    send_round(outbox, Scripted(find=FoundAtMesh(MeshTrace.THERE, "MESH1")), lambda: NOON, WAITS)
    assert outbox.unsettled() == (second.bundle_id,)


@pytest.mark.parametrize(("live", "practice_patient"), [(True, True), (False, False)])
def test_practice_patients_never_go_live_and_patients_go_nowhere_else(outbox, live, practice_patient):
    recipient = "GPPROVIDER_4857773456_19900101_TESTPATIENT"  # a number with a wrong check digit: it is nobody's
    put(outbox, a_message(recipient=recipient, practice_patient=practice_patient))
    mailbox = Scripted(send="MESH1")
    mailbox.live = live
    assert send_round(outbox, mailbox, lambda: NOON, WAITS).held_back == 1
    assert mailbox.posted == []


@pytest.mark.parametrize(
    "altered",
    [
        "attached = x'20'",
        "attached = 'words'",
        "body = replace(body, 'GPPROVIDER_', 'GPPROVIDER_1')",
        "body = 'x'",
        "body = '[]'",
        "kind = 'posted'",
        "at = 'noon'",
    ],
)
def test_a_stored_message_that_was_altered_is_not_sent_is_shown_and_does_not_stop_the_others(altered):
    database = sqlite3.connect(":memory:", isolation_level=None)
    outbox = Outbox(Ledger(database))
    first, _ = put(outbox, a_message()), put(outbox, a_message("two"))
    database.execute("DROP TRIGGER ledger_event_no_update")
    database.execute(f"UPDATE ledger_event SET {altered} WHERE position = 1")
    mailbox = Scripted(send="MESH1")

    done = send_round(outbox, mailbox, lambda: NOON, WAITS)

    assert mailbox.posted == [a_message("two").xml]
    assert (done.sent, done.damaged) == (1, 1)
    assert done.trouble == "1 could not be dealt with; the others were"
    later = NOON + timedelta(hours=30)
    assert first in {one.bundle_id for one in outbox.for_person(later, WAITS)}
    send_round(outbox, mailbox, lambda: later, WAITS)
    assert len(mailbox.posted) == 1


def test_only_the_live_hosts_are_live():
    def live(url):
        with Mailbox(MeshSettings(url, "M", "p", "k")) as mailbox:
            return mailbox.live

    assert live("https://mesh-sync.spineservices.nhs.uk")
    assert not live("https://msg.intspineservices.nhs.uk")
    assert not live("http://127.0.0.1:1")


@pytest.mark.parametrize("url", ["http://example.org", "http://10.0.0.1", "ftp://127.0.0.1", "example.org"])
def test_mesh_is_only_reached_by_https(url):
    with pytest.raises(ValueError, match="https"):
        Mailbox(MeshSettings(url, "M", "p", "k"))


def test_secrets_are_not_shown():
    assert "secret" not in repr(MeshSettings("https://127.0.0.1", "M", "secret", "secret"))


@pytest.mark.system
def test_no_log_and_no_error_names_the_patient(side, caplog, capsys):
    """Sent, refused, overdue, unreachable: everything that is logged on the way, at its most talkative."""
    caplog.set_level(logging.DEBUG)
    side.put().round()
    put(side.outbox, a_message(f"{side.ours}-2", recipient=ADDRESS.format("NOBODY")))
    said = [side.round(NOON + timedelta(hours=5)), side.round(url=f"http://127.0.0.1:{free_port()}")]
    shown = caplog.text + "".join(capsys.readouterr()) + repr(said)
    shown += repr(side.outbox.for_person(NOON + timedelta(hours=6), WAITS))
    for identity in (PRACTICE_PATIENT, "TESTPATIENT", "NOBODY", "19900101"):
        # The practice's own side is not ours: it logs in under the address it collects for.
        ours = [line for line in shown.splitlines() if side.theirs not in line.replace("%20", " ")]
        assert identity not in "\n".join(ours)


@pytest.mark.parametrize(("name", "use"), [("mesh_client", lambda: Mailbox(MeshSettings("https://127.0.0.1", "M", "p", "k"))), ("lxml", lambda: message_of(b""))])  # fmt: skip
def test_what_is_not_installed_is_named_with_its_extra(name, use, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ExtraMissing, match=r" needs packages that are not installed\. Install them: "):
        use()


def test_a_package_that_cannot_be_read_is_not_told_as_an_unreadable_certificate(tmp_path, monkeypatch):
    (tmp_path / "mesh_client.py").write_text("raise PermissionError(13, 'Permission denied')")
    monkeypatch.delitem(sys.modules, "mesh_client", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(MeshUnreachable, match=r"mesh-client is installed and cannot be loaded: Permission denied\. "):
        Mailbox(MeshSettings("https://127.0.0.1", "M", "p", "k"))


# Addresses


def test_the_address_is_that_of_the_patient():
    born = date(1992, 3, 14)
    assert mesh_address("9990000018", born, "O'Neill") == "GPPROVIDER_9990000018_19920314_O'Neill"
    assert mesh_address("9990000018", born, "Test", DAY_FIRST) == "GPPROVIDER_9990000018_14031992_Test"


@pytest.mark.parametrize(
    ("surname", "plain"),
    [("Siân", "Sian"), ("Łukasz", "Lukasz"), ("Øst", "Ost"), ("Weiß", "Weiss"), ("O’Neill", "O'Neill"), ("de  la Cruz", "de la Cruz")],
)  # fmt: skip
def test_a_header_is_ascii(surname, plain):
    assert in_ascii(surname) == plain


@pytest.mark.parametrize("surname", ["", " ", "Иванова", "Test_Patient"])
def test_a_surname_that_no_address_can_hold_is_refused_and_not_repeated(surname):
    with pytest.raises(CannotRoute) as refused:
        mesh_address("9990000018", date(1992, 3, 14), surname)
    assert not surname.strip() or surname not in str(refused.value)


def test_the_local_id_holds_the_ods_code_and_is_that_of_one_message():
    assert local_id("FZZ99", named("one", "bundle")) != local_id("FZZ99", named("two", "bundle"))
    assert "FZZ99" in local_id("FZZ99", "x")


def test_ids_recipient_and_subject_are_read_from_the_message_itself(shared, outbox):
    folder = shared / "fhir" / "examples" / "own-synthetic"
    read = {path.stem: message_of(path.read_bytes()) for path in folder.glob("*.xml")}
    supply, later = read["own-uti-supply"], read["own-uti-supply-replacement"]
    assert supply.header_id == "9a4e29c0-93cf-5519-87d6-adfa0215056d"
    assert supply.recipient == "GPPROVIDER_9990000018_19920314_TESTPATIENT"
    assert supply.local_id == f"FZZ99-{supply.bundle_id}"
    assert supply.subject.endswith("ODS code: FZZ99, version 1")
    assert later.replaces == supply.document_id
    assert later.subject.endswith("version 2")
    assert all(one.practice_patient for one in read.values())
    for one in read.values():
        if not one.replaces:
            put(outbox, one)


def test_a_message_without_its_patient_cannot_be_routed():
    with pytest.raises(CannotRoute):
        message_of(a_message().xml)


# The commands


@pytest.fixture
def command(sandbox, places, tmp_path):
    """The command line with its own outbox and mailbox."""
    environment = {
        "PHARMACYFIRST_OUTBOX": str(tmp_path / "outbox.db"),
        "PHARMACYFIRST_MESH_URL": sandbox.url,
        "PHARMACYFIRST_MESH_MAILBOX": next(places)[0],
        "PHARMACYFIRST_MESH_PASSWORD": PASSWORD,
        "PHARMACYFIRST_MESH_SHARED_KEY": SHARED_KEY,
    }

    def run(*words, **more):
        ran = CliRunner().invoke(main, ["record", *words], env=environment | more, catch_exceptions=False)
        assert PRACTICE_PATIENT not in ran.output
        return ran

    return run


@pytest.fixture(scope="module")
def example():
    """A message that passes every check."""
    one = next(iter(examples(shipped_library())))
    return update_record(one.record, envelope_of(one.record, MAILBOX, one.record.ended_at))


@pytest.mark.system
def test_a_message_is_sent_and_followed_from_the_command_line(command, example, tmp_path):
    file, message = tmp_path / "message.xml", message_of(example)
    file.write_bytes(example)
    with running(tmp_path, ["FZZ99OT001", message.recipient.upper()]) as server:
        here = {"PHARMACYFIRST_MESH_URL": server.url, "PHARMACYFIRST_MESH_MAILBOX": "FZZ99OT001"}
        sent = command("send", str(file), "--at", NOON.isoformat(), **here)
        assert (sent.exit_code, sent.output) == (0, f"MESSAGE 1: queued {message.bundle_id}\n     1 sent\n")
        assert command("status", "--at", NOON.isoformat()).output == "     1 sent\n"
        assert "     1 sent\n" not in command("send", str(file), "--at", NOON.isoformat(), **here).output

        with closing(PracticeSystem(server, message.recipient, "FZZ99OT001")) as practice:
            (mesh_id,) = practice.client.list_messages()
            assert practice.client.retrieve_message(mesh_id).read() == example
            practice.answer(message.header_id, "20013", "30004")
        came_back = command("send", "--at", NOON.isoformat(), **here)
        assert "     2 answers and reports received\n" in came_back.output
        assert came_back.exit_code == 1
        assert "recently died" in came_back.output
        assert command("resolve", message.bundle_id, "--as", "seen", "--by", "A Pharmacist").output == "done\n"
        assert (command("status").exit_code, command("status").output) == (0, "     1 done\n")


@pytest.mark.system
def test_what_mesh_refuses_is_shown_resolved_and_then_gone(command, example, tmp_path):
    file, id = tmp_path / "message.xml", message_of(example).bundle_id
    file.write_bytes(example)
    refused = command("send", str(file))
    assert refused.exit_code == 1
    assert "1 refused by MESH" in refused.output
    told = json.loads(command("status", "--json").output)
    assert told["states"]["undelivered"] == 1
    assert (told["for_person"][0]["id"], told["for_person"][0]["codes"]) == (id, ["12"])
    assert command("resolve", id, "--as", "pdf", "--by", "A Pharmacist").exit_code == 2
    done = command("resolve", id, "--as", "pdf", "--by", "A Pharmacist", "--to", "nhsmail")
    assert done.output == "fallback_sent\n"
    assert command("resolve", id, "--as", "again", "--by", "A Pharmacist").exit_code == 1
    assert command("status").exit_code == 0


@pytest.mark.system
def test_a_message_with_a_problem_is_not_queued(command, example, tmp_path):
    file = tmp_path / "message.xml"
    for xml in (example.replace(b"ITK014M", b"ITK008M"), b"<Bundle", a_message().xml):
        file.write_bytes(xml)
        ran = command("send", str(file), str(tmp_path / "nothing.xml"))
        assert ran.exit_code == 1
        assert "MESSAGE 1: not queued" in ran.output
        assert "MESSAGE 2: cannot be read" in ran.output
        assert command("status").output == "The outbox is empty.\n"


@pytest.mark.system
def test_the_command_line_says_what_is_missing(command, tmp_path):
    assert "SHARED_KEY" in command("send", PHARMACYFIRST_MESH_SHARED_KEY="").output
    assert "https" in command("send", PHARMACYFIRST_MESH_URL="http://example.org").output
    assert "cannot be read" in command("send", PHARMACYFIRST_MESH_CERTIFICATE="none", PHARMACYFIRST_MESH_KEY="none", PHARMACYFIRST_MESH_URL="https://127.0.0.1:1").output  # fmt: skip
    assert command("status", PHARMACYFIRST_OUTBOX=str(tmp_path / "none.db")).exit_code == 2
    assert command("send", "--at", "yesterday").exit_code == 2
    assert command("send", "--at", "2026-11-20T12:00:00").exit_code == 2
    assert command("send").output == "Nothing to send, and nothing came back.\n"
    assert command("resolve", "unknown", "--as", "seen", "--by", "A Pharmacist").exit_code == 2
    unreachable = command("send", PHARMACYFIRST_MESH_URL=f"http://127.0.0.1:{free_port()}")
    assert (unreachable.exit_code, "MESH could not be reached" in unreachable.output) == (1, True)
    (tmp_path / "no.db").write_bytes(b"this is not a database, and never was one" * 100)
    assert "cannot be used" in command("status", PHARMACYFIRST_OUTBOX=str(tmp_path / "no.db")).output
    with closing(sqlite3.connect(tmp_path / "old.db")) as old:
        old.execute("CREATE TABLE outbox_message (bundle_id TEXT PRIMARY KEY)")
    refused = command("status", PHARMACYFIRST_OUTBOX=str(tmp_path / "old.db"))
    assert (refused.exit_code, "an outbox of version 0.1.0" in refused.output) == (1, True)
