"""One page of each kind in a real browser, opened from disk: judged by axe-core, narrow and wide, and searched with and without a script."""

import os
from functools import partial
from pathlib import Path

import pytest
from in_chromium import found_by_axe

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.system

PICTURES = Path(os.environ.get("PHARMACYFIRST_PICTURES", ROOT / ".cache" / "site"))
WIDTHS = 320, 1280
KINDS = {
    "home": "index.html",
    "reader": "vendors.html",
    "prose": "docs/writing-a-pathway.html",
    "tables": "docs/figures.html",
    "transcripts": "docs/first-pathway.html",
    "file": "pathways/invariants.yaml.html",
    "folder": "docs/decisions/index.html",
    "rules": "rules/shingles.html",
    "cases": "cases/shingles.html",
    "search": "search.html",
    "a-z": "a-z.html",
}


@pytest.fixture
def look(from_disk, built_site):
    """Opens a page of the site."""
    return partial(from_disk, built_site)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(look, kind, width):
    page = look(KINDS[kind], width)

    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{kind}-{width}.png")
    assert wide <= window
    if width != WIDTHS[0]:
        return  # axe finds the same at every width, and takes ten seconds over the longest pages
    assert found_by_axe(page) == []


def test_a_rule_is_found_by_its_id_and_by_its_words_and_the_link_leads_to_it(look):
    page = look("search.html")

    page.fill("#words", "UTI-R9")
    assert page.locator("#answers a").first.inner_text() == "UTI-R9"
    page.fill("#words", "immediate threat")
    assert page.locator("#found").inner_text().endswith("shown") or "found" in page.locator("#found").inner_text()
    page.fill("#words", "UTI-R9")
    page.locator("#answers a").first.click()
    assert page.url.endswith("rules/uncomplicated-uti.html#UTI-R9")
    assert "threat to life" in page.locator("#UTI-R9").inner_text()


def test_words_that_stand_nowhere_find_nothing(look):
    page = look("search.html")

    page.fill("#words", "zzzz")

    assert page.locator("#found").inner_text() == "0 found"
    assert page.locator("#answers li").count() == 0


def test_without_a_script_the_page_leads_to_a_to_z(look):
    page = look("search.html", script=False)

    assert page.locator("#ask").is_hidden()
    page.locator("#without a").click()
    page.locator("a", has_text="UTI-R9").first.click()
    assert page.url.endswith("rules/uncomplicated-uti.html#UTI-R9")
