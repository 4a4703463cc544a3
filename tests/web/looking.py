"""Somebody who looks at the form in a real browser: fixtures and hands for tests of single pages."""

import shutil
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from test_every_outcome import CASES, who
from visiting import NOW, PIN, Clock

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

    app = application(folder, **({"clock": Clock()} | more))
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
            back = (datetime.fromisoformat(NOW).date() - since.date()).days
            self.key(str(min(back, 8) + 1))
            if back >= 8:
                self.typed(f"{since.day}/{since.month}/{since.year}", "Tab")
            self.page.wait_for_timeout(450)  # where the time matters its box is in focus once the server has said so
            if self.page.evaluate("document.activeElement.id.endsWith('-time')"):
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
