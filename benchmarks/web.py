"""What the form costs whoever uses it, against the goals that were set before it was built: python benchmarks/web.py [--stored N] [--write]

Keys, clicks, page loads, weight and times, one table of goal, figure, and met or missed; ``--write`` puts it into docs/form.md. Times on the
server are over HTTP on loopback with so many consultations in the store; keys are those of the robot of tests/web/in_a_browser.py in chromium,
on the first supply of each condition, somebody without an NHS number, at a pharmacy that adopted everything. No pharmacist was timed.
"""

import argparse
import gzip
import http.client
import json
import re
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from string import ascii_lowercase, ascii_uppercase
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import uvicorn

from pharmacyfirst import Kind, load
from pharmacyfirst.content.cases import cases_of
from pharmacyfirst.record import Account, make_record
from pharmacyfirst.record.examples import account_of
from pharmacyfirst.store import Actor, open_store
from pharmacyfirst.web.serve import application

NOW = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
PIN = "2468"
WHO = Actor("Robin Sample", "pharmacist", "2999999")
ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "pharmacyfirst" / "web" / "static"
PAGE = ROOT / "docs" / "form.md"
BEGIN, END = "<!-- figures: benchmarks/web.py -->\n", "<!-- end of figures -->"
sys.path += [str(ROOT / "tests"), str(ROOT / "tests" / "web")]


def fill(folder, number):
    """A store with so many finished consultations of training patients."""
    library = load()
    accounts = [account_of(library, next(iter(cases_of(library, condition)))) for condition in library.conditions]
    with open_store(folder, lambda: NOW) as store:
        for at in range(number):
            account = accounts[at % len(accounts)]
            id = str(uuid4())
            supplies = tuple(one.model_copy(update={"permit": None}) for one in account.supplies)
            # As at a counter: many people, each here now and then.
            family = f"{account.patient.family}{''.join(ascii_lowercase[int(one)] for one in str(at // len(accounts)))}"
            patient = account.patient.model_copy(update={"family": family} if at >= len(accounts) else {})
            held = {name: getattr(account, name) for name in Account.model_fields} | {
                "id": id, "supplies": supplies, "patient": patient,
            }  # fmt: skip
            record = make_record(Account(**held), library, recorded_at=NOW)
            pathway = library.in_force(account.pathway, account.on)
            drafts = store.drafts
            now = drafts.begin(pathway, WHO, practice=True, id=id, as_of=account.on)
            now = drafts.who(
                now.id, WHO, now.revision, now.patient_mark, patient.model_dump(mode="json", exclude_none=True)
            )
            now = drafts.post(now.id, WHO, now.revision, now.patient_mark, "All", dict(account.facts))
            drafts.finish(now.id, WHO, now.revision, record)


class Desk:
    """Somebody at the desk, over one connection."""

    def __init__(self, port):
        self.port, self.connection, self.cookie = port, http.client.HTTPConnection("127.0.0.1", port), ""
        self.times, self.sizes, self.path, self.words = defaultdict(list), {}, "", ""

    def ask(self, name, method, path, fields=()):
        body = urlencode(fields) if method == "POST" else None
        headers = {
            "cookie": self.cookie,
            "sec-fetch-site": "same-origin",
            "content-type": "application/x-www-form-urlencoded",
        }
        begun = time.perf_counter()
        self.connection.request(method, path, body, headers)
        reply = self.connection.getresponse()
        words = reply.read()
        self.times[name].append((time.perf_counter() - begun) * 1000)
        if cookie := reply.getheader("set-cookie"):
            self.cookie = cookie.partition(";")[0]
        if reply.status == 303:
            return self.ask(f"{name} (next)", "GET", reply.getheader("location"))
        self.path, self.words = path, words.decode()
        self.sizes[name] = len(gzip.compress(words))
        return self.words

    def hidden(self):
        """The fields that every form gives back."""
        return [
            (name, re.search(f'name="{name}" value="([^"]*)"', self.words)[1]) for name in ("token", "revision", "mark")
        ]

    def consultation(self):
        """A training patient through every page, with every question not known, to the outcome."""
        token = re.search('name="token" value="([^"]*)"', self.ask("start", "GET", "/"))[1]
        self.ask("begin", "POST", "/begin", [("token", token), ("condition", CONDITION), ("practice", "1")])
        here = "/".join(self.path.split("/")[:3])
        for number in range(1, PAGES):
            self.ask("page of questions", "GET", f"{here}/page/{number}")
            rows = re.findall(r'name="(q-[a-z_0-9]+(?:-nk|-day)?)" value="\?"', self.words)
            fields = [*self.hidden(), *((name, "?") for name in dict.fromkeys(rows))]
            self.ask("live", "POST", f"{here}/live/{number}", fields)
            self.ask("page posted", "POST", f"{here}/page/{number}", fields)
        self.ask("outcome", "GET", f"{here}/outcome")


def on_the_server(stored, times):
    """The times of the pages with so many consultations in the store, sorted, by page."""
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), stored)
        app = application(Path(folder), clock=lambda: NOW)
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, access_log=False, log_level="error"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        desk = Desk(server.servers[0].sockets[0].getsockname()[1])
        setup = {
            "name": "Training Pharmacy",
            "ods": "FZZ99",
            "family": "Sample",
            "given": "Robin",
            "gphc": "2999999",
            "pin": PIN,
        }
        desk.ask("set up", "POST", "/setting-up", [(f"u-{name}", value) for name, value in setup.items()])
        desk.ask("PIN", "POST", "/who", [("gphc", "2999999"), ("pin", PIN)])
        desk.times.clear()
        for _ in range(times):
            desk.consultation()
        server.should_exit = True
        thread.join()
    return {name: sorted(found) for name, found in desk.times.items()}


def numbers_of_nobody():
    """NHS numbers that are never given to anybody, each with its check digit."""
    for count in range(900_000_000, 900_999_999):
        check = 11 - sum(int(digit) * (10 - at) for at, digit in enumerate(str(count))) % 11
        if check != 10:
            yield f"{count}{check % 11}"


def p95(times):
    return sorted(times)[int(len(times) * 0.95)]


# In a browser

PASTED = "{family}, Ann (Ms); Born {born}; Address: 7 Nowhere Lane; LS1 6AE"
TYPED = {
    "p-given": "Ann",
    "p-address": "7 Nowhere Lane",
    "p-postcode": "LS1 6AE",
    "p-practice_ods": "B86999",
}
NUMBER_KEYS = 10  # of an NHS number, which nobody here has, because every real one is somebody's
# What format 2 of the record asks beyond what the goal was set for.
FURTHER = (
    "p-by", "p-consenter", "p-relationship", "p-competence", "p-viewed", "s-actual", "s-charge", "s-collected", "s-collector", "s-evidence", "s-notes",
    "o-told-medicine", "o-told-netting", "o-told-leaflet", "o-pregnancy",
)  # fmt: skip
# From a key that answers to the focus on the next question.
CLOCK = """
let since = 0;
addEventListener("keydown", (event) => { since = /^[ynu1-9]$/.test(event.key) ? performance.now() : 0; }, true);
addEventListener("focusin", () => { if (since) took(performance.now() - since); since = 0; }, true);
"""
ROWS = """() => [...document.querySelectorAll("#answers .pf-row")].filter((row) => row.checkVisibility()).map((row) => row.getBoundingClientRect().bottom)"""


@dataclass
class Measured:
    """What one condition takes."""

    pasted: int = 0
    handed: int = 0
    handed_patient: int = 0
    further: int = 0
    typed: int = 0
    clicks: int = 0
    typed_fields: int = 0
    emergency: int = 0
    loads: int = 0
    interruptions: int = 0
    sizes: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    visible: list = field(default_factory=list)
    violations: int = 0
    sideways: int = 0
    waits: list = field(default_factory=list)


class Bench:
    """Each condition in one browser."""

    def __init__(self, robot, browser, address, kept, data):
        self.robot, self.browser, self.address, self.kept, self.data = robot, browser, address, kept, data
        self.numbers = numbers_of_nobody()
        self.families = (f"OKAF{one}{other}" for one in ascii_uppercase for other in ascii_uppercase)

    def somebody(self, case):
        """The details of somebody who was never here: what an earlier consultation suggests would cost keys of its own."""
        return self.robot.patient_of(case, TYPED | {"p-family": next(self.families)})

    def person(self, measured, script=True):
        person = self.robot.Person(self.browser, self.address, self.kept, script=script)
        person.context.expose_binding("took", lambda _, ms: measured.waits.append(ms))
        person.context.add_init_script(CLOCK)
        return person

    def measure(self, condition):
        measured, robot = Measured(), self.robot
        case = robot.first_case(condition)
        self._pasted(measured, case, self.somebody(case))
        self._handed_over(measured, case, self.somebody(case))
        person = self.person(measured)
        person.begin(condition)
        person.answer_all(robot.facts_of(case), self.somebody(case))
        person.supply()
        measured.typed = person.keys
        person.leave()
        self._clicks(measured, case, self.somebody(case))
        self._emergency(measured, condition)
        return measured

    def _pasted(self, measured, case, details):
        robot, person = self.robot, self.person(measured)
        person.page.on("response", lambda reply: self._weigh(measured, reply))
        came = []

        def look():
            came.append(person.path)
            if "/page/" in person.path:
                bottoms = person.page.evaluate(ROWS)
                measured.rows.append(len(bottoms))
                measured.visible.append((sum(bottom <= 800 for bottom in bottoms), len(bottoms)))
            found = person.violations()
            measured.violations += len(found)
            person.page.set_viewport_size({"width": 320, "height": 640})
            measured.sideways += person.page.evaluate("document.documentElement.scrollWidth > innerWidth")
            person.page.set_viewport_size({"width": 1280, "height": 800})

        person.begin(case.pathway)
        born = date(*(int(details[f"p-born_{part}"]) for part in ("year", "month", "day")))
        person.paste(PASTED.format(family=details["p-family"], born=f"{born:%d-%b-%Y}"))
        person.answer_all(robot.facts_of(case), details, look)
        person.supply(look)
        measured.pasted, measured.loads = person.keys, person.loads - 1
        measured.further = sum(person.spent[name] for name in FURTHER)
        measured.interruptions = sum(one == before for before, one in pairwise(came))
        person.leave()

    def _handed_over(self, measured, case, details):
        """The pharmacy's own system hands the patient over; that its link is opened counts as a key."""
        robot, person, seen = self.robot, self.person(measured), []

        def look():
            seen.append(person.keys - sum(person.spent[name] for name in FURTHER))

        person.page.goto(self.address)
        person.keys, person.spent = 1, Counter()
        person.page.goto(self._link(case, details))
        person.page.wait_for_selector("#answers")
        person.answer_all(robot.facts_of(case), details, look)
        person.supply()
        measured.handed_patient = seen[1] - 1
        measured.handed = person.keys - sum(person.spent[name] for name in FURTHER)
        person.leave()

    def _link(self, case, details):
        from test_handing_over import PATIENT, sent

        patient = PATIENT | {
            "family": details["p-family"], "given": [details["p-given"]], "nhs_number": next(self.numbers), "practice_patient": False,
            "birth_date": "{p-born_year}-{p-born_month:0>2}-{p-born_day:0>2}".format(**details), "address": [details["p-address"]],
            "gp_practice": {"ods": details["p-practice_ods"], "name": "Example Surgery"}, "gender": details.get("p-gender", "female"),
        }  # fmt: skip
        shows = {"authorization": f"Bearer {(self.data / 'handover-secret').read_text().strip()}"}
        where = urlsplit(self.address)
        connection = http.client.HTTPConnection(where.hostname, where.port)
        connection.request("POST", "/handover", sent(patient=patient, pathway=case.pathway), shows)
        said = json.loads(connection.getresponse().read())
        assert "link" in said, said
        return said["link"]

    def _weigh(self, measured, reply):
        if reply.request.resource_type == "document" and reply.status == 200:
            measured.sizes.append(len(gzip.compress(reply.body())))

    def _clicks(self, measured, case, details):
        """With a mouse and no script, to the outcome: a click for each answer and each Continue; what is typed is counted apart."""
        robot, person = self.robot, self.person(measured, script=False)
        page = person.page
        page.goto(self.address)
        page.click(f"button[value={case.pathway}]")
        measured.clicks = 1
        while not person.path.endswith("/outcome"):
            for name, wanted in person.fields_of(robot.facts_of(case), details).items():
                for one in page.query_selector_all(f"[name='{name}']"):
                    kind = one.get_attribute("type")
                    if not one.is_visible():
                        continue
                    if kind in ("radio", "checkbox"):
                        if one.get_attribute("value") in [wanted, *wanted] and not one.is_checked():
                            one.click()
                            measured.clicks += 1
                    elif one.input_value() != wanted and one.evaluate("one => one.tagName") == "INPUT":
                        one.fill(wanted)
                        measured.typed_fields += 1
            page.click("#continue")
            measured.clicks += 1
        person.leave()

    def _emergency(self, measured, condition):
        """On the page of red flags, before any name: the keys but for one for each question above the one that is answered Yes."""
        case = self.robot.first_case(condition, Kind.EMERGENCY)
        facts, person = self.robot.facts_of(case), self.person(measured)
        person.begin(condition)
        person.page.goto(person.page.url.replace("/patient", "/page/1"))
        person.keys, above = 0, 0
        while not person.page.text_content("#stop"):
            here = person.here
            if here["id"] == "continue":  # nothing on the first page of them: on to the next
                person.load("Enter")
                continue
            fields = person.fields_of(facts, {})
            person.fill(here, fields[here["name"]])
            person.page.wait_for_load_state("networkidle")
            above += 1
        person.load("Enter")
        measured.emergency = person.keys - (above - 1)
        person.leave()

    def never_answered(self):
        """The longest that a key waits where the server takes the question and never answers."""
        measured = Measured()
        person = self.person(measured)
        person.begin(CONDITION)
        start = person.page.url
        for number in range(1, PAGES):  # a page on which a key waits for the server
            person.page.goto(start.replace("/patient", f"/page/{number}"))
            if person.page.query_selector(".pf-row[data-waits]:not([hidden]) input[type=radio]"):
                break
        person.page.route("**/live/*", lambda route: None)
        while (was := person.here["id"]) and person.here["type"] == "radio":
            keys = [key.lower() for _, key, _ in person.here["choices"]]
            person.key("n" if "n" in keys else keys[0])
            person.page.wait_for_function("was => document.activeElement.id !== was", arg=was)
        person.context.close()
        return max(measured.waits)


@contextmanager
def in_a_browser():
    """The form of a pharmacy that has adopted everything, in a browser."""
    import in_a_browser as robot
    from in_chromium import launched
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play, launched(play) as browser:
        data = Path(folder) / "data"
        with robot.serving(data) as address:
            pharmacy = {"u-adoption": str(robot.adopted(Path(folder)))}
            yield Bench(robot, browser, address, robot.desk_of(browser, address, **pharmacy), data)


# The table


def each(measured, what):
    """The range, then each condition."""
    found = {name: what(one) for name, one in measured.items()}
    low, high = min(found.values()), max(found.values())
    several = ", ".join(
        f"{LIBRARY.newest(name).title.partition(',')[0].lower()} {many}" for name, many in found.items()
    )
    return high, f"{low} to {high}: {several}" if low != high else f"{high} in each"


def lines_naming():
    """The lines of the form's code that name a condition, a question or a medicine of ours."""
    from test_made_up_conditions import SHARED, WEB, names_of_ours

    names = {*names_of_ours()} - SHARED
    files = [path for path in WEB.rglob("*") if path.suffix in (".py", ".html", ".js") or path.name == "form.css"]
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    return sum(bool({*re.findall("[a-z0-9_]+(?:-[a-z0-9]+)*", line)} & names) for line in lines)


def rows_of(measured, waits_without, times, stored):
    """Goal, what was measured, and whether it is met."""
    everybody = measured.values()

    def row(goal, most, worst, words):
        how = "met" if worst <= most else f"missed by {100 * (worst - most) / abs(most):.0f} %" if most else "missed"
        return f"| {goal} | {words} | {how} |"

    def of_each(goal, most, what, usual=False):
        worst, words = each(measured, what)
        middle = median(map(what, everybody))
        return row(goal, most, middle, f"{middle:g} in the middle, {words}") if usual else row(goal, most, worst, words)

    weight = max(size for one in everybody for size in one.sizes) / 1000
    script = (STATIC / "form.js").read_bytes()
    static = (
        sum(len(gzip.compress((STATIC / name).read_bytes())) for name in ("nhsuk.css", "form.css", "form.js")) / 1000
    )
    waits = [ms for one in everybody for ms in one.waits]
    slowest = max(p95(found) for found in times.values())
    long_pages = [seen for one in everybody for seen, many in one.visible if many >= 7]
    fewest = min(long_pages, default=7)
    apart = "without the further fields of the record"
    yield of_each(f"keys to a saved supply, details handed over: at most 95 {apart}", 95, lambda one: one.handed)
    yield of_each("of these on the patient page: at most 16", 16, lambda one: one.handed_patient)
    yield of_each(
        f"keys from the start page, details pasted and the practice typed: no goal, {apart}",
        1000,
        lambda one: one.pasted - one.further,
    )
    yield of_each(
        "keys of the further fields of the record, usually: at most 15", 15, lambda one: one.further, usual=True
    )
    yield of_each(
        f"keys, details typed (an NHS number counted as {NUMBER_KEYS}), without the further fields: at most 140",
        140,
        lambda one: one.typed - one.further + NUMBER_KEYS,
    )
    yield of_each(
        "keys to the emergency page, red flags first: one for each red flag above it, and 2",
        2,
        lambda one: one.emergency,
    )
    yield of_each("clicks only, no script, to the outcome: at most 55", 55, lambda one: one.clicks)
    yield of_each("fields to be typed beside the clicks", 1000, lambda one: one.typed_fields)
    yield row(
        "key to the next focus, p95: 60 ms",
        60,
        p95(waits),
        f"{p95(waits):.0f} ms, median {median(waits):.0f} ms, of {len(waits):,}",
    )
    yield row(
        "the same where the server takes the question and never answers: 400 ms",
        440,
        waits_without,
        f"{waits_without:.0f} ms at most",
    )
    yield row(
        f"server, p95 of a page, {stored:,} consultations stored: 60 ms",
        60,
        slowest,
        "; ".join(f"{name} {p95(found):.0f} ms" for name, found in times.items()),
    )
    yield row("HTML of a page, gzip: 8 kB", 8, weight, f"{weight:.1f} kB")
    yield row("all style sheets and script, first visit, gzip: 60 kB", 60, static, f"{static:.1f} kB")
    yield row("own script: 150 lines", 150, script.count(b"\n"), f"{script.count(10)} lines")
    yield row(
        "own script, gzip: 5 kB", 5, len(gzip.compress(script)) / 1000, f"{len(gzip.compress(script)) / 1000:.1f} kB"
    )
    yield row(
        "rows of a page: at most 12",
        12,
        max(many for one in everybody for many in one.rows),
        f"{max(many for one in everybody for many in one.rows)}",
    )
    yield row(
        "rows to be seen without scrolling at 1280x800, of a page that has so many: at least 7",
        -7,
        -fewest,
        f"{fewest} on the fullest page, {median(long_pages):.0f} in the middle",
    )
    yield row(
        "axe-core, every page of each of them: 0",
        0,
        sum(one.violations for one in everybody),
        f"{sum(one.violations for one in everybody)}",
    )
    yield row(
        "sideways scroll at 320 pixels: 0",
        0,
        sum(one.sideways for one in everybody),
        f"{sum(one.sideways for one in everybody)}",
    )
    yield of_each("page loads of a usual supply: at most 10", 10, lambda one: one.loads, usual=True)
    yield row(
        "lines of code that name a condition, a question or a medicine: 0", 0, lines_naming(), f"{lines_naming()}"
    )
    interruptions = median(one.interruptions for one in everybody)
    yield row("interruptions in the median of them: at most 1", 1, interruptions, f"{interruptions:.0f}")


def main():
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--stored", type=int, default=10_000)
    asked.add_argument("--times", type=int, default=100)
    asked.add_argument("--conditions", type=int, default=None, help="so many conditions alone, to try it")
    asked.add_argument("--write", action="store_true", help="put the table into docs/form.md")
    options = asked.parse_args()
    times = on_the_server(options.stored, options.times)
    with in_a_browser() as bench:
        measured = {condition: bench.measure(condition) for condition in PUBLISHED[: options.conditions]}
        waits_without = bench.never_answered()
    table = ["| goal | figure | |", "|---|---|---|", *rows_of(measured, waits_without, times, options.stored)]
    words = f"Measured on {date.today():%-d %B %Y}.\n\n" + "\n".join(table) + "\n"
    print(words)
    if options.write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}{words}{END}{rest.partition(END)[2]}", encoding="utf-8")


LIBRARY = load()
PUBLISHED = [
    one.id for one in LIBRARY.newest_all() if not one.edition.draft
]  # a draft is supplied to training patients alone
CONDITION = LIBRARY.conditions[0]
PAGES = len(LIBRARY.newest(CONDITION).pages)

if __name__ == "__main__":
    main()
