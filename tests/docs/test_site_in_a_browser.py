"""One page of each kind in a real browser, opened from disk: judged by axe-core, narrow and wide, and searched with and without a script."""

import os
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "docs" / "site"))
import build  # noqa: E402

pytestmark = pytest.mark.system

AXE = ROOT / ".cache" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = Path(os.environ.get("PHARMACYFIRST_PICTURES", ROOT / ".cache" / "site"))
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
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


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if BROWSER is None or not AXE.exists():
        pytest.skip("needs chromium and axe-core: make system installs them")
    folder = tmp_path_factory.mktemp("site")
    build.write(build.Site().files(), folder)
    return folder


@pytest.fixture(scope="module")
def browser(site):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def look(browser, site):
    """Opens a page of the site from disk; whatever it asks of anybody else fails the test."""
    contexts, asked = [], []

    def opened(place, width=1280, script=True):
        context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto((site / place).as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [url for url in asked if not url.startswith(site.as_uri())] == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(look, kind, width):
    page = look(KINDS[kind], width)

    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{kind}-{width}.png")
    assert wide <= window
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []


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
