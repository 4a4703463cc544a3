"""Form and API as they are served, over sockets of this machine: what is slow, what is not HTTP, and what TLS they speak."""

import contextlib
import http.client
import re
import socket
import ssl
import threading
import time
from contextlib import closing, contextmanager

import pytest
import uvicorn
from certificates import certificate_for

from pharmacyfirst import connections
from pharmacyfirst.api import serve as api
from pharmacyfirst.sending.mesh import Mailbox, MeshSettings, MeshUnreachable
from pharmacyfirst.web import serve as web
from pharmacyfirst.web.place import HERE, LOOPBACK, WhereServed

HEAD_SECONDS = 0.4
BOTH = ("form", "api")


@contextmanager
def listening(start):
    """What ``start`` would serve until it is stopped, served in a thread with the same settings; the server and its port."""
    asked = {}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(uvicorn, "run", lambda app, **settings: asked.update(settings, app=app))
        start()
    server = uvicorn.Server(uvicorn.Config(**asked))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until = time.monotonic() + 60
        while not server.started and time.monotonic() < until:
            time.sleep(0.01)
        yield server, server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = server.force_exit = True
        thread.join(timeout=30)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Form and API, each plain and over TLS: by name the server and its port. The certificate's file."""
    folder = tmp_path_factory.mktemp("served")
    made, key = map(str, certificate_for(folder, "localhost"))
    for data in ("form", "tls"):
        (folder / data).mkdir()
    over_tls = WhereServed(LOOPBACK, made, key)
    starts = {
        "form": lambda: web.run(web.application(folder / "form"), "127.0.0.1", 0, HERE),
        "form over TLS": lambda: web.run(web.application(folder / "tls", place=over_tls), "127.0.0.1", 0, over_tls),
        "api": lambda: api.run(api.application(api.ApiSettings()), api.ApiSettings(port=0)),
        "api over TLS": lambda: api.run(
            api.application(api.ApiSettings()), api.ApiSettings(port=0, certificate=made, private_key=key)
        ),
    }
    before, connections.HEAD_SECONDS = connections.HEAD_SECONDS, HEAD_SECONDS
    with (
        listening(starts["form"]) as form, listening(starts["form over TLS"]) as form_tls,
        listening(starts["api"]) as calls, listening(starts["api over TLS"]) as calls_tls,
    ):  # fmt: skip
        yield dict(zip(starts, (form, form_tls, calls, calls_tls), strict=True)), made
    connections.HEAD_SECONDS = before


def to(served, name):
    connection = socket.create_connection(("127.0.0.1", served[0][name][1]), timeout=20)
    return closing(connection)


def heard(connection):
    """All that comes until the other side ends the connection; a reset is an end."""
    said = b""
    try:
        while part := connection.recv(65_536):
            said += part
    except ConnectionResetError:
        pass
    return said


def one_reply(connection):
    """One whole reply of a connection that stays open: head and body may come apart."""
    said = b""
    while b"\r\n\r\n" not in said:
        said += connection.recv(65_536)
    head, _, body = said.partition(b"\r\n\r\n")
    length = int(re.search(rb"(?im)^content-length: (\d+)", head)[1])
    while len(body) < length:
        body += connection.recv(65_536)
    return head


PATH = {"form": b"/who", "api": b"/health"}
GOOD = {
    name: b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" for name, path in PATH.items()
}


def status(said):
    return int(said.split(b" ", 2)[1]) if said.startswith(b"HTTP/1.1 ") else 0


# Slow


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("begun", [b"", b"GET /who HTTP/1.1\r\nHost: loc"], ids=["nothing", "half a head"])
def test_who_says_nothing_or_half_a_head_is_waited_for_no_longer_than_a_while(served, name, begun):
    with to(served, name) as connection:
        began = time.monotonic()
        connection.sendall(begun)
        assert heard(connection) == b""
        assert time.monotonic() - began >= 0.9 * HEAD_SECONDS


@pytest.mark.parametrize("name", BOTH)
def test_a_head_that_comes_letter_by_letter_is_not_waited_for_the_longer(served, name):
    with to(served, name) as connection:
        for at in range(1000):
            try:
                connection.sendall(b"GET /who HTTP/1.1\r\nX-Slow: " if at == 0 else b"a")
            except OSError:
                break
            time.sleep(HEAD_SECONDS / 10)
        assert at < 100


@pytest.mark.parametrize("name", BOTH)
def test_the_next_request_of_a_connection_has_its_own_while_and_no_more(served, name):
    kept = GOOD[name].replace(b"Connection: close\r\n", b"")
    with to(served, name) as connection:
        for _ in range(2):
            connection.sendall(kept)
            assert status(one_reply(connection)) in (200, 303)
        time.sleep(HEAD_SECONDS * 1.5)  # quiet between two requests is uvicorn's to bound, by seconds of its own
        connection.sendall(kept)
        assert status(one_reply(connection)) in (200, 303)
        connection.sendall(b"GET /")
        assert heard(connection) == b""


def test_a_body_may_take_longer_than_a_head(served):
    body = b'{"pathway": "shingles", "as_of": "2026-11-21", "facts": {}}'
    head = b"POST /v1/assessments HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    with to(served, "api") as connection:
        connection.sendall(head % len(body) + body[:10])
        time.sleep(HEAD_SECONDS * 2)
        connection.sendall(body[10:])
        assert status(heard(connection)) == 200


@pytest.mark.parametrize("name", BOTH)
def test_others_are_answered_while_very_many_connections_say_nothing(served, name):
    slow = [to(served, name) for _ in range(60)]
    try:
        for one in slow:
            one.thing.sendall(b"GET /who HTTP/1.1\r\n")
        with to(served, name) as connection:
            connection.sendall(GOOD[name])
            assert status(heard(connection)) in (200, 303)
        server = served[0][name][0]
        assert server.config.limit_concurrency in range(100, 1000)
        until = time.monotonic() + 20
        while len(server.server_state.connections) > 1 and time.monotonic() < until:
            time.sleep(0.05)
        assert len(server.server_state.connections) <= 1
    finally:
        for one in slow:
            one.thing.close()


# Too much


TOO_MUCH = 10_000_000
POSTED = {"form": ("/who", "application/x-www-form-urlencoded"), "api": ("/v1/assessments", "application/json")}


@pytest.mark.parametrize("over", ["", " over TLS"])
@pytest.mark.parametrize("kept", ["close", "keep-alive"])
@pytest.mark.parametrize("name", BOTH)
def test_who_sends_too_much_hears_why_and_no_reset(served, name, kept, over):
    """Python's clients, like most, send all of it before they listen."""
    path, kind = POSTED[name]
    headers = {"Content-Type": kind, "Connection": kept, "Sec-Fetch-Site": "same-origin"}
    if over:
        context = trusting(served[1])
        client = http.client.HTTPSConnection("localhost", served[0][name + over][1], timeout=60, context=context)
    else:
        client = http.client.HTTPConnection("localhost", served[0][name][1], timeout=60)
    with closing(client):
        for _ in range(2 if kept == "keep-alive" else 1):  # and what comes after it is read as what it is
            client.request("POST", path, b" " * TOO_MUCH, headers)
            reply = client.getresponse()
            assert reply.status == 413
            assert reply.read()


@pytest.mark.parametrize("name", BOTH)
def test_who_is_refused_for_another_reason_hears_that_as_well(served, name):
    with closing(http.client.HTTPConnection("localhost", served[0][name][1], timeout=60)) as client:
        client.request("POST", POSTED[name][0], b" " * TOO_MUCH, {"Content-Type": "text/plain", "Connection": "close"})
        assert client.getresponse().status == {"api": 415, "form": 403}[name]


@pytest.mark.parametrize("name", BOTH)
def test_the_answer_does_not_wait_for_what_is_thrown_away(served, name):
    head = f"POST {POSTED[name][0]} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {POSTED[name][1]}\r\nSec-Fetch-Site: same-origin\r\n"
    with to(served, name) as connection:
        began = time.monotonic()
        connection.sendall(head.encode() + b"Content-Length: %d\r\n\r\n" % TOO_MUCH)
        assert status(one_reply(connection)) == 413
        assert time.monotonic() - began < connections.THROWN_AWAY_SECONDS / 2


@pytest.mark.parametrize("name", BOTH)
def test_no_more_is_thrown_away_than_the_bounds_in_bytes_and_in_time(served, name, monkeypatch):
    head = f"POST {POSTED[name][0]} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {POSTED[name][1]}\r\nSec-Fetch-Site: same-origin\r\n"
    begun = head.encode() + b"Content-Length: 1000000000\r\n\r\n"
    sent = 0
    with to(served, name) as connection, contextlib.suppress(OSError):
        connection.sendall(begun)
        for _ in range(1000):
            connection.sendall(b" " * 1_000_000)
            sent += 1
    assert sent < 100, "a body without an end was read on"  # 32 MiB, and what the system holds between the two
    monkeypatch.setattr(connections, "THROWN_AWAY_SECONDS", 0.2)
    with to(served, name) as connection:
        connection.sendall(begun)
        assert status(heard(connection)) == 413  # it ends the connection by itself


# What is not HTTP, or is read in two ways


SMUGGLED = {
    "length and chunks": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "two lengths": b"Content-Length: 0\r\nContent-Length: 44\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "another coding": b"Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
    "a blank before the colon": b"Content-Length : 5\r\n\r\nhello",
    "no number": b"Content-Length: +5\r\n\r\nhello",
    "a line break alone": b"X-One: 1\nX-Two: 2\r\n\r\n",
    "a nought": b"X-One: a\0b\r\n\r\n",
}


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("what", SMUGGLED.values(), ids=[*SMUGGLED])
def test_what_two_readers_could_read_in_two_ways_is_one_request_or_none(served, name, what):
    """Behind a proxy, a second request that only one of the two sees would be somebody else's."""
    with to(served, name) as connection:
        connection.sendall(
            b"POST /v1/assessments HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + what
        )
        said = heard(connection)
    assert len(re.findall(rb"^HTTP/1.1 ", said, re.MULTILINE)) <= 1, said
    assert status(said) in (0, 400, 403, 404, 405, 413, 422, 501), said


NO_HTTP_1 = {
    "a length that is no number": b"POST /v1/assessments HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
    "HTTP/2 from the first byte": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a method that there is not": b"BREW /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@pytest.mark.parametrize("what", NO_HTTP_1.values(), ids=[*NO_HTTP_1])
def test_what_is_no_http_1_is_refused_in_plain_text_as_the_page_of_the_api_says(served, what):
    with to(served, "api") as connection:
        connection.sendall(what)
        said = heard(connection)
    assert status(said) == 400
    assert b"content-type: text/plain" in said


def test_who_asks_for_another_protocol_without_a_body_is_answered_in_http_1(served):
    """And with one it is refused for asking: ``http_1_alone`` is about that, and about no other way to speak something else."""
    head = b" HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: h2c\r\n"
    with to(served, "api") as connection:
        connection.sendall(b"GET /health" + head + b"\r\n")
        assert status(one_reply(connection)) == 200
    with to(served, "api") as connection:
        connection.sendall(b"POST /v1/assessments" + head + b"Content-Length: 2\r\n\r\n{}")
        assert status(one_reply(connection)) == 400


@pytest.mark.parametrize("name", BOTH)
def test_a_head_without_an_end_is_read_no_further_than_the_bounds(served, name):
    sent = 0
    with to(served, name) as connection, contextlib.suppress(OSError):
        connection.sendall(b"GET /who HTTP/1.1\r\nHost: localhost\r\nX-Long: ")
        for _ in range(200):
            connection.sendall(b"a" * 100_000)
            sent += 1
    assert sent < 100, "20 MB of one head were taken"  # what the system holds between the two is counted as well


@pytest.mark.parametrize("name", BOTH)
def test_trace_is_answered_by_nothing_of_what_was_sent(served, name):
    with to(served, name) as connection:
        connection.sendall(GOOD[name].replace(b"GET", b"TRACE").replace(b"\r\n\r\n", b"\r\nX-Secret: planted\r\n\r\n"))
        said = heard(connection)
    assert status(said) in (400, 404, 405)
    assert b"planted" not in said


@pytest.mark.parametrize("name", BOTH)
def test_nobody_is_told_what_serves(served, name):
    with to(served, name) as connection:
        connection.sendall(GOOD[name])
        head = heard(connection).partition(b"\r\n\r\n")[0].lower()
    assert b"\r\nserver:" not in head
    assert b"uvicorn" not in head


# TLS


@pytest.mark.parametrize("name", [f"{one} over TLS" for one in BOTH])
def test_only_tls_with_forward_secrecy_and_authenticated_encryption_is_spoken(served, name):
    context = served[0][name][0].config.ssl
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    offered = {one["name"]: one for one in context.get_ciphers()}
    assert offered
    for cipher, one in offered.items():
        assert one["aead"], cipher
        assert one["strength_bits"] >= 128, cipher
        assert cipher.startswith(("TLS_", "ECDHE-")), cipher


def trusting(made, **settings):
    context = ssl.create_default_context(cafile=made)
    for name, value in settings.items():
        setattr(context, name, value)
    return context


@pytest.mark.parametrize("name", [f"{one} over TLS" for one in BOTH])
def test_tls_1_3_is_preferred_1_2_is_spoken_and_older_ones_and_weak_ciphers_are_not(served, name):
    port, made = served[0][name][1], served[1]

    def hand_shaken(context):
        with (
            socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            return connection.version(), connection.cipher()[0]

    assert hand_shaken(trusting(made))[0] == "TLSv1.3"
    assert hand_shaken(trusting(made, maximum_version=ssl.TLSVersion.TLSv1_2))[0] == "TLSv1.2"
    weak = trusting(made, maximum_version=ssl.TLSVersion.TLSv1_2)
    weak.set_ciphers("ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA384:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        hand_shaken(weak)
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old = trusting(made, minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1_1)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        hand_shaken(old)


@pytest.mark.parametrize("name", [f"{one} over TLS" for one in BOTH])
def test_whoever_comes_without_tls_is_not_answered_or_led_there(served, name):
    with to(served, name) as connection:
        connection.sendall(GOOD[name.partition(" ")[0]])
        assert not heard(connection).startswith(b"HTTP")


def test_mesh_under_a_certificate_that_nobody_vouches_for_is_told_nothing(served):
    """Another machine under the name of MESH: the certificate is looked at before the first word, with our settings as they are."""
    settings = MeshSettings(f"https://localhost:{served[0]['api over TLS'][1]}", "X26ABC1", "password", "shared")
    with Mailbox(settings) as mailbox, pytest.raises(MeshUnreachable):
        mailbox.handshake()
    trusted = MeshSettings(settings.url, "X26ABC1", "password", "shared", authority=served[1])
    with Mailbox(trusted) as mailbox, pytest.raises(MeshUnreachable) as told:
        mailbox.handshake()
    assert "certificate" not in str(told.value).lower()  # trusted, it was spoken to, and is no MESH
