"""Where people have accounts: whom the pharmacy's system hands over, who may be at the desk, what was on paper, and a record that is read alone."""

import json
import re

import pytest
from test_every_outcome import supplied
from test_handing_over import ASKED_BY, SECRET, link_of, sent
from test_people_sign_in import ELSEWHERE, sign_in, token
from test_real_patients import adopted, to_the_outcome
from visiting import ACCOUNTS, PASSWORD, PIN, Clock, Visitor, at_the_desk, handed_over, open_form, with_account

from pharmacyfirst.people import REGISTERED, open_people
from pharmacyfirst.web.app import ONLY_ASKED, PAGES, form
from pharmacyfirst.web.place import HERE, WhereServed
from pharmacyfirst.web.who_may import OPEN

OVER_TLS = WhereServed(("pharmacy.example",), certificate="c", key="k")


@pytest.fixture
def desk(tmp_path):
    for word in ACCOUNTS:
        with_account(tmp_path, Clock(), word)
    with open_form(tmp_path) as client:
        yield at_the_desk(client, **{"u-adoption": str(adopted(tmp_path))}), tmp_path


def alone(visitor):
    """The same browser, in which nobody has signed in."""
    visitor.client.cookies.clear()
    return Visitor(visitor.client)


# Handed over


def test_a_link_waits_until_somebody_has_signed_in_and_opens_then(desk):
    visitor, folder = desk
    link = link_of(visitor, folder).partition("#")[2]
    somebody = alone(visitor)
    assert somebody.post("/handed-over", {"link": link}).title == "Sign in"
    assert SECRET not in somebody.page.words
    assert "Robin" not in somebody.page.words  # nor is it told who there is
    somebody.send("/who", word="robin", password="not the password")
    assert "This is not right" in somebody.page.words
    somebody.send("/who", word="robin", password=PASSWORD)
    assert (somebody.page.title, SECRET in somebody.page.words) == ("Patient", True)
    assert "Robin Sample, GPhC 2999999" in somebody.page.words


@pytest.mark.parametrize("word", [word for word, one in ACCOUNTS.items() if one.roles.isdisjoint(REGISTERED)])
def test_a_link_opens_for_the_registered_alone_and_goes_on_waiting(desk, word):
    visitor, folder = desk
    link = link_of(visitor, folder).partition("#")[2]
    somebody = alone(visitor)
    somebody.post("/handed-over", {"link": link})
    somebody.send("/who", word=word, password=PASSWORD)
    assert (somebody.page.title, somebody.reply.status_code) == ("Not for your role", 403)
    assert somebody.post("/handed-over", {"link": link}).title == "Not for your role"
    assert SECRET not in somebody.page.words
    robin = sign_in(alone(visitor).client)
    assert robin.post("/handed-over", {"link": link}).title == "Patient"


def test_a_link_goes_on_waiting_for_who_has_still_to_choose_a_password(desk):
    visitor, folder = desk
    link = link_of(visitor, folder).partition("#")[2]
    with open_people(folder, Clock()) as people:
        made = people.one_time_password(people.who_signs_in_as("sam").id, by="a test")
    sam = alone(visitor)
    sam.post("/handed-over", {"link": link})
    sam.send("/who", word="sam", password=made)
    assert (sam.page.title, SECRET in sam.page.words) == ("Nothing was opened", False)
    assert "Choose first what your account asks of you" in sam.page.words
    assert sign_in(alone(visitor).client).post("/handed-over", {"link": link}).title == "Patient"


def test_a_patient_is_handed_over_to_somebody_registered_who_may_come_in(desk):
    visitor, folder = desk
    asked = {"asked_by": ASKED_BY | {"for_practitioner": "5999998"}}
    assert handed_over(visitor.client, sent(**asked), folder).status_code == 201
    with open_people(folder, Clock()) as people:
        people.disable(people.who_signs_in_as("sam").id, by="a test")
    refused = handed_over(visitor.client, sent(**asked), folder)
    assert (refused.status_code, "nobody of this GPhC number" in refused.json()["error"]) == (422, True)


def test_a_system_hands_over_from_this_machine_alone_also_where_others_reach_the_form(tmp_path):
    assert HERE.came_from_here("anybody")  # nobody else reaches it
    assert OVER_TLS.came_from_here("127.0.0.1")
    assert not OVER_TLS.came_from_here("192.168.1.4")
    with_account(tmp_path, Clock())
    with open_form(tmp_path, place=ELSEWHERE) as client:
        through = {"host": "pharmacy.example", "x-forwarded-proto": "https"}
        reply = handed_over(client, sent(), tmp_path, **through)
        assert (reply.status_code, "on this machine" in reply.json()["error"]) == (403, True)
        reply = handed_over(client, sent(), tmp_path, host="other.example")
        assert (reply.status_code, "another name" in reply.json()["error"]) == (403, True)


def test_the_link_begins_as_browsers_reach_the_form(tmp_path):
    with_account(tmp_path, Clock())
    with open_form(tmp_path, place=WhereServed(certificate="c", key="k")) as client:
        client.base_url = "https://127.0.0.1:8080"
        visitor = at_the_desk(client)
        assert link_of(visitor, tmp_path).startswith("https://127.0.0.1:8080/handed-over#")


def test_no_path_but_files_and_the_way_out_answers_another_name(tmp_path):
    with open_form(tmp_path) as client:
        for route in form(lambda: None).routes:
            if route.path in ("/leave", "/static/{name}", "/favicon.ico"):
                continue
            where = re.sub(r"\{\w+\}", "x", route.path)
            method = "POST" if "GET" not in route.methods else "GET"
            reply = client.request(method, where, headers={"host": "other.example"})
            assert (reply.status_code, "on this machine alone" in reply.text) == (403, True), route.path


# Who may be at the desk, and on paper


def test_nobody_is_let_in_beside_the_accounts(desk):
    visitor, folder = desk
    kept = (folder / "pharmacy.json").read_text()
    added = {"do": "add", "n-family": "New", "n-given": "Alex", "n-gphc": "2999997", "n-pin": PIN}
    assert visitor.go("/at-the-desk").title == "Robin Sample"
    assert visitor.post("/at-the-desk", added | {"token": token(visitor)}).title == "Robin Sample"
    assert (folder / "pharmacy.json").read_text() == kept
    assert json.loads(kept)["people"] == []
    assert "/at-the-desk" not in visitor.go("/").words
    assert alone(visitor).post("/who", {"gphc": "2999997", "pin": PIN}).title == "Sign in"


def test_who_held_a_consultation_on_paper_is_chosen_among_the_registered_who_have_accounts(desk):
    visitor, _ = desk
    words = visitor.go("/paper").words
    assert "Robin Sample, GPhC 2999999" in words
    assert "Sam Other, GPhC 5999998" in words
    assert "Alex Example" not in words


# A record that is read alone


def test_who_reads_a_record_finds_nothing_there_that_is_not_for_them(desk):
    visitor, _ = desk
    id = to_the_outcome(visitor)
    supplied(visitor)
    assert f'href="/r/{id}/correct"' in visitor.page.words
    reader = sign_in(alone(visitor).client, "rev")
    words = reader.go(f"/r/{id}").words
    assert reader.page.title == "Saved: supplied nitrofurantoin"
    links = {one for one in re.findall(r'href="([^"#]*)"', words) if one.startswith("/r/")}
    links.discard(f"/r/{id}/label.pdf")  # the same path as every other paper, and it takes what draws a PDF
    assert f"/r/{id}/page.html" in links
    assert [one for one in links if reader.go(one).title == "Not for your role"] == []
    for part in ("correct", "message", "told", "incident", "claim"):
        assert (reader.go(f"/r/{id}/{part}").title, reader.reply.status_code) == ("Not for your role", 403), part


def test_whatever_is_open_shows_nobody():
    assert {path for path, page in PAGES.items() if page.open} == {"/setting-up", "/who", "/handed-over"}
    assert "/setting-up" not in OPEN
    assert "/handover" not in ONLY_ASKED
