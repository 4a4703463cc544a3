"""HTML made into tagged PDF (PDF/UA-1) with WeasyPrint: nothing is fetched, and the same HTML gives the same bytes."""

from contextlib import redirect_stdout
from datetime import date
from io import StringIO
from types import ModuleType
from typing import NoReturn
from warnings import catch_warnings, simplefilter

from pharmacyfirst.errors import PharmacyFirstError, how_to_install

# In a checkout `make system` runs this for all that the tests want.
REMEDY = "on Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


class NoPDF(PharmacyFirstError):
    """This machine cannot make a PDF; the message says what is missing and how to get it."""


class OutsideRefused(PharmacyFirstError):
    """The HTML asked for something outside itself."""


def pdf(html: str, on: date) -> bytes:
    """The document as PDF/UA-1; ``on`` is the day it says it was made, so that the clock is not asked.

    ``html`` needs ``lang`` and a ``title``. Raises ``NoPDF``, or ``OutsideRefused`` where the HTML would load a file or an address.
    """
    made = f"{on.isoformat()}T00:00:00Z"
    weasyprint = pdf_maker()
    try:
        document = weasyprint.HTML(string=html, url_fetcher=_refuse).render(pdf_variant="pdf/ua-1")
        document.metadata.created = document.metadata.modified = made
        written: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
        return written
    except weasyprint.urls.FatalURLFetchingError as refused:
        raise OutsideRefused(str(refused)) from None


def pages_of(html: str) -> int:
    """How many pages the document takes when it is laid out with the letters of this machine, as ``pdf`` would. Raises ``NoPDF``."""
    weasyprint = pdf_maker()
    return len(weasyprint.HTML(string=html, url_fetcher=_refuse).render().pages)


def pdf_maker() -> ModuleType:
    """WeasyPrint with every part it needs outside Python, or ``NoPDF`` with what has to be installed.

    This is the one probe: a machine that passes it makes every PDF, and the same one twice.
    """
    try:
        with redirect_stdout(StringIO()), catch_warnings():  # its advice where a library is missing is not our answer
            simplefilter("ignore")
            import weasyprint
            from weasyprint.text.ffi import harfbuzz_subset
    except ImportError:
        raise NoPDF(f"PDFs are made with WeasyPrint, which is not installed. {how_to_install('review')}") from None
    except OSError as error:  # its parts outside Python are looked for as soon as it is imported
        raise NoPDF(_lacks(str(error).splitlines()[0])) from None
    if harfbuzz_subset is None:  # WeasyPrint would go on, with letters that are embedded another way each time
        raise NoPDF(_lacks("HarfBuzz-Subset: not found"))
    maker: ModuleType = weasyprint
    return maker


def _lacks(missing: str) -> str:
    return f"WeasyPrint lacks a library of the operating system ({missing}); {REMEDY}"


def _refuse(url: str, *_: object, **__: object) -> NoReturn:
    from weasyprint.urls import FatalURLFetchingError  # the one kind of error that WeasyPrint does not swallow

    raise FatalURLFetchingError(f"a document holds all it shows; it asked for {url[:200]}")
