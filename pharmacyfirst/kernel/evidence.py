"""Where a clinical statement comes from, and how far it can be trusted."""

from enum import IntEnum

from pharmacyfirst.classes import dataclass
from pharmacyfirst.kernel.conditions import Condition


class Grade(IntEnum):
    """How well a statement is supported, best first (clinical/README.md, "Honesty about the sources")."""

    PRIMARY = 1
    CORROBORATED = 2
    SINGLE = 3
    INFERRED = 4
    UNKNOWN = 5

    @property
    def word(self) -> str:
        """The grade as content spells it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line of evidence: a grade, the tags of its sources, and what it supports where that is not the whole clause."""

    grade: Grade
    sources: tuple[str, ...] = ()
    about: str = ""

    def in_words(self) -> str:
        """The line as content spells it, for instance ``corroborated S6 S8, that it is the same day``."""
        line = " ".join((self.grade.word, *self.sources))
        return f"{line}, {self.about}" if self.about else line


def weakest(evidence: tuple[Evidence, ...]) -> Grade:
    """The weakest grade of several lines; ``unknown`` where there is none."""
    return max((line.grade for line in evidence), default=Grade.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Backing:
    """What stands behind a clause, a product, a date...: its lines of evidence, its open items, and a note for who reads the content."""

    evidence: tuple[Evidence, ...] = ()
    open: tuple[str, ...] = ()
    note: str = ""

    def __bool__(self) -> bool:
        return bool(self.evidence or self.open or self.note)


NO_BACKING = Backing()


@dataclass(frozen=True, slots=True)
class Backed:
    """One thing of a condition with what stands behind it, as ``pathway.backed()`` lists them.

    ``document`` is ``pathway``, the id of a PGD, or the name of a shared list; ``place`` is the id, the heading or the name in it.
    """

    document: str
    place: str
    backing: Backing


PATIENT, PROFESSIONAL = READERS = ("patient", "professional")
"""Whom a statement of a PGD can be for."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Words shown to somebody.

    ``audience`` names whom advice is for: ``everyone``, outcome kinds, ids of criteria or rows, PGD ids, or another word of
    ``kernel/trace.py``; of those it is said where ``sentence`` is met. Of what a PGD says it is the readers: ``patient``,
    ``professional``. ``forms`` are the forms of product with which alone it is said; none: with all of them. ``at`` names where a prompt is
    shown: titles of pages, headings of stopping criteria, outcome kinds. ``professions`` are those that a statement about who may use a
    document names. ``who`` is whose duty it is, of a duty.
    """

    says: str
    backing: Backing = NO_BACKING
    id: str = ""
    audience: tuple[str, ...] = ()
    professions: tuple[str, ...] = ()
    sentence: Condition | None = None
    forms: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    who: str = ""

    def is_for(self, reader: str, form: str = "") -> bool:
        """Whether it is said to this reader (``patient``, ``professional``) where a product of this form is supplied."""
        return reader in self.audience and (not self.forms or not form or form in self.forms)


@dataclass(frozen=True, slots=True)
class OpenItem:
    """Something not known, which whoever adopts the document must clear, and what holds until then."""

    id: str
    says: str
    until_then: str
    backing: Backing = NO_BACKING


@dataclass(frozen=True, slots=True)
class Source:
    """What a source tag stands for; ``note`` is for who reads the content."""

    tag: str
    says: str
    date: str = ""
    note: str = ""
