"""What somebody might try against the API, on every call that it has: a call of tomorrow is tried without a new line here."""

import asyncio
import json
import re
from urllib.parse import quote

import pytest
from calling import ACCOUNT, AS_IF, MAILBOX, Clock, a_key, adopted, calling, refused
from in_parts import answered_in_parts
from sound_records import SECRET, account_for, case_of

from pharmacyfirst import Kind
from pharmacyfirst.api import app as the_app
from pharmacyfirst.api.app import CALLS
from pharmacyfirst.api.keys import Scope
from pharmacyfirst.record import write_record
from pharmacyfirst.store import Deed, open_store

EVERY_METHOD = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
WITH_BODY = [call for call in CALLS if call.has_body]
OF_A_KEY = [call for call in CALLS if call.scope is not None]
HOSTILE = "x\r\nset-cookie: planted=1\r\nlocation: https://evil.example\r\n\r\n<script>planted()</script>"
NOBODYS = "00000000-0000-4000-8000-000000000000"
LEFT_BY_READING = {Deed.READ.value, Deed.PRINTED.value}
IN_THE_QUERY = {"as_of": "2026-11-21", "at": AS_IF, "form": "text", "condition": "uncomplicated-uti"}


class Attacked:
    """A server that keeps, with two holders' keys, and the record of a real patient that the first of them sent in."""

    def __init__(self, caller, folder, other):
        self.caller, self.client, self.folder, self.other = caller, caller.client, folder, other
        self.account = write_record(account_for(case_of("uncomplicated-uti", Kind.SUPPLY)))
        reply = caller.post("/v1/consultations", self.account, once="consultation-1")
        assert reply.status_code == 201, reply.text
        self.id = reply.json()["id"]

    def path(self, call, **places):
        held = {
            "id": self.id,
            "paper": "letter",
            "condition": "uncomplicated-uti",
            "name": "case.schema.json",
            "code": "no_key",
        } | places
        return re.sub(r"\{(\w+)\}", lambda place: quote(held[place[1]], safe=""), call.path)

    def query(self, call):
        return {one.name: IN_THE_QUERY[one.name] for one in call.query}

    def stood(self):
        with open_store(self.folder, Clock()) as store:
            return [event.kind for event in store.ledger.walk()]


@pytest.fixture(scope="module")
def under_attack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("attacked")
    data = folder / "data"
    keys = a_key(data, holder="Our PMR"), a_key(data, holder="Another system")
    with calling(data, keys[0], mailbox=MAILBOX, adoption=adopted(folder), rate=1e9, burst=1e9) as caller:
        yield Attacked(caller, data, keys[1])


# What every answer says


def test_every_answer_of_every_call_is_closed_whatever_the_method(under_attack):
    for call in [*CALLS, None]:
        where = under_attack.path(call) if call is not None else "/v1/nothing"
        for method in EVERY_METHOD:
            for headers in ({}, under_attack.caller.headers()):
                reply = under_attack.client.request(method, where, headers={"origin": "https://evil.example"} | headers)
                said = (method, where, reply.status_code)
                assert reply.status_code < 500, said
                assert reply.headers["cache-control"] == "no-store", said
                assert reply.headers["x-content-type-options"] == "nosniff", said
                assert "frame-ancestors 'none'" in reply.headers["content-security-policy"], said
                assert reply.headers["referrer-policy"] == "no-referrer", said
                assert reply.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains", said
                assert not [
                    one
                    for one in reply.headers
                    if one.startswith(("access-control", "server", "set-cookie", "x-powered"))
                ]
                if reply.content:
                    assert reply.headers["content-type"], said
                if call is not None and method not in (call.method, "HEAD"):
                    assert reply.status_code == 405, said
                assert "evil.example" not in reply.text


def test_what_is_only_asked_for_changes_nothing(under_attack):
    before = under_attack.stood()
    for call in CALLS:
        if call.method == "GET":
            under_attack.caller.get(under_attack.path(call), **under_attack.query(call))
    assert {*under_attack.stood()[len(before) :]} <= LEFT_BY_READING


def test_no_call_is_made_by_a_page_of_another_site(under_attack):
    """A browser posts plain text, forms and what has no type without asking; none of it is taken, and no answer lets another site read."""
    before = under_attack.stood()
    for call in WITH_BODY:
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
            reply = under_attack.caller.post(
                under_attack.path(call), "{}", once="another-site", kind=kind, **under_attack.query(call)
            )
            refused(reply, "wrong_media_type", 415)
    assert under_attack.stood() == before


# Whose it is


@pytest.mark.parametrize("call", OF_A_KEY, ids=lambda call: f"{call.method} {call.path}")
def test_without_the_scope_nothing_is_told_of_what_is_there(under_attack, call):
    """What is there and what is not are refused in the same words to a key that may not ask, and to nobody's."""
    others = a_key(under_attack.folder, *(one for one in Scope if one is not call.scope))
    before = under_attack.stood()
    for headers in (
        {},
        {"authorization": f"Bearer {others}"},
        {"authorization": "Bearer pfk_0123456789ab_" + "a" * 43},
    ):
        there, nowhere = (
            under_attack.client.request(
                call.method, under_attack.path(call, id=id), params=under_attack.query(call), headers=headers
            )
            for id in (under_attack.id, NOBODYS)
        )
        assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)
        assert there.status_code in (401, 403)
        assert SECRET not in there.text
    assert under_attack.stood() == before


def test_another_holder_is_never_given_the_answer_that_was_given_to_the_first(under_attack):
    """An Idempotency-Key is its holder's: with somebody else's a new thing is done, or refused, under their own name."""
    under_attack.client.headers.pop("authorization", None)
    headers = {
        "authorization": f"Bearer {under_attack.other}",
        "idempotency-key": "consultation-1",
        "content-type": "application/json",
    }
    reply = under_attack.client.post("/v1/consultations", content=under_attack.account, headers=headers)
    refused(reply, "not_stored", 409)  # the id is taken: nothing of that record is told, and it stays whose it was
    assert "idempotency-replayed" not in reply.headers
    assert SECRET not in reply.text
    with open_store(under_attack.folder, Clock()) as store:
        assert {event.actor.name for event in store.records.history(under_attack.id)} == {"Our PMR"}


def test_whoever_reads_a_record_is_put_down_under_the_name_of_their_key(under_attack):
    headers = {"authorization": f"Bearer {under_attack.other}"}
    assert SECRET in under_attack.client.get(f"/v1/consultations/{under_attack.id}/record", headers=headers).text
    with open_store(under_attack.folder, Clock()) as store:
        last = store.records.history(under_attack.id)[-1]
    assert (last.deed, last.actor.name) == (Deed.READ, "Another system")


def test_a_number_that_is_nobodys_is_told_as_one_and_no_more(under_attack):
    for call in CALLS:
        if "{id}" in call.path and call.method == "GET":
            reply = under_attack.caller.get(under_attack.path(call, id=NOBODYS), **under_attack.query(call))
            assert (reply.status_code, NOBODYS in reply.text) == (404, False), call.path


# Guessing


def test_guessing_a_key_fills_no_memory_and_lets_nobody_in(under_attack):
    """A secret has 256 random bits: what bounds guessing is their number, and that nothing of a wrong one is kept or looked at twice."""
    id, keys = under_attack.caller.key[4:16], under_attack.client.app.state.desk.keys
    before, remembered = under_attack.stood(), {*keys._seen}
    for number in range(100):
        guess = f"pfk_{id}_{number:043}"
        refused(under_attack.client.get("/v1/content", headers={"authorization": f"Bearer {guess}"}), "wrong_key", 401)
    for number in range(100):
        guess = f"pfk_{number:012x}_{'a' * 43}"
        refused(under_attack.client.get("/v1/content", headers={"authorization": f"Bearer {guess}"}), "wrong_key", 401)
    assert {*keys._seen} == remembered
    assert under_attack.stood() == before
    assert len(under_attack.caller.key) == len("pfk_012345678901_") + 43  # 256 bits


# Headers of somebody's own


def test_nothing_that_is_sent_becomes_a_header(under_attack):
    for call in CALLS:
        places = dict.fromkeys(re.findall(r"\{(\w+)\}", call.path), HOSTILE)
        query = dict.fromkeys((one.name for one in call.query), HOSTILE)
        for where, asked in (
            (under_attack.path(call, **places), under_attack.query(call)),
            (under_attack.path(call), query),
        ):
            headers = {
                "content-type": (call.media_types or ("",))[0],
                "idempotency-key": "a-b-c-d-e-f",
                "x-forwarded-host": "evil.example",
            }
            reply = under_attack.client.request(
                call.method,
                where,
                params=asked,
                headers=headers | under_attack.caller.headers(),
                content=b"{}" if call.has_body else None,
            )
            assert reply.status_code < 500, call.path
            for name, value in reply.headers.multi_items():
                assert name not in ("set-cookie", "location"), call.path
                assert not {"\r", "\n"} & {*value}, call.path
            assert "<script>" not in reply.text, call.path
            assert "evil" not in reply.text, call.path


def test_the_way_to_what_was_written_is_a_path_of_ours(under_attack):
    reply = under_attack.caller.post(
        "/v1/consultations",
        json.loads(ACCOUNT) | {"id": "33333333-3333-4333-8333-333333333333"},
        once="location-1",
        at=AS_IF,
    )
    assert reply.status_code == 201, reply.text
    assert re.fullmatch("/v1/consultations/[0-9a-f-]{36}", reply.headers["location"])


# What no call asks for


@pytest.mark.parametrize(
    "more",
    [
        "seal",
        "recorded_at",
        "permit",
        "roles",
        "scope",
        "actor",
        "id2",
        "outcome",
        "supplied",
        "practice",
        "__class__",
        "corrected_by",
    ],
)
def test_a_name_that_an_account_does_not_have_is_refused(under_attack, more):
    before = under_attack.stood()
    for path, body in (
        ("/v1/consultations", json.loads(ACCOUNT) | {more: "x"}),
        ("/v1/made-records", json.loads(ACCOUNT) | {more: "x"}),
        ("/v1/assessments", {"pathway": "uncomplicated-uti", "as_of": "2026-11-21", "facts": {}, more: "x"}),
        ("/v1/permits", {more: "x"}),
    ):
        reply = under_attack.caller.post(
            path, body, once=f"more-{more}", **({"at": AS_IF} if "records" in path or "consult" in path else {})
        )
        assert 400 <= reply.status_code < 500, (path, reply.text)
    assert under_attack.stood() == before


def test_a_name_that_the_query_does_not_have_or_has_twice_is_refused(under_attack):
    for call in CALLS:
        for query in ("admin=1", "as_of=2026-11-21&as_of=2026-11-22", "scope=records"):
            reply = under_attack.client.request(
                call.method, f"{under_attack.path(call)}?{query}", headers=under_attack.caller.headers()
            )
            refused(reply, "wrong_query", 422)


TWICE = {
    "host": ("localhost:8090", "127.0.0.1:8090"),
    "authorization": ("Bearer pfk_0123456789ab_" + "a" * 43, None),
    "content-type": ("text/plain", "application/json"),
    "content-encoding": ("gzip", "identity"),
    "idempotency-key": ("one-of-two-1", "one-of-two-2"),
    "origin": ("https://evil.example", "http://localhost:8090"),
}


@pytest.mark.parametrize("turned", [False, True], ids=["as they are", "turned round"])
@pytest.mark.parametrize("name", TWICE)
def test_a_header_that_stands_twice_is_refused_and_neither_of_the_two_is_gone_by(under_attack, name, turned):
    """Whoever is before this server may go by the other one."""
    usual = {
        "host": "localhost:8090",
        "content-type": "application/json",
        "idempotency-key": "stands-twice-1",
    } | under_attack.caller.headers()
    two = [one or usual[name] for one in TWICE[name]]
    before = under_attack.stood()
    for call in CALLS:
        headers = [one for one in usual.items() if one[0] != name]
        headers += [(name, one) for one in (reversed(two) if turned else two)]
        reply = under_attack.client.request(
            call.method, under_attack.path(call), params=under_attack.query(call), headers=headers
        )
        problem = refused(reply, "header_twice", 400)
        assert problem["detail"].startswith(f"{name} stands twice"), call.path
        assert "evil" not in reply.text
    assert under_attack.stood() == before


def test_a_header_of_no_account_may_stand_twice(under_attack):
    headers = [("accept", "application/json"), ("accept", "*/*")]
    assert under_attack.client.get("/health", headers=headers).status_code == 200


# Too much, too slow, too deep


def sent_in_parts(under_attack, call, receive):
    """What a call answers to a body that comes as ``receive`` says: the status, and all that was said."""
    headers = {
        "host": "localhost:8090",
        "content-type": call.media_types[0],
        "idempotency-key": "a-b-c-d-e",
    } | under_attack.caller.headers()
    query = "&".join(f"{name}={quote(value)}" for name, value in under_attack.query(call).items()).encode()
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    return answered_in_parts(under_attack.client, call.method, under_attack.path(call), pairs, receive, query)


def test_a_body_without_an_end_is_read_no_further_than_the_bounds(under_attack):
    before, part = under_attack.stood(), {"type": "http.request", "body": b" " * 65_536, "more_body": True}
    for call in WITH_BODY:
        read = []

        async def goes_on(read=read):
            read.append(len(part["body"]))
            return part

        status, said = sent_in_parts(under_attack, call, goes_on)
        assert (status, json.loads(said)["code"]) == (413, "too_large"), call.path
        assert sum(read) <= call.most_bytes + len(part["body"]), call.path
    assert under_attack.stood() == before


def test_a_body_that_does_not_come_is_not_waited_for_on_any_call(under_attack, monkeypatch):
    monkeypatch.setattr(the_app, "BODY_SECONDS", 0.001)
    before = under_attack.stood()

    async def never():
        await asyncio.Event().wait()

    for call in WITH_BODY:
        status, said = sent_in_parts(under_attack, call, never)
        assert (status, json.loads(said)["code"]) == (408, "too_slow"), call.path
    assert under_attack.stood() == before


HARMFUL = {
    "deep JSON": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "a key twice": b'{"pathway": "a", "pathway": "b"}',
    "a long number": b'{"facts": {"age_years": ' + b"9" * 100_000 + b"}}",
    "no number": b'{"facts": {"age_years": NaN}}',
    "entities": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><Bundle xmlns="http://hl7.org/fhir">&b;</Bundle>',
    "a file": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><Bundle xmlns="http://hl7.org/fhir">&a;</Bundle>',
    "deep XML": b"<a>" * 50_000 + b"</a>" * 50_000,
    "gzip": bytes.fromhex("1f8b0800000000000003") + b"\0" * 64,
    "zip": b"PK\x03\x04" + b"\0" * 64,
    "nothing": b"",
    "half a letter": b'{"pathway": "\xff"}',
}


@pytest.mark.parametrize("body", HARMFUL.values(), ids=[*HARMFUL])
def test_a_body_that_is_made_to_do_harm_is_refused_by_every_call_of_every_type(under_attack, body):
    before = under_attack.stood()
    for call in WITH_BODY:
        for kind in call.media_types:
            reply = under_attack.caller.post(
                under_attack.path(call), body, once="harmful-1", kind=kind, **under_attack.query(call)
            )
            assert 400 <= reply.status_code < 500, (call.path, reply.text)
            assert reply.headers["content-type"] == "application/problem+json"
            assert "root:" not in reply.text
    assert under_attack.stood() == before
