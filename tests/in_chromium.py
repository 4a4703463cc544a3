"""A real browser: chromium by playwright, axe-core to judge a page, and files opened from disk, which ask nobody for anything."""

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

AXE = Path(__file__).resolve().parents[1] / ".cache" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def launched(play):
    """A browser."""
    browser = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
    try:
        yield browser
    finally:
        browser.close()


def found_by_axe(page):
    """What axe-core finds wrong on a page: each rule, with the first place where it is broken."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # From disk a style sheet may not be asked for by a script, and axe does without.
    look = "rules => axe.run(document, {runOnly: rules, preload: location.protocol != 'file:'})"
    found = page.evaluate(look, RULES)["violations"]
    return [(one["id"], one["nodes"][0]["html"][:120]) for one in found]


@pytest.fixture(scope="module")
def chromium():
    """A browser, for the tests of a module."""
    api = pytest.importorskip(
        "playwright.sync_api", reason="needs playwright: it is among the packages for development"
    )
    if BROWSER is None:
        pytest.skip("needs chromium: make system installs it")
    with api.sync_playwright() as play, launched(play) as browser:
        yield browser


@pytest.fixture
def from_disk(chromium):
    """Opens a file of a folder, which may ask for ``beside`` in that folder; whatever else it asks, and whatever the browser complains of, fails the test."""
    if not AXE.exists():
        pytest.skip("needs axe-core: make system installs it")
    contexts, allowed, asked, said = [], set(), [], []

    def opened(folder, name, width=1280, script=True, beside=""):
        context = chromium.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script)
        contexts.append(context)
        allowed.add((folder / beside).as_uri())
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda line: said.append(line.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto((folder / name).as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [url for url in asked if not url.startswith(tuple(allowed))] == []
    assert said == []
