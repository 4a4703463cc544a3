"""In a real browser: a consultation entered from paper, what was typed and not continued, and the time of a day where it matters."""

import pytest
from in_a_browser import LIBRARY, Person, desk_of, facts_of, first_case, patient_of, serving

from pharmacyfirst import Kind

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def desk(chromium, tmp_path_factory):
    with serving(tmp_path_factory.mktemp("form")) as address:
        yield address, desk_of(chromium, address)


@pytest.fixture
def person(chromium, desk):
    found = Person(chromium, *desk)
    yield found
    found.leave()


def turn_to(person, title):
    """A page by its step, until its own script has put the first question in focus: keys before that are nobody's."""
    person.page.click(f"nav >> text={title}")
    person.page.wait_for_selector(f"h1:has-text('{title}')")
    person.page.wait_for_load_state("load")
    person.page.wait_for_function("document.activeElement.closest('[data-row]') !== null")


def has_answered(person, how_many, which="input[type=radio]"):
    """Whether so many answers come to be given, however slow the machine is, and no more of them soon after."""
    count = f"document.querySelectorAll('#answers {which}:checked').length"
    person.page.wait_for_function(f"{count} >= {how_many}", timeout=15_000)
    person.page.wait_for_timeout(450)
    return person.page.evaluate(count) == how_many


def a_case(kind):
    """A case that comes out so, whatever condition it is of."""
    return next(filter(None, (first_case(condition, kind) for condition in LIBRARY.conditions)))


def test_the_time_of_a_day_is_asked_where_it_matters_and_nowhere_else(person):
    found = [(one.id, page, q) for one in LIBRARY.newest_all() for page, q in moments(one)]
    assert found
    for condition, title, question in found:
        person.begin(condition, "1")
        turn_to(person, title)
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
    person.begin("acute-sore-throat", "1")
    turn_to(person, "Red flags")
    person.key("n", "n")
    assert has_answered(person, 2, "input[value=no]")
    with person.page.expect_response("**/keep/*") as kept:
        person.page.evaluate("dispatchEvent(new Event('pagehide'))")
    assert kept.value.status == 200
    person.page.reload()
    person.page.wait_for_selector("text=was not continued")
    assert has_answered(person, 2, "input[value=no]")
    person.look("typed-before")
    shown = person.page.locator(".pf-row[id^=row-]:visible").count()
    person.key(*["n"] * (shown - 2))
    assert has_answered(person, shown, "input[value=no]")
    with person.page.expect_navigation():
        person.key("Enter")
    assert person.title != "Red flags", person.page.text_content("main")


def test_a_paper_consultation_is_entered_by_the_same_keys(person):
    case = a_case(Kind.SELF_CARE)
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
    person.answer_all(facts_of(case), patient_of(case))
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
    case = a_case(Kind.SUPPLY)
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
