"""Open decision support for NHS Pharmacy First.

::

    from datetime import date
    from pharmacyfirst import assess, explain, load

    library = load()
    pathway = library.in_force("uncomplicated-uti", date(2026, 11, 21))
    assessment = assess(pathway, {"age_years": 31, "rigors": True}, date(2026, 11, 21))
    print(explain(assessment))

It supports a pharmacist's decision and replaces neither the pharmacist nor the signed PGD.
"""

from pathlib import Path as _Path
from typing import TYPE_CHECKING

from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.conditions import Verdict
from pharmacyfirst.kernel.outcome import Kind, Outcome
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.kernel.trace import Assessment, Finding, Offer, explain

if TYPE_CHECKING:
    from pharmacyfirst.content.library import Library

__version__ = "0.1.0"

__all__ = [
    "PGD",
    "Assessment",
    "Finding",
    "Kind",
    "Offer",
    "Outcome",
    "Pathway",
    "Refused",
    "Verdict",
    "assess",
    "explain",
    "load",
]


def load(folder: "str | _Path | None" = None) -> "Library":
    """The library of pathways: those that ship with the package, or those under ``folder``.

    Raises ``pharmacyfirst.content.yaml_text.ContentRefused`` with every mistake of the whole set; then nothing is loaded.
    """
    # Reading YAML is left until content is asked for, so that importing the kernel alone stays light.
    from pharmacyfirst.content import library

    return library.shipped_library() if folder is None else library.load(_Path(folder))
