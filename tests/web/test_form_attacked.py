"""What somebody might try against the form, on every route that it has: a page of tomorrow is tried without a new line here."""

import asyncio
import re
from dataclasses import replace

import pytest
from attacked import ASKED, EVERY_METHOD, HOSTILE, POSTED, ROUTES, attacked, names_nobody
from in_parts import answered_in_parts
from starlette.testclient import TestClient
from visiting import (
    ACCOUNTS,
    LEAKS,
    PASSWORD,
    PHARMACY,
    PIN,
    SAME_ORIGIN,
    Clock,
    Visitor,
    Watched,
    handed_over,
    open_form,
    with_account,
)

from pharmacyfirst.people import REGISTERED, open_people
from pharmacyfirst.store import Deed
from pharmacyfirst.store.sites import add_site, let_people_sign_in
from pharmacyfirst.web import posted
from pharmacyfirst.web.app import HEADERS, PAGES
from pharmacyfirst.web.place import WhereServed
from pharmacyfirst.web.posted import MOST_BYTES, MOST_BYTES_OF_A_FILE
from pharmacyfirst.web.serve import application
from pharmacyfirst.web.sessions import MOST_WRONG_PINS, QUIET_SECONDS
from pharmacyfirst.web.who_may import OPEN, WHO_MAY

# What reading leaves behind: who looked, and nothing that changes what anything comes to.
LEFT_BY_READING = {Deed.READ.value, Deed.PRINTED.value, Deed.SEARCHED.value}
OF_A_DRAFT = [path for path in ROUTES if path.startswith("/c/")]


@pytest.fixture(scope="module")
def under_attack(tmp_path_factory):
    with attacked(tmp_path_factory.mktemp("attacked")) as here:
        yield here


# What every answer says to a browser


def must_be_closed(reply, method, path):
    """The answer has all that keeps a browser from keeping, framing, guessing, running or giving away anything."""
    assert reply.status_code < 500, (method, path)
    for name, value in HEADERS.items():
        if name != "cache-control":
            assert reply.headers[name] == value, (method, path, name)
    kept = path == "/static/{name}" and reply.status_code == 200
    assert reply.headers["cache-control"] == ("no-cache" if kept else "no-store"), (method, path)
    policy = reply.headers["content-security-policy"]
    for part in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert part in policy, (method, path)
    assert not [one for one in reply.headers if one.startswith(("access-control", "server", "x-powered"))]
    if method not in ("GET", "HEAD", "POST"):
        assert reply.status_code == 404, (method, path)
        assert "evil.example" not in reply.text


@pytest.mark.parametrize("signed_in", [False, True], ids=["nobody", "somebody"])
def test_every_answer_of_every_route_is_closed_whatever_the_method(under_attack, signed_in):
    """No cache, no frame, no guessing, no script of another's, no other origin; TRACE and the like are answered by nothing."""
    client = under_attack.client
    client.follow_redirects = False
    for path in [*ROUTES, "/nowhere", "/static/none.css", "/c//x", "//evil.example/"]:
        where = under_attack.path(path)
        client.cookies.clear()
        if signed_in:
            under_attack.signed_in()
        for method in ("GET", "POST", "TRACE") if signed_in else EVERY_METHOD:
            must_be_closed(client.request(method, where, headers={"origin": "https://evil.example"}), method, path)
    client.follow_redirects = True


def test_the_way_to_several_sites_is_closed_as_every_other(tmp_path):
    for site in ("FAA11", "FBB22"):
        add_site(tmp_path, site)
    let_people_sign_in(tmp_path, Clock(), "a test")
    with_account(tmp_path, Clock(), "adi")
    app = application(tmp_path, clock=Clock())
    client = TestClient(Watched(app), base_url="http://127.0.0.1:8080", headers={"sec-fetch-site": "same-origin"})
    client.follow_redirects = False
    with client:
        for path in (
            "/site",
            "/at/FAA11/handed-over",
            "/at/x/handed-over",
            "/nowhere",
            "/c/x/outcome",
            "//evil.example/",
            "/leave",
            "/handover",
        ):
            for method in EVERY_METHOD:
                client.cookies.clear()
                reply = client.request(method, path, headers={"origin": "https://evil.example"})
                must_be_closed(reply, method, path)
                assert reply.headers.get("location", "/").startswith("/"), (method, path)
                assert not reply.headers.get("location", "/").startswith("//"), (method, path)
        for headers in ({"sec-fetch-site": "cross-site"}, {"host": "evil.example"}):
            reply = client.post("/site", data={"site": "FAA11"}, headers=headers)
            assert (reply.status_code, "set-cookie" in reply.headers, "evil" in reply.text) == (403, False, False)
        reply = client.post("/site", content=b"a=" + b"x" * (MOST_BYTES + 1), headers=SAME_ORIGIN)
        assert (reply.status_code, "set-cookie" in reply.headers) == (422, False)


def test_a_subdomain_is_reached_by_https_for_a_year_as_well():
    assert re.fullmatch(r"max-age=(\d+); includeSubDomains", HEADERS["strict-transport-security"])
    assert int(re.search(r"\d+", HEADERS["strict-transport-security"])[0]) >= 365 * 24 * 3600


@pytest.mark.parametrize(
    "name", ["host", "sec-fetch-site", "x-forwarded-proto", "content-type", "authorization", "origin"]
)
def test_a_header_that_stands_twice_is_gone_by_in_neither_way(tmp_path, name):
    """Of two, a proxy before the form may go by the other one."""
    usual = {"host": "127.0.0.1:8080", "sec-fetch-site": "same-origin"}
    with open_form(tmp_path) as client:
        client.headers.clear()
        for two in ((usual.get(name, "x"), "elsewhere"), ("elsewhere", usual.get(name, "x"))):
            headers = [*usual.items()] if name not in usual else [one for one in usual.items() if one[0] != name]
            headers += [(name, one) for one in two]
            for reply in (
                client.get("/who", headers=headers),
                client.post("/handover", headers=headers, content=b"{}"),
            ):
                assert reply.status_code == 403
                assert f"{name} stands twice" in reply.text
                assert "elsewhere" not in reply.text


# Forged requests


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8080"},
        {"sec-fetch-site": "", "origin": "null"},
        {"sec-fetch-site": "", "origin": "http://127.0.0.1:8080.evil.example"},
    ],
    ids=lambda headers: " ".join(headers.values()),
)
def test_what_another_site_has_a_browser_post_does_nothing_on_any_route(under_attack, headers):
    token = under_attack.token(under_attack.signed_in())
    before, sent = under_attack.stood(), {"content-type": SAME_ORIGIN["content-type"]} | headers
    for path in POSTED:
        reply = under_attack.post(
            path, {"token": token, "do": "end", "e-reason": "left", "word": "robin", "password": PASSWORD}, sent
        )
        assert reply.status_code == (200 if path == "/leave" else 403), (
            path
        )  # leaving answers with the way in, and ends nothing
    assert under_attack.stood() == before
    assert Visitor(under_attack.client).go("/account").title == "Robin Sample"


def test_a_form_of_another_session_does_nothing_on_any_route(under_attack):
    """The token of somebody else who is signed in is not the token of this browser."""
    other = under_attack.token(under_attack.signed_in("sam"))
    under_attack.signed_in()
    before = under_attack.stood()
    for path in POSTED:
        if path in WHO_MAY and path != "/handed-over":
            assert under_attack.post(path, {"token": other}).status_code == 403, path
    under_attack.post("/leave", {"token": other})
    assert Visitor(under_attack.client).go("/account").title == "Robin Sample"
    assert under_attack.stood() == before


def test_what_is_only_asked_for_changes_nothing(under_attack):
    visitor = under_attack.signed_in()
    before, held = under_attack.stood(), under_attack.held()
    for path in ASKED:
        if path not in ("/hide", "/provider", "/provider/back"):
            visitor.go(under_attack.path(path))
    assert {*under_attack.stood()[len(before) :]} <= LEFT_BY_READING
    assert under_attack.held() == held


# What belongs to somebody else


@pytest.mark.parametrize("word", [word for word in ACCOUNTS if word != "robin"])
def test_somebody_elses_draft_is_shown_to_nobody_and_nobody_changes_it(under_attack, word):
    """Whoever is registered may take it over, which is a deed with both names; nothing else of it is theirs."""
    visitor = under_attack.signed_in(word)
    token, before = under_attack.token(visitor), under_attack.held()
    revision = {"revision": str(before.revision), "mark": before.patient_mark}
    for path in OF_A_DRAFT:
        if "GET" in ROUTES[path]:
            assert names_nobody(under_attack.client.get(under_attack.path(path))), path
        if "POST" in ROUTES[path] and not path.endswith("/take-over"):
            reply = under_attack.post(
                path, {"token": token, "q-sepsis_suspected": "yes", "e-reason": "left", "o-did": "sent"} | revision
            )
            assert names_nobody(reply), path
    assert under_attack.held() == before
    if ACCOUNTS[word].roles.isdisjoint(REGISTERED):
        assert under_attack.post("/c/{id}/take-over", {"token": token}).status_code == 403
        assert under_attack.held() == before


def test_no_page_tells_a_number_that_is_nobodys_from_one_that_is_no_number(under_attack):
    visitor = under_attack.signed_in()
    for path in ROUTES:
        if "{id}" in path and path != "/people/{id}" and "GET" in ROUTES[path]:
            said = [
                re.sub(id, "ID", visitor.go(under_attack.path(path, id=id)).words)
                for id in ("00000000-0000-4000-8000-000000000000", "11111111-1111-4111-8111-111111111111")
            ]
            assert said[0] == said[1], path
            assert visitor.reply.status_code in (404, 409), path


# Sessions


def planted_in(client, name="desk"):
    client.cookies.clear()
    client.cookies.set(name, "planted-by-somebody")
    return Visitor(client)


def kept_by(client):
    return {one.value for one in client.cookies.jar}


def test_a_session_that_somebody_planted_is_nobodys_by_whichever_way_they_come_in(under_attack, tmp_path):
    visitor = planted_in(under_attack.client)
    visitor.post("/who", {"word": "robin", "password": PASSWORD})
    assert kept_by(under_attack.client) != {"planted-by-somebody"}
    assert planted_in(under_attack.client).go("/account").title == "Sign in"
    with open_form(tmp_path) as client:
        visitor = planted_in(client)
        visitor.post("/setting-up", PHARMACY)
        visitor.post("/who", {"gphc": "2999999", "pin": PIN})
        assert visitor.page.title in ("What is the patient here about?", "Sign in")
        assert planted_in(client).go("/").title in ("Who is at the desk?", "Sign in")


def test_a_session_that_has_ended_opens_nothing_again(under_attack):
    visitor = under_attack.signed_in("sam")
    token, kept = under_attack.token(visitor), dict(under_attack.client.cookies)
    under_attack.post("/leave", {"token": token})
    under_attack.client.cookies.clear()
    under_attack.client.cookies.update(kept)
    for path in ASKED:
        if path not in OPEN:
            assert visitor.go(under_attack.path(path)).title == "Sign in", path


def test_leaving_the_desk_has_the_browser_forget_what_it_holds(under_attack):
    visitor = under_attack.signed_in("sam")
    under_attack.client.follow_redirects = False
    reply = under_attack.post("/leave", {"token": under_attack.token(visitor)})
    under_attack.client.follow_redirects = True
    assert reply.headers["clear-site-data"] == '"cache", "storage"'
    assert re.match('desk="";.*Max-Age=0', reply.headers["set-cookie"])
    assert not under_attack.client.cookies


# Ways elsewhere, and headers of somebody's own


def test_nothing_that_is_sent_becomes_a_header_a_cookie_or_a_way_to_another_site(under_attack):
    """Every place of every path, every field of every form that the pages have, and every header that is read."""
    client = under_attack.client
    under_attack.headers.clear()
    client.follow_redirects = False
    visitor = under_attack.signed_in()
    forms = {}
    for path in ASKED:
        if path in ("/hide", "/provider", "/provider/back"):
            continue
        visitor.go(under_attack.path(path))
        forms |= visitor.page.forms
        places = dict.fromkeys(re.findall(r"\{(\w+)\}", path), HOSTILE)
        if places:
            visitor.go(under_attack.path(path, **places))
    names = {name for fields in forms.values() for name in fields} | {
        "then",
        "link",
        "do",
        "find",
        "word",
        "condition",
        "practice",
    }
    token = under_attack.token(visitor)
    for path in POSTED:
        if path not in ("/leave", "/show"):
            under_attack.post(path, dict.fromkeys(names, HOSTILE) | {"token": token})
            assert (
                client.get(
                    "/who", headers={"x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
                ).status_code
                == 200
            )
    client.follow_redirects = True
    assert len(under_attack.headers) > 500
    for path, name, value in under_attack.headers:
        assert b"\r" not in value, path
        assert b"\n" not in value, path
        assert b"planted" not in (name + value if name == b"set-cookie" else name), path
        if name == b"location":
            assert value.startswith(b"/"), (path, value)
            assert not value.startswith((b"//", b"/\\")), (path, value)
            assert b"evil" not in value or value.startswith((b"/c/", b"/r/")), (path, value)


def test_the_pin_leads_to_a_page_of_ours_alone(tmp_path):
    clock = Clock()
    with_account(tmp_path, clock)
    with open_form(tmp_path, clock) as client:
        visitor = Visitor(client)
        visitor.post("/who", {"word": "robin", "password": PASSWORD})
        token = re.search(r'name="token" value="([^"]*)"', visitor.go("/account").words)[1]
        client.follow_redirects = False
        for then in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", HOSTILE, ""):
            reply = client.post("/show", data={"token": token, "pin": PIN, "then": then}, headers=SAME_ORIGIN)
            assert (reply.status_code, reply.headers["location"]) == (303, "/"), then
        reply = client.post("/show", data={"token": token, "pin": PIN, "then": "/c/x/outcome"}, headers=SAME_ORIGIN)
        assert reply.headers["location"] == "/c/x/outcome"


# Guessing


def test_whatever_proves_somebody_is_guessed_a_few_times_and_then_waited_for(tmp_path):
    """The password at the door and on somebody's account, the code of the second factor, and the PIN."""
    import pyotp

    clock = Clock()
    robin = with_account(tmp_path, clock)
    with open_people(tmp_path, clock) as people:
        seed = pyotp.random_base32()
        people.set_up_second_factor(robin.id, seed, pyotp.TOTP(seed).at(clock.now), by="a test")
    clock.pass_seconds(60)
    with open_form(tmp_path, clock) as client:
        visitor = Visitor(client)
        for _ in range(5):  # the right password, and a code that is guessed
            assert (
                "This is not right"
                in visitor.post("/who", {"word": "robin", "password": PASSWORD, "code": "000000"}).words
            )
        right = {"word": "robin", "password": PASSWORD, "code": pyotp.TOTP(seed).at(clock.now)}
        assert "Too many wrong ones" in visitor.post("/who", right).words
        clock.pass_seconds(61)
        visitor.post("/who", right | {"code": pyotp.TOTP(seed).at(clock.now)})
        token = re.search(r'name="token" value="([^"]*)"', visitor.go("/account").words)[1]
        guess = {"token": token, "do": "pin", "password": "not the password", "pin": "8642"}
        for _ in range(5):
            assert "not your password" in visitor.post("/account", guess).words
        assert "Too many wrong ones" in visitor.post("/account", guess | {"password": PASSWORD}).words
        clock.pass_seconds(QUIET_SECONDS)
        for _ in range(MOST_WRONG_PINS):
            assert visitor.post("/show", {"token": token, "pin": "1111"}).title in ("Your PIN again", "Sign in")
        assert visitor.go("/account").title == "Sign in"


# What no page asks for


def test_a_field_that_no_page_of_ours_has_changes_nothing(under_attack):
    """Names of what is kept inside, posted with every form of a draft and of somebody's account."""
    visitor = under_attack.signed_in()
    token, before = under_attack.token(visitor), under_attack.held()
    more = dict.fromkeys(
        ["owner", "practice", "as_of", "actor", "state", "id", "roles", "gphc_number", "outcome", "kind", "decided_by", "permit", "supplies",
         "offers", "finished_at", "admin", "is_admin", "stamp", "active", "subject", "q-no_such_question", "p-no_such_field", "o-no_such"],
        "administrator",
    )  # fmt: skip
    visitor.go(under_attack.path("/c/{id}/page/{number}"))
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | more)
    visitor.go(under_attack.path("/c/{id}/patient"))
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | more)
    after = under_attack.held()
    assert not {*more} & {name for fields in after.fields.values() for name in fields}
    assert not {*more} & {*(after.patient.get("typed") or {})}
    assert {*after.answers} <= {*before.answers}
    same = ("id", "state", "practice", "owner", "begun_at", "as_of")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    sam = under_attack.signed_in("sam")
    with open_people(under_attack.folder, Clock()) as people:
        held = people.who_signs_in_as("sam")
        for do in ("password", "pin", "roles", "disable"):
            sam.post(
                "/account",
                {"token": under_attack.token(sam), "do": do, "gphc": "2999999"} | more | {"roles": ["administrator"]},
            )
        assert people.who_signs_in_as("sam") == held
    assert token


# Too much, too slow, too deep


def bounds_of(path):
    return MOST_BYTES_OF_A_FILE if path in PAGES and PAGES[path].file else MOST_BYTES


def answered(path, status):
    """What a route answers that refuses a body: ``status``, or, unread, that it is for others than Robin."""
    return 403 if path.startswith("/bench/") else status


def kind_of(path):
    return b"multipart/form-data; boundary=x" if bounds_of(path) != MOST_BYTES else SAME_ORIGIN["content-type"].encode()


def sent_in_parts(under_attack, path, receive):
    """What a route answers to a body that comes as ``receive`` says: the status, and all that was said."""
    held = {
        "host": "127.0.0.1:8080",
        "sec-fetch-site": "same-origin",
        "cookie": "; ".join("=".join(one) for one in under_attack.client.cookies.items()),
    }
    if path == "/handover":  # a program of this machine, which is no browser
        held = {
            "host": "127.0.0.1:8080",
            "authorization": f"Bearer {(under_attack.folder / 'handover-secret').read_text().strip()}",
        }
    headers = [(name.encode(), value.encode()) for name, value in held.items()] + [(b"content-type", kind_of(path))]
    return answered_in_parts(under_attack.client, "POST", under_attack.path(path), headers, receive)


def test_a_body_that_says_how_large_it_is_is_refused_unread_on_any_route(under_attack):
    under_attack.signed_in()
    before = under_attack.stood()
    for path in POSTED:
        headers = SAME_ORIGIN | {"content-type": kind_of(path).decode()}
        reply = under_attack.client.post(
            under_attack.path(path), content=b"a=" + b"x" * (bounds_of(path) + 1), headers=headers
        )
        assert reply.status_code == {"/leave": 200, "/handover": 403}.get(path, answered(path, 413)), path
        assert "xxxx" not in reply.text, path
    assert under_attack.stood() == before


def test_a_body_without_an_end_is_read_no_further_than_the_bounds_on_any_route(under_attack):
    under_attack.signed_in()
    before, part = under_attack.stood(), {"type": "http.request", "body": b"x" * 65_536, "more_body": True}
    for path in POSTED:
        read = []

        async def goes_on(read=read):
            read.append(len(part["body"]))
            return part

        status, said = sent_in_parts(under_attack, path, goes_on)
        assert status == (303 if path == "/leave" else answered(path, 413)), path
        assert sum(read) <= bounds_of(path) + 2 * len(part["body"]), path
        assert b"xxxx" not in said, path
    assert under_attack.stood() == before


def test_a_body_that_does_not_come_is_not_waited_for_on_any_route(under_attack, monkeypatch):
    monkeypatch.setattr(posted, "BODY_SECONDS", 0.001)
    under_attack.signed_in()
    before = under_attack.stood()

    async def never():
        await asyncio.Event().wait()

    for path in POSTED:
        status, said = sent_in_parts(under_attack, path, never)
        assert status == (303 if path == "/leave" else answered(path, 408)), path
        assert status != 408 or b"in time" in said, path
    assert under_attack.stood() == before


def test_whoever_goes_away_in_the_middle_of_a_body_changes_nothing_and_the_answer_is_closed_too(under_attack):
    """A browser does so whenever somebody moves on while *So far* is being asked for."""
    under_attack.signed_in()
    before, part = under_attack.stood(), {"type": "http.request", "body": b"a=x", "more_body": True}
    for path in POSTED:
        comes = iter([part])

        async def gone(comes=comes):
            return next(comes, {"type": "http.disconnect"})

        status, said = sent_in_parts(under_attack, path, gone)
        assert status == answered(path, 400), path
        assert status != 400 or said == b"", path
        assert LEAKS == [], path
    assert under_attack.stood() == before


DEEP = b"[" * 100_000 + b"]" * 100_000
ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><Bundle xmlns="http://hl7.org/fhir">&c;</Bundle>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><Bundle xmlns="http://hl7.org/fhir">&a;</Bundle>"""
NESTED = b"<a>" * 50_000 + b"</a>" * 50_000
GZIP = bytes.fromhex("1f8b0800000000000003") + b"\0" * 64
ZIP = b"PK\x03\x04" + b"\0" * 64


@pytest.mark.parametrize("body", [DEEP, ENTITIES, OUTSIDE, NESTED, GZIP, ZIP, b"", b"\0" * 1000, b"{}" * 1000])
def test_a_file_that_is_made_to_do_harm_is_refused_and_not_kept(under_attack, body):
    visitor = under_attack.signed_in()
    before = under_attack.stood()
    visitor.post_file("/take-in", {"token": under_attack.token(visitor), "kind": "referral"}, body)
    assert visitor.reply.status_code in (409, 413, 422), visitor.page.words
    assert "root:" not in visitor.page.words
    assert under_attack.stood() == before
    reply = handed_over(under_attack.client, body, under_attack.folder)
    assert reply.status_code == (413 if len(body) > 64 * 1024 else 422)
    assert under_attack.stood() == before


# Names of other machines


@pytest.mark.parametrize(
    "place", [WhereServed(("pharmacy.example",), proxy="testclient"), WhereServed()], ids=["elsewhere", "here"]
)
def test_what_is_asked_of_another_name_is_told_of_nobody(tmp_path, place):
    """Nothing that a page gives out is made of the name that somebody asked for."""
    with_account(tmp_path, Clock())
    with open_form(tmp_path, place=replace(place)) as client:
        for path in ROUTES:
            for host in (
                "evil.example",
                "evil.example:8080",
                "",
                "127.0.0.1.evil.example",
                "pharmacy.example.evil.example",
                "@pharmacy.example",
            ):
                where = re.sub(r"\{\w+\}", "x", path)
                method = "POST" if "GET" not in ROUTES[path] else "GET"
                reply = client.request(
                    method, where, headers={"host": host, "x-forwarded-proto": "https"}, follow_redirects=False
                )
                assert "evil" not in reply.text, path
                assert "evil" not in reply.headers.get("location", ""), path
                if path not in ("/leave", "/static/{name}", "/favicon.ico"):
                    assert reply.status_code == 403, (path, host)
