"""The documents on paper: tagged, the same twice, each page known by its head, and nothing beside the page."""

import io
import logging
import re
import shutil
import subprocess
from functools import cache

import pytest
from review_pages import documents, open_items, pathway_page, tree

from pharmacyfirst.paper.pdf import pdf

# One of each kind; the longest medicine's name, which the dose table has to hold; and all that the made-up set has.
ON_PAPER = [
    *documents("made-up", "hiccups", "placebo-syrup"),
    *documents("made-up", "hiccups", "placebo-lozenge"),
    open_items("made-up", "hiccups"),
    pathway_page("made-up", "hiccups"),
    documents("shipped", "acute-sore-throat", "phenoxymethylpenicillin")[0],
]
EACH = pytest.mark.parametrize("document", ON_PAPER, ids=[str(one.name) for one in ON_PAPER])

pytestmark = [pytest.mark.system, pytest.mark.usefixtures("makes_pdf")]


@cache
def on_paper(html, made_on):
    return pdf(html, made_on)


@EACH
def test_it_is_tagged_in_english_and_has_its_title(document):
    from pypdf import PdfReader

    read = PdfReader(io.BytesIO(on_paper(document.html, document.made_on)))
    catalog = read.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "en-GB"
    assert read.metadata.title == " ".join(tree(document.html).find("head/title").text.split())
    assert read.metadata.creation_date.date() == document.made_on
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/P"} <= kinds(catalog["/StructTreeRoot"]["/K"])
    assert 1 <= len(read.pages) <= 40


def kinds(element):
    """The kinds of structure in a tagged document."""
    element = element.get_object()
    if isinstance(element, list):
        return set().union(*map(kinds, element))
    if not isinstance(element, dict) or "/S" not in element:
        return set()
    return {element["/S"]} | (kinds(element["/K"]) if "/K" in element else set())


def test_an_authorisation_sheet_is_what_is_signed_for_on_one_page_and_who_signs_on_the_next():
    from pypdf import PdfReader

    longest = documents("shipped", "acute-sore-throat", "phenoxymethylpenicillin")[1]
    said = [one.extract_text() for one in PdfReader(io.BytesIO(on_paper(longest.html, longest.made_on))).pages]
    assert ["ODS code" in one for one in said] == [True, False]
    assert ["Practitioners who may supply" in one for one in said] == [False, True]


@pytest.mark.parametrize("document", ON_PAPER[:-1], ids=[str(one.name) for one in ON_PAPER[:-1]])
def test_the_same_document_gives_the_same_bytes(document):
    assert pdf(document.html, document.made_on) == on_paper(document.html, document.made_on)


@EACH
def test_every_page_says_which_document_it_belongs_to(document):
    from pypdf import PdfReader

    main = tree(document.html).find("body/main")
    pages = PdfReader(io.BytesIO(on_paper(document.html, document.made_on))).pages
    for number, page in enumerate(pages, 1):
        words = " ".join(page.extract_text().split())
        for repeated in ("data-running", "data-standing", "data-footing"):
            assert main.get(repeated) in words
        assert f"Page {number} of {len(pages)}" in words


@EACH
def test_every_superscript_and_open_item_can_be_clicked(document):
    from pypdf import PdfReader

    read = PdfReader(io.BytesIO(on_paper(document.html, document.made_on)))
    links = [link.get_object() for page in read.pages for link in page.get("/Annots", ())]
    assert all(abs(link["/Rect"][3] - link["/Rect"][1]) > 4 for link in links)
    assert len(links) >= len(list(tree(document.html).iter("a")))


@EACH
def test_letters_are_embedded(document):
    from pypdf import PdfReader

    read = PdfReader(io.BytesIO(on_paper(document.html, document.made_on)))
    fonts = [font.get_object() for page in read.pages for font in page["/Resources"]["/Font"].values()]
    for font in fonts:
        (inner,) = font["/DescendantFonts"]
        assert {"/FontFile2", "/FontFile3"} & set(inner.get_object()["/FontDescriptor"])


@EACH
def test_no_word_leaves_its_page_and_no_two_lie_on_each_other(document, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not there; `make system` installs it")
    (tmp_path / "document.pdf").write_bytes(on_paper(document.html, document.made_on))
    boxes = subprocess.run(
        ["pdftotext", "-bbox", tmp_path / "document.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    for page in re.split(r"<page ", boxes)[1:]:
        width, height = map(float, re.match(r'width="([\d.]+)" height="([\d.]+)"', page).groups())
        words = [
            (*map(float, found[:4]), found[4])
            for found in re.findall(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>', page)
        ]
        beside = [word for left, top, right, bottom, word in words if left < 40 or right > width - 40 or top < 20]
        assert beside == []
        assert max(bottom for _, _, _, bottom, _ in words) < height - 20
        assert [(one[4], other[4]) for one, other in _overlapping(words)] == []


def _overlapping(words):
    """Pairs of words that cover each other by more than letters that lean over."""
    for number, one in enumerate(words):
        for other in words[number + 1 :]:
            across = min(one[2], other[2]) - max(one[0], other[0])
            down = min(one[3], other[3]) - max(one[1], other[1])
            if across > 1.5 and down > 4:
                yield one, other


def test_weasyprint_understands_every_rule_of_the_style_sheet(caplog):
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        logging.getLogger("weasyprint").propagate = True
        pdf(open_items("made-up", "yawning").html, open_items("made-up", "yawning").made_on)
    assert [record.getMessage() for record in caplog.records] == []
