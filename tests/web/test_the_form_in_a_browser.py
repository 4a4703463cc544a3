"""The form in a real browser: by keyboard alone, at 320 pixels, without its script, and judged by axe-core on every page.

What it shows is kept under .cache/form, one picture a page, to be looked at.
"""

import shutil
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from test_every_outcome import CASES, DAY, DID, who
from visiting import NOW, PIN, Clock

from pharmacyfirst import Kind
from pharmacyfirst.kernel.questions import AGE, BORN
from pharmacyfirst.web.serve import application

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / ".cache" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / ".cache" / "form"
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MOST_KEYS = 95  # from the start page to a saved supply, the patient's details handed over: form.md, section 5


def serving(folder, **more):
    """The form on a port of its own, in a thread, and what stops it."""
    import uvicorn

    app = application(folder, **({"clock": Clock(), "log": lambda line: None} | more))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, access_log=False, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)

    def stop():
        server.should_exit = True
        thread.join()

    return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", stop


@pytest.fixture(scope="module")
def chromium():
    api = pytest.importorskip(
        "playwright.sync_api", reason="needs playwright: it is among the packages for development"
    )
    if BROWSER is None:
        pytest.skip("needs chromium: make system installs it")
    with api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    where, stop = serving(tmp_path_factory.mktemp("form"))
    yield where
    stop()


class Person:
    """Somebody in a browser, who counts the keys."""

    def __init__(self, browser, address, **context):
        self.page = browser.new_context(viewport={"width": 1280, "height": 800}, **context).new_page()
        self.address, self.keys, self.outside = address, 0, []
        self.page.on(
            "request", lambda request: self.outside.append(request.url) if not request.url.startswith(address) else None
        )
        self.page.on("pageerror", lambda error: self.outside.append(f"error in the script: {error}"))
        self.page.goto(address)
        if self.page.query_selector("#u-pin"):
            self.page.fill("#u-pin", PIN)
            self.page.click("text=Set it up")
        self.page.fill("#pin", PIN)
        self.page.click("text=Begin")

    def key(self, *names):
        for name in names:
            self.page.keyboard.press(name)
            self.keys += 1

    def begin(self, condition, practice="1"):
        self.page.goto(self.address)
        self.page.select_option("#practice", practice)
        self.page.click(f"button[value={condition}]")
        self.page.wait_for_selector("#answers")

    def turn_to(self, title):
        """A page by its step, until its own script has put the first question in focus: keys before that are nobody's."""
        self.page.click(f"nav >> text={title}")
        self.page.wait_for_selector(f"h1:has-text('{title}')")
        self.page.wait_for_load_state("load")
        self.page.wait_for_function("document.activeElement.closest('[data-row]') !== null")

    def has_answered(self, how_many, which="input[type=radio]"):
        """Whether so many answers come to be given, however slow the machine is, and no more of them soon after."""
        count = f"document.querySelectorAll('#answers {which}:checked').length"
        self.page.wait_for_function(f"{count} >= {how_many}", timeout=15_000)
        self.page.wait_for_timeout(450)
        return self.page.evaluate(count) == how_many

    @property
    def row(self):
        """The question in focus, once the server has answered what came before."""
        self.page.wait_for_timeout(30)
        return self.page.evaluate(
            "(document.activeElement.closest('[data-row]') || {dataset: {}}).dataset.row || document.activeElement.id"
        )

    @property
    def title(self):
        return self.page.text_content("h1")

    def answer(self, name, value):
        """One answer by the keys of the form."""
        row = self.page.locator(f"#row-{name}")
        if value is None:
            self.key("u")
        elif isinstance(value, bool):
            self.key("y" if value else "n")
        elif isinstance(value, (tuple, list)):
            assert not value, "only empty lists are answered by a key"
            self.key("n")
        elif row.locator("input[id$='-on']").count():
            since = datetime.fromisoformat(NOW) - timedelta(hours=float(value))
            self.key("9")
            self.typed(f"{since.day}/{since.month}/{since.year}", "Tab")
            self.typed(f"{since:%H:%M}", "Tab")
        elif row.locator("input[type=text]").count():
            self.typed(str(value), "Tab", "Tab")
        else:
            self.key(row.locator(f"input[value='{value}']").get_attribute("data-key"))

    def typed(self, words, *then):
        self.page.keyboard.type(words)
        self.keys += len(words)
        self.key(*then)

    def answer_all(self, facts):
        """Page after page until the outcome is shown."""
        known = {"share": True, "look": True, "by": "patient", "viewed": "GP record"} | facts
        for _ in range(14):
            if self.page.url.endswith("/outcome"):
                return
            for _ in range(40):
                row = self.row
                if row == "continue":
                    break
                self.answer(row, known.get(row))
            with self.page.expect_navigation():
                self.key("Enter")
        raise AssertionError(f"no outcome: {self.title} {self.row}")

    def look(self, name):
        """Keep a picture, and have axe judge the page; no word of ours may be wider than the window."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
        wide, window = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= window, f"{name} scrolls sideways"
        if AXE.exists():
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
            found = self.page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
            assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == [], name


def simple(facts):
    """Whether every list among the facts is empty, so that a key answers it."""
    return not any(isinstance(value, (list, tuple)) and value for value in facts.values())


def one_of(kind):
    cases = [param.values[0] for param in CASES]
    return next(case for case in cases if case.expected.kind is kind and simple(dict(case.facts)))


@pytest.fixture
def person(chromium, address):
    found = Person(chromium, address)
    yield found
    assert found.outside == []
    found.page.context.close()


def fill_who(person, case):
    """The age that the case has; the rest of the practice patient stays."""
    for name, value in who(case).items():
        if name.startswith("p-born") or name in ("p-consenter",):
            person.page.evaluate("([id, value]) => { document.getElementById(id).value = value; }", [name, value])
        elif name in ("p-by",):
            person.page.check(f"input[name={name}][value='{value}']")
        elif name in ("p-relationship", "p-competence"):
            person.page.evaluate("([id, value]) => { document.getElementById(id).value = value; }", [name, value])
    first = person.page.query_selector("#p-share-0")
    first.focus()


def test_a_supply_by_keyboard_alone_in_at_most_as_many_keys_as_were_set(person):
    case = next(
        param.values[0]
        for param in CASES
        if param.values[0].pathway == "uncomplicated-uti" and param.values[0].expected.kind is Kind.SUPPLY
    )
    person.begin(case.pathway)
    person.look("patient")
    person.answer_all({name: value for name, value in dict(case.facts).items() if name not in (AGE, BORN)})
    assert person.title == "May be supplied"
    person.look("may-be-supplied")
    person.page.locator(".pf-supply").focus()
    with person.page.expect_navigation():
        person.key("Enter")
    person.look("supply")
    person.page.focus("#s-batch")
    person.typed("AB1234", "Tab")
    person.typed("05 2028", "Tab", "Tab")
    person.key("1")
    person.page.focus("#s-charge")
    person.key("ArrowDown", "Tab", "ArrowDown")
    with person.page.expect_navigation():
        person.page.focus("#continue")
        person.key("Enter")
    assert person.title == "Saved: supplied nitrofurantoin"
    person.look("saved")
    assert person.keys <= MOST_KEYS


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.SUPPLY], ids=lambda kind: kind.word)
def test_every_kind_of_outcome_by_the_keys(person, kind):
    case = one_of(kind)
    facts = {name: value for name, value in dict(case.facts).items() if name not in (AGE, BORN)}
    person.begin(case.pathway)
    fill_who(person, case)
    by = {"by": "parent or guardian"} if who(case)["p-by"] != "patient" else {}
    person.answer_all(facts | by)
    person.look(kind.word.replace(" ", "-"))
    person.page.check(f"input[name=o-did][value='{DID[kind]['o-did']}']")
    if "o-accepted" in DID[kind]:
        person.page.fill("#o-accepted", DID[kind]["o-accepted"])
    with person.page.expect_navigation():
        person.page.click("#did button.nhsuk-button")
    assert person.title.startswith("Saved: "), person.page.text_content("main")


def test_a_key_that_is_held_down_answers_one_question(person):
    person.begin("uncomplicated-uti")
    person.turn_to("Red flags")
    for repeat in range(12):
        person.page.evaluate(
            "repeat => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'n', repeat, bubbles: true, cancelable: true}))",
            repeat > 0,
        )
    assert person.has_answered(1)


def test_ten_quick_keys_answer_ten_questions_and_none_is_skipped(person):
    person.begin("acute-sore-throat")
    person.turn_to("Red flags")
    shown = person.page.locator(".pf-row[id^=row-]:visible").count()
    person.key(*["n"] * shown)
    assert person.has_answered(shown, "input[value=no]")
    assert person.row == "continue"


def test_a_question_that_has_just_appeared_is_the_next(person):
    person.begin("uncomplicated-uti")
    person.turn_to("Before nitrofurantoin")
    for _ in range(20):
        if person.row == "known_kidney_disease":
            break
        person.key("n")
    person.key("y")
    person.page.wait_for_selector("#row-egfr_ml_min:visible", timeout=15_000)
    person.page.wait_for_timeout(450)
    assert person.row == "egfr_ml_min"


def test_the_keys_go_on_where_the_server_does_not_answer(person):
    person.begin("acute-sore-throat")
    person.turn_to("Red flags")
    person.page.route("**/live/*", lambda route: route.abort())
    person.key("n", "n", "n")
    assert person.has_answered(3, "input[value=no]")
    assert "Not checked" in person.page.text_content("#saved")


def test_every_page_at_320_pixels(chromium, address):
    person = Person(chromium, address)
    person.page.set_viewport_size({"width": 320, "height": 640})
    person.page.goto(address)
    person.look("320-start")
    person.begin("shingles")
    links = person.page.eval_on_selector_all(".pf-steps a", "links => links.map(link => link.href)")
    for number, link in enumerate(links):
        person.page.goto(link)
        person.look(f"320-{number}")
    person.page.goto(links[-1].replace("outcome", "end"))
    person.look("320-end")


def test_without_its_script_everything_goes_by_continue(chromium, address):
    person = Person(chromium, address, java_script_enabled=False)
    person.begin("uncomplicated-uti")
    assert not person.page.is_visible("#keys")
    assert not person.page.is_visible("#paste")
    person.page.goto(person.page.url.replace("patient", "page/1"))
    person.page.check("#q-sepsis_suspected-0")
    person.page.click("#continue")
    assert person.title == "Send to A&E now"


def test_after_quiet_seconds_the_patient_is_hidden_and_what_was_typed_stays(chromium, tmp_path):
    where, stop = serving(tmp_path, quiet=1.5)
    try:
        person = Person(chromium, where)
        person.begin("uncomplicated-uti")
        person.page.fill("#p-telephone, #p-address", "12 Somewhere")
        person.page.wait_for_selector(".pf-veil")
        assert not person.page.is_visible(".pf-bar")
        person.page.screenshot(path=PICTURES / "hidden.png")
        person.page.fill("#veil", PIN)
        person.key("Enter")
        person.page.wait_for_selector(".pf-veil", state="detached")
        assert person.page.input_value("#p-address") == "12 Somewhere"
        assert person.page.is_visible(".pf-bar")
    finally:
        stop()


def test_a_day_of_the_form_is_that_of_its_clock():
    assert str(DAY) == NOW[:10]
