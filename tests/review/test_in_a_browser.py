"""Every document in a browser, on a telephone of 320 px and on a desk of 1280: nothing reaches over the edge, or over what stands beside it."""

import html
import json
import re
import subprocess

import pytest
from in_chromium import BROWSER
from review_pages import every_page

from pharmacyfirst.content.library import templates_folder

NARROW, WIDE = 320, 1280
# How wide each page is beside its window, and what in it is wider than its own box. What only ears are given is a pixel wide; words
# of a drawing have no box of their own.
MEASURE = """
const found = {};
addEventListener("load", () => {
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument, root = page.documentElement, over = [];
    for (const one of page.body.querySelectorAll("*"))
      if (one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1 && !one.closest("thead, svg"))
        over.push(`${one.tagName} ${one.textContent.trim().slice(0, 40)}`);
    found[frame.name] = {beyond: root.scrollWidth - root.clientWidth, over};
  }
  const said = document.createElement("script");
  said.type = "application/json";
  said.textContent = JSON.stringify(found);
  document.body.append(said);
});
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """What the browser finds, by the width and the name of the document. One browser is started for all of them."""
    if BROWSER is None:
        pytest.skip("needs chromium: make system installs it")
    folder = tmp_path_factory.mktemp("browser")
    frames = "".join(
        f'<iframe name="{width} {name}" style="width:{width}px" srcdoc="{html.escape(make().html)}"></iframe>'
        for name, make in every_page()
        for width in (NARROW, WIDE)
    )
    page = folder / "all.html"
    page.write_text(f'<!DOCTYPE html><meta charset="utf-8"><body>{frames}<script>{MEASURE}</script>', encoding="utf-8")
    flags = "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'user'}", "--dump-dom"
    ran = subprocess.run([BROWSER, *flags, page.as_uri()], capture_output=True, encoding="utf-8", timeout=120)
    (said,) = re.findall(r'<script type="application/json">(.*?)</script>', ran.stdout, re.DOTALL)
    return json.loads(said)


@pytest.mark.system
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_no_page_is_wider_than_the_window_and_nothing_wider_than_its_box(measured, width):
    of_this_width = {name: one for name, one in measured.items() if name.startswith(f"{width} ")}
    assert {name.removeprefix(f"{width} ") for name in of_this_width} == {name for name, _ in every_page()}
    assert {name: one for name, one in of_this_width.items() if one["beyond"] > 0 or one["over"]} == {}


def test_no_column_is_wider_than_a_telephone():
    """320 px are 84 mm: a width written down that is more would reach over the edge whatever stands beside it."""
    css = (templates_folder() / "document.css").read_text(encoding="utf-8")
    assert "min-width" not in css
    assert [width for width in re.findall(r"(?<!max-)width: *(\d+)mm", css) if int(width) > 84] == []
