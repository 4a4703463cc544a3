"""Whether what came in is about the patient who is there: number, name and date of birth, each compared where both sides have it.

A record of another person read into a consultation gives one person's allergies to another. So nothing is taken where any of the three
differs, and nothing where too little can be compared: what is missing is never the same. A name that changed is no other person, but a
program cannot tell; whoever finds it so corrects the patient's details first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol, runtime_checkable

from pharmacyfirst.kernel.identifiers import WrongIdentifier, nhs_number
from pharmacyfirst.record.inbound.person import PersonSeen
from pharmacyfirst.record.inbound.refusal import InboundRefused
from pharmacyfirst.record.inbound.wording import folded


@runtime_checkable
class PersonHere(Protocol):
    """The patient of the consultation, as far as is needed to compare; ``record.people.Patient`` is one."""

    @property
    def family(self) -> str:
        """The family name."""

    @property
    def given(self) -> Sequence[str]:
        """The given names, in their order; none for somebody who has one name alone."""

    @property
    def birth_date(self) -> date:
        """The date of birth."""

    @property
    def nhs_number(self) -> str | None:
        """The NHS number, or None where it is not known."""


class Discrepancy(StrEnum):
    """What does not agree between a source and the patient of the consultation. No value says who either of them is."""

    NUMBER = "the NHS number differs"
    EARLIER_NUMBER = "the NHS number is one that the source gives as an earlier one"
    FAMILY_NAME = "the family name differs"
    GIVEN_NAME = "the first given name differs"
    BIRTH_DATE = "the date of birth differs"
    TOO_LITTLE = "too little can be compared: of NHS number, name and date of birth at least two have to be in both"


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs, and how many of number, name and date of birth agree."""

    differences: tuple[Discrepancy, ...]
    agree: int

    @property
    def same(self) -> bool:
        """Whether it is the same person as far as anybody can tell: nothing differs, and two of the three agree."""
        return not self.differences


def compared(seen: PersonSeen, here: PersonHere) -> Compared:
    """A source's patient beside the consultation's. Names are compared without case, accents, hyphens, blanks and apostrophes."""
    found: list[Discrepancy] = []
    agree = 0
    number = _number(here.nhs_number)
    if number is not None and seen.numbers:
        if number == seen.nhs_number:
            agree += 1
        else:
            found.append(Discrepancy.EARLIER_NUMBER if number in seen.earlier_numbers else Discrepancy.NUMBER)
    names = _names_differ(seen, here)
    found += names or []
    agree += names == [] and bool(seen.given) == bool(here.given)
    if seen.birth_date is not None:
        if seen.birth_date == here.birth_date:
            agree += 1
        else:
            found.append(Discrepancy.BIRTH_DATE)
    if not found and agree < 2:
        found.append(Discrepancy.TOO_LITTLE)
    return Compared(tuple(found), agree)


def refuse_another_person(seen: PersonSeen, here: PersonHere, about: str | None = None) -> None:
    """Raises ``InboundRefused`` (``other_patient``) where a source is not, or may not be, about the patient of the consultation.

    The words say what differs and nobody's name, number or date of birth. ``about`` is the referrer's own id of a referral.
    """
    differences = compared(seen, here).differences
    if differences:
        why = "; ".join(differences)
        raise InboundRefused(
            "other_patient",
            f"This is not, or may not be, about the patient who is there: {why}. Check who is there and what was sent.",
            about,
        )


def _names_differ(seen: PersonSeen, here: PersonHere) -> list[Discrepancy] | None:
    """What differs in the names; None where one side has none to compare."""
    if seen.family is None or not _plain(here.family) or not _plain(seen.family):
        return None
    found = [] if _plain(seen.family) == _plain(here.family) else [Discrepancy.FAMILY_NAME]
    # Twins share family name and date of birth. Somebody with one name alone is compared by that.
    if seen.given and here.given and _first(seen.given) != _first(here.given):
        found.append(Discrepancy.GIVEN_NAME)
    return found


def _first(given: Sequence[str]) -> str:
    """The first of the given names, whether they come one by one or in one piece."""
    return _plain(next(iter(" ".join(given).split()), ""))


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", folded(name))


def _number(text: str | None) -> str | None:
    try:
        return nhs_number(text) if text is not None else None
    except WrongIdentifier:
        return None
