"""HTML made into tagged PDF (PDF/UA-1) with WeasyPrint: nothing is fetched, and the same HTML gives the same bytes."""

from contextlib import redirect_stdout
from datetime import date
from io import StringIO
from types import ModuleType
from typing import Any, NoReturn

EXTRA = 'pip install "pharmacyfirst[review]"'


class NoPDF(Exception):
    """This machine cannot make a PDF; the message says what is missing and how to get it."""


class OutsideRefused(Exception):
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
        return document.write_pdf(pdf_variant="pdf/ua-1")
    except weasyprint.urls.FatalURLFetchingError as refused:
        raise OutsideRefused(str(refused)) from None


def pdf_maker() -> ModuleType:
    """WeasyPrint, or ``NoPDF`` with what has to be installed."""
    try:
        with redirect_stdout(StringIO()):  # where a library is missing it prints advice, amid what a command answers
            import weasyprint
    except ImportError:
        raise NoPDF(f"PDFs are made with WeasyPrint, which is not installed: {EXTRA}") from None
    except OSError as error:  # its parts outside Python are looked for as soon as it is imported
        missing = str(error).splitlines()[0]
        raise NoPDF(f"WeasyPrint lacks a library of the operating system ({missing}); on Debian: make system") from None
    return weasyprint


def _refuse(url: str, *_: Any, **__: Any) -> NoReturn:
    from weasyprint.urls import FatalURLFetchingError  # the one kind of error that WeasyPrint does not swallow

    raise FatalURLFetchingError(f"a document holds all it shows; it asked for {url[:200]}")
