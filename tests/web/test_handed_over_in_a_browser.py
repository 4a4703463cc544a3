"""A handed-over patient in a real browser: the link's own part is taken out of the address and sent from there."""

import httpx2
import pytest
import test_the_form_in_a_browser as browsing
from test_handing_over import SECRET, sent
from test_the_form_in_a_browser import Person, serving

chromium = browsing.chromium


@pytest.fixture
def form(tmp_path):
    address, stop = serving(tmp_path)
    yield address, tmp_path
    stop()


def link_of(address, folder, **changes):
    """The link that the pharmacy's own system is given."""
    shows = {"authorization": f"Bearer {(folder / 'handover-secret').read_text().strip()}"}
    reply = httpx2.post(f"{address}/handover", content=sent(**changes), headers=shows)
    assert reply.status_code == 201, reply.text
    return reply.json()["link"]


def test_the_link_opens_the_patient_and_leaves_no_code_in_the_address(chromium, form):
    address, folder = form
    person = Person(chromium, address)
    person.page.goto(link_of(address, folder))
    person.page.wait_for_selector("#answers")
    assert person.title == "Patient"
    assert person.page.input_value("#p-family") == SECRET
    assert "#" not in person.page.url
    person.page.go_back()
    assert "#" not in person.page.url
    person.look("handed-over")
    assert person.outside == []
    person.page.context.close()


def test_it_waits_for_the_pin_and_without_the_script_the_code_is_typed(chromium, form):
    address, folder = form
    browsing.Person(chromium, address).page.context.close()  # the pharmacy is set up
    link = link_of(address, folder)
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.goto(link)
    page.fill("#link", link.partition("#")[2])
    page.click("button:has-text('Open')")
    page.fill("#pin", browsing.PIN)
    page.click("text=Begin")
    assert page.text_content("h1") == "Patient"
    assert page.input_value("#p-family") == SECRET
    page.context.close()
