"""Somebody in a real browser who never takes the mouse, with the form's own keys or, without its script, with those of every browser.

They know the fields that a case fills (``visiting.filled``) and nothing of any condition. What they see is kept as pictures, to be looked
at: in the folder that PHARMACYFIRST_PICTURES names, else under .cache/form.
"""

import os
import re
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from in_chromium import AXE, found_by_axe
from shipped import cases_of
from test_every_outcome import DID, SUPPLIED, much, who
from visiting import CANARIES, LEAKS, NOW, PHARMACY, PIN, SECRET, Clock, Watched, filled

from pharmacyfirst import Kind, load
from pharmacyfirst.content.adoption_written import written
from pharmacyfirst.kernel.questions import AGE, BORN
from pharmacyfirst.record.examples import example_adoption
from pharmacyfirst.record.judged import judge
from pharmacyfirst.record.message import rules
from pharmacyfirst.record.message.update_record import NoMessage
from pharmacyfirst.record.papers.letter import letter_text
from pharmacyfirst.store import open_store
from pharmacyfirst.store.news import message_for
from pharmacyfirst.web.serve import application

ROOT = Path(__file__).resolve().parents[2]
PICTURES = Path(os.environ.get("PHARMACYFIRST_PICTURES", ROOT / ".cache" / "form"))
LIBRARY = load()
DAY = datetime.fromisoformat(NOW).date()
MAILBOX = "X26OT000"
MOST_STEPS = 400  # keys on one page before it is given up
# Somebody who is nobody: no NHS number, because every real one is somebody's.
NOBODY = {
    "p-family": SECRET, "p-given": "Ann", "p-address": "7 Nowhere Lane, Leeds", "p-postcode": "LS1 6AE", "p-practice_ods": "B86999",
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """How somebody sees the form: the size of the window, how far it is zoomed in, whether letters are large, colours and motion."""

    name: str
    width: int = 1280
    height: int = 800
    scale: float = 1
    large: bool = False
    media: dict = field(default_factory=dict)


VIEWS = (
    Seen("1280"),
    Seen("320", 320, 640),
    Seen("zoomed-to-400", 320, 256, 4),
    Seen("forced-colours", media={"forced_colors": "active"}),
    Seen("reduced-motion", media={"reduced_motion": "reduce"}),
    Seen("text-200", large=True),
)


# The form, and a browser


@contextmanager
def serving(folder, **more):
    """The form on a port of its own, in a thread: its address."""
    import uvicorn

    app = application(folder, **({"clock": Clock()} | more))
    app.add_middleware(Watched)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, access_log=False, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)  # so that a run that is stopped comes to its end
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def adopted(folder):
    """A file in which an organisation adopts every condition, as no real one did."""
    each = [example_adoption(LIBRARY.in_force(condition, DAY)) for condition in LIBRARY.conditions]
    documents = tuple(dict.fromkeys(one for adoption in each for one in adoption.documents))
    checked = {one.item: one for adoption in each for one in adoption.checked}
    people = tuple(replace(one, authorised_for=documents) for one in each[0].practitioners)
    whole = replace(each[0], documents=documents, checked=tuple(checked.values()), practitioners=people)
    path = folder / "adoption.yaml"
    path.write_text(written(whole), encoding="utf-8")
    return path


def desk_of(browser, address, **pharmacy):
    """What a browser keeps of somebody who has set the pharmacy up, where nobody has, and given their PIN."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    if page.query_selector("#u-pin"):
        for name, value in (PHARMACY | pharmacy).items():
            page.fill(f"#{name}", value)
        page.click("text=Set it up")
    page.fill("#pin", PIN)
    page.click("text=Begin")
    page.wait_for_selector("#start")
    kept = context.storage_state()
    context.close()
    return kept


# What stands in focus, what is not yet as it should be, and whether it can be seen

# Of what is in focus some part can be seen: nothing that stays in its place while the page is scrolled lies over all of it (WCAG 2.4.11).
HERE = """() => {
  const at = document.activeElement, named = at.name ? [...document.getElementsByName(at.name)] : [], row = at.closest("[data-row]");
  const folded = at.tagName === "SUMMARY" && !at.parentElement.open ? [...at.parentElement.querySelectorAll("[name]")].map((one) => one.name) : [];
  const seen = (one) => {
    const box = one.getBoundingClientRect(); // of what is longer than the window, the part that is in it
    const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth), over = Math.max(box.top, 0), under = Math.min(box.bottom, innerHeight);
    return [0.1, 0.5, 0.9].some((x) => [0.1, 0.5, 0.9].some((y) => {
      const top = document.elementFromPoint(left + x * (right - left), over + y * (under - over));
      return top !== null && (one.contains(top) || top.contains(one));
    }));
  };
  return {
    id: at.id, name: at.name || "", tag: at.tagName, type: at.type || "", value: at.value || "", form: at.form ? at.form.id : "",
    classes: at.className, row: row ? row.dataset.row : "", folded, checked: !!at.checked, place: named.indexOf(at),
    choices: named.map((one) => [one.value, ((one.dataset || {}).key || "").split(" ")[0], !!one.checked]),
    options: at.options ? [...at.options].map((one) => one.value) : [], chosen: at.selectedIndex,
    covered: at !== document.body && ![at, ...(at.labels || [])].some(seen),
  };
}"""
LEFT = """(fields) => Object.entries(fields).filter(([name, wanted]) => {
  const named = [...document.getElementsByName(name)].filter((one) => one.closest("[hidden]") === null);
  const held = named.filter((one) => (one.type === "radio" || one.type === "checkbox" ? one.checked : true)).map((one) => one.value);
  return named.length && held.sort().join() !== [].concat(wanted).sort().join();
}).map(([name]) => name)"""

MOVES = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const style = getComputedStyle(one);
  return style.animationName !== "none" || style.transitionDuration.split(",").some((many) => parseFloat(many) > 0);
}).map((one) => one.className || one.tagName)"""


def _large(route):
    """Our style sheet for a browser whose letters begin twice as large."""
    answer = route.fetch()
    route.fulfill(response=answer, body=f"{answer.text()}\nhtml {{ font-size: 200%; }}")


class Person:
    """Somebody at the keyboard. ``keys`` counts what they press; a paste or a scan is one."""

    def __init__(self, browser, address, kept=None, seen=VIEWS[0], script=True):
        self.context = browser.new_context(
            viewport={"width": seen.width, "height": seen.height}, device_scale_factor=seen.scale, storage_state=kept,
            java_script_enabled=script, **seen.media,
        )  # fmt: skip
        self.page = self.context.new_page()
        if seen.large:
            self.context.route("**/form.css", _large)
        self.address, self.seen, self.script = address, seen, script
        self.keys, self.loads, self.covered, self.outside, self.spent = 0, 0, [], [], Counter()
        self.page.on("request", self._asks)
        self.page.on("pageerror", lambda error: self.outside.append(f"error in the script: {error}"))

    def _asks(self, request):
        self.outside += [f"{word} in an address" for word in CANARIES if word in request.url]
        self.loads += request.is_navigation_request() and request.redirected_from is None
        if not request.url.startswith(self.address):
            self.outside.append(request.url)

    def leave(self):
        """Close the window. Nothing was asked of anybody else, nothing in focus was covered, and the form named nobody where it should not."""
        self.context.close()
        wrong = [*self.outside, *(f"covered: {one}" for one in self.covered), *LEAKS]
        assert not wrong, "\n".join(dict.fromkeys(wrong))

    # Keys

    def key(self, *names):
        for name in names:
            self.page.keyboard.press(name)
            self.keys += 1

    def typed(self, words):
        self.page.keyboard.type(words)
        self.keys += len(words)

    def load(self, *names):
        """Keys that lead to another page, or to this one again."""
        with self.page.expect_navigation(wait_until="load"):
            self.key(*names)

    @property
    def here(self):
        return self.page.evaluate(HERE)

    def wait_for_row(self, name):
        self.page.wait_for_function(
            "name => (document.activeElement.closest('[data-row]') || {dataset: {}}).dataset.row === name", arg=name
        )

    @property
    def path(self):
        return urlsplit(self.page.url).path

    @property
    def title(self):
        return self.page.text_content("h1")

    def tab_to(self, wanted, back=False):
        """Tab until something is in focus that is wanted."""
        for _ in range(MOST_STEPS):
            here = self.here
            if wanted(here):
                return here
            self.key("Shift+Tab" if back else "Tab")
        raise AssertionError(f"never in focus on {self.title}")

    def to_the_page(self):
        """Into the page itself: the script has put the focus there, without it the skip link leads there."""
        if not self.script:
            self.key("Tab", "Enter")

    def still_covered(self):
        """Whether what is in focus stays covered, once the browser has scrolled to where it is."""
        from playwright.sync_api import TimeoutError as TooLate

        try:
            self.page.wait_for_function(f"() => !({HERE})().covered", timeout=2_000)
        except TooLate:
            return True
        return False

    # Fields

    def is_right(self, here, wanted):
        if here["type"] == "radio":
            return any(chosen and value == wanted for value, _, chosen in here["choices"])
        if here["type"] == "checkbox":
            return here["checked"] == (here["value"] in wanted)
        return here["value"] == wanted

    def fill(self, here, wanted):
        """What is in focus as it should be, by the keys."""
        if here["type"] in ("radio", "checkbox"):
            keys = {value: key.lower() for value, key, _ in here["choices"]}
            one = wanted if isinstance(wanted, str) else wanted[0]
            if self.script and keys.get(one):
                self.key(keys[one])
                self.page.wait_for_function("was => document.activeElement.id !== was", arg=here["id"])
            elif here["type"] == "checkbox" or here["choices"][here["place"]][0] == wanted:
                self.key("Space")
            else:
                self._arrows([value for value, _, _ in here["choices"]].index(wanted) - here["place"])
        elif here["options"]:
            self._arrows(here["options"].index(wanted) - here["chosen"])
        else:
            if here["value"]:
                self.key("Control+a")
            self.typed(wanted)

    def _arrows(self, moves):
        self.key(*["ArrowDown" if moves > 0 else "ArrowUp"] * abs(moves))

    def fill_page(self, fields):
        """Every field of the page from where the focus stands, as it should be; then Enter continues."""
        for _ in range(MOST_STEPS):
            here, before = self.here, self.keys
            if here["covered"] and self.still_covered():
                self.covered.append(f"{self.title}: {here['id'] or here['classes']}")
            if here["id"] == "continue" or (here["form"] == "did" and here["tag"] == "BUTTON"):
                left = self.page.evaluate(LEFT, fields)
                if not left:
                    return
                self.tab_to(lambda at, left=left: at["name"] in left or not {*left}.isdisjoint(at["folded"]), back=True)
            elif here["name"] in fields and not self.is_right(here, fields[here["name"]]):
                self.fill(here, fields[here["name"]])
                if here["type"] in ("radio", "checkbox", "text") and not self.page.evaluate(LEFT, fields):
                    self.spent[here["name"]] += self.keys - before
                    return  # Enter continues from here too
            elif here["folded"] and not {*here["folded"]}.isdisjoint(self.page.evaluate(LEFT, fields)):
                self.key("Enter")
            else:
                self.key("Tab")
            self.spent[here["name"]] += self.keys - before
        raise AssertionError(f"no end of {self.title}: {self.here}")

    def fields_of(self, facts, patient):
        """The fields of this page as the facts say; what they do not say is not known."""
        fields = {**patient} if self.path.endswith("/patient") else {}
        words = self.page.content()
        for name in re.findall(r'id="row-([a-z_0-9]+)"', words):
            fields |= filled(name, facts.get(name), words) if f'name="q-{name}' in words else {}
            if (
                f'name="w-{name}"' in words
            ):  # an answer against what an earlier consultation of the same training patient suggests
                fields[f"w-{name}"] = "asked again"
        return fields

    # A consultation

    def begin(self, condition, practice=""):
        """A consultation about a condition, from the start page."""
        self.page.goto(self.address)
        self.keys, self.loads, self.spent = 0, 0, Counter()
        if self.page.input_value("#practice") != practice:
            self.fill(self.tab_to(lambda at: at["id"] == "practice", back=self.script), practice)
            self.tab_to(lambda at: at["name"] == "condition")
        number = self.page.get_attribute(f"button[value={condition}]", "data-key")
        if self.script and number:  # the tenth and on have no key
            self.load(number)
        else:
            self.tab_to(lambda at: (at["name"], at["value"]) == ("condition", condition))
            self.load("Enter")

    def paste(self, words):
        """What another system shows of the patient, into the box for it."""
        self.tab_to(lambda at: at["id"] == "paste", back=True)
        self.page.keyboard.insert_text(words)
        self.keys += 1
        self.key("Tab")
        self.page.wait_for_function("() => document.getElementById('paste').value === ''")

    def answer_all(self, facts, patient, look=lambda: None):
        """Page after page until the outcome is shown; ``look`` is called on each."""
        for _ in range(14):
            look()
            if self.path.endswith("/outcome"):
                return
            self.to_the_page()
            self.fill_page(self.fields_of(facts, patient))
            self.load("Enter")
        raise AssertionError(f"no outcome: {self.title}")

    def supply(self, look=lambda: None, **more):
        """The first medicine that is offered, with the first pack of it, to the saved page."""
        self.to_the_page()
        self.tab_to(lambda at: "pf-supply" in at["classes"])
        self.load("Enter")
        look()
        self.to_the_page()
        fields = SUPPLIED | self.duties() | more
        fields = {name: [value] if name.startswith(("o-", "d-")) else value for name, value in fields.items()}
        fields |= {name: self.page.get_attribute(f"input[name={name}]", "value") for name in ("s-product", "s-actual")}
        if self.page.query_selector("details[open] #s-quantity"):
            fields["s-quantity"] = much(self.page.content())
        self.fill_page(fields)
        self.load("Enter")
        look()

    def duties(self):
        """What has to be done whatever the outcome, done."""
        return dict.fromkeys(re.findall(r'name="(d-[^"]+)" value="yes"', self.page.content()), "yes")

    def finish(self, kind, look=lambda: None):
        """What is usually done where it came out so, to the saved page."""
        self.to_the_page()
        did = DID[kind]
        did |= self.duties()
        self.fill_page({name: [value] if name.startswith(("o-told", "d-")) else value for name, value in did.items()})
        self.load("Enter")
        look()

    # Pictures

    @property
    def kind(self):
        """What kind of page it is: an outcome by its title, every other by its place."""
        parts = self.path.strip("/").split("/")
        if parts[0] == "c":
            return f"outcome {self.title}" if parts[2] == "outcome" else parts[2]
        return {"": "start", "r": "saved"}.get(parts[0], parts[0])

    def look(self, name, judged=True):
        """Keep a picture, and have axe judge the page; no word of ours may be wider than the window, and nothing moves for who wants it so."""
        where = PICTURES / (self.seen.name + ("" if self.script else "-no-script"))
        where.mkdir(parents=True, exist_ok=True)
        name = re.sub("[^a-z0-9]+", "-", name.lower())
        self.page.screenshot(path=where / f"{name}.png", full_page=True, scale="css")
        wide, window = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= window, f"{name} scrolls sideways"
        if self.seen.name == "reduced-motion":
            assert self.page.evaluate(MOVES) == [], name
        if judged:
            assert self.violations() == [], name

    def violations(self):
        """What axe-core finds wrong with the page; nothing where it is not there, or the page has no script to judge it with."""
        return found_by_axe(self.page) if self.script and AXE.exists() else []

    @property
    def consultation(self):
        return self.path.split("/")[2]


# What it leaves behind


def patient_of(case, details=None):
    """The patient page of a case, beside what is there: the date of birth, who agrees, and what they agree to."""
    return {name: value for name, value in who(case).items() if name != "p-gender" or details} | (details or {})


def facts_of(case):
    return {name: value for name, value in dict(case.facts).items() if name not in (AGE, BORN)}


def whole(folder, id, case):
    """The record of a browser's consultation: judged again, as the case expects it, and its message passing every rule."""
    with open_store(folder, Clock()) as store:
        record = store.records.record(id, LIBRARY)
    assert judge(record, LIBRARY)
    assert record.kind is case.expected.kind
    assert not record.differs
    try:
        message = message_for(record, MAILBOX)
    except NoMessage:
        assert record.patient.nhs_number is None, "only who has no NHS number has no message"
        assert record.patient.family in letter_text(record)
    else:
        assert rules.check(message.message.xml, message.message.recipient) == []
    return record


def first_case(condition, kind=Kind.SUPPLY):
    """The first case of a condition that comes out so on the day of the tests; None where there is none."""
    cases = (case for case in cases_of(LIBRARY, condition) if case.expected.kind is kind and case.as_of == DAY)
    return next(cases, None)
