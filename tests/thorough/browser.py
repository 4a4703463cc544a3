"""Part `browser`: by keyboard alone to a supply and to every other kind of outcome, in every size, zoom and contrast, with the script and without.

Every page is looked at: no sideways scroll, nothing over what is in focus, axe-core; the record is judged again and its message passes every rule.
"""

import atexit
import random
import sys
import tempfile
from contextlib import ExitStack
from functools import cache, partial
from itertools import product
from pathlib import Path

from in_chromium import launched
from thorough.part import Part

from pharmacyfirst import Kind, load


@cache
def _robot():
    """The robot of the form's own tests, imported late, because no other part needs a browser."""
    folder = str(Path(__file__).resolve().parents[1] / "web")
    if folder not in sys.path:
        sys.path.append(folder)
    import in_a_browser

    return in_a_browser


@cache
def _desk():
    """One browser and one form for all pieces of a run: the browser, what a ``Person`` needs, and the form's data."""
    from playwright.sync_api import sync_playwright

    robot, opened = _robot(), ExitStack()
    atexit.register(opened.close)
    folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
    browser = opened.enter_context(launched(opened.enter_context(sync_playwright())))
    address = opened.enter_context(robot.serving(folder / "data"))
    pharmacy = {"u-adoption": str(robot.adopted(folder)), "u-mailbox": robot.MAILBOX}
    return browser, (address, robot.desk_of(browser, address, **pharmacy)), folder / "data"


def judge(condition, kind, seen, script, practice):
    robot = _robot()
    browser, desk, folder = _desk()
    case, pages = robot.first_case(condition, kind), []
    person = robot.Person(browser, *desk, seen, script)

    def look():
        pages.append(person.kind)
        person.look(f"{condition}-{kind.word}-{len(pages)}-{person.kind}")

    person.begin(condition, practice)
    person.answer_all(robot.facts_of(case), robot.patient_of(case, {} if practice else robot.NOBODY), look)
    person.supply(look) if kind is Kind.SUPPLY else person.finish(kind, look)
    assert person.title.startswith("Saved: "), person.title
    robot.whole(folder, person.consultation, case)
    person.leave()
    return {"consultations": 1, "pages": len(pages), "keys": person.keys}


def pieces(size, seed):
    """Of each condition the supply in every way to see it first, then the other kinds of outcome, each in ways that chance chooses.

    Where nothing is supplied the other kinds take its place; a draft is carried to its supply by training patients alone.
    """
    robot = _robot()
    for condition in load().conditions:
        ways = [*product(robot.VIEWS, (True, False))]
        others = [kind for kind in Kind if kind is not Kind.SUPPLY and robot.first_case(condition, kind)]
        chance = random.Random(f"{seed} {condition}")
        first = [Kind.SUPPLY] if robot.first_case(condition, Kind.SUPPLY) else others
        draft = robot.LIBRARY.newest(condition).edition.draft
        chosen = [(first[at % len(first)], *way) for at, way in enumerate(ways)]
        chosen += [(others[at % len(others)], *chance.choice(ways)) for at in range(max(0, size - len(ways)))]
        for at, (kind, seen, script) in enumerate(chosen[:size]):
            practice = "1" if at % 3 == 0 or draft else ""
            name = f"{at + 1} {condition}, {kind.word}, {seen.name}{'' if script else ', no script'}"
            yield name, partial(judge, condition, kind, seen, script, practice)


PART = Part(
    name="browser",
    property="by keyboard alone, however the form is seen, a consultation comes to the record that its case expects; no page breaks a rule of axe-core",
    test="tests/web/test_the_form_in_a_browser.py",
    size=20,
    counts="consultations of each condition",
    pieces=pieces,
)
