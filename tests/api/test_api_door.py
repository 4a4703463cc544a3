"""The door of the API: whom it answers, with which key, how often, how much and how long it reads; and what it says where something fails."""

import asyncio
import json
import shutil

import pytest
from calling import ACCOUNT, AS_IF, DAY, LINES, ROOT, Clock, Ticks, a_key, calling, refused, revoked
from lines_written import lines_written

from pharmacyfirst.api import app as the_app
from pharmacyfirst.api import serve
from pharmacyfirst.api.app import CALLS
from pharmacyfirst.api.keys import Scope
from pharmacyfirst.api.problems import KINDS, ApiProblem
from pharmacyfirst.api.serve import ApiSettings, application, must_be_safe
from pharmacyfirst.connections import NotServed
from pharmacyfirst.web.serve import run as serve_form

NO_KEY = [call for call in CALLS if call.scope is None]
OF_A_KEY = [call for call in CALLS if call.scope is not None]


def path_of(call):
    return call.path.format(name="x", condition="x", id="x", paper="x", code="x")


@pytest.fixture(scope="module")
def here():
    with calling() as caller:
        yield caller


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A server that keeps, and the folder of its store."""
    folder = tmp_path_factory.mktemp("kept") / "data"
    key = a_key(folder)
    with calling(folder, key) as caller:
        yield caller, folder


# Whom it answers


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8090", ""])
def test_a_page_of_another_site_is_not_answered(here, host):
    """A browser on this machine can be made to call it under another name (DNS rebinding)."""
    for path in ("/health", "/v1/content", "/openapi.json"):
        refused(here.client.get(path, headers={"host": host}), "not_from_there", 403)


@pytest.mark.parametrize("host", ["localhost", "localhost:8090", "127.0.0.1:8090", "[::1]:8090"])
def test_it_answers_by_the_names_of_this_machine(here, host):
    assert here.client.get("/health", headers={"host": host}).json() == {"alive": True}


def test_behind_a_proxy_nobody_else_is_answered():
    with calling(proxy="testclient", host="0.0.0.0", base="https://pharmacy.example") as caller:
        assert caller.get("/health").status_code == 200
    with calling(proxy="192.0.2.1", host="0.0.0.0", base="https://pharmacy.example") as caller:
        refused(caller.get("/health"), "not_from_there", 403)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"host": "0.0.0.0"}, "API keys"),
        ({"host": "192.0.2.7", "proxy": "192.0.2.1"}, "API keys"),
        ({"host": "0.0.0.0", "data": ROOT}, "TLS"),
        ({"host": "0.0.0.0", "data": ROOT, "proxy": "192.0.2.1"}, "between the two"),
        ({"certificate": ROOT}, "private key"),
        ({"host": "0.0.0.0", "data": ROOT, "private_key": ROOT}, "certificate"),
    ],
)
def test_elsewhere_it_is_not_served_without_keys_and_tls_or_a_proxy(settings, says):
    with pytest.raises(NotServed, match=says):
        must_be_safe(ApiSettings(**settings))


@pytest.mark.parametrize(
    "settings", [{}, {"host": "::1"}, {"host": "0.0.0.0", "data": ROOT, "proxy": "127.0.0.1"}, {"host": "0.0.0.0", "data": ROOT, "proxy": "192.0.2.1", "certificate": ROOT, "private_key": ROOT}, {"host": "0.0.0.0", "data": ROOT, "certificate": ROOT, "private_key": ROOT}]
)  # fmt: skip
def test_it_is_served_where_it_is_safe(settings):
    must_be_safe(ApiSettings(**settings))


# Keys


@pytest.mark.parametrize("call", OF_A_KEY, ids=lambda call: f"{call.method} {call.path}")
def test_each_call_needs_a_key_of_its_scope(kept, call):
    caller, folder = kept
    reply = caller.client.request(call.method, path_of(call))
    refused(reply, "no_key", 401)
    assert reply.headers["www-authenticate"] == "Bearer"
    others = [one for one in Scope if one is not call.scope]
    key = a_key(folder, *others)
    reply = caller.client.request(call.method, path_of(call), headers={"authorization": f"Bearer {key}"})
    assert call.scope.value in refused(reply, "not_allowed", 403)["detail"]


@pytest.mark.parametrize(
    "text", ["x", "pfk_", "pfk_000000000000_" + "a" * 43, "pfk_00000000000é_" + "a" * 43, "a" * 10_000]
)
def test_what_is_no_key_is_told_no_more(kept, text):
    caller, _ = kept
    reply = caller.client.get("/v1/content", headers={"authorization": f"Bearer {text}".encode()})
    refused(reply, "wrong_key", 401)
    assert text not in reply.text


def test_a_key_with_another_secret_is_no_key(kept):
    caller, folder = kept
    key = a_key(folder)
    other = key[:-1] + ("A" if key[-1] != "A" else "B")
    refused(caller.client.get("/v1/content", headers={"authorization": f"Bearer {other}"}), "wrong_key", 401)
    assert caller.client.get("/v1/content", headers={"authorization": f"bearer {key}"}).status_code == 200


@pytest.mark.parametrize("call", NO_KEY, ids=lambda call: call.path)
def test_what_is_about_the_server_or_the_content_alone_needs_none(kept, call):
    caller, _ = kept
    query = {one.name: DAY for one in call.query}
    assert caller.client.request(call.method, path_of(call), params=query).status_code in (200, 404)


def test_a_key_ends_with_its_time_and_within_a_second_of_being_revoked(tmp_path):
    folder, clock, ticks = tmp_path / "data", Clock(), Ticks()
    short, long = a_key(folder, days=1), a_key(folder, days=30)
    with calling(folder, short, clock=clock, ticks=ticks) as caller:
        assert caller.get("/v1/content").status_code == 200
        clock.at = clock.at.replace(day=22)
        ticks.seconds += 2
        refused(caller.get("/v1/content"), "wrong_key", 401)
        caller.key = long
        assert caller.get("/v1/content").status_code == 200
        revoked(folder, long)
        ticks.seconds += 1
        refused(caller.get("/v1/content"), "wrong_key", 401)


def test_a_key_is_kept_as_a_digest(tmp_path):
    key = a_key(tmp_path / "data")
    stored = b"".join(one.read_bytes() for one in (tmp_path / "data").iterdir())
    assert key[len("pfk_012345678901_") :].encode() not in stored
    assert b"sha256:" in stored


def test_a_key_that_calls_too_often_waits(tmp_path):
    folder, ticks = tmp_path / "data", Ticks()
    one, other = a_key(folder), a_key(folder)
    with calling(folder, one, ticks=ticks, rate=2, burst=4) as caller:
        assert [caller.get("/v1/content").status_code for _ in range(5)] == [200] * 4 + [429]
        reply = caller.get("/v1/content")
        refused(reply, "too_many", 429)
        assert reply.headers["retry-after"] == "1"
        caller.key = other
        assert caller.get("/v1/content").status_code == 200
        caller.key = one
        ticks.seconds += 0.5
        assert [caller.get("/v1/content").status_code for _ in range(2)] == [200, 429]


# How it is called


def test_what_there_is_not(here):
    refused(here.get("/v1/nothing"), "no_such_call", 404)
    refused(here.get("/"), "no_such_call", 404)
    reply = here.get("/v1/assessments")
    refused(reply, "wrong_method", 405)
    assert reply.headers["allow"] == "POST"
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        refused(here.client.request(method, "/v1/content"), "wrong_method", 405)


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml"]
)
def test_a_body_of_another_type_is_refused(here, kind):
    """A page of another site can post plain text and forms without being asked; JSON it cannot."""
    refused(here.post("/v1/assessments", LINES[0], kind=kind), "wrong_media_type", 415)


def test_a_request_to_speak_another_protocol_is_refused_in_words(here):
    """Java's client asks for HTTP/2 unless it is told not to, and the server's parser then leaves the body unread."""
    headers = {"content-type": "application/json", "connection": "upgrade, http2-settings", "upgrade": "h2c"}
    refused(here.client.post("/v1/assessments", content=LINES[0], headers=headers), "http_1_alone", 400)


def test_a_compressed_body_is_refused(here):
    reply = here.client.post(
        "/v1/assessments", content=LINES[0], headers={"content-type": "application/json", "content-encoding": "gzip"}
    )
    refused(reply, "wrong_media_type", 415)


def test_a_body_that_is_too_large_is_refused_before_it_is_read(here):
    refused(here.post("/v1/assessments", b" " * 1_000_001), "too_large", 413)

    def in_parts():
        yield from [b" " * 100_000] * 11

    reply = here.client.post("/v1/assessments", content=in_parts(), headers={"content-type": "application/json"})
    refused(reply, "too_large", 413)


def came_in_part(app, then):
    """A request of which the first part of the body came, and then what the test says; all that was sent back."""
    parts = [{"type": "http.request", "body": b"{", "more_body": True}]
    sent = []

    async def receive():
        return parts.pop() if parts else await then()

    async def send(one):
        sent.append(one)

    scope = {
        "type": "http", "method": "POST", "path": "/v1/assessments", "query_string": b"", "root_path": "",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
    }  # fmt: skip

    async def called():
        async with app.router.lifespan_context(app):
            await app(scope, receive, send)

    asyncio.run(called())
    return sent


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(the_app, "BODY_SECONDS", 0.001)
    start, body = came_in_part(application(ApiSettings(), clock=Clock(), ticks=Ticks()), asyncio.Event().wait)
    assert start["status"] == 408
    assert json.loads(body["body"])["code"] == "too_slow"


def test_who_goes_away_is_not_answered():
    async def gone():
        return {"type": "http.disconnect"}

    assert came_in_part(application(ApiSettings(), clock=Clock(), ticks=Ticks()), gone) == []


@pytest.mark.parametrize("path", ["/health", "/v1/content", "/v1/nothing", "/openapi.json"])
def test_nothing_may_be_kept_run_or_guessed(here, path):
    reply = here.get(path)
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert "access-control-allow-origin" not in reply.headers


def test_every_kind_of_problem_is_described(here):
    for code, kind in KINDS.items():
        assert here.get(f"/problems/{code}").text == f"{kind.status} {kind.title}\n{kind.then}\n"
    refused(here.get("/problems/none"), "not_there", 404)


def test_a_mistake_of_ours_is_told_by_its_place_alone(monkeypatch):
    """What an error says may be about somebody."""

    def fails(_):
        raise ValueError("Featherstonehaugh")

    call = next(one for one in CALLS if one.path == "/health")
    monkeypatch.setattr(the_app, "CALLS", (the_app.got("/fails", "Fail", fails, call.gives, None),))
    with lines_written() as lines, calling() as caller:
        reply = caller.get("/fails")
    refused(reply, "failed", 500)
    assert "Featherstonehaugh" not in reply.text
    (line,) = [line for line in map(json.loads, lines()) if line["level"] == "error"]
    assert (line["room"], line["error"], line["method"], line["path"]) == ("api", "ValueError", "GET", "/fails")
    assert "test_api_door.py" in line["places"]
    assert line["request"] == reply.json()["request"]
    assert "Featherstonehaugh" not in str(lines())


def test_a_problem_survives_being_pickled():
    import pickle

    again = pickle.loads(pickle.dumps(ApiProblem("no_permit", "No.", None, reasons=[1])))
    assert (again.code, str(again), again.beside) == ("no_permit", "No.", {"reasons": [1]})


# Whether it is ready


def test_content_that_cannot_be_read_any_more_is_never_an_all_clear(tmp_path):
    content, ticks = tmp_path / "pathways", Ticks()
    shutil.copytree(ROOT / "pathways", content)
    with calling(content=content, ticks=ticks) as caller:
        assert caller.get("/ready").json() == {"ready": True, "keeps": False, "adoption": False}
        assert caller.post("/v1/assessments", LINES[0]).status_code == 200
        (content / "shingles" / "pathway.yaml").write_text("nonsense: [", encoding="utf-8")
        ticks.seconds += 1
        problem = refused(caller.get("/ready"), "not_readable", 503)
        assert problem["ready"] is False
        assert problem["trouble"]
        refused(caller.post("/v1/assessments", LINES[0]), "not_readable", 503)
        refused(caller.post("/v1/made-records", ACCOUNT, at=AS_IF), "not_readable", 503)
        refused(caller.get("/v1/conditions", as_of=DAY), "not_readable", 503)
        assert caller.get("/health").status_code == 200


def test_an_adoption_that_cannot_be_read_is_not_the_same_as_none(tmp_path):
    file = tmp_path / "adoption.yaml"
    file.write_text("nonsense", encoding="utf-8")
    with calling(adoption=file) as caller:
        refused(caller.get("/ready"), "not_readable", 503)
        refused(caller.post("/v1/assessments", LINES[0]), "not_readable", 503)


def test_anchors_that_do_not_hold_are_not_ready(tmp_path):
    folder = tmp_path / "data"
    a_key(folder)
    (folder / "anchors.txt").write_text(f"1000 {'0' * 64} 2026-11-21T00:00:00+00:00\n")
    with calling(folder) as caller:
        assert "gone" in refused(caller.get("/ready"), "not_readable", 503)["detail"]


@pytest.mark.parametrize("room", ["api", "web"])
def test_both_are_served_by_pythons_own_event_loop(monkeypatch, room):
    """uvloop starved whoever connected anew; the API and the form have one place in which they are served."""
    served = {}
    monkeypatch.setattr("uvicorn.run", lambda app, **given: served.update(given))
    if room == "api":
        serve.run(None, ApiSettings())
    else:
        serve_form(None, "127.0.0.1", 8080)
    assert (served["loop"], served["http"].__name__, served["date_header"]) == ("asyncio", "HttpInTime", False)
