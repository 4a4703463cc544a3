"""Signing in, in a real browser: the first administrator, somebody who is added and chooses their own, and the PIN after quiet minutes."""

import re

import pyotp
import pytest
from in_a_browser import Person, serving
from test_people_sign_in import NEW_PASSWORD
from visiting import PASSWORD, PIN, Clock, with_account

from pharmacyfirst.people import open_people
from pharmacyfirst.people.second_factor import SECONDS

pytestmark = pytest.mark.system


class SomebodyInABrowser(Person):
    """A browser, in which nobody has signed in yet."""

    def go(self, path="/"):
        self.page.goto(self.address + path)

    def write(self, **fields):
        for name, value in fields.items():
            self.page.fill(f"#{name.replace('__', '-')}", value)

    def press(self, words):
        with self.page.expect_navigation():
            self.page.click(f"button:has-text('{words}')")

    def sign_in(self, word, password, code=""):
        self.go()
        self.write(word=word, password=password, code=code)
        self.press("Sign in")

    def look(self, name, judged=True):
        """Look at it in both widths."""
        for width in (320, 1280):
            self.page.set_viewport_size({"width": width, "height": 800})
            super().look(f"people-{name}-{width}", judged)


@pytest.fixture
def folder(tmp_path):
    with_account(tmp_path, Clock(), pin="")
    return tmp_path


def test_from_the_first_administrator_to_somebody_who_signs_in_with_a_second_factor(chromium, folder):
    with serving(folder) as address:
        robin = SomebodyInABrowser(chromium, address)
        robin.sign_in("robin", "not the password")
        assert "This is not right" in robin.page.text_content("#errors")
        robin.look("sign-in")
        robin.sign_in("robin", PASSWORD)
        assert "Choose a PIN" in robin.page.text_content("main")
        robin.look("account")
        robin.write(old__for__pin=PASSWORD, pin=PIN)
        robin.press("Set the PIN")
        robin.go()
        assert robin.title == "Set up the pharmacy"
        robin.look("setting-up")
        robin.press("Set it up")
        assert robin.title == "What is the patient here about?"
        robin.go("/people")
        robin.look("people")
        robin.write(word="sam", family="Other", given="Sam", gphc="5999998")
        robin.page.check("input[value=technician]")
        robin.press("Add")
        robin.look("added")
        made = robin.page.text_content("#made")

        sam = SomebodyInABrowser(chromium, address)
        sam.sign_in("sam", made)
        assert "Choose a password of your own" in sam.page.text_content("main")
        sam.write(old__for__password=made, password=NEW_PASSWORD, again=NEW_PASSWORD)
        sam.press("Change the password")
        sam.write(old__for__pin=NEW_PASSWORD, pin="8642")
        sam.press("Set the PIN")
        sam.write(seed=NEW_PASSWORD)
        sam.press("Set it up")
        sam.look("second-factor")
        seed = re.search(r"type ([A-Z2-7 ]+) into", sam.page.text_content("main"))[1].replace(" ", "")
        sam.write(factor=pyotp.TOTP(seed).at(Clock().now))
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
        robin.leave()
        sam.leave()


def test_after_quiet_seconds_the_pin_shows_the_page_again_and_five_wrong_ones_end_the_session(chromium, folder):
    with open_people(folder, Clock()) as people:
        people.choose_pin(people.who_signs_in_as("robin").id, PIN, by="a test")
    with serving(folder, quiet=1) as address:
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
