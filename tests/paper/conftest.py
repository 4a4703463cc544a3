import pytest

from pharmacyfirst.paper.pdf import NoPDF, pdf_maker


@pytest.fixture(scope="session")
def makes_pdf():
    """A test that makes a PDF runs only where WeasyPrint and its libraries are."""
    try:
        pdf_maker()
    except NoPDF as missing:
        pytest.skip(str(missing))
