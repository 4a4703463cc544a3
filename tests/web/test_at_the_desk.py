"""The door: what is let in, who is at the desk, the patient hidden after quiet minutes, and what no browser keeps or fetches."""

import json
import re
import stat

import pytest
from visiting import PHARMACY, PIN, SAME_ORIGIN, Clock, Visitor, at_the_desk, begun, open_form

from pharmacyfirst.connections import NotServed
from pharmacyfirst.people import REGISTERED
from pharmacyfirst.web.app import ONLY_ASKED, PAGES
from pharmacyfirst.web.place import place_of
from pharmacyfirst.web.posted import MOST_BYTES
from pharmacyfirst.web.sessions import MOST_WRONG_PINS, QUIET_SECONDS, WRONG_PIN_WAIT_SECONDS
from pharmacyfirst.web.who_may import may


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def client(tmp_path, clock):
    with open_form(tmp_path, clock) as client:
        yield client


def test_the_first_page_sets_the_pharmacy_up_in_a_file_for_its_owner_alone(client, tmp_path):
    visitor = at_the_desk(client)
    assert visitor.page.title == "What is the patient here about?"
    assert "Evaluation only" in visitor.page.words
    kept = tmp_path / "pharmacy.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert PIN not in kept.read_text()


@pytest.mark.no_accounts
@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"u-pin": "12"}, "PIN: choose 4 to 12 digits"),
        ({"u-gphc": "123"}, "GPhC"),
        ({"u-ods": "?"}, "ods"),
        ({"u-adoption": "/nowhere/adoption.yaml"}, "adoption"),
    ],
)
def test_what_does_not_fit_sets_nothing_up(client, tmp_path, changed, says):
    visitor = Visitor(client)
    visitor.post("/setting-up", PHARMACY | changed)
    assert visitor.reply.status_code == 422
    assert says in visitor.page.words
    assert not (tmp_path / "pharmacy.json").exists()


@pytest.mark.no_accounts
def test_no_page_about_a_patient_is_shown_without_a_pin(client):
    visitor = begun(at_the_desk(client), "uncomplicated-uti")
    path = visitor.path
    client.cookies.clear()
    assert visitor.go(path).title == "Who is at the desk?"
    assert "Charlie" not in visitor.page.words


@pytest.mark.no_accounts
def test_a_wrong_pin_is_refused_and_five_make_everybody_wait(client, clock):
    visitor = Visitor(client)
    visitor.post("/setting-up", PHARMACY)
    for _ in range(MOST_WRONG_PINS):
        visitor.post("/who", {"gphc": "2999999", "pin": "1111"})
        assert visitor.page.title == "Who is at the desk?"
    assert "wait a minute" in visitor.post("/who", {"gphc": "2999999", "pin": PIN}).words
    clock.pass_seconds(WRONG_PIN_WAIT_SECONDS)
    assert visitor.post("/who", {"gphc": "2999999", "pin": PIN}).title == "What is the patient here about?"


def test_after_quiet_minutes_the_patient_is_hidden_and_nothing_typed_is_lost(client, clock):
    visitor = begun(at_the_desk(client), "uncomplicated-uti")
    visitor.go(f"{visitor.consultation}/page/1")
    path, fields = visitor.path, visitor.page.forms[visitor.path] | {"q-sepsis_suspected": "no"}
    clock.pass_seconds(QUIET_SECONDS)
    page = visitor.post(path, fields)
    assert page.title == "Your PIN again"
    assert "Charlie" not in page.words
    assert visitor.go(path).title == "Your PIN again"
    visitor.post(path, fields)
    assert "not the PIN" in visitor.send("/show", pin="1111").words
    visitor.send("/show", pin=PIN)
    assert 'value="no" data-key="N" checked' in visitor.page.words  # what was posted while it was hidden was saved
    assert visitor.page.title == "Red flags"


def test_the_server_hides_what_a_script_asks_for_too(client, clock):
    visitor = begun(at_the_desk(client), "uncomplicated-uti")
    fields = visitor.page.forms[visitor.path]
    clock.pass_seconds(QUIET_SECONDS)
    visitor.post(f"{visitor.consultation}/live/1", fields)
    assert (visitor.reply.status_code, visitor.reply.json()) == (409, {"again": True})


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": None, "origin": "http://elsewhere.example"},
        {"sec-fetch-site": None},
    ],
)
def test_what_another_page_posts_is_refused(client, headers):
    visitor = begun(at_the_desk(client), "uncomplicated-uti")
    body = f"token={visitor.page.forms[visitor.path]['token'][0]}&revision=2"
    sent = {"content-type": SAME_ORIGIN["content-type"]} | {name: value for name, value in headers.items() if value}
    if headers["sec-fetch-site"] is None:
        del client.headers["sec-fetch-site"]
    reply = client.post(f"{visitor.consultation}/page/1", content=body, headers=sent)
    assert reply.status_code == 403
    assert "did not come from a page of this form" in reply.text


def test_a_post_of_the_same_origin_is_let_in_where_the_browser_says_no_site(client):
    visitor = begun(at_the_desk(client), "uncomplicated-uti")
    token = visitor.page.forms[visitor.path]["token"][0]
    del client.headers["sec-fetch-site"]
    reply = client.post(
        "/begin", content=f"token={token}&practice=&condition=shingles", headers={"origin": "http://127.0.0.1:8080"}
    )
    assert reply.status_code == 200


def test_a_form_without_this_sessions_token_is_refused(client):
    visitor = begun(at_the_desk(client), "uncomplicated-uti")
    visitor.post(f"{visitor.consultation}/end", visitor.page.forms[visitor.path] | {"token": "x" * 32})
    assert visitor.reply.status_code == 403


@pytest.mark.parametrize("host", ["pharmacy.example:8080", "192.168.1.4", "127.0.0.1.example"])
def test_another_name_for_this_machine_is_not_answered(client, host):
    assert client.get("/who", headers={"host": host}).status_code == 403


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.4", "::", "pharmacy.example"])
def test_it_is_served_on_this_machine_alone(address):
    with pytest.raises(NotServed, match="on this machine alone"):
        place_of(address)


@pytest.mark.parametrize(
    "body",
    [b"a=" + b"x" * MOST_BYTES, b"&".join(b"a=1" for _ in range(700)), b"a=" + b"x" * 5000, "a=é".encode(), b"a=%ff"],
)
def test_a_body_beyond_the_bounds_is_refused_and_not_repeated(client, body):
    at_the_desk(client)
    reply = client.post("/begin", content=body, headers=SAME_ORIGIN)
    assert reply.status_code == 413
    assert "xxxx" not in reply.text


def test_nothing_may_be_kept_run_or_fetched_from_elsewhere(client):
    visitor = begun(at_the_desk(client), "uncomplicated-uti")
    for path in ("/", visitor.path, f"{visitor.consultation}/outcome", "/who", "/static/form.js", "/nowhere"):
        reply = client.get(path)
        policy = reply.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert reply.headers["x-frame-options"] == "DENY"
        if not path.startswith("/static"):
            assert reply.headers["cache-control"] == "no-store"
            assert not re.search(
                r"<style|\sstyle=|<script(?! src=\"/static/form.js\" defer>)|\son[a-z]+=|https?://", reply.text
            )


def test_no_path_says_who_it_is_about(client):
    visitor = begun(at_the_desk(client), "uncomplicated-uti")
    paths = re.findall(r'(?:href|action)="([^"#]*)', visitor.page.words)
    assert paths
    assert not [one for one in paths if "Charlie" in one or "999" in one.replace(visitor.consultation, "")]


def test_an_error_tells_where_and_nothing_of_what(tmp_path, monkeypatch, nothing_leaks):
    with open_form(tmp_path) as client:
        visitor = begun(at_the_desk(client), "uncomplicated-uti")

        def fails(*_):
            raise RuntimeError("Charlie Training 9990000018")

        monkeypatch.setattr("pharmacyfirst.web.pages.outcome.did_shown", fails)
        page = visitor.go(f"{visitor.consultation}/outcome")
    assert visitor.reply.status_code == 500
    assert page.title == "Something went wrong"
    (line,) = [line for line in map(json.loads, nothing_leaks()) if line["level"] == "error"]
    assert (line["error"], line["method"], line["path"]) == ("RuntimeError", "GET", "/c/{id}/outcome")
    assert "test_at_the_desk.py" in line["places"]
    assert line["request"] in page.words
    assert "Charlie" not in str(line)


@pytest.mark.parametrize("path", [*(path for path, page in PAGES.items() if not page.open and path not in ONLY_ASKED)])
def test_each_page_that_takes_a_form_wants_it_from_a_page_of_ours_and_of_this_session(client, path):
    visitor = begun(at_the_desk(client), "uncomplicated-uti")
    id = visitor.consultation.removeprefix("/c/")
    there = path.format(id=id, number=1, pgd="nitrofurantoin", paper="letter.txt", name="x", form="x")
    fields = visitor.page.forms[visitor.path]
    if PAGES[path].file:
        headers = {name: value for name, value in SAME_ORIGIN.items() if name != "content-type"}
        reply = client.post(there, data={"token": "x" * 32}, files={"file": b"{}"}, headers=headers)
    else:
        visitor.post(there, fields | {"token": "x" * 32})
        reply = visitor.reply
    others = "Not for your role" in reply.text and not may(
        path, "POST", REGISTERED
    )  # of that the token is not read either
    assert (reply.status_code, others or "Not saved" in reply.text) == (403, True)
    body = "&".join(f"{name}={value}" for name in ("token",) for value in fields[name])
    reply = client.post(there, content=body, headers=SAME_ORIGIN | {"sec-fetch-site": "cross-site"})
    assert (reply.status_code, "did not come from a page of this form" in reply.text) == (403, True)


def test_a_body_beyond_the_bounds_ends_nobodys_time_at_the_desk(client):
    visitor = at_the_desk(client)
    assert client.post("/leave", content=b"a=" + b"x" * MOST_BYTES, headers=SAME_ORIGIN).status_code == 200
    assert visitor.go("/").title == "What is the patient here about?"


def test_a_body_that_does_not_say_how_long_it_is_is_read_no_further_than_the_bounds(client):
    at_the_desk(client)
    sent = []

    def parts():
        for _ in range(100):
            sent.append(1)
            yield b"x" * MOST_BYTES

    assert client.post("/begin", content=parts(), headers=SAME_ORIGIN).status_code == 413


def test_what_was_posted_while_hidden_is_not_forgotten_for_what_is_asked_for_after_it(client, clock):
    visitor = begun(at_the_desk(client), "uncomplicated-uti")
    visitor.go(f"{visitor.consultation}/page/1")
    path, fields = visitor.path, visitor.page.forms[visitor.path] | {"q-sepsis_suspected": "no"}
    clock.pass_seconds(QUIET_SECONDS)
    visitor.post(path, fields)
    visitor.go("/hide")
    visitor.send("/show", pin=PIN)
    assert 'name="q-sepsis_suspected" value="no" data-key="N" checked' in visitor.page.words


@pytest.mark.no_accounts
def test_leaving_the_desk_ends_the_session(client):
    visitor = at_the_desk(client)
    visitor.send("/leave")
    assert visitor.go("/").title == "Who is at the desk?"
