"""The skeleton of a new pathway: files that load, say what each heading is for, and offer nothing to anybody.

Its templates stand in the folder ``skeleton`` beside this module. Whatever is clinical in them is an open item, graded *unknown*; what is
*inferred* holds of every pathway (consent, an immediate threat to life). No dose is written, so that no skeleton ends in a supply.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from string import Template

from pharmacyfirst.content.files import SHARED
from pharmacyfirst.errors import PharmacyFirstError

TEMPLATES = Path(__file__).with_name("skeleton")
QUESTIONS = PurePosixPath(SHARED, "questions.yaml")
_NAME = re.compile("[a-z]+(-[a-z]+)*")  # letters alone: the loader reads the names of PGDs in sentences
_LETTERS = 3
_LONGEST_FOR_PATIENTS = 40  # letters, as the loader has it


class WrongName(PharmacyFirstError, ValueError):
    """A name that cannot be that of a condition or a PGD; says what can."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """What a new pathway is called: its condition and its first medicine (both also names of files), its title, and the first day in force."""

    condition: str
    title: str
    medicine: str
    day: date

    def __post_init__(self) -> None:
        """Raise ``WrongName`` for a name or title that would not load."""
        for name in (self.condition, self.medicine):
            if not _NAME.fullmatch(name):
                raise WrongName(
                    "A condition and a medicine are named in small letters, words joined by hyphens: sore-throat."
                )
        if self.condition in (self.medicine, SHARED):
            raise WrongName(f'The condition is called neither as its medicine nor "{SHARED}".')
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9 ,()/-]*", self.title):
            raise WrongName(
                "A title has letters, digits, blanks, commas, brackets, hyphens and strokes, and begins with a letter."
            )

    def files(self) -> Mapping[PurePosixPath, str]:
        """Each file by its place below the folder of pathways, the shared questions among them."""
        below = PurePosixPath(self.condition)
        named = {
            below / "pathway.yaml": "pathway.yaml",
            below / f"{self.medicine}.yaml": "pgd.yaml",
            below / "cases.yaml": "cases.yaml",
            QUESTIONS: "questions.yaml",
        }
        words = self._words()
        return {
            place: Template((TEMPLATES / name).read_text(encoding="utf-8")).substitute(words)
            for place, name in named.items()
        }

    def _words(self) -> dict[str, str]:
        prefix = _initials(self.condition)
        return {
            "condition": self.condition,
            "title": self.title,
            "for_patients": self.title[:_LONGEST_FOR_PATIENTS].strip(" ,(-/"),
            "pgd_title": f"Supply of {self.medicine.replace('-', ' ')}: {self.title}".replace(": ", ", "),
            "medicine": self.medicine,
            "version": f"{self.day.year}.1",
            "day": self.day.isoformat(),
            "prefix": prefix,
            "pgd_prefix": f"{prefix}-{_initials(self.medicine)}",
            "case": prefix.lower(),
        }


def _initials(name: str) -> str:
    """The letters that the ids begin with: those of the words where there are two or more, else the first three."""
    words = name.split("-")
    letters = "".join(word[0] for word in words) if len(words) > 1 else words[0]
    return (letters if len(letters) > 1 else letters * 2)[:_LETTERS].upper()
