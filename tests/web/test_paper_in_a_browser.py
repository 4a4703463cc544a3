"""In a real browser: a consultation entered from paper, what was typed and not continued, and the time of a day where it matters."""

import looking
import pytest
from looking import fill_who, one_of
from test_every_outcome import LIBRARY, who

from pharmacyfirst import Kind
from pharmacyfirst.kernel.questions import AGE, BORN

pytestmark = pytest.mark.system
chromium, address, person = looking.chromium, looking.address, looking.person


def test_the_time_of_a_day_is_asked_where_it_matters_and_nowhere_else(person):
    found = [(one.id, page, q) for one in LIBRARY.newest_all() for page, q in moments(one)]
    assert found
    for condition, title, question in found:
        person.begin(condition)
        person.turn_to(title)
        asked = set()
        for day in range(1, 9):
            row = person.page.locator(f"#row-{question}")
            if not row.is_visible():
                break
            row.locator(f"input[data-key='{day}']").focus()
            with person.page.expect_response("**/live/*") as reply:
                person.key(str(day))
            matters = question in reply.value.json()["times"]
            person.page.wait_for_selector(f"[data-time={question}]", state="visible" if matters else "hidden")
            asked |= {day} if matters else set()
        assert 0 < len(asked) < 8, (condition, asked)
    person.look("time-matters")


def moments(pathway):
    """The questions about hours that anybody may be asked, with their pages."""
    for page in pathway.pages:
        for name in page.facts:
            question = pathway.questions[name]
            if question.moment is not None and question.asked_when is None:
                yield page.title, name


def test_what_was_typed_is_there_again_after_a_crash_and_is_continued(person):
    person.begin("acute-sore-throat")
    person.turn_to("Red flags")
    person.key("n", "n")
    assert person.has_answered(2, "input[value=no]")
    with person.page.expect_response("**/keep/*") as kept:
        person.page.evaluate("dispatchEvent(new Event('pagehide'))")
    assert kept.value.status == 200
    person.page.reload()
    person.page.wait_for_selector("text=was not continued")
    assert person.has_answered(2, "input[value=no]")
    person.look("typed-before")
    shown = person.page.locator(".pf-row[id^=row-]:visible").count()
    person.key(*["n"] * (shown - 2))
    assert person.has_answered(shown, "input[value=no]")
    with person.page.expect_navigation():
        person.key("Enter")
    assert person.title != "Red flags", person.page.text_content("main")


def test_a_paper_consultation_is_entered_by_the_same_keys(person):
    case = one_of(Kind.SELF_CARE)
    person.page.goto(person.address)
    person.page.click("text=Enter a paper consultation")
    person.look("paper")
    person.page.select_option("#w-condition", case.pathway)
    person.page.fill("#w-day", "20/11/2026")
    person.page.fill("#w-began", "14:05")
    person.page.fill("#w-ended", "14:20")
    person.page.fill("#w-because", "the system was down")
    person.page.check("#w-by-0")
    person.page.select_option("#w-practice", "1")
    with person.page.expect_navigation():
        person.page.click("#continue")
    person.page.wait_for_selector("#answers")
    person.look("paper-patient")
    fill_who(person, case)
    by = {"by": "parent or guardian"} if who(case)["p-by"] != "patient" else {}
    person.answer_all({name: value for name, value in dict(case.facts).items() if name not in (AGE, BORN)} | by)
    assert "What was done, as the paper says?" in person.page.text_content("main")
    person.look("paper-outcome")
    person.page.goto(person.page.url.replace("outcome", "paper"))
    person.look("paper-step")
    person.page.click("nav >> text=Outcome")
    person.page.check("input[name=o-did][value=advised]")
    with person.page.expect_navigation():
        person.page.click("#did button.nhsuk-button")
    assert "entered from paper on 21 November 2026" in person.page.text_content("main")
    person.look("paper-saved")


def test_what_a_paper_form_says_was_handed_over_at_320_pixels(person):
    person.page.set_viewport_size({"width": 320, "height": 640})
    person.page.goto(f"{person.address}/paper")
    person.look("320-paper")
    case = one_of(Kind.SUPPLY)
    for name, value in (
        ("day", "19/11/2026"),
        ("began", "14:05"),
        ("ended", "14:20"),
        ("because", "the system was down"),
    ):
        person.page.fill(f"#w-{name}", value)
    person.page.check("#w-by-0")
    person.page.select_option("#w-condition", case.pathway)
    person.page.select_option("#w-practice", "1")
    with person.page.expect_navigation():
        person.page.click("#continue")
    with person.page.expect_navigation():
        person.page.click("nav >> text=Outcome")
    person.look("320-paper-outcome")
    with person.page.expect_navigation():
        person.page.click("a[href*='/handed-over/']")
    person.look("320-handed-over")
