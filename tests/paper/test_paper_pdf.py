"""PDF from HTML: tagged, the same twice, and nothing from outside."""

import builtins
import io
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from pharmacyfirst.paper.pdf import NoPDF, OutsideRefused, pdf

ROOT = Path(__file__).resolve().parents[2]
ON = date(2026, 3, 1)
PAGE = '<html lang="en-GB"><head><title>A page</title>{head}</head><body><h1>A page</h1>{body}</body></html>'


@pytest.mark.system
@pytest.mark.usefixtures("makes_pdf")
class TestWithWeasyPrint:
    def test_it_is_tagged_and_says_its_language_title_and_day(self):
        from pypdf import PdfReader

        document = PdfReader(io.BytesIO(pdf(PAGE.format(head="", body="<p>words</p>"), ON)))
        catalog = document.trailer["/Root"]
        assert catalog["/MarkInfo"]["/Marked"]
        assert catalog["/Lang"] == "en-GB"
        assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
        assert "/StructTreeRoot" in catalog
        assert document.metadata.title == "A page"
        assert document.metadata.creation_date.date() == ON
        assert b"pdfuaid" in catalog["/Metadata"].get_data()

    def test_the_same_html_gives_the_same_bytes(self):
        html = PAGE.format(head="", body="<p>words</p>")
        assert pdf(html, ON) == pdf(html, ON)

    @pytest.mark.parametrize(
        ("head", "body"),
        [
            ("", '<img src="http://example.org/logo.png" alt="a logo" />'),
            ("", '<img src="file:///etc/hostname" alt="a file" />'),
            ("", '<img src="data:image/png;base64,AAAA" alt="data" />'),
            ("", '<object data="https://example.org/"></object>'),
            ('<link rel="stylesheet" href="https://example.org/style.css" />', ""),
            ("<style>@import url(https://example.org/style.css);</style>", ""),
            ("<style>body { background: url(file:///etc/hostname) }</style>", ""),
            ("<style>@font-face { font-family: F; src: url(https://example.org/f.ttf) } p { font: 1em F }</style>", ""),
        ],
    )
    def test_html_that_asks_for_anything_outside_itself_is_refused(self, head, body):
        with pytest.raises(OutsideRefused, match="a document holds all it shows"):
            pdf(PAGE.format(head=head, body=body + "<p>words</p>"), ON)


def test_without_weasyprint_the_message_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(NoPDF, match=r"WeasyPrint, which is not installed\. Install them: .* -m pip install "):
        pdf(PAGE, ON)


WITHOUT_A_PART = """
import sys, warnings
from datetime import date
import cffi
real = cffi.FFI.dlopen
def dlopen(ffi, name, *flags):
    if name and sys.argv[1] in name:
        raise OSError(f"cannot load library {name!r}")
    return real(ffi, name, *flags)
cffi.FFI.dlopen = dlopen
from pharmacyfirst.paper.pdf import NoPDF, pdf
warnings.simplefilter("error")
try:
    pdf("<html lang='en'><head><title>t</title></head><body><p>words</p></body></html>", date(2026, 3, 1))
except NoPDF as missing:
    print(missing)
"""


@pytest.mark.system
@pytest.mark.usefixtures("makes_pdf")
@pytest.mark.parametrize(("part", "named"), [("harfbuzz-subset", "HarfBuzz-Subset"), ("pangoft2", "pangoft2")])
def test_without_one_part_of_the_system_there_is_no_pdf_and_the_remedy_is_named(part, named):
    """Half there is not there: WeasyPrint goes on without HarfBuzz-Subset, and makes other bytes each time."""
    ran = subprocess.run([sys.executable, "-c", WITHOUT_A_PART, part], capture_output=True, text=True, cwd=ROOT)

    assert re.fullmatch(
        rf"WeasyPrint lacks a library .*{named}.*; on Debian: apt-get install .*libharfbuzz-subset0\n", ran.stdout
    ), ran.stdout
    assert (ran.stderr, ran.returncode) == ("", 0)


def test_without_a_library_of_the_system_the_message_names_it_and_nothing_else_is_said(monkeypatch, capsys):
    def without_pango(name, *rest, real=builtins.__import__):
        if name == "weasyprint":
            print("a page of advice")
            raise OSError("cannot load library 'libpango-1.0-0': not found\nand much more")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_pango)
    with pytest.raises(NoPDF, match=r"lacks a library .*'libpango-1.0-0': not found.*apt-get install libpango-1.0-0"):
        pdf(PAGE, ON)
    assert capsys.readouterr().out == ""
