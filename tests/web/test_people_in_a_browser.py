"""Signing in, in a real browser: the first administrator, somebody who is added and chooses their own, and the PIN after quiet minutes."""

import re

import pyotp
import pytest
from looking import AXE, PICTURES, RULES, chromium, serving  # noqa: F401  (a fixture)
from test_people_sign_in import NEW_PASSWORD
from visiting import PASSWORD, PIN, Clock, with_account

from pharmacyfirst.people import open_people
from pharmacyfirst.people.second_factor import SECONDS

pytestmark = pytest.mark.system


class SomebodyInABrowser:
    """A browser, in which nobody has signed in yet."""

    def __init__(self, browser, address, **context):
        self.page = browser.new_context(viewport={"width": 1280, "height": 800}, **context).new_page()
        self.address, self.wrong = address, []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda one: self.wrong.append(one.url) if not one.url.startswith(address) else None)

    def go(self, path="/"):
        self.page.goto(self.address + path)

    @property
    def title(self):
        return self.page.text_content("h1")

    def fill(self, **fields):
        for name, value in fields.items():
            self.page.fill(f"#{name.replace('__', '-')}", value)

    def press(self, words):
        with self.page.expect_navigation():
            self.page.click(f"button:has-text('{words}')")

    def sign_in(self, word, password, code=""):
        self.go()
        self.fill(word=word, password=password, code=code)
        self.press("Sign in")

    def look(self, name):
        """Keep a picture of both widths, and have axe judge each."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        for width in (320, 1280):
            self.page.set_viewport_size({"width": width, "height": 800})
            self.page.screenshot(path=PICTURES / f"people-{name}-{width}.png", full_page=True)
            assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
            if AXE.exists():
                self.page.evaluate(AXE.read_text(encoding="utf-8"))
                found = self.page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
                assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == [], (name, width)


@pytest.fixture
def folder(tmp_path):
    with_account(tmp_path, Clock(), pin="")
    return tmp_path


def test_from_the_first_administrator_to_somebody_who_signs_in_with_a_second_factor(chromium, folder):  # noqa: F811
    address, stop = serving(folder)
    try:
        robin = SomebodyInABrowser(chromium, address)
        robin.sign_in("robin", "not the password")
        assert "This is not right" in robin.page.text_content("#errors")
        robin.look("sign-in")
        robin.sign_in("robin", PASSWORD)
        assert "Choose a PIN" in robin.page.text_content("main")
        robin.look("account")
        robin.fill(old__for__pin=PASSWORD, pin=PIN)
        robin.press("Set the PIN")
        robin.go()
        assert robin.title == "Set up the pharmacy"
        robin.look("setting-up")
        robin.press("Set it up")
        assert robin.title == "What is the patient here about?"
        robin.go("/people")
        robin.look("people")
        robin.fill(word="sam", family="Other", given="Sam", gphc="5999998")
        robin.page.check("input[value=technician]")
        robin.press("Add")
        robin.look("added")
        made = robin.page.text_content("#made")

        sam = SomebodyInABrowser(chromium, address)
        sam.sign_in("sam", made)
        assert "Choose a password of your own" in sam.page.text_content("main")
        sam.fill(old__for__password=made, password=NEW_PASSWORD, again=NEW_PASSWORD)
        sam.press("Change the password")
        sam.fill(old__for__pin=NEW_PASSWORD, pin="8642")
        sam.press("Set the PIN")
        sam.fill(seed=NEW_PASSWORD)
        sam.press("Set it up")
        sam.look("second-factor")
        seed = re.search(r"type ([A-Z2-7 ]+) into", sam.page.text_content("main"))[1].replace(" ", "")
        sam.fill(factor=pyotp.TOTP(seed).at(Clock().now))
        sam.press("This is the code")
        sam.press("Leave the desk")
        code = pyotp.TOTP(seed).at(int(Clock().now.timestamp()) + SECONDS)
        sam.sign_in("sam", NEW_PASSWORD, code)
        assert sam.title == "What is the patient here about?"
        sam.page.select_option("#practice", "1")
        with sam.page.expect_navigation():
            sam.page.click("button[value=uncomplicated-uti]")
        assert sam.page.text_content(".pf-head a[href='/account']") == "Sam Other, GPhC 5999998"

        robin.press("Disable")
        sam.page.reload()
        assert sam.title == "Sign in"
        assert robin.wrong == sam.wrong == []
    finally:
        stop()


def test_after_quiet_seconds_the_pin_shows_the_page_again_and_five_wrong_ones_end_the_session(chromium, folder):  # noqa: F811
    with open_people(folder, Clock()) as people:
        people.choose_pin(people.who_signs_in_as("robin").id, PIN, by="a test")
    address, stop = serving(folder, quiet=1)
    try:
        robin = SomebodyInABrowser(chromium, address)
        robin.sign_in("robin", PASSWORD)
        robin.page.wait_for_selector(".pf-veil")
        robin.page.fill("#veil", PIN)
        robin.page.keyboard.press("Enter")
        robin.page.wait_for_selector(".pf-veil", state="detached")
        robin.page.wait_for_selector(".pf-veil")
        for _ in range(4):
            robin.page.fill("#veil", "1357")
            with robin.page.expect_response("**/show"):
                robin.page.keyboard.press("Enter")
        robin.page.fill("#veil", "1357")
        with robin.page.expect_navigation():
            robin.page.keyboard.press("Enter")
        assert robin.title == "Sign in"
    finally:
        stop()
