"""What is wrong with one thing is that thing's alone: the round goes on, what came in is kept within bounds, and a person is shown it."""

import gzip
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from practice_system import NOON, a_message, an_acknowledgement, came_in, put

from pharmacyfirst.ledger import open_ledger
from pharmacyfirst.sending import mesh
from pharmacyfirst.sending.incoming import LONGEST_HEADER, MOST_HEADERS, Received, unpacked, within_bounds
from pharmacyfirst.sending.mesh import FoundAtMesh, Mailbox, MeshSettings, MeshTrace, MeshUnreachable, NotTaken
from pharmacyfirst.sending.outbox import Outbox
from pharmacyfirst.sending.rounds import send_round
from pharmacyfirst.sending.standing import Happened, MessageEvent, MessageState, OutOfOrder, Waits
from pharmacyfirst.xml_in import MOST_BYTES

WAITS = Waits()
SOON = NOON + timedelta(minutes=10)
CANARY = "TESTPATIENT"
ACK = {"Mex-WorkflowID": mesh.ACKNOWLEDGEMENTS, "Mex-MessageType": "DATA"}
GZIP = ACK | {"Content-Encoding": "gzip"}
BOMB = gzip.compress(b" " * (MOST_BYTES * 20))


class Mesh:
    """A MESH that says what a test tells it to, over HTTP: what waits in the mailbox, each with status, headers and bytes."""

    def __init__(self):
        self.waiting, self.acknowledged = {}, []
        this = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self):
                path = self.path.split("?")[0]
                if path.endswith("/inbox"):
                    ids = ", ".join(f'"{one}"' for one in this.waiting)
                    return self.say(200, {"Content-Type": "application/json"}, f'{{"messages": [{ids}]}}'.encode())
                return self.say(*this.waiting.get(path.rsplit("/", 1)[1], (200, {}, b"{}")))

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.say(202, {"Content-Type": "application/json"}, b'{"message_id": "MESH1"}')

            def do_PUT(self):
                this.acknowledged.append(self.path.split("/")[-3])
                this.waiting.pop(this.acknowledged[-1], None)
                self.say(200, {}, b"{}")

            def say(self, status, headers, body):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *said):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def mailbox(self):
        url = f"http://127.0.0.1:{self.server.server_address[1]}"
        return Mailbox(MeshSettings(url, "FZZ99OT001", "password", "key", timeout=10))

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def server():
    with closing(Mesh()) as one:
        yield one


@pytest.fixture
def line(server):
    server.waiting.clear(), server.acknowledged.clear()
    with server.mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def outbox():
    return Outbox(open_ledger())


def person_sees(outbox, at=SOON):
    return {one.id: one for one in outbox.for_person(at, WAITS) if one.id}


def a_sent_one(outbox):
    message = a_message()
    put(outbox, message)
    outbox.begin_post(message.bundle_id, NOON)
    outbox.record(message.bundle_id, MessageEvent(Happened.POSTED, NOON, mesh_id="MESH1"))
    return message


POISON = {
    "a gzip that is not one": (
        (200, GZIP, f"{CANARY} is not packed".encode()),
        "says that it is packed with gzip, and is not",
    ),
    "half a gzip": ((200, GZIP, gzip.compress(CANARY.encode() * 99)[:40]), "its end is missing"),
    "a bomb": ((200, GZIP, BOMB), "unpacked it is larger than 5 MB"),
    "a bomb of two parts": (
        (200, GZIP, gzip.compress(b" " * MOST_BYTES) + gzip.compress(b" ")),
        "unpacked it is larger",
    ),
    "no XML": ((200, ACK, f"<Bundle {CANARY}".encode()), "not well-formed XML"),
    "nothing": ((200, ACK, b""), "not well-formed XML"),
    "too large": ((200, ACK, b" " * (MOST_BYTES + 1)), "larger than 5 MB"),
    "several parts": ((206, ACK | {"Mex-Chunk-Range": "1:2"}, b"<Bundle/>"), "larger than 5 MB"),
    "parts without a number": ((200, ACK | {"Mex-Chunk-Range": "1:²"}, b"<Bundle/>"), "larger than 5 MB"),
    "an error of MESH for this one": ((500, {}, CANARY.encode()), "MESH answered 500 when it was asked for this"),
}
LEFT = {"too large", "several parts", "parts without a number", "an error of MESH for this one"}


@pytest.mark.parametrize("poison", POISON)
def test_poison_stops_no_round_is_kept_within_bounds_and_shown(server, line, outbox, poison):
    message = a_sent_one(outbox)
    waits, says = POISON[poison]
    good = {
        code: (200, GZIP, gzip.compress(an_acknowledgement(message.header_id, code))) for code in ("20013", "30001")
    }
    server.waiting |= {"A": good["20013"], "POISON": waits, "Z": good["30001"]}

    done = send_round(outbox, line, lambda: SOON, WAITS)

    assert (done.trouble, done.failed, done.to_the_end) == ("", [], True)
    assert outbox.standing(message.bundle_id).state is MessageState.DONE
    shown = person_sees(outbox)
    assert set(shown) == {"POISON"}
    assert says in shown["POISON"].says
    assert CANARY not in repr((done, shown))
    assert len(outbox.raw("POISON")) < MOST_BYTES / 10  # a bomb is kept as it was packed
    assert ("POISON" in server.acknowledged) == (poison not in LEFT)
    if poison not in LEFT:
        assert outbox.raw("POISON") == waits[2]
    else:
        assert done.not_taken_in == 1


@pytest.mark.parametrize("poison", sorted(LEFT))
def test_what_is_left_at_mesh_goes_only_when_a_person_says_so(server, line, outbox, poison):
    server.waiting["POISON"] = POISON[poison][0]
    for minutes in (0, 5):
        send_round(outbox, line, lambda at=NOON + timedelta(minutes=minutes): at, WAITS)
    assert server.acknowledged == []
    then = "asked for again in every round" if "error" in poison else "MESH is told that it can go"
    assert then in person_sees(outbox)["POISON"].then
    outbox.seen_received("POISON", SOON, by="A Pharmacist")
    assert person_sees(outbox) == {}
    send_round(outbox, line, lambda: SOON, WAITS)
    # What MESH could not give may be an answer: it is asked for again, and never given up unread.
    assert server.acknowledged == ([] if "error" in poison else ["POISON"])
    assert person_sees(outbox) == {}


def test_what_mesh_could_not_give_is_taken_when_it_can(server, line, outbox):
    message = a_sent_one(outbox)
    server.waiting["A"] = (503, {}, b"")
    done = send_round(outbox, line, lambda: NOON, WAITS)  # the client asks again by itself, and gives up
    assert (done.lines_broken, done.to_the_end) == (1, True)
    outbox.seen_received("A", SOON, by="A Pharmacist")
    server.waiting["A"] = (200, ACK, an_acknowledgement(message.header_id, "20013"))
    assert send_round(outbox, line, lambda: SOON, WAITS).received[0].bundle_id == message.bundle_id
    assert outbox.standing(message.bundle_id).state is MessageState.INF_OK
    assert person_sees(outbox) == {}


@pytest.mark.parametrize("status", [404, 410])
def test_what_another_sender_took_meanwhile_is_none_of_our_trouble(server, line, outbox, status):
    server.waiting["A"] = (status, {}, b"")
    done = send_round(outbox, line, lambda: SOON, WAITS)
    assert (done.trouble, done.not_taken_in, person_sees(outbox)) == ("", 0, {})


@pytest.mark.parametrize("status", [401, 403, 407])
def test_what_is_about_us_ends_the_round(server, line, outbox, status):
    server.waiting["A"] = (status, {}, b"")
    done = send_round(outbox, line, lambda: SOON, WAITS)
    assert (done.trouble, done.to_the_end) == (f"MESH answered {status}", False)


def test_an_error_of_the_mailbox_is_copied_with_all_it_says():
    one = NotTaken("MESH answered 410", gone=True)
    kind, given = one.__reduce__()
    assert (str(kind(*given)), kind(*given).gone, kind(*given).line) == ("MESH answered 410", True, False)


# What is unpacked


def test_what_was_packed_is_unpacked_and_nothing_else_is():
    assert unpacked(gzip.compress(b"one") + gzip.compress(b"two")) == (b"onetwo", "")
    assert unpacked(gzip.compress(b" " * MOST_BYTES)) == (b" " * MOST_BYTES, "")
    for packed in (
        b"x",
        gzip.compress(b"one") + b"x",
        gzip.compress(b"one")[:-9],
        gzip.compress(b" " * (MOST_BYTES + 1)),
    ):
        raw, why = unpacked(packed)
        assert raw == packed
        assert why


def test_headers_are_kept_within_bounds(outbox):
    many = {f"name-{number}": "x" * 99_999 for number in range(999)}
    bounded = within_bounds(Received("A", many, b"x")).headers
    assert len(bounded) == MOST_HEADERS
    assert max(map(len, bounded.values())) == LONGEST_HEADER


def test_what_is_too_large_is_never_kept_whoever_brings_it(outbox):
    understood = outbox.receive(came_in(b" " * (MOST_BYTES + 1), "A"), SOON)
    assert (understood.new, understood.kept) == (True, False)
    again = outbox.receive(came_in(b" " * (MOST_BYTES + 1), "A"), SOON)
    assert (again.new, again.kept) == (False, False)
    assert outbox.raw("A") == b""
    assert outbox.left_at_mesh("A") is Happened.NOTED
    assert outbox.left_at_mesh("B") is None


# Our own defects


class Broken:
    """A mailbox in which one thing makes this program fail as nobody foresaw."""

    live = False

    def __init__(self, at, holds=(), error=None):
        self.at, self.holds, self.error, self.sent = at, holds, error, []

    def handshake(self): ...

    def waiting(self):
        return tuple(self.holds)

    def read(self, mesh_id):
        if self.at == mesh_id:
            raise self.error
        return self.holds[mesh_id]

    def acknowledge(self, mesh_id): ...

    def find(self, message):
        if self.at == "find":
            raise self.error
        return FoundAtMesh(MeshTrace.NOT_THERE)

    def send(self, message):
        if self.at == message.bundle_id:
            raise self.error
        self.sent.append(message.bundle_id)
        return f"MESH{len(self.sent)}"


@pytest.mark.parametrize("error", [RuntimeError(CANARY), UnicodeError(CANARY), KeyError(CANARY), RecursionError(CANARY), MemoryError(CANARY)])  # fmt: skip
def test_a_defect_of_ours_at_one_thing_keeps_no_other_back_and_is_said_without_a_word_of_it(outbox, error):
    first, second = put(outbox, a_message()), put(outbox, a_message("two"))
    answer = came_in(an_acknowledgement(a_message("two").header_id, "20013"), "Z")
    mailbox = Broken(first, {"Z": answer}, error)
    done = send_round(outbox, mailbox, lambda: NOON, WAITS)
    assert mailbox.sent == [second]
    assert done.failed == [type(error).__name__]
    assert done.trouble == f"1 could not be dealt with ({type(error).__name__}); the others were"
    assert CANARY not in repr(done)
    mailbox = Broken("A", {"A": answer, "Y": replace(answer, mesh_id="Y")}, error)
    assert len(send_round(outbox, mailbox, lambda: SOON, WAITS).received) == 1
    assert person_sees(outbox)["A"].says == f"this program could not read it ({type(error).__name__})"
    assert CANARY not in repr(outbox.for_person(SOON, WAITS))


def test_a_post_that_another_sender_has_settled_is_not_settled_twice(outbox):
    """What became of the first POST says nothing of the second, which a second sender has begun."""
    message = put(outbox, a_message())
    first = outbox.begin_post(message, NOON)
    outbox.record(message, MessageEvent(Happened.NOT_ARRIVED, SOON, post=first.number))
    second = outbox.begin_post(message, SOON)
    assert (first.number, second.number) == (1, 2)
    for late in (Happened.NOT_ARRIVED, Happened.NOT_POSTED, Happened.REFUSED):
        with pytest.raises(OutOfOrder, match="not open"):
            outbox.record(message, MessageEvent(late, SOON, post=first.number))
    assert outbox.standing(message).posting
    assert [event.says for event, _ in outbox.history(message) if event.what is Happened.POSTING] == [
        "",
        "again: MESH was asked, and does not hold the POST before it",
    ]


def test_a_full_disk_ends_the_round_and_is_said(outbox, monkeypatch):
    put(outbox, a_message())
    outbox._ledger._database.connection.execute("PRAGMA query_only=1")  # nothing can be written
    mailbox = Broken("")
    done = send_round(outbox, mailbox, lambda: NOON, WAITS)
    assert done.trouble.startswith("The ledger cannot be used")
    assert mailbox.sent == []
    assert person_sees(outbox, NOON + timedelta(hours=5))


def test_mesh_that_breaks_off_ends_the_round_and_no_error_names_anybody(outbox):
    message = put(outbox, a_message())
    done = send_round(outbox, Broken(message, error=MeshUnreachable("MESH answered 503")), lambda: NOON, WAITS)
    assert (done.trouble, done.to_the_end) == ("MESH answered 503", False)


@pytest.mark.parametrize(
    "cannot", [mesh.NotKnown("MESH answered 500 when it was asked for this"), mesh.NotKnown("the line to MESH broke")]
)
def test_one_that_mesh_says_nothing_of_keeps_no_other_from_being_sent(outbox, cannot):
    first, second = put(outbox, a_message()), put(outbox, a_message("two"))
    outbox.begin_post(first, NOON)
    mailbox = Broken("find", error=cannot)
    done = send_round(outbox, mailbox, lambda: SOON, WAITS)
    assert (mailbox.sent, done.undecided, done.to_the_end) == ([second], 1, True)
    assert outbox.unsettled() == (first,)
    shown = person_sees(outbox, NOON + timedelta(hours=5))[first]
    assert "MESH has not said since whether it arrived" in shown.says


@pytest.mark.parametrize("status", [500, 503])
def test_an_error_of_mesh_for_one_question_is_about_that_one(server, line, status):
    """The tracking of one message answers with an error, for ever."""
    server.waiting[a_message().local_id] = (status, {}, CANARY.encode())
    with pytest.raises(mesh.NotKnown, match="when it was asked for this") as cannot:
        line.find(a_message())
    assert CANARY not in str(cannot.value)


def test_what_no_item_is_to_blame_for_is_said_by_its_kind(outbox):
    class Fails(Broken):
        def waiting(self):
            raise TypeError(CANARY)

    message = put(outbox, a_message())
    outbox.begin_post(message, NOON)
    outbox.record(message, MessageEvent(Happened.POSTED, NOON, mesh_id="MESH1"))
    done = send_round(outbox, Fails(""), lambda: NOON + timedelta(hours=5), WAITS)
    assert (done.trouble, done.overdue) == ("this program failed (TypeError); tell the supplier", 1)
    assert CANARY not in repr(done)


class Hangs(Broken):
    """A mailbox where the line breaks at each of these."""

    def read(self, mesh_id):
        self.asked = [*getattr(self, "asked", ()), mesh_id]
        if mesh_id.startswith("HANGS"):
            raise NotTaken("the line to MESH broke (ReadTimeout) when it was asked for this", line=True)
        return self.holds[mesh_id]


def test_what_hangs_keeps_back_neither_what_is_sent_nor_for_long_what_waits(outbox):
    message, other = a_sent_one(outbox), put(outbox, a_message("two"))
    answer = came_in(an_acknowledgement(message.header_id, "20013"), "Z")
    mailbox = Hangs("", {"HANGS1": None, "HANGS2": None, "HANGS3": None, "Z": answer})
    done = send_round(outbox, mailbox, lambda: NOON, WAITS)
    assert (mailbox.asked, done.to_the_end) == (["HANGS1", "HANGS2"], False)
    assert mailbox.sent == [other]
    mailbox.asked = []
    send_round(outbox, mailbox, lambda: SOON, WAITS)
    assert mailbox.asked == ["HANGS3", "Z", "HANGS1", "HANGS2"]  # what could not be taken before comes last
    assert outbox.standing(message.bundle_id).state is MessageState.INF_OK
    assert {"HANGS1", "HANGS2", "HANGS3"} <= set(person_sees(outbox))
