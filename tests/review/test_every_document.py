"""Every PGD document: nothing of the content is left out, nothing is blank, nothing is fetched."""

import re
from html.parser import HTMLParser
from io import BytesIO

import pytest
from click.testing import CliRunner

from pharmacyfirst import load
from pharmacyfirst.cli import main
from pharmacyfirst.kernel.pgd import Mechanism
from pharmacyfirst.review.documents import Printer

LIBRARY = load()
PRINTER = Printer(LIBRARY)
ALL = [(pathway, pgd) for pathway in LIBRARY.newest_all() for pgd in pathway.pgds.values()]


def name(value):
    return getattr(value, "id", None)


class Words(HTMLParser):
    """The words of a page, its headings, and what it would load."""

    def __init__(self):
        super().__init__()
        self.words, self.headings, self.loads, self._in = [], [], [], ""

    def handle_starttag(self, tag, attrs):
        self._in = tag if re.fullmatch("h[1-6]", tag) else self._in
        if tag in ("script", "link", "iframe", "img"):
            self.loads.append(tag)

    def handle_endtag(self, tag):
        if tag == self._in:
            self._in = ""

    def handle_data(self, words):
        self.words.append(words)
        if self._in:
            self.headings.append(words.strip())


def read(html):
    words = Words()
    words.feed(html)
    return words


@pytest.mark.parametrize(("pathway", "pgd"), ALL, ids=name)
def test_nothing_of_a_document_is_left_out(pathway, pgd):
    document, sheet = PRINTER.of_pgd(pathway, pgd)
    page = read(document.html)
    words = " ".join("".join(page.words).split())

    for clause in (*pgd.inclusion, *pgd.exclusions, *pgd.every_medicine):
        assert clause.id in words
        assert clause.says in words
    for part in (*pgd.cautions, *pgd.doses):
        assert part.id in words
    for product in pgd.products:
        assert product.name in words
        assert all(code in words for code in product.codes)
    for statements in pgd.particulars.values():
        for statement in statements:
            rest = re.sub(
                r"^not known[.,;:]? ?", "", statement.says, flags=re.IGNORECASE
            )  # those words stand as a mark
            assert " ".join(rest.split()).lower() in words.lower()
    for item in pgd.open:
        assert item in words
    assert pgd.edition.digest in words
    assert pgd.edition.digest in "".join(read(sheet.html).words)
    assert "Undefined" not in document.html
    assert not page.loads


@pytest.mark.parametrize(("pathway", "pgd"), [(p, d) for p, d in ALL if d.mechanism is Mechanism.PGD], ids=name)
def test_the_seventeen_particulars_of_schedule_16_stand_in_order(pathway, pgd):
    document, _ = PRINTER.of_pgd(pathway, pgd)

    numbers = [int(n) for n in re.findall(r"\((\d+)\)", " ".join(read(document.html).headings))]
    assert numbers == list(range(1, 18))


def test_the_clinical_protocol_is_not_called_a_pgd():
    pathway = LIBRARY.newest("impetigo")
    document, _ = PRINTER.of_pgd(pathway, pathway.pgds["hydrogen-peroxide"])

    assert "Clinical protocol" in document.html
    assert "Patient group direction" not in "".join(read(document.html).headings)


@pytest.mark.parametrize("pathway", LIBRARY.newest_all(), ids=name)
def test_every_open_item_of_a_condition_can_be_cleared_on_its_sheet(pathway):
    words = " ".join("".join(read(PRINTER.open_items(pathway).html).words).split())

    for item in pathway.open_items.values():
        assert item.id in words
        assert " ".join(item.says.split()) in words


def test_the_command_writes_them_and_says_so(tmp_path):
    result = CliRunner().invoke(main, ["pgd", "render", "shingles", "--to", str(tmp_path)])

    assert result.exit_code == 0, result.output
    assert {path.name for path in tmp_path.rglob("*.html")} == {
        "aciclovir.html", "aciclovir-authorisation.html", "valaciclovir.html", "valaciclovir-authorisation.html", "open-items.html",
    }  # fmt: skip
    assert str(tmp_path) in result.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["shingels"], "shingles"),
        (["shingles", "acyclovir"], "aciclovir"),
        (["shingles", "aciclovir", "--as-of", "2027-01-31"], "2027-01-30"),
        (["--as-of", "soon"], "YYYY-MM-DD"),
    ],
)
def test_bad_input_gets_a_message(tmp_path, arguments, says):
    result = CliRunner().invoke(main, ["pgd", "render", *arguments, "--to", str(tmp_path)])

    assert result.exit_code == 2
    assert says in result.output
    assert not list(tmp_path.rglob("*.html"))


def test_every_pdf_is_tagged_and_the_same_twice(tmp_path):
    from pharmacyfirst.paper.pdf import NoPDF, pdf, pdf_maker

    try:
        pdf_maker()
    except NoPDF as missing:
        pytest.skip(str(missing))
    import pypdf

    pathway = LIBRARY.newest("uncomplicated-uti")
    for document in (*PRINTER.of_pgd(pathway, pathway.pgds["nitrofurantoin"]), PRINTER.open_items(pathway)):
        first = pdf(document.html, document.made_on)
        assert pdf(document.html, document.made_on) == first
        reader = pypdf.PdfReader(BytesIO(first))
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == "en-GB"
        assert reader.metadata.title
        assert 1 <= len(reader.pages) < 40
