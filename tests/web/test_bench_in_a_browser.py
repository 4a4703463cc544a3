"""The sign-off bench in a real browser: one condition from its transcription to a supply that is permitted, by three people."""

import pytest
from at_the_bench import ADOPTS, CONDITION, PARTS, reviewers
from in_a_browser import NOBODY, patient_of, serving
from test_people_in_a_browser import SomebodyInABrowser
from test_real_patients import CASE
from visiting import PASSWORD, Clock

pytestmark = pytest.mark.system

# The least that a browser shows as a PDF.
SIGNED = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
trailer<</Root 1 0 R>>
"""
AGREE_ALL = "document.querySelectorAll('input[value=agrees]').forEach((one) => one.click())"


@pytest.fixture
def folder(tmp_path):
    reviewers(tmp_path, Clock())
    return tmp_path


class Colleague(SomebodyInABrowser):
    """Somebody of the pharmacy, signed in."""

    def __init__(self, chromium, address, word):
        super().__init__(chromium, address)
        self.sign_in(word, PASSWORD)

    def look(self, name, judged=True):
        super().look(f"bench-{name}", judged)


def test_from_a_transcription_to_a_supply_that_is_permitted(chromium, folder):
    with serving(folder) as address:
        robin = Colleague(chromium, address, "robin")
        robin.press("Set it up")
        rev = Colleague(chromium, address, "rev")
        rev.go("/bench")
        rev.look("list")
        rev.go(f"/bench/{CONDITION}/nitrofurantoin/1")
        rev.page.click("summary:has-text('Keep the signed document')")
        rev.page.set_input_files("#file", {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": SIGNED})
        rev.press("Keep it")
        rev.look("clauses")
        with rev.page.expect_popup() as opened:
            rev.page.click("text=Open the signed document")
        assert opened.value.url.endswith("/nitrofurantoin/signed")
        rev.page.check("#c0-found-1")
        rev.press("Put down")
        assert "name the page or section" in rev.page.text_content("#errors")
        rev.look("wrong")
        for part in PARTS:
            rev.go(f"/bench/{CONDITION}/{part}/1")
            while not rev.path.endswith("/bench"):
                rev.page.fill("#where", "page 3")
                rev.page.evaluate(AGREE_ALL)
                rev.press("Put down")
        kim = Colleague(chromium, address, "kim")
        for part in PARTS:
            kim.go(f"/bench/{CONDITION}/{part}/confirm")
            if part == "open-items":
                kim.look("confirm")
            kim.page.check("#sure")
            kim.press("Confirm")
        kim.go(f"/bench/{CONDITION}/adopt")
        kim.look("adopt")
        kim.write(period=ADOPTS["period"], role=ADOPTS["role"])
        kim.page.check("#distance-0")
        kim.page.check(f"input[value='{ADOPTS['practitioner']}']")
        kim.press("Adopt")
        assert "Adopted" in kim.page.text_content("#done")
        kim.look("adopted")

        robin.go()
        robin.page.set_viewport_size({"width": 1280, "height": 800})
        robin.begin(CONDITION)
        robin.answer_all(CASE.facts, patient_of(CASE, NOBODY))
        robin.supply()
        assert robin.title == "Saved: supplied nitrofurantoin"
        for one in (robin, rev, kim):
            assert one.outside == []
            one.leave()
