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

TYPE_CHECKING = False  # that of `typing`, without what importing it costs
if TYPE_CHECKING:
    from pathlib import Path

    from pharmacyfirst.authority.authorise import authorise
    from pharmacyfirst.authority.permit import NoPermit, Permit
    from pharmacyfirst.content.library import Library
    from pharmacyfirst.content.text import ContentRefused
    from pharmacyfirst.contract.questions import questions
    from pharmacyfirst.errors import PharmacyFirstError, Refused
    from pharmacyfirst.kernel.assess import assess
    from pharmacyfirst.kernel.conditions import Verdict
    from pharmacyfirst.kernel.explain import explain
    from pharmacyfirst.kernel.offer import Offer
    from pharmacyfirst.kernel.outcome import Kind, Outcome
    from pharmacyfirst.kernel.pathway import Pathway
    from pharmacyfirst.kernel.pgd import PGD
    from pharmacyfirst.kernel.questions import Question
    from pharmacyfirst.kernel.rule import Finding
    from pharmacyfirst.kernel.trace import Assessment

__version__ = "0.2.0"

__all__ = [
    "PGD",
    "Assessment",
    "ContentRefused",
    "Finding",
    "Kind",
    "Library",
    "NoPermit",
    "Offer",
    "Outcome",
    "Pathway",
    "Permit",
    "PharmacyFirstError",
    "Question",
    "Refused",
    "Verdict",
    "assess",
    "authorise",
    "explain",
    "load",
    "questions",
]

# Each public name is looked up in its room when it is first asked for (PEP 562), so that importing the package alone stays light.
_ROOMS = {
    "authority.authorise": ("authorise",),
    "authority.permit": ("NoPermit", "Permit"),
    "content.library": ("Library",),
    "content.text": ("ContentRefused",),
    "contract.questions": ("questions",),
    "errors": ("PharmacyFirstError", "Refused"),
    "kernel.assess": ("assess",),
    "kernel.conditions": ("Verdict",),
    "kernel.explain": ("explain",),
    "kernel.offer": ("Offer",),
    "kernel.outcome": ("Kind", "Outcome"),
    "kernel.pathway": ("Pathway",),
    "kernel.pgd": ("PGD",),
    "kernel.questions": ("Question",),
    "kernel.rule": ("Finding",),
    "kernel.trace": ("Assessment",),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load(folder: "str | Path | None" = None) -> "Library":
    """The library of pathways: those that ship with the package, or those under ``folder``.

    Raises ``ContentRefused`` with every mistake of the whole set; then nothing is loaded. Raises ``Refused`` where ``folder`` is no path.
    """
    # Reading content is left until it is asked for, so that importing the kernel alone stays light.
    from pathlib import Path

    from pharmacyfirst.content import library
    from pharmacyfirst.errors import Refused

    if folder is None:
        return library.shipped_library()
    if not isinstance(folder, str | Path):
        raise Refused("wrong_value", "folder: give the path of a folder of pathways.")
    return library.load(Path(folder))
