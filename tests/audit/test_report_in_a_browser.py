"""The report of an audit in a real browser, opened from disk: judged by axe-core, narrow and wide and with small numbers, its charts there to be seen, and printed.

What is seen is kept as pictures, to be looked at: in the folder that PHARMACYFIRST_PICTURES names, else under .cache/audit.
"""

import os
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from in_chromium import found_by_axe

from pharmacyfirst import load
from pharmacyfirst.audit.table import table_of
from pharmacyfirst.cli.main import main
from pharmacyfirst.population.consultations import MadeUp, shipped_population
from pharmacyfirst.population.files import write_rows

pytestmark = pytest.mark.system

ROOT = Path(__file__).resolve().parents[2]
PICTURES = Path(os.environ.get("PHARMACYFIRST_PICTURES", ROOT / ".cache" / "audit"))
WIDTHS = 320, 1280
AUDITS = {"many": (8_000, "0.04"), "few": (150, "0.1"), "nothing found": (40, "0")}
"""How many consultations of all conditions are audited, and the share of them with a fault."""


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Where the report of each audit stands."""
    library, folder = load(), tmp_path_factory.mktemp("audits")
    for name, (rows, faults) in AUDITS.items():
        path = folder / f"{name}.parquet"
        made = MadeUp(library, shipped_population(), rows, 5, faults=Decimal(faults))
        with write_rows(path, table_of(library), {}) as add:
            add(made.block(0))
        ran = CliRunner().invoke(main, ["audit", str(path), "--out", str(folder / name)])
        assert ran.exit_code == 0, ran.output
    return {name: folder / name / "report.html" for name in AUDITS}


@pytest.fixture
def look(from_disk, reports):
    """Opens a report."""
    return lambda name, width=1280: from_disk(reports[name].parent, "report.html", width, beside="report.html")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", AUDITS)
def test_axe_finds_nothing_and_every_chart_is_seen(look, name, width):
    page = look(name, width)
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= window
    charts = page.locator("svg.chart")
    assert charts.count() == {"many": 6, "few": 3, "nothing found": 1}[name]  # one without a number is a sentence
    for at in range(charts.count()):
        chart = charts.nth(at)
        box = chart.bounding_box()
        assert box["width"] > 0.65 * width
        assert box["height"] > 90
        words = chart.locator("text").evaluate_all(
            "all => all.map(one => { const b = one.getBoundingClientRect(); return [b.left, b.right]; })"
        )
        assert all(left >= 0 and right <= width for left, right in words), chart.get_attribute("aria-label")
    assert found_by_axe(page) == []


def test_words_of_a_chart_do_not_lie_over_each_other_on_a_telephone(look):
    page = look("many", 320)
    for at in range(page.locator("svg.chart").count()):
        over = page.locator("svg.chart").nth(at).evaluate(
            """chart => { const boxes = [...chart.querySelectorAll("text")].map(one => [one.textContent, one.getBoundingClientRect()]);
            const found = [];
            for (const [a, x] of boxes) for (const [b, y] of boxes)
                if (a < b && x.left < y.right - 1 && y.left < x.right - 1 && x.top < y.bottom - 3 && y.top < x.bottom - 3) found.push([a, b]);
            return found; }"""
        )  # fmt: skip
        assert over == []


def test_it_prints_with_every_number(look, tmp_path):
    page = look("many")
    page.pdf(path=tmp_path / "report.pdf", format="A4", prefer_css_page_size=True)
    assert (tmp_path / "report.pdf").stat().st_size > 50_000
    page.emulate_media(media="print")
    page.screenshot(path=PICTURES / "many-printed.png", full_page=True)
    shown = page.locator("details table").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert shown
    assert all(height > 20 for height in shown)
