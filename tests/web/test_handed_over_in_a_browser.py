"""A handed-over patient in a real browser: the link's own part is taken out of the address and sent from there."""

import httpx2
import pytest
from in_a_browser import Person, desk_of, facts_of, serving
from referrals import allergy as referred_allergy
from referrals import referral
from shipped import cases_of
from test_every_outcome import LIBRARY
from test_handing_over import PATIENT, SECRET, sent
from visiting import AGREES, PIN

from pharmacyfirst import Kind

pytestmark = pytest.mark.system


@pytest.fixture
def form(chromium, tmp_path):
    """The form with the training pharmacy set up: its address, its data, and what a browser keeps of who is at the desk."""
    with serving(tmp_path) as address:
        yield address, tmp_path, desk_of(chromium, address)


@pytest.fixture
def person(chromium, form):
    found = Person(chromium, form[0], form[2])
    yield found
    found.leave()


def link_of(address, folder, **changes):
    """The link that the pharmacy's own system is given."""
    shows = {"authorization": f"Bearer {(folder / 'handover-secret').read_text().strip()}"}
    reply = httpx2.post(f"{address}/handover", content=sent(**changes), headers=shows)
    assert reply.status_code == 201, reply.text
    return reply.json()["link"]


def test_the_link_opens_the_patient_and_leaves_no_code_in_the_address(person, form):
    address, folder, _ = form
    person.page.goto(address)
    person.page.goto(link_of(address, folder))
    person.page.wait_for_selector("#answers")
    assert person.title == "Patient"
    assert person.page.input_value("#p-family") == SECRET
    assert "#" not in person.page.url
    person.look("handed-over")
    person.page.go_back()
    assert "#" not in person.page.url


def test_it_waits_for_the_pin_and_without_the_script_the_code_is_typed(chromium, form):
    address, folder, _ = form
    link = link_of(address, folder)
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.goto(link)
    page.fill("#link", link.partition("#")[2])
    page.click("button:has-text('Open')")
    page.fill("#pin", PIN)
    page.click("text=Begin")
    assert page.text_content("h1") == "Patient"
    assert page.input_value("#p-family") == SECRET
    page.context.close()


MOST_KEYS = 95  # to the outcome of somebody who was handed over: form.md, section 5
CONDITION, ALLERGY = "acute-sore-throat", "penicillin_allergy"


def with_the_allergy():
    """Somebody who may be supplied, and has the allergy that the pharmacy's system knows of."""
    cases = [one for one in cases_of(LIBRARY, CONDITION) if one.expected.kind is Kind.SUPPLY]
    return next(
        one for one in cases if dict(one.facts).get(ALLERGY) is True and dict(one.facts).get("age_years", 0) >= 18
    )  # fmt: skip


def test_a_handed_over_patient_comes_to_a_supply_with_the_suggestion_confirmed_by_its_key(person, form):
    address, folder, _ = form
    case = with_the_allergy()
    patient = PATIENT | {"birth_date": f"{2026 - dict(case.facts)['age_years']}-01-02"}
    allergies = [{"words": "Amoxicillin: rash", "dated": "2019-05-01"}]
    person.page.goto(link_of(address, folder, pathway=CONDITION, patient=patient, allergies=allergies))
    person.page.wait_for_selector("#answers")
    person.keys = 0

    def confirm():
        """The suggestion, by its key, where it stands."""
        if person.page.locator(f"#row-{ALLERGY}:visible").count():
            person.tab_to(lambda at: at["row"] == ALLERGY)
            person.look("suggestion")
            person.key("c")
            assert person.page.is_checked(f"#q-{ALLERGY}-0")
            assert person.page.is_checked(f"#b-{ALLERGY}-0")

    person.answer_all(facts_of(case), {name: AGREES[name] for name in AGREES if name != "p-gender"}, confirm)
    assert person.page.locator(".pf-supply").count(), person.title
    assert person.keys <= MOST_KEYS
    print(f"{person.keys} keys from the link to the outcome")


def test_an_answer_otherwise_takes_the_tick_away(person, form):
    address, folder, _ = form
    allergies = [{"words": "Amoxicillin: rash"}]
    person.page.goto(link_of(address, folder, pathway=CONDITION, allergies=allergies))
    person.page.wait_for_selector("#answers")
    person.page.click("nav >> text=Allergies")
    person.page.wait_for_selector(f"#row-{ALLERGY}")
    person.page.check(f"#b-{ALLERGY}-0")
    assert person.page.is_checked(f"#q-{ALLERGY}-0")
    person.page.check(f"#q-{ALLERGY}-1")
    assert not person.page.is_checked(f"#b-{ALLERGY}-0")
    person.page.click("#continue")
    person.page.wait_for_selector("text=Why your answer stands against it")
    person.look("suggestion-against")
    person.page.set_viewport_size({"width": 320, "height": 640})
    person.look("320-suggestion-against")


def test_a_referral_is_taken_in_seen_and_begun_with(person, form, tmp_path_factory):
    address = form[0]
    person.page.goto(address)
    file = tmp_path_factory.mktemp("sent") / "message.json"
    file.write_bytes(referral(referred_allergy("Amoxicillin 250mg capsules")))
    person.page.click("text=Take in a referral")
    person.look("taking-in")
    person.page.set_input_files("#file", file)
    person.page.click("button:has-text('Take it in')")
    person.page.wait_for_selector("h1:has-text('Referral from')")
    person.look("referral")
    person.page.set_viewport_size({"width": 320, "height": 640})
    person.look("320-referral")
    person.page.goto(address)
    person.look("320-start-with-a-referral")
    person.page.set_viewport_size({"width": 1280, "height": 800})
    person.look("start-with-a-referral")
    person.page.click("text=Referral, Ann")
    person.page.wait_for_selector("h1:has-text('Referral from')")
    person.key("3")
    person.page.wait_for_selector("#answers")
    assert person.page.input_value("#p-family") == SECRET
    person.look("referred-patient")
