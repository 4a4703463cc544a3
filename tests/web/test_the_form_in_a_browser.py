"""The form in a real browser: every condition to a supply and every kind of outcome by keyboard alone, with its script and without, at any
size, zoom and contrast, judged by axe-core; what the keys do under stress; printed; and the record that each of them leaves behind.

The large product of it all: `make thorough PART=browser`. The pictures are to be looked at: .cache/form, or where PHARMACYFIRST_PICTURES says.
"""

import pytest
from in_a_browser import (
    DAY,
    LIBRARY,
    MAILBOX,
    NOBODY,
    VIEWS,
    Person,
    adopted,
    desk_of,
    facts_of,
    first_case,
    patient_of,
    serving,
    whole,
)
from visiting import NOW, PIN

from pharmacyfirst import Kind

pytestmark = pytest.mark.system
QUIET_SECONDS = 300
CASES = {kind: next(filter(None, (first_case(one, kind) for one in LIBRARY.conditions)), None) for kind in Kind}
OTHERS = [kind for kind, case in CASES.items() if kind is not Kind.SUPPLY and case is not None]


@pytest.fixture(scope="module")
def desk(chromium, tmp_path_factory):
    """The form of a pharmacy that has adopted everything: its address, what the browser keeps of who is at the desk, and its data."""
    folder = tmp_path_factory.mktemp("form")
    file = adopted(tmp_path_factory.mktemp("adoption"))
    with serving(folder) as address:
        yield address, desk_of(chromium, address, **{"u-adoption": str(file), "u-mailbox": MAILBOX}), folder


@pytest.fixture
def somebody(chromium, desk):
    """Somebody at the desk, as they see the form, until they leave it."""
    there = []

    def comes(seen=VIEWS[0], script=True):
        there.append(Person(chromium, *desk[:2], seen, script))
        return there[-1]

    yield comes
    for person in there:
        person.leave()


class Album:
    """Each kind of page is kept once for each way to see it; axe judges it once in each size, which is all that can tell for it."""

    def __init__(self):
        self.kept = set()

    def of(self, person):
        def look():
            new = {(person.kind, person.seen.name), (person.kind, person.seen.width)} - self.kept
            self.kept |= new
            if new:
                person.look(person.kind, judged=(person.kind, person.seen.width) in new)

        return look


@pytest.fixture(scope="module")
def album():
    return Album()


def by_turns(at):
    """How the consultation of this number is held: as it is seen, and with the script or without."""
    return VIEWS[at % len(VIEWS)], at % 2 == 0


def practice_patient(at):
    """Every third is a training patient; the others have no NHS number."""
    return "1" if at % 3 == 0 else ""


# What is still a draft is supplied to training patients alone: test_services_in_a_browser.py carries each of those through.
PUBLISHED = [one.id for one in LIBRARY.newest_all() if first_case(one.id) and not one.edition.draft]


@pytest.mark.parametrize("condition", PUBLISHED)
def test_each_condition_to_a_saved_supply_by_keyboard_alone(somebody, desk, album, condition):
    at = LIBRARY.conditions.index(condition)
    person, case, practice = somebody(*by_turns(at)), first_case(condition), practice_patient(at)
    look = album.of(person)
    person.begin(condition, practice)
    person.answer_all(facts_of(case), patient_of(case, {} if practice else NOBODY), look)
    assert person.title == "May be supplied"
    person.supply(look)
    assert person.title.startswith("Saved: supplied "), person.page.text_content("main")
    record = whole(desk[2], person.consultation, case)
    assert (record.patient.nhs_number is not None, record.practice) == (bool(practice), bool(practice))
    assert (record.supplies[0].permit is not None) == (not practice)


@pytest.mark.parametrize("kind", OTHERS, ids=lambda kind: kind.word)
def test_every_other_kind_of_outcome_by_keyboard_alone(somebody, desk, album, kind):
    at = OTHERS.index(kind) + 1
    case = CASES[kind]
    person, practice = somebody(*by_turns(at)), practice_patient(at)
    look = album.of(person)
    person.begin(case.pathway, practice)
    person.answer_all(facts_of(case), patient_of(case, {} if practice else NOBODY), look)
    person.finish(kind, look)
    assert person.title.startswith("Saved: "), person.page.text_content("main")
    whole(desk[2], person.consultation, case)


def test_letters_twice_as_large_are_so_and_nothing_scrolls_sideways(somebody):
    person = somebody(VIEWS[-1])
    red_flags(person)
    assert person.page.evaluate("getComputedStyle(document.querySelector('#answers legend')).fontSize") == "32px"
    widths = "[...document.querySelectorAll('#answers legend')].map((one) => one.clientWidth).filter((one) => one)"
    assert min(person.page.evaluate(widths)) > 400
    person.look("large-red-flags")


def test_what_is_in_focus_and_what_is_chosen_show_in_forced_colours(somebody):
    person = somebody(next(one for one in VIEWS if one.name == "forced-colours"))
    red_flags(person)
    assert person.page.evaluate("matchMedia('(forced-colors: active)').matches")
    assert person.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    person.key("y")
    person.page.wait_for_selector("#stop.pf-stop")
    assert person.page.evaluate("parseFloat(getComputedStyle(document.querySelector('#stop')).borderLeftWidth)") >= 3
    assert (
        person.page.evaluate("getComputedStyle(document.querySelector('#answers input:checked')).appearance") != "none"
    )
    person.look("forced-stop")


def test_among_them_is_somebody_under_16_for_whom_a_parent_agrees():
    firsts = [first_case(condition) for condition in LIBRARY.conditions]
    assert [case for case in firsts if case and patient_of(case)["p-by"] == "parent or guardian"]


# Printed

NOT_BLACK_ON_WHITE = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()), style = getComputedStyle(one);
  const light = (colour, clear) => (colour.endsWith(", 0)") ? clear : Math.max(...colour.match(/[0-9.]+/g).slice(0, 3)));
  return own && one.checkVisibility() && style.clipPath === "none" && (light(style.color, 0) > 130 || light(style.backgroundColor, 255) < 225);
}).map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 40)}`)"""


def test_what_is_printed_is_black_on_white_and_has_no_buttons(somebody):
    person = somebody()
    person.begin("impetigo", "1")
    person.fill_page(patient_of(first_case("impetigo")) | {"q-consent_given": "yes"})
    person.load("Enter")
    person.tab_to(lambda at: at["name"] == "threat")
    person.load("Enter")
    assert person.title == "Dial 999 now"
    person.page.emulate_media(media="print")
    assert person.page.evaluate(NOT_BLACK_ON_WHITE) == []
    assert not person.page.is_visible("button")
    person.look("printed-outcome", judged=False)
    person.page.emulate_media(media="screen")
    person.finish(Kind.EMERGENCY)
    record = person.page.url
    person.page.emulate_media(media="print")
    for paper in ("leaflet", "letter", "page"):
        person.page.goto(f"{record}/{paper}.html")
        assert person.page.evaluate(NOT_BLACK_ON_WHITE) == [], paper
        person.look(f"printed-{paper}", judged=False)


# The keys under stress


def red_flags(person, condition="uncomplicated-uti", title="Red flags"):
    """A page of questions, once the script has put the first of them in focus: keys before that are nobody's."""
    person.begin(condition)
    person.page.goto(person.page.url.replace("patient", "page/1"))
    person.wait_for_row(person.page.locator(".pf-row:visible").first.get_attribute("data-row"))
    return person.page.locator(".pf-row:visible")


def test_a_key_that_is_held_down_answers_one_question(somebody):
    person = somebody()
    second = red_flags(person).nth(1).get_attribute("data-row")
    person.page.evaluate(
        """() => [...Array(12).keys()].forEach((at) => document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", {key: "n", repeat: at > 0, bubbles: true, cancelable: true})))"""
    )
    person.wait_for_row(second)
    assert person.page.locator("#answers input:checked").count() == 1


def test_a_page_of_questions_takes_a_key_for_each_and_one_more_however_quick(somebody):
    person = somebody()
    shown = red_flags(person, "acute-sore-throat").count()
    person.keys = 0
    person.key(*["n"] * shown)
    person.page.wait_for_function("() => document.activeElement.id === 'continue'")
    assert person.page.locator("#answers input[value=no]:checked").count() == shown
    person.load("Enter")
    assert person.title != "Red flags"
    assert person.keys == shown + 1


def test_a_question_that_has_just_appeared_is_the_next(somebody):
    person = somebody()
    person.begin("uncomplicated-uti")
    person.page.goto(person.page.url.replace("patient", "page/5#row-known_kidney_disease"))
    person.wait_for_row("known_kidney_disease")
    person.key("y")
    person.wait_for_row("egfr_ml_min")


def test_the_keys_go_on_where_the_server_does_not_answer(somebody):
    person = somebody()
    rows = red_flags(person, "acute-sore-throat")
    person.page.route("**/live/*", lambda route: route.abort())
    person.key("n", "n", "n")
    person.wait_for_row(rows.nth(3).get_attribute("data-row"))
    assert person.page.locator("#answers input[value=no]:checked").count() == 3
    person.page.wait_for_function("() => document.getElementById('saved').textContent.includes('Not checked')")


def test_whoever_is_quicker_than_so_far_comes_to_the_same_end(somebody, desk):
    person, case = somebody(), first_case("acute-sore-throat")
    person.context.route("**/live/*", lambda route: None)  # asked for, and never answered
    person.begin("acute-sore-throat")
    person.answer_all(facts_of(case), patient_of(case, NOBODY))
    assert person.title == "May be supplied"
    person.supply()
    whole(desk[2], person.consultation, case)


def test_after_quiet_minutes_the_patient_is_hidden_and_what_was_typed_stays(somebody):
    person = somebody()
    person.page.clock.install()
    person.begin("uncomplicated-uti")
    person.typed("Featherstonehaugh")
    person.page.clock.fast_forward(QUIET_SECONDS * 1000)
    person.page.wait_for_selector("#veil")
    assert not person.page.is_visible(".pf-bar")
    assert not person.page.is_visible("#p-family")
    person.look("hidden")
    person.typed(PIN)
    person.key("Enter")
    person.page.wait_for_selector(".pf-veil", state="detached")
    assert person.page.input_value("#p-family") == "Featherstonehaugh"
    assert person.page.is_visible(".pf-bar")


def test_a_day_of_the_form_is_that_of_its_clock():
    assert str(DAY) == NOW[:10]
