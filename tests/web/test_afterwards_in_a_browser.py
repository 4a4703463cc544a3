"""The pages of what comes after a record, in a real browser: judged by axe-core, narrow and wide, and the page before closing on paper."""

from contextlib import closing

import pytest
from in_a_browser import VIEWS, Person, desk_of, serving
from test_real_patients import a_record, adopted
from visiting import Clock, a_number, at_the_desk, begun, open_form

from pharmacyfirst.ledger import open_ledger
from pharmacyfirst.sending.outbox import Outbox
from pharmacyfirst.sending.standing import Happened, MessageEvent
from pharmacyfirst.store import open_store
from pharmacyfirst.store.store import FILE

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """A pharmacy in which there is something of everything; the ids of a supply told by letter, one by a message that failed, and a correction."""
    folder = tmp_path_factory.mktemp("form")
    with open_form(folder) as client:
        visitor = at_the_desk(client, **{"u-adoption": str(adopted(folder)), "u-mailbox": "X26OT000"})
        letter, message = a_record(visitor), a_record(visitor, **{"p-nhs_number": a_number()})
        visitor.go(f"/r/{letter}/incident")
        visitor.send(f"/r/{letter}/incident", i__do="report", i__what="the label was on another bag")
        begun(visitor, "shingles", "")
        visitor.go(f"/r/{message}/correct")
        visitor.send(f"/r/{message}/correct", r__because="the address was mistyped")
        correction = visitor.consultation.removeprefix("/c/")
    with closing(open_ledger(folder / FILE)) as ledger:
        outbox = Outbox(ledger)
        (bundle,) = outbox.to_send()
        outbox.begin_post(bundle, Clock()())
        outbox.record(bundle, MessageEvent(Happened.REFUSED, Clock()(), code="EPL-153"))
    with serving(folder) as where:
        yield where, letter, message, correction, folder


@pytest.mark.parametrize("seen", VIEWS[:2], ids=lambda seen: seen.name)
def test_every_page_of_what_comes_after(chromium, left, seen):
    where, letter, message, correction, _ = left
    person = Person(chromium, where, desk_of(chromium, where), seen)
    pages = {
        "start": "/", "record": f"/r/{letter}", "record-message": f"/r/{message}", "message": f"/r/{message}/message", "told": f"/r/{letter}/told",
        "incident": f"/r/{letter}/incident", "claim": f"/r/{letter}/claim", "claims": "/claims", "closing": "/closing", "activity": "/activity",
        "correct": f"/r/{letter}/correct", "correcting": f"/c/{correction}/outcome", "correcting-supply": f"/c/{correction}/supply/nitrofurantoin",
        "xml": f"/r/{message}/message.xml",
    }  # fmt: skip
    for name, path in pages.items():
        person.page.goto(where + path)
        person.look(f"after-{name}")
    person.leave()


def test_the_page_before_closing_is_printed_without_what_is_for_the_screen(chromium, left):
    where = left[0]
    person = Person(chromium, where, desk_of(chromium, where))
    person.page.goto(f"{where}/closing")
    person.page.emulate_media(media="print")
    assert not person.page.is_visible(".pf-head")
    assert not person.page.is_visible("text=print this page from the browser")
    assert person.page.is_visible("h1:has-text('Before closing')")
    person.look("after-closing-on-paper", judged=False)
    person.leave()


def test_a_record_is_corrected_in_the_browser_by_continue_alone(chromium, left):
    where, letter, _, _, folder = left
    person = Person(chromium, where, desk_of(chromium, where))
    person.page.goto(f"{where}/r/{letter}")
    person.page.click("text=Correct this record")
    person.page.fill("#r-because", "the telephone number was missing")
    person.page.click("#continue")
    person.page.wait_for_selector("#answers")
    person.look("after-correcting-patient")
    for _ in range(12):
        if person.page.url.endswith("/outcome"):
            break
        with person.page.expect_navigation():
            person.page.click("#continue")
    person.look("after-correcting-finish")
    with person.page.expect_navigation():
        person.page.click("text=What was done stays as it is")
    assert person.title == "Saved: supplied nitrofurantoin", person.page.text_content("main")
    assert person.page.is_visible("text=It takes the place of")
    id = person.page.url.rpartition("/")[2]
    with open_store(folder, Clock()) as store:
        assert store.records.record(id).corrects == letter
    person.leave()
